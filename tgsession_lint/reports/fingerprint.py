"""Findings -> names for them that outlive an edit elsewhere in the file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tgsession_lint.reports.paths import from_root
from tgsession_lint.reports.presentable import source_line

if TYPE_CHECKING:
    from tgsession_lint.finding import Finding
    from tgsession_lint.reports.report import Report


def fingerprints(report: Report) -> list[str]:
    """A name for each finding, unique in the report and the same when lines move.

    Made of the file, the rule, the source line and the message without its numbers; equal ones
    are counted in reading order. Made of masked text: nobody can test a guess of a secret on it.
    """
    from hashlib import sha256

    seen: Counter[tuple[str, ...]] = Counter()
    names = []
    for finding in report.findings:
        key = _key(finding, report)
        whole = "\0".join((*key, str(seen[key])))
        names.append(sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32])
        seen[key] += 1
    return names


def _key(finding: Finding, report: Report) -> tuple[str, ...]:
    line = source_line(finding, report.lines(finding), finding.location.row)
    message = "".join(char for char in finding.message if not char.isdigit())
    return (from_root(finding.path, report), finding.code, " ".join(line.split()), message)
