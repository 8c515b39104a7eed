"""What a rule is: a page, a question, examples."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import textwrap
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from tgsession_lint.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tgsession_lint.facts import Facts
    from tgsession_lint.finding import Fix, NoFix
    from tgsession_lint.layout import Layout
    from tgsession_lint.nodes import Node

REPOSITORY = "https://github.com/tgsession-guard/tgsession-guard"
_NOTHING: Mapping[str, Any] = {}
_MARK = r"#\s*(TGS\d{3}(?:\s+TGS\d{3})*)"


@frozen
class Remark:
    """One line of the path that shows a report."""

    node: Node
    message: str


@frozen
class Report:
    """What a rule says of one node; rows and columns are found later, for what is reported only."""

    node: Node
    message: str
    hint: str = ""
    witness: tuple[Remark, ...] = ()
    at: Node | None = None
    """The code whose row stands for `{row}` in the message."""
    mend: Callable[[Layout], Fix | NoFix] | None = None
    """How to mend it, or why not; asked only about what is reported in the end."""


@frozen
class Example:
    """Code that a rule flags, on the lines that a comment marks with its code, or leaves alone.

    `files` are further files of the example's project; `fixed` is what the fix makes of the code.
    """

    text: str
    path: str = "app.py"
    files: Mapping[str, str] = _NOTHING
    settings: Mapping[str, object] = _NOTHING
    fixed: str | None = None

    @property
    def code(self) -> str:
        """The example as it stands in a file."""
        return textwrap.dedent(self.text).lstrip("\n")

    def marked_lines(self, code: str) -> list[int]:
        """The rows, from 1, on which *code* is expected."""
        rows = enumerate(self.code.splitlines(), start=1)
        return [row for row, line in rows for mark in re.findall(_MARK, line) if code in mark.split()]


class Rule:
    """One question, asked of one module at a time; it keeps no state and walks no tree."""

    code: ClassVar[str]
    needs_client_in_project: ClassVar[bool] = False
    """Whether the rule speaks only in projects that mention a client or a guard somewhere."""
    needs_client_nearby: ClassVar[bool] = False
    """Whether it does so only outside the top-level packages that mention none: those are other people's, or apart."""
    bad: ClassVar[tuple[Example, ...]] = ()
    good: ClassVar[tuple[Example, ...]] = ()

    @property
    def name(self) -> str:
        """The problem that the rule is about, from the name of its file."""
        return type(self).__module__.rpartition(".")[2].replace("_", "-")

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return self.page.partition("\n")[0]

    @property
    def page(self) -> str:
        """The rule's documentation, Markdown."""
        return inspect.cleandoc(type(self).__doc__ or "")

    def check(self, facts: Facts) -> Iterator[Report]:
        """What the rule reports in one module."""
        raise NotImplementedError


def url(name: str) -> str:
    """The address of the page of the rule called *name*."""
    return f"{REPOSITORY}/blob/main/docs/rules/{name}.md"


@lru_cache(maxsize=1)
def every_rule() -> tuple[Rule, ...]:
    """All rules, by code; the folder `rules` is walked, there is no list."""
    package = importlib.import_module("tgsession_lint.rules")
    found: list[Rule] = []
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        found += [
            kind() for kind in vars(module).values()
            if isinstance(kind, type) and issubclass(kind, Rule) and kind.__module__ == module.__name__
        ]  # fmt: skip
    return tuple(sorted(found, key=lambda rule: rule.code))


@lru_cache(maxsize=1)
def by_code() -> dict[str, Rule]:
    """All rules by their codes."""
    return {rule.code: rule for rule in every_rule()}


def summaries() -> dict[str, tuple[str, str]]:
    """The name and the first line of every rule, by code."""
    return {code: (rule.name, rule.summary) for code, rule in by_code().items()}
