"""The whole run, on one screen: paths -> files that matter -> facts -> findings -> what is left of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tgsession_lint.discover import discover, project_files
from tgsession_lint.mentions import Mentions, may_matter, needles
from tgsession_lint.modules import Roots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from tgsession_lint.config import Config
    from tgsession_lint.discover import Discovery
    from tgsession_lint.finding import Fault, Finding, Problem


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run has found, how much it has looked at, and what went wrong on the way."""

    findings: tuple[Finding, ...] = ()
    checked: int = 0
    faults: tuple[Fault, ...] = ()
    problems: tuple[Problem, ...] = ()


def lint(targets: Sequence[Path], config: Config, *, cwd: Path | None = None) -> Iterable[Finding]:
    """Findings in *targets*, in reading order; the rest of the project is context."""
    from pathlib import Path

    return run(targets, config, cwd=cwd or Path.cwd()).findings


def run(
    targets: Sequence[Path],
    config: Config,
    *,
    cwd: Path,
    given: Mapping[str, bytes] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """One run over *targets*.

    *given* are contents that are not on disk, by absolute path; they are linted as well. *progress* is told how many
    of the files that matter are done, and how many there are.
    """
    found = discover(targets, config, cwd=cwd)
    wanted = list(dict.fromkeys([*found.files, *(given or {})]))
    problems = tuple(found.problems)
    known = context(config, found, given or {})
    try:
        candidates = may_matter(wanted, known)
        if not candidates:
            return Outcome(checked=len(wanted), problems=problems)
        # Everything from here on needs libcst, which takes longer to import than a whole tree takes to search.
        from tgsession_lint.analysis import Analysis

        analysis = Analysis(config, known, cwd=cwd)
        findings, faults = analysis.lint(candidates, progress)
    finally:
        known.abandon()
    return Outcome(tuple(findings), len(wanted), tuple(faults), problems)


def context(config: Config, found: Discovery, given: Mapping[str, bytes]) -> Mentions:
    """What is known of the project round the files that were *found*."""
    roots = Roots(str(config.root), config.src)
    return Mentions(needles(config), roots, lambda: [*project_files(config, found.listed), *found.files, *given], given)


def lines(finding: Finding, *, cwd: Path, given: Mapping[str, bytes] | None = None) -> Sequence[str]:
    """The rows of the file, or of the notebook's cell, that *finding* is in; none where it cannot be read."""
    import os

    from tgsession_lint import contents, decoding, notebooks

    path = os.path.normpath(os.path.join(cwd, finding.path))
    try:
        data = given[path] if given and path in given else contents.read(path)
    except OSError:
        return ()
    return decoding.rows(data) if finding.cell is None else notebooks.rows(data, finding.cell)
