"""Findings -> the same source with a `# noqa: CODE` for each, so that only new ones are reported from then on.

A comment goes to the row where the finding begins, else to the one where it ends: those are the rows that `suppress`
reads. Whether it is a comment there, and not a part of a string, the parser says: what it does not see is taken back.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from tgsession_lint.editable import NotEditableError, open_text
from tgsession_lint.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tgsession_lint.editable import Editable, Row
    from tgsession_lint.finding import Finding

# What a comment cannot mend: a comment too many, a file that does not parse.
_BEYOND = frozenset({"TGS901", "TGS902"})
_NOQA = re.compile(r"#\s*noqa\s*:\s*[A-Za-z]+[0-9]+(?:[\s,]+[A-Za-z]+[0-9]+)*", re.IGNORECASE)
_IGNORE = re.compile(r"#\s*tgsession-lint\s*:\s*ignore\b", re.IGNORECASE)
_IGNORED = re.compile(r"#\s*tgsession-lint\s*:\s*ignore\s*\[[^\]]*", re.IGNORECASE)


@frozen
class Marked:
    """A file with the comments in it, how many findings they silence, and the findings that none could be put on."""

    data: bytes
    added: int
    left: tuple[Finding, ...]


@frozen
class Failure:
    """A file that stays as it is, and why."""

    path: str
    message: str


@frozen
class Summary:
    """What became of a whole run's findings."""

    added: int
    files: int
    left: tuple[Finding, ...]
    failures: tuple[Failure, ...]


def add_noqa(data: bytes, path: str, findings: Iterable[Finding]) -> Marked:
    """*data*, the content of the file at *path*, with a suppression for each of *findings*.

    Raises:
        NotEditableError: the file cannot be changed without changing more than the rows in question.
    """
    every = tuple(findings)
    wanted = [finding for finding in every if finding.code not in _BEYOND]
    text = open_text(data, path)
    done = _place(text, {finding: (finding.cell, finding.location.row) for finding in wanted})
    late = {finding: (finding.cell, finding.end_location.row) for finding in wanted if finding not in done}
    done |= _place(text, late)
    left = tuple(finding for finding in every if finding not in done)
    return Marked(text.data() if done else data, len(done), left)


def add_to_files(findings: Iterable[Finding], folder: str) -> Summary:
    """The suppressions written into the files themselves, whose paths start from *folder*."""
    by_path: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_path[finding.path].append(finding)
    marked: list[Marked] = []
    left: list[Finding] = []
    failures: list[Failure] = []
    for path, found in by_path.items():
        try:
            marked.append(_rewrite(os.path.join(folder, path), found))
            left += marked[-1].left
        except (NotEditableError, OSError) as error:
            failures.append(Failure(path, getattr(error, "strerror", None) or str(error)))
            left += found
    return Summary(sum(m.added for m in marked), sum(m.added > 0 for m in marked), tuple(left), tuple(failures))


def _rewrite(path: str, findings: Sequence[Finding]) -> Marked:
    from tgsession_lint import atomic, contents

    data = contents.read(path)
    marked = add_noqa(data, path, findings)
    if marked.data != data:
        atomic.write(path, marked.data)
    return marked


def _place(text: Editable, rows: Mapping[Finding, Row]) -> set[Finding]:
    """Comment on *rows*; the findings for which that worked."""
    codes: defaultdict[Row, set[str]] = defaultdict(set)
    for finding, row in rows.items():
        codes[row].add(finding.code)
    before = (text.comments() or {}) if rows else {}
    old = {row: text.row(row) for row in codes}
    for row, line in old.items():
        text.put(row, _commented(line, before.get(row), sorted(codes[row])))
    after = text.comments() if rows else {}
    failed = {row for row in old if after is None or not codes[row] <= _silenced(text, row, after)}
    for row in failed:
        text.put(row, old[row])
    if after is None and len(rows) > 1:  # one of them broke the syntax: each by itself, and the others are done
        return {found for finding, row in rows.items() for found in _place(text, {finding: row})}
    return {finding for finding, row in rows.items() if row not in failed}


def _commented(line: str, comment: int | None, codes: Sequence[str]) -> str:
    """*line*, whose comment starts at index *comment*, with *codes* in it."""
    code, said = (line, "") if comment is None else (line[:comment], line[comment:])
    known = _directive(said)
    if known is None:
        return line.rstrip(" \t") + "  # noqa: " + ", ".join(codes)
    missing = "".join(f", {wanted}" for wanted in codes if wanted not in known.group())
    return code + said[: known.end()] + missing + said[known.end() :]


def _directive(comment: str) -> re.Match[str] | None:
    """What `suppress` reads in *comment*, up to the end of its last code."""
    return _IGNORED.search(comment) if _IGNORE.search(comment) else _NOQA.search(comment)


def _silenced(text: Editable, row: Row, comments: Mapping[Row, int]) -> set[str]:
    """The codes that the comment on *row* silences."""
    known = _directive(text.row(row)[comments[row] :]) if row in comments else None
    return set(re.findall(r"TGS\d+", known.group())) if known else set()
