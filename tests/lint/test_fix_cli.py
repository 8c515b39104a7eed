"""`--fix`, `--unsafe-fixes` and `--diff` as a user calls them: what is said, what is written, the exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.lint.test_cli import run

UNAWAITED = "from telethon import TelegramClient\nasync def f(c: TelegramClient):\n    c.disconnect()\n"
AWAITED = UNAWAITED.replace("    c.", "    await c.")
BARE = 'from telethon import TelegramClient\ndef f():\n    with TelegramClient("a", 1, "b") as c:\n        c.g()\n'
GUARDED = 'from tgsession_runtime import guarded_client\ndef f():\n    with guarded_client("a", 1, "b") as c:\n        c.g()\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    (tmp_path / "unawaited.py").write_text(UNAWAITED, encoding="utf-8")
    return tmp_path


def test_fix_writes_the_file_and_is_content(project: Path) -> None:
    done = run(project, "--fix", ".")

    assert (done.status, done.out) == (0, "All clear: 1 finding fixed, none left in 1 file.\n")
    assert (project / "unawaited.py").read_text("utf-8") == AWAITED
    assert run(project, ".").status == 0


def test_what_is_left_is_reported_and_what_would_mend_it(project: Path) -> None:
    (project / "bare.py").write_text(BARE, encoding="utf-8")

    done = run(project, "--fix", ".")

    assert done.status == 1
    assert "bare.py:3:10: TGS101" in done.out
    assert done.out.endswith(
        "Fixed 1 finding.\nFound 1 finding in 1 file (2 checked).\nCan be fixed: 1 with `--fix --unsafe-fixes`.\n"
    )
    assert (project / "bare.py").read_text("utf-8") == BARE


@pytest.mark.parametrize("ask", ["argument", "file"])
def test_unsafe_fixes_are_made_when_asked_for(ask: str, project: Path) -> None:
    (project / "bare.py").write_text(BARE, encoding="utf-8")
    if ask == "file":
        (project / "pyproject.toml").write_text("[tool.tgsession-lint]\nunsafe-fixes = true\n", encoding="utf-8")

    done = run(project, "--fix", *(["--unsafe-fixes"] if ask == "argument" else []), ".")

    assert done.status == 0
    assert (project / "bare.py").read_text("utf-8") == GUARDED


def test_exit_non_zero_on_fix(project: Path) -> None:
    assert run(project, "--fix", "--exit-non-zero-on-fix", ".").status == 1
    assert run(project, "--fix", "--exit-non-zero-on-fix", ".").status == 0


def test_diff_changes_nothing_and_says_what_would(project: Path) -> None:
    done = run(project, "--diff", ".")

    assert done.status == 1
    assert done.out == (
        "--- unawaited.py\n+++ unawaited.py\n@@ -1,3 +1,3 @@\n from telethon import TelegramClient\n"
        " async def f(c: TelegramClient):\n-    c.disconnect()\n+    await c.disconnect()\n"
    )
    assert done.err == "Would fix 1 finding in 1 file.\n"
    assert (project / "unawaited.py").read_text("utf-8") == UNAWAITED


def test_diff_of_nothing_is_empty_and_clean(project: Path) -> None:
    (project / "unawaited.py").write_text(AWAITED, encoding="utf-8")

    done = run(project, "--diff", ".")

    assert (done.status, done.out) == (0, "")


def test_standard_input_comes_back_mended(project: Path) -> None:
    done = run(project, "--fix", "--stdin-filename", "x.py", "-", given=UNAWAITED.encode())

    assert (done.status, done.out) == (0, AWAITED)
    assert "1 finding fixed" in done.err


def test_standard_input_without_a_finding_comes_back_as_it_is(project: Path) -> None:
    done = run(project, "--fix", "-", given=b"x = 1\r\n")

    assert (done.status, done.out.replace("\r\n", "\n")) == (0, "x = 1\n")


def test_what_is_known_from_a_baseline_is_not_mended(project: Path) -> None:
    run(project, "--write-baseline", "known.json", ".")

    done = run(project, "--fix", "--baseline", "known.json", ".")

    assert done.status == 0
    assert (project / "unawaited.py").read_text("utf-8") == UNAWAITED


def test_fix_and_add_noqa_exclude_each_other(project: Path) -> None:
    assert run(project, "--fix", "--add-noqa", ".").status == 2


def test_json_tells_the_edits(project: Path) -> None:
    (found,) = json.loads(run(project, "--output-format", "json", ".").out)

    at = {"row": 3, "column": 5}
    edits = [{"content": "await ", "location": at, "end_location": at}]
    assert found["fix"] == {"applicability": "safe", "message": "Await the disconnect", "edits": edits}


def test_read_only_file_stays_and_is_named(project: Path) -> None:
    (project / "unawaited.py").chmod(0o444)

    done = run(project, "--fix", ".")

    assert done.status == 2
    assert "`unawaited.py` stays as it is" in done.err
    assert (project / "unawaited.py").read_text("utf-8") == UNAWAITED
