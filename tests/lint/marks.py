"""The marks in a source file, and how what was found compares with them.

A mark is a comment: `# expect: TGS101 TGS301` must be reported on its line, `# maybe: TGS301` may be,
and nothing else may be. A finding elsewhere in the marked statement (of a compound statement: in its
header) counts as well, unless several lines of that statement are marked.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MARK = re.compile(r"#\s*(expect|maybe):\s*(TGS\d{3}(?:[ ,]+TGS\d{3})*)")


@dataclass(frozen=True, order=True)
class Site:
    """A code on a line: of a mark, or of a finding."""

    line: int
    code: str


@dataclass(frozen=True)
class Marks:
    """What one file says of itself: where findings must be, and where they may be."""

    expected: frozenset[Site]
    allowed: frozenset[Site]
    spans: tuple[range, ...]

    def span_of(self, line: int) -> range:
        """The lines that stand for *line*: those of its statement, or itself where several are marked."""
        around = [span for span in self.spans if line in span]
        if not around:
            return range(line, line + 1)
        smallest = min(around, key=len)
        marked = {site.line for site in self.expected | self.allowed if site.line in smallest}
        return smallest if len(marked) <= 1 else range(line, line + 1)

    def codes(self) -> frozenset[str]:
        """Every code that a mark names."""
        return frozenset(site.code for site in self.expected | self.allowed)


def read_marks(text: str) -> Marks:
    """The marks in the source *text*."""
    found: dict[str, set[Site]] = {"expect": set(), "maybe": set()}
    for line, content in enumerate(text.splitlines(), start=1):
        for kind, codes in _MARK.findall(content):
            found[kind].update(Site(line, code) for code in re.findall(r"TGS\d{3}", codes))
    return Marks(frozenset(found["expect"]), frozenset(found["maybe"]), tuple(_spans(text)))


def compare(marks: Marks, found: Iterable[Site], codes: frozenset[str]) -> tuple[list[Site], list[Site]]:
    """What is missing from *found*, and what in it nobody marked; only *codes* count."""
    sites = sorted(site for site in found if site.code in codes)
    missing = [
        mark
        for mark in sorted(marks.expected)
        if mark.code in codes
        and not any(site.code == mark.code and site.line in marks.span_of(mark.line) for site in sites)
    ]
    known = marks.expected | marks.allowed
    unexpected = [
        site
        for site in sites
        if not any(site.code == mark.code and site.line in marks.span_of(mark.line) for mark in known)
    ]
    return missing, unexpected


def _spans(text: str) -> Iterator[range]:
    """The lines of each statement; of a compound one its header. Nothing where Python cannot parse."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt | ast.excepthandler | ast.match_case):
            yield _span(node)


def _span(node: ast.stmt | ast.excepthandler | ast.match_case) -> range:
    """The lines of *node*, of a compound statement up to its body."""
    body: list[ast.stmt] | list[ast.match_case] | None = getattr(node, "body", None) or getattr(node, "cases", None)
    if not body:
        return range(_first_line(node), (getattr(node, "end_lineno", None) or _first_line(node)) + 1)
    return range(_first_line(node), max(_first_line(body[0]), _first_line(node) + 1))


def _first_line(node: ast.stmt | ast.excepthandler | ast.match_case) -> int:
    """Where *node* begins, its decorators included."""
    if isinstance(node, ast.match_case):
        return node.pattern.lineno
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])
