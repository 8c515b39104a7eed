"""The command as a user meets it: real processes, real streams, real files."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest

from tests.lint.sessions import telethon_string
from tgsession_lint import __version__, cli, config, terminal

CHECKOUT = Path(__file__).parents[2]
UNGUARDED = 'from telethon import TelegramClient\n\n\ndef build():\n    return TelegramClient("a", 1, "b")\n'
IMPORT_TIME = 'from telethon import TelegramClient\n\nclient = TelegramClient("a", 1, "b")\n'
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")


@dataclass(frozen=True)
class Done:
    """How a process ended."""

    status: int
    out: str
    err: str

    @property
    def codes(self) -> list[str]:
        """The codes of a concise report, in order."""
        return [line.split()[1] for line in self.out.splitlines() if ": TGS" in line]


def environment(**more: str) -> dict[str, str]:
    """That of the tests, without what would colour or configure the run."""
    unwanted = ("TGSESSION_", "_TGSESSION_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LC_", "PYTHONIOENCODING", "PYTHONUTF8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return {**kept, "PYTHONPATH": str(CHECKOUT), **more}


def run(folder: Path, *arguments: str, given: bytes = b"", **variables: str) -> Done:
    """The command in *folder*, in this process: most of what it does needs no other."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    before = Path.cwd(), sys.stdin
    os.chdir(folder)
    sys.stdin = io.TextIOWrapper(io.BytesIO(given))
    try:
        with mock.patch.dict(os.environ, environment(**variables), clear=True), redirect_stdout(out), redirect_stderr(err):
            terminal.prepare()
            status = cli.run(arguments)
            out.flush()
            err.flush()
    finally:
        os.chdir(before[0])
        sys.stdin = before[1]
    return Done(status, out.buffer.getvalue().decode(), err.buffer.getvalue().decode())


