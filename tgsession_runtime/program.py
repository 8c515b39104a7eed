"""A program that runs under a claim: started, told of every signal, waited for.

Signals are blocked and taken one by one, as small init programs do it: so none is lost between two lines, none is sent to
a pid that has been given to somebody else, and this works as process 1 of a container too.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, NamedTuple

from tgsession_runtime.errors import CommandError, ConfigurationError
from tgsession_runtime.pause import is_readable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_NAMES = ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
FORWARDED = tuple(number for name in _NAMES if (number := getattr(signal, name, None)) is not None)
_ENDING = frozenset(name for name in _NAMES if not name.startswith("SIGUSR"))
# What Python itself ignores, and a program must not inherit so.
_IGNORED_BY_PYTHON = tuple(number for name in ("SIGPIPE", "SIGXFSZ") if (number := getattr(signal, name, None)) is not None)
_LOOK_EVERY = 0.1  # seconds, while only what the program left behind is waited for
_LOOK_AT_CLAIM_EVERY = 1.0  # seconds, as a guarded block does it


class Ended(NamedTuple):
    """How a program ended."""

    status: int
    """Its exit status; 128 + n after signal n, as a shell has it."""
    alone: bool
    """Whether nothing that it had started is left: nobody has the files any more that were kept open for it."""


class Program:
    """*command*, which is to run with the open files *kept*: it and all that it starts hold them."""

    def __init__(self, command: Sequence[str], kept: Iterable[int]) -> None:
        if not hasattr(os, "posix_spawnp"):
            raise ConfigurationError("programs are run under a claim on POSIX systems only", "use `guarded_client` in the program")
        self._command, self._kept = list(command), kept
        self._signals = {number for number in FORWARDED if signal.getsignal(number) is not signal.SIG_IGN} | {signal.SIGCHLD}
        # What is ignored while it is blocked, some systems drop; and children of a process that ignores it leave no status.
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        # Never unblocked again: nothing may end this process between the program's end and the release of the claim.
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, self._signals)
        self.pid = 0

    def run(self, started: Callable[[int], None], lost: Callable[[], int], leftover: Callable[[], None]) -> Ended:
        """Run it to its end; *started* is told its pid, *leftover* that it has ended and what it started has not.

        When others can have the session soon, *lost* says by which signal it is told to end; 0 while they cannot.

        Raises:
            CommandError: it cannot be started.
        """
        watch, heirs = os.pipe()
        try:
            self._start(heirs)
        finally:
            os.close(heirs)
        started(self.pid)
        status = self._wait(lost)
        # As process 1 we take everything else with us: the kernel ends it.
        if os.getpid() == 1 or is_readable(watch):
            return Ended(status, alone=True)
        leftover()
        return Ended(status, alone=self._wait_for_leftovers(watch))

    def _start(self, heirs: int) -> None:
        for descriptor in (*self._kept, heirs):
            os.set_inheritable(descriptor, True)
        name = self._command[0]
        try:
            self.pid = os.posix_spawnp(
                name, self._command, os.environ, setsigmask=self._mask, setsigdef=_IGNORED_BY_PYTHON
            )
        except OSError as error:
            raise CommandError(name, error.errno or 0) from error

    def _wait(self, lost: Callable[[], int]) -> int:
        told = 0
        while True:
            number, from_kernel = self._next()
            if not number:
                if (ending := lost()) != told:
                    told = ending
                    os.kill(self.pid, ending)
            elif number == signal.SIGCHLD:
                status = _reap(self.pid)
                if status is not None:
                    code = os.waitstatus_to_exitcode(status)
                    return 128 - code if code < 0 else code
            elif not (from_kernel and self._has_got(number)):
                os.kill(self.pid, number)  # it is there, if only as a zombie: nobody but us reaps it

    def _next(self) -> tuple[int, bool]:
        """The next signal, and whether the kernel sent it: the terminal does, to all processes in the foreground at once.

        0 from time to time without one; not on macOS, where a wait has no limit.
        """
        if hasattr(signal, "sigtimedwait"):
            found = signal.sigtimedwait(self._signals, _LOOK_AT_CLAIM_EVERY)
            return (found.si_signo, found.si_code > 0) if found else (0, False)
        number = signal.sigwait(self._signals)
        return number, number in {signal.SIGINT, signal.SIGQUIT} and _in_foreground()

    def _has_got(self, number: int) -> bool:
        """Whether the program has got the signal that the terminal has sent to us."""
        leads = os.getsid(0) == os.getpid()  # a terminal that is gone tells only the leader of its session
        return os.getpgid(self.pid) == os.getpgrp() and not (number == signal.SIGHUP and leads)

    def _wait_for_leftovers(self, watch: int) -> bool:
        """Wait until nobody has the other end of *watch*; whether that came to pass, or a signal came first."""
        while not is_readable(watch, _LOOK_EVERY):
            _reap(self.pid)
            pending = {signal.Signals(number).name for number in signal.sigpending()}
            if pending & _ENDING:
                return False
        return True


def _reap(pid: int) -> int | None:
    """Take leave of all children that have ended, adopted ones too; the wait status of *pid* if it is among them."""
    status = None
    while True:
        try:
            found, how = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return status
        if not found:
            return status
        if found == pid:
            status = how


def _in_foreground() -> bool:
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False
