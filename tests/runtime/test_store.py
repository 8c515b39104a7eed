from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.celery_support import redis_server, until
from tests.runtime.redises import RedisServer, redis_of_ones_own
from tgsession_runtime.errors import StoreError
from tgsession_runtime.holder import current
from tgsession_runtime.redis_store import RedisStore
from tgsession_runtime.stores import Held, shown

LONG = 60.0
NAME = "00112233445566aa"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_of_ones_own() as one:
        yield one


@pytest.fixture
def store(server: RedisServer) -> Iterator[RedisStore]:
    yield from _store(server, flush=True)


@pytest.fixture
def other(server: RedisServer) -> Iterator[RedisStore]:
    yield from _store(server)


def _store(server: RedisServer, *, flush: bool = False) -> Iterator[RedisStore]:
    one = RedisStore(server.url, 3.0)
    if flush:
        one._ask("FLUSHALL")
    yield one
    one.close()


def granted(store: RedisStore, seconds: float = 1.0, over: int = 0) -> int:
    """The token of a lease that was free; a store that has just been started gives one once it is as old as *seconds*."""
    while isinstance(found := store.acquire(NAME, record(), seconds, over), Held) and found.token == 0:
        pass
    assert isinstance(found, int), found
    return found


def record() -> str:
    return current().encode().decode().strip()


def test_a_lease_has_one_holder_whom_others_can_read(store: RedisStore, other: RedisStore) -> None:
    token = granted(store)

    found = other.acquire(NAME, record(), LONG)

    assert isinstance(found, Held)
    assert (found.token, 0 < found.left <= 1.0) == (token, True)
    assert found.holder is not None
    assert found.holder.pid == current().pid
    assert other.read(NAME) is not None


def test_a_released_lease_is_free_at_once_and_its_next_token_is_higher(store: RedisStore, other: RedisStore) -> None:
    first = granted(store)

    assert store.release(NAME, first)
    assert store.read(NAME) is None
    assert granted(other) > first


def test_a_lease_that_nobody_renews_ends_and_one_that_is_renewed_does_not(store: RedisStore, other: RedisStore) -> None:
    token = granted(store, 1.0)

    assert store.renew(NAME, token, record(), LONG)
    assert isinstance(held := other.acquire(NAME, record(), LONG), Held)
    assert held.left > 1.0
    assert store.renew(NAME, token, record(), 0.05)
    assert granted_after_end(other) > token


def granted_after_end(store: RedisStore) -> int:
    while isinstance(found := store.acquire(NAME, record(), 1.0), Held):
        assert found.left <= 1.0
    return found


def test_a_renewal_that_comes_too_late_takes_nothing_away(store: RedisStore, other: RedisStore) -> None:
    late = granted(store, 0.05)
    token = granted_after_end(other)

    assert not store.renew(NAME, late, record(), LONG)
    assert not store.release(NAME, late)
    assert other.renew(NAME, token, record(), LONG)


def test_a_renewal_that_comes_after_the_release_brings_nothing_back(store: RedisStore) -> None:
    token = granted(store)
    store.release(NAME, token)

    assert not store.renew(NAME, token, record(), LONG)
    assert store.read(NAME) is None


def test_a_lease_is_taken_over_only_from_the_one_that_was_seen(store: RedisStore, other: RedisStore) -> None:
    first = granted(store)

    second = other.acquire(NAME, record(), LONG, over=first)

    assert isinstance(second, int)
    assert isinstance(store.acquire(NAME, record(), LONG, over=first), Held)
    assert not store.renew(NAME, first, record(), LONG)


def test_a_record_with_spaces_and_any_letters_comes_back(store: RedisStore) -> None:
    from dataclasses import replace

    odd = replace(current(), command='späte "Wörter" {} \n 12 34')
    store.acquire(NAME, odd.encode().decode().strip(), 0.5)

    held = store.read(NAME)
    assert held is not None
    assert held.token == 0 or held.holder == odd


