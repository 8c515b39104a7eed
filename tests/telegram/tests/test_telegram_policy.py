"""When the loopback Telegram destroys an auth key, and what the real Telethon is told."""

from __future__ import annotations

import asyncio
import sys

import pytest
from telethon import errors, functions

from tests.telegram import Controls, Login, asynchronous

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="loopback has one address only")
ELSEWHERE = {"local_addr": "127.0.0.2"}


@pytest.mark.parametrize("after", ["406", "404", "401"])
@asynchronous
async def test_key_in_use_from_two_addresses_dies(telegram: Controls, alice: Login, after):
    telegram.set_policy("ip", after=after)
    first, second = alice.client(), alice.client(**ELSEWHERE)
    await first.connect()

    with pytest.raises(errors.AuthKeyDuplicatedError):
        await second.connect()
    with pytest.raises(errors.AuthKeyDuplicatedError):
        await first.get_me()
    [death] = telegram.ledger()["invalidations"]
    assert (death["key_id"], death["connections"], death["method"]) == (alice.key_id, [1, 2], "help.getConfig")
    assert (death["addresses"], death["policy"]) == (["127.0.0.1", "127.0.0.2"], "ip")
    await leave(first, second)


@asynchronous
async def test_one_address_is_enough_when_strict(telegram: Controls, alice: Login):
    telegram.set_policy("strict")
    first, second = alice.client(), alice.client()
    await first.connect()

    with pytest.raises(errors.AuthKeyDuplicatedError):
        await second.connect()
    await leave(first, second)


@pytest.mark.parametrize(("policy", "options"), [("ip", {}), ("none", ELSEWHERE)])
@asynchronous
async def test_key_lives_where_the_policy_allows_it(telegram: Controls, alice: Login, policy, options):
    telegram.set_policy(policy)
    async with alice.client() as first, alice.client(**options) as second:
        await second.get_me()
        assert (await first.get_me()).username == "alice"
    assert (telegram.totals()["overlaps"], telegram.totals()["invalidations"]) == (1, 0)


@pytest.mark.parametrize(
    ("after", "error"),
    [("406", errors.AuthKeyDuplicatedError), ("404", errors.AuthKeyNotFound), ("401", errors.AuthKeyUnregisteredError)],
)
@asynchronous
async def test_later_connections_of_a_dead_key_get_what_is_set(telegram: Controls, alice: Login, after, error):
    telegram.set_policy("ip", after=after)
    first, second, later = alice.client(), alice.client(**ELSEWHERE), alice.client(connection_retries=1, retry_delay=0)
    await first.connect()
    with pytest.raises(errors.AuthKeyDuplicatedError):
        await second.connect()
    await leave(first, second)

    with pytest.raises(error):
        await later.connect()
        await later.get_messages("me")
    await later.disconnect()
    await asyncio.gather(later.disconnected, return_exceptions=True)  # the 404 again, which asyncio would miss


@asynchronous
async def test_pings_of_a_dead_key_are_answered(telegram: Controls, alice: Login):
    client = alice.client()
    await client.connect()
    telegram.revoke(alice, "AUTH_KEY_DUPLICATED")

    pong = await client(functions.PingRequest(ping_id=5))
    with pytest.raises(errors.AuthKeyDuplicatedError):
        await client.get_me()

    assert pong.ping_id == 5
    await client.disconnect()


@asynchronous
async def test_pings_alone_kill_no_key(telegram: Controls, alice: Login):
    async with alice.client(), alice.client() as second:
        telegram.set_policy("strict")
        await second(functions.PingRequest(ping_id=5))

        assert telegram.totals()["invalidations"] == 0


@asynchronous
async def test_address_that_has_left_counts_while_it_lingers(telegram: Controls, alice: Login):
    telegram.set_policy("ip", linger=60)
    async with alice.client():
        pass

    second = alice.client(**ELSEWHERE)
    with pytest.raises(errors.AuthKeyDuplicatedError):
        await second.connect()
    assert (telegram.totals()["overlaps"], telegram.totals()["invalidations"]) == (0, 1)
    await second.disconnect()


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        ("SESSION_REVOKED", errors.SessionRevokedError),
        ("AUTH_KEY_UNREGISTERED", errors.AuthKeyUnregisteredError),
        ("USER_DEACTIVATED_BAN", errors.UserDeactivatedBanError),
        ("AUTH_KEY_DUPLICATED", errors.AuthKeyDuplicatedError),
    ],
)
@asynchronous
async def test_revoked_key_gets_its_error_at_every_request(telegram: Controls, alice: Login, error, raised):
    client = alice.client()
    await client.connect()
    telegram.revoke(alice, error)

    for _ in range(2):
        with pytest.raises(raised):
            await client.get_messages("me")
    await client.disconnect()


@asynchronous
async def test_revoked_key_looks_like_no_login_to_get_me(telegram: Controls, alice: Login):
    telegram.revoke(alice, "SESSION_REVOKED")
    client = alice.client()
    await client.connect()

    assert await client.get_me() is None
    assert client.is_connected()
    await client.disconnect()


@asynchronous
async def test_forgotten_key_is_refused_by_the_transport(telegram: Controls, alice: Login):
    telegram.revoke(alice, "404")
    client = alice.client()

    with pytest.raises(errors.AuthKeyNotFound):
        await client.connect()
    with pytest.raises(errors.AuthKeyNotFound):
        await client.disconnected


@asynchronous
async def test_login_ends_what_was_said_of_the_key(telegram: Controls):
    telegram.add_bot("42:token")
    client = telegram.client()
    await client.connect()
    key_id = f"{client._sender.auth_key.key_id:016x}"
    telegram.revoke(key_id, "AUTH_KEY_UNREGISTERED")

    await client.sign_in(bot_token="42:token")

    assert (await client.get_me()).bot
    await client.disconnect()


async def leave(*clients):
    await asyncio.gather(*(client.disconnect() for client in clients))
