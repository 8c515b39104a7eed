"""PostgreSQL as a store: what it does when it is started anew, or when a standby takes its place."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.celery_support import until
from tests.runtime.postgreses import PostgresServer, postgres_of_ones_own
from tests.runtime.store_use import LONG, granted, record
from tgsession_runtime.errors import StoreError
from tgsession_runtime.postgres_store import PostgresStore
from tgsession_runtime.stores import Held

NAME, UNHEARD = "00112233445566aa", "00112233445566bb"


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    with postgres_of_ones_own() as one:
        yield one


_open: list[PostgresStore] = []


@pytest.fixture(autouse=True)
def _closing() -> Iterator[None]:
    yield
    while _open:
        _open.pop().close()


def opened(server: PostgresServer, timeout: float = 3.0) -> PostgresStore:
    """A store that is closed with the test."""
    _open.append(PostgresStore(server.url, timeout))
    return _open[-1]


def test_a_server_started_anew_keeps_its_leases_and_doubts_what_is_free(server: PostgresServer) -> None:
    store = opened(server)
    token = granted(store, NAME, 0.5)
    store.renew(NAME, token, record(), LONG)
    store.release(UNHEARD, granted(store, UNHEARD, 0.5))
    server.restart()
    other = opened(server)

    assert isinstance(held := other.acquire(NAME, record(), LONG), Held)
    assert held.token == token
    assert isinstance(free := other.acquire(UNHEARD, record(), LONG), Held)
    assert (free.token, 50 < free.left <= LONG) == (0, True)
    assert isinstance(gone := other.acquire(NAME, record(), LONG, over=token), Held)
    assert gone.token == 0
    with pytest.raises(StoreError):  # its connection was to the old run
        store.renew(NAME, token, record(), LONG)
    assert store.renew(NAME, token, record(), LONG)
    assert store.release(NAME, token)
    assert isinstance(other.acquire(NAME, record(), LONG), int)  # who had it is known since it was renewed


def test_a_new_server_without_data_lets_nobody_in_as_long_as_a_lost_lease_could_last(server: PostgresServer) -> None:
    refused = opened(server).acquire(NAME, record(), 3.0)

    assert isinstance(refused, Held)
    assert (refused.token, 0 < refused.left <= 3.0) == (0, True)
    assert granted(opened(server), NAME, 3.0)
    assert server.ask("SELECT clock_timestamp() - pg_postmaster_start_time() >= interval '3 s'") == (True,)


def test_a_standby_that_never_heard_of_a_lease_lets_nobody_in_as_long_as_it_could_last(server: PostgresServer) -> None:
    store = opened(server)
    token = granted(store, NAME, 0.5)
    store.renew(NAME, token, record(), LONG)
    with postgres_of_ones_own(copy_of=server) as standby:
        with pytest.raises(StoreError, match=r"recovery|read-only"):
            opened(standby).acquire(NAME, record(), LONG)
        with standby.paused():
            server.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_replication")
            store.release(NAME, token)
            tokens = {name: granted(store, name, 0.5) for name in (NAME, UNHEARD)}
            server.kill()
        standby.promote()
        other = opened(standby)

        assert isinstance(stale := other.acquire(NAME, record(), LONG), Held)
        assert stale.token == token  # that it was released is not known here
        assert isinstance(doubted := other.acquire(NAME, record(), LONG, over=token), Held)
        assert (doubted.token, round(doubted.left)) == (0, LONG)
        assert isinstance(unheard := other.acquire(UNHEARD, record(), LONG), Held)
        assert (unheard.token, round(unheard.left)) == (0, LONG)
        for name, given in tokens.items():
            assert other.renew(name, given, record(), LONG)  # its holder is alive
            assert other.release(name, given)
            assert isinstance(other.acquire(name, record(), LONG), int)


def test_a_server_that_hangs_is_given_up_in_time(server: PostgresServer) -> None:
    store = opened(server, 0.2)
    assert store.read("none") is None
    with server.paused():
        with pytest.raises(StoreError, match="no answer in time"):
            store.read("none")
        with pytest.raises(StoreError, match="timeout"):
            store.read("none")

    assert store.read("none") is None


def test_a_server_that_may_forget_leases_is_refused(server: PostgresServer) -> None:
    server.ask("ALTER SYSTEM SET fsync = off")
    server.ask("SELECT pg_reload_conf()")
    until(lambda: server.ask("SHOW fsync") == ("off",), "it has read that")

    with pytest.raises(StoreError, match="fsync is off"):
        opened(server).read(NAME)


def test_a_lease_is_on_the_disk_whatever_the_database_says(server: PostgresServer) -> None:
    server.ask("ALTER SYSTEM SET synchronous_commit = off")
    server.ask("ALTER SYSTEM SET wal_writer_delay = '10s'")
    server.ask("SELECT pg_reload_conf()")
    until(lambda: server.ask("SHOW synchronous_commit") == ("off",), "it has read that")
    store = opened(server)
    token = granted(store, NAME, 0.5)
    assert store.renew(NAME, token, record(), LONG)
    server.restart()

    assert (held := opened(server).read(NAME)) is not None
    assert held.token == token


def test_a_server_that_cannot_be_reached_is_named_without_its_password() -> None:
    with pytest.raises(StoreError) as caught:
        PostgresStore("postgresql://worker:hunter2@127.0.0.1:1/leases?password=hunter3", 1.0).acquire(NAME, "{}", 1.0)

    assert "`postgresql://127.0.0.1:1/leases`" in str(caught.value)
    assert "hunter" not in caught.value.explain()


@pytest.mark.parametrize("secret", ["100%hunter", "hun ter2"])
def test_an_address_that_cannot_be_read_is_not_quoted(secret: str) -> None:
    with pytest.raises(StoreError) as caught:
        PostgresStore(f"postgresql://u:{secret}@127.0.0.1:1/db", 1.0).read("x")

    assert "it cannot be read" in str(caught.value)
    assert [part for part in ("hun", "100") if part in f"{caught.value!r} {caught.value.explain()}"] == []


def test_those_who_come_first_together_make_one_table(server: PostgresServer) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: opened(server).read(NAME), range(8)))

    assert found == [None] * 8


def test_a_database_that_lets_statements_fail_rather_than_wait_is_asked_again(server: PostgresServer) -> None:
    server.ask("ALTER SYSTEM SET default_transaction_isolation = serializable")
    server.ask("SELECT pg_reload_conf()")
    until(lambda: server.ask("SHOW default_transaction_isolation") == ("serializable",), "it has read that")
    token = granted(opened(server), NAME, 0.5)

    def renew(store: PostgresStore) -> bool:
        return all(store.renew(NAME, token, record(), LONG) for _ in range(20))

    with ThreadPoolExecutor(3) as pool:
        assert all(pool.map(renew, [opened(server) for _ in range(3)]))
