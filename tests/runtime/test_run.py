"""`tgsession-guard run`: what the program notices of it, what others notice, and what is left when something is killed."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.lint.sessions import telethon_file, telethon_string
from tests.runtime.commands import DEADLINE, GUARD, LISTENER, Done, Started, environment, guard, listener
from tgsession_runtime import tombstones
from tgsession_runtime.session import name_of, name_of_string, with_key
from tgsession_runtime.state import State

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

PASSED_ON = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the session `alerts`, as Telethon writes it."""
    telethon_file(tmp_path / "alerts")
    return tmp_path


def run(folder: Path, *command: str, given: bytes = b"", wait: str = "10", **variables: str) -> Done:
    return guard(folder, "run", "--session", "alerts", "--wait", wait, "--", *command, given=given, **variables)


def started(folder: Path, *command: str, **options: object) -> Started:
    return Started(folder, ["run", "--session", "alerts", "--wait", "10", "--", *command], **options)


# what the program notices


def test_input_and_output_are_the_programs_own(folder: Path) -> None:
    done = run(folder, "sh", "-c", "cat; echo wrong >&2", given=b"right")

    assert (done.status, done.out, done.err) == (0, "right", "wrong\n")


@pytest.mark.parametrize("status", [0, 1, 2, 75, 255])
def test_the_status_is_the_programs(status: int, folder: Path) -> None:
    assert run(folder, "sh", "-c", f"exit {status}").status == status


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV])
def test_a_program_that_a_signal_ended_gives_the_status_of_shells(number: int, folder: Path) -> None:
    assert run(folder, "sh", "-c", f"ulimit -c 0; kill -{int(number)} $$").status == 128 + number


def test_options_of_the_program_are_not_ours(folder: Path) -> None:
    done = guard(folder, "run", "-s", "alerts", "sh", "-c", 'echo "$@"', "sh", "--session", "-w", "--help")

    assert (done.status, done.out) == (0, "--session -w --help\n")


def test_arguments_arrive_as_they_were(folder: Path) -> None:
    odd = ["", " ", "*", "$HOME", "a\nb", "ä", "--"]

    done = run(folder, sys.executable, "-c", "import sys; print(sys.argv[1:])", *odd)

    assert done.out.strip() == repr(odd)


def test_the_environment_arrives_as_it_was(folder: Path) -> None:
    direct = subprocess.run(["env"], env=environment(folder), capture_output=True, check=True).stdout.decode()

    assert set(run(folder, "env").out.splitlines()) == set(direct.splitlines())


def named_signals(status: str) -> dict[str, int]:
    """The masks in /proc/PID/status, of signals 1 to 31: the C library keeps 32 and 33 to itself, and ignores them at a start."""
    pairs = (line.split(":") for line in status.splitlines())
    return {name: int(mask, 16) & 0x7FFFFFFF for name, mask in pairs}


@linux
def test_signals_are_to_the_program_what_they_are_without_us(folder: Path) -> None:
    """A mask or an ignored signal that is inherited makes programs that cannot be ended."""
    read = ["grep", "^Sig[BIC]", "/proc/self/status"]
    direct = subprocess.run(read, capture_output=True, check=True).stdout.decode()

    assert named_signals(run(folder, *read).out) == named_signals(direct)


def test_other_open_files_are_passed_through(folder: Path) -> None:
    ours, theirs = os.pipe()
    with started(folder, sys.executable, "-c", f"import os; os.write({theirs}, b'through')", pass_fds=(theirs,)) as wrapper:
        os.close(theirs)
        assert wrapper.status() == 0
    with os.fdopen(ours) as file:
        assert file.read() == "through"


# signals


@pytest.mark.parametrize("number", PASSED_ON)
def test_a_signal_reaches_the_program_once(number: signal.Signals, folder: Path) -> None:
    with started(folder, *listener()).ready() as wrapper:
        heard = []
        for sent in (number, signal.SIGUSR1):
            wrapper.signal(sent)
            heard.append(wrapper.line())
        wrapper.signal(signal.SIGUSR2)

        assert wrapper.status() == 5
        assert heard == [number.name, "SIGUSR1"]
        assert wrapper.process.stdout.read() == b""


