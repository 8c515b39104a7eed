"""What the linter says of whole projects: names across modules, against the marks in the projects' files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.lint.marks import Marks, Site, compare, read_marks

HERE = Path(__file__).parent / "projects"
PROJECTS = sorted(folder.name for folder in HERE.iterdir() if folder.is_dir() and folder.name != "__pycache__")

CODES = frozenset(
    {"TGS101", "TGS102", "TGS103", "TGS104", "TGS201", "TGS202", "TGS203", "TGS204", "TGS301", "TGS302", "TGS303", "TGS304", "TGS401", "TGS402"}
)
"""The rules there are to judge by; marks of other codes wait for their rules."""

MENTIONS = (
    "\n# telethon.sync hikkatl herokutl opentele TelegramClient Client guarded_client tgsession_runtime tgsession_guard"
    "\n# disconnect log_out closing aclosing atexit SIGKILL kill revoke StringSession api_hash .session\n"
)
"""Everything that a search for bytes could look for, as comments: no file is passed over then."""

CASES = sorted(Path(os.environ["TGSESSION_CASES"]).glob("*.py")) if os.environ.get("TGSESSION_CASES") else []


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project folder, in which the test works."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def copied(name: str, project: Path) -> Path:
    """The project *name*, as a project of its own in *project*."""
    shutil.copytree(HERE / name, project, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    _own_settings(project)
    return project


def sources(project: Path) -> list[Path]:
    """The project's Python files."""
    return sorted(project.rglob("*.py"))


def lint(targets: list[Path], project: Path) -> dict[str, list[Site]]:
    """What the linter reports about *targets*, a list a file."""
    from tgsession_lint import config, pipeline

    found: dict[str, list[Site]] = {}
    for finding in pipeline.lint(targets, config.load(targets, project)):
        path = (project / finding.path).resolve().relative_to(project.resolve()).as_posix()
        found.setdefault(path, []).append(Site(finding.location.row, finding.code))
    return {path: sorted(sites) for path, sites in found.items()}


def complaints(project: Path, found: dict[str, list[Site]]) -> list[str]:
    """A line for each expectation that *found* does not meet."""
    marks = {path.relative_to(project).as_posix(): read_marks(path.read_text("utf-8")) for path in sources(project)}
    nothing = Marks(frozenset(), frozenset(), ())
    lines: list[str] = []
    for path in sorted(marks.keys() | found.keys()):
        missing, unexpected = compare(marks.get(path, nothing), found.get(path, []), CODES)
        lines += [f"{path}:{site.line}: {site.code} is missing" for site in missing]
        lines += [f"{path}:{site.line}: {site.code} is unexpected" for site in unexpected]
    return lines


@pytest.mark.parametrize("name", PROJECTS)
def test_a_whole_run_reports_exactly_the_marked_lines(name: str, project: Path) -> None:
    copied(name, project)

    assert complaints(project, lint([project], project)) == []


@pytest.mark.parametrize("name", PROJECTS)
def test_a_run_on_one_file_reports_what_the_whole_run_does(name: str, project: Path) -> None:
    copied(name, project)
    whole = lint([project], project)

    alone = {path: lint([path], project) for path in sources(project)}

    expected = {path: whole.get(path.relative_to(project).as_posix(), []) for path in alone}
    assert {path.relative_to(project).as_posix(): found for path, found in alone.items()} == {
        path.relative_to(project).as_posix(): {path.relative_to(project).as_posix(): sites} if sites else {}
        for path, sites in expected.items()
    }


@pytest.mark.parametrize("name", PROJECTS)
def test_files_not_worth_reading_hold_no_finding(name: str, project: Path) -> None:
    copied(name, project)
    before = lint([project], project)
    for path in sources(project):
        path.write_text(path.read_text("utf-8") + MENTIONS, encoding="utf-8")

    after = lint([project], project)

    assert after == before


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_case_from_elsewhere_reports_exactly_the_marked_lines(case: Path, project: Path) -> None:
    shutil.copy(case, project / case.name)
    _own_settings(project)
    marks = read_marks(case.read_text("utf-8"))
    used = frozenset().union(*(read_marks(path.read_text("utf-8")).codes() for path in CASES))

    missing, unexpected = compare(marks, lint([project], project).get(case.name, []), CODES & used)

    assert (missing, unexpected) == ([], [])


def test_every_project_is_in_the_index() -> None:
    index = (HERE / "README.md").read_text("utf-8")

    assert [name for name in PROJECTS if f"| `{name}` |" not in index] == []


def _own_settings(project: Path) -> None:
    """Make *project* the root of a project, whatever lies above it."""
    settings = project / "pyproject.toml"
    if not settings.exists():
        settings.write_text("[tool.tgsession-lint]\n", encoding="utf-8")
