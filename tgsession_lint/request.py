"""What the command line and the environment ask for, as a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from tgsession_lint.frozen import frozen
from tgsession_lint.settings import NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STDIN = "-"
# Counting needs no more than a table.
_COUNTABLE = ("full", "concise", "json", "jsonl")


@frozen
class Request:
    """One call of the linter; *settings* are those of the configuration that were given, *origins* who gave each."""

    paths: tuple[str, ...]
    settings: Mapping[str, Any]
    origins: Mapping[str, str]
    output_format: str
    output_file: str | None
    statistics: bool
    quiet: bool
    color: str
    exit_zero: bool
    baseline: str | None
    write_baseline: str | None
    add_noqa: bool
    fix: bool
    diff: bool
    exit_non_zero_on_fix: bool
    show_settings: bool
    config: str | None
    isolated: bool
    stdin_filename: str | None

    @classmethod
    def of(cls, paths: Sequence[str], given: Mapping[str, Any], context: click.Context) -> Request:
        """The request of *paths* and options, as click has *given* them."""
        origins = {name: _origin(context.get_parameter_source(name)) for name in given}
        own = {name: value for name, value in given.items() if name not in NAMES}
        request = cls(tuple(paths) or (".",), {name: given[name] for name in NAMES}, origins, **own)
        request.check()
        return request

    def check(self) -> None:
        """Make sure that what was asked for goes together.

        Raises:
            click.UsageError: it does not.
        """
        if "" in self.paths:
            raise click.UsageError("a path is empty; was a variable of the shell meant?")
        if self.add_noqa and STDIN in self.paths:
            raise click.UsageError("--add-noqa cannot write to standard input")
        if self.add_noqa and self.write_baseline:
            raise click.UsageError("--add-noqa and --write-baseline are two ways to the same end: choose one")
        if self.mends and (self.add_noqa or self.write_baseline):
            raise click.UsageError("--fix and --diff mend what --add-noqa and --write-baseline leave: one after the other")
        if self.statistics and self.output_format not in _COUNTABLE:
            raise click.UsageError(f"--statistics has no {self.output_format} format: choose {', '.join(_COUNTABLE)}")
        if self.isolated and self.config:
            raise click.UsageError("--isolated reads no configuration, --config names one: choose one")

    @property
    def mends(self) -> bool:
        """Whether findings are to be mended, if only to be shown."""
        return self.fix or self.diff

    def others(self) -> dict[str, tuple[Any, str]]:
        """The options that are not settings of the configuration, by name: value and origin."""
        names = ("output_format", "output_file", "statistics", "quiet", "color", "exit_zero", "exit_non_zero_on_fix", "baseline", "stdin_filename")
        return {name.replace("_", "-"): (getattr(self, name), self.origins[name]) for name in names}


def _origin(source: ParameterSource | None) -> str:
    if source is ParameterSource.COMMANDLINE:
        return "argument"
    return "environment" if source is ParameterSource.ENVIRONMENT else "default"
