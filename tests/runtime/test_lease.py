"""Two hosts, as far as a lease can tell: names, state folders and addresses of their own, and one real store."""

from __future__ import annotations

import asyncio
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.runtime.commands import CHECKOUT, DEADLINE, environment
from tests.runtime.guarding import API, FORMS, login, nothing_left, run
from tests.runtime.machines import SHORT_LEASE, WINDOW
from tests.runtime.postgreses import postgres_of_ones_own
from tests.runtime.redises import RedisServer, redis_of_ones_own
from tgsession_runtime import ConfigurationError, LeaseHeldError, LeaseLostError, StoreError, guarded_client
from tgsession_runtime.claim import contend
from tgsession_runtime.holder import current
from tgsession_runtime.lease import Lease
from tgsession_runtime.leasing import Leasing
from tgsession_runtime.pause import wait_for
from tgsession_runtime.session import SessionName
from tgsession_runtime.state import State
from tgsession_runtime.terms import Terms

if TYPE_CHECKING:
    from tests.telegram import Controls

# Holds a session in a host of its own until told to leave, and says in a line each what becomes of it.
_HOST = """
import asyncio, sys
from telethon.sessions import StringSession
from tests.telegram.rsa_key import trust
from tgsession_runtime import guarded_client
trust()
string, address, how, machine = sys.argv[1:]
if machine:
    from tests.runtime.machines import live_on
    live_on(machine)
async def main():
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(0, told.set)
    async with guarded_client(StringSession(string), 1, "0" * 32, local_addr=(address, 0), workers="ignore", lock_timeout=20, disconnect_timeout=1) as client:
        print("inside", flush=True)
        if how == "blocking":
            import time
            time.sleep(20)
        while not told.is_set():
            await client.get_me()
            await asyncio.wait({asyncio.ensure_future(told.wait())}, timeout=0.1)
try:
    asyncio.run(main())
    print("left", flush=True)
except BaseException as error:
    print(type(error).__name__, error, flush=True)
"""


@pytest.fixture(scope="module")
def _store() -> Iterator[RedisServer]:
    with redis_of_ones_own() as server:
        server.age(5)
        yield server


@pytest.fixture
def store(_store: RedisServer, monkeypatch: pytest.MonkeyPatch) -> RedisServer:
    """A store that everybody uses."""
    for name, value in {**SHORT_LEASE, "TGSESSION_LEASE": _store.url, "TGSESSION_HOST": "host-a"}.items():
        monkeypatch.setenv(name, value)
    return _store