def process(folder: Path, *arguments: str | bytes, code: str = "", **variables: str) -> Done:
    """The command in *folder*, in a process of its own; *code* is run before it."""
    start = ["-c", f"{code}\nfrom tgsession_lint.cli import main\nmain()"] if code else ["-m", "tgsession_lint"]
    done = subprocess.run(
        [sys.executable, *start, *arguments], cwd=folder, env=environment(**variables), stdin=subprocess.DEVNULL,
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    return Done(done.returncode, done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode("utf-8", "surrogateescape"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with an unguarded client in `app.py`, one at import in `bot.py`, and nothing in `clean.py`."""
    folder = tmp_path / "project"
    folder.mkdir()
    texts = {"pyproject.toml": "", "app.py": UNGUARDED, "bot.py": IMPORT_TIME, "clean.py": "x = 1\n"}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def configure(project: Path, text: str) -> None:
    (project / "pyproject.toml").write_text(f"[tool.tgsession-lint]\n{text}\n", encoding="utf-8")


# exit status


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["clean.py"], 0),
        (["clean.py", "--quiet"], 0),
        (["app.py"], 1),
        (["."], 1),
        ([], 1),
        (["--exit-zero", "app.py"], 0),
        (["app.py", "--exit-zero"], 0),
        (["nope.py"], 2),
        (["--exit-zero", "nope.py", "app.py"], 2),
        (["--no-such-option"], 2),
        (["--select", "TGS999", "app.py"], 2),
        (["--config", "nope.toml"], 2),
        (["--output-format", "yaml"], 2),
        ([""], 2),
        (["rule", "TGS101"], 0),
        (["rule", "TGS999"], 2),
        (["rule"], 2),
        (["rules"], 0),
        (["--version"], 0),
        (["--help"], 0),
        (["rules", "-h"], 0),
    ],
)
def test_status_says_how_it_ended(project: Path, arguments: list[str], status: int) -> None:
    assert run(project, *arguments).status == status


def test_missing_path_is_said_and_the_rest_is_linted(project: Path) -> None:
    done = run(project, "nope.py", "app.py", "--output-format", "concise")

    assert done.codes == ["TGS101"]
    assert done.err.splitlines()[0] == "error: there is no such file or folder: `nope.py`"


BROKEN = """
from tgsession_lint.rules.unguarded_client import UnguardedClient
def check(self, facts):
    if facts.module.path.endswith("app.py"):
        raise KeyError({message!r})
    return iter(())
UnguardedClient.check = check
"""


def test_fault_of_ours_names_file_and_rule_and_the_rest_is_linted(project: Path) -> None:
    done = process(project, "--output-format", "concise", code=BROKEN.format(message="oops"))

    assert (done.status, done.codes) == (3, ["TGS301"])
    assert done.err.splitlines()[0] == "error: `app.py` could not be checked for TGS101: KeyError: 'oops'"
    block = done.err.partition("```\n")[2].partition("\n```")[0]
    assert f"tgsession-lint {__version__}, libcst " in block
    assert "rule TGS101, file app.py" in block
    assert "Traceback (most recent call last)" in block
    assert "/issues/new" in done.err


def test_exit_zero_does_not_hide_a_fault_of_ours(project: Path) -> None:
    assert process(project, "--exit-zero", code=BROKEN.format(message="oops")).status == 3


def test_report_of_a_fault_holds_no_secret(project: Path) -> None:
    secret = telethon_string()

    done = process(project, code=BROKEN.format(message=secret))

    assert done.status == 3
    assert secret[:40] not in done.out + done.err
    assert secret[-40:] not in done.out + done.err


def test_fault_outside_the_rules_is_reported_too(project: Path) -> None:
    code = "import tgsession_lint.pipeline as p\ndef run(*a, **k): raise RuntimeError('oops')\np.run = run"

    done = process(project, code=code)

    assert (done.status, done.out) == (3, "")
    assert "RuntimeError: oops" in done.err
    assert "```" in done.err


@posix
def test_interrupt_ends_with_130_and_no_traceback(project: Path) -> None:
    code = "import tgsession_lint.pipeline as p, time\ndef run(*a, **k): print('up', flush=True); time.sleep(60)\np.run = run"
    start = f"{code}\nfrom tgsession_lint.cli import main\nmain()"
    process = subprocess.Popen(
        [sys.executable, "-c", start], cwd=project, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()

    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)

    assert (process.returncode, err.split()) == (130, [b"interrupted"])


# errors


@pytest.mark.parametrize(
    ("arguments", "what", "hint"),
    [
        (["--selct", "TGS1"], "no such option", "did you mean `--select`?"),
        (["--select", "TGS1O1"], "no rule is called `TGS1O1`", "did you mean `TGS101`?"),
        (["--ignore", "unguarded-cleint"], "no rule is called `unguarded-cleint`", "did you mean `unguarded-client`?"),
        (["rule", "unguarded"], "no rule is called `unguarded`", "did you mean `unguarded-client`?"),
        (["--per-file-ignores", "tests"], "GLOB:RULES", "--help"),
        (["--per-file-ignores", "*.py:TGS9999"], "no rule is called `TGS9999`", ""),
        (["--statistics", "--output-format", "sarif"], "--statistics has no sarif format", "--help"),
        (["--add-noqa", "-"], "--add-noqa cannot write to standard input", "--help"),
        (["--isolated", "--config", "x.toml"], "--isolated reads no configuration", "--help"),
        (["--baseline", "nope.json"], "the baseline `nope.json` cannot be read", "--write-baseline nope.json"),
        (["--baseline", "app.py"], "is not valid JSON", "--write-baseline"),
        (["--write-baseline", "app.py"], "`app.py` is there, and is no baseline", "name another file"),
        (["--output-file", "no/such/folder/x"], "cannot be written", "name a file"),
        ([""], "a path is empty", "--help"),
    ],
)
def test_error_has_three_parts_on_standard_error(project: Path, arguments: list[str], what: str, hint: str) -> None:
    done = run(project, *arguments)

    lines = done.err.splitlines()
    assert (done.status, done.out) == (2, "")
    assert [line[:7] for line in lines] == ["error: ", "why:   ", "hint:  "]
    assert what in lines[0]
    assert hint in lines[2]
    assert (project / "app.py").read_text("utf-8") == UNGUARDED


def test_unknown_setting_in_the_file_names_the_nearest(project: Path) -> None:
    configure(project, 'selct = ["TGS1"]')

    done = run(project)

    assert (done.status, done.out) == (2, "")
    assert "did you mean `select`?" in done.err


def test_no_python_file_is_a_warning(project: Path) -> None:
    (project / "empty").mkdir()

    done = run(project, "empty")

    assert (done.status, done.out) == (0, "")
    assert done.err.startswith("warning: there is no Python file to check\n")


# where settings come from


@pytest.mark.parametrize(
    ("file", "variable", "arguments", "codes"),
    [
        ("", "", [], ["TGS101", "TGS101", "TGS301"]),
        ('select = ["TGS301"]', "", [], ["TGS301"]),
        ('select = ["TGS301"]', "TGS1", [], ["TGS101", "TGS101"]),
        ('select = ["TGS301"]', "TGS1", ["--select", "TGS3,TGS4"], ["TGS301"]),
        ("", "unguarded-client,TGS301", [], ["TGS101", "TGS101", "TGS301"]),
        ("", "", ["--select", "TGS101", "--select", "import-time-client"], ["TGS101", "TGS101", "TGS301"]),
        ('select = ["TGS1"]', "", ["--extend-select", "TGS301"], ["TGS101", "TGS101", "TGS301"]),
        ('ignore = ["TGS301"]', "", ["--ignore", "TGS101"], ["TGS301"]),
        ('ignore = ["unguarded-client"]', "", ["--select", "TGS101"], ["TGS101", "TGS101"]),
        ('ignore = ["TGS301"]', "", ["--select", "TGS3,TGS1"], ["TGS101", "TGS101"]),
        ("", "", ["--per-file-ignores", "bot.py:TGS101,TGS301"], ["TGS101"]),
        ("", "", ["--exclude", "bot.py"], ["TGS101"]),
        ('extend-exclude = ["bot.py"]', "", ["--extend-exclude", "app.py"], []),
        ('extend-exclude = ["bot.py"]', "", ["--isolated"], ["TGS101", "TGS101", "TGS301"]),
        ('guards = ["app.build"]', "", [], ["TGS101", "TGS301"]),
        ("", "", ["--guards", "app.build"], ["TGS101", "TGS301"]),
    ],
)
def test_argument_counts_before_environment_before_file(
    project: Path, file: str, variable: str, arguments: list[str], codes: list[str]
) -> None:
    configure(project, file)
    variables = {"TGSESSION_LINT_SELECT": variable} if variable else {}

    done = run(project, "--output-format", "concise", *arguments, **variables)

    assert done.codes == codes


def test_every_setting_of_the_file_is_an_option_too() -> None:
    options = {name for param in cli.cli.params for name in param.opts}

    assert [name for name in config.SETTINGS if f"--{name}" not in options] == []


def test_environment_sets_options_and_flags(project: Path) -> None:
    done = run(project, TGSESSION_LINT_OUTPUT_FORMAT="jsonl", TGSESSION_LINT_EXIT_ZERO="1", TGSESSION_LINT_EXCLUDE="bot.py")

    assert done.status == 0
    assert [json.loads(line)["code"] for line in done.out.splitlines()] == ["TGS101"]


def test_misspelt_variable_is_warned_of_and_actions_have_none(project: Path) -> None:
    done = run(project, "clean.py", TGSESSION_LINT_SELCT="TGS1", TGSESSION_LINT_ADD_NOQA="1")

    assert "did you mean `TGSESSION_LINT_SELECT`?" in done.err
    assert "warning: `TGSESSION_LINT_ADD_NOQA` sets nothing" in done.err
    assert (done.status, (project / "app.py").read_text("utf-8")) == (0, UNGUARDED)


def test_settings_are_shown_with_where_each_comes_from(project: Path) -> None:
    configure(project, 'guards = ["app.tg.session"]\nextend-exclude = ["old"]')

    arguments = ("--show-settings", "--extend-exclude", "new", "--per-file-ignores", "tests/**:TGS101")
    done = run(project, *arguments, TGSESSION_LINT_SELECT="TGS1", TGSESSION_LINT_QUIET="yes")

    lines = done.out.splitlines()
    assert 'select = ["TGS1"]  # environment' in lines
    assert 'guards = ["app.tg.session"]  # file' in lines
    assert 'extend-exclude = ["old", "new"]  # argument' in lines
    assert 'per-file-ignores = { "tests/**" = ["TGS101"] }  # argument' in lines
    assert "force-exclude = false  # default" in lines
    assert "# --quiet true: environment" in lines
    assert "# rules: TGS101 TGS102 TGS103 TGS104" in lines
    assert f"# settings file: {project / 'pyproject.toml'}" in lines


def test_shown_settings_are_a_configuration(project: Path) -> None:
    shown = run(project, "--show-settings", "--select", "TGS3", "--per-file-ignores", "x.py:TGS1").out
    (project / "pyproject.toml").write_text(shown, encoding="utf-8")

    assert run(project, "--output-format", "concise").codes == ["TGS301"]


def test_settings_are_shown_to_programs(project: Path) -> None:
    shown = json.loads(run(project, "--show-settings", "--output-format", "json", "--ignore", "TGS301").out)

    assert shown["settings"]["ignore"] == {"value": ["TGS301"], "from": "argument"}
    assert shown["settings"]["output-format"]["from"] == "argument"
    assert "TGS301" not in shown["rules"]


# files and commands


def test_force_exclude_leaves_out_what_is_named(project: Path) -> None:
    configure(project, 'extend-exclude = ["app.py"]')

    assert run(project, "app.py", "--output-format", "concise").codes == ["TGS101"]
    assert run(project, "app.py", "--force-exclude", "--output-format", "concise").codes == []


def test_path_called_like_a_command_is_given_with_its_folder(project: Path) -> None:
    (project / "rule").mkdir()
    (project / "app.py").rename(project / "rule" / "app.py")

    assert run(project, "./rule", "--output-format", "concise").codes == ["TGS101"]
    assert run(project, "rule").err.startswith("error: missing argument")


def test_output_file_holds_the_report_and_standard_output_nothing(project: Path) -> None:
    done = run(project, "app.py", "-o", "report.json", "--output-format", "json", FORCE_COLOR="1")

    assert (done.status, done.out) == (1, "")
    assert [entry["code"] for entry in json.loads((project / "report.json").read_text("utf-8"))] == ["TGS101"]


def test_output_file_of_a_full_report_has_no_colour(project: Path) -> None:
    run(project, "app.py", "-o", "report.txt", FORCE_COLOR="1")

    assert "\x1b" not in (project / "report.txt").read_text("utf-8")


@posix
def test_output_file_may_be_a_device(project: Path) -> None:
    done = process(project, "app.py", "-o", "/dev/stdout", "--output-format", "concise")

    assert (done.status, done.codes) == (1, ["TGS101"])


def test_quiet_says_findings_only(project: Path) -> None:
    loud, quiet = run(project, "app.py"), run(project, "app.py", "--quiet")

    assert loud.out == quiet.out + "\nFound 1 finding in 1 file (1 checked).\nCan be fixed: 1 with `--fix --unsafe-fixes`.\n"
    assert run(project, "clean.py", "-q") == Done(0, "", "")


def test_statistics_count_instead(project: Path) -> None:
    done = run(project, "--statistics")

    assert (done.status, done.out) == (1, "2\tTGS101\tunguarded-client\n1\tTGS301\timport-time-client\n")


# standard input


def test_dash_reads_standard_input(project: Path) -> None:
    done = run(project, "-", "--output-format", "concise", given=IMPORT_TIME.encode())

    assert done.codes == ["TGS101", "TGS301"]
    assert done.out.startswith("<stdin>:3:10: ")


def test_standard_input_shows_its_lines(project: Path) -> None:
    assert 'client = TelegramClient("a", 1, "b")' in run(project, "-", given=IMPORT_TIME.encode()).out


def test_name_of_standard_input_gives_it_settings_and_imports(project: Path) -> None:
    configure(project, '[tool.tgsession-lint.per-file-ignores]\n"lib/*" = ["TGS301"]')
    source = b"from bot import TelegramClient as Client\n\nclient = Client('a', 1, 'b')\n"

    done = run(project, "-", "--stdin-filename", "lib/new.py", "--output-format", "concise", given=source)

    assert (done.codes, done.out.split(":")[0]) == (["TGS101"], "lib/new.py")


def test_standard_input_counts_in_place_of_the_file(project: Path) -> None:
    done = run(project, "-", "--stdin-filename", "app.py", "--output-format", "concise", given=b"x = 1\n")

    assert (done.status, done.codes) == (0, [])


def test_excluded_name_of_standard_input_is_left_out_when_that_is_forced(project: Path) -> None:
    arguments = ("-", "--stdin-filename", "app.py", "--extend-exclude", "app.py", "--output-format", "json")

    assert run(project, *arguments, given=UNGUARDED.encode()).status == 1
    assert run(project, *arguments, "--force-exclude", given=UNGUARDED.encode()).out == "[]\n"


def test_standard_input_without_a_suffix_is_python(project: Path) -> None:
    done = run(project, "-", "--stdin-filename", "bin/tool", "--output-format", "concise", given=UNGUARDED.encode())

    assert done.out.startswith("bin/tool:5:12: TGS101 ")


def test_standard_input_keeps_its_encoding(project: Path) -> None:
    source = "# coding: latin-1\n" + IMPORT_TIME.replace('"a"', '"\u00e9"')

    assert '"\u00e9"' in run(project, "-", given=source.encode("latin-1")).out


@posix
def test_closed_standard_input_is_an_error_only_where_it_is_read(project: Path) -> None:
    script = f'"{sys.executable}" -m tgsession_lint "$@" <&-'

    def closed(*arguments: str) -> int:
        command = ["sh", "-c", script, "sh", *arguments]
        return subprocess.run(command, cwd=project, env=environment(), capture_output=True, check=False).returncode

    assert (closed("-"), closed("app.py"), closed("clean.py", "-q")) == (2, 1, 0)


# streams


@posix
def test_reader_that_has_seen_enough_ends_the_run_quietly(project: Path) -> None:
    for number in range(300):
        (project / f"bot_{number}.py").write_text(IMPORT_TIME, encoding="utf-8")
    script = f'"{sys.executable}" -m tgsession_lint; echo "status $?" >&2'

    done = subprocess.run(
        ["sh", "-c", f"({script}) | head -1"], cwd=project, env=environment(), capture_output=True, check=False
    )

    assert (done.stderr, done.stdout.count(b"\n")) == (b"status 1\n", 1)


@posix
def test_full_disk_is_an_error(project: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    script = f'"{sys.executable}" -m tgsession_lint app.py > /dev/full'

    done = subprocess.run(["sh", "-c", script], cwd=project, env=environment(), capture_output=True, check=False)

    assert done.returncode == 2
    assert done.stderr.startswith(b"error: standard output cannot be written")


@posix
def test_closed_streams_are_no_obstacle(project: Path) -> None:
    def closed(redirection: str) -> int:
        script = f'"{sys.executable}" -m tgsession_lint app.py nope.py {redirection}'
        return subprocess.run(["sh", "-c", script], cwd=project, env=environment(), check=False, capture_output=True).returncode

    assert [closed(">&-"), closed("2>&-"), closed(">&- 2>&- <&-")] == [2, 2, 2]


@pytest.mark.parametrize("variables", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_terminal_that_cannot_show_a_character_gets_its_escape(project: Path, variables: dict[str, str]) -> None:
    (project / "caf\u00e9.py").write_text(IMPORT_TIME[:-1] + '  # \U0001f600 \u00e9 "\n', encoding="utf-8")

    done = process(project, "caf\u00e9.py", **variables)

    assert (done.status, done.err) == (1, "")
    assert done.out.isascii()
    assert "\\U0001f600 \\xe9" in done.out


@posix
def test_file_name_that_is_no_text_is_linted_and_spelled_out(project: Path) -> None:
    name = b"bad-\xff.py"
    try:
        (project / os.fsdecode(name)).write_text(UNGUARDED, encoding="utf-8")
    except OSError:
        pytest.skip("this file system allows text only")

    done = process(project, name, "--output-format", "concise")

    assert done.codes == ["TGS101"]
    assert done.out.startswith("bad-\\xff.py:5:12: ")


@posix
@pytest.mark.parametrize("arguments", [("app.py",), ("app.py", "--output-format", "json"), ("app.py", "--quiet")])
def test_gone_working_folder_is_an_error(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    command = ["sh", "-c", f'rmdir "{gone}"; exec "{sys.executable}" -m tgsession_lint "$@"', "sh", *arguments]

    done = subprocess.run(command, cwd=gone, env=environment(), capture_output=True, check=False)

    assert done.returncode == 2
    assert done.stderr.startswith(b"error: the working folder cannot be read")


# colour, and what only a terminal gets


@pytest.mark.parametrize(
    ("arguments", "variables", "colored"),
    [
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "0"}, False),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
        (["--output-format", "json"], {"FORCE_COLOR": "1"}, False),
        (["--output-format", "junit", "--color", "always"], {}, False),
        ([], {"TGSESSION_LINT_COLOR": "always"}, True),
    ],
)
def test_colour_is_as_asked_for(project: Path, arguments: list[str], variables: dict[str, str], colored: bool) -> None:
    assert ("\x1b[" in run(project, "app.py", *arguments, **variables).out) == colored


def on_terminal(folder: Path, *arguments: str, code: str = "", **variables: str) -> str:
    """What the command writes to a terminal of its own, 80 columns wide."""
    import fcntl
    import pty
    import struct
    import termios

    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    start = ["-c", f"{code}\nfrom tgsession_lint.cli import main\nmain()"]
    process = subprocess.Popen(
        [sys.executable, *start, *arguments], cwd=folder, env=environment(**variables), stdin=child, stdout=child, stderr=child
    )
    os.close(child)
    seen = b""
    while True:
        try:
            part = os.read(parent, 1 << 16)
        except OSError:  # Linux's way to say that the other end is closed
            part = b""
        if not part:
            break
        seen += part
    os.close(parent)
    process.wait(timeout=30)
    return seen.decode()


@posix
def test_terminal_gets_colour_and_its_width(project: Path) -> None:
    seen = on_terminal(project, "app.py", TERM="xterm")

    plain = [line for line in seen.replace("\x1b[", "\0").splitlines() if "\0" not in line]
    assert "\x1b[1;31mTGS101\x1b[0m" in seen
    assert max(map(len, plain)) <= 80


@posix
def test_columns_sets_the_width(project: Path) -> None:
    narrow = on_terminal(project, "rule", "TGS101", TERM="dumb", COLUMNS="50")

    prose = [line for line in narrow.splitlines() if line and not line.startswith(("    ", "http"))]
    assert max(map(len, prose)) <= 50


@posix
def test_dumb_terminal_gets_neither_colour_nor_progress(project: Path) -> None:
    seen = on_terminal(project, "app.py", code=SLOW, TERM="dumb")

    assert "\x1b" not in seen
    assert "files that matter" not in seen


# A clock that runs ahead makes any run a long one, without a test that waits.
SLOW = "import time, itertools\nticks = itertools.count(0.0, 5.0)\ntime.monotonic = lambda: next(ticks)"


@posix
def test_long_run_shows_its_progress_and_takes_it_away(project: Path) -> None:
    seen = on_terminal(project, ".", code=SLOW, TERM="xterm")

    assert "2/2 files that matter" in seen
    assert seen.rfind("files that matter") < seen.find("app.py")


@posix
@pytest.mark.parametrize("arguments", [["--quiet"], ["--show-settings"]])
def test_progress_is_not_shown_where_nobody_wants_it(project: Path, arguments: list[str]) -> None:
    assert "files that matter" not in on_terminal(project, *arguments, code=SLOW, TERM="xterm")


def test_short_run_and_piped_run_show_no_progress(project: Path) -> None:
    assert process(project, code=SLOW).err == ""


# an old code base


def test_baseline_leaves_only_what_is_new(project: Path) -> None:
    written = run(project, "--write-baseline", "known.json")
    (project / "app.py").write_text("import os\n\n" + UNGUARDED.replace("build", "make"), encoding="utf-8")
    (project / "new.py").write_text(UNGUARDED, encoding="utf-8")

    done = run(project, "--baseline", "known.json", "--output-format", "concise")

    assert (written.status, written.out) == (0, "")
    assert "3 findings known in `known.json`" in written.err
    assert (done.status, done.codes, done.out.split(":")[0]) == (1, ["TGS101"], "new.py")
    assert "3 findings known from `known.json`" in done.err


def test_baseline_holds_from_whatever_folder(project: Path) -> None:
    (project / "app").mkdir()
    (project / "app.py").rename(project / "app" / "app.py")
    run(project, "--write-baseline", "known.json")

    assert run(project / "app", "--baseline", "../known.json", "..").status == 0
    assert run(project / "app", "--baseline", "../known.json", "app.py").status == 0


def test_stale_entries_are_counted_only_where_the_run_looked(project: Path) -> None:
    run(project, "--write-baseline", "known.json")
    (project / "bot.py").write_text("x = 1\n", encoding="utf-8")

    stale = "2 entries of the baseline match nothing any more: write it again"
    assert stale in run(project, "--baseline", "known.json").err
    assert "match" not in run(project, "--baseline", "known.json", "app.py").err
    assert "1 entry of the baseline matches" in run(project, "--baseline", "known.json", "--select", "TGS3").err


def test_writing_a_baseline_again_says_what_there_was(project: Path) -> None:
    run(project, "--write-baseline", "known.json")
    (project / "bot.py").unlink()

    done = run(project, "--write-baseline", "known.json")

    assert "1 finding known in `known.json`, before it were 3" in done.err


def test_baseline_with_a_conflict_can_be_written_again(project: Path) -> None:
    run(project, "--write-baseline", "known.json")
    file = project / "known.json"
    file.write_text(file.read_text("utf-8").replace('"findings"', '<<<<<<< ours\n"findings"'), encoding="utf-8")

    assert run(project, "--baseline", "known.json").status == 2
    assert run(project, "--write-baseline", "known.json").status == 0
    assert run(project, "--baseline", "known.json").status == 0


def test_after_add_noqa_the_next_run_is_clean(project: Path) -> None:
    done = run(project, "--add-noqa")

    assert (done.status, done.out, done.err) == (0, "", "note:  3 findings silenced in 2 files\n")
    assert run(project).status == 0
    assert (project / "bot.py").read_text("utf-8") == IMPORT_TIME[:-1] + "  # noqa: TGS101, TGS301\n"


def test_what_add_noqa_could_not_do_is_reported(project: Path) -> None:
    (project / "app.py").chmod(0o444)

    done = run(project, "--add-noqa", "--output-format", "concise")

    assert (done.status, done.codes) == (2, ["TGS101"])
    assert "error: `app.py` was left as it is: the file is read-only" in done.err


# commands


@pytest.mark.parametrize("name", ["TGS101", "tgs101", "unguarded-client"])
def test_rule_prints_its_page(project: Path, name: str) -> None:
    done = run(project, "rule", name)

    assert done.out.startswith("TGS101 unguarded-client\n\nA Telethon client is built outside `guarded_client`.\n")


def test_rule_is_printed_as_markdown_and_json(project: Path) -> None:
    assert "\n# TGS101 unguarded-client\n" in run(project, "rule", "TGS101", "--output-format", "markdown").out
    assert json.loads(run(project, "rule", "TGS101", "--output-format", "json").out)[0]["name"] == "unguarded-client"


def test_rules_are_listed_for_people_and_programs(project: Path) -> None:
    listed = json.loads(run(project, "rules", "--output-format", "json").out)

    assert [entry["code"] for entry in listed] == [
        line.split()[0] for line in run(project, "rules").out.splitlines() if line.startswith("  TGS")
    ]


def test_version_is_the_packages(project: Path) -> None:
    assert run(project, "--version").out == f"tgsession-lint {__version__}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script_asks_this_command(project: Path, shell: str) -> None:
    done = run(project, "completion", shell)

    assert done.status == 0
    assert f"_TGSESSION_LINT_COMPLETE={shell}_complete" in done.out


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("tgsession-lint ru", {"file,ru", "plain,rule", "plain,rules"}),
        ("tgsession-lint rule unguarded-", {"plain,unguarded-client"}),
        ("tgsession-lint rule TGS10", {"plain,TGS101", "plain,TGS102", "plain,TGS103", "plain,TGS104"}),
        ("tgsession-lint --select TGS301,TGS30", {"plain,TGS301,TGS301", "plain,TGS301,TGS302", "plain,TGS301,TGS303", "plain,TGS301,TGS304"}),
        ("tgsession-lint --output-format js", {"plain,json", "plain,jsonl"}),
        ("tgsession-lint src --stat", {"plain,--statistics"}),
        ("tgsession-lint completion f", {"plain,fish"}),
    ],
)
def test_shell_completes(project: Path, words: str, found: set[str]) -> None:
    last = str(len(words.split()) - 1)

    done = process(project, _TGSESSION_LINT_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=last)

    assert set(done.out.split()) == found


def test_module_and_console_script_are_one(project: Path) -> None:
    text = (CHECKOUT / "pyproject.toml").read_text("utf-8")

    assert 'tgsession-lint = "tgsession_lint.launch:main"' in text.splitlines()
    assert process(project, "app.py", "-q", code="import sys; sys.argv[0] = 'x'").out == process(project, "app.py", "-q").out


def test_quiet_clean_run_with_options_loads_no_parser(project: Path) -> None:
    code = "import atexit, sys; atexit.register(lambda: print('libcst' in sys.modules, file=sys.stderr))"

    assert process(project, "clean.py", "-q", code=code).err == "False\n"


def test_plain_runs_leave_every_command_to_the_full_program() -> None:
    from tgsession_lint import cli, launch

    assert set(cli.cli.commands) == launch._COMMANDS
