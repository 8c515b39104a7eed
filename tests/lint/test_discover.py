"""Which files a target means, inside a git checkout and elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tgsession_lint.config import Config
from tgsession_lint.discover import Discovery, discover, project_files
from tgsession_lint.frozen import replace

GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main"]
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX file names, links and pipes")


def write(top: Path, *names: str, text: str = "") -> Path:
    for name in names:
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return top


def git(folder: Path, *arguments: str) -> None:
    subprocess.run([*GIT, *arguments], cwd=folder, check=True, capture_output=True)


def checkout(folder: Path, *names: str) -> Path:
    write(folder, *names)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    return folder


def found(config: Config, *targets: str | Path, cwd: Path | None = None) -> list[str]:
    return shown(config, discover([Path(target) for target in targets], config, cwd=cwd or config.root))


def shown(config: Config, discovery: Discovery) -> list[str]:
    return [config.relative(path) for path in discovery.files]


@pytest.fixture(params=["git", "walk", "no git"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in a checkout, one outside, and one in a checkout on a machine without git."""
    folder = tmp_path / "place"
    folder.mkdir()
    if request.param != "walk":
        git(folder, "init", "-q")
    if request.param == "no git":
        monkeypatch.setenv("PATH", str(tmp_path))
    return folder


# what counts as a file


def test_sources_and_notebooks_are_found_in_reading_order(place: Path) -> None:
    write(place, "b.py", "a/z.py", "a/nb.ipynb", "gui.pyw", "stub.pyi", "readme.md", "script", "a.pyc")

    assert found(Config(place), ".") == ["a/nb.ipynb", "a/z.py", "b.py", "gui.pyw", "stub.pyi"]


def test_named_file_is_taken_whatever_it_is_called(place: Path) -> None:
    write(place, "script", "deep/.venv/a.py")

    assert found(Config(place), "script", "deep/.venv/a.py") == ["deep/.venv/a.py", "script"]


def test_file_named_twice_is_found_once(place: Path) -> None:
    write(place, "a/b.py")

    assert found(Config(place), "a", "a/b.py", ".", "a/../a/b.py", "a/*.py") == ["a/b.py"]


def test_globs_that_no_shell_expanded_are_expanded(place: Path) -> None:
    write(place, "src/a.py", "src/x/b.py", "src/x/c.txt", "other/d.py", "src/.venv/e.py")

    assert found(Config(place), "src/**/*") == ["src/a.py", "src/x/b.py"]


def test_targets_are_relative_to_the_working_folder(place: Path) -> None:
    write(place, "a/b.py", "a/c/d.py")

    assert found(Config(place), "b.py", "c", cwd=place / "a") == ["a/b.py", "a/c/d.py"]


@pytest.mark.parametrize(("target", "said"), [("gone.py", "no such file"), ("gone/*.py", "no file matches")])
def test_target_that_is_not_there_is_a_problem_and_the_rest_is_found(place: Path, target: str, said: str) -> None:
    write(place, "a.py")
    discovery = discover([Path(target), Path("a.py")], Config(place), cwd=place)

    assert [problem.path for problem in discovery.problems] == [target]
    assert said in discovery.problems[0].message
    assert shown(Config(place), discovery) == ["a.py"]


def test_empty_folder_holds_nothing(place: Path) -> None:
    assert found(Config(place), ".") == []


# odd files


@posix
def test_links_pipes_and_odd_names_neither_stop_nor_crash(place: Path) -> None:
    write(place, "real/a.py", "folder.py/b.py")
    os.symlink("real/a.py", place / "link.py")
    os.symlink("gone.py", place / "dangling.py")
    os.symlink("loop.py", place / "loop.py")
    os.symlink(place, place / "real" / "round")
    os.mkfifo(place / "pipe.py")

    assert found(Config(place), ".") == ["folder.py/b.py", "link.py", "real/a.py"]


@posix
def test_named_pipe_is_a_problem(place: Path) -> None:
    os.mkfifo(place / "pipe.py")
    discovery = discover([Path("pipe.py")], Config(place), cwd=place)

    assert (discovery.files, [problem.path for problem in discovery.problems]) == ([], ["pipe.py"])


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system that takes any bytes")
def test_name_that_is_not_utf_8_is_found(place: Path) -> None:
    with open(os.fsencode(place) + b"/caf\xe9.py", "wb"):
        pass

    assert [os.fsencode(path)[-8:] for path in discover([place], Config(place), cwd=place).files] == [b"/caf\xe9.py"]


