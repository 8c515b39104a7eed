"""Logging in to the loopback Telegram with the real Telethon, and out again."""

from __future__ import annotations

import asyncio

import pytest
from telethon import TelegramClient, errors
from telethon.sessions import StringSession

from tests.telegram import Controls, Login, asynchronous


@asynchronous
async def test_phone_and_code_log_in(telegram: Controls):
    telegram.add_user(phone="+15550002", code="54321", username="bob")
    client = telegram.client()

    await client.start(phone="+15550002", code_callback=lambda: "54321")
    me = await client.get_me()
    await client.disconnect()

    assert (me.username, me.phone, me.is_self) == ("bob", "15550002", True)


@asynchronous
async def test_session_of_a_login_connects_again(telegram: Controls):
    telegram.add_user(phone="+15550002", code="54321", username="bob")
    client = telegram.client()
    await client.start(phone="+15550002", code_callback=lambda: "54321")
    saved = client.session.save()
    await client.disconnect()

    async with TelegramClient(StringSession(saved), telegram.api_id, telegram.api_hash) as again:
        assert (await again.get_me()).username == "bob"


@asynchronous
async def test_wrong_code_is_refused(telegram: Controls):
    telegram.add_user(phone="+15550002", code="54321")
    async with connected(telegram) as client:
        await client.send_code_request("+15550002")

        with pytest.raises(errors.PhoneCodeInvalidError):
            await client.sign_in("+15550002", "11111")
        assert not await client.is_user_authorized()


@asynchronous
async def test_old_code_is_refused(telegram: Controls):
    bob = telegram.add_user(phone="+15550002", code="54321")
    async with connected(telegram) as client:
        await client.send_code_request("+15550002")
        telegram.expire_code(bob)

        with pytest.raises(errors.PhoneCodeExpiredError):
            await client.sign_in("+15550002", "54321")


@asynchronous
async def test_unknown_phone_is_refused(telegram: Controls):
    async with connected(telegram) as client:
        with pytest.raises(errors.PhoneNumberInvalidError):
            await client.send_code_request("+15550009")


@asynchronous
async def test_password_is_asked_for_after_the_code(telegram: Controls):
    telegram.add_user(phone="+15550002", code="54321", password="correct horse")
    async with connected(telegram) as client:
        await client.send_code_request("+15550002")

        with pytest.raises(errors.SessionPasswordNeededError):
            await client.sign_in("+15550002", "54321")
        with pytest.raises(errors.PasswordHashInvalidError):
            await client.sign_in(password="battery staple")
        assert (await client.sign_in(password="correct horse")).phone == "15550002"


@asynchronous
async def test_bot_logs_in_by_its_token(telegram: Controls):
    telegram.add_bot("42:token", username="helper_bot")
    client = telegram.client()

    await client.start(bot_token="42:token")
    me = await client.get_me()
    await client.disconnect()

    assert (me.username, me.bot) == ("helper_bot", True)


@asynchronous
async def test_unknown_token_is_refused(telegram: Controls):
    async with connected(telegram) as client:
        with pytest.raises(errors.AccessTokenInvalidError):
            await client.sign_in(bot_token="43:token")


@asynchronous
async def test_log_out_leaves_a_key_that_is_nobodys(telegram: Controls, alice: Login):
    client = alice.client()
    await client.connect()

    assert await client.log_out()
    async with connected(telegram, alice) as again:
        assert await again.get_me() is None
    assert telegram.ledger()["requests"]["auth.logOut"] == 1


@asynchronous
async def test_qr_code_logs_in_once_another_client_accepts_it(telegram: Controls, alice: Login):
    async with connected(telegram) as client:
        code = await client.qr_login()
        waiting = asyncio.ensure_future(code.wait(10))
        await asyncio.sleep(0)  # lets it listen before the phone reads the code

        telegram.accept_login_token(code.url, alice.account_id)

        assert (await waiting).username == "alice"
        assert (await client.get_me()).username == "alice"


@asynchronous
async def test_qr_code_of_an_account_with_a_password_asks_for_it(telegram: Controls):
    bob = telegram.add_user(phone="+15550002", code="54321", password="correct horse", username="bob")
    async with connected(telegram) as client:
        code = await client.qr_login()
        waiting = asyncio.ensure_future(code.wait(10))
        await asyncio.sleep(0)

        telegram.accept_login_token(code.url, bob)

        with pytest.raises(errors.SessionPasswordNeededError):
            await waiting
        assert (await client.sign_in(password="correct horse")).username == "bob"


class connected:
    """A client that connects without the questions of `start()`, logged in or not."""

    def __init__(self, telegram: Controls, login: Login | None = None) -> None:
        self._client = login.client() if login else telegram.client()

    async def __aenter__(self) -> TelegramClient:
        await self._client.connect()
        return self._client

    async def __aexit__(self, *_: object) -> None:
        await self._client.disconnect()
