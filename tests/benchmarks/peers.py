"""The other tools, as commands: what each is told to do, and how it is found."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tests.benchmarks.measure import Command

_REFERENCE = Path(__file__).with_name("reference.py")
_FINDINGS = frozenset({0, 1})
_SEMGREP_RULE = """\
rules:
  - id: bare-client
    languages: [python]
    severity: ERROR
    message: a client outside the guard
    pattern: telethon.TelegramClient(...)
"""


def read_and_test(tree: Path) -> Command:
    """Walk *tree*, read each Python file, look for one word: the least that can be done."""
    return Command((sys.executable, str(_REFERENCE), "read", "."), tree)


def read_and_parse(tree: Path, files: list[str]) -> Command:
    """The same, then `import libcst` and `libcst.parse_module` of *files*."""
    return Command((sys.executable, str(_REFERENCE), "read-parse", ".", *files), tree)


def parse(tree: Path, files: list[str]) -> Command:
    """`import libcst` and `libcst.parse_module` of *files*."""
    return Command((sys.executable, str(_REFERENCE), "parse", *files), tree)


def import_click(tree: Path) -> Command:
    """What any command written with click costs before it does a thing."""
    return Command((sys.executable, "-c", "import click"), tree)


def ruff(tree: Path, files: list[str]) -> Command | None:
    """Its rules for async code, without its cache."""
    return _tool("ruff", "check --select ASYNC --no-cache --isolated --exit-zero --quiet", tree, files)


def ripgrep(tree: Path, files: list[str]) -> Command | None:
    """The byte search alone, natively and on all cores."""
    return _tool("rg", "-l -F -g *.py telethon", tree, files)


def flake8_async(tree: Path, files: list[str]) -> Command | None:
    """Its own command, without flake8 around it: the quicker of the two ways."""
    return _tool("flake8-async", "", tree, files)


def fixit(tree: Path, files: list[str]) -> Command | None:
    """Its default rules; it stands on LibCST as we do."""
    return _tool("fixit", "--quiet lint", tree, files)


def semgrep(tree: Path, files: list[str], folder: Path) -> Command | None:
    """One local rule, kept in *folder*; nothing is asked of its servers."""
    rule = folder / "semgrep.yaml"
    rule.write_text(_SEMGREP_RULE, encoding="utf-8")
    options = "scan --quiet --metrics off --disable-version-check --no-git-ignore --config"
    return _tool("semgrep", f"{options} {rule}", tree, files)


def _tool(name: str, options: str, tree: Path, files: list[str]) -> Command | None:
    """The command of *name*, taken beside this Python first; None if it is not installed."""
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    found = shutil.which(name, path=places)
    return Command((found, *options.split(), *files), tree, _FINDINGS) if found else None