def test_path_as_long_as_can_be_is_found(place: Path) -> None:
    name = "/".join(["d" * 60] * 8) + "/a.py"
    write(place, name)

    assert found(Config(place), ".") == [name]


@posix
def test_folder_that_cannot_be_read_is_a_problem(place: Path) -> None:
    write(place, "a.py", "closed/b.py")
    os.chmod(place / "closed", 0)
    if os.access(place / "closed", os.R_OK):
        pytest.skip("this user may read everything")
    discovery = discover([place], Config(place), cwd=place)
    os.chmod(place / "closed", 0o700)

    assert shown(Config(place), discovery) == ["a.py"]
    assert "closed" in discovery.problems[0].path


# exclude


def test_default_excludes_are_left_out(place: Path) -> None:
    write(place, "a.py", ".venv/lib/b.py", "x/node_modules/c.py", "site-packages/d.py", "k.egg-info/e.py", "__pycache__/f.py")

    assert found(Config(place), ".") == ["a.py"]


def test_virtual_environment_is_known_by_its_file_not_its_name(place: Path) -> None:
    write(place, "env/bin/a.py", "env/pyvenv.cfg", "environment/b.py")

    assert found(Config(place), ".") == ["environment/b.py"]


@pytest.mark.parametrize("pattern", ["gen", "g?n", "src/gen", "src/g*", "src/gen/", "src/**/x.py", "./src/gen/x.py"])
def test_excluded_files_are_left_out(place: Path, pattern: str) -> None:
    write(place, "src/gen/x.py", "src/kept/y.py")

    assert found(Config(place, extend_exclude=(pattern,)), ".") == ["src/kept/y.py"]


def test_named_folder_is_looked_into_although_excluded(place: Path) -> None:
    write(place, "gen/x.py", "gen/__pycache__/y.py", "z.py")

    assert found(Config(place, extend_exclude=("gen",)), "gen") == ["gen/x.py"]


@pytest.mark.parametrize("patterns", [("src/gen",), ("gen", "other/x"), ("src/gen/**",), ("**/gen/**",), ("src/g*", "x/**")])
def test_named_folder_is_looked_into_whatever_pattern_excludes_it(place: Path, patterns: tuple[str, ...]) -> None:
    write(place, "src/gen/x.py", "src/gen/deep/y.py", "src/gen/.venv/z.py", "a.py")
    config = Config(place, extend_exclude=patterns)

    assert found(config, "src/gen") == ["src/gen/deep/y.py", "src/gen/x.py"]
    assert found(config, "src/gen/deep") == ["src/gen/deep/y.py"]
    assert found(config, "src") == []


def test_force_exclude_leaves_out_what_is_named_too(place: Path) -> None:
    write(place, "gen/x.py", "z.py")
    config = Config(place, extend_exclude=("gen",), force_exclude=True)

    assert found(config, "gen/x.py", "gen", "z.py") == ["z.py"]


# .gitignore


def test_ignored_files_are_left_out(place: Path) -> None:
    write(place, ".gitignore", text="out/\n*_gen.py\n!kept_gen.py\n/top.py\n")
    write(place, "sub/.gitignore", text="b.py\n!c_gen.py\n")
    write(place, "out/a.py", "x_gen.py", "kept_gen.py", "top.py", "sub/top.py", "sub/b.py", "sub/c_gen.py", "sub/deep/b.py", "b.py")

    assert found(Config(place), ".") == ["b.py", "kept_gen.py", "sub/c_gen.py", "sub/top.py"]


def test_ignore_file_above_the_target_counts(place: Path) -> None:
    write(place, ".gitignore", text="*_gen.py\n")
    write(place, "sub/deep/a_gen.py", "sub/deep/b.py")

    assert found(Config(place), "sub/deep") == ["sub/deep/b.py"]


def test_folder_that_is_ignored_is_looked_into_when_named(place: Path) -> None:
    write(place, ".gitignore", text="/out/\n")
    write(place, "out/a.py", "out/deep/b.py", "c.py")

    assert found(Config(place), "out") == ["out/a.py", "out/deep/b.py"]


# git


def test_tracked_file_counts_although_ignored(tmp_path: Path) -> None:
    place = checkout(tmp_path, "old_gen.py")
    write(place, ".gitignore", text="*_gen.py\n")
    write(place, "new_gen.py", "new.py")

    assert found(Config(place), ".") == ["new.py", "old_gen.py"]


