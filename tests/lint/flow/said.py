"""What the rules on flow say, word by word, of every mini project and example: `python -m tests.lint.flow.said` writes it anew."""

from __future__ import annotations

import shutil
import sys
import textwrap
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tgsession_lint import config, pipeline
from tgsession_lint.frozen import replace
from tgsession_lint.rule import every_rule

CODES = ("TGS104", "TGS201", "TGS302")
PROJECTS = Path(__file__).parents[1] / "projects"
NOTEBOOKS = Path(__file__).with_name("notebooks")
RECORD = Path(__file__).with_name("said.txt")


def projects(place: Path) -> Iterator[tuple[str, Path]]:
    """The mini projects, the notebooks and the examples of the rules on flow, each written below *place*."""
    for folder in (*sorted(PROJECTS.iterdir()), *sorted(NOTEBOOKS.iterdir())):
        if folder.is_dir() and folder.name != "__pycache__":
            copy = place / folder.name
            shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
            (copy / "pyproject.toml").touch()
            yield folder.name, copy
    for rule in every_rule():
        for number, example in enumerate((*rule.bad, *rule.good) if rule.code in CODES else ()):
            copy = place / f"{rule.code}-{number}"
            for path, text in {**example.files, example.path: example.code, "pyproject.toml": ""}.items():
                (copy / path).parent.mkdir(parents=True, exist_ok=True)
                (copy / path).write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
            yield copy.name, copy


def said_of(name: str, folder: Path) -> list[str]:
    """A row for each finding in *folder*, and one for each step of its witness."""
    settings = replace(config.load([folder], folder), select=CODES)
    outcome = pipeline.run([folder], settings, cwd=folder)
    rows = [f"{name}: {fault.error}" for fault in outcome.faults]
    for finding in outcome.findings:
        at = f"{finding.location.row}:{finding.location.column}"
        rows.append(f"{name}/{finding.path}:{at}: {finding.code} {finding.message}")
        rows += [f"    {step.row}: {step.message}" for step in finding.witness]
    return rows


def recorded() -> dict[str, list[str]]:
    """What the record says, by project."""
    found: dict[str, list[str]] = {}
    name = ""
    for row in RECORD.read_text("utf-8").splitlines():
        if not row.startswith(" "):
            name = row.partition("/")[0]
        found.setdefault(name, []).append(row)
    return found


def main() -> None:
    """Write the record anew."""
    with TemporaryDirectory() as place:
        rows = [row for name, folder in projects(Path(place).resolve()) for row in said_of(name, folder)]
    RECORD.write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
