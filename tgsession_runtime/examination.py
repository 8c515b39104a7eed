"""What `doctor` looks at: each thing with its state and, where it is not in order, what to do."""

from __future__ import annotations

import ctypes
import os
import platform
import secrets
import shutil
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import metadata
from typing import TYPE_CHECKING, Literal

from tgsession_runtime import backups, records, session_files, tombstones
from tgsession_runtime.errors import ConfigurationError, SessionUnreadableError, StateFolderError, StoreError, quoted
from tgsession_runtime.holder import liveness
from tgsession_runtime.server_time import PRODUCTION, clock_offset
from tgsession_runtime.session import SUFFIX, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tgsession_runtime.check import Surroundings
    from tgsession_runtime.config import Settings
    from tgsession_runtime.leasing import Leasing
    from tgsession_runtime.session import SessionName
    from tgsession_runtime.state import State

_LEAST_TELETHON = (1, 36)
# Telethon drops messages from 30 s behind the server on (telethon/network/mtprotostate.py); half of that is time to act.
_CLOCK_OFF, _CLOCK_WRONG = 15.0, 30.0
_ONLINE = 5.0  # seconds that Telegram gets to answer
_ROOM = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    state: Literal["ok", "note", "bad"]
    message: str
    hint: str = ""


def examine(settings: Settings, names: Sequence[SessionName], around: Surroundings, *, online: bool = False) -> Iterator[Finding]:
    """Everything there is to look at, in the order in which it matters; *online* Telegram is asked for its time, too."""
    yield from _versions()
    yield from _clock()
    if online:
        yield _telegrams_clock(names)
    yield from _configuration(settings)
    yield from _state_folder(around.state)
    yield from _lease_store(around.leasing)
    for name in names:
        yield from _session(name, around.state)
    yield from _leftovers(settings.project, names)


def _versions() -> Iterator[Finding]:
    yield Finding("python", "ok", f"{platform.python_implementation()} {platform.python_version()} on {platform.system()}")
    found = _version("telethon")
    if found is None:
        yield Finding("telethon", "bad", "not installed here", 'install it: `pip install "tgsession-guard[telethon]"`')
    elif tuple(int(part) for part in found.split(".")[:2] if part.isdigit()) < _LEAST_TELETHON:
        yield Finding("telethon", "bad", f"{found} is older than what the guard is proven with", "`pip install --upgrade telethon`")
    else:
        yield Finding("telethon", "ok", found)
        if _version("cryptg") is None:
            yield Finding("cryptg", "note", "not installed: Telethon encrypts in Python, slowly", "`pip install cryptg`")
    for name in ("celery", "redis", "psycopg"):
        if (version := _version(name)) is not None:
            yield Finding(name, "ok", version)


def _clock() -> Iterator[Finding]:
    """Whether the system's clock is kept in step; Linux tells, and nothing is sent anywhere."""
    state = _kernel_clock()
    if state is None:
        yield Finding("clock", "ok", "this system does not tell whether it is kept in step")
        return
    in_step, error = state
    if in_step and error < _CLOCK_OFF:
        yield Finding("clock", "ok", f"kept in step, off by at most {error:.1f} s")
    else:
        yield Finding(
            "clock", "note", "nothing keeps it in step with the world's; from 30 s on Telethon drops messages",
            "run chrony, ntpd or systemd-timesyncd; in a container, on its host",
        )  # fmt: skip


