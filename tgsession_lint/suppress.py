"""`# noqa: CODE`, `# tgsession-lint: ignore[CODE] reason` -> fewer findings, and the unused ones.

A comment speaks of the findings that begin or end on its row; an `ignore` on a line of its own speaks of the next line
of code.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from tgsession_lint.finding import Finding, Position
from tgsession_lint.frozen import frozen, replace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tgsession_lint.places import Comment
    from tgsession_lint.sources import Document

_OWN = "TGS901"
_NOQA = re.compile(r"#\s*noqa(?P<colon>\s*:\s*(?P<codes>[A-Za-z]+[0-9]+(?:[\s,]+[A-Za-z]+[0-9]+)*))?", re.IGNORECASE)
_IGNORE = re.compile(r"#\s*tgsession-lint\s*:\s*ignore\b(?P<rest>\s*\[(?P<codes>[^\]]*)\])?", re.IGNORECASE)
# A file that holds none of these has no comment worth looking at.
TRIGGERS = ("noqa", "tgsession-lint", "NOQA", "NoQA")


@frozen
class Directive:
    """One suppression: the rows it speaks of, and its codes with their places; no codes means every finding."""

    row: int
    codes: tuple[tuple[str, Position], ...]
    everything: bool = False
    problem: str = ""


def directives(comments: Iterable[Comment], lines: Sequence[str], names: Mapping[str, str]) -> list[Directive]:
    """The suppressions in *comments*; *names* turns a rule's name into its code."""
    found: list[Directive] = []
    for comment in comments:
        if (match := _IGNORE.search(comment.text)) is not None:
            row = _speaks_of(comment, lines)
            codes = _codes(comment, match, "codes", names)
            problem = "" if codes else "names no code: write `# tgsession-lint: ignore[TGS101] reason`"
            found.append(Directive(row, codes or (("", comment.position),), problem=problem))
        elif (match := _NOQA.search(comment.text)) is not None:
            ours = tuple(c for c in _codes(comment, match, "codes", {}) if c[0].startswith("TGS"))
            everything = match.group("codes") is None
            if ours or everything:
                found.append(Directive(comment.position.row, ours, everything=everything))
    return found


def _codes(comment: Comment, match: re.Match[str], group: str, names: Mapping[str, str]) -> tuple[tuple[str, Position], ...]:
    text = match.group(group)
    if not text:
        return ()
    base = comment.position.column + match.start(group)
    parts = [(part.group(), base + part.start()) for part in re.finditer(r"[\w-]+", text)]
    return tuple((names.get(word.lower(), word), Position(comment.position.row, column)) for word, column in parts)


def _speaks_of(comment: Comment, lines: Sequence[str]) -> int:
    """The row of the comment, or of the next code where it has a line to itself."""
    row = comment.position.row
    if row > len(lines) or not lines[row - 1].lstrip().startswith("#"):
        return row
    for later in range(row, len(lines)):
        text = lines[later].strip()
        if text and not text.startswith("#"):
            return later + 1
    return row


def suppress(
    findings: Sequence[Finding], found: Sequence[Directive], known: Collection[str], selected: Collection[str]
) -> tuple[list[Finding], list[tuple[Position, int, str]]]:
    """The findings that no directive speaks of, and what is wrong with the directives: place, length, message."""
    used: set[tuple[int, str]] = set()
    kept = [finding for finding in findings if not _covered(finding, found, used)]
    if _OWN not in selected:
        return kept, []
    return kept, [problem for index, d in enumerate(found) for problem in _problems(index, d, used, known, selected)]


def _covered(finding: Finding, found: Sequence[Directive], used: set[tuple[int, str]]) -> bool:
    rows = {finding.location.row, finding.end_location.row}
    covered = False
    for index, directive in enumerate(found):
        if directive.row not in rows:
            continue
        if directive.everything:
            covered = True
        for code, _ in directive.codes:
            if code == finding.code:
                used.add((index, code))
                covered = True
    return covered


def _problems(
    index: int, directive: Directive, used: set[tuple[int, str]], known: Collection[str], selected: Collection[str]
) -> list[tuple[Position, int, str]]:
    if directive.problem:
        return [(directive.codes[0][1], 1, f"the suppression {directive.problem}")]
    problems: list[tuple[Position, int, str]] = []
    for code, place in directive.codes:
        if code not in known:
            near = difflib.get_close_matches(code, known, n=1, cutoff=0.5)
            hint = f"; the nearest is `{near[0]}`" if near else ""
            problems.append((place, len(code), f"`{code}` is no rule of this linter{hint}"))
        elif code in selected and code != _OWN and (index, code) not in used:
            problems.append((place, len(code), f"the suppression of `{code}` suppresses nothing"))
    return problems


def moved(finding: Finding, path: str, document: Document) -> Finding:
    """*finding* under the name *path*, with the rows and columns of the file or, in a notebook, of the cell."""
    cell, row = document.locate(finding.location.row)
    shift = finding.location.row - row
    start, end = (
        Position(place.row - shift, document.column(place.row, place.column))
        for place in (finding.location, finding.end_location)
    )
    steps = tuple(replace(step, row=step.row - shift) for step in finding.witness)
    return replace(finding, path=path, cell=cell, location=start, end_location=end, witness=steps)
