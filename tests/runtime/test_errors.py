"""Errors that are sent to another process, as Celery and multiprocessing do, say there what they said here."""

from __future__ import annotations

import pickle
from copy import copy

import pytest

from tests.runtime.test_guard_cli import every_error
from tgsession_runtime import errors
from tgsession_runtime.holder import current

HOLDERS = [current()]
EXAMPLES = (
    errors.TgsessionError("something"),
    errors.ConfigurationError("it is wrong", "mend it", why="because"),
    errors.RunningLoopError(),
    errors.StateFolderError("/x", "permission denied"),
    errors.StoreError("redis://host", "no answer"),
    errors.LoginError("nobody answers", "sit down"),
    errors.WorkersError("none ended", "wait"),
    errors.FloodError("2026-03-01T14:02:11Z"),
    errors.DiskError(28, "/x"),
    errors.CommandError("true", 13),
    errors.SessionError("alerts", "something"),
    errors.SessionInUseError("alerts", HOLDERS, 30.0),
    errors.SessionHeldHereError("alerts", HOLDERS, "this process"),
    errors.LeaseHeldError("alerts", HOLDERS, 30.0, 45.0),
    errors.InheritedGuardError("alerts"),
    errors.InheritedClientError("alerts"),
    errors.NotLoggedInError("alerts"),
    errors.SessionRevokedError("alerts", "AUTH_KEY_DUPLICATED", "2026-03-01T14:02:11Z", "worker.py"),
    errors.SessionUnreadableError("alerts", "it is damaged", "restore it"),
    errors.NotASessionError("alerts"),
    errors.LockError("alerts", "/x.lock", "read-only file system"),
    errors.EgressError("alerts", "IPv4", "IPv6"),
    errors.NoConnectionError("alerts", "no answer"),
    errors.WorkersRunningError("alerts", ["celery worker"], 30.0),
    errors.ClaimLostError("alerts", "somebody deleted it"),
    errors.LeaseLostError("alerts", "somebody else has it"),
)


def test_there_is_an_example_of_each() -> None:
    assert {type(one) for one in EXAMPLES} == set(every_error())


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_a_copy_says_and_carries_the_same(error: errors.TgsessionError) -> None:
    for other in (pickle.loads(pickle.dumps(error)), copy(error)):
        assert (type(other), other.explain(), vars(other)) == (type(error), error.explain(), vars(error))