def test_a_store_started_without_its_data_lets_nobody_in_as_long_as_a_lost_lease_could_last() -> None:
    with redis_of_ones_own() as server:
        granted(RedisStore(server.url, 3.0), 0.5)
        server.restart(forget=True)
        other = RedisStore(server.url, 3.0)

        refused = other.acquire(NAME, record(), 3.0)

        assert isinstance(refused, Held)
        assert (refused.token, refused.holder) == (0, None)
        assert 1.0 < refused.left <= 3.0
        assert granted(other, 3.0)
        assert server.uptime() >= 2


def test_a_lease_that_the_store_has_forgotten_is_brought_back_by_its_holder() -> None:
    with redis_of_ones_own() as own:
        store = RedisStore(own.url, 3.0)
        token = granted(store, 0.5)
        own.restart(forget=True)
        other = RedisStore(own.url, 3.0)
        assert isinstance(other.acquire(NAME, record(), LONG), Held)
        with pytest.raises(StoreError):  # its connection was to the old run
            store.renew(NAME, token, record(), LONG)

        assert store.renew(NAME, token, record(), LONG)

        assert isinstance(held := other.acquire(NAME, record(), LONG), Held)
        assert held.token == token


def test_a_store_started_with_its_data_goes_on() -> None:
    with redis_of_ones_own() as own:
        store = RedisStore(own.url, 3.0)
        token = granted(store, 0.5)
        store.renew(NAME, token, record(), LONG)
        own.restart(forget=False)
        other = RedisStore(own.url, 3.0)

        assert isinstance(held := other.acquire(NAME, record(), LONG), Held)
        assert held.token == token
        assert other.release(NAME, token)
        assert isinstance(other.acquire(NAME, record(), LONG), int)  # what is known to be whole need not be waited out


def test_a_store_that_cannot_be_reached_is_named_without_its_password() -> None:
    with pytest.raises(StoreError) as caught:
        RedisStore("redis://worker:hunter2@127.0.0.1:1/0", 1.0).acquire(NAME, "{}", 1.0)

    assert "`redis://127.0.0.1:1/0`" in str(caught.value)
    assert "hunter2" not in caught.value.explain()
    assert caught.value.__cause__ is None


def test_a_store_that_hangs_is_given_up_in_time(server: RedisServer) -> None:
    store = RedisStore(server.url, 0.2)
    assert store.read("none") is None
    with server.paused(), pytest.raises(StoreError, match=r"(?i)time"):
        store.read("none")


def test_a_store_that_may_forget_leases_is_refused() -> None:
    with redis_of_ones_own() as own:
        store = RedisStore(own.url, 3.0)
        store._ask("CONFIG", "SET", "maxmemory", "100mb")
        store._ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")  # two at once only from Redis 7 on
        with pytest.raises(StoreError, match="allkeys-lru"):
            RedisStore(own.url, 3.0).read(NAME)


@pytest.mark.parametrize(("url", "said"), [
    ("redis://:secret@host:6379/1", "redis://host:6379/1"),
    ("redis+sentinel://u:p@one:1,two:2/main/3", "redis+sentinel://one:1,two:2/main/3"),
    ("unix:///run/redis.sock?password=secret", "unix:///run/redis.sock"),
])  # fmt: skip
def test_an_address_is_shown_without_what_is_secret_in_it(url: str, said: str) -> None:
    assert shown(url) == said


def test_the_master_that_sentinels_name_is_found(tmp_path: Path) -> None:
    server = redis_server()
    assert server
    ports = [_free_port(), _free_port()]
    (tmp_path / "sentinel.conf").write_text(
        f"port {ports[0]}\nbind 127.0.0.1\ndir {tmp_path}\nsentinel monitor main 127.0.0.1 {ports[1]} 1\n", "utf-8"
    )
    words = [["sentinel.conf", "--sentinel"], ["--port", str(ports[1]), "--bind", "127.0.0.1", "--save", ""]]
    started = [subprocess.Popen([server, *one], cwd=tmp_path, stdout=subprocess.DEVNULL) for one in words]
    try:
        url = f"redis+sentinel://127.0.0.1:{ports[0]}/main"
        until(lambda: _answers(url), "the master is found")
        assert granted(RedisStore(url, 3.0), 0.5)
    finally:
        for process in started:
            process.kill()
            process.wait()


def _answers(url: str) -> bool:
    try:
        return RedisStore(url, 3.0).read(NAME) is None
    except StoreError:
        return False


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
