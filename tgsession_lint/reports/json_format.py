"""json: a list of objects in ruff's shape, with the witness added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.reports.text import encodable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_lint.finding import Edit, Finding, Fix, Position
    from tgsession_lint.reports.report import Report


def render(report: Report) -> str:
    """All findings as one list."""
    import json

    return json.dumps([entry(finding, report) for finding in report.findings], indent=2) + "\n"


def entry(finding: Finding, report: Report) -> dict[str, object]:
    """One finding as JSON has it."""
    return {
        "code": finding.code,
        "name": finding.name,
        "filename": encodable(finding.path),
        "cell": finding.cell,
        "location": _position(finding.location),
        "end_location": _position(finding.end_location),
        "message": finding.message,
        "hint": finding.hint,
        "note": finding.note,
        "url": report.url(finding.code),
        "witness": [{"row": step.row, "message": step.message} for step in finding.witness],
        "fix": finding.fix and _fix(finding.fix),
    }


def _fix(fix: Fix) -> dict[str, object]:
    found: dict[str, object] = {"applicability": fix.applicability, "message": fix.message, "edits": _edits(fix.edits)}
    if fix.elsewhere:
        found["elsewhere"] = [{"filename": encodable(path), "edits": _edits(edits)} for path, edits in fix.elsewhere]
    return found


def _edits(edits: Sequence[Edit]) -> list[dict[str, object]]:
    return [
        {
            "content": edit.content,
            "location": _position(edit.location),
            "end_location": _position(edit.end_location),
        }
        for edit in edits
    ]


def _position(position: Position) -> dict[str, int]:
    return {"row": position.row, "column": position.column}
