"""What makes the linter fast, as facts without noise: what a run loads, what it never does, when it forks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import tgsession_lint
from tests.benchmarks.programs import SIX, Program, write

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(tgsession_lint.__file__).parents[1]
PROBE = CHECKOUT / "tests" / "benchmarks" / "probe"
LINT = ("-m", "tgsession_lint")
CLEAN = (
    Program("tools/rows.py", "plain", 120),
    Program("tools/tables.py", "plain", 200),
)
# Below about this many files a second process costs more than it saves.
MANY = 1_200

two_cores = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="needs two cores, and a way to be left with one",
)


@dataclass(frozen=True)
class Observed:
    """How a run of Python ended, and what its processes noted, all together."""

    status: int
    output: str
    modules: frozenset[str]
    work: frozenset[str]
    forks: int
    parsed: int
    reads: Counter[str]
    """How often each Python file of the project was opened."""
    listings: Counter[str]
    """How often each of its folders was listed, `.` for the project itself."""
    started: tuple[str, ...]


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    return _project(tmp_path / "clean", CLEAN)


@pytest.fixture
def userbot(tmp_path: Path) -> Path:
    return _project(tmp_path / "userbot", CLEAN + SIX)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Enough files that searching them on two cores pays; a few of them matter."""
    return add_pieces(_project(tmp_path / "large", CLEAN + SIX))


@pytest.mark.parametrize("target", [".", "tools", "tools/tables.py"])
def test_clean_run_loads_neither_libcst_nor_click(clean: Path, target: str) -> None:
    seen = observe(clean, *LINT, target)

    assert (seen.status, seen.modules & {"libcst", "click"}) == (0, frozenset())


@pytest.mark.parametrize("size", ["small", "large"])
def test_clean_run_reads_each_file_once_and_starts_nothing(clean: Path, size: str) -> None:
    if size == "large":
        add_pieces(clean)

    seen = observe(clean, *LINT, ".")

    assert seen.reads == Counter(python_files(clean))
    assert (seen.parsed, seen.started) == (0, ())


def test_clean_run_lists_each_folder_once(clean: Path) -> None:
    add_pieces(clean)

    seen = observe(clean, *LINT, ".")

    del seen.listings["."]  # where `python -m` looks for modules
    assert seen.listings == Counter(path.name for path in clean.iterdir() if path.is_dir())


@pytest.mark.skipif(not hasattr(os, "posix_spawnp"), reason="needs a way to start git without `subprocess`")
def test_clean_run_in_a_checkout_asks_git_once_and_loads_no_subprocess(clean: Path) -> None:
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *arguments], cwd=clean, check=True)

    seen = observe(clean, *LINT, ".")

    assert (seen.status, len(seen.started)) == (0, 1)
    assert "tgsession_lint.checkouts" in seen.modules
    assert "subprocess" not in seen.modules


