"""Text that Python takes and the parser does not -> text that both do, and how its columns have moved."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, TypeAlias

from tgsession_lint import glance
from tgsession_lint.decoding import ROW_END

if TYPE_CHECKING:
    from collections.abc import Iterator

Widened: TypeAlias = "tuple[tuple[int, int, int], ...]"
"""Of each place that was changed its row, the column from which on, and by how many columns."""

_TABS = re.compile(r"^[ ]*\t[ \t]*", re.MULTILINE)


def adapted(text: str) -> Iterator[tuple[str, Widened]]:
    """*text* in each of the ways that it can be written otherwise, the least changed first."""
    for change in (_untabbed, _unbracketed, _both):
        changed, widened = change(text)
        if widened:
            yield changed, widened


def _untabbed(text: str) -> tuple[str, Widened]:
    """Tabs and spaces mixed in ways that Python's own rule (a tab goes to the next eighth column) allows."""
    widened: list[tuple[int, int, int]] = []

    def put(match: re.Match[str]) -> str:
        indent = match[0].expandtabs(8)
        row = text.count("\n", 0, match.start()) + 1
        widened.append((row, 1, len(indent) - len(match[0])))
        return indent

    changed = _TABS.sub(put, text)
    return changed, tuple(widened)


def _unbracketed(text: str) -> tuple[str, Widened]:
    """`(x): int` declares nothing and means little; the parser knows `x: int` alone."""
    try:
        nodes = list(ast.walk(glance.parsed(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text, ()
    found = [node for node in nodes if isinstance(node, ast.AnnAssign) and not node.simple and _bracketed(node)]
    rows = ROW_END.split(text)
    widened: list[tuple[int, int, int]] = []
    for node in sorted(found, key=lambda node: (node.lineno, node.col_offset)):
        moved = sum(by for row, _, by in widened if row == node.lineno)
        row = rows[node.lineno - 1]
        start, first, last = (_characters(row, column, moved) for column in _columns(node))
        end = row.find(":", last)
        if node.target.end_lineno != node.lineno or end < 0:
            return text, ()
        rows[node.lineno - 1] = f"{row[:start]}{row[first:last]}{row[end:]}"
        widened += [(node.lineno, start + 1, start - first), (node.lineno, start + 1 + last - first, last - end)]
    return "\n".join(rows), tuple(widened)


def _bracketed(node: ast.AnnAssign) -> bool:
    return (node.lineno, node.col_offset) != (node.target.lineno, node.target.col_offset)


def _columns(node: ast.AnnAssign) -> tuple[int, int, int]:
    return node.col_offset, node.target.col_offset, node.target.end_col_offset or 0


def _characters(row: str, octets: int, moved: int) -> int:
    """The place in *row*, which has *moved*, of what began so many bytes of UTF-8 into it.

    Only brackets and blanks have been taken out, which are a byte each.
    """
    return len(row.encode()[: octets + moved].decode(errors="ignore"))


def _both(text: str) -> tuple[str, Widened]:
    changed, first = _untabbed(text)
    changed, second = _unbracketed(changed)
    return changed, (*first, *second) if first and second else ()
