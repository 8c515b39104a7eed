"""`python tools/send.py`: the script's folder is on the path."""
import config
from config import TelegramClient


async def main():
    client = config.connect()
    await client.connect()
    client.disconnect()  # expect: TGS202


def again():
    return TelegramClient(config.NAME, 1, "hash")  # expect: TGS101


if __name__ == "__main__":
    with TelegramClient("send", 1, "hash") as client:  # expect: TGS101
        client.send_message("me", "up")
