"""Everything that `tgsession_runtime` raises on purpose.

TgsessionError
├── ConfigurationError         a setting is missing, unknown or cannot be what it is
├── RunningLoopError           `with` where an event loop runs: `async with` is meant
├── StateFolderError           the folder for locks and records cannot be used
├── StoreError                 the place where leases are kept gives no answer
├── LoginError                 nobody can be logged in, and why
├── WorkersError               workers could not be started or stopped as asked
├── FloodError                 Telegram wants to be left alone for a while
├── DiskError                  the disk is full, or this user may not write there
├── CommandError               the program that was to run under a claim cannot be started
└── SessionError               about one session
    ├── SessionInUseError          another process holds it
    │   ├── SessionHeldHereError       this process, or the one it was started by, holds it
    │   └── LeaseHeldError             a process on another host has the lease, or had it and has not released it
    ├── InheritedGuardError        a guard that came along through a fork
    │   └── InheritedClientError       a client that did
    ├── NotLoggedInError           there is no auth key, or nobody is logged in with it
    ├── SessionRevokedError        Telegram has ended its login; only a new one helps
    ├── SessionUnreadableError     the file is damaged, from a newer Telethon, or not ours to read
    │   └── NotASessionError           it is the file of another library
    ├── LockError                  the lock cannot be taken at all, held or not
    ├── EgressError                holders that share it would reach Telegram from two addresses
    ├── NoConnectionError          Telegram did not let us in in time
    ├── WorkersRunningError        workers that do not use the guard are running
    └── ClaimLostError             the claim is gone while the session was in use
        └── LeaseLostError             the lease is

Each says what happened (`str(error)`), why it matters (`why`) and what to do next (`hint`), and has a `code` that stays:
the anchor of its section in `docs/errors.md`. None of them holds a secret.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_runtime.holder import Holder

_REVOKES = "one auth key used from two places at once is revoked for good (AUTH_KEY_DUPLICATED)"


def quoted(word: str) -> str:
    """*word* as it has to be typed into a shell, for commands that messages show."""
    import shlex

    return shlex.quote(word)


def new_login(session: str) -> str:
    """How to log *session* in again; one that is kept in no file is called by its kind and its key."""
    import re

    if re.fullmatch(r"\w+ [0-9a-f]{16}", session):
        return "`tgsession-guard auth NAME`, then `tgsession-guard export NAME --to FILE` for a new session string"
    return f"`tgsession-guard auth {quoted(session)}`"


def _part(name: str, text: str) -> str:
    return f"{name + ':':<6} " + text.replace("\n", "\n" + " " * 7)


def _after(waited: float) -> str:
    return f"; waited {waited:.0f} s" if waited >= 1 else ""


class TgsessionError(Exception):
    """The root of everything that is raised on purpose."""

    code = "tgsession"
    why = ""

    @property
    def hint(self) -> str:
        """What to do next; a plain attribute where it is always the same."""
        return ""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        if hasattr(self, "add_note"):  # Python 3.11: the traceback shows them
            for name, text in (("why", self.why), ("hint", self.hint)):
                if text:
                    self.add_note(_part(name, text))

    def explain(self) -> str:
        """The three parts, a line each, as the command line prints them; what has more lines goes on below itself."""
        parts = (("error", str(self)), ("why", self.why), ("hint", self.hint))
        return "\n".join(_part(name, text) for name, text in parts if text)


class _WordedError(TgsessionError):
    """One whose parts are put into words where it is raised; *why* only where it is not the usual."""

    hint = ""

    def __init__(self, message: str, hint: str = "", why: str = "") -> None:
        self.hint, self.why = hint, why or self.why
        super().__init__(message, self.hint, self.why)

    def __str__(self) -> str:
        return str(self.args[0])


class ConfigurationError(_WordedError):
    """A setting is missing, unknown, or has a value that it cannot have."""

    code = "configuration"
    why = "nothing is guessed that decides which login is used"


class RunningLoopError(TgsessionError):
    """`with guarded_client()` was entered where an event loop is running."""

    code = "running-loop"
    why = "`with` would have to stop the very loop that the client needs"
    hint = "write `async with guarded_client(…) as client:`; in Jupyter and IPython too, where a loop always runs"

    def __str__(self) -> str:
        return "`with guarded_client()` was entered in a running event loop"


class StateFolderError(TgsessionError):
    """The folder for locks and records cannot be made or written."""

    code = "state-folder"
    why = "without it nobody sees that two copies of one session are in use"
    hint = "set `TGSESSION_STATE_DIR` to a folder that this user can write and that all its programs share"

    def __init__(self, folder: str, reason: str) -> None:
        super().__init__(folder, reason)
        self.folder, self.reason = folder, reason

    def __str__(self) -> str:
        return f"the state folder `{self.folder}` cannot be used: {self.reason}"


class StoreError(TgsessionError):
    """The store of the leases gives no answer, or none that can be used."""

    code = "store"
    why = "without the lease a process on another host could use the session unseen"
    hint = "see that the store runs and can be reached from here; `lease_required = false` goes on without, at your own risk"

    def __init__(self, address: str, reason: str) -> None:
        self.address, self.reason = address, reason
        super().__init__(address, reason)

    def __str__(self) -> str:
        return f"the lease store `{self.address}` cannot be used: {self.reason}"


class DiskError(TgsessionError):
    """The disk is full or broken, or this user may not read or write where a command has to."""

    code = "disk"
    why = "nothing that was there before has been changed or lost"
    HINTS: ClassVar[dict[int, str]] = {
        errno.ENOSPC: "make room there (`df -h`, `df -i`), and run it again",
        errno.EDQUOT: "make room within your quota (`quota`), and run it again",
        errno.EROFS: "it is mounted read-only: use a folder on another disk, or mount it for writing",
        errno.EACCES: "run it as the user that owns the file and its folder, or let this user write there",
        errno.EPERM: "run it as the user that owns the file and its folder, or let this user write there",
        errno.EIO: "the disk fails (`dmesg`): copy what is on it while it can be read",
    }

    def __init__(self, number: int, path: str) -> None:
        self.number, self.path = number, path
        super().__init__(number, path)

    def __str__(self) -> str:
        where = f"`{self.path}` cannot be used" if self.path else "the disk refuses"
        return f"{where}: {os.strerror(self.number)}"

    @property
    def hint(self) -> str:
        return self.HINTS[self.number]


class CommandError(TgsessionError):
    """The program that was to run under a claim cannot be started."""

    code = "command"
    why = "nothing was run, and the session is not held for it"

    def __init__(self, command: str, number: int = errno.ENOENT) -> None:
        self.command, self.number = command, number
        super().__init__(command, number)

    def __str__(self) -> str:
        return f"the command `{self.command}` cannot be started: {os.strerror(self.number)}"

    @property
    def status(self) -> int:
        """The exit status that shells give for it: 127 where there is none, 126 where it is none that can be executed."""
        return 127 if self.number == errno.ENOENT else 126

    @property
    def hint(self) -> str:
        if self.number == errno.ENOENT:
            return "look at its name, at `PATH`, and at the interpreter that its first line names"
        return "make it executable, and let its first line name its interpreter: `#!/bin/sh`"


class SessionError(TgsessionError):
    """Something about one session; `session` is what messages call it."""

    def __init__(self, session: str, *args: object) -> None:
        self.session = session
        super().__init__(session, *args)


class SessionInUseError(SessionError):
    """Another process holds the session."""

    code = "session-in-use"
    why = _REVOKES

    def __init__(self, session: str, holders: Sequence[Holder] = (), waited: float = 0.0) -> None:
        self.holders, self.waited = tuple(holders), waited
        super().__init__(session, tuple(holders), waited)

    def __str__(self) -> str:
        who = " and ".join(map(str, self.holders)) or "a process that left no record"
        return f"session `{self.session}` is in use by {who}{_after(self.waited)}"

    @property
    def hint(self) -> str:
        pids = " ".join(str(holder.pid) for holder in self.holders if holder.is_here)
        there = ", ".join(dict.fromkeys(holder.host for holder in self.holders if not holder.is_here))
        stop = f", or stop that process: `kill -TERM {pids}`" if pids else f", or stop it where it runs, on {there}" if there else ""
        return f"wait longer with `lock_timeout=` or `--wait`{stop}"


class SessionHeldHereError(SessionInUseError):
    """The session is held by this very process or by one that started it: waiting would never end."""

    code = "held-here"
    why = "the holder would have to end before this line does, so waiting could last for ever"

    def __init__(self, session: str, holders: Sequence[Holder] = (), where: str = "this process") -> None:
        self.where = where
        super().__init__(session, holders)
        self.args = (session, tuple(holders), where)

    def __str__(self) -> str:
        return f"session `{self.session}` is already held by {self.where}"

    @property
    def hint(self) -> str:
        if any(holder.command.startswith("tgsession-guard run") for holder in self.holders):
            return "start it without `tgsession-guard run`: what uses the guard itself needs no one to hold the session for it"
        return "pass the client of the outer block on, or leave that block first"


class LeaseHeldError(SessionInUseError):
    """The lease of the session is held on another host, or was not released there."""

    code = "lease-held"

    def __init__(self, session: str, holders: Sequence[Holder] = (), waited: float = 0.0, left: float = 0.0) -> None:
        self.left = left
        super().__init__(session, holders, waited)
        self.args = (session, tuple(holders), waited, left)

    def __str__(self) -> str:
        if not self.holders:
            return f"the lease store was started anew, and may have forgotten who has session `{self.session}`{_after(self.waited)}"
        return f"session `{self.session}` is leased by {' and '.join(map(str, self.holders))}{_after(self.waited)}"

    @property
    def hint(self) -> str:
        if not self.holders:
            return f"wait {self.left:.0f} s: until then an old lease may still be in use"
        return f"end it on its host; if it has ended without releasing, wait: unless it is renewed, the lease ends in {self.left:.0f} s"


class InheritedGuardError(SessionError):
    """A guard was used in a process that inherited it through a fork."""

    code = "inherited"
    why = "parent and child would speak over one connection with one auth key"
    hint = "enter a guard of its own in the child, after the parent has left its block"

    def __str__(self) -> str:
        return f"the guard of session `{self.session}` was inherited through a fork and belongs to the parent process"


class InheritedClientError(InheritedGuardError):
    """A client was used in a process that inherited it through a fork."""

    code = "inherited-client"
    hint = "build it where it is used: `with guarded_client(…)` in the task, or a `WorkerClient` at module level"

    def __str__(self) -> str:
        return f"the client of session `{self.session}` was built before this process was forked and belongs to its parent"


class NotLoggedInError(SessionError):
    """The session has no auth key, or nobody is logged in with it."""

    code = "not-logged-in"
    why = "Telegram answers only to a login, and nothing asks for a code where nobody can type it"

    def __str__(self) -> str:
        return f"session `{self.session}` is not logged in"

    @property
    def hint(self) -> str:
        return f"log in with `tgsession-guard auth {quoted(self.session)}`; a bot passes `bot_token=`; or is the name misspelt?"


class SessionRevokedError(SessionError):
    """Telegram has ended this login: every request with its auth key fails from now on."""

    code = "revoked"
    why = "a dead auth key does not come back; trying again only makes a loop of failures"

    def __init__(self, session: str, reason: str, when: str = "", command: str = "") -> None:
        self.reason, self.when, self.command = reason, when, command
        super().__init__(session, reason, when, command)

    def __str__(self) -> str:
        seen = f", seen {self.when}" if self.when else ""
        by = f" by `{self.command}`" if self.command else ""
        return f"the login of session `{self.session}` was ended by Telegram: {self.reason}{seen}{by}"

    @property
    def hint(self) -> str:
        first = "find the second user of the key, then " if self.reason == "AUTH_KEY_DUPLICATED" else ""
        return f"{first}log in again: {new_login(self.session)}"


class SessionUnreadableError(SessionError):
    """The session file cannot be used as it is."""

    code = "unreadable"
    why = "Telethon would fail on it, or take it for a new session and forget the login"
    hint = ""

    def __init__(self, session: str, reason: str, hint: str = "") -> None:
        self.reason = reason
        self.hint = hint or f"put it aside and restore a backup, or log in again, one step at a time: `tgsession-guard recover {quoted(session)}`"
        super().__init__(session, reason, hint)

    def __str__(self) -> str:
        return f"session `{self.session}` cannot be read: {self.reason}"


class NotASessionError(SessionUnreadableError):
    """The file is no session file of Telethon's at all."""

    code = "not-a-session"
    why = "the sessions of Pyrogram and others have a layout of their own"

    def __init__(self, session: str) -> None:
        super().__init__(session, "it is not a session file of Telethon's", "name another file")
        self.args = (session,)