def _telegrams_clock(names: Sequence[SessionName]) -> Finding:
    """How far the clock is from Telegram's, by one packet that needs no login and uses no session."""
    homes = [home[1:] for name in names if name.path is not None and (home := session_files.data_centre(name.path)) is not None]
    address = homes[0] if homes else PRODUCTION
    where = f"`{address[0]}:{address[1]}`"
    try:
        ahead, error = clock_offset(address, _ONLINE)
    except OSError as refused:
        message = f"Telegram at {where} gave no time: {refused.strerror or refused}"
        return Finding("clock", "note", message, "look at the network and the firewall; a proxy is not used for this question")
    message = f"{abs(ahead):.1f} s {'ahead of' if ahead >= 0 else 'behind'} Telegram's at {where}, give or take {error:.1f} s"
    if abs(ahead) - error < _CLOCK_OFF:
        return Finding("clock", "ok", message)
    state: Literal["note", "bad"] = "bad" if abs(ahead) - error >= _CLOCK_WRONG else "note"
    hint = "set it, and keep it in step with chrony, ntpd or systemd-timesyncd: `timedatectl set-ntp true`; in a container, on its host"
    return Finding("clock", state, f"{message}; from {_CLOCK_WRONG:.0f} s on Telethon drops messages", hint)


def _configuration(settings: Settings) -> Iterator[Finding]:
    given = {name: where for name, where in settings.origins.items() if where != "default"}
    shown = ", ".join(f"{name} from {where}" for name, where in sorted(given.items())) or "only defaults"
    yield Finding("configuration", "ok", shown)
    for name in ("api_id", "api_hash"):
        if name not in given:
            hint = f"`TGSESSION_{name.upper()}`, or pass it as an argument"
            yield Finding(name, "note", "not configured: each program has to pass it itself", hint)


def _state_folder(state: State) -> Iterator[Finding]:
    try:
        folder = state.workers().parent
        trial = folder / f".doctor-{secrets.token_hex(4)}"
        trial.touch(mode=0o600)
        trial.unlink()
    except (StateFolderError, OSError) as error:
        yield Finding("state folder", "bad", f"`{state.root}` cannot be written: {error}", StateFolderError.hint)
        return
    if os.name == "posix" and stat.S_IMODE(folder.stat().st_mode) & 0o077:
        yield Finding("state folder", "note", f"others may look into `{folder}`", f"`chmod 700 {quoted(str(folder))}`")
    if kind := session_files.network_file_system(folder):
        yield Finding("state folder", "bad", f"`{folder}` is on {kind}, where locks may not hold", StateFolderError.hint)
    elif _is_fleeting(folder):
        yield Finding(
            "state folder", "note", f"`{folder}` is lost with this container or the next start: so is what is known of dead keys",
            "set `TGSESSION_STATE_DIR` to a folder that stays",
        )  # fmt: skip
    else:
        yield Finding("state folder", "ok", f"`{folder}`")


def _session(name: SessionName, state: State) -> Iterator[Finding]:
    path, subject = name.path, f"session `{name.label}`"
    if path is None:
        yield from _login(name, state)
        yield Finding(subject, "ok", "a session string, kept in no file")
        return
    if not os.path.exists(path):
        yield Finding(subject, "note", "there is no file", f"log in: `tgsession-guard auth {quoted(name.label)}`")
        return
    try:
        file = read(path, name.label)
    except SessionUnreadableError as error:
        yield Finding(subject, "bad", str(error.reason), error.hint)
        return
    newest = session_files.newest_schema()
    if file.schema > newest:
        yield Finding(subject, "bad", f"layout {file.schema}, the installed Telethon reads up to {newest}", "upgrade Telethon here: `pip install --upgrade telethon`")
    elif file.schema < newest:
        message = f"layout {file.schema}: the next use upgrades it to {newest}, and an older Telethon cannot read it then"
        yield Finding(subject, "note", message, f"back it up first: `tgsession-guard backup {quoted(name.label)}`")
    if mode := session_files.mode_of(path) & 0o077:
        yield Finding(subject, "note", f"others may read it (mode …{mode:03o})", f"`chmod 600 {quoted(str(path))}`")
    if kind := session_files.network_file_system(path):
        yield Finding(subject, "bad", f"it is on {kind}, where locks may not keep other hosts out", "keep it on a local disk")
    if shutil.disk_usage(path.parent).free < _ROOM:
        yield Finding(subject, "bad", "the disk is nearly full: what Telethon learns cannot be saved", "make room")
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        yield Finding(subject, "bad", "this user may not write the file or its folder", "run as the user that owns them")
    yield from _login(replace(name, key_id=file.key_id), state)
    yield Finding(subject, "ok", f"layout {file.schema}")


