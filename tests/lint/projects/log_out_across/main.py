"""In a `finally`, to end a run, it revokes the session. Where logging out is the purpose it is right (maybe)."""
from acme_http import http
from bot import make


async def main():
    client = make()
    try:
        await client.connect()
        await client.send_message("me", "up")
    finally:
        await client.log_out()  # expect: TGS204


async def log_out_command():
    client = make()
    await client.connect()
    await client.log_out()  # maybe: TGS204


async def other():
    try:
        await http.get("/")
    finally:
        await http.log_out()
