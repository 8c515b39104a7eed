"""`--add-noqa`: where the comments go, that nothing else changes, and that the next run is clean."""

from __future__ import annotations

import ast
import codecs
import json
import stat
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tgsession_lint import config, pipeline
from tgsession_lint.add_noqa import Summary, add_noqa, add_to_files
from tgsession_lint.editable import NotEditableError
from tgsession_lint.finding import Finding, Position
from tgsession_lint.frozen import replace

if TYPE_CHECKING:
    from pathlib import Path

IMPORT = "from telethon import TelegramClient\n"
CALL = 'TelegramClient("a", 1, "b")'


def lint(folder: Path, **changes: Any) -> tuple[Finding, ...]:
    return pipeline.run([folder], replace(config.load([folder], folder), **changes), cwd=folder).findings


def silence(folder: Path, **changes: Any) -> Summary:
    return add_to_files(lint(folder, **changes), str(folder))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    return tmp_path


def silenced(project: Path, code: str) -> str:
    """*code* after two rounds, of which the second has changed nothing and found nothing."""
    file = project / "app.py"
    file.write_bytes(code.encode())
    first = silence(project)
    after = file.read_bytes()

    assert (first.left, first.failures) == ((), ())
    assert lint(project) == ()
    assert silence(project) == Summary(0, 0, (), ())
    assert file.read_bytes() == after
    return after.decode()


@pytest.mark.parametrize(
    ("line", "after"),
    [
        (f"def f(): return {CALL}", f"def f(): return {CALL}  # noqa: TGS101"),
        (f"client = {CALL}", f"client = {CALL}  # noqa: TGS101, TGS301"),
        (f"def f(): return {CALL}   \t", f"def f(): return {CALL}  # noqa: TGS101"),
        (f"def f(): return {CALL}  # opens it", f"def f(): return {CALL}  # opens it  # noqa: TGS101"),
        (f"def f(): return {CALL}  # noqa: E501", f"def f(): return {CALL}  # noqa: E501, TGS101"),
        (f"def f(): return {CALL}  #NOQA:E501,W291 long", f"def f(): return {CALL}  #NOQA:E501,W291, TGS101 long"),
        (f"client = {CALL}  # noqa: TGS301", f"client = {CALL}  # noqa: TGS301, TGS101"),
        (f"def f(): return {CALL}  # type: ignore[call]", f"def f(): return {CALL}  # type: ignore[call]  # noqa: TGS101"),
        (
            f"client = {CALL}  # tgsession-lint: ignore[TGS301] one process",
            f"client = {CALL}  # tgsession-lint: ignore[TGS301, TGS101] one process",
        ),
        (f'client = {CALL[:-4]}"#b")', f'client = {CALL[:-4]}"#b")  # noqa: TGS101, TGS301'),
    ],
)
def test_comment_goes_to_the_line_or_into_the_comment_that_is_there(project: Path, line: str, after: str) -> None:
    assert silenced(project, f"{IMPORT}{line}\n") == f"{IMPORT}{after}\n"


@pytest.mark.parametrize(
    ("code", "after"),
    [
        (
            'def f():\n    return TelegramClient(\n        "a", 1, "b"\n    )\n',
            'def f():\n    return TelegramClient(  # noqa: TGS101\n        "a", 1, "b"\n    )\n',
        ),
        (
            'def f():\n    return TelegramClient("""a\nb""", 1, "b")\n',
            'def f():\n    return TelegramClient("""a\nb""", 1, "b")  # noqa: TGS101\n',
        ),
        (
            'def f():\n    return TelegramClient("a", \\\n        1, "b")\n',
            'def f():\n    return TelegramClient("a", \\\n        1, "b")  # noqa: TGS101\n',
        ),
        (
            f'def f():\n    return {CALL}, """\n# noqa\n"""\n\n\ndef g():\n    return {CALL}\n',
            None,
        ),
    ],
    ids=["several lines", "string", "backslash", "string after it"],
)
def test_comment_goes_to_the_last_line_where_it_cannot_stand_on_the_first(
    project: Path, code: str, after: str | None
) -> None:
    if after is not None:
        assert silenced(project, IMPORT + code) == IMPORT + after
        return
    (project / "app.py").write_text(IMPORT + code, encoding="utf-8")
    done = silence(project)

    # A comment can stand on neither line of the first finding; the second one is done all the same.
    assert [(finding.location.row, done.added) for finding in done.left] == [(3, 1)]
    assert [finding.location.row for finding in lint(project)] == [3]