def _login(name: SessionName, state: State) -> Iterator[Finding]:
    with suppress(StateFolderError):  # which is a finding of its own
        if tombstones.read(name, state) is None:
            return
        more = "`tgsession-guard check`" if name.path is None else f"`tgsession-guard check {quoted(name.label)}`"
        yield Finding(f"session `{name.label}`", "note", "Telegram has ended its login", f"{more} says more")


def _lease_store(leasing: Leasing | None) -> Iterator[Finding]:
    """Whether the store of the leases can be asked; nothing is written there."""
    if leasing is None:
        return
    try:
        leasing.read("0" * 16)
    except (StoreError, ConfigurationError) as error:
        yield Finding("lease store", "bad", str(error), error.hint)
    else:
        yield Finding("lease store", "ok", leasing.address)


def _leftovers(project: Path, names: Sequence[SessionName]) -> Iterator[Finding]:
    for name in names:
        path, lock = name.path, name.lock_path
        if path is None or lock is None:
            continue
        journal = path.with_name(path.name + "-journal")
        if journal.exists() and records.is_surely_free(lock):
            yield Finding("leftover", "note", f"`{journal}`: the last user was killed in mid-write", "leave it: the next user needs it")
        record = records.read_record(lock)
        if record is not None and record.state == "holding" and records.is_surely_free(lock) and liveness(record) == "gone":
            yield Finding("leftover", "note", f"`{lock}`: {record} did not release it", "nothing to do: the kernel has freed it")
    folders = sorted({project, *(name.path.parent for name in names if name.path is not None)})
    for path in (one for folder in folders for one in folder.glob(".*.new*") if session_files.UNFINISHED.fullmatch(one.name)):
        hint = f"delete it, unless such a command is running now: `rm {quoted(str(path))}`"
        yield Finding("leftover", "note", f"`{path}`: `auth`, `import`, `restore` or `backup` was killed; it may hold a login", hint)
    for pattern in (f"*{SUFFIX}.aside-*", f"*{SUFFIX}.backup-*"):
        kept = [path for folder in folders for path in folder.glob(pattern) if not path.name.endswith(backups.COMPANIONS)]
        if kept:
            what = ", ".join(f"`{path.name}`" for path in sorted(kept)[:3]) + (f" and {len(kept) - 3} more" if len(kept) > 3 else "")
            yield Finding("leftover", "note", f"copies of logins: {what}", "delete those that you need no more: each is a login")


def _version(name: str) -> str | None:
    with suppress(metadata.PackageNotFoundError):
        return metadata.version(name)
    return None


def _is_fleeting(folder: Path) -> bool:
    """Whether *folder* is in memory or in a container's own layer."""
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
            mounts = [line.split(" ") for line in file]
    except OSError:
        return False
    best = max((one for one in mounts if f"{folder}/".startswith(one[4].rstrip("/") + "/")), key=lambda one: len(one[4]), default=None)
    return best is not None and best[best.index("-") + 1] in {"tmpfs", "ramfs", "overlay"}


def _kernel_clock() -> tuple[bool, float] | None:
    """Whether the clock is kept in step, and its greatest error in seconds. Source: adjtimex(2)."""
    if sys.platform != "linux":
        return None
    try:
        call = ctypes.CDLL(None, use_errno=True).adjtimex
        buffer = (ctypes.c_long * 64)()
        state = call(ctypes.byref(buffer))
    except (OSError, AttributeError):
        return None
    # struct timex: modes, offset, freq, maxerror (microseconds), …; with longs the first int fills a whole one.
    return (state != 5, buffer[3] / 1e6) if state >= 0 else None
