"""The analysis of flow, held against what small programs really do; `python -m tests.lint.flow.judge` runs many more."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.lint.flow import bounds, judge, written
from tests.lint.flow.programs import every

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def given_up_generators_may_complain(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10_000)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "unraisablehook", lambda _: None)
        yield
    sys.setrecursionlimit(limit)


def test_every_program_of_three_statements_is_told_exactly() -> None:
    verdict = judge.judge(every(3))

    assert (verdict.missed, verdict.false) == ([], [])
    assert verdict.alarms > 100


def test_programs_written_by_hand_are_told_exactly() -> None:
    verdict = judge.judge(written.programs())

    assert (verdict.missed, verdict.false) == ([], [])
    assert verdict.alarms > 150


def test_larger_programs_miss_nothing_and_raise_few_false_alarms() -> None:
    verdict = judge.judge(judge.chosen(seed=20, number=250))

    assert verdict.missed == []
    assert len(verdict.false) <= verdict.sites / 100
    assert verdict.alarms > 50


def test_programs_too_large_are_given_up_and_nothing_else_is() -> None:
    assert bounds.complaints() == []
