"""gitlab: a Code Quality report, which GitLab shows in merge requests.

Source: GitLab, "Code Quality", "Code Quality report format".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.reports.fingerprint import fingerprints
from tgsession_lint.reports.paths import from_root
from tgsession_lint.reports.text import encodable

if TYPE_CHECKING:
    from tgsession_lint.finding import Finding
    from tgsession_lint.reports.report import Report


def render(report: Report) -> str:
    """All findings as one list of issues."""
    import json

    named = zip(report.findings, fingerprints(report), strict=True)
    return json.dumps([_issue(finding, name, report) for finding, name in named], indent=2) + "\n"


def _issue(finding: Finding, name: str, report: Report) -> dict[str, object]:
    (begin, _), (end, _) = finding.location, finding.end_location
    where = ""
    if finding.cell is not None:  # rows count within the cell: GitLab knows only the file's
        where, begin, end = f"cell {finding.cell}, line {begin}: ", 1, 1
    return {
        "description": f"{finding.code}: {where}{finding.message}",
        "check_name": finding.code,
        "fingerprint": name,
        "severity": "major",
        "location": {
            "path": encodable(from_root(finding.path, report)),
            "lines": {"begin": begin, "end": end},
        },
    }
