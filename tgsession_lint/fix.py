"""Findings -> the same source without them; never one that does not parse, or that has lost a comment."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from typing import TYPE_CHECKING

from tgsession_lint import places
from tgsession_lint.finding import Fix, NoFix
from tgsession_lint.frozen import frozen, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tgsession_lint.finding import Edit, Finding
    from tgsession_lint.sources import Document

_UNUSED = "TGS901"  # whose fix is to take a comment away


@frozen
class Fixed:
    """The content of a file with the fixes in it, the findings that those were for, and those whose fix was not sound.

    A fix that is in neither met another one, and can be asked for again.
    """

    data: bytes
    done: tuple[Finding, ...]
    unsound: tuple[Finding, ...]


def with_fix(finding: Finding, answer: Fix | NoFix, document: Document) -> Finding:
    """*finding*, about rows of *document*, with its fix, or with a note why there is none."""
    if isinstance(answer, NoFix):
        return replace(finding, note=f"no fix: {answer.reason}")
    rows = {row for edit in answer.edits for row in range(edit.location.row, edit.end_location.row + 1)}
    if document.notebook and len({document.locate(row)[0] for row in (finding.location.row, *rows)}) > 1:
        return replace(finding, note="no fix: it would change several cells of the notebook")
    if any(row in rows for row, _, _ in document.widened):
        return replace(finding, note="no fix: the rows are written in a way that the parser has to be helped with")
    return replace(finding, fix=answer)


def apply(data: bytes, path: str, findings: Iterable[Finding]) -> Fixed:
    """The fixes of *findings* in *data*, the content of the file at *path*; of two that meet, only the first.

    Those that change other files too are left out: `apply_everywhere`.

    Raises:
        NotEditableError: the file cannot be changed without changing more than what the fixes change.
    """
    chosen = list(_compatible(findings))
    whole = _applied(data, path, chosen)
    before = _Look(data, path, chosen)
    if before.allows(whole):
        return Fixed(whole, tuple(chosen), ())
    # One of them is at fault: each by itself, and the others are done.
    good = [finding for finding in chosen if before.allows(_applied(data, path, [finding]))]
    whole = _applied(data, path, good)
    if not before.allows(whole):
        good, whole = good[:1], _applied(data, path, good[:1])
    return Fixed(whole, tuple(good), tuple(finding for finding in chosen if finding not in good))


def apply_everywhere(read: Callable[[str], bytes], path: str, finding: Finding) -> dict[str, bytes] | None:
    """The fix of *finding*, in the file at *path*, with all that it changes elsewhere; None if any of it is not sound.

    Raises:
        NotEditableError, OSError: as from `apply`, and from *read*.
    """
    changes = {path: finding.fix.edits, **dict(finding.fix.elsewhere)} if finding.fix is not None else {}
    found: dict[str, bytes] = {}
    for one, edits in changes.items():
        made = apply(read(one), one, [replace(finding, fix=Fix("unsafe", "", edits), cell=None)])
        if made.unsound:
            return None
        found[one] = made.data
    return found


def _compatible(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Those of *findings* whose fixes do not meet; several may have the very same one."""
    taken: dict[int | None, list[Edit]] = {}
    known: set[tuple[int | None, tuple[Edit, ...]]] = set()
    isolated = False
    for finding in findings:
        fix = finding.fix
        if fix is None or fix.elsewhere:
            continue
        others = taken.setdefault(finding.cell, [])
        if (finding.cell, fix.edits) not in known:
            if (fix.isolated and isolated) or any(_meet(edit, other) for edit in fix.edits for other in others):
                continue
            isolated = isolated or fix.isolated
            known.add((finding.cell, fix.edits))
            others.extend(fix.edits)
        yield finding


def _meet(one: Edit, other: Edit) -> bool:
    if one.location == other.location:
        return True
    first, second = (one, other) if one.location < other.location else (other, one)
    return second.location < first.end_location


def _applied(data: bytes, path: str, findings: Sequence[Finding]) -> bytes:
    from tgsession_lint.editable import open_text

    text = open_text(data, path)
    by_cell: dict[int | None, list[Edit]] = {}
    for finding in findings:
        if finding.fix is not None:
            by_cell.setdefault(finding.cell, []).extend(finding.fix.edits)
    for cell, edits in by_cell.items():
        text.edit(cell, dict.fromkeys(edits))
    return text.data()


class _Look:
    """What a file must not lose: that it parses, that Python compiles it, and its comments."""

    def __init__(self, data: bytes, path: str, findings: Sequence[Finding]) -> None:
        self._path = path
        document = self._parse(data)
        self._unreadable = len(document.unreadable)
        self._comments = _comments(document)
        self._compiles = _compiles(document.text)
        lines = {document.locate(row): line for row, line in enumerate(document.lines, start=1)}
        self._free = [lines.get((f.cell, f.location.row), "") for f in findings if f.code == _UNUSED]

    def _parse(self, data: bytes) -> Document:
        from tgsession_lint import notebooks, sources

        parse = notebooks.parse if self._path.endswith(".ipynb") else sources.parse
        return parse(data, self._path)

    def allows(self, data: bytes) -> bool:
        """Whether nothing of it is lost in *data*."""
        document = self._parse(data)
        if document.module is None or len(document.unreadable) > self._unreadable:
            return False
        if self._compiles and not _compiles(document.text):
            return False
        lost = self._comments - _comments(document)
        return all(any(comment in line for line in self._free) for comment in lost)


def _comments(document: Document) -> Counter[str]:
    if document.module is None:
        return Counter()
    return Counter(comment.text for comment in places.find(document.module, (), comments=True).comments)


def _compiles(text: str) -> bool:
    """Whether Python itself takes *text*: it is stricter than the parser, with an `await` in a plain function for one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\d" is the program's affair
        try:
            compile(text, "<fixed>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True
