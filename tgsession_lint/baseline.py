"""Findings that are known already: written once, subtracted from then on.

A finding is recognised by its file, its rule and the text of its line, white space aside; so it is still known after
lines have moved. Equal ones are counted. The text itself is kept as a hash only, made of the masked line: a line can
hold what logs someone in.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from tgsession_lint.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tgsession_lint.finding import Finding

FORMAT = 1
ABOUT = "Findings of tgsession-lint that are known already; made by `tgsession-lint --write-baseline FILE`."


class Entry(NamedTuple):
    """What a finding is recognised by; the path starts from the project's root."""

    path: str
    code: str
    line: str


@frozen
class Applied:
    """A run's findings seen against a baseline; *stale* are entries that match nothing any more."""

    new: tuple[Finding, ...]
    matched: int
    stale: int


class BaselineError(Exception):
    """The file is no baseline of ours."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.why = "without it every known finding would be reported as new"
        self.hint = hint


def entries(
    findings: Iterable[Finding], lines: Callable[[Finding], Sequence[str]], name: Callable[[str], str]
) -> list[Entry]:
    """What each of *findings* is recognised by; *name* makes a finding's path one from the project's root."""
    return [_entry(finding, lines(finding), name) for finding in findings]


def write(known: Iterable[Entry]) -> str:
    """The baseline of *known* as the text of its file: sorted, an entry a line."""
    import json

    rows = [json.dumps({**entry._asdict(), "count": count}) for entry, count in sorted(Counter(known).items())]
    listed = "[\n    " + ",\n    ".join(rows) + "\n  ]" if rows else "[]"
    return f'{{\n  "about": {json.dumps(ABOUT)},\n  "version": {FORMAT},\n  "findings": {listed}\n}}\n'


def read(text: str) -> Counter[Entry]:
    """What *text* knows, and how many of each.

    Raises:
        BaselineError: *text* is broken, or is something else.
    """
    import json

    try:
        found = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        place = f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else "it is no text"
        raise BaselineError(f"the baseline is not valid JSON: {place}", _rewrite("after a merge, ")) from None
    if not isinstance(found, dict) or "findings" not in found or "version" not in found:
        raise BaselineError("the file is not a baseline of tgsession-lint", "name the file of `--write-baseline`")
    if found["version"] != FORMAT:
        message = f"the baseline has format {found['version']!r:.20}, this version reads {FORMAT}"
        raise BaselineError(message, _rewrite())
    return _count(found["findings"])


def apply(found: Sequence[tuple[Finding, Entry]], known: Counter[Entry], judged: Callable[[Entry], bool]) -> Applied:
    """Those of *found* that are not *known*; only what the run has *judged* can be stale."""
    left = Counter(known)
    new = []
    for finding, entry in found:
        if left[entry] > 0:
            left[entry] -= 1
        else:
            new.append(finding)
    stale = sum(count for entry, count in left.items() if count > 0 and judged(entry))
    return Applied(tuple(new), len(found) - len(new), stale)


def _entry(finding: Finding, lines: Sequence[str], name: Callable[[str], str]) -> Entry:
    from hashlib import sha256

    from tgsession_lint.reports.presentable import source_line
    from tgsession_lint.reports.text import encodable

    line = " ".join(source_line(finding, lines, finding.location.row).split())
    digest = sha256(line.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return Entry(encodable(name(finding.path)), finding.code, digest)


def _count(rows: Any) -> Counter[Entry]:
    known: Counter[Entry] = Counter()
    try:
        for row in rows:
            entry, count = Entry(row["path"], row["code"], row["line"]), row["count"]
            if not all(isinstance(part, str) for part in entry) or type(count) is not int or count < 1:
                raise TypeError
            known[entry] += count
    except (TypeError, KeyError):
        raise BaselineError("the baseline has an entry without path, code, line and count", _rewrite()) from None
    return known


def _rewrite(when: str = "") -> str:
    return f"{when}write it again: `tgsession-lint --write-baseline FILE`"