def test_many_signals_in_a_row_lose_no_kind(folder: Path) -> None:
    with started(folder, *listener()).ready() as wrapper:
        for number in PASSED_ON:
            wrapper.signal(number)

        assert {wrapper.line() for _ in PASSED_ON} == {number.name for number in PASSED_ON}


def test_a_signal_that_comes_before_the_program_is_passed_on_to_it(folder: Path) -> None:
    """From the claim on signals are kept for the program, however long its start takes."""
    script = folder / "slow.py"
    script.write_text(
        "from tgsession_runtime import program\nimport os, signal, sys\nstart = program.Program._start\n"
        "def slow(self, heirs):\n    os.kill(os.getpid(), signal.SIGTERM)\n    start(self, heirs)\n"
        "program.Program._start = slow\nfrom tgsession_runtime.cli import main\nmain()\n",
        "utf-8",
    )
    arguments = ["run", "-s", "alerts", "sleep", "30"]
    with Started(folder, arguments, program=[sys.executable, str(script)]) as wrapper:
        assert wrapper.status() == 128 + signal.SIGTERM


# As on macOS, which tells nothing of a signal but its number.
PLAIN = [sys.executable, "-c", "import signal; del signal.sigtimedwait; from tgsession_runtime.cli import main; main()"]


def test_signals_reach_the_program_where_the_system_tells_nothing_of_them(folder: Path) -> None:
    with started(folder, *listener(), program=PLAIN).ready() as wrapper:
        heard = []
        for number in PASSED_ON:
            wrapper.signal(number)
            heard.append(wrapper.line())
        wrapper.signal(signal.SIGUSR2)

        assert wrapper.status() == 5
        assert heard == [number.name for number in PASSED_ON]


def in_terminal(folder: Path, *command: str, program: Sequence[str] = GUARD) -> tuple[int, subprocess.Popen[bytes]]:
    """*command* under a guard that leads the session of a new terminal; the terminal's other end."""
    master, slave = pty.openpty()
    code = (
        "import fcntl, os, sys, termios\nos.setsid()\nfcntl.ioctl(0, termios.TIOCSCTTY, 0)\nos.execv(sys.argv[1], sys.argv[1:])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, *program, "run", "-s", "alerts", "--", *command], cwd=folder, env=environment(folder),
        stdin=slave, stdout=slave, stderr=slave,
    )  # fmt: skip
    os.close(slave)
    return master, process


def read_until(master: int, wanted: str) -> str:
    found = b""
    while wanted.encode() not in found:
        assert select.select([master], [], [], DEADLINE)[0], f"no {wanted} in {found!r}"
        found += os.read(master, 1024)
    return found.decode()


@pytest.mark.parametrize("program", [GUARD, PLAIN], ids=["linux", "elsewhere"])
@pytest.mark.parametrize(("key", "name"), [(b"\x03", "SIGINT"), (b"\x1c", "SIGQUIT")])
def test_a_key_of_the_terminal_reaches_the_program_once(key: bytes, name: str, program: Sequence[str], folder: Path) -> None:
    """The terminal has sent it to both; the signal after it shows that nothing came between."""
    master, process = in_terminal(folder, *listener(), program=program)
    try:
        read_until(master, "ready")
        os.write(master, key)
        heard = read_until(master, name)
        process.send_signal(signal.SIGUSR1)
        heard += read_until(master, "SIGUSR1")
        process.send_signal(signal.SIGUSR2)

        assert process.wait(DEADLINE) == 5
        assert heard.count(name) == 1
    finally:
        process.kill()
        process.wait(DEADLINE)
        os.close(master)