def test_tracked_file_that_is_deleted_is_dropped(tmp_path: Path) -> None:
    place = checkout(tmp_path, "a.py", "gone.py", "sub/gone.py")
    (place / "gone.py").unlink()
    (place / "sub" / "gone.py").unlink()
    (place / "sub").rmdir()

    assert found(Config(place), ".") == ["a.py"]


def test_repositories_inside_are_asked_themselves(tmp_path: Path) -> None:
    library = checkout(tmp_path / "library", "lib.py", ".gitignore")
    git(library, "commit", "-qm", "x")
    place = checkout(tmp_path / "place", "a.py")
    git(place, "submodule", "--quiet", "add", str(library), "third.party")
    write(place / "third.party", "new.py")
    nested = checkout(place / "deep" / "nested", "b.py")
    write(nested, ".gitignore", text="c.py\n")
    write(nested, "c.py")

    assert found(Config(place), ".") == ["a.py", "deep/nested/b.py", "third.party/lib.py", "third.party/new.py"]


def test_repository_inside_that_is_excluded_is_left_out(tmp_path: Path) -> None:
    place = checkout(tmp_path / "place", "a.py")
    checkout(place / "vendor", "b.py")

    for pattern in ("vendor", "vendor/**", "**/vendor/**", "/vendor"):
        assert found(Config(place, extend_exclude=(pattern,)), ".") == ["a.py"]


def test_repositories_in_a_plain_folder_are_asked_themselves(tmp_path: Path) -> None:
    one = checkout(tmp_path / "one", "a.py")
    write(one, ".git/info/exclude", text="b.py\n")
    write(one, "b.py")
    write(tmp_path, "two/c.py")

    assert found(Config(tmp_path), ".") == ["one/a.py", "two/c.py"]


def test_hook_environment_of_another_repository_is_not_obeyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = checkout(tmp_path / "other", "x.py")
    place = checkout(tmp_path / "place", "a.py")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))

    assert found(Config(place), ".") == ["a.py"]


def test_broken_repository_is_walked(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "b.py")
    write(tmp_path, ".git", text="gitdir: nowhere\n")
    write(tmp_path, ".gitignore", text="b.py\n")

    assert found(Config(tmp_path), ".") == ["a.py"]


def test_checkout_that_git_does_not_trust_is_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = checkout(tmp_path / "place", "a.py", "b.py")
    write(place, ".gitignore", text="b.py\n")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("HOME", str(tmp_path))

    assert found(Config(place), ".") == ["a.py"]


@posix
def test_no_program_that_the_repository_names_is_run(tmp_path: Path) -> None:
    place = checkout(tmp_path, "a.py")
    hook = tmp_path / "hook"
    hook.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\n", encoding="utf-8")
    hook.chmod(0o755)
    git(place, "config", "core.fsmonitor", str(hook))
    write(place, "b.py")
    (tmp_path / "ran").unlink(missing_ok=True)

    assert found(Config(place), ".") == ["a.py", "b.py"]
    assert not (tmp_path / "ran").exists()


def test_more_new_files_than_a_command_line_takes(tmp_path: Path) -> None:
    place = checkout(tmp_path, "a.py")
    names = [f"new_{'x' * 60}_{number:03}.py" for number in range(400)]
    write(place, *names)

    assert found(Config(place), ".") == ["a.py", *names]


# the context


def test_context_does_not_depend_on_the_targets(place: Path) -> None:
    write(place, "a.py", "sub/b.py", "sub/c.py", "other/d.py")
    config = Config(place)
    every = [str(place / name) for name in ("a.py", "other/d.py", "sub/b.py", "sub/c.py")]

    for targets in (["sub/b.py"], ["sub"], ["sub", "other"], ["."]):
        discovery = discover([Path(target) for target in targets], config, cwd=place)
        assert project_files(config, discovery.listed) == every


def test_several_folders_are_what_each_alone_is(place: Path) -> None:
    write(place, ".gitignore", text="/out/\n")
    write(place, "one/a.py", "two/b.py", "out/c.py", "gen/d.py", "onetwo/e.py")
    config = replace(Config(place), extend_exclude=("gen",))

    together = found(config, "one", "two", "out", "gen")

    assert together == sorted(found(config, "one") + found(config, "two") + found(config, "out") + found(config, "gen"))
    assert together == ["gen/d.py", "one/a.py", "out/c.py", "two/b.py"]
