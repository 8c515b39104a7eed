"""Findings -> `# noqa: CODE` on their lines, so that only new ones are reported from then on."""

from __future__ import annotations

import io
import os
import re
import tokenize
from typing import TYPE_CHECKING

from tgsession_lint import atomic, places, sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tgsession_lint.finding import Finding

_NOQA = re.compile(r"#\s*noqa\s*:\s*(?P<codes>[A-Za-z]+[0-9]+(?:[\s,]+[A-Za-z]+[0-9]+)*)", re.IGNORECASE)
_ROWS = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
# A suppression of these would be one more that suppresses nothing.
_NOT_FOR = frozenset({"TGS901", "TGS902"})


def add_noqa(findings: Iterable[Finding], cwd: str) -> tuple[int, list[tuple[str, str]]]:
    """Write the suppressions; how many were added, and the files that could not be changed, each with the reason."""
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.code not in _NOT_FOR:
            by_path.setdefault(finding.path, []).append(finding)
    added, failures = 0, []
    for path, found in by_path.items():
        try:
            added += _file(os.path.join(cwd, path), found)
        except (OSError, ValueError) as error:
            failures.append((path, getattr(error, "strerror", None) or str(error)))
    return added, failures


def _file(path: str, found: Sequence[Finding]) -> int:
    if path.endswith(".ipynb"):
        raise ValueError("comments are not written into notebooks: use `per-file-ignores`")
    data = sources.read(path)
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    rows = _ROWS.findall(data.decode(encoding))
    wanted = _on_rows(found, last=False)
    text = "".join(_with_codes(rows, wanted))
    # Inside a string, or after a backslash, it is no comment: the last row of the finding has to do.
    late = [finding for finding in found if finding.code not in _codes_on(text, finding.location.row)]
    if late:
        early = [finding for finding in found if finding not in late]
        both = _on_rows(early, last=False)
        for row, codes in _on_rows(late, last=True).items():
            both.setdefault(row, []).extend(codes)
        text = "".join(_with_codes(rows, both))
    missing = [f for f in late if f.code not in _codes_on(text, f.end_location.row)]
    if missing:
        raise ValueError(f"no comment can stand at line {missing[0].location.row}: use `per-file-ignores`")
    atomic.write(path, text.encode(encoding))
    return len(found)


def _on_rows(found: Iterable[Finding], *, last: bool) -> dict[int, list[str]]:
    wanted: dict[int, list[str]] = {}
    for finding in found:
        row = (finding.end_location if last else finding.location).row
        codes = wanted.setdefault(row, [])
        if finding.code not in codes:
            codes.append(finding.code)
    return wanted


def _with_codes(rows: Sequence[str], wanted: Mapping[int, Sequence[str]]) -> Iterable[str]:
    for row, line in enumerate(rows, start=1):
        yield _with(line, sorted(wanted[row])) if row in wanted else line


def _with(line: str, codes: Sequence[str]) -> str:
    body = line.rstrip("\r\n")
    ending = line[len(body) :]
    match = _NOQA.search(body)
    if match is None:
        return f"{body.rstrip()}  # noqa: {', '.join(codes)}{ending}"
    known = re.split(r"[\s,]+", match.group("codes"))
    listed = ", ".join([*known, *(code for code in codes if code not in known)])
    return body[: match.start("codes")] + listed + body[match.end("codes") :] + ending


def _codes_on(text: str, row: int) -> set[str]:
    """The codes that comments on *row* suppress."""
    module = sources.parse_text(text.removeprefix("\ufeff"), "").module
    if module is None:
        return set()
    comments = places.find(module, (), comments=True).comments
    matches = [_NOQA.search(comment.text) for comment in comments if comment.position.row == row]
    return {code for match in matches if match for code in re.split(r"[\s,]+", match.group("codes"))}
