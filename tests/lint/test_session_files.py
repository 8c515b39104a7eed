"""The hook refuses what logs in to an account, and lets everything else through."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.lint.sessions import key, pyrogram_string, telethon_file, telethon_string
from tgsession_lint.session_files import main

PYROGRAM_SCHEMA = """
create table sessions (dc_id integer primary key, api_id integer, test_mode integer, auth_key blob,
                       date integer not null, user_id integer, is_bot integer);
create table version (number integer primary key);
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, where no setting of the person's own git counts."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def database(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


def write(name: str, content: str | bytes) -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def test_telethon_session_file_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    telethon_file(folder / "bot")

    assert main(["bot.session"]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "bot.session: Telethon session file"
    assert out[1].startswith("  why:  ")
    assert out[2].startswith("  hint: `git rm --cached bot.session`")
    assert "Telegram > Settings > Devices" in out[2]


@pytest.mark.parametrize("name", ["data.db", "notes.txt", "bot.session.bak", "with space", "50%#?.sqlite"])
def test_renamed_telethon_session_file_is_refused(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    telethon_file(folder / "bot").rename(name)

    assert main([name]) == 1
    assert capsys.readouterr().out.startswith(f"{name}: Telethon session file\n")


@pytest.mark.parametrize("name", ["bot.session", "backup.sqlite3"])
def test_pyrogram_session_file_is_refused(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database(folder / name, PYROGRAM_SCHEMA)

    assert main([name]) == 1
    assert capsys.readouterr().out.startswith(f"{name}: Pyrogram session file\n")


def test_session_table_among_many_others_is_found(folder: Path) -> None:
    others = "".join(f"create table t{n} (a_rather_long_name_of_a_column_{n} text);" for n in range(2000))
    database(folder / "app.db", "pragma page_size = 512; pragma encoding = 'UTF-16le';" + others + PYROGRAM_SCHEMA)

    assert main(["app.db"]) == 1


def test_session_in_use_is_refused_without_waiting_for_it(folder: Path) -> None:
    telethon_file(folder / "bot")
    with closing(sqlite3.connect("bot.session", isolation_level=None)) as connection:
        connection.execute("begin exclusive")

        assert main(["bot.session"]) == 1
        assert connection.in_transaction


def test_looking_at_a_session_leaves_no_trace(folder: Path) -> None:
    telethon_file(folder / "bot")
    with closing(sqlite3.connect("bot.session")) as connection:
        connection.execute("pragma journal_mode = wal")
    content, names = Path("bot.session").read_bytes(), {*os.listdir()}

    main(["bot.session"])

    assert Path("bot.session").read_bytes() == content
    assert {*os.listdir()} == names


@pytest.mark.parametrize("left", [100, 5000, 9000])
def test_session_cut_short_is_refused_by_its_name(left: int, folder: Path) -> None:
    os.truncate(telethon_file(folder / "bot"), left)

    assert main(["bot.session"]) == 1


def test_renamed_session_cut_short_is_refused(folder: Path) -> None:
    path = telethon_file(folder / "bot").rename("old.db")
    os.truncate(path, 5000)

    assert main(["old.db"]) == 1


def test_garbage_behind_the_header_of_a_database_crashes_nothing() -> None:
    write("broken.db", b"SQLite format 3\0" + key(1) * 40)

    assert main(["broken.db"]) == 0


def test_database_without_a_key_is_let_through(folder: Path) -> None:
    database(folder / "app.db", "create table users (id integer); create table sessions (id text, data blob);")

    assert main(["app.db"]) == 0


@pytest.mark.parametrize("suffix", ["-journal", "-wal", "-shm"])
def test_companions_of_a_session_are_refused(suffix: str) -> None:
    write(f"bot.session{suffix}", b"")

    assert main([f"bot.session{suffix}"]) == 1


def test_renamed_journal_that_names_the_key_is_refused(folder: Path) -> None:
    telethon_file(folder / "bot")
    with closing(sqlite3.connect("bot.session", isolation_level=None)) as connection:
        connection.executescript("begin; alter table entities add column more; ")
        connection.execute("pragma cache_size = 1")
        connection.execute("create table t as select randomblob(100000) as it")
        write("copied", Path("bot.session-journal").read_bytes().ljust(512, b"\0"))

    content = Path("copied").read_bytes()
    assert content.startswith(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7")
    assert main(["copied"]) == 1


def test_empty_session_file_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    write("bot.session", b"")

    assert main(["bot.session"]) == 1
    assert "empty until the first login fills it" in capsys.readouterr().out


@pytest.mark.parametrize(
    "content",
    [key(1), b"SQLite format 3\0", b'{"dc_id": 2, "auth_key": "' + b"Zm9v" * 86 + b'"}', key(2).hex().encode()],
    ids=["binary", "header", "json", "hex"],
)
def test_session_by_name_that_may_hold_a_key_is_refused(content: bytes) -> None:
    write("bot.SESSION", content)

    assert main(["bot.SESSION"]) == 1


@pytest.mark.parametrize(
    "content",
    [
        "[GNOME Session]\nName=GNOME\nRequiredComponents=org.gnome.Shell;\n",
        "let SessionLoad = 1\ncd ~/projects/app\nbadd +1 app/main.py\n",
        "new-session -s work\nsplit-window -h\n",
    ],
    ids=["gnome", "vim", "tmux"],
)
def test_session_file_of_another_tool_is_let_through(content: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("work.session", content)

    assert main(["work.session"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("name", "template"),
    [
        (".env", "API_ID=1\nSESSION={}\n"),
        ("conf/app.yaml", "telegram:\n  session: {}\n"),
        ("conf.json", '{{\n"session": "{}"}}'),
        ("app.py", 'from x import y\nclient = TelegramClient(StringSession("{}"), 1, "")\n'),
        ("book.ipynb", '{{"cells": [\n{{"outputs": ["Your session:\\n{}\\n"]}}]}}'),
        ("README.md", "Use\r\n`{}`.\r\n"),
        ("bot.session", "\n{}"),
        ("Makefile", "\nrun:; ./run --session={} --now"),
        ("no-suffix", "\n{}"),
    ],
)
@pytest.mark.parametrize("string", [telethon_string(), pyrogram_string()], ids=["telethon", "pyrogram"])
def test_session_string_in_a_text_file_is_refused_and_not_shown(
    name: str, template: str, string: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(name, template.format(string))

    assert main([name]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    if name != "bot.session":
        kind = "Telethon" if string == telethon_string() else "Pyrogram"
        assert out.startswith(f"{name}:2: {kind} session string\n  why:  ")
    assert not any(string[at : at + 8] in out for at in range(len(string) - 8))


def test_each_string_of_a_file_is_named_once_with_one_reason(capsys: pytest.CaptureFixture[str]) -> None:
    write("a.py", f"A = '{telethon_string(1)}'\n\nB = '{pyrogram_string(2)}'\n")

    main(["a.py"])

    out = capsys.readouterr().out.splitlines()
    assert out[:2] == ["a.py:1: Telethon session string", "a.py:3: Pyrogram session string"]
    assert [line[:8] for line in out[2:]] == ["  why:  ", "  hint: "]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_encoding_hides_no_string(encoding: str, capsys: pytest.CaptureFixture[str]) -> None:
    mark = "\ufeff" if encoding in {"utf-16-le", "utf-16-be"} else ""
    write(".env", f"{mark}# caf\xe9\nSESSION={telethon_string()}\n".encode(encoding))

    assert main([".env"]) == 1
    assert capsys.readouterr().out.startswith(".env:2: ")


@pytest.mark.parametrize("before", [2**20 - 400, 2**20 - 1, 2**20, 2**20 + 1, 3 * 2**20 - 200, 2**22])
def test_string_anywhere_in_a_large_file_is_found_once(before: int, capsys: pytest.CaptureFixture[str]) -> None:
    rows = before // 16
    filling = b"0123456789abcde\n" * rows + b" " * (before % 16)
    write("dump.sql", filling + telethon_string().encode() + b"\n" + filling)

    assert main(["dump.sql"]) == 1
    out = capsys.readouterr().out
    assert out.startswith(f"dump.sql:{rows + 1}: ")
    assert out.count("dump.sql:") == 1


@pytest.mark.parametrize("shift", [*range(-3, 4), 350, 353])
def test_no_edge_of_a_piece_makes_a_string_of_a_longer_run(shift: int) -> None:
    # A run that a reader in pieces of 2**20 bytes could take for a string, were it to forget what is around it.
    filling = b"." * (2**20 - 353 - shift)
    write("data.txt", filling + telethon_string().rstrip("=").encode() + b"a" * 2**20)

    assert main(["data.txt"]) == 0


@pytest.mark.parametrize("shift", range(-2, 3))
def test_no_beginning_of_a_piece_makes_a_string_of_a_longer_run(shift: int) -> None:
    # 2**13 bytes are read again with the next piece.
    cut = 2**20 - 2**13 + shift
    write("data.txt", b"." * (cut - 50) + b"a" * 50 + telethon_string().encode() + b"." * 2**20)

    assert main(["data.txt"]) == 0


def test_binary_file_is_let_through() -> None:
    write("image.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + telethon_string().encode())

    assert main(["image.png"]) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links and named pipes")
def test_links_and_special_files_are_let_through(folder: Path) -> None:
    telethon_file(folder / "bot")
    os.symlink("bot.session", "link.session")
    os.symlink("nowhere", "broken.session")
    os.mkfifo("pipe.session")

    assert main(["link.session", "broken.session", "pipe.session"]) == 0


def test_clean_files_say_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    names = [write("a.py", "x = 1\n"), write("empty", ""), write("sub/b.md", "Text\n")]

    assert main(names) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("pattern", "code"),
    [("tests/*", 0), ("tests/data/known.txt", 0), ("known.*", 0), ("*.session", 1), ("data/*", 1), ("TESTS/*", 1)],
)
def test_allowed_files_are_let_through(pattern: str, code: int) -> None:
    name = write("tests/data/known.txt", telethon_string())

    assert main(["--allow", pattern, name]) == code
    assert main([f"--allow={pattern}", f"./{name}"]) == code


def test_allowing_one_file_does_not_allow_the_next() -> None:
    names = [write("a.txt", telethon_string()), write("b.txt", telethon_string())]

    assert main(["--allow", "a.txt", *names]) == 1
    assert main(["--allow", "a.txt", "--allow", "b.txt", *names]) == 0


def test_all_looks_at_what_git_tracks_from_any_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write("caf\xe9 \u2192.txt", telethon_string(1))
    write("sub/deep/a.txt", "clean\n")
    write("gone.session", "")
    telethon_file(folder / "untracked")
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "add", "--", "caf\xe9 \u2192.txt", "sub", "gone.session"], check=True)
    os.remove("gone.session")
    monkeypatch.chdir("sub")

    assert main(["--all"]) == 1
    out = capsys.readouterr().out
    assert out.count("  why:") == 1
    assert "caf\xe9 \u2192.txt:1: Telethon session string" in out


def test_all_outside_a_checkout_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--all"]) == 2
    assert capsys.readouterr().err.startswith("error: git cannot list its files: fatal: not a git repository")


@pytest.mark.parametrize("arguments", [[], ["--allow", "x"], ["--unknown", "file"], ["missing.txt"], ["."]])
def test_wrong_use_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "error: " in capsys.readouterr().err


def test_help_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "--allow PATTERN" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a file that we may not read")
def test_unreadable_file_is_not_taken_for_clean(capsys: pytest.CaptureFixture[str]) -> None:
    os.chmod(write("secret.txt", telethon_string()), 0)

    assert main(["secret.txt"]) == 2
    assert "Permission denied" in capsys.readouterr().err
    os.chmod("secret.txt", stat.S_IRWXU)


def test_one_bad_file_does_not_hide_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    name = write("a.txt", telethon_string())

    assert main(["missing.txt", name]) == 2
    assert "a.txt:1: Telethon session string" in capsys.readouterr().out


def test_our_own_fault_names_the_file_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [write("a.txt", telethon_string()), write("b.session-wal", b"")]

    def failing(text: bytes) -> None:
        raise ValueError(text)

    monkeypatch.setattr("tgsession_lint.session_strings.find", failing)

    assert main(names) == 3
    out, err = capsys.readouterr()
    assert err.startswith("error: `a.txt`: internal error, ValueError\n")
    assert "b.session-wal: journal of a session file" in out
    assert telethon_string()[:8] not in out + err


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take no such names")
def test_name_that_is_no_text_is_shown_on_one_line() -> None:
    name = b"a\n\xff.session"
    Path(os.fsdecode(name)).write_bytes(b"")

    run = subprocess.run(
        [sys.executable, "-m", "tgsession_lint.session_files", name],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )

    assert run.returncode == 1
    assert run.stdout.startswith(rb"a\n\udcff.session: session file")
    assert run.stderr == b""


def test_clean_run_loads_nothing_heavy() -> None:
    name = write("a.py", "x = 1\n")
    code = f"import sys; from tgsession_lint.session_files import main; main([{name!r}]); print(*sys.modules)"

    run = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        check=True,
        text=True,
    )

    heavy = {"argparse", "click", "dataclasses", "json", "libcst", "pathlib", "pathspec", "sqlite3", "subprocess"}
    assert heavy.isdisjoint(run.stdout.split())
