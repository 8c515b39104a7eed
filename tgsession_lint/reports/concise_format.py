"""concise: one line a finding, in the form that editors and grep know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.reports.closing import closing
from tgsession_lint.reports.text import harmless, paint, place

if TYPE_CHECKING:
    from tgsession_lint.finding import Finding
    from tgsession_lint.reports.report import Report


def render(report: Report) -> str:
    """Every finding on its line, then the closing line."""
    return "".join(f"{_line(finding, on=report.color)}\n" for finding in report.findings) + closing(report)


def _line(finding: Finding, *, on: bool) -> str:
    return f"{paint(place(finding), 'bold', on=on)}: {paint(finding.code, 'red', on=on)} {harmless(finding.message)}"
