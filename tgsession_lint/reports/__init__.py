"""Findings -> text for people and for machines, one file a format."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from tgsession_lint.reports.report import Report

FORMATS = ("full", "concise", "json", "jsonl", "github", "gitlab", "sarif", "junit")


def render(format: str, report: Report) -> str:  # noqa: A002 - the option's own name
    """*report* in one of `FORMATS`; ends in a newline unless it is empty.

    No secret, no control character and no lone surrogate of a finding reaches the text.
    Non-ASCII text occurs in full, concise and github only; the others escape it.

    Raises:
        ValueError: *format* is none of `FORMATS`.
    """
    if format not in FORMATS:
        message = f"no such output format: {format}"
        raise ValueError(message)
    from importlib import import_module

    if report.findings:
        from tgsession_lint.frozen import replace
        from tgsession_lint.reports.presentable import presentable

        report = replace(report, findings=tuple(map(presentable, report.findings)))
    written: Callable[[Report], str] = import_module(f"{__name__}.{format}_format").render
    return written(report)
