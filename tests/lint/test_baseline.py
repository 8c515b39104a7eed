"""What a baseline knows again, what it does not, and what it never says."""

from __future__ import annotations

import json
import os
import stat
import string
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lint.sessions import telethon_string
from tgsession_lint import atomic, baseline
from tgsession_lint.baseline import BaselineError, Entry
from tgsession_lint.finding import Finding, Position

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

BUILT = '    client = TelegramClient("alerts", API_ID, API_HASH)'
SOURCE = ("from telethon import TelegramClient", "", "def build():", BUILT, "    return client")


def finding(row: int, *, path: str = "app.py", code: str = "TGS101", cell: int | None = None) -> Finding:
    return Finding(path, Position(row, 14), Position(row, 40), code, "a-rule", "a message", cell=cell)


def entries(findings: Sequence[Finding], source: Sequence[str]) -> list[Entry]:
    return baseline.entries(findings, lambda _: source, lambda path: path)


def applied(
    findings: Sequence[Finding], source: Sequence[str], text: str, judged: Callable[[Entry], bool] = lambda _: True
) -> baseline.Applied:
    found = list(zip(findings, entries(findings, source), strict=True))
    return baseline.apply(found, baseline.read(text), judged)


def test_what_was_written_is_known() -> None:
    found = [finding(4), finding(4, code="TGS301")]
    text = baseline.write(entries(found, SOURCE))

    assert applied(found, SOURCE, text) == baseline.Applied((), 2, 0)


def test_finding_is_known_after_its_line_has_moved_and_was_indented() -> None:
    text = baseline.write(entries([finding(4)], SOURCE))
    later = ("import os", "", *SOURCE[:3], "    if os.sep:", "    " + BUILT.replace(", ", ",  "), SOURCE[4])

    assert applied([finding(7)], later, text) == baseline.Applied((), 1, 0)


@pytest.mark.parametrize(
    "other",
    [finding(4, path="moved.py"), finding(4, code="TGS301"), finding(3)],
    ids=["another file", "another rule", "another line"],
)
def test_finding_elsewhere_is_new_and_the_old_one_is_stale(other: Finding) -> None:
    text = baseline.write(entries([finding(4)], SOURCE))

    assert applied([other], SOURCE, text) == baseline.Applied((other,), 0, 1)


def test_third_equal_line_beside_two_known_ones_is_new() -> None:
    twice = ("a()", BUILT, "b()", BUILT)
    text = baseline.write(entries([finding(2), finding(4)], twice))
    found = [finding(2), finding(4), finding(5)]

    assert applied(found, (*twice, BUILT), text) == baseline.Applied((finding(5),), 2, 0)


def test_cell_of_a_notebook_does_not_matter() -> None:
    text = baseline.write(entries([finding(4, path="a.ipynb", cell=2)], SOURCE))

    assert applied([finding(4, path="a.ipynb", cell=7)], SOURCE, text).matched == 1


def test_only_what_the_run_has_judged_can_be_stale() -> None:
    text = baseline.write(entries([finding(4), finding(4, path="other.py")], SOURCE))

    assert applied([], SOURCE, text, lambda entry: entry.path == "other.py").stale == 1


def test_file_is_sorted_and_has_an_entry_a_line() -> None:
    found = [finding(4, path="b.py"), finding(4, code="TGS301"), finding(4), finding(4)]

    text = baseline.write(entries(found, SOURCE))

    rows = [json.loads(line.strip().rstrip(",")) for line in text.splitlines() if '"path"' in line]
    assert [(row["path"], row["code"], row["count"]) for row in rows] == [
        ("app.py", "TGS101", 2),
        ("app.py", "TGS301", 1),
        ("b.py", "TGS101", 1),
    ]
    assert text == baseline.write(entries(found[::-1], SOURCE))


