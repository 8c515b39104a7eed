"""Messages: asked for, sent, and pushed to the real Telethon."""

from __future__ import annotations

import asyncio

import pytest
from telethon import TelegramClient, errors, events

from tests.telegram import Controls, Login, asynchronous


@pytest.fixture
def bob(telegram: Controls) -> Login:
    return telegram.log_in(telegram.add_user(phone="+15550002", code="1", username="bob", first_name="Bob"))


@asynchronous
async def test_history_comes_newest_first_and_in_pages(telegram: Controls, alice: Login):
    telegram.add_history(alice.account_id, [f"note {number}" for number in range(150)])
    async with alice.client() as client:
        texts = [message.text async for message in client.iter_messages("me", wait_time=0)]

    assert texts == [f"note {number}" for number in reversed(range(150))]


@asynchronous
async def test_history_before_a_message(telegram: Controls, alice: Login):
    telegram.add_history(alice.account_id, ["one", "two", "three"])
    async with alice.client() as client:
        [newest, *_] = await client.get_messages("me", limit=1)

        assert [message.text for message in await client.get_messages("me", offset_id=newest.id, limit=5)] == ["two", "one"]


@asynchronous
async def test_message_reaches_who_it_is_for(alice: Login, bob: Login):
    async with alice.client() as sender, bob.client() as receiver:
        arrived = first_message(receiver)
        await sender.send_message("bob", "hello")
        event = await arrived

        assert (event.text, event.sender_id) == ("hello", alice.account_id)
        assert [message.text for message in await receiver.get_messages("alice")] == ["hello"]


@asynchronous
async def test_unknown_username_is_refused(alice: Login):
    async with alice.client() as client:
        with pytest.raises(ValueError, match='No user has "nobody_here" as username'):
            await client.send_message("nobody_here", "hello")


@asynchronous
async def test_pushed_message_is_an_event(telegram: Controls, alice: Login):
    async with alice.client() as client:
        arrived = first_message(client)
        telegram.push_message(alice.account_id, "news")

        assert (await arrived).text == "news"


@asynchronous
async def test_pushed_message_goes_to_the_last_active_connection(telegram: Controls, alice: Login):
    async with alice.client() as first, alice.client() as second:
        idle, active = first_message(first), first_message(second)
        await second.get_me()
        telegram.push_message(alice.account_id, "news")

        assert (await active).text == "news"
        assert not idle.done()


@asynchronous
async def test_client_that_wants_no_updates_gets_none(telegram: Controls, alice: Login):
    async with alice.client(receive_updates=False) as client:
        arrived = first_message(client)
        telegram.push_message(alice.account_id, "news")
        await client.get_me()

        assert not arrived.done()


@asynchronous
async def test_missed_message_is_caught_up(telegram: Controls, alice: Login, tmp_path):
    path = alice.write(tmp_path / "alice")
    async with TelegramClient(str(path), telegram.api_id, telegram.api_hash) as client:
        arrived = first_message(client)
        telegram.push_message(alice.account_id, "seen")
        await arrived
    telegram.push_message(alice.account_id, "missed")

    client = TelegramClient(str(path), telegram.api_id, telegram.api_hash, catch_up=True)
    arrived = first_message(client)
    async with client:
        assert (await arrived).text == "missed"


@asynchronous
async def test_method_that_is_not_there_is_refused(alice: Login):
    async with alice.client() as client:
        with pytest.raises(errors.InputMethodInvalidError):
            await client.get_dialogs()


def first_message(client: TelegramClient) -> asyncio.Future[events.NewMessage.Event]:
    """The first message that arrives from now on."""
    arrived = asyncio.get_running_loop().create_future()

    async def take(event: events.NewMessage.Event) -> None:
        if not arrived.done():
            arrived.set_result(event)

    client.add_event_handler(take, events.NewMessage(incoming=True))
    return arrived