def test_a_terminal_that_goes_away_ends_the_program(folder: Path) -> None:
    master, process = in_terminal(folder, sys.executable, "-c", "print('ready', flush=True); import time; time.sleep(60)")
    try:
        read_until(master, "ready\r\n")  # the whole line: a program that is still writing fails before it is told
        os.close(master)

        assert process.wait(DEADLINE) == 128 + signal.SIGHUP
    finally:
        process.kill()
        process.wait(DEADLINE)


def test_a_signal_that_was_ignored_stays_ignored(folder: Path) -> None:
    """`nohup tgsession-guard run …`."""
    ignoring = [sys.executable, "-c", "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"]
    with started(folder, *listener(), program=[*ignoring, *GUARD]).ready() as wrapper:
        wrapper.signal(signal.SIGHUP)
        wrapper.signal(signal.SIGUSR1)

        assert wrapper.line() == "SIGUSR1"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_wait_for_the_session(number: int, status: int, folder: Path) -> None:
    with started(folder, *listener()).ready(), started(folder, "touch", "ran") as waiter:
        assert waiter.process.stderr is not None
        assert b"waiting for pid" in waiter.process.stderr.readline()
        waiter.signal(number)

        assert waiter.status() == status
        assert not (folder / "ran").exists()


# what others notice


def test_a_second_one_is_refused_in_time_and_told_who_holds_it(folder: Path) -> None:
    script = folder / "bot.py"
    script.write_text(LISTENER, "utf-8")
    with started(folder, sys.executable, str(script), "secret-argument").ready() as first:
        second = run(folder, "touch", "ran", wait="0")

    assert second.status == 75
    assert f"is in use by pid {first.child} (`tgsession-guard run {Path(sys.executable).name} bot.py`)" in second.err
    assert [line.split(":")[0] for line in second.err.splitlines()] == ["error", "why", "hint"]
    assert "secret-argument" not in second.err
    assert not (folder / "ran").exists()


def test_a_second_one_waits_for_the_first(folder: Path) -> None:
    with started(folder, *listener()).ready() as first, started(folder, "echo", "ran") as second:
        assert second.process.stderr is not None
        assert b"waiting for pid" in second.process.stderr.readline()
        first.signal(signal.SIGUSR2)

        assert (second.line(), second.status()) == ("ran", 0)


def test_a_copy_of_the_session_is_the_same_session(folder: Path) -> None:
    (folder / "copy.session").write_bytes((folder / "alerts.session").read_bytes())
    with started(folder, *listener()).ready():
        assert guard(folder, "run", "-s", "copy", "-w", "0", "true").status == 75


def test_a_session_string_is_the_session_whose_key_it_holds(folder: Path) -> None:
    with started(folder, *listener()).ready():
        second = guard(folder, "run", "-w", "0", "true", TGSESSION_SESSION_STRING=telethon_string(0))

    assert second.status == 75
    assert telethon_string(0)[20:60] not in second.err
    assert guard(folder, "run", "-w", "0", "true", TGSESSION_SESSION_STRING=telethon_string(1)).status == 0


def test_the_session_string_is_named_as_telethon_would_name_it() -> None:
    from telethon.sessions import StringSession

    text = telethon_string(3)

    assert name_of_string(text) == name_of(StringSession(text))


def test_the_session_comes_from_the_settings(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.tgsession-guard]\nsession = "alerts"\n', "utf-8")
    with started(folder, *listener()).ready():
        assert guard(folder, "run", "-w", "0", "true").status == 75


def test_a_guard_within_is_told_that_it_has_the_session_already(folder: Path) -> None:
    code = (
        "from tgsession_runtime import SessionHeldHereError, guarded_client\n"
        "try:\n    with guarded_client('alerts', 1, 'x'): pass\nexcept SessionHeldHereError as error: print(error.explain())"
    )
    for command in ([sys.executable, "-c", code], ["sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-c", code]):
        done = run(folder, *command)

        assert "error: session `alerts` is already held by" in done.out
        assert "start it without `tgsession-guard run`" in done.out


