"""Each file has its own settings and its own project, whichever other files a run looks at."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tgsession_lint import config, launch, pipeline
from tgsession_lint.nearest import Nearest
from tgsession_lint.prefilter import Begun

CLIENT = 'from telethon import TelegramClient\nclient = TelegramClient("alerts", 1, "h")\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder to work in, below no project."""
    return tmp_path.resolve()


def write(folder: Path, files: dict[str, str]) -> None:
    """Make *files* in *folder*."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def lint(cwd: Path, *targets: str) -> list[str]:
    """What a run says of *targets*: `path:row: code`, sorted."""
    paths = [Path(target) for target in targets]
    nearest = Nearest(config.load(paths, cwd), str(cwd), lambda found: found, fixed=False)
    found = pipeline.run(paths, nearest, cwd=cwd).findings
    return sorted(f"{finding.path}:{finding.location.row}: {finding.code}" for finding in found)


def command(cwd: Path, *arguments: str) -> tuple[int, list[str]]:
    """The same of the command: its exit status, and what it says."""
    line = [sys.executable, "-m", "tgsession_lint", "--output-format", "concise", "--quiet", *arguments]
    done = subprocess.run(line, cwd=cwd, capture_output=True, text=True, check=False)
    found = [row.split(" ")[:2] for row in done.stdout.splitlines() if ": TGS" in row]
    return done.returncode, sorted(f"{place.rsplit(':', 2)[0]}: {code}" for place, code in found)


def assert_alike(cwd: Path, expected: list[str]) -> None:
    """A run over everything, and runs over each file alone, both say what is *expected*."""
    files = sorted(path.relative_to(cwd).as_posix() for path in cwd.rglob("*.py") if ".git" not in path.parts)

    assert lint(cwd, ".") == expected
    assert sorted(found for file in files for found in lint(cwd, file)) == expected
    assert lint(cwd, *files) == expected


def table(**settings: object) -> str:
    """A `pyproject.toml` with *settings*."""
    rows = [f"{name.replace('_', '-')} = {value!r}" for name, value in settings.items()]
    return "\n".join(["[tool.tgsession-lint]", *rows, ""])


def test_each_file_is_checked_by_the_nearest_table(folder: Path) -> None:
    (folder / ".git").mkdir()
    write(folder, {
        "pyproject.toml": table(ignore=["TGS301"]), "a.py": CLIENT,
        "bot/pyproject.toml": table(ignore=["TGS101"]), "bot/b.py": CLIENT,
        "bot/deep/pyproject.toml": "[project]\nname = 'x'\n", "bot/deep/c.py": CLIENT,
        "web/pyproject.toml": table(select=["TGS402"]), "web/d.py": CLIENT,
    })  # fmt: skip

    assert_alike(folder, ["a.py:2: TGS101", "bot/b.py:2: TGS301", "bot/deep/c.py:2: TGS301"])


def test_globs_and_folders_start_where_the_table_stands(folder: Path) -> None:
    (folder / ".git").mkdir()
    write(folder, {
        "bot/pyproject.toml": "[tool.tgsession-lint]\nsrc = ['lib']\nper-file-ignores = { 'app/*' = ['TGS301'] }\n",
        "bot/app/b.py": CLIENT,
        "bot/lib/tg.py": "from telethon import TelegramClient as Client\n",
        "bot/use.py": "import tg\ndef f():\n    return tg.Client('a', 1, 'h')\n",
        "app/a.py": CLIENT,
    })  # fmt: skip

    assert_alike(folder, ["app/a.py:2: TGS101", "app/a.py:2: TGS301", "bot/app/b.py:2: TGS101", "bot/use.py:3: TGS101"])


def test_guards_of_one_table_are_none_of_another_s(folder: Path) -> None:
    (folder / ".git").mkdir()
    guard = "from telethon import TelegramClient\ndef session():\n    return TelegramClient('a', 1, 'h')\n"
    write(folder, {
        "one/pyproject.toml": table(guards=["tg.session"]), "one/tg.py": guard,
        "two/pyproject.toml": table(ignore=["TGS402"]), "two/tg.py": guard,
    })  # fmt: skip

    assert_alike(folder, ["two/tg.py:3: TGS101"])


def test_a_table_below_may_leave_files_out(folder: Path) -> None:
    (folder / ".git").mkdir()
    write(folder, {"bot/pyproject.toml": table(extend_exclude=["gen/*"]), "bot/gen/b.py": CLIENT, "bot/x/gen/c.py": CLIENT})

    assert lint(folder, ".") == ["bot/x/gen/c.py:2: TGS101", "bot/x/gen/c.py:2: TGS301"]
    assert lint(folder, "bot/gen/b.py") == ["bot/gen/b.py:2: TGS101", "bot/gen/b.py:2: TGS301"]


def test_arguments_win_over_every_table(folder: Path) -> None:
    (folder / ".git").mkdir()
    write(folder, {
        "pyproject.toml": table(select=["TGS301"]), "a.py": CLIENT,
        "bot/pyproject.toml": table(select=["TGS402"]), "bot/b.py": CLIENT,
    })  # fmt: skip

    assert command(folder, ".") == (1, ["a.py:2: TGS301"])
    assert command(folder, "--select", "TGS101", ".") == (1, ["a.py:2: TGS101", "bot/b.py:2: TGS101"])
    assert command(folder, "--config", "pyproject.toml", ".") == (1, ["a.py:2: TGS301", "bot/b.py:2: TGS301"])


@pytest.mark.parametrize("table_of_root", ["", "[tool.tgsession-lint]\n"])
def test_a_mistake_in_a_table_below_is_reported(folder: Path, table_of_root: str) -> None:
    (folder / ".git").mkdir()
    write(folder, {"pyproject.toml": table_of_root, "a.py": CLIENT, "bot/pyproject.toml": table(selct=["TGS402"]), "bot/b.py": ""})

    assert command(folder, ".") == (2, [])


# where a project begins


def test_each_checkout_is_a_project_of_its_own(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / "other" / ".git").mkdir(parents=True)
    write(folder, {
        "pyproject.toml": table(ignore=["TGS101"]),
        "tg.py": "from telethon import TelegramClient as Client\n",
        "use.py": "import tg\nclient = tg.Client('a', 1, 'h')\n",
        "other/use.py": "import tg\nclient = tg.Client('a', 1, 'h')\n",
        "other/own.py": CLIENT,
    })  # fmt: skip

    assert_alike(folder, ["other/own.py:2: TGS101", "other/own.py:2: TGS301", "use.py:2: TGS301"])


def test_a_submodule_is_a_part_of_the_checkout_that_holds_it(folder: Path) -> None:
    (folder / ".git").mkdir()
    write(folder, {
        "kit/.git": "gitdir: ../.git/modules/kit\n",
        "kit/use.py": "import tg\ndef f():\n    return tg.Client('a', 1, 'h')\n",
        "tg.py": "from telethon import TelegramClient as Client\n",
    })  # fmt: skip

    assert_alike(folder, ["kit/use.py:3: TGS101"])
    assert lint(folder / "kit", ".") == ["use.py:3: TGS101"]


def test_a_submodule_whose_checkout_is_not_there_is_a_project(folder: Path) -> None:
    write(folder, {"kit/.git": "gitdir: ../.git/modules/kit\n", "kit/app/tg.py": CLIENT, "kit/use.py": "from app.tg import client\nclient.log_out\n"})

    assert lint(folder / "kit" / "app", "tg.py") == ["tg.py:2: TGS101", "tg.py:2: TGS301"]


def test_a_worktree_is_a_project(folder: Path) -> None:
    (folder / ".git").mkdir()
    write(folder, {
        "tree/.git": "gitdir: ../.git/worktrees/tree\n",
        "tree/use.py": "import tg\ndef f():\n    return tg.Client('a', 1, 'h')\n",
        "tg.py": "from telethon import TelegramClient as Client\n",
    })  # fmt: skip

    assert_alike(folder, [])


@pytest.mark.parametrize("marker", [".git", "pyproject.toml", "requirements.txt"])
def test_the_home_folder_is_nobody_s_project(folder: Path, marker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    (folder / marker).mkdir() if marker == ".git" else (folder / marker).touch()
    write(folder, {
        "tg.py": "from telethon import TelegramClient as Client\n",
        "work/use.py": "import tg\ndef f():\n    return tg.Client('a', 1, 'h')\n",
        "work/own.py": CLIENT,
    })  # fmt: skip

    assert_alike(folder / "work", ["own.py:2: TGS101", "own.py:2: TGS301"])


def test_who_works_in_the_home_folder_means_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    (folder / ".git").mkdir()
    write(folder, {"tg.py": "from telethon import TelegramClient as Client\n", "app/use.py": "import tg\ntg.Client('a', 1, 'h')\n"})

    assert_alike(folder, ["app/use.py:2: TGS101", "app/use.py:2: TGS301"])


def test_a_marker_below_the_working_folder_parts_nothing(folder: Path) -> None:
    write(folder, {"tg.py": "from telethon import TelegramClient as Client\n", "app/setup.py": "", "app/use.py": "import tg\ntg.Client('a', 1, 'h')\n"})

    assert_alike(folder, ["app/use.py:2: TGS101", "app/use.py:2: TGS301"])


def _begun(target: str) -> Begun | None:
    found = launch.find([target])
    return None if found is None else launch.begin(found, [target])


@pytest.mark.parametrize("kept", ["no checkout", "tracked", "new"])
@pytest.mark.parametrize("target", [".", "part", "part/deep", "part/deep/a.py"])
def test_a_run_with_defaults_does_not_begin_where_a_table_holds(
    folder: Path, kept: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, {"b.py": "", "part/deep/a.py": "", "other/c.py": ""})
    if kept != "no checkout":
        subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    monkeypatch.chdir(folder)
    begun = [_begun(target), _begun("other")]

    write(folder, {"part/pyproject.toml": table(ignore=["TGS101"])})
    if kept == "tracked":
        subprocess.run(["git", "add", "-A"], cwd=folder, check=True)

    assert None not in begun
    assert _begun(target) is None
    assert _begun("other") is not None
