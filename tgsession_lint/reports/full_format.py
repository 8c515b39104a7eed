"""full: for people; the line, the place in it, what to do, where to read on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.reports.closing import closing
from tgsession_lint.reports.text import harmless, paint, place, why, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.finding import Finding
    from tgsession_lint.reports.report import Report

FLAGS = {"safe": "[--fix]", "unsafe": "[--unsafe-fixes]"}


def render(report: Report) -> str:
    """Every finding as a paragraph, then the closing line."""
    return "\n".join([*(paragraph(finding, report) for finding in report.findings), closing(report)])


def paragraph(finding: Finding, report: Report) -> str:
    """One finding, each line with its end."""
    from tgsession_lint.reports.excerpt import excerpt

    lines = [_headline(finding, report), *excerpt(finding, report), *_advice(finding, report)]
    return "".join(f"{line}\n" for line in lines)


def _headline(finding: Finding, report: Report) -> str:
    start, on = place(finding), report.color
    message = wrap(harmless(finding.message), report.width, len(f"{start}: {finding.code}"), "    ")
    return f"{paint(start, 'bold', on=on)}: {paint(finding.code, 'red', on=on)} {message}"


def _advice(finding: Finding, report: Report) -> Iterator[str]:
    parts = {"hint": _hint(finding), "note": finding.note, "why": why(finding)}
    for word, text in parts.items():
        if text:
            label = paint(f"{word}:", "cyan", on=report.color) + " " * (len("hint") - len(word))
            yield f"  {label} {wrap(harmless(text), report.width, len('  hint:'), ' ' * len('  hint: '))}"


def _hint(finding: Finding) -> str:
    if not finding.fix:
        return finding.hint
    return f"{finding.hint or finding.fix.message} {FLAGS[finding.fix.applicability]}"
