"""The lease as a protocol: hosts whose clocks differ, a store that forgets, messages that are late or lost, processes that stop.

What a holder may believe is the product's own (`Tenure`, `Terms`); the store is a twin of the scripts in `redis_store.py`:
`test_store_twin.py` shows that it is one. Time is simulated. Two things must never be: two hosts that both believe in their
lease, and two connections at Telegram. Without any one of the margins they come about, or that margin is for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.runtime.store_twin import ALL, Twin
from tgsession_runtime.terms import Tenure, Terms

TERMS = Terms().checked()
_RATES = (0.85, 1.0, 1.15)  # how fast a host's clock runs beside the store's: one in three seconds apart from each other
_TICK = 2.5
_STEPS = (0.5, 3.0, 10.0, 20.0, 40.0, 70.0)


@dataclass
class Host:
    """A process that has the lease, or wants it."""

    rate: float
    margins: frozenset[str]
    token: int = 0
    given: set[int] = field(default_factory=set)
    """Every token that it ever had."""
    tenure: Tenure | None = None
    stopped: bool = False
    stood_still: float = 0.0
    connected: bool = False
    closes: float = 0.0
    """When Telegram's timer ends its connection, in true seconds."""
    messages: list[Message] = field(default_factory=list)

    def clock(self, now: float) -> float:
        return now * self.rate - self.stood_still

    def believes(self, now: float) -> bool:
        return self.tenure is not None and self.tenure.is_open(self.clock(now))

    def is_live(self, now: float) -> bool:
        """Whether Telegram sees it connected."""
        return self.connected and ("timer" not in self.margins or now < self.closes)

    def act(self, now: float) -> None:
        """What its threads do as soon as they run: drop what the lease does not bear any more."""
        if not self.stopped and self.tenure is not None and not self.tenure.is_open(self.clock(now)):
            self.drop()

    def drop(self) -> None:
        self.tenure, self.token, self.connected = None, 0, False

    def wind_up(self, now: float) -> None:
        """Telegram's timer, after a good renewal; the first thing that a connection says."""
        assert self.tenure is not None
        age = 0.0 if "shorten the timer by the age" not in self.margins else self.tenure.age(self.clock(now))
        delay = max(0, int(TERMS.cut - age))
        if delay:
            self.connected, self.closes = True, now + delay


@dataclass
class Message:
    """One request, on its way to the store or back."""

    kind: str
    began: float
    token: int
    answer: Any = None
    there: bool = False


MARGINS = ALL | {
    "settle", "timer", "count from before the request", "shorten the timer by the age", "a clock that goes on",
    "disconnect before the release",
}


