"""Findings -> how often each rule was broken."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tgsession_lint.finding import Finding


def render_statistics(
    findings: Iterable[Finding], rules: Mapping[str, tuple[str, str]], *, as_json: bool = False
) -> str:
    """Count, code and name of every rule that has findings, most first; as text or as a JSON list."""
    found = list(findings)
    counts = Counter(finding.code for finding in found)
    fixable = Counter(finding.code for finding in found if finding.fix)
    names = {finding.code: finding.name for finding in found} | {code: name for code, (name, _) in rules.items()}
    rows = [(counts[code], code, names[code]) for code in sorted(counts, key=lambda code: (-counts[code], code))]
    return _as_json(rows, fixable) if as_json else _as_text(rows)


def _as_json(rows: list[tuple[int, str, str]], fixable: Counter[str]) -> str:
    import json

    entries = [
        {"code": code, "name": name, "count": number, "fixable_count": fixable[code]} for number, code, name in rows
    ]
    return json.dumps(entries, indent=2) + "\n"


def _as_text(rows: list[tuple[int, str, str]]) -> str:
    width = max((len(str(number)) for number, _, _ in rows), default=0)
    return "".join(f"{number:>{width}}\t{code}\t{name}\n" for number, code, name in rows)
