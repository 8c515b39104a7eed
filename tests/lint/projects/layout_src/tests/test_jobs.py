"""Tests import the package by its installed name; they use a session of their own."""
from app.tg import Client, make


async def test_client_is_made():
    client = Client("only-in-tests", 1, "hash")  # expect: TGS101 TGS201
    await client.connect()
    client.disconnect()  # expect: TGS202
    assert not client.is_connected()


async def test_factory():
    client = make("also-only-in-tests")
    await client.connect()
    client.disconnect()  # expect: TGS202
