"""The store of the model is the store: both are told the same, in any order, and say the same."""

from __future__ import annotations

import os
from typing import Any, ClassVar

import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.runtime.redises import RedisServer, redis_of_ones_own
from tests.runtime.store_twin import UNSURE, Twin
from tests.runtime.store_use import record
from tgsession_runtime.redis_store import RedisStore

# No lease runs out while the test looks: it says itself when one does.
_LONG, _SHORT = 3600.0, 1.0


class Both(RuleBasedStateMachine):
    """A login in the twin and in a Redis."""

    server: ClassVar[RedisServer]
    which = st.integers(0, 5)

    def __init__(self) -> None:
        super().__init__()
        self.name = os.urandom(8).hex()
        self.keys = (f"tgsession:{{{self.name}}}:lease", f"tgsession:{{{self.name}}}:last")
        self.twin = Twin(clock=10)
        self.tokens: list[tuple[int, int]] = []
        """The twin's and the real one's; each grows."""
        self.heard: tuple[Twin, Any, Any] | None = None
        self._connect()
        self.twin.promoted = bool(str(self.raw.info("replication")["master_replid2"]).strip("0"))  # type: ignore[index]

    def _connect(self) -> None:
        self.real, self.raw = RedisStore(self.server.url, 3.0), redis.Redis.from_url(self.server.url)

    def teardown(self) -> None:
        self.real.close()
        self.raw.close()

    @rule(over=st.none() | which, hasty=st.booleans())
    def acquire(self, over: int | None, hasty: bool) -> None:
        """Ask for it, for so short that a server in its first seconds would not be trusted, and an older one is."""
        uptime = self.server.uptime()
        seconds = _SHORT if hasty and uptime >= _SHORT + 1 else _LONG
        self.twin.started = -float(uptime)
        mine, theirs = self._token(over)
        twin = self.twin.acquire(0.0, seconds, mine)
        real = self.real.acquire(self.name, record(), seconds, theirs)
        assert isinstance(real, int) == bool(twin)
        if isinstance(real, int):
            assert all(mine < twin and theirs < real for mine, theirs in self.tokens)
            self.tokens.append((twin, real))
        if seconds == _SHORT:
            self.raw.pexpire(self.keys[0], int(_LONG * 1000))
            self.twin.ends = _LONG

    @rule(which=which)
    def renew(self, which: int) -> None:
        twin, real = self._token(which)
        assert self.real.renew(self.name, real, record(), _LONG) == self.twin.renew(twin, 0.0, _LONG)

    @rule(which=which)
    def release(self, which: int) -> None:
        twin, real = self._token(which)
        assert self.real.release(self.name, real) == self.twin.release(twin, 0.0)

    @rule()
    def runs_out(self) -> None:
        self.raw.delete(self.keys[0])
        self.twin.lease = 0

    @rule(forget=st.booleans())
    def restart(self, forget: bool) -> None:
        self.server.restart(forget=forget)
        self.twin.restart(0.0, forget=forget)
        self._connect()

    @rule()
    def a_replica_hears(self) -> None:
        self.heard = self.twin.copy(), self.raw.get(self.keys[0]), self.raw.hgetall(self.keys[1])

    @rule()
    @precondition(lambda self: self.heard is not None)
    def the_replica_takes_over(self) -> None:
        """This very server, made a replica of nobody and a master again, with what it had then."""
        assert self.heard is not None
        twin, lease, last = self.heard
        self.raw.execute_command("REPLICAOF", "127.0.0.1", "1")
        self.raw.execute_command("REPLICAOF", "NO", "ONE")
        self.raw.delete(*self.keys)
        if lease:
            self.raw.set(self.keys[0], lease, px=int(_LONG * 1000))
        if last:
            self.raw.hset(self.keys[1], mapping=last)
        self.twin.promote(twin)

    @invariant()
    def both_name_the_same_holder(self) -> None:
        held = self.real.read(self.name)
        known = {**dict(self.tokens), 0: None, UNSURE: 0, 1: 1}
        assert (held.token if held else None) == known[self.twin.lease]

    def _token(self, which: int | None) -> tuple[int, int]:
        """One of the tokens that were given, or a pair that nobody has."""
        return self.tokens[-1 - which] if which is not None and which < len(self.tokens) else (1, 1)


def test_the_twin_of_the_model_says_what_redis_says() -> None:
    with redis_of_ones_own() as server:
        server.age(3)
        machine = type("Played", (Both,), {"server": server})
        quiet = settings(max_examples=60, stateful_step_count=25, deadline=None, database=None, suppress_health_check=[*HealthCheck])
        run_state_machine_as_test(machine, settings=quiet)