class Protocol(RuleBasedStateMachine):
    """Everything that can happen, in any order."""

    margins = MARGINS

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.store = Twin(self.margins)
        self.kept = TERMS.kept if "settle" in self.margins else TERMS.cut
        self.heard = self.store.copy()
        """What a replica has heard."""
        self.hosts: list[Host] = []

    @initialize(rates=st.tuples(st.sampled_from(_RATES), st.sampled_from(_RATES)))
    def begin(self, rates: tuple[float, float]) -> None:
        self.hosts = [Host(rate, self.margins) for rate in rates]

    @rule(seconds=st.sampled_from(_STEPS))
    def time_passes(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:  # threads look at the clock all the while
            step = min(_TICK, end - self.now)
            self.now += step
            for host in self.hosts:
                if host.stopped and "a clock that goes on" not in self.margins:
                    host.stood_still += step * host.rate
                host.act(self.now)
            self.never_two()

    @rule(number=st.integers(0, 1))
    def asks(self, number: int) -> None:
        host = self.hosts[number]
        if not host.stopped and host.tenure is None and not host.messages:
            # A lease that its own process has left behind it may take over: nobody there uses the session any more.
            over = self.store.lease if self.store.lease in host.given else 0
            host.messages.append(Message("acquire", host.clock(self.now), over))

    @rule(number=st.integers(0, 1))
    def renews(self, number: int) -> None:
        host = self.hosts[number]
        now = host.clock(self.now)
        if not host.stopped and host.tenure is not None and host.tenure.is_good(now) and not host.messages:
            host.messages.append(Message("renew", now, host.token))

    @rule(number=st.integers(0, 1))
    def releases(self, number: int) -> None:
        host = self.hosts[number]
        if not host.stopped and host.tenure is not None:
            host.messages = [Message("release", 0.0, host.token)]
            if "disconnect before the release" in self.margins:
                host.drop()

    @rule(number=st.integers(0, 1))
    def a_message_arrives(self, number: int) -> None:
        for message in self.hosts[number].messages:
            if not message.there:
                message.there = True
                message.answer = self._tell_store(message)
                return

    def _tell_store(self, message: Message) -> Any:
        if message.kind == "acquire":
            return self.store.acquire(self.now, self.kept, message.token)
        if message.kind == "renew":
            return self.store.renew(message.token, self.now, self.kept)
        return self.store.release(message.token, self.now)

    @rule(number=st.integers(0, 1))
    def an_answer_arrives(self, number: int) -> None:
        host = self.hosts[number]
        if host.stopped or not host.messages or not host.messages[0].there:
            return
        message = host.messages.pop(0)
        now = host.clock(self.now)
        began = message.began if "count from before the request" in self.margins else now
        if message.kind == "acquire" and message.answer:
            host.token, host.tenure = message.answer, Tenure(TERMS, began)
            host.given.add(message.answer)
        elif message.kind == "renew" and host.tenure is not None:
            if not message.answer:
                host.drop()
                return
            host.tenure.renewed(began)
        elif message.kind == "release":
            host.drop()
        if host.tenure is not None:
            host.wind_up(self.now)
        host.act(self.now)

    @rule(number=st.integers(0, 1))
    def a_message_is_lost(self, number: int) -> None:
        if self.hosts[number].messages:
            self.hosts[number].messages.pop()

    @rule(number=st.integers(0, 1))
    def stops(self, number: int) -> None:
        self.hosts[number].stopped = True

    @rule(number=st.integers(0, 1))
    def goes_on(self, number: int) -> None:
        self.hosts[number].stopped = False
        self.hosts[number].act(self.now)

    @rule(number=st.integers(0, 1))
    def gets_it(self, number: int) -> None:
        """The usual way in, so that runs get far."""
        self.asks(number)
        self.a_message_arrives(number)
        self.an_answer_arrives(number)

    @rule(number=st.integers(0, 1))
    def is_killed(self, number: int) -> None:
        """The kernel ends its connection; the next process of that host may ask at once."""
        host = self.hosts[number]
        host.drop()
        host.stopped = False
        host.messages.clear()

    @rule()
    def the_store_forgets(self) -> None:
        self.store.restart(self.now)

    @rule()
    def the_store_is_started_anew(self) -> None:
        self.store.restart(self.now, forget=False)

    @rule()
    def a_replica_hears(self) -> None:
        self.heard = self.store.copy()

    @rule()
    def the_replica_takes_over(self) -> None:
        self.store.promote(self.heard)

    @invariant()
    def never_two(self) -> None:
        believing = [host for host in self.hosts if host.believes(self.now)]
        connected = [host for host in self.hosts if host.is_live(self.now)]
        assert len(believing) < 2, "two hosts believe in their lease"
        assert len(connected) < 2, "two hosts are connected"


def test_two_hosts_never_both_hold_a_lease_whatever_happens() -> None:
    quiet = settings(max_examples=100, stateful_step_count=20, deadline=None, database=None, suppress_health_check=[*HealthCheck])
    run_state_machine_as_test(Protocol, settings=quiet)


# What goes wrong without each margin, and nothing does with all of them: steps, each a rule with what it is given.
_TRACES: dict[str, str] = {
    "settle": "gets_it 0, time_passes 47, gets_it 1",
    "timer": "gets_it 0, stops 0, time_passes 80, gets_it 1",
    "count from before the request": "asks 0, a_message_arrives 0, time_passes 70, an_answer_arrives 0, time_passes 10, gets_it 1",
    "shorten the timer by the age": "asks 0, a_message_arrives 0, time_passes 35, an_answer_arrives 0, stops 0, time_passes 41, gets_it 1",
    "wait after a restart": "gets_it 0, the_store_forgets, gets_it 1",
    "wait after a promotion": "a_replica_hears, gets_it 0, the_replica_takes_over, gets_it 1",
    "doubt the holder who is gone": "gets_it 0, a_replica_hears, releases 0, a_message_arrives 0, a_message_is_lost 0, gets_it 1, "
    "the_replica_takes_over, gets_it 0",
    "compare the token at a release": "gets_it 0, releases 0, time_passes 80, gets_it 1, a_message_arrives 0, a_message_is_lost 0, gets_it 0",
    "a clock that goes on": "gets_it 0, stops 0, time_passes 80, gets_it 1, goes_on 0",
    "disconnect before the release": "gets_it 0, releases 0, a_message_arrives 0, gets_it 1",
}


@pytest.mark.parametrize("margin", sorted(MARGINS))
def test_every_margin_is_needed(margin: str) -> None:
    _play(MARGINS, _TRACES[margin])
    with pytest.raises(AssertionError, match="two hosts"):
        _play(MARGINS - {margin}, _TRACES[margin])


def _play(margins: frozenset[str], trace: str) -> None:
    machine = type("Played", (Protocol,), {"margins": margins})()
    machine.hosts = [Host(0.85, margins), Host(1.0, margins)]
    for step in trace.split(", "):
        name, *given = step.split()
        getattr(machine, name)(*map(int, given))
        machine.never_two()
