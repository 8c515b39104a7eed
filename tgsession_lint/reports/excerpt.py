"""A finding -> its source lines, its place underlined, its witness beside or below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.frozen import frozen
from tgsession_lint.reports.columns import columns
from tgsession_lint.reports.cut import Cut, cut
from tgsession_lint.reports.presentable import source_line
from tgsession_lint.reports.text import harmless, paint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.finding import Finding
    from tgsession_lint.reports.report import Report

WIDTH = 100  # where there is no terminal
GAP = 4  # columns between a line and what is said beside it


@frozen
class Row:
    """One shown line: its number, its text, what is said of it; *main* has the finding's place."""

    number: int
    cut: Cut
    label: str
    main: bool


def excerpt(finding: Finding, report: Report) -> Iterator[str]:
    """The lines that show *finding*, without line ends; none when there is nothing to show."""
    gutter = 2 + max(len(str(row)) for row in (finding.location.row, *(step.row for step in finding.witness)))
    room = (report.width or WIDTH) - gutter - len(" | ")
    rows = list(_rows(finding, report, room))
    widest = max((columns(row.cut.text) for row in rows), default=0)
    beside = widest + GAP + max((columns(row.label) for row in rows), default=0) <= room
    for row in rows:
        above = f"{row.number:>{gutter}} | "
        for text in _beside(row, widest, report) if beside else _below(row, room, report):
            yield (paint(above, "dim", on=report.color) + text).rstrip()
            above = " " * gutter + " | "


def _rows(finding: Finding, report: Report, room: int) -> Iterator[Row]:
    lines = report.lines(finding)
    steps = [(step.row, harmless(step.message)) for step in finding.witness]
    if finding.location.row not in [row for row, _ in steps]:
        steps.insert(0, (finding.location.row, ""))
    main = True  # still to come; a path can pass its line twice
    for row, label in steps:
        line = source_line(finding, lines, row)
        first, last = 0, 0
        if marked := main and row == finding.location.row:
            main = False
            first, last = _marked(finding, line)
        elif line.strip():
            first, last = len(line) - len(line.lstrip()), len(line.rstrip())
        if line.strip() or label:
            yield Row(row, cut(line, first, last, room), label, marked and bool(line.strip()))


def _marked(finding: Finding, line: str) -> tuple[int, int]:
    (row, column), (end_row, end_column) = finding.location, finding.end_location
    return column - 1, end_column - 1 if end_row == row else len(line.rstrip())


def _beside(row: Row, widest: int, report: Report) -> Iterator[str]:
    gap = " " * (widest - columns(row.cut.text) + GAP) if row.cut.text else ""
    yield row.cut.text + (gap + paint(row.label, "cyan", on=report.color) if row.label else "")
    if row.main:
        yield " " * row.cut.start + _line(row, report)


def _below(row: Row, room: int, report: Report) -> Iterator[str]:
    label = paint(row.label, "cyan", on=report.color)
    if not row.cut.text:
        yield label
        return
    yield row.cut.text
    if not row.main and not row.label:
        return
    needed = columns(row.label)
    if row.cut.end + 1 + needed <= room:
        yield f"{' ' * row.cut.start}{_line(row, report)} {label}".rstrip()
        return
    yield " " * row.cut.start + _line(row, report)
    yield " " * max(0, min(row.cut.start, room - needed)) + label


def _line(row: Row, report: Report) -> str:
    width = row.cut.end - row.cut.start
    return paint(("^" if row.main else "-") * width, "red" if row.main else "cyan", on=report.color)
