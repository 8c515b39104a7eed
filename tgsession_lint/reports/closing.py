"""The last line of the text formats: how much was found, in how much, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.reports.text import count, paint

if TYPE_CHECKING:
    from tgsession_lint.reports.report import Report


def closing(report: Report) -> str:
    """What the run comes to, with its line end."""
    if not report.checked and not report.findings:
        return "Nothing to check: no Python files found.\n"
    if not report.findings:
        clear = paint("All clear", "green", on=report.color)
        return f"{clear}: no findings in {count(report.checked, 'file')}.\n"
    files = len({finding.path for finding in report.findings})
    found = paint(f"Found {count(len(report.findings), 'finding')}", "red", on=report.color)
    return f"{found} in {count(files, 'file')} ({report.checked} checked).\n{_fixable(report)}"


def _fixable(report: Report) -> str:
    fixes = [finding.fix.applicability for finding in report.findings if finding.fix]
    safe, unsafe = fixes.count("safe"), fixes.count("unsafe")
    parts = [f"{safe} with `--fix`"] * bool(safe) + [f"{unsafe} with `--fix --unsafe-fixes`"] * bool(unsafe)
    return f"Can be fixed: {', '.join(parts)}.\n" if parts else ""
