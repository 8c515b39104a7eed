"""Session -> verdict and reasons: what `check`, `status`, `watch` and `doctor` show."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tgsession_runtime import records, session_files, tombstones, workers
from tgsession_runtime.errors import SessionUnreadableError, StateFolderError, StoreError, new_login, quoted
from tgsession_runtime.holder import current as this_process
from tgsession_runtime.leasing import Leases
from tgsession_runtime.session import SessionFile, SessionName, look_into, read
from tgsession_runtime.state import State
from tgsession_runtime.verdict import ORDER, Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tgsession_runtime.config import Settings
    from tgsession_runtime.holder import Holder
    from tgsession_runtime.leasing import Leasing
    from tgsession_runtime.stores import Held
    from tgsession_runtime.workers import Answer, Found, Holding


@dataclass(frozen=True)
class Surroundings:
    """What is looked at once, however many sessions are asked about: the project's workers and its other files."""

    project: Path
    state: State
    worker_names: Sequence[str] = ()
    worker_patterns: Sequence[str] = ()
    remote: Answer | None = None
    """What Celery's workers answered on all hosts, if they were asked."""
    leasing: Leasing | None = None

    @classmethod
    def of(cls, settings: Settings, *, remote: Answer | None = None, leasing: Leasing | None = None) -> Surroundings:
        """Those of the project that *settings* are of."""
        state = State(settings.state_dir)
        return cls(settings.project, state, settings.worker_names, settings.worker_patterns, remote, leasing)

    @cached_property
    def workers(self) -> Found:
        """The workers of the project, and the processes of which that cannot be told."""
        patterns = [workers.Pattern(one) for one in self.worker_patterns]
        return workers.running(self.project, names=self.worker_names, patterns=patterns, markers=self.state.workers())

    @cached_property
    def leases(self) -> Leases:
        """Who has leases, in the store that is configured."""
        return Leases(self.leasing)

    @cached_property
    def keys(self) -> dict[int, list[Path]]:
        """The project's session files by the id of the auth key that they hold."""
        found: dict[int, list[Path]] = {}
        for path in session_files.find(self.project):
            with suppress(SessionUnreadableError):
                if (key_id := read(path).key_id) is not None:
                    found.setdefault(key_id, []).append(path)
        return found


def check(name: SessionName, around: Surroundings) -> Verdict:
    """Whether the session *name* is safe to use now; nothing is changed, and nobody is disturbed."""
    name, file, unreadable = _read(name)
    session = _Session(name, around)
    seen = [*unreadable, *(session.of_file(file) if file else ()), *session.of_use(), *session.of_surroundings()]
    return Verdict(name, tuple(sorted(seen, key=lambda reason: ORDER.index(reason.weight))), session.lease)


def holders(name: SessionName, state: State) -> list[Holder]:
    """Who holds the session *name* now, or waits for its auth key, as far as locks and records tell."""
    return _unique([holder for path in _locks(name, state) for holder in _holding(path, state)])


def tested(name: SessionName, state: State) -> tuple[list[Path], list[str]]:
    """Which locks of the session *name* are held, and in words which cannot be looked at from here."""
    held, closed = [], []
    for path in _locks(name, state):
        try:
            if not records.is_free(path):
                held.append(path)
        except OSError as error:
            closed.append(f"whether somebody holds `{path}` cannot be told: {error.strerror or error}")
    return held, closed


