"""Asking workers through the broker: an answer or a reason, in bounded time."""

from __future__ import annotations

import socket
import time

import pytest

from tgsession_runtime.workers import ask, current

celery = pytest.importorskip("celery")


def app_of(url: str) -> object:
    return celery.Celery("asked", broker=url, set_as_current=False)


def test_app_that_cannot_be_imported_is_a_reason() -> None:
    answer = ask("no_such_module_anywhere", timeout=0.2)

    assert answer.nodes == ()
    assert "ModuleNotFoundError" in answer.failure


def test_broker_that_is_not_there_is_a_reason() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        answer = ask(app_of(f"redis://:SECRET@127.0.0.1:{unused.getsockname()[1]}/0"), timeout=0.2)

    assert answer.nodes == ()
    assert "OperationalError" in answer.failure or "no answer" in answer.failure
    assert "SECRET" not in repr(answer)


def test_broker_that_never_answers_does_not_hold_up_the_question() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        begun = time.monotonic()
        answer = ask(app_of(f"redis://127.0.0.1:{silent.getsockname()[1]}/0"), timeout=0.2)

    assert answer.failure
    assert time.monotonic() - begun < 30  # it would hang for ever


def test_process_outside_a_worker_is_none() -> None:
    assert current() is None