@pytest.mark.parametrize("tail", ["", "\n"], ids=["no final newline", "final newline"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_line_ends_stay(project: Path, newline: str, tail: str) -> None:
    code = f"{IMPORT}\nx = '''a\nb'''\nclient = {CALL}{tail}".replace("\n", newline)

    after = silenced(project, code)

    assert after == code.replace(CALL, f"{CALL}  # noqa: TGS101, TGS301")


def test_mixed_line_ends_and_form_feeds_stay(project: Path) -> None:
    code = f"{IMPORT[:-1]}\r\n\x0c\nclient = {CALL}\r\nname = 'a\x0cb\x1c'\n"

    assert silenced(project, code) == code.replace(CALL, f"{CALL}  # noqa: TGS101, TGS301")


@pytest.mark.parametrize(
    ("head", "encoding", "mark"),
    [("# -*- coding: latin-1 -*-\n", "latin-1", b""), ("", "utf-8", codecs.BOM_UTF8), ("# coding: cp1251\n", "cp1251", b"")],
)
def test_encoding_and_byte_order_mark_stay(project: Path, head: str, encoding: str, mark: bytes) -> None:
    word = "\u0436" if encoding == "cp1251" else "\u00e9"
    code = f"{head}{IMPORT}client = {CALL}; name = '{word}'\n"
    (project / "app.py").write_bytes(mark + code.encode(encoding))

    silence(project)

    expected = mark + code.replace(f"'{word}'", f"'{word}'  # noqa: TGS101, TGS301").encode(encoding)
    assert (project / "app.py").read_bytes() == expected
    assert lint(project) == ()


def test_unused_suppression_and_unreadable_file_get_no_comment(project: Path) -> None:
    (project / "a.py").write_text(f"{IMPORT}x = 1  # noqa: TGS101\n", encoding="utf-8")
    (project / "b.py").write_text(f"{IMPORT}def f(:\n", encoding="utf-8")
    before = [(project / name).read_bytes() for name in ("a.py", "b.py")]

    done = silence(project)

    assert (sorted(finding.code for finding in done.left), done.added, done.failures) == (["TGS901", "TGS902"], 0, ())
    assert [(project / name).read_bytes() for name in ("a.py", "b.py")] == before


def test_read_only_file_is_left_and_the_others_are_done(project: Path) -> None:
    for name in ("a.py", "b.py", "c.py"):
        (project / name).write_text(f"{IMPORT}client = {CALL}\n", encoding="utf-8")
    (project / "b.py").chmod(0o444)

    done = silence(project)

    assert [failure.path for failure in done.failures] == ["b.py"]
    assert {finding.path for finding in done.left} == {finding.path for finding in lint(project)} == {"b.py"}
    assert (done.added, done.files) == (4, 2)


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_mode_of_the_file_stays(project: Path) -> None:
    file = project / "app.py"
    file.write_text(f"#!/usr/bin/env python3\n{IMPORT}client = {CALL}\n", encoding="utf-8")
    file.chmod(0o751)

    silence(project)

    assert stat.S_IMODE(file.stat().st_mode) == 0o751


def notebook(*sources: str | list[str], **more: Any) -> dict[str, Any]:
    cells = [{"cell_type": "markdown", "metadata": {}, "source": ["# Caf\u00e9 \u2603"]}]
    cells += [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source} for source in sources
    ]
    return {"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5, **more}


BUILDING = [IMPORT, "def f():\n", f"    return {CALL}"]


@pytest.mark.parametrize(
    ("style", "tail"),
    [
        ({"indent": 1, "ensure_ascii": False}, "\n"),
        ({"indent": 4, "ensure_ascii": True}, ""),
        ({"indent": "\t", "ensure_ascii": False}, "\n\n"),
        ({"separators": (",", ":")}, ""),
        ({}, "\n"),
    ],
)
@pytest.mark.parametrize("source", [BUILDING, "".join(BUILDING)], ids=["lines", "text"])
def test_notebook_keeps_its_layout(project: Path, style: dict[str, Any], tail: str, source: str | list[str]) -> None:
    before = json.dumps(notebook("%matplotlib inline\n!ls 'x\n", source), **style) + tail
    (project / "a.ipynb").write_bytes(before.encode())

    done = silence(project)

    literal = json.dumps(CALL)[1:-1]
    assert (project / "a.ipynb").read_bytes().decode() == before.replace(literal, f"{literal}  # noqa: TGS101")
    assert (done.added, lint(project)) == (1, ())


def test_notebook_with_windows_line_ends_keeps_them(project: Path) -> None:
    before = (json.dumps(notebook(BUILDING), indent=1) + "\n").replace("\n", "\r\n").encode()
    (project / "a.ipynb").write_bytes(before)

    silence(project)

    literal = json.dumps(CALL)[1:-1].encode()
    assert (project / "a.ipynb").read_bytes() == before.replace(literal, literal + b"  # noqa: TGS101")


def test_notebook_that_no_program_lays_out_so_is_left_as_it_is(project: Path) -> None:
    before = json.dumps(notebook(BUILDING), indent=1).replace('"nbformat": 4', '"nbformat":   4').encode()
    (project / "a.ipynb").write_bytes(before)

    done = silence(project)

    assert (project / "a.ipynb").read_bytes() == before
    assert [(failure.path, "save it there once" in failure.message) for failure in done.failures] == [("a.ipynb", True)]


def test_file_that_cannot_be_decoded_is_not_touched() -> None:
    with pytest.raises(NotEditableError):
        add_noqa(b"# coding: no-such-codec\nx = 1\n", "a.py", [Finding("a.py", Position(2, 1), Position(2, 2), "TGS101", "", "")])


PIECES = st.sampled_from(
    [
        "x = 1",
        "name = 'a # b'",
        'text = """one',
        '# two"""',
        "rows = [",
        "    1,  # one",
        "]",
        "y = 1 + \\",
        "    2",
        "z = f'{x}#{y!r:>{x}}'",
        "# a comment",
        "def f():",
        "    return g  # noqa: E501",
        "",
        "s = r'\\'",
    ]
)


@given(st.lists(PIECES, min_size=1, max_size=12), st.data())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_code_means_what_it_meant_whatever_the_rows(pieces: list[str], data: st.DataObject) -> None:
    code = "\n".join(pieces) + "\n"
    try:
        before = ast.dump(ast.parse(code))
    except SyntaxError:
        return
    rows = data.draw(st.lists(st.integers(1, len(pieces)), min_size=1, max_size=4, unique=True))
    found = [Finding("a.py", Position(row, 1), Position(row, 2), "TGS101", "a-rule", "a message") for row in rows]

    done = add_noqa(code.encode(), "a.py", found)

    assert ast.dump(ast.parse(done.data)) == before
    assert done.data.count(b"TGS101") == done.added == len(found) - len(done.left)
