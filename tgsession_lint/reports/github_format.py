"""github: workflow commands, which GitHub Actions shows beside the changed lines.

Source: GitHub, "Workflow commands for GitHub Actions"; the escapes are `@actions/core`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.reports.paths import absolute
from tgsession_lint.reports.text import harmless, place, why

if TYPE_CHECKING:
    from tgsession_lint.finding import Finding
    from tgsession_lint.reports.report import Report

DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
PROPERTY = {**DATA, ":": "%3A", ",": "%2C"}


def render(report: Report) -> str:
    """One command a finding; nothing when there is none."""
    return "".join(f"{_command(finding, report)}\n" for finding in report.findings)


def _command(finding: Finding, report: Report) -> str:
    properties = {
        "file": absolute(finding.path, report),
        **_region(finding),
        "title": f"{finding.code} {finding.name}",
    }
    told = ",".join(f"{key}={_escape(str(value), PROPERTY)}" for key, value in properties.items())
    return f"::error {told}::{_escape(_message(finding), DATA)}"


def _region(finding: Finding) -> dict[str, int]:
    if finding.cell is not None:  # rows count within the cell: GitHub knows only the file's
        return {"line": 1}
    (row, column), (end_row, end_column) = finding.location, finding.end_location
    return {"line": row, "col": column, "endLine": end_row, "endColumn": end_column}


def _message(finding: Finding) -> str:
    lines = [f"{place(finding)}: {finding.code} {finding.message}"]
    if finding.hint:
        lines.append(f"hint: {finding.hint}")
    return "\n".join([*lines, f"why:  {why(finding)}"])


def _escape(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(char, char) for char in harmless(text, keep="\r\n"))
