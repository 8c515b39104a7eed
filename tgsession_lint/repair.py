"""Fixes, until nothing changes: lint, mend, lint again what has been mended, and only then write it down."""

from __future__ import annotations

import difflib
import os
import re
from typing import TYPE_CHECKING, NamedTuple

from tgsession_lint import atomic, contents
from tgsession_lint.decoding import DecodingError, decode
from tgsession_lint.editable import NotEditableError
from tgsession_lint.frozen import replace
from tgsession_lint.reports.text import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tgsession_lint.finding import Finding
    from tgsession_lint.pipeline import Outcome

# A pass mends one client in each file, and what does not meet; the files of real programs take two or three.
_MOST_PASSES = 100
_NOTHING: Mapping[str, bytes] = {}
_UNSOUND = "a fix would have lost a comment, or broken the syntax"


class Mended(NamedTuple):
    """What is left, the contents that have changed by absolute path, how many findings are mended, and what stays as it was."""

    outcome: Outcome
    contents: Mapping[str, bytes] = _NOTHING
    fixed: int = 0
    failures: tuple[tuple[str, str], ...] = ()


def mend(
    lint: Callable[[Mapping[str, bytes], bool], Outcome],
    given: Mapping[str, bytes],
    wanted: Callable[[Sequence[Finding]], Sequence[Finding]],
    cwd: str,
) -> Mended:
    """Mend what is *wanted* of the findings that *lint* makes of the files, some of whose contents are *given*.

    *lint* is told the contents that count in place of those on disk, and whether all files are meant or only those.
    """
    held, changed = dict(given), dict[str, bytes]()
    failures: dict[str, str] = {}
    fixed = 0
    whole = outcome = lint(held, True)
    for _ in range(_MOST_PASSES):
        before = fixed
        for path, data, done in _pass(_by_path(wanted(outcome.findings), cwd), held, failures, cwd):
            fixed += done
            held[path] = changed[path] = data
        if fixed == before:
            break
        # What was mended is looked at again at once, everything else in the end.
        outcome = lint(held, False)
    whole = lint(held, True) if changed else whole
    return Mended(whole, changed, fixed, tuple(failures.items()))


def _pass(
    found: Mapping[str, Sequence[Finding]], held: Mapping[str, bytes], failures: dict[str, str], cwd: str
) -> Iterator[tuple[str, bytes, int]]:
    """One round over the findings of each file: the file, what it has become, and how many are mended there."""
    from tgsession_lint.fix import apply, apply_everywhere  # with them comes the parser, which many a run has no other need of

    def read(path: str) -> bytes:
        return held[path] if path in held else contents.read(path)

    touched: set[str] = set()
    for path, findings in found.items():
        for finding in findings:
            parts = {path, *_elsewhere(finding, cwd)}
            if len(parts) == 1 or parts & (touched | failures.keys()):
                continue
            try:
                made = apply_everywhere(read, path, _located(finding, cwd))
            except (NotEditableError, OSError) as error:
                failures[path] = getattr(error, "strerror", None) or str(error)
                continue
            if made is None:
                failures[path] = _UNSOUND
                continue
            touched |= parts
            for number, (one, data) in enumerate(made.items()):
                yield one, data, int(not number)
    for path, findings in found.items():
        if path in failures or path in touched:
            continue
        try:
            single = apply(read(path), path, findings)
        except (NotEditableError, OSError) as error:
            failures[path] = getattr(error, "strerror", None) or str(error)
            continue
        if single.unsound:
            failures[path] = _UNSOUND
        if single.done:
            yield path, single.data, len(single.done)


def _elsewhere(finding: Finding, cwd: str) -> list[str]:
    """The other files that the fix of *finding* changes."""
    return [] if finding.fix is None else [_absolute(path, cwd) for path, _ in finding.fix.elsewhere]


def _located(finding: Finding, cwd: str) -> Finding:
    """*finding* with the absolute paths of those files."""
    fix = finding.fix
    moved = fix and replace(fix, elsewhere=tuple((_absolute(path, cwd), edits) for path, edits in fix.elsewhere))
    return replace(finding, fix=moved)


def _absolute(path: str, cwd: str) -> str:
    return os.path.normpath(os.path.join(cwd, path))


def _by_path(findings: Sequence[Finding], cwd: str) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(_absolute(finding.path, cwd), []).append(finding)
    return found


def write(changed: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Write every content to its file, whole or not at all; what could not be written, and why."""
    for path, data in changed.items():
        try:
            atomic.write(path, data)
        except OSError as error:
            yield path, error.strerror or str(error)


def diffs(made: Mended, given: Mapping[str, bytes], shown: Callable[[str], str]) -> Iterator[str]:
    """What changes in each file, as `patch` takes it; *shown* tells what a file is called."""
    for path, after in made.contents.items():
        before = given[path] if path in given else contents.read(path)
        lines = difflib.unified_diff(_rows(before), _rows(after), shown(path), shown(path))
        yield "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def would(made: Mended) -> str:
    """What `--fix` would do, for people."""
    if not made.fixed:
        return "Nothing would be fixed.\n"
    return f"Would fix {count(made.fixed, 'finding')} in {count(len(made.contents), 'file')}.\n"


def _rows(data: bytes) -> list[str]:
    try:
        text = decode(data)
    except DecodingError:
        text = data.decode("utf-8", "backslashreplace")
    return re.findall(r"[^\n]*\n|[^\n]+", text)
