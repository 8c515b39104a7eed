"""The store of the model is the store: both are told the same, in any order, and say the same."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, ClassVar

import psycopg
import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.runtime.postgreses import PostgresServer, postgres_of_ones_own
from tests.runtime.redises import RedisServer, redis_of_ones_own
from tests.runtime.store_twin import UNSURE, Twin
from tests.runtime.store_use import record
from tgsession_runtime.postgres_store import PostgresStore
from tgsession_runtime.redis_store import RedisStore

# No lease runs out while the test looks: it says itself when one does.
_LONG, _SHORT = 3600.0, 1.0


class InRedis:
    """A login in a Redis: what happens to that, for real."""

    def __init__(self, server: RedisServer, name: str) -> None:
        self._server = server
        self._keys = (f"tgsession:{{{name}}}:lease", f"tgsession:{{{name}}}:last")
        self.connect()
        self.promoted = bool(str(self._raw.info("replication")["master_replid2"]).strip("0"))  # type: ignore[index]

    def connect(self) -> None:
        self.store, self._raw = RedisStore(self._server.url, 3.0), redis.Redis.from_url(self._server.url)

    def close(self) -> None:
        self.store.close()
        self._raw.close()

    def uptime(self) -> float:
        return float(self._server.uptime())

    def lease_lasts(self, seconds: float) -> None:
        self._raw.pexpire(self._keys[0], int(seconds * 1000))

    def dump(self) -> Any:
        return self._raw.get(self._keys[0]), self._raw.hgetall(self._keys[1])

    def restart(self, *, forget: bool) -> None:
        self._server.restart(forget=forget)
        self.connect()

    def promote(self, heard: Any) -> None:
        """This very server, made a replica of nobody and a master again, with what was *heard*."""
        lease, last = heard
        self._raw.execute_command("REPLICAOF", "127.0.0.1", "1")
        self._raw.execute_command("REPLICAOF", "NO", "ONE")
        self._raw.delete(*self._keys)
        if lease:
            self._raw.set(self._keys[0], lease, px=int(_LONG * 1000))
        if last:
            self._raw.hset(self._keys[1], mapping=last)


class InPostgres:
    """A login in a PostgreSQL. To start that anew takes too long: the row says that it was in another run. See `test_postgres_store.py`."""

    promoted = False

    def __init__(self, server: PostgresServer, name: str) -> None:
        self._server, self._name = server, name
        self.store = PostgresStore(server.url, 3.0)
        assert self.store.read(name) is None  # makes the table
        self._raw: Any = psycopg.connect(server.url, autocommit=True)

    def close(self) -> None:
        self.store.close()
        self._raw.close()

    def uptime(self) -> float:
        row = self._raw.execute("SELECT extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())").fetchone()
        return float(row[0])

    def lease_lasts(self, seconds: float) -> None:
        self._change("ends = clock_timestamp() + %s * interval '1 second'", seconds)

    def dump(self) -> Any:
        return self._raw.execute("SELECT * FROM tgsession_leases WHERE name = %s", (self._name,)).fetchone()

    def restart(self, *, forget: bool) -> None:
        if forget:
            self._raw.execute("DELETE FROM tgsession_leases WHERE name = %s", (self._name,))
        else:
            self._change("begun = begun - interval '1 hour', line = rtrim(line, '!')")

    def promote(self, heard: Any) -> None:
        self.restart(forget=True)
        if heard:
            self._raw.execute("INSERT INTO tgsession_leases VALUES (%s, %s, %s, %s, %s, %s, %s)", heard)
            self._change("line = line || '!'")

    def _change(self, what: str, *values: object) -> None:
        self._raw.execute(f"UPDATE tgsession_leases SET {what} WHERE name = %s", (*values, self._name))


class Both(RuleBasedStateMachine):
    """A login in the twin and in a store."""

    make: ClassVar[Callable[[str], InRedis | InPostgres]]
    which = st.integers(0, 5)

    def __init__(self) -> None:
        super().__init__()
        self.name = os.urandom(8).hex()
        self.real = type(self).make(self.name)
        self.twin = Twin(clock=10, promoted=self.real.promoted)
        self.tokens: list[tuple[int, int]] = []
        """The twin's and the real one's; each grows, as long as nothing is forgotten: then the time of day sees to it."""
        self.forgotten = 0
        self.heard: tuple[Twin, Any] | None = None

    def teardown(self) -> None:
        self.real.close()

    @rule(over=st.none() | which, hasty=st.booleans())
    def acquire(self, over: int | None, hasty: bool) -> None:
        """Ask for it, for so short that a server in its first seconds would not be trusted, and an older one is."""
        uptime = self.real.uptime()
        seconds = _SHORT if hasty and uptime >= _SHORT + 1 else _LONG
        self.twin.started = -uptime
        mine, theirs = self._token(over)
        twin = self.twin.acquire(0.0, seconds, mine)
        real = self.real.store.acquire(self.name, record(), seconds, theirs)
        assert isinstance(real, int) == bool(twin)
        if isinstance(real, int):
            assert all(mine < twin and theirs < real for mine, theirs in self.tokens[self.forgotten :])
            self.tokens.append((twin, real))
        if seconds == _SHORT:
            self.real.lease_lasts(_LONG)
            self.twin.ends = _LONG

    @rule(which=which)
    def renew(self, which: int) -> None:
        twin, real = self._token(which)
        assert self.real.store.renew(self.name, real, record(), _LONG) == self.twin.renew(twin, 0.0, _LONG)

    @rule(which=which)
    def release(self, which: int) -> None:
        twin, real = self._token(which)
        assert self.real.store.release(self.name, real) == self.twin.release(twin, 0.0)

    @rule()
    def runs_out(self) -> None:
        self.real.lease_lasts(0.0)
        self.twin.lease = 0

    @rule(forget=st.booleans())
    def restart(self, forget: bool) -> None:
        self.real.restart(forget=forget)
        self.twin.restart(0.0, forget=forget)
        self.forgotten = len(self.tokens) if forget else self.forgotten

    @rule()
    def a_replica_hears(self) -> None:
        self.heard = self.twin.copy(), self.real.dump()

    @rule()
    @precondition(lambda self: self.heard is not None and (self.heard[0].last_run or isinstance(self.real, InRedis)))
    def the_replica_takes_over(self) -> None:
        assert self.heard is not None
        self.real.promote(self.heard[1])
        self.twin.promote(self.heard[0])
        self.forgotten = len(self.tokens)

    @invariant()
    def both_name_the_same_holder(self) -> None:
        held = self.real.store.read(self.name)
        known = {**dict(self.tokens), 0: None, UNSURE: 0, 1: 1}
        assert (held.token if held else None) == known[self.twin.lease]

    def _token(self, which: int | None) -> tuple[int, int]:
        """One of the tokens that were given, or a pair that nobody has."""
        return self.tokens[-1 - which] if which is not None and which < len(self.tokens) else (1, 1)


def test_the_twin_of_the_model_says_what_redis_says() -> None:
    with redis_of_ones_own() as server:
        server.age(3)
        _play(lambda name: InRedis(server, name), 60)


def test_the_twin_of_the_model_says_what_postgres_says() -> None:
    with postgres_of_ones_own() as server:
        server.age(3)
        _play(lambda name: InPostgres(server, name), 30)


def _play(make: Callable[[str], InRedis | InPostgres], examples: int) -> None:
    machine = type("Played", (Both,), {"make": staticmethod(make)})
    quiet = settings(max_examples=examples, stateful_step_count=25, deadline=None, database=None, suppress_health_check=[*HealthCheck])
    run_state_machine_as_test(machine, settings=quiet)
