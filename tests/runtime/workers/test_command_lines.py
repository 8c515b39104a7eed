"""Recorded command lines: every worker is recognised, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.workers.command_lines import NO_WORKERS, SPAWNED, WORKERS
from tgsession_runtime.workers import Pattern
from tgsession_runtime.workers.program import program, shown
from tgsession_runtime.workers.runners import is_spawned, recognise, worth_reading


@pytest.mark.parametrize(("line", "expected"), WORKERS.items())
def test_worker_is_recognised(line: str, expected: str) -> None:
    match = recognise(line.rstrip("|").split("|"))

    assert match is not None
    node = (match.node or "-").partition("@")[0]
    seen = (match.runner, match.kind, match.app or "-", node, match.pool or "-", ",".join(match.queues) or "-")
    assert " ".join(seen) == expected


@pytest.mark.parametrize("line", NO_WORKERS)
def test_anything_else_is_none(line: str) -> None:
    assert recognise(line.split("|")) is None


@pytest.mark.parametrize(("line", "expected"), SPAWNED.items())
def test_fresh_interpreters_of_multiprocessing_are_told_apart(line: str, expected: bool) -> None:
    assert is_spawned(line.split("|")) is expected


@pytest.mark.parametrize("line", [*WORKERS, *(line for line, yes in SPAWNED.items() if yes)])
def test_first_look_loses_no_worker(line: str) -> None:
    assert worth_reading().search(line.replace("|", "\0").encode())


def test_concurrency_and_its_limits_are_read() -> None:
    lines = ("-c|4", "-c4", "--concurrency=4", "--autoscale=4,2", "-c|auto")

    found = [recognise(f"python|/v/bin/celery|-A|p|worker|{line}".split("|")) for line in lines]

    assert [match and match.concurrency for match in found] == [4, 4, 4, 4, None]


@pytest.mark.parametrize(
    ("command", "line", "expected"),
    [
        ("listener.py", "python3|/srv/listener.py|--fast", True),
        ("listener.py", "vim|/srv/listener.py", False),
        ("listener.py", "python3|/srv/other.py|listener.py", False),
        ("app.jobs run", "python3|-m|app.jobs|-v|run", True),
        ("app.jobs run", "python3|-m|app.jobs|stop|run", False),
        ("app-*", "/v/bin/python3|/v/bin/app-listener", True),
        ("app-* listen", "/usr/bin/app-go|--level|2|listen", True),
        ("app-* listen", "/usr/bin/app-go|listened", False),
    ],
)
def test_pattern_names_a_program_and_its_first_arguments(command: str, line: str, expected: bool) -> None:
    pattern = Pattern(command, "ours")

    match = recognise(line.split("|"), [pattern])

    assert (match is not None and match.runner == "ours") is expected
    assert not expected or worth_reading([pattern]).search(line.replace("|", "\0").encode())


def test_program_is_shown_without_its_arguments() -> None:
    lines = {
        "/v/bin/python3|/srv/debug.py|1:SECRET": "python debug.py",
        "/v/bin/python3|-c|SECRET": "python -c",
        "/v/bin/python3|-cSECRET": "python -c",
        "python3|-m|app.listen|SECRET": "app.listen",
        "[celeryd: w1@vm:MainProcess] -active- (-b redis://:SECRET@h/0)": "celeryd",
        "node: SECRET/x": "node",
        "|": "?",
    }

    assert {line: shown(line.split("|")) for line in lines} == lines


@given(st.lists(st.sampled_from(["python3", "-", "-m", "-c", "-W", "--", "celery", "worker", "-A", "debugpy", "x.py", "", "é"])))
def test_no_command_line_is_too_strange(words: list[str]) -> None:
    match = recognise(words)

    assert match is None or match.runner == "celery"
    assert program(words) is not None