def test_a_run_within_a_run_is_refused_at_once(folder: Path) -> None:
    inner = [*GUARD, "run", "-s", "alerts", "-w", "30", "touch", "ran"]

    done = run(folder, *inner)

    assert done.status == 1
    assert "is already held by" in done.err
    assert not (folder / "ran").exists()


def test_a_session_that_telegram_has_ended_is_refused(folder: Path) -> None:
    state = State(folder / "state")
    tombstones.write(with_key(name_of(str(folder / "alerts"))), state, "AUTH_KEY_DUPLICATED")

    done = run(folder, "touch", "ran")

    assert done.status == 1
    assert "AUTH_KEY_DUPLICATED" in done.err
    assert not (folder / "ran").exists()


def test_a_session_that_is_not_there_is_warned_of(folder: Path) -> None:
    done = guard(folder, "run", "-s", "alert", "true")

    assert done.status == 0
    assert f"there is no session file `{folder / 'alert.session'}`" in done.err


# what cannot be started


@pytest.mark.parametrize("name", ["no-such-command", "./no-such-command"])
def test_a_command_that_is_not_there_ends_with_127(name: str, folder: Path) -> None:
    done = run(folder, name)

    assert done.status == 127
    assert done.err.startswith(f"error: the command `{name}` cannot be started: No such file or directory\nwhy:")


@pytest.mark.parametrize("text", ["#!/bin/sh\n", None])
def test_a_command_that_cannot_be_executed_ends_with_126(text: str | None, folder: Path) -> None:
    path = folder / "it"
    path.write_text(text, "utf-8") if text else path.mkdir()

    done = run(folder, "./it")

    assert done.status == 126
    assert "hint:" in done.err


def test_a_script_whose_interpreter_is_missing_ends_with_127(folder: Path) -> None:
    path = folder / "it"
    path.write_text("#!/no/such/interpreter\n", "utf-8")
    path.chmod(0o755)

    done = run(folder, "./it")

    assert done.status == 127
    assert "first line" in done.err


@pytest.mark.parametrize("command", ["no-such-command", "/"])
def test_the_session_is_free_after_a_command_that_was_not_started(command: str, folder: Path) -> None:
    run(folder, command)

    assert run(folder, "true", wait="0").err == ""


# what is left


def test_the_session_is_released_in_order(folder: Path) -> None:
    run(folder, "true")

    assert run(folder, "true").err == ""


def test_a_killed_wrapper_leaves_the_session_to_its_program(folder: Path) -> None:
    with started(folder, *listener()).ready() as wrapper:
        wrapper.process.kill()
        wrapper.process.wait(DEADLINE)
        while_it_lives = run(folder, "true", wait="0")
        os.kill(wrapper.child, signal.SIGKILL)
        afterwards = run(folder, "true")

    assert while_it_lives.status == 75
    assert f"pid {wrapper.child} (`tgsession-guard run" in while_it_lives.err
    assert afterwards.status == 0
    assert "ended without releasing it" in afterwards.err


def test_what_a_program_leaves_behind_keeps_the_session(folder: Path) -> None:
    leaving = 'sleep 60 >/dev/null 2>&1 & echo "ready $!"; exit 3'
    with started(folder, "sh", "-c", leaving).ready() as wrapper:
        assert wrapper.process.stderr is not None
        assert b"has ended, and something that it started has not" in wrapper.process.stderr.readline()
        while_it_lives = run(folder, "true", wait="0").status
        os.kill(wrapper.child, signal.SIGKILL)

        assert (while_it_lives, wrapper.status()) == (75, 3)
        assert run(folder, "true", wait="0").err == ""


def test_a_signal_ends_the_wait_for_what_is_left_behind_but_not_its_hold(folder: Path) -> None:
    leaving = 'sleep 60 >/dev/null 2>&1 & echo "ready $!"; exit 3'
    with started(folder, "sh", "-c", leaving).ready() as wrapper:
        assert wrapper.process.stderr is not None
        assert wrapper.process.stderr.readline().startswith(b"warning:")
        wrapper.signal(signal.SIGTERM)

        assert wrapper.status() == 3
        assert run(folder, "true", wait="0").status == 75
        os.kill(wrapper.child, signal.SIGKILL)
        assert run(folder, "true").status == 0


