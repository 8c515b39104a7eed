"""The whole run, on one screen: paths -> files that matter -> facts -> findings -> what is left of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tgsession_lint import prefilter
from tgsession_lint.discover import Discovery, discover
from tgsession_lint.exclusion import Exclusion
from tgsession_lint.frozen import frozen, replace
from tgsession_lint.mentions import needles
from tgsession_lint.nearest import Nearest
from tgsession_lint.search import Ahead

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from tgsession_lint.config import Config
    from tgsession_lint.finding import Fault, Finding, Problem
    from tgsession_lint.prefilter import Begun


@frozen
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
    config: Config | Nearest,
    *,
    cwd: Path,
    given: Mapping[str, bytes] | None = None,
    progress: Callable[[int, int], None] | None = None,
    begun: Begun | None = None,
    found: Discovery | None = None,
) -> Outcome:
    """One run over *targets*, by one configuration or by the nearest to each file.

    *given* are contents that are not on disk, by absolute path; they are linted as well. *progress* is told how many
    of the files that matter are done, and how many there are. What has *begun*, by this one configuration, is only judged, and
    what was *found* by it is not looked for again.
    """
    nearest = config if isinstance(config, Nearest) else Nearest(config, str(cwd), lambda found: found, fixed=True)
    if begun is not None:
        return _judged(begun, nearest.main, cwd, progress)
    if found is not None:
        return _discovered(found, targets, nearest, cwd, given or {}, progress)
    ahead = Ahead(needles(nearest.main))
    try:
        return _discovered(discover(targets, nearest.main, cwd=cwd, ahead=ahead), targets, nearest, cwd, given or {}, progress)
    finally:
        ahead.abandon()


def _discovered(
    found: Discovery, targets: Sequence[Path], nearest: Nearest, cwd: Path, given: Mapping[str, bytes],
    progress: Callable[[int, int], None] | None,
) -> Outcome:  # fmt: skip
    """What there is in the files that were *found*, each judged by the settings nearest to it."""
    named = {*given, *(os.path.normpath(os.path.join(cwd, target)) for target in targets)}
    parts: list[Outcome] = []
    for own, paths in nearest.grouped(dict.fromkeys([*found.files, *given])).items():
        part = found.only(paths) if own is nearest.main else Discovery(_kept(paths, own, named))
        parts.append(_part(own, part, {path: given[path] for path in part.files if path in given}, cwd, progress))
    if len(parts) == 1:
        return replace(parts[0], problems=tuple(found.problems))
    findings = sorted((finding for part in parts for finding in part.findings), key=lambda finding: finding.sort_key)
    faults = tuple(fault for part in parts for fault in part.faults)
    return Outcome(tuple(findings), sum(part.checked for part in parts), faults, tuple(found.problems))


def _kept(paths: Sequence[str], config: Config, named: Collection[str]) -> list[str]:
    """Those of *paths* that their own settings do not leave out, or that were *named*."""
    excluded = Exclusion(config)
    return [path for path in paths if (path in named and not excluded.forced) or not excluded.path(path)]


def _part(
    config: Config, found: Discovery, given: Mapping[str, bytes], cwd: Path, progress: Callable[[int, int], None] | None
) -> Outcome:
    """What there is in those files of a run for which *config* holds."""
    return _judged(begin(found, config, given), config, cwd, progress)


def begin(found: Discovery, config: Config, given: Mapping[str, bytes]) -> Begun:
    """Those of the files that were *found* that may matter, by what *config* says."""
    src = [os.path.join(config.base, folder) for folder in config.src]
    return prefilter.look(found, config, needles=needles(config), src=src, given=given)


def _judged(begun: Begun, config: Config, cwd: Path, progress: Callable[[int, int], None] | None) -> Outcome:
    """What there is in the files that may matter."""
    checked = len(begun.wanted)
    try:
        if not begun.candidates:
            return Outcome(checked=checked)
        # Everything from here on needs libcst, which takes longer to import than a whole tree takes to search.
        from tgsession_lint.analysis import Analysis

        findings, faults = Analysis(config, begun.known, cwd=cwd).lint(begun.candidates, progress)
    finally:
        begun.known.abandon()
    return Outcome(tuple(findings), checked, tuple(faults))


def lines(finding: Finding, *, cwd: Path, given: Mapping[str, bytes] | None = None) -> Sequence[str]:
    """The rows of the file, or of the notebook's cell, that *finding* is in; none where it cannot be read."""
    from tgsession_lint import contents, decoding

    path = os.path.normpath(os.path.join(cwd, finding.path))
    try:
        data = given[path] if given and path in given else contents.read(path)
    except OSError:
        return ()
    if finding.cell is None:
        return decoding.rows(data)
    from tgsession_lint import notebooks

    return notebooks.rows(data, finding.cell)