@pytest.fixture(params=["redis", "postgres"])
def address(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where everybody has leases, in each kind of store."""
    if request.param == "redis":
        yield request.getfixturevalue("store").url
        return
    with postgres_of_ones_own() as server:
        for name, value in {**SHORT_LEASE, "TGSESSION_LEASE": server.url, "TGSESSION_HOST": "host-a"}.items():
            monkeypatch.setenv(name, value)
        yield server.url


@dataclass
class Host:
    """A process on another host."""

    process: subprocess.Popen[str]

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def leave(self) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.line()


@contextmanager
def host(folder: Path, string: str, url: str, number: int = 2, how: str = "working", machine: str = "another") -> Iterator[Host]:
    """A host that has the session, or wants it; without *machine*, on this one, but with a state folder of its own."""
    name = f"host-{number}"
    variables = {**SHORT_LEASE, "TGSESSION_LEASE": url, "TGSESSION_HOST": name}
    process = subprocess.Popen(
        [sys.executable, "-c", _HOST, string, f"127.0.0.{number}", how, machine], cwd=CHECKOUT, env=environment(folder / name, **variables),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield Host(process)
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.communicate(timeout=DEADLINE)


def session(string: str) -> Any:
    from telethon.sessions import StringSession

    return StringSession(string)


def block(string: str, **options: Any) -> Any:
    return guarded_client(session(string), *API, **{"workers": "ignore", "lock_timeout": 20.0, "disconnect_timeout": 1.0, **options})


async def work(client: Any) -> None:
    await client.get_me()


@pytest.mark.parametrize("form", FORMS)
def test_a_block_takes_the_lease_and_gives_it_back(form: str, far: Controls, state: Path, store: RedisServer, tmp_path: Path) -> None:
    string, before = login(far, tmp_path / "a.session", 61).string(), far.totals()["overlaps"]
    run(form, lambda: block(string), work)

    with nothing_left():
        for _ in range(3):  # free at once each time
            run(form, lambda: block(string, lock_timeout=0.0), work)
    assert far.totals()["overlaps"] == before


def test_another_host_waits_until_the_session_is_released(far: Controls, state: Path, address: str, tmp_path: Path) -> None:
    string, before = login(far, tmp_path / "a.session", 62).string(), far.totals()["overlaps_two_addresses"]
    with host(tmp_path, string, address) as other:
        assert other.line() == "inside"

        with pytest.raises(LeaseHeldError) as refused:
            run("async with", lambda: block(string, lock_timeout=0.0), work)

        assert "on host-2" in str(refused.value)
        assert refused.value.left <= WINDOW
        assert other.leave() == "left"
        run("async with", lambda: block(string, lock_timeout=0.0), work)
    assert far.totals()["overlaps_two_addresses"] == before


def test_a_killed_host_is_waited_out(far: Controls, state: Path, address: str, tmp_path: Path) -> None:
    string = login(far, tmp_path / "a.session", 63).string()
    with host(tmp_path, string, address) as other:
        assert other.line() == "inside"
        other.signal(signal.SIGKILL)
        other.process.wait(DEADLINE)
        with pytest.raises(LeaseHeldError):
            run("async with", lambda: block(string, lock_timeout=0.5), work)

        run("async with", lambda: block(string), work)


def test_a_killed_process_of_this_machine_is_not_waited_for(far: Controls, state: Path, store: RedisServer, tmp_path: Path) -> None:
    string = login(far, tmp_path / "a.session", 64).string()
    with host(tmp_path, string, store.url, machine="") as other:
        assert other.line() == "inside"
        other.signal(signal.SIGKILL)
        other.process.wait(DEADLINE)

        run("async with", lambda: block(string, lock_timeout=0.0), work)


def test_a_stopped_host_has_no_connection_when_the_next_gets_in(far: Controls, state: Path, store: RedisServer, tmp_path: Path) -> None:
    string = login(far, tmp_path / "a.session", 65).string()
    before = far.totals()
    with host(tmp_path, string, store.url) as other:
        assert other.line() == "inside"
        other.signal(signal.SIGSTOP)

        async def body(client: Any) -> None:
            await client.get_me()
            other.signal(signal.SIGCONT)  # it must not come back while we are here
            assert (await asyncio.to_thread(other.line)).startswith("LeaseLostError")
            await client.get_me()

        run("async with", lambda: block(string), body)
    after = far.totals()
    assert after["ping_delay_ends"] > before["ping_delay_ends"]
    assert after["overlaps_two_addresses"] == before["overlaps_two_addresses"]
    assert after["invalidations"] == before["invalidations"]


@pytest.mark.parametrize("form", FORMS)
def test_a_block_ends_when_its_lease_cannot_be_renewed(form: str, far: Controls, state: Path, store: RedisServer, tmp_path: Path) -> None:
    string = login(far, tmp_path / "a.session", 66).string()

    async def body(client: Any) -> None:
        with store.paused():
            for _ in range(200):
                await client.get_me()
                await asyncio.sleep(0.1)

    with pytest.raises(LeaseLostError, match=r"not renewed for 1.5 s"):
        run(form, lambda: block(string), body)
    far.until(lambda ledger: ledger["totals"]["live"] == 0)
    run(form, lambda: block(string), work)


def test_a_lease_that_is_lost_on_the_way_in_is_named(far: Controls, state: Path, store: RedisServer, tmp_path: Path) -> None:
    string = login(far, tmp_path / "a.session", 73).string()
    far.fault("never", on="users.getUsers")
    with host(tmp_path, string, store.url) as other:
        far.until(lambda ledger: ledger["totals"]["live"] == 1, timeout=DEADLINE)
        with store.paused():
            assert other.line().startswith("LeaseLostError")


def test_a_block_whose_loop_stood_still_is_connected_anew(far: Controls, state: Path, store: RedisServer, tmp_path: Path) -> None:
    string = login(far, tmp_path / "a.session", 74).string()
    before = far.totals()["ping_delay_ends"]

    async def body(client: Any) -> None:
        far.until(lambda ledger: ledger["totals"]["ping_delay_ends"] > before)  # blocks the loop, not the lease
        await client.get_me()

    run("with", lambda: block(string), body)


def test_a_blocked_loop_does_not_keep_the_connection(far: Controls, state: Path, store: RedisServer, tmp_path: Path) -> None:
    string = login(far, tmp_path / "a.session", 67).string()
    with host(tmp_path, string, store.url, how="blocking") as other:
        assert other.line() == "inside"
        with store.paused():
            far.until(lambda ledger: ledger["totals"]["live"] == 0)

        assert other.process.poll() is None


def test_a_block_goes_on_while_the_store_is_started_anew(far: Controls, state: Path, store: RedisServer, tmp_path: Path) -> None:
    string = login(far, tmp_path / "a.session", 68).string()

    async def body(client: Any) -> None:
        await asyncio.to_thread(store.restart, forget=True)
        with host(tmp_path, string, store.url) as other:
            for _ in range(20):
                await client.get_me()
                await asyncio.sleep(0.1)
            assert not select.select([other.process.stdout], [], [], 0)[0]

    run("async with", lambda: block(string), body)
    store.age(5)


def test_a_lease_that_an_operator_has_released_ends_the_block(far: Controls, state: Path, store: RedisServer, tmp_path: Path) -> None:
    from tgsession_runtime.redis_store import RedisStore

    string = login(far, tmp_path / "a.session", 69).string()

    async def body(client: Any) -> None:
        other = RedisStore(store.url, 3.0)
        name = f"{client.session.auth_key.key_id & (2**64 - 1):016x}"
        held = other.read(name)
        assert held is not None
        other.release(name, held.token)
        await asyncio.sleep(20)

    with pytest.raises(LeaseLostError, match="somebody else"):
        run("async with", lambda: block(string), body)


def test_a_store_that_does_not_answer_keeps_everybody_out(far: Controls, state: Path, tmp_path: Path) -> None:
    string = login(far, tmp_path / "a.session", 70).string()
    connects = far.totals()["connects"]

    with pytest.raises(StoreError, match=r"127\.0\.0\.1:1"):
        run("async with", lambda: block(string, lease="redis://127.0.0.1:1"), work)

    assert far.totals()["connects"] == connects


def test_a_lease_that_is_not_required_is_gone_without(far: Controls, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TGSESSION_LEASE_REQUIRED", "no")
    string = login(far, tmp_path / "a.session", 71).string()

    run("async with", lambda: block(string, lease="redis://127.0.0.1:1"), work)


def test_every_connection_begins_with_telegrams_timer(far: Controls, state: Path, store: RedisServer, tmp_path: Path) -> None:
    string = login(far, tmp_path / "a.session", 72).string()
    before = far.ledger()["requests"].get("ping_delay_disconnect", 0)

    async def body(client: Any) -> None:
        assert far.ledger()["requests"]["ping_delay_disconnect"] == before + 1
        await client._sender._connection.disconnect()
        await client.get_me()
        assert far.ledger()["requests"]["ping_delay_disconnect"] >= before + 2

    run("async with", lambda: block(string), body)


def test_a_lease_is_given_back_as_soon_as_the_session_has_another_key(store: RedisServer, tmp_path: Path) -> None:
    leasing, state = Leasing(store.url, Terms(3.5, 0.3, 1.5, 1.0)), State(tmp_path)
    before, after = (SessionName("alerts", key_id=number) for number in (1, 2))
    with nothing_left(), closing(leasing.open()) as asked:
        claim = wait_for(contend(before, state, timeout=5.0, leasing=leasing))

        wait_for(claim.take_key(after, 5.0))

        assert [asked.read(name.key_id_hex) is not None for name in (before, after)] == [False, True]
        claim.release()


@pytest.mark.parametrize("fault", [ZeroDivisionError("ours"), ConfigurationError("it cannot be")], ids=lambda one: type(one).__name__)
def test_a_fault_of_the_renewal_cuts_the_connections(store: RedisServer, fault: Exception) -> None:
    class Faulty(Leasing):
        def open(self) -> Any:
            opened = super().open()

            def renew(*_: object) -> bool:
                raise fault

            opened.renew = renew  # type: ignore[method-assign]
            return opened

    cut, told = threading.Event(), list[str]()
    lease = Lease(SessionName("alerts", key_id=3), current(), Faulty(store.url, Terms(3.5, 0.3, 1.5, 1.0)))
    lease.on_cut, lease.on_lost = cut.set, told.append
    with nothing_left():
        lease.start()

        assert lease.ended.wait(DEADLINE)
        assert (cut.is_set(), lease.is_open(), lease.timer(), len(told)) == (True, False, 0, 1)
        lease.release(0.0)