class LockError(SessionError):
    """The lock of the session cannot be taken at all."""

    code = "lock"
    why = "without the lock a second process could use the session unseen"
    hint = ""

    def __init__(self, session: str, path: str, reason: str, hint: str = "") -> None:
        self.path, self.reason = path, reason
        self.hint = hint or "make the folder writable for this user, or run as the user that owns it"
        super().__init__(session, path, reason, hint)

    def __str__(self) -> str:
        return f"the lock `{self.path}` of session `{self.session}` cannot be taken: {self.reason}"


class EgressError(SessionError):
    """A shared claim was asked for, and its holders would not reach Telegram from one address."""

    code = "egress"
    why = "Telegram revokes a key that is used from two addresses at once; `exclusive=False` is for one address only"
    hint = "give all holders the same `proxy`, `use_ipv6` and `local_addr`, or drop `exclusive=False`"

    def __init__(self, session: str, ours: str, theirs: str) -> None:
        self.ours, self.theirs = ours, theirs
        super().__init__(session, ours, theirs)

    def __str__(self) -> str:
        return f"session `{self.session}` is shared by a holder that goes out by {self.theirs}, this one would by {self.ours}"


class NoConnectionError(SessionError):
    """Telegram did not let the client in in time."""

    code = "no-connection"
    why = "nothing may hold the session for ever without using it"
    hint = "look at the network and at Telegram's state, or allow more: `connect_timeout=60`, `TGSESSION_CONNECT_TIMEOUT=60` for commands"

    def __init__(self, session: str, reason: str) -> None:
        self.reason = reason
        super().__init__(session, reason)

    def __str__(self) -> str:
        return f"session `{self.session}` could not be connected: {self.reason}"


