"""Taking on an old code base: what is known already is written down, and taken away from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tgsession_lint import baseline
from tgsession_lint.config import ConfigError
from tgsession_lint.reports.text import count

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tgsession_lint.finding import Finding

    Known: TypeAlias = Callable[[Sequence[Finding]], list[baseline.Entry]]

_WHY = "without it every known finding would be reported as new"


class Adopted(NamedTuple):
    """What is left to report, what to tell of the rest, and what went wrong: what happened, why it matters, a hint."""

    left: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    problems: tuple[tuple[str, str, str], ...] = ()


def write(findings: Sequence[Finding], known_as: Known, file: str, cwd: Path) -> Adopted:
    """Write all *findings* to the baseline *file*.

    Raises:
        ConfigError: the file is something else, or cannot be written.
    """
    before = _before(file, cwd)
    save(str(cwd / file), baseline.write(known_as(findings)), _WHY)
    was = "" if before is None else f", before it {'was' if before == 1 else 'were'} {before}"
    return Adopted((), (f"{count(len(findings), 'finding')} known in `{file}`{was}: lint with `--baseline {file}`",))


def subtract(
    findings: Sequence[Finding], known_as: Known, file: str, cwd: Path, judged: Callable[[str, str], bool]
) -> Adopted:
    """Those of *findings* that the baseline *file* does not know; *judged* tells which entries this run speaks of.

    Raises:
        ConfigError: the file cannot be read, or is no baseline.
    """
    try:
        known = baseline.read((cwd / file).read_bytes().decode())
    except (OSError, UnicodeDecodeError) as error:
        what = f"the baseline `{file}` cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}"
        raise ConfigError(what, _WHY, f"write it with `--write-baseline {file}`") from error
    except baseline.BaselineError as error:
        raise ConfigError(f"`{file}`: {error.what}", error.why, error.hint) from error
    found = list(zip(findings, known_as(findings), strict=True))
    applied = baseline.apply(found, known, lambda entry: judged(entry.path, entry.code))
    notes = (f"{count(applied.matched, 'finding')} known from `{file}`",) if applied.matched else ()
    return Adopted(applied.new, notes + _stale(applied.stale, file))


def silence(findings: Sequence[Finding], cwd: Path) -> Adopted:
    """Write a `# noqa: CODE` for each of *findings* into its file; left are those for which that was not possible."""
    from tgsession_lint.add_noqa import add_to_files

    done = add_to_files(findings, str(cwd))
    note = f"{count(done.added, 'finding')} silenced in {count(done.files, 'file')}"
    problems = tuple(
        (f"`{failure.path}` was left as it is: {failure.message}", "its findings are reported again", "change it by hand")
        for failure in done.failures
    )
    left = f"{count(len(done.left), 'finding')} left, for which no comment can be written" if done.left else ""
    return Adopted(done.left, tuple(filter(None, (note, left))), problems)


def save(path: str, text: str, why: str) -> None:
    """Write *text* to the file at *path*, whole or not at all.

    Raises:
        ConfigError: it cannot be written; *why* says what that means.
    """
    from tgsession_lint import atomic

    try:
        atomic.write(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        hint = "name a file that may be written to, in a folder that is there"
        raise ConfigError(f"`{path}` cannot be written: {error.strerror}", why, hint) from error


def _before(file: str, cwd: Path) -> int | None:
    """How many findings the baseline *file* knows so far; None if there is none, or none that can be read.

    Raises:
        ConfigError: the file is something else, which must not be lost.
    """
    path = cwd / file
    try:
        text = path.read_bytes().decode("utf-8", "replace") if path.is_file() else ""
    except OSError:  # writing it will say why
        return None
    try:
        return baseline.read(text).total() if text else None
    except baseline.BaselineError:
        if baseline.ABOUT in text:  # one of ours, after a merge
            return None
        hint = "name another file, or delete this one first"
        raise ConfigError(f"`{file}` is there, and is no baseline", "what is in it would be lost", hint) from None


def _stale(number: int, file: str) -> tuple[str, ...]:
    if not number:
        return ()
    entries = "1 entry of the baseline matches" if number == 1 else f"{number} entries of the baseline match"
    return (f"{entries} nothing any more: write it again with `--write-baseline {file}`",)