@linux
def test_a_lock_that_somebody_deletes_ends_the_program(folder: Path) -> None:
    with started(folder, *listener()).ready() as wrapper:
        (folder / "alerts.session.lock").unlink()
        heard = wrapper.line()
        wrapper.signal(signal.SIGUSR2)

        assert (heard, wrapper.status()) == ("SIGTERM", 5)
        assert wrapper.errors().count("error: the claim on session `alerts` was lost: somebody deleted or replaced") == 1


def test_it_works_without_any_terminal_and_with_closed_streams(folder: Path) -> None:
    shell = 'exec "$@" <&- >&- 2>&-'
    done = subprocess.run(
        ["setsid", "sh", "-c", shell, "sh", *GUARD, "run", "-s", "alerts", "touch", "ran"], cwd=folder, env=environment(folder),
        timeout=DEADLINE, check=False,
    )  # fmt: skip

    assert done.returncode == 0
    assert (folder / "ran").exists()


def test_a_closed_stream_is_closed_for_the_program_and_is_not_the_lock(folder: Path) -> None:
    """The next file to be opened gets its number: what the program writes there would be the holder's record."""
    shell = 'exec "$@" 2>&-'
    code = "import os, sys; print(sys.stderr); sys.stdout.flush()\ntry: os.write(2, b'x' * 2000)\nexcept OSError as error: print(error)\n"
    command = ["-c", shell, "sh", *GUARD, "run", "-s", "alerts", sys.executable, "-c", code + LISTENER]
    with Started(folder, command, program=["sh"]) as wrapper:
        said = [wrapper.line(), wrapper.line()]
        wrapper.ready()

        assert said == ["None", "[Errno 9] Bad file descriptor"]
        assert f"is in use by pid {wrapper.child} " in run(folder, "true", wait="0").err


def test_it_works_where_a_shell_hands_itself_over(folder: Path) -> None:
    """`sh -c 'exec tgsession-guard run …'`, as container files have it: one process, whose signals arrive."""
    command = ["-c", 'exec "$@"', "sh", *GUARD, "run", "-s", "alerts", *listener()]
    with Started(folder, command, program=["sh"]) as wrapper:
        wrapper.ready()
        wrapper.signal(signal.SIGTERM)
        heard = wrapper.line()
        wrapper.signal(signal.SIGUSR2)

        assert (heard, wrapper.status()) == ("SIGTERM", 5)


@linux
def test_process_1_passes_signals_on_and_takes_leave_of_orphans(folder: Path) -> None:
    """The kernel keeps from process 1 what it has no handler for, and gives it every orphan to wait for."""
    namespace = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not make a pid namespace")
    orphan = "import os\nif os.fork() == 0:\n    if os.fork() == 0: os._exit(0)\n    os._exit(0)\nos.wait()\n"
    settled = (
        "import glob, time\nend = time.monotonic() + 20\n"
        "def dead(): return [p for p in glob.glob('/proc/[0-9]*/stat') if ') Z ' in open(p).read()]\n"
        "while dead() and time.monotonic() < end: time.sleep(0.01)\n"
        "print('zombies', len(dead()), flush=True)\n"
    )
    command = [sys.executable, "-c", orphan + settled + LISTENER]
    with Started(folder, [*GUARD, "run", "-s", "alerts", *command], program=namespace) as wrapper:
        zombies, ready = wrapper.line(), wrapper.line()
        first = subprocess.run(["pgrep", "-P", str(wrapper.process.pid)], capture_output=True, check=True).stdout.split()[0]
        os.kill(int(first), signal.SIGTERM)
        heard = wrapper.line()
        os.kill(int(first), signal.SIGUSR2)

        assert (zombies, ready, heard) == ("zombies 0", "ready 2", "SIGTERM")
        assert wrapper.status() == 5