class WorkersRunningError(SessionError):
    """Workers of this project that are not known to use the guard are running."""

    code = "worker-running"
    why = "such a worker may use the session without holding its lock"
    hint = (
        "stop them: `tgsession-guard workers stop`; or let them use `guarded_client`, and say so with `guard_workers(app)`; "
        'or say `workers="ignore"` if they never touch this session'
    )

    def __init__(self, session: str, workers: Sequence[str], waited: float = 0.0) -> None:
        self.workers, self.waited = tuple(workers), waited
        super().__init__(session, tuple(workers), waited)

    def __str__(self) -> str:
        listed = ", ".join(self.workers)
        return f"session `{self.session}` may be used by workers that do not use the guard: {listed}{_after(self.waited)}"


class ClaimLostError(SessionError):
    """The claim on the session is gone although its block has not ended."""

    code = "claim-lost"
    why = "another process can take the session now: staying connected would let two use one auth key"
    hint = "lock files are never in the way: leave `*.lock` alone; enter the guard again"
    what = "claim"

    def __init__(self, session: str, reason: str) -> None:
        self.reason = reason
        super().__init__(session, reason)

    def __str__(self) -> str:
        return f"the {self.what} on session `{self.session}` was lost: {self.reason}"


class LeaseLostError(ClaimLostError):
    """The lease on the session is gone although its block has not ended."""

    code = "lease-lost"
    why = "a process on another host can have the session soon: staying connected would let two use one auth key"
    hint = "look at the lease store and at the network to it; enter the guard again"
    what = "lease"


class LoginError(_WordedError):
    """Telegram, or this machine, does not let somebody log in."""

    code = "login"
    why = "a session is worth nothing before it is logged in"


class FloodError(TgsessionError):
    """Telegram does not want to be asked again yet."""

    code = "flood"
    why = "asking sooner makes the wait longer (FLOOD_WAIT)"

    def __init__(self, until: str) -> None:
        self.until = until
        super().__init__(until)

    def __str__(self) -> str:
        return f"Telegram wants no more logins for this account until {self.until}"

    @property
    def hint(self) -> str:
        return f"run it again after {self.until}; nothing is asked of Telegram before"


class WorkersError(_WordedError):
    """Workers could not be started or stopped as asked."""

    code = "workers"
    why = "a worker in between may use a session beside somebody else"
