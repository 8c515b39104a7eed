"""Finding -> the same finding, fit to be printed anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.frozen import replace
from tgsession_lint.reports.mask import mask
from tgsession_lint.reports.text import encodable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_lint.finding import Finding, Fix

SECRET_CODES = frozenset({"TGS401"})  # the finding stands on a secret


def presentable(finding: Finding) -> Finding:
    """*finding* without secrets and without text that no encoding can carry.

    The path stays as it is: it names the file, and each format has its own way to spell it.
    """
    return replace(
        finding,
        message=_clean(finding.message),
        hint=_clean(finding.hint),
        note=_clean(finding.note),
        witness=tuple(replace(step, message=_clean(step.message)) for step in finding.witness),
        fix=finding.fix and _presentable_fix(finding.fix),
    )


def source_line(finding: Finding, lines: Sequence[str], row: int) -> str:
    """Line *row* of the finding's file without its secrets; "" when it is not to be had."""
    if not 0 < row <= len(lines):
        return ""
    return mask(lines[row - 1].rstrip("\r\n"), pieces=finding.code in SECRET_CODES)


def _presentable_fix(fix: Fix) -> Fix | None:
    # A fix with stars in it would damage the file, so one that carries a secret is not shown at all.
    edits = [*fix.edits, *(edit for _, others in fix.elsewhere for edit in others)]
    if any(_clean(edit.content) != edit.content for edit in edits):
        return None
    return replace(fix, message=_clean(fix.message))


def _clean(text: str) -> str:
    return encodable(mask(text))
