"""What holds for every command: statuses, the three parts of an error, what is loaded, and a fault of ours."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import tgsession_runtime
from tests.runtime.commands import CHECKOUT, GUARD, environment, guard
from tgsession_runtime import __version__, cli, errors

HEAVY = ("telethon", "celery", "redis", "asyncio", "libcst", "psutil", "filelock", "tgsession_lint", "sqlite3")


def every_error() -> list[type[errors.TgsessionError]]:
    found, left = [], [errors.TgsessionError]
    while left:
        one = left.pop()
        found.append(one)
        left += one.__subclasses__()
    return [one for one in found if not one.__name__.startswith("_")]


def raised(error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(cli.cli, "main", fail)
    return cli.run([]), capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"], ["run", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom tgsession_runtime.cli import run\nstatus = run(sys.argv[1:])\n"
        f"loaded = sorted(set(sys.modules) & set({HEAVY!r}))\nsys.exit(f'loaded {{loaded}}' if loaded or status else 0)"
    )

    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=CHECKOUT, capture_output=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (0, b"")


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    assert guard(tmp_path, "--version").out == f"tgsession-guard, version {__version__}\n"


def test_the_help_goes_to_standard_output(tmp_path: Path) -> None:
    done = guard(tmp_path, "--help")

    assert (done.status, done.err) == (0, "")
    assert "Hold a session while a program runs" in done.out


@pytest.mark.parametrize(
    ("arguments", "what", "hint"),
    [
        (["rum"], "there is no command `rum`", "did you mean `run`?"),
        (["xyzzy"], "there is no command `xyzzy`", "`tgsession-guard --help` lists what there is"),
        (["--verson"], "no such option", "did you mean `--version`?"),
        (["run"], "missing argument", "`tgsession-guard run --help` lists what there is"),
        (["run", "--wait", "soon", "true"], "invalid value for '-w' / '--wait'", "`tgsession-guard run --help`"),
        (["run", "-s", "x", "--wait", "nan", "true"], "nan is no number of seconds", "`tgsession-guard run --help`"),
        (["run", "-s", "x", "--wait", "-1", "true"], "-1.0 is no number of seconds", "`tgsession-guard run --help`"),
        ([], "missing command", "`tgsession-guard --help` lists what there is"),
    ],
)
def test_wrong_use_is_told_in_three_parts(arguments: list[str], what: str, hint: str, tmp_path: Path) -> None:
    done = guard(tmp_path, *arguments)

    assert (done.status, done.out) == (2, "")
    first, why, last = done.err.splitlines()
    assert what in first.lower()
    assert hint in last
    assert why.startswith("why:   ")


@pytest.mark.parametrize("words", ["check", "run -s alerts true"])
def test_a_working_folder_that_was_removed_is_wrong_use(words: str, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()

    done = subprocess.run(
        ["sh", "-c", f"rmdir {shlex.quote(str(gone))}; exec {shlex.join(GUARD)} {words}"], cwd=gone, env=environment(tmp_path),
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip

    assert (done.returncode, b"error: the working folder cannot be used" in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.ConfigurationError("it is wrong", "mend it"), 2),
        (errors.SessionInUseError("alerts"), 75),
        (errors.SessionHeldHereError("alerts"), 1),
        (errors.SessionRevokedError("alerts", "AUTH_KEY_DUPLICATED"), 1),
        (errors.LockError("alerts", "/x.lock", "read-only file system"), 1),
        (errors.StateFolderError("/x", "permission denied"), 1),
        (errors.CommandError("x", 2), 127),
        (errors.CommandError("x", 13), 126),
    ],
)
def test_each_error_has_its_status(
    error: errors.TgsessionError, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended, said = raised(error, monkeypatch, capsys)

    assert ended == status
    assert said == error.explain() + "\n"
    assert said.startswith("error: ")


def test_an_interrupt_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.cli, "main", interrupt)

    assert cli.run([]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_fault_of_ours_says_what_to_report(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = raised(ZeroDivisionError("oops"), monkeypatch, capsys)

    assert status == 3
    assert [part in said for part in ("error: ", "why: ", "hint: ", "ZeroDivisionError: oops", __version__)] == [True] * 5


def test_what_a_terminal_would_obey_is_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _, said = raised(errors.SessionInUseError("a\x1b[2Jb\r"), monkeypatch, capsys)

    assert said.startswith("error: session `a\\x1b[2Jb\\r` is in use")


def test_a_part_of_several_lines_goes_on_below_itself() -> None:
    error = errors.ConfigurationError("what", "one\ntwo", why="why")

    assert error.explain() == "error: what\nwhy:   why\nhint:  one\n       two"


@pytest.mark.parametrize("kind", every_error())
def test_every_error_says_what_it_is(kind: type[errors.TgsessionError]) -> None:
    assert kind.__doc__
    assert kind.code
    assert kind.__name__ in (errors.__doc__ or "")
    assert getattr(tgsession_runtime, kind.__name__) is kind
