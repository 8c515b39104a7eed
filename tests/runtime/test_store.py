"""What every store has to do, tried with each: the protocol in `stores.py`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.runtime.postgreses import postgres_of_ones_own
from tests.runtime.redis_kinds import behind_tls, cluster
from tests.runtime.redises import redis_of_ones_own
from tests.runtime.store_use import LONG, granted, record
from tgsession_runtime.holder import current
from tgsession_runtime.leasing import Leasing
from tgsession_runtime.stores import Held, Store, shown
from tgsession_runtime.terms import Terms


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    with redis_of_ones_own() as server:
        yield server.url


@contextmanager
def _cluster(folder: Path) -> Iterator[str]:
    with cluster(folder) as ports:
        yield f"redis+cluster://127.0.0.1:{ports[0]}"


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    with postgres_of_ones_own() as server:
        yield server.url


KINDS: dict[str, Callable[[Path], object]] = {"redis": _redis, "redis with tls": behind_tls, "redis cluster": _cluster, "postgres": _postgres}


@pytest.fixture(scope="module", params=sorted(KINDS))
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with KINDS[request.param](tmp_path_factory.mktemp("store")) as one:  # type: ignore[attr-defined]
        yield one


@pytest.fixture
def name() -> str:
    """A login that no other test uses."""
    return os.urandom(8).hex()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    yield from _open(url)


@pytest.fixture
def other(url: str) -> Iterator[Store]:
    yield from _open(url)


def _open(url: str) -> Iterator[Store]:
    one = Leasing(url, Terms()).open()
    yield one
    one.close()


def test_a_lease_has_one_holder_whom_others_can_read(store: Store, other: Store, name: str) -> None:
    token = granted(store, name)

    found = other.acquire(name, record(), LONG)

    assert isinstance(found, Held)
    assert (found.token, 0 < found.left <= 1.0) == (token, True)
    assert found.holder is not None
    assert found.holder.pid == current().pid
    assert other.read(name) is not None


def test_a_released_lease_is_free_at_once_and_its_next_token_is_higher(store: Store, other: Store, name: str) -> None:
    first = granted(store, name)

    assert store.release(name, first)
    assert store.read(name) is None
    assert granted(other, name) > first


def test_a_lease_that_nobody_renews_ends_and_one_that_is_renewed_does_not(store: Store, other: Store, name: str) -> None:
    token = granted(store, name, 1.0)

    assert store.renew(name, token, record(), LONG)
    assert isinstance(held := other.acquire(name, record(), LONG), Held)
    assert held.left > 1.0
    assert store.renew(name, token, record(), 0.05)
    assert granted_after_end(other, name) > token


def granted_after_end(store: Store, name: str) -> int:
    while isinstance(found := store.acquire(name, record(), 1.0), Held):
        assert found.left <= 1.0
    return found


def test_a_renewal_that_comes_too_late_takes_nothing_away(store: Store, other: Store, name: str) -> None:
    late = granted(store, name, 0.05)
    token = granted_after_end(other, name)

    assert not store.renew(name, late, record(), LONG)
    assert not store.release(name, late)
    assert other.renew(name, token, record(), LONG)


def test_a_renewal_that_comes_after_the_release_brings_nothing_back(store: Store, name: str) -> None:
    token = granted(store, name)
    store.release(name, token)

    assert not store.renew(name, token, record(), LONG)
    assert store.read(name) is None


def test_a_lease_is_taken_over_only_from_the_one_that_was_seen(store: Store, other: Store, name: str) -> None:
    first = granted(store, name)

    second = other.acquire(name, record(), LONG, over=first)

    assert isinstance(second, int)
    assert isinstance(store.acquire(name, record(), LONG, over=first), Held)
    assert not store.renew(name, first, record(), LONG)


def test_a_record_with_spaces_and_any_letters_comes_back(store: Store, name: str) -> None:
    odd = replace(current(), command='späte "Wörter" {} \n 12 34')
    token = granted(store, name)
    store.renew(name, token, odd.encode().decode().strip(), LONG)

    held = store.read(name)
    assert held is not None
    assert (held.token, held.holder) == (token, odd)


def test_of_many_that_ask_at_once_one_gets_it_at_a_time(url: str, name: str) -> None:
    inside: list[int] = []
    most, tokens = [0], []

    def contend() -> None:
        store = Leasing(url, Terms()).open()
        for _ in range(10):
            token = granted_after_end(store, name)
            tokens.append(token)
            inside.append(token)
            most[0] = max(most[0], len(inside))
            inside.remove(token)
            assert store.release(name, token)
        store.close()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(contend) for _ in range(4)]:
            done.result()

    assert most == [1]
    assert len(set(tokens)) == 40


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_fork_leaves_the_connection_to_its_parent(url: str, name: str) -> None:
    before = _sockets()
    store = Leasing(url, Terms()).open()
    token = granted(store, name)
    its_own = _sockets() - before
    child = os.fork()
    if not child:
        store.after_fork_in_child()
        os._exit(len(its_own & _sockets()))

    assert its_own
    assert os.waitpid(child, 0)[1] == 0
    assert store.renew(name, token, record(), LONG)
    store.close()


def _sockets() -> set[str]:
    found = set()
    for number in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            found.add(os.readlink(f"/proc/self/fd/{number}"))
    return {one for one in found if one.startswith("socket:")}


@pytest.mark.parametrize(("address", "said"), [
    ("redis://:secret@host:6379/1", "redis://host:6379/1"),
    ("redis+sentinel://u:p@one:1,two:2/main/3", "redis+sentinel://one:1,two:2/main/3"),
    ("unix:///run/redis.sock?password=secret", "unix:///run/redis.sock"),
])  # fmt: skip
def test_an_address_is_shown_without_what_is_secret_in_it(address: str, said: str) -> None:
    assert shown(address) == said
