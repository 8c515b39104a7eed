"""jsonl: the objects of json, one a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.reports.json_format import entry

if TYPE_CHECKING:
    from tgsession_lint.reports.report import Report


def render(report: Report) -> str:
    """Every finding as an object on a line of its own; nothing when there is none."""
    import json

    return "".join(f"{json.dumps(entry(finding, report))}\n" for finding in report.findings)
