"""The tests that mutants are tried by: what the linter says of projects and examples, and of programs that were run.

Everything that does not depend on the analysis of flow is done once, before the first mutant: texts are parsed, programs
are run, and what each trial reaches of the analysis is noted.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("flow", "life")


@dataclass
class Trial:
    """One test: `run` says what is wrong, nothing if all is well."""

    name: str
    run: Callable[[], object]
    cost: float = 0.0
    rows: frozenset[tuple[str, int]] = frozenset()
    """The modules and rows that it runs through."""


@dataclass
class Trials:
    """All of them, and what they have in common."""

    all: list[Trial] = field(default_factory=list)

    def reaching(self, module: str, rows: tuple[int, int]) -> list[Trial]:
        """Those that run through some of *rows*, the cheapest first; all for code outside functions."""
        first, last = rows
        found = [t for t in self.all if not last or any(m == module and first <= row <= last for m, row in t.rows)]
        return sorted(found, key=lambda trial: trial.cost)


def modules() -> dict[str, Path]:
    """The modules that are mutated, by their full names."""
    found = {}
    for room in ROOMS:
        for path in sorted((ROOT / "tgsession_lint" / room).glob("*.py")):
            found[f"tgsession_lint.{room}" + ("" if path.stem == "__init__" else f".{path.stem}")] = path
    return found


def above() -> list[str]:
    """The modules that are loaded and stand on the analysis of flow, themselves included; each mutant loads them anew."""
    loaded = {name: module for name, module in sys.modules.items() if name.startswith(("tgsession_lint", "tests.lint.flow"))}
    found = {name for name in loaded if any(name == f"tgsession_lint.{room}" or name.startswith(f"tgsession_lint.{room}.") for room in ROOMS)}
    found |= {name for name in loaded if name.startswith(("tgsession_lint.facts", "tgsession_lint.rules", "tgsession_lint.mending"))}
    return sorted(found | ({"tgsession_lint.rule", "tgsession_lint.analysis", "tgsession_lint.fix", "tgsession_lint.suppress",
                            "tgsession_lint.repair", "tgsession_lint.reports", "tgsession_lint.pages",
                            "tgsession_lint.pipeline", "tests.lint.flow.judge", "tests.lint.flow.said", "tests.lint.flow.bounds"} & set(loaded)))


def gathered(place: Path, *, programs: int = 300) -> Trials:
    """Every trial, run once: what it costs and reaches is known."""
    cst.parse_module = cache(cst.parse_module)  # type: ignore[assignment]
    trials = Trials([*_said(place), *_programs(programs), _bounds()])
    for trial in trials.all:
        trial.run()
        began = time.process_time()
        wrong = trial.run()
        trial.cost = time.process_time() - began
        if wrong:
            raise AssertionError(f"{trial.name} fails without any change: {wrong}")
        trial.rows = _reached(trial.run)
    return trials


def _said(place: Path) -> Iterator[Trial]:
    from tests.lint.flow import said

    expected = said.recorded()
    for name, folder in said.projects(place):

        def run(name: str = name, folder: Path = folder) -> object:
            from tests.lint.flow import said as now

            found = now.said_of(name, folder)
            return "" if found == expected.get(name, []) else [found, expected.get(name, [])]

        yield Trial(f"said {name}", run)


def _bounds() -> Trial:
    def run() -> object:
        from tests.lint.flow import bounds

        return bounds.complaints()

    return Trial("bounds", run)


def _programs(number: int) -> Iterator[Trial]:
    from tests.lint.flow import judge, written
    from tests.lint.flow.programs import HELPERS, IMPORTS, every

    judge._prepare()
    some = list(chain(written.programs(), every(3), judge.chosen(20, number)))
    for start in range(0, len(some), 10):
        part = some[start : start + 10]
        texts = [program.text(f"p{n}") for n, program in enumerate(part)]
        text = IMPORTS + HELPERS + "\n\n" + "\n\n".join(texts)
        said = judge.alarms(text)
        truth = {}
        for n, (program, own) in enumerate(zip(part, texts, strict=True)):
            left, _ = judge.ran(program, own, f"p{n}")
            # Where the analysis raises a false alarm it may go on to, or cease.
            truth.update({site: alarm for site, alarm in said.items() if site.startswith(f"p{n}.") and (not alarm or site in left)})

        def run(text: str = text, truth: dict[str, bool] = truth) -> object:
            from tests.lint.flow import judge as now

            found = now.alarms(text)
            return [site for site, alarm in truth.items() if found.get(site) is not alarm]

        yield Trial(f"programs {start}", run)


def _reached(run: Callable[[], object]) -> frozenset[tuple[str, int]]:
    """The rows of the mutated modules that *run* runs through."""
    known = {str(path): name for name, path in modules().items()}
    rows: set[tuple[str, int]] = set()

    def local(frame: Any, event: str, _: object) -> Any:
        if event == "line":
            rows.add((known[frame.f_code.co_filename], frame.f_lineno))
        return local

    def calls(frame: Any, _: str, __: object) -> Any:
        if frame.f_code.co_filename not in known:
            return None
        rows.add((known[frame.f_code.co_filename], frame.f_lineno))
        return local

    sys.settrace(calls)
    try:
        run()
    finally:
        sys.settrace(None)
    return frozenset(rows)