class _Session:
    """One session in its surroundings."""

    def __init__(self, name: SessionName, around: Surroundings) -> None:
        self._name, self._around, self._state = name, around, around.state
        self._locks = _locks(name, around.state)
        self._holders = holders(name, around.state)
        self.lease: Held | None = None
        """Set by `of_use`, where a store is configured and answers."""

    def of_file(self, file: SessionFile) -> Iterator[Reason]:
        """What the session file itself says."""
        path, label = self._name.path, self._name.label
        if path is None:
            return
        if file.key_id is None:
            there = path.exists()
            what = "it has no auth key" if there else f"there is no file `{path}`"
            misspelt = "" if there else "; or is the name misspelt? `tgsession-guard status` shows those of the project"
            yield Reason("not-logged-in", what, f"log in: `tgsession-guard auth {quoted(label)}`{misspelt}")
        newest = session_files.newest_schema()
        if file.schema > newest:
            message = f"a newer Telethon wrote it: layout {file.schema}, the installed one reads up to {newest}"
            yield Reason("schema-newer", message, "upgrade Telethon here: `pip install --upgrade telethon`")
        if broken := session_files.damage(path):
            yield Reason("corrupt", f"SQLite says: {broken}", f"restore a backup: `tgsession-guard recover {quoted(label)}`")
        mode = session_files.mode_of(path)
        if mode & 0o077:
            message = f"others may read it (mode {mode:04o}), and whoever reads it is logged in"
            yield Reason("too-open", message, f"`chmod 600 {quoted(str(path))}`", {"mode": f"{mode:04o}"})
        if kind := session_files.network_file_system(path):
            message = f"it is on a network file system ({kind}), where a lock may not keep other hosts out"
            yield Reason("network-filesystem", message, "keep it on a local disk, or configure a lease", {"type": kind})

    def of_use(self) -> Iterator[Reason]:
        """Who uses it."""
        held, closed = tested(self._name, self._state)
        if held:
            yield self._held()
        for message in closed:
            yield Reason("no-permission", message, "ask again as the user that owns it, or as root")
        for holder in self._records():
            if not held:
                yield self._left_over(holder)
        yield from self._leased()
        yield from self._open_elsewhere()
        if (record := tombstones.read(self._name, self._state)) is not None and self._is_dead():
            when, reason = record.get("when", ""), str(record["reason"])
            message = f"Telegram has ended its login: {reason}, seen {when}"
            yield Reason("revoked", message, f"log in again: {new_login(self._name.label)}", {"reason": reason})

    def of_surroundings(self) -> Iterator[Reason]:
        """What else could use it."""
        for worker in self._around.workers.unguarded:
            hint = "stop it: `tgsession-guard workers stop`; or let its tasks use `guarded_client`, and say so with `guard_workers(app)`"
            yield Reason("worker-running", f"{worker} is running and not known to use the guard", hint, {"pids": list(worker.pids)})
        for closed in self._around.workers.uninspectable:
            yield Reason("no-permission", str(closed), "ask again as that user, or as root")
        yield from self._remote()
        copies = [path for path in self._around.keys.get(self._name.key_id or -1, ()) if path != self._name.path]
        for path in copies:
            message = f"`{path}` has the same auth key: it is the same login"
            yield Reason("key-copied", message, "use one of the two; move the other away", {"path": str(path)})

    def _remote(self) -> Iterator[Reason]:
        """Workers of other hosts: whether they use the guard cannot be seen from here, and its lock does not reach there."""
        answer = self._around.remote
        if answer is None:
            return
        if answer.failure:
            hint = "".join(f"see why: `celery -A {quoted(app)} status`; or " for app in self._around.worker_names) + "look on those hosts"
            yield Reason("unknown-holder", f"other hosts could not be asked: {answer.failure}", hint)
        known = {pid for worker in self._around.workers.workers for pid in worker.pids}
        for node in answer.nodes:
            if node.pid not in known:
                tasks = f", running {', '.join(task.name for task in node.tasks)}" if node.tasks else ""
                message = f"worker `{node.name}` answers from another host{tasks}"
                yield Reason("worker-running", message, "stop it there, or configure a lease", {"node": node.name})

    def _held(self) -> Reason:
        who = " and ".join(map(str, self._holders)) or "a process that left no record"
        pids = [holder.pid for holder in self._holders if holder.is_here]
        stop = f", or end it: `kill -TERM {' '.join(map(str, pids))}`" if pids else ""
        hint = f"wait for it: `tgsession-guard check --wait 30 {quoted(self._name.label)}`{stop}"
        return Reason("held", f"it is in use by {who}", hint, {"holders": [asdict(holder) for holder in self._holders]})

    def _leased(self) -> Iterator[Reason]:
        try:
            self.lease = held = self._around.leases.of(self._name)
        except StoreError as error:
            yield Reason("no-store", str(error), error.hint, {"store": error.address})
            return
        if held is None or (held.holder is not None and held.holder.token in {one.token for one in self._holders}):
            return
        details = {"holders": [asdict(held.holder)] if held.holder else [], "token": held.token, "left": held.left}
        if held.holder is None:
            hint = f"wait {held.left:.0f} s: until then an old lease may still be in use"
            yield Reason("lease-held", f"the lease store: {held}", hint, details)
            return
        hint = f"end it on its host; unless it is renewed, its lease (token {held.token}) ends in {held.left:.0f} s"
        yield Reason("lease-held", f"it is leased by {held.holder}", hint, details)

    def _records(self) -> Iterator[Holder]:
        """Records of holders that did not release, where the lock itself is free."""
        found = [one for path in self._locks for one in records.recorded(path, self._state.sharing(path))]
        yield from (one for one in _unique(found) if one.state == "holding")

    def _left_over(self, holder: Holder) -> Reason:
        """A lock ends with its holder on one system; what another system's says there, this one cannot see."""
        here = this_process()
        details = {"holders": [asdict(holder)]}
        if holder.boot_id == here.boot_id or holder.host == here.host:
            message = f"{holder} ended without releasing it; what it had not saved is lost, the login is not"
            return Reason("unclean-end", message, "nothing to do: the next user mends the file", details)
        message = f"{holder} had it, and whether that process still runs cannot be told from here"
        return Reason("unknown-holder", message, f"look on {holder.host}; a lease tells hosts apart for good", details)

    def _open_elsewhere(self) -> Iterator[Reason]:
        if self._name.path is None:
            return
        found: Holding = workers.holding_open(self._name.path)
        known = {holder.pid for holder in self._holders} | {os.getpid()}
        for process in found.processes:
            if process.pid not in known:
                hint = f"end it: `kill -TERM {process.pid}`, or let it use `guarded_client`"
                yield Reason("open-elsewhere", f"{process} has it open and holds no claim", hint, {"pid": process.pid})
        for closed in found.uninspectable:
            yield Reason("no-permission", str(closed), "ask again as that user, or as root")

    def _is_dead(self) -> bool:
        from tgsession_runtime.errors import SessionRevokedError

        try:
            tombstones.refuse(self._name, self._state)
        except SessionRevokedError:
            return True
        return False


def _read(name: SessionName) -> tuple[SessionName, SessionFile | None, list[Reason]]:
    """*name* with its key, what its file says, and why that cannot be read."""
    try:
        return *look_into(name), []
    except SessionUnreadableError as error:
        code = "corrupt" if name.path is not None and os.access(name.path, os.R_OK) else "no-permission"
        return name, None, [Reason(code, error.reason, error.hint)]


def _locks(name: SessionName, state: State) -> list[Path]:
    found = [name.lock_path] if name.lock_path else []
    with suppress(StateFolderError):
        found += [state.key_lock(name.key_id_hex)] if name.key_id is not None else []
    return found


def _holding(path: Path, state: State) -> list[Holder]:
    return [] if records.is_surely_free(path) else records.holders(path, state.sharing(path))


def _unique(found: Sequence[Holder]) -> list[Holder]:
    """Each holder once, although the locks of the file and of the key both name it."""
    return list({(one.host, one.pid, one.started, one.token): one for one in found}.values())


