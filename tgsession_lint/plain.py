"""A run without options, for a pipe or a hook: the same report as `cli` makes of it, without what only options need."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tgsession_lint import __version__, config, pipeline
from tgsession_lint.nearest import Nearest
from tgsession_lint.reports import render
from tgsession_lint.reports.closing import all_clear
from tgsession_lint.reports.report import Report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_lint.discover import Discovery
    from tgsession_lint.prefilter import Begun


def run(arguments: Sequence[str], begun: Begun | None, listed: Discovery | None) -> tuple[str, int] | None:
    """The report and the exit status, from what has *begun*, or else from what was *listed* where no settings are.

    None where something is wrong that `cli` says better.
    """
    cwd = Path.cwd()
    targets = [Path(argument) for argument in arguments]
    try:
        settings = _checked(config.load(targets, cwd))
        found = listed if settings.file is None else None
        nearest = Nearest(settings, str(cwd), _checked, fixed=False)
        outcome = pipeline.run(targets, nearest, cwd=cwd, begun=begun, found=found)
    except config.ConfigError:
        return None
    if outcome.faults or outcome.problems or not outcome.checked:
        return None
    if not outcome.findings:
        return all_clear(outcome.checked), 0
    from tgsession_lint.rule import by_code, summaries, url

    rules = by_code()
    report = Report(
        outcome.findings, lambda finding: pipeline.lines(finding, cwd=cwd), lambda code: url(rules[code].name), __version__,
        summaries(), str(settings.root), outcome.checked, cwd=str(cwd),
    )  # fmt: skip
    return render("full", report), 1


def _checked(found: config.Config) -> config.Config:
    if found.selects_rules:
        from tgsession_lint.rule import by_code

        config.check_codes(found, by_code())
    return found
