"""Prints what the linter costs beside its peers: `python -m tests.benchmarks.speed [--short]`.

Exit status 0 if every gate is met, 1 if one is missed or could not be measured.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.cases import Question, questions
from tests.benchmarks.measure import Command, Comparison, FailedRunError, Run, compare, own_peak_mb
from tests.benchmarks.tree import build, cache_folder

_CHECKOUT = Path(__file__).parents[2]
_HEADINGS = ("case", "ours ms", "MB", "peer", "peer ms", "MB", "ratio", "min - max", "gate", "")


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and what was measured, or why nothing was."""

    question: Question
    comparison: Comparison | None
    reason: str = ""

    @property
    def verdict(self) -> str:
        """`ok` or `MISSED` where there is a gate; a gate that was not measured is missed."""
        if self.comparison is None:
            return "MISSED" if self.question.gate else ""
        if self.question.gate is None:
            return ""
        return "ok" if self.comparison.ratio <= self.question.gate else "MISSED"


def answer(question: Question, pairs: int) -> Answer:
    """Measure one row; a peer that is missing or fails is said, not dropped."""
    if question.peer is None:
        return Answer(question, None, "not installed")
    try:
        return Answer(question, compare(question.ours, question.peer, pairs))
    except FailedRunError as error:
        return Answer(question, None, str(error))


def cells(one: Answer) -> tuple[str, ...]:
    """One row of the table as text."""
    question, measured = one.question, one.comparison
    gate = "" if question.gate is None else f"<= {question.gate:.2f}"
    if measured is None:
        return (question.case, "", "", question.name, one.reason, "", "", "", gate, one.verdict)
    spread = f"{min(measured.ratios):.2f} - {max(measured.ratios):.2f}"
    ratio = f"{measured.ratio:.2f}"
    costs = (*_cost(measured.ours), question.name, *_cost(measured.peer))
    return (question.case, *costs, ratio, spread, gate, one.verdict)


def our_command(given: str | None) -> Command:
    """The linter as users start it: the console script beside this Python, else `python -m` of this checkout."""
    if given:
        return Command(tuple(shlex.split(given)), _CHECKOUT)
    script = Path(sys.executable).with_name("tgsession-lint" + (".exe" if sys.platform == "win32" else ""))
    if script.exists():
        return Command((str(script),), _CHECKOUT)
    return Command((sys.executable, "-m", "tgsession_lint"), _CHECKOUT, environment={"PYTHONPATH": str(_CHECKOUT)})


def main() -> int:
    """Build the tree if need be, measure, print the table."""
    parser = argparse.ArgumentParser(description="what the linter costs beside its peers")
    parser.add_argument("--short", action="store_true", help="fewer pairs; the slow peers once")
    parser.add_argument("--tree", type=Path, default=cache_folder() / "tree", help="where the tree is or will be built")
    parser.add_argument("--command", help="what to measure in place of the installed linter")
    parser.add_argument("--gates", action="store_true", help="only the rows that have a gate")
    options = parser.parse_args()
    pairs, few = (5, 1) if options.short else (15, 3)
    tree = options.tree.resolve()
    summary, ours = build(tree), our_command(options.command)
    _say(f"tree: {summary.strip()}\nours: {shlex.join(ours.words)}")
    _say(f"on:   {_machine()}; {pairs} pairs a row, {few} for slow peers")
    with TemporaryDirectory() as scratch:
        asked = [one for one in questions(tree, ours, Path(scratch)) if one.gate or not options.gates]
        answers = [_progress(answer(one, few if one.slow else pairs)) for one in asked]
    _say(_table([_HEADINGS, *map(cells, answers)]))
    missed = [one for one in answers if one.verdict == "MISSED"]
    _say(f"{len(missed)} of {sum(one.question.gate is not None for one in answers)} gates missed")
    return 1 if missed else 0


def _cost(run: Run) -> tuple[str, str]:
    return f"{run.seconds * 1000:.0f}", "?" if run.peak_mb is None else f"{run.peak_mb:.0f}"


def _progress(one: Answer) -> Answer:
    if sys.stderr.isatty():
        sys.stderr.write(".")
        sys.stderr.flush()
    return one


def _machine() -> str:
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    floor = f", peaks below {peak:.0f} MB are not told apart" if (peak := own_peak_mb()) else ""
    return f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores{load}{floor}"


def _table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(["", lines[0], "-" * max(map(len, lines)), *lines[1:], ""])


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
