"""`# noqa: CODE`, `# tgsession-lint: ignore[CODE] reason` -> fewer findings, and the unused ones.

A comment speaks of the findings that begin or end on its row; an `ignore` on a line of its own speaks of the next line
of code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tgsession_lint.finding import Edit, Finding, Fix, Position
from tgsession_lint.frozen import frozen, replace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tgsession_lint.places import Comment
    from tgsession_lint.sources import Document

_OWN = "TGS901"
# Compiled where they are used: most files have no such comment.
_NOQA = r"(?i)#\s*noqa(?P<colon>\s*:\s*(?P<codes>[A-Za-z]+[0-9]+(?:[\s,]+[A-Za-z]+[0-9]+)*))?"
_IGNORE = r"(?i)#\s*tgsession-lint\s*:\s*ignore\b(?P<rest>\s*\[(?P<codes>[^\]]*)\])?"
_WORDS = r"(?i)noqa|tgsession-lint"
# A file that holds none of these has no comment worth looking at.
TRIGGERS = ("noqa", "tgsession-lint", "NOQA", "NoQA")


@frozen
class Directive:
    """One suppression: the rows it speaks of, and its codes with their places; no codes means every finding."""

    row: int
    codes: tuple[tuple[str, Position], ...]
    everything: bool = False
    problem: str = ""
    comment: Comment | None = None


@frozen
class Problem:
    """What is wrong with a suppression: where, how long the place is, and the fix, if one is sure."""

    place: Position
    length: int
    message: str
    fix: Fix | None = None


def rows(lines: Iterable[str]) -> list[int]:
    """The rows of *lines*, a file's, on which a suppression can be."""
    return [row for row, line in enumerate(lines, start=1) if re.search(_WORDS, line)]


def directives(comments: Iterable[Comment], lines: Sequence[str], names: Mapping[str, str]) -> list[Directive]:
    """The suppressions in *comments*; *names* turns a rule's name into its code."""
    found: list[Directive] = []
    for comment in comments:
        if (match := re.search(_IGNORE, comment.text)) is not None:
            row = _speaks_of(comment, lines)
            codes = _codes(comment, match, "codes", names)
            problem = "" if codes else "names no code: write `# tgsession-lint: ignore[TGS101] reason`"
            found.append(Directive(row, codes or (("", comment.position),), problem=problem, comment=comment))
        elif (match := re.search(_NOQA, comment.text)) is not None:
            ours = tuple(c for c in _codes(comment, match, "codes", {}) if c[0].startswith("TGS"))
            everything = match.group("codes") is None
            if ours or everything:
                found.append(Directive(comment.position.row, ours, everything=everything, comment=comment))
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
    findings: Sequence[Finding], found: Sequence[Directive], known: Collection[str], selected: Collection[str],
    lines: Sequence[str],
) -> tuple[list[Finding], list[Problem]]:  # fmt: skip
    """The findings that no directive speaks of, and what is wrong with the directives; *lines* are the file's."""
    used: set[tuple[int, str]] = set()
    kept = [finding for finding in findings if not _covered(finding, found, used)]
    if _OWN not in selected:
        return kept, []
    return kept, [problem for index, d in enumerate(found) for problem in _problems(index, d, used, known, selected, lines)]


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
    index: int, directive: Directive, used: set[tuple[int, str]], known: Collection[str], selected: Collection[str],
    lines: Sequence[str],
) -> list[Problem]:  # fmt: skip
    if directive.problem:
        return [Problem(directive.codes[0][1], 1, f"the suppression {directive.problem}")]
    problems: list[Problem] = []
    for code, place in directive.codes:
        if code not in known:
            import difflib

            near = difflib.get_close_matches(code, known, n=1, cutoff=0.5)
            hint = f"; the nearest is `{near[0]}`" if near else ""
            problems.append(Problem(place, len(code), f"`{code}` is no rule of this linter{hint}"))
        elif code in selected and code != _OWN and (index, code) not in used:
            fix = _without(directive, code, place, lines)
            problems.append(Problem(place, len(code), f"the suppression of `{code}` suppresses nothing", fix))
    return problems


def _without(directive: Directive, code: str, place: Position, lines: Sequence[str]) -> Fix | None:
    """The comment without *code* at *place*; without the directive where that was its only code."""
    comment = directive.comment
    if comment is None:
        return None
    text = comment.text
    start = place.column - comment.position.column
    word = re.match(r"[\w-]+", text[start:])  # the code, or the name of the rule
    end = start + (word.end() if word is not None else len(code))
    pattern = _IGNORE if re.search(_IGNORE, text) is not None else _NOQA
    match = re.search(pattern, text)
    if match is None or len(re.findall(r"[\w-]+", match["codes"])) == 1:
        start, end = _directive(text, match)
    elif (after := re.match(r"[\s,]+", text[end : match.end("codes")])) is not None:
        end += after.end()
    else:
        start -= len(text[:start]) - len(text[:start].rstrip(" \t,"))
    return Fix("safe", f"Remove the suppression of `{code}`", (_cut(comment, start, end, lines),))


def _directive(text: str, match: re.Match[str] | None) -> tuple[int, int]:
    """From the `#` of a directive to the next comment behind it, or to the end: its reason goes with it."""
    start = match.start() if match is not None else 0
    following = text.find("#", start + 1)
    return start, following if following > 0 else len(text)


def _cut(comment: Comment, start: int, end: int, lines: Sequence[str]) -> Edit:
    """Take out a part of *comment*, with the blanks before it where nothing follows, and with its row where nothing is left."""
    row, column = comment.position
    line = lines[row - 1]
    first, last = column - 1 + start, column - 1 + end
    if not line[last:].strip():
        last = len(line)
        first = len(line[:first].rstrip())
        if not first:
            return Edit("", Position(row, 1), Position(row + 1, 1) if row < len(lines) else Position(row, last + 1))
    return Edit("", Position(row, first + 1), Position(row, last + 1))


def moved(finding: Finding, path: str, document: Document) -> Finding:
    """*finding* under the name *path*, with the rows and columns of the file or, in a notebook, of the cell."""
    cell, row = document.locate(finding.location.row)
    shift = finding.location.row - row
    start, end = (
        Position(place.row - shift, document.column(place.row, place.column))
        for place in (finding.location, finding.end_location)
    )
    steps = tuple(replace(step, row=step.row - shift) for step in finding.witness)
    fix = None if finding.fix is None else replace(finding.fix, edits=tuple(_moved(e, shift) for e in finding.fix.edits))
    return replace(finding, path=path, cell=cell, location=start, end_location=end, witness=steps, fix=fix)


def _moved(edit: Edit, shift: int) -> Edit:
    (row, column), (end_row, end_column) = edit.location, edit.end_location
    return Edit(edit.content, Position(row - shift, column), Position(end_row - shift, end_column))
