"""The value that every format is written from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tgsession_lint.finding import Finding


@frozen
class Report:
    """What one run has to say, and what is needed to say it well.

    `lines` is asked for a finding's `path` and `cell` only. `width` is the terminal's in columns,
    None where there is no terminal. `cwd` is the folder that the findings' paths start from.
    """

    findings: tuple[Finding, ...]  # already sorted in reading order
    lines: Callable[[Finding], Sequence[str]]  # of the file or the notebook cell; () when not to be had
    url: Callable[[str], str]  # rule code -> page address, "" when there is none
    version: str
    rules: Mapping[str, tuple[str, str]]  # code -> (name, one-line summary)
    root: str  # absolute project root
    checked: int  # files checked
    color: bool = False
    width: int | None = None
    cwd: str = ""  # absolute; the root when empty
    fixed: int = 0  # findings that were mended, and are not among `findings`
