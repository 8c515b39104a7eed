"""Redis as a store: what it does when it is started anew, or when another server takes its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.celery_support import until
from tests.runtime.redis_kinds import Pair, behind_tls, certificates, cluster, watched_pair
from tests.runtime.redises import redis_of_ones_own
from tests.runtime.store_use import LONG, granted, record
from tgsession_runtime.errors import StoreError
from tgsession_runtime.redis_store import RedisStore
from tgsession_runtime.stores import Held

NAME = "00112233445566aa"


def test_a_store_started_without_its_data_lets_nobody_in_as_long_as_a_lost_lease_could_last() -> None:
    with redis_of_ones_own() as server:
        granted(RedisStore(server.url, 3.0), NAME, 0.5)
        server.restart(forget=True)
        other = RedisStore(server.url, 3.0)

        refused = other.acquire(NAME, record(), 3.0)

        assert isinstance(refused, Held)
        assert (refused.token, refused.holder) == (0, None)
        assert 1.0 < refused.left <= 3.0
        assert granted(other, NAME, 3.0)
        assert server.uptime() >= 2


def test_a_lease_that_the_store_has_forgotten_is_brought_back_by_its_holder() -> None:
    with redis_of_ones_own() as own:
        store = RedisStore(own.url, 3.0)
        token = granted(store, NAME, 0.5)
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
        token = granted(store, NAME, 0.5)
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


def test_a_store_that_hangs_is_given_up_in_time() -> None:
    with redis_of_ones_own() as own, own.paused(), pytest.raises(StoreError, match=r"(?i)time"):
        RedisStore(own.url, 0.2).read("none")


def test_a_store_that_may_forget_leases_is_refused() -> None:
    with redis_of_ones_own() as own:
        store = RedisStore(own.url, 3.0)
        store._ask("CONFIG", "SET", "maxmemory", "100mb")
        store._ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")  # two at once only from Redis 7 on
        with pytest.raises(StoreError, match="allkeys-lru"):
            RedisStore(own.url, 3.0).read(NAME)


def test_a_process_that_is_gone_is_waited_out_where_the_store_may_have_forgotten_another_since() -> None:
    with redis_of_ones_own() as own:
        store = RedisStore(own.url, 3.0)
        token = granted(store, NAME, 0.5)
        store.renew(NAME, token, record(), LONG)
        own.restart(forget=False)  # as it was some time ago, for all it can tell

        assert isinstance(held := RedisStore(own.url, 3.0).acquire(NAME, record(), LONG, over=token), Held)
        assert held.token == 0


def test_a_user_needs_no_more_rights_than_the_page_says() -> None:
    page = (Path(__file__).parents[2] / "docs" / "lease.md").read_text("utf-8")
    rights = [word for part in re.findall(r"`((?:[+~]\S+ ?)+)`", page) for word in part.split()]
    with redis_of_ones_own() as own:
        RedisStore(own.url, 3.0)._ask("ACL", "SETUSER", "leases", "on", ">secret", *rights)
        store = RedisStore(f"{own.url}?username=leases&password=secret", 3.0)

        token = granted(store, NAME)
        assert store.renew(NAME, token, record(), LONG)
        assert store.read(NAME) is not None
        assert store.release(NAME, token)


def test_a_server_whose_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with behind_tls(tmp_path) as url, pytest.raises(StoreError, match="certificate") as refused:
        RedisStore(url.partition("?")[0], 3.0).read(NAME)

    assert "hunter2" not in refused.value.explain()


def test_celery_s_words_for_a_certificate_are_understood(tmp_path: Path) -> None:
    with behind_tls(tmp_path) as url:
        assert RedisStore(f"{url}&ssl_cert_reqs=CERT_REQUIRED", 3.0).read(NAME) is None


def test_a_node_of_a_cluster_says_how_to_write_its_address(tmp_path: Path) -> None:
    with cluster(tmp_path) as ports, pytest.raises(StoreError, match=r"redis\+cluster://"):
        for number in range(100):  # some of them are the other node's
            RedisStore(f"redis://127.0.0.1:{ports[0]}", 3.0).read(f"{number}")


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_the_master_that_sentinels_name_is_found(tls: bool, tmp_path: Path) -> None:
    with watched_pair(tmp_path / "pair", certificates(tmp_path / "tls") if tls else None) as pair:
        until(lambda: _answers(pair.url), "the master is found")
        assert granted(RedisStore(pair.url, 3.0), NAME, 1.0)


def test_a_replica_that_never_heard_of_a_lease_lets_nobody_in_as_long_as_it_could_last(tmp_path: Path) -> None:
    known, unheard = "00112233445566bb", "00112233445566cc"
    with watched_pair(tmp_path / "pair") as pair:
        until(lambda: _answers(pair.url), "the master is found")
        store = RedisStore(pair.url, 3.0)
        store.release(known, granted(store, known))
        pair.to_master.wait(1, 3000)
        tokens = _lease_behind_its_back(pair, store, known, unheard)
        until(lambda: _answers(pair.url), "the replica has taken over")
        other = RedisStore(pair.url, 3.0)
        with pytest.raises(StoreError):  # its connection was to the old master
            store.read(known)

        for name, token in tokens.items():
            assert other.read(name) is None  # it is lost
            assert isinstance(refused := other.acquire(name, record(), LONG), Held)
            assert (refused.token, refused.left) == (0, LONG)
            assert store.renew(name, token, record(), LONG)  # by its holder, who is alive
            assert isinstance(held := other.acquire(name, record(), LONG), Held)
            assert held.token == token
            assert store.release(name, token)
            assert isinstance(other.acquire(name, record(), LONG), int)


def _lease_behind_its_back(pair: Pair, store: RedisStore, *names: str) -> dict[str, int]:
    """Leases that are granted while the replica hears nothing, and the master's end."""
    import signal

    pair.replica.send_signal(signal.SIGSTOP)
    pair.to_master.execute_command("CLIENT", "KILL", "TYPE", "replica")
    tokens = {name: granted(store, name) for name in names}
    pair.master.kill()
    pair.master.wait()
    pair.replica.send_signal(signal.SIGCONT)
    return tokens


def _answers(url: str) -> bool:
    """Whether there is a master that can be written to."""
    store = RedisStore(url, 3.0) if _is_found(url) else None
    if store is None:
        return False
    try:
        return not store.release("nobody's", 1)
    except StoreError:
        return False
    finally:
        store.close()


def _is_found(url: str) -> bool:
    try:
        RedisStore(url, 3.0).close()
    except StoreError:
        return False
    return True
