"""Fixed programs held against what the originals did; `python -m tests.lint.fixing.judge` runs many more."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.lint.fixing import judge
from tests.lint.fixing.programs import Program

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = """\
from acme_world import pause, step
from telethon import TelegramClient

async def main():
    client = TelegramClient("S", 1, "hash")
    await client.connect()
    try:
        step(1)
        return await client.send(2)
    finally:
        step(3)
        await client.disconnect()
"""
FIXED = """\
from acme_world import pause, step
from tgsession_runtime import guarded_client

async def main():
    async with guarded_client("S", 1, "hash") as client:
        try:
            step(1)
            return await client.send(2)
        finally:
            step(3)
"""


@pytest.fixture(autouse=True)
def given_up_generators_may_complain(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setattr(sys, "unraisablehook", lambda _: None)
        yield


@pytest.mark.filterwarnings("ignore")
def test_fixed_programs_do_what_the_originals_did() -> None:
    verdict = judge.judge([*judge.chosen(seed=20, number=120)])

    assert [title for title, _ in verdict.wrong] == []
    assert verdict.fixed > 80
    assert verdict.compared > 1000


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ("            step(3)\n", "            pass\n", "does"),
        ("return await client.send(2)", "await client.send(2)", "('gives', None)"),
        ("        try:\n            step(1)\n", "        step(1)\n        try:\n", "does"),
        (
            'async with guarded_client("S", 1, "hash") as client:',
            'for client in [await guarded_client("S", 1, "hash").aopen()]:', "leaves ['S'] open",
        ),
        ('guarded_client("S", 1, "hash")', 'guarded_client("S", 1, "cash")', "opens"),
        ('guarded_client("S", 1, "hash")', 'guarded_client("S", 1, hash_)', "NameError"),
        ("return await client.send(2)", "return client", "gives"),
    ],
)  # fmt: skip
def test_judge_sees_what_a_wrong_fix_does(right: str, wrong: str, why: str) -> None:
    program = Program(PROGRAM.encode(), "main", "")
    assert right in FIXED

    assert judge._of_runs(program, FIXED.encode(), judge.Verdict()) == []
    (said,) = judge._of_runs(program, FIXED.replace(right, wrong).encode(), judge.Verdict())

    assert why in said


def test_judge_sees_what_a_wrong_fix_does_to_the_text() -> None:
    before = b"# one\r\nx = 1\r\n"

    assert [*judge._of_text(before, before)] == []
    assert [*judge._of_text(before, b"x = 1\r\n")] == ["has lost `# one`"]
    assert [*judge._of_text(before, b"# one\r\nx = 1\n")] == ["mixes line ends"]
    assert [*judge._of_text(before, b"# one\r\nx = (\r\n")] == ["does not compile", "has lost `# one`"]
