"""Rules -> their pages: Markdown for the docs, plain text for `tgsession-lint rule CODE`, a table of all."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from tgsession_lint.rule import url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tgsession_lint.rule import Example, Rule

FAMILIES = {
    "TGS1": "the guard",
    "TGS2": "disconnecting",
    "TGS3": "sharing",
    "TGS4": "secrets and files",
    "TGS5": "deployment files",
    "TGS9": "the linter itself",
}
_FIRST_RELEASE = "0.1.0"  # a rule that came later says so: `since = "0.2.0"`
_HEADING = re.compile(r"^## (.+)\n+", re.MULTILINE)
_READABLE = 100  # columns; longer lines are hard to read however wide the terminal is


def find(wanted: str, rules: Iterable[Rule]) -> Rule | None:
    """The rule that *wanted* names by its code or its name, in whatever case."""
    key = wanted.strip().lower().replace("_", "-")
    return next((rule for rule in rules if key in {rule.code.lower(), rule.name}), None)


def nearest(wanted: str, rules: Iterable[Rule]) -> str | None:
    """The code or the name that looks most like *wanted*."""
    from difflib import get_close_matches

    names = {spelling.lower(): spelling for rule in rules for spelling in (rule.code, rule.name)}
    close = get_close_matches(wanted.strip().lower().replace("_", "-"), names, n=1, cutoff=0.5)
    return names[close[0]] if close else None


def markdown(rule: Rule) -> str:
    """The page of *rule* for the docs."""
    return "\n".join(
        [
            f"<!-- Made by docs/generate.py from tgsession_lint/rules/{rule.name.replace('-', '_')}.py: edit that. -->",
            f"\n# {rule.code} {rule.name}\n",
            f"{rule.summary}\n",
            f"{_origin(rule)}\n",
            _HEADING.sub(r"## \1\n\n", _body(rule)) + "\n",
            *_examples("## Reported", rule.bad),
            *_examples("## Not reported", rule.good),
            f"## To switch it off\n\n{_switch(rule)}\n",
        ]
    )


def plain(rule: Rule, width: int | None = None, *, color: bool = False) -> str:
    """The same page for a terminal; paragraphs are wrapped to *width* where there is one."""
    text = markdown(rule).partition("\n\n# ")[2]
    lines: list[str] = []
    for block in _blocks(text):
        if block.startswith("```"):
            lines.append(textwrap.indent("\n".join(block.split("\n")[1:-1]), "    "))
        elif block.startswith(("|", "- ", "  ")):
            lines.append(block)
        else:
            lines.append(_paragraph(block, width, color=color))
    title, _, rest = "\n\n".join(lines).partition("\n")
    return f"{_bold(title, on=color)}\n{rest}\n\n{url(rule.name)}\n"


def table(rules: Sequence[Rule]) -> str:
    """All rules by family, a line each."""
    width = max(len(rule.name) for rule in rules)
    lines: list[str] = []
    for prefix, family in FAMILIES.items():
        members = [f"  {rule.code}  {rule.name:<{width}}  {rule.summary}" for rule in rules if rule.code[:4] == prefix]
        lines += [f"{prefix}xx {family}", *members, ""] if members else []
    return "\n".join(lines)


def as_json(rules: Iterable[Rule]) -> str:
    """All rules as a JSON list of objects."""
    import json

    entries = [
        {
            "code": rule.code,
            "name": rule.name,
            "family": FAMILIES.get(rule.code[:4], ""),
            "summary": rule.summary,
            "since": since(rule),
            "url": url(rule.name),
            "explanation": rule.page,
        }
        for rule in rules
    ]
    return json.dumps(entries, indent=2) + "\n"


def index(rules: Sequence[Rule]) -> str:
    """The page that lists all rules, for the docs."""
    lines = ["<!-- Made by docs/generate.py from tgsession_lint/rules/: edit those. -->\n", "# Rules\n", _ABOUT]
    for prefix, family in FAMILIES.items():
        members = [rule for rule in rules if rule.code[:4] == prefix]
        if members:
            rows = [f"| {rule.code} | [{rule.name}]({rule.name}.md) | {rule.summary} |" for rule in members]
            lines += [f"## {prefix}xx: {family}\n", "| code | name | reports |", "| --- | --- | --- |", *rows, ""]
    return "\n".join(lines)


def since(rule: Rule) -> str:
    """The release that reported the rule first."""
    return str(getattr(rule, "since", _FIRST_RELEASE))


def _origin(rule: Rule) -> str:
    return f"Reported since {since(rule)}; family: {FAMILIES.get(rule.code[:4], 'others')}."


def _body(rule: Rule) -> str:
    return rule.page.partition("\n")[2].strip("\n")


def _switch(rule: Rule) -> str:
    return (
        f"One line: `# noqa: {rule.code}`, or `# tgsession-lint: ignore[{rule.name}] reason`.\n"
        f'Everywhere: `ignore = ["{rule.name}"]` under `[tool.tgsession-lint]`.'
    )


def _examples(heading: str, examples: Sequence[Example]) -> Iterator[str]:
    if examples:
        yield f"{heading}\n"
    for example in examples:
        yield from _example(example)


def _example(example: Example) -> Iterator[str]:
    if example.settings:
        yield "`pyproject.toml`:\n"
        yield _fence("\n".join(["[tool.tgsession-lint]", *map(_toml, example.settings.items())]), "toml")
    for path, text in example.files.items():
        yield f"`{path}`:\n"
        yield _fence(textwrap.dedent(text).strip("\n"))
    if example.files or example.settings:
        yield f"`{example.path}`:\n"
    yield _fence(example.code.rstrip())
    if example.fixed is not None:
        yield "Fixed:\n"
        yield _fence(textwrap.dedent(example.fixed).strip("\n"))


def _fence(text: str, language: str = "python") -> str:
    return f"```{language}\n{text}\n```\n"


def _toml(setting: tuple[str, object]) -> str:
    import json

    key, value = setting
    return f"{key.replace('_', '-')} = {json.dumps(value)}"


def _blocks(text: str) -> Iterator[str]:
    """The paragraphs of *text*; what is fenced is one, whatever empty lines it holds."""
    for number, part in enumerate(re.split(r"^(```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL)):
        if number % 2:
            yield part
        else:
            yield from (block for block in re.split(r"\n{2,}", part.strip("\n")) if block.strip())


def _paragraph(block: str, width: int | None, *, color: bool) -> str:
    if block.startswith("## "):
        return _bold(block[3:], on=color)
    if width is None:
        return block
    return textwrap.fill(" ".join(block.split()), min(width, _READABLE), break_long_words=False, break_on_hyphens=False)


def _bold(text: str, *, on: bool) -> str:
    from tgsession_lint.reports.text import paint

    return paint(text, "bold", on=on)


_ABOUT = """\
Every rule is a problem, named as what is wrong. `tgsession-lint rule NAME` shows a page on the terminal,
`tgsession-lint rules` this list. Which rules run is set with `select`, `extend-select` and `ignore`, by code
(`TGS101`), by the beginning of codes (`TGS1`) or by name.
"""