@pytest.mark.skipif(not hasattr(os, "posix_spawnp"), reason="the probe sees no other way to start git")
def test_folder_of_checkouts_asks_git_once_for_each(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        project = _project(tmp_path / "all" / name, CLEAN)
        for arguments in (["init", "-q"], ["add", "-A"]):
            subprocess.run(["git", *arguments], cwd=project, check=True)

    seen = observe(tmp_path / "all", *LINT, ".")

    assert (seen.status, len(seen.started)) == (0, 3)


def test_run_with_findings_reads_what_does_not_matter_twice_and_parses_what_does_once(large: Path) -> None:
    seen = observe(large, *LINT, ".", cores=1)

    apart = [path for path in python_files(large) if path.startswith("part")]
    assert {path: seen.reads[path] for path in apart} == dict.fromkeys(apart, 2)
    assert (seen.parsed, seen.started) == (len(SIX), ())


def test_file_that_imports_nothing_of_the_project_is_the_only_one_read(userbot: Path) -> None:
    seen = observe(userbot, *LINT, "tools/tables.py")

    assert (seen.status, seen.reads) == (0, Counter(["tools/tables.py"]))
    assert seen.listings.keys() <= {".", "tools"}
    assert (seen.forks, seen.started) == (0, ())


@pytest.mark.parametrize("target", [".", "tools/tables.py"])
def test_clean_run_with_settings_loads_neither_libcst_nor_click(clean: Path, target: str) -> None:
    with (clean / "pyproject.toml").open("a") as settings:
        settings.write('[tool.tgsession-lint]\nguards = ["app.session"]\n')

    seen = observe(clean, *LINT, target)

    assert (seen.status, seen.modules & {"libcst", "click"}) == (0, frozenset())
    assert "All clear" in seen.output


def test_file_without_a_client_loads_no_libcst_beside_files_with_one(userbot: Path) -> None:
    seen = observe(userbot, *LINT, "tools/tables.py")

    assert (seen.status, seen.modules & {"libcst", "click"}) == (0, frozenset())


@pytest.mark.parametrize(
    "arguments",
    [(".",), ("scraper/collect.py",), ("archiver/nightly.py",), (".", "--statistics")]
    + [(".", "--output-format", name) for name in ("concise", "json", "sarif", "junit")],
    ids=" ".join,
)
def test_run_with_findings_wakes_no_matcher_and_no_metadata_provider(userbot: Path, arguments: tuple[str, ...]) -> None:
    seen = observe(userbot, *LINT, *arguments)

    assert (seen.status, "TGS" in seen.output) == (1, True)
    assert "libcst" in seen.modules
    assert "libcst.matchers" not in seen.modules
    assert seen.work == frozenset()


def test_run_with_findings_loads_nothing_that_only_odd_files_need(userbot: Path) -> None:
    seen = observe(userbot, *LINT, "scraper/collect.py")

    odd = {f"tgsession_lint.{name}" for name in ("notebooks", "magics", "adapting", "refusal", "editable")}
    assert "tgsession_lint.sources" in seen.modules
    assert seen.modules & {*odd, "click", "difflib", "traceback"} == frozenset()


@pytest.mark.parametrize("name", ["tgsession_lint", "tgsession_lint.launch"])
def test_import_loads_neither_libcst_nor_telethon_nor_psutil(tmp_path: Path, name: str) -> None:
    seen = observe(tmp_path, "-c", f"import {name}")

    assert seen.status == 0
    assert seen.modules & {name, "libcst", "click", "telethon", "psutil"} == {name}


@pytest.mark.parametrize("target", [".", "scraper/collect.py"])
def test_small_project_starts_no_second_process(tmp_path: Path, target: str) -> None:
    small = _project(tmp_path / "small", (*CLEAN, *(program for program in SIX if program.path == "scraper/collect.py")))

    seen = observe(small, *LINT, target)

    assert (seen.status, "TGS101" in seen.output, seen.forks) == (1, True, 0)


@two_cores
def test_second_core_is_used_where_it_pays_and_changes_no_finding(large: Path) -> None:
    alone = observe(large, *LINT, ".", cores=1)
    beside = observe(large, *LINT, ".", cores=2)

    assert (alone.forks, beside.forks > 0) == (0, True)
    assert (alone.status, alone.output) == (beside.status, beside.output)
    assert "TGS101" in alone.output


def test_probe_sees_a_metadata_provider_at_work(tmp_path: Path) -> None:
    program = (
        "import libcst.matchers\n"
        "from libcst.metadata import MetadataWrapper, PositionProvider\n"
        "MetadataWrapper(libcst.parse_module('x = 1')).resolve(PositionProvider)\n"
    )

    seen = observe(tmp_path, "-c", program)

    assert "libcst.matchers" in seen.modules
    assert {"resolve", "_gen"} <= seen.work


def test_probe_sees_no_work_in_parsing_alone(tmp_path: Path) -> None:
    seen = observe(tmp_path, "-c", "import libcst, libcst.metadata; libcst.parse_module('x = 1').code")

    assert "libcst.metadata" in seen.modules
    assert seen.work == frozenset()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_probe_counts_forks_and_hears_the_child(tmp_path: Path) -> None:
    program = "import os\nif os.fork():\n    os.wait()\nelse:\n    import wave\n    os._exit(0)\n"

    seen = observe(tmp_path, "-c", program)

    assert seen.forks == 1
    assert "wave" in seen.modules


def add_pieces(project: Path) -> Path:
    """Many small files in many folders."""
    for number in range(MANY):
        folder = project / f"part{number % 20}"
        folder.mkdir(exist_ok=True)
        (folder / f"piece_{number}.py").write_text(f"def piece():\n    return {number}\n", encoding="utf-8")
    return project


def observe(folder: Path, *arguments: str, cores: int = 0) -> Observed:
    """Run Python in *folder* under the probe, on *cores* processors if that is given."""
    notes = folder.parent / f"{folder.name}.notes"
    notes.mkdir(exist_ok=True)
    for old in notes.iterdir():
        old.unlink()
    paths = os.pathsep.join(map(str, (PROBE, CHECKOUT)))
    environment = {**os.environ, "PYTHONPATH": paths, "TGSESSION_PROBE": str(notes), "NO_COLOR": "1"}
    with _left_with(cores):
        done = subprocess.run(
            [sys.executable, *arguments], cwd=folder, env=environment,
            capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
    lines = [line for note in notes.iterdir() for line in note.read_text(encoding="utf-8").splitlines()]
    inside = str(folder.resolve())
    return Observed(
        done.returncode, done.stdout, _named("module", lines), _named("work", lines), lines.count("fork"),
        lines.count("parsed"), _within(inside, "read", lines), _within(inside, "listed", lines),
        tuple(line for line in lines if line.startswith("started ")),
    )  # fmt: skip


def _within(folder: str, kind: str, lines: list[str]) -> Counter[str]:
    paths = (line.removeprefix(f"{kind} ") for line in lines if line.startswith(f"{kind} "))
    return Counter(Path(path).relative_to(folder).as_posix() for path in paths if Path(path).is_relative_to(folder))


@contextmanager
def _left_with(cores: int) -> Iterator[None]:
    """Leave us, and the children that we start, that many of our processors; 0 is all."""
    if not cores:
        yield
        return
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(ours)[:cores])
    try:
        yield
    finally:
        os.sched_setaffinity(0, ours)


def python_files(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*.py"))


def _named(kind: str, lines: list[str]) -> frozenset[str]:
    return frozenset(line.removeprefix(f"{kind} ") for line in lines if line.startswith(f"{kind} "))


def _project(root: Path, programs: tuple[Program, ...]) -> Path:
    write(programs, str(root))
    (root / "pyproject.toml").write_text('[project]\nname = "example"\nversion = "1"\n', encoding="utf-8")
    return root