def test_file_holds_nothing_of_the_source() -> None:
    secret = telethon_string()
    lines = [f'CLIENT = TelegramClient(StringSession("{secret}"), 1, "")']

    text = baseline.write(entries([finding(1, code="TGS401")], lines))

    words = {secret[start : start + 8] for start in range(len(secret) - 8)} | {"TelegramClient", "StringSession"}
    assert [word for word in words if word in text] == []


def test_hash_does_not_tell_one_secret_from_another() -> None:
    first, second = (f'API_HASH = "{digits * 2}"' for digits in ("0123456789abcdef", "fedcba9876543210"))

    one, other = (entries([finding(1, code="TGS401")], [line]) for line in (first, second))

    assert one == other


def test_line_that_is_not_to_be_had_is_no_obstacle() -> None:
    text = baseline.write(entries([finding(99)], ()))

    assert applied([finding(99)], (), text).matched == 1


def test_path_that_is_not_utf8_can_be_written() -> None:
    odd = finding(4, path=os.fsdecode(b"bad-\xff.py"))

    text = baseline.write(entries([odd], SOURCE))

    assert applied([odd], SOURCE, json.dumps(json.loads(text.encode("utf-8")))).matched == 1


@given(st.lists(st.builds(Entry, *[st.text(string.printable + "é\u2028😀", max_size=8)] * 3), max_size=20))
def test_what_is_read_back_is_what_was_written(known: list[Entry]) -> None:
    assert baseline.read(baseline.write(known)) == Counter(known)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "not valid JSON: line 1"),
        ('{\n<<<<<<< ours\n"findings": []}', "not valid JSON: line 2"),
        ("[" * 100_000, "not valid JSON"),
        ("[]", "not a baseline"),
        ('{"name": "package", "version": "1.0"}', "not a baseline"),
        ('{"version": 2, "findings": []}', "format 2"),
        ('{"version": 1, "findings": {"a": 1}}', "without path"),
        ('{"version": 1, "findings": [{"path": "a", "code": "b", "line": 3, "count": 1}]}', "without path"),
        ('{"version": 1, "findings": [{"path": "a", "code": "b", "line": "c", "count": true}]}', "without path"),
        ('{"version": 1, "findings": 3}', "without path"),
    ],
)
def test_broken_or_foreign_file_says_what_is_wrong_and_what_to_do(text: str, what: str) -> None:
    with pytest.raises(BaselineError) as caught:
        baseline.read(text)

    assert what in caught.value.what
    assert (caught.value.why, caught.value.hint) > ("", "")


@given(st.text(max_size=60))
def test_no_text_crashes_the_reader(text: str) -> None:
    try:
        known = baseline.read(text)
    except BaselineError as error:
        known = Counter()
        assert error.hint

    assert known.total() >= 0


def test_windows_line_ends_and_a_byte_order_mark_are_read() -> None:
    text = "\ufeff" + baseline.write(entries([finding(4)], SOURCE)).replace("\n", "\r\n")

    assert applied([finding(4)], SOURCE, text).matched == 1


# the file itself


def test_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    file.write_bytes(b"old")
    file.chmod(0o640)

    atomic.write(str(file), b"new")

    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"new", 0o640)
    assert [path.name for path in tmp_path.iterdir()] == ["known.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="modes of new files are a matter of POSIX")
def test_new_file_has_the_mode_that_the_user_gives_files(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        atomic.write(str(tmp_path / "known.json"), b"new")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "known.json").stat().st_mode) == 0o640


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_bytes(b"old")
    (tmp_path / "link.json").symlink_to("real.json")

    atomic.write(str(tmp_path / "link.json"), b"new")

    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_bytes() == b"new"


def test_read_only_file_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    file.write_bytes(b"old")
    file.chmod(0o444)

    with pytest.raises(PermissionError):
        atomic.write(str(file), b"new")

    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["known.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes in folders")
def test_what_is_no_plain_file_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        atomic.write(str(pipe), b"new")
        got = os.read(reader, 10)
    finally:
        os.close(reader)

    assert (got, stat.S_ISFIFO(pipe.stat().st_mode)) == (b"new", True)
