"""What the analysis costs beside the parse of the files that matter: `python -m tests.benchmarks.analysis FOLDER…`.

Every folder in FOLDER is a project; without any, the mini projects of the tests. The parse is `libcst.parse_module` as the
linter calls it, the analysis is everything else from "these files may matter" to findings with their places and fixes. Both come
from the same run, in seconds of the processor, in one process. Exit status 1 when the analysis costs more than half of the parse.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import config, parallel, pipeline, stack
from tgsession_lint.analysis import Analysis
from tgsession_lint.discover import discover

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.finding import Finding

GATE = 0.5
PROJECTS = Path(__file__).parents[1] / "lint" / "projects"


@dataclass
class Costs:
    """Seconds for one project: the parses by text, everything else, and of that what each file asked for."""

    parses: dict[str, float] = field(default_factory=dict)
    rest: float = 0.0
    files: dict[str, float] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def parse(self) -> float:
        """The seconds of all parses."""
        return sum(self.parses.values())

    def ratios(self) -> Iterator[tuple[float, str]]:
        """Of each file, what it asked for by its own parse."""
        for path, seconds in self.files.items():
            if (parse := self.parses.get(self.texts.get(path, ""), 0.0)) > 0:
                yield seconds / parse, path


class _Noted(Analysis):
    """An analysis that notes what each file costs."""

    costs: Costs

    def file(self, path: str) -> Iterator[Finding]:
        began, parsed = time.process_time(), self.costs.parse
        found = list(super().file(path))
        self.costs.files[path] = time.process_time() - began - (self.costs.parse - parsed)
        self.costs.texts[path] = self.project.document(path).text
        return iter(found)


def measure(project: Path) -> Costs:
    """What one run over *project* costs."""
    costs = Costs()
    parse, worth_forking = cst.parse_module, parallel.worth_forking

    def timed(text: str, *arguments: Any) -> cst.Module:
        began = time.process_time()
        try:
            return parse(text, *arguments)
        finally:
            costs.parses[text] = costs.parses.get(text, 0.0) + time.process_time() - began

    gc.collect()  # what the project before has left
    gc.freeze()
    gc.disable()  # as the command does
    cst.parse_module, parallel.worth_forking = timed, lambda: False  # type: ignore[assignment]
    try:
        settings = config.load([project], project)
        begun = pipeline.begin(discover([project], settings, cwd=project), settings, {})
        began = time.process_time()
        noted = _Noted(settings, begun.known, cwd=project)
        noted.costs = costs
        noted.lint(begun.candidates)
        costs.rest = time.process_time() - began - costs.parse
    finally:
        cst.parse_module, parallel.worth_forking = parse, worth_forking
        gc.enable()
    return costs


def _best(project: Path, rounds: int) -> Costs:
    """The costs of the round with the least ratio: whatever disturbs a run adds to it."""
    return min((measure(project) for _ in range(rounds)), key=lambda costs: costs.rest / (costs.parse or 1))


def main(arguments: list[str]) -> int:
    """Measure, and print a row for each project."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each project; the one with the least ratio counts")
    parser.add_argument("--show", type=int, default=5, help="how many of the dearest files to print")
    options = parser.parse_args(arguments)
    stack.own_process()  # it is, as the command's is
    measure(PROJECTS / "layout_flat")  # imports everything
    whole: list[Costs] = []
    for project in options.folders or sorted(folder for folder in PROJECTS.iterdir() if folder.is_dir()):
        costs = _best(project.resolve(), options.rounds)
        whole.append(costs)
        if costs.parse:
            print(f"{costs.rest / costs.parse:6.2f}  {costs.parse * 1e3:7.0f} ms parse  {len(costs.files):4} files  {project.name}")
    ratios = sorted((found for costs in whole for found in costs.ratios()), reverse=True)
    for ratio, path in ratios[: options.show]:
        print(f"{ratio:6.2f}  {path}")
    parse, rest = sum(costs.parse for costs in whole), sum(costs.rest for costs in whole)
    print(
        f"{rest / parse:.2f} of the parse in all ({rest * 1e3:.0f} of {parse * 1e3:.0f} ms), "
        f"{median(ratio for ratio, _ in ratios):.2f} in the median of {len(ratios)} files; gate {GATE}"
    )
    return int(rest / parse > GATE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
