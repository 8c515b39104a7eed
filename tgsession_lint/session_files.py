"""The command `tgsession-no-session-files`: refuses to commit what logs in to a Telegram account.

It looks at what is in a file, and at its name only where the content does not tell. Nothing that
it prints holds any part of a secret. It reads the working tree: pre-commit has put aside what is
not staged by the time a hook runs.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from tgsession_lint import session_strings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CLEAN, FOUND, WRONG_USE, OUR_FAULT = range(4)

_SQLITE = b"SQLite format 3\0"
# Both hold pages of the database: its rollback journal, and its write-ahead log in either byte order.
_JOURNALS = (b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_COMPANIONS = (".session-journal", ".session-wal", ".session-shm")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_HEAD = 1 << 16
_PIECE = 1 << 20
_OVERLAP = 1 << 13  # more than the longest session string takes when it is wrapped over lines


class Options(NamedTuple):
    """What the command line asks for: files by name, all that git tracks, patterns of files to let through."""

    files: Sequence[str]
    all: bool = False
    allow: Sequence[str] = ()


class Secret(NamedTuple):
    """What must not be committed: the line it is on, None where it is the whole file, and what it is."""

    line: int | None
    what: str


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command: 0 nothing found, 1 something to keep out, 2 wrong use, 3 our own fault."""
    try:
        options = _options(sys.argv[1:] if argv is None else argv)
    except SystemExit as end:  # argparse has said why
        return WRONG_USE if end.code else CLEAN
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a file may have a name that the terminal cannot show
            stream.reconfigure(errors="backslashreplace")
    try:
        paths = [*options.files, *(_tracked() if options.all else ())]
    except OSError as error:
        _complain(f"git cannot list its files: {error}", "`--all` looks at the files that git tracks")
        return WRONG_USE
    return max((_judge(path) for path in dict.fromkeys(paths) if not _allowed(path, options.allow)), default=CLEAN)


def inspect(path: str) -> Iterator[Secret]:
    """What in the file at *path* logs in to an account; nothing for symbolic links and special files.

    Raises:
        OSError: the file cannot be read, or is a folder.
    """
    mode = os.lstat(path).st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(mode):
        return  # git stores where a link leads, not what is there
    with open(path, "rb") as stream:
        head = stream.read(_HEAD)
        stream.seek(0)
        if whole := _whole_file(path, head):
            yield Secret(None, whole)
        elif head.startswith(_UTF16) or b"\0" not in head:
            yield from _in_text(stream, drop_nulls=head.startswith(_UTF16))


def _whole_file(path: str, head: bytes) -> str | None:
    """What the file is as a whole, if it is a session."""
    name = path.lower()
    if name.endswith(_COMPANIONS):
        return "journal of a session file"
    if head.startswith(_SQLITE) and (schema := _session_schema(path, head)):
        return f"{'Pyrogram' if b'test_mode' in schema.lower() else 'Telethon'} session file"
    if head.startswith(_JOURNALS) and _names_a_key(head):
        return "journal of a session file"
    if name.endswith(".session") and not _foreign_text(head):
        return "session file by its name" if head else "session file, empty until the first login fills it"
    return None


def _session_schema(path: str, head: bytes) -> bytes | None:
    """How the SQLite database at *path* describes the table that holds an auth key, if it has one."""
    try:
        import sqlite3
    except ImportError:  # a Python built without it
        return head if _names_a_key(head) else None
    from contextlib import closing
    from pathlib import Path

    # Immutable: no lock is taken or waited for, no journal read, nothing written beside the file.
    uri = Path(path).absolute().as_uri() + "?mode=ro&immutable=1"
    query = "select sql from sqlite_master where type = 'table' and sql like '%dc_id%' and sql like '%auth_key%'"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as database:
            database.text_factory = bytes
            row = database.execute(query).fetchone()
    except sqlite3.Error:  # cut short, or written to at this moment
        return head if _names_a_key(head) else None
    return bytes(row[0]) if row else None


def _names_a_key(pages: bytes) -> bool:
    lower = pages.lower()
    return b"auth_key" in lower and b"dc_id" in lower


def _foreign_text(head: bytes) -> bool:
    """Whether this is text in which nothing is long enough to be a key: GNOME has `.session` files too."""
    import re

    return bool(head) and b"\0" not in head and not re.search(rb"[A-Za-z0-9+/_=-]{100}", head)


