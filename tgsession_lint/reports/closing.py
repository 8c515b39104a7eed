"""The last line of the text formats: how much was found, in how much, and what to do about it."""

from __future__ import annotations

from tgsession_lint.reports.text import count, paint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tgsession_lint.reports.report import Report


def all_clear(checked: int, *, color: bool = False) -> str:
    """What a run without findings comes to."""
    return f"{paint('All clear', 'green', on=color)}: no findings in {count(checked, 'file')}.\n"


def closing(report: Report) -> str:
    """What the run comes to, with its line end."""
    if not report.checked and not report.findings:
        return "Nothing to check: no Python files found.\n"
    if not report.findings:
        return _all_fixed(report) if report.fixed else all_clear(report.checked, color=report.color)
    files = len({finding.path for finding in report.findings})
    found = paint(f"Found {count(len(report.findings), 'finding')}", "red", on=report.color)
    fixed = f"Fixed {count(report.fixed, 'finding')}.\n" if report.fixed else ""
    return f"{fixed}{found} in {count(files, 'file')} ({report.checked} checked).\n{_fixable(report)}"


def _all_fixed(report: Report) -> str:
    clear = paint("All clear", "green", on=report.color)
    return f"{clear}: {count(report.fixed, 'finding')} fixed, none left in {count(report.checked, 'file')}.\n"


def _fixable(report: Report) -> str:
    fixes = [finding.fix.applicability for finding in report.findings if finding.fix]
    safe, unsafe = fixes.count("safe"), fixes.count("unsafe")
    parts = [f"{safe} with `--fix`"] * bool(safe) + [f"{unsafe} with `--fix --unsafe-fixes`"] * bool(unsafe)
    return f"Can be fixed: {', '.join(parts)}.\n" if parts else ""
