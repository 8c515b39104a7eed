"""The claim by itself: one holder whatever the order of steps, and no lock that stays when the system fails in the middle."""

from __future__ import annotations

import errno
import fcntl
import json
import logging
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.runtime.guarding import Contender, nothing_left
from tgsession_runtime import SessionHeldHereError, SessionInUseError, TgsessionError
from tgsession_runtime.claim import Claim, contend
from tgsession_runtime.holder import SIZE, Holder, current, decode, is_ancestor, liveness
from tgsession_runtime.pause import wait_for
from tgsession_runtime.session import SessionName
from tgsession_runtime.state import State

CALLS: tuple[tuple[Any, str], ...] = (
    (os, "open"), (fcntl, "flock"), (os, "pwrite"), (os, "pread"), (os, "unlink"), (os, "mkfifo"), (os, "mkdir"), (os, "fstat"),
    (os, "ftruncate"), (os, "listdir"),
)  # fmt: skip
ERRORS = (errno.ENOSPC, errno.EACCES, errno.EIO, errno.EMFILE)


class Failing:
    """A system call that fails the *k*th time."""

    def __init__(self, call: Callable[..., Any], k: int, number: int) -> None:
        self.call, self.left, self.number, self.calls = call, k, number, 0

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Count down, then fail once."""
        self.calls += 1
        self.left -= 1
        if self.left == 0:
            raise OSError(self.number, os.strerror(self.number))
        return self.call(*args, **options)


def _claim(folder: Path, *, shared: bool) -> None:
    name = SessionName("a", folder / "a.session", key_id=5)
    wait_for(contend(name, State(folder / "state"), timeout=0.0, shared=shared)).release()


@pytest.mark.parametrize("shared", [False, True], ids=["exclusive", "shared"])
@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
@pytest.mark.parametrize(("module", "name"), CALLS, ids=str)
def test_system_call_that_fails_leaves_no_lock(
    contender: Contender, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, error: int, shared: bool
) -> None:
    _claim(tmp_path, shared=shared)  # the folders are there
    k, calls = 0, 1
    while k < calls:
        k += 1
        with nothing_left(), monkeypatch.context() as patched:
            failing = Failing(getattr(module, name), k, error)
            patched.setattr(module, name, failing)
            try:
                _claim(tmp_path, shared=shared)
            except TgsessionError as refused:
                assert os.strerror(error) in str(refused) or "in use" in str(refused)
            calls = failing.calls
        assert contender(tmp_path / "a") == "free"


class OneHolder(RuleBasedStateMachine):
    """Several contenders in one process, which never waits for itself: at most one holds, or several that share."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.state = State(Path(self.folder.name, "state"))
        self.held: list[Claim] = []
        logging.getLogger("tgsession").setLevel(logging.ERROR)

    @rule(shared=st.booleans(), key=st.sampled_from([None, 1, 2]), file=st.sampled_from(["", "a", "b"]))
    def take(self, shared: bool, key: int | None, file: str) -> None:
        """Claim a session by its key, its file, or both."""
        # The key in the file is read anew under the lock; here there is none, so one with a file goes by the file alone.
        name = SessionName("x", Path(self.folder.name, file) if file else None, None if file else key)
        rivals = [one for one in self.held if self._meet(one.name, name) and not (shared and one.holder.shared)]
        try:
            claim = wait_for(contend(name, self.state, timeout=0.0, shared=shared))
        except SessionHeldHereError:
            assert rivals
        else:
            assert not rivals
            self.held.append(claim)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        """Give one up."""
        self.held.pop(data.draw(st.integers(0, len(self.held) - 1))).release()

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def release_again(self, data: st.DataObject) -> None:
        """Giving up twice harms nobody."""
        claim = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        claim.release()
        claim.release()

    @invariant()
    def none_is_lost(self) -> None:
        """What is held excludes others."""
        assert not any(one.lost() for one in self.held)

    def teardown(self) -> None:
        """Give all up."""
        for one in self.held:
            one.release()
        self.folder.cleanup()
        logging.getLogger("tgsession").setLevel(logging.NOTSET)

    @staticmethod
    def _meet(one: SessionName, other: SessionName) -> bool:
        same_key = one.key_id is not None and one.key_id == other.key_id
        return same_key or (one.path is not None and one.path == other.path)


TestOneHolder = OneHolder.TestCase
TestOneHolder.settings = settings(max_examples=60, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))


WORD = st.text("0123456789abcdef-:", max_size=40)
TEXT = st.text(max_size=200)


@st.composite
def records(draw: st.DrawFn) -> Holder:
    """Records with words that the system makes and texts that people make."""
    words = {name: draw(WORD) for name in ("token", "boot_id", "pid_namespace", "started", "since", "key_id", "version")}
    texts = {name: draw(TEXT) for name in ("host", "command", "thread", "task", "worker")}
    held = draw(st.sampled_from(["waiting", "holding", "released"]))
    return Holder(**words, **texts, pid=draw(st.integers(1, 2**31)), shared=draw(st.booleans()), state=held)


@given(records())
@settings(max_examples=300, deadline=None)
def test_record_read_back_is_the_record_written_but_for_long_texts(one: Holder) -> None:
    found = decode(one.encode())

    assert len(one.encode()) == SIZE
    assert found is not None
    texts = ("host", "command", "thread", "task", "worker")
    assert replace(found, **{name: getattr(one, name) for name in texts}) == one
    assert all(getattr(one, name).startswith(getattr(found, name)) for name in texts)


@given(st.binary(max_size=SIZE))
@settings(max_examples=200, deadline=None)
def test_no_bytes_crash_the_reader_of_records(data: bytes) -> None:
    decode(data)
    decode(b"{" + data)


@given(st.fixed_dictionaries({}, optional={one.name: st.none() | st.integers() | st.text() | st.lists(st.text()) for one in fields(Holder)}))
@settings(max_examples=300, deadline=None)
def test_whatever_stands_in_a_record_can_be_told_or_is_none(values: dict[str, object]) -> None:
    whole = asdict(current())
    for record in (values, {**whole, **values}, *({**whole, name: value} for name, value in values.items())):
        found = decode(json.dumps(record).encode())
        if found is not None:
            assert SessionInUseError("alerts", [found]).explain()
            assert SessionHeldHereError("alerts", [found]).explain()
            assert (liveness(found), is_ancestor(found)) in {("alive", True), ("alive", False), ("gone", False), ("unknown", False)}
            assert found.state in {"waiting", "holding", "released"}
            assert found.pid > 0


@pytest.mark.parametrize("letter", ["x", "ü", "\N{FISH}", '"', "\0"], ids=ascii)
def test_longest_record_fits_into_its_block(letter: str) -> None:
    long = letter * 200
    one = replace(current(), command=long, thread=long, task=long, worker=long, egress=long, host=long)

    assert len(one.encode()) == SIZE
    assert decode(one.encode()) is not None


def test_waiting_in_threads_gives_each_the_session_once(state: Path, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    inside: list[int] = []
    most: list[int] = []

    def use(number: int) -> int:
        name = SessionName("a", tmp_path / "a.session")
        for _ in range(400):
            try:
                claim = wait_for(contend(name, State(state), timeout=10.0))
            except SessionHeldHereError:  # a thread never waits for its own process
                time.sleep(0.002)
                continue
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)
            claim.release()
            return 1
        return 0

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(24))) == 24
    assert max(most) == 1