def _in_text(stream: BinaryIO, *, drop_nulls: bool) -> Iterator[Secret]:
    """Session strings in a text of any length, read in pieces that overlap."""
    line, beginning, window, seen = 1, True, b"", 0
    while True:
        piece = stream.read(_PIECE)
        last = len(piece) < _PIECE
        # Enough for UTF-16, as PowerShell's `>` writes it: secrets and line ends are ASCII.
        window += piece.replace(b"\0", b"") if drop_nulls else piece
        for kind, start, end in session_strings.find(window):
            whole = (beginning or start > 0) and (last or end < len(window))
            if whole and start >= seen:
                yield Secret(line + window.count(b"\n", 0, start), f"{kind.capitalize()} session string")
                seen = end
        if last:
            return
        cut = max(0, len(window) - _OVERLAP)
        line += window.count(b"\n", 0, cut)
        beginning, window, seen = beginning and not cut, window[cut:], max(0, seen - cut)


def _judge(path: str) -> int:
    """Say what is wrong with the file at *path*, and give the exit code that it calls for."""
    try:
        secrets = [*inspect(path)]
    except OSError as error:
        _complain(f"`{_shown(path)}` cannot be read: {error.strerror}", "name files that exist, or `--allow` this one")
        return WRONG_USE
    except Exception as error:
        # The message of an exception may quote what was read.
        _complain(f"`{_shown(path)}`: internal error, {type(error).__name__}", "report it, without the file")
        return OUR_FAULT
    if secrets:
        print(_report(_shown(path), secrets))
    return FOUND if secrets else CLEAN


def _report(path: str, secrets: Sequence[Secret]) -> str:
    """A line for each secret, then why it matters and what to do."""
    if secrets[0].line is None or os.path.basename(path).startswith(".env"):
        remedy = f"`git rm --cached {_quoted(path)}` and add it to .gitignore"
    else:
        remedy = "move it to the environment, or to a file that git ignores"
    return "\n".join(
        (
            *(f"{path}{f':{line}' if line else ''}: {what}" for line, what in secrets),
            "  why:  whoever has it is logged in to the account, without a code or a password",
            f"  hint: {remedy}; if it was ever pushed, end that session in Telegram > Settings > Devices",
        )
    )


def _complain(what: str, hint: str) -> None:
    why = "a file that was not looked at may hold what logs in to an account"
    print(f"error: {what}\nwhy:   {why}\nhint:  {hint}", file=sys.stderr)


def _shown(path: str) -> str:
    """*path* on one line, whatever it is made of."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in path)


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)


def _allowed(path: str, patterns: Sequence[str]) -> bool:
    """Whether a pattern fits the path or its last part; `*` also stands for `/`."""
    if not patterns:
        return False
    from fnmatch import fnmatchcase

    name = os.path.normpath(path).replace(os.sep, "/")
    return any(fnmatchcase(name, pattern) or fnmatchcase(name.rpartition("/")[2], pattern) for pattern in patterns)


def _tracked() -> list[str]:
    """Every file that git tracks in this checkout and that is there, as seen from the working folder."""
    import subprocess

    listed = subprocess.run(["git", "ls-files", "-z", ":/"], capture_output=True, check=False)
    if listed.returncode:
        raise OSError(listed.stderr.decode(errors="replace").partition("\n")[0])
    return [path for path in map(os.fsdecode, listed.stdout.split(b"\0")) if path and os.path.isfile(path)]


def _options(arguments: Sequence[str]) -> Options:
    """What the command line asks for."""
    if arguments and not any(argument.startswith("-") for argument in arguments):
        return Options(files=arguments)  # as pre-commit calls it: the parser alone would take as long as the rest
    import argparse

    parser = argparse.ArgumentParser(
        prog="tgsession-no-session-files",
        description="Refuse to commit Telethon and Pyrogram session files and session strings.",
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="a file to look at; pre-commit names those staged")
    parser.add_argument("--all", action="store_true", help="look at every file that git tracks")
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="PATTERN",
        help="let files through whose path or name fits PATTERN, such as `tests/data/*`; may be given again",
    )
    options = parser.parse_args(arguments)
    if not options.files and not options.all:
        parser.error("name files to look at, or give --all")
    return Options(options.files, options.all, options.allow)


if __name__ == "__main__":
    sys.exit(main())
