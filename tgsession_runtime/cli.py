"""The command group: which commands there are, what status they end with, and how an error is printed.

Exit status: 0 done, 1 it cannot be, 2 wrong use or configuration, 3 our own fault, 75 busy, 130 and 143 after signals.
Nothing heavy is imported here: `--help` answers before Telethon could have been loaded.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from tgsession_runtime import __version__
from tgsession_runtime.console import end_by_signals, prepare, say
from tgsession_runtime.errors import (
    CommandError,
    ConfigurationError,
    DiskError,
    SessionHeldHereError,
    SessionInUseError,
    TgsessionError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = "tgsession-guard"
DONE, REFUSED, WRONG_USE, OUR_FAULT, BUSY, INTERRUPTED = 0, 1, 2, 3, 75, 130
_REPORTS = "https://github.com/tgsession-guard/tgsession-guard/issues/new"
_COMMANDS = {
    "auth": "Log a session in, while nobody else can use it.",
    "backup": "Write a consistent copy of a session file.",
    "check": "Say whether it is safe to use a session now, and what to do if not.",
    "doctor": "Say whether this environment is fit for the guard.",
    "export": "Write a session as a session string, to a file or a terminal.",
    "import": "Make a session file of a session string.",
    "lease": "End a lease that its holder cannot end.",
    "recover": "Bring a session back, one step at a time.",
    "restore": "Put a backup in the place of a session file, which is kept.",
    "run": "Hold a session while a program runs that does not use the guard.",
    "status": "Show sessions, holders and workers in one table.",
    "watch": "Show what happens to sessions and workers as it happens.",
    "workers": "Start and stop the project's workers.",
    "who": "Say who holds a session.",
}

_MODULES = {"import": "import_"}  # a word of Python's


class Commands(click.Group):
    """The commands, by name; a module is loaded when its command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        # Imports throw nothing away that could be collected: a tenth of what a short command takes.
        gc.disable()
        try:
            found: click.Command = import_module(f"tgsession_runtime.commands.{_MODULES.get(cmd_name, cmd_name)}").command
        finally:
            gc.enable()
        return found

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that *args* begin with, or a complaint that names the nearest."""
        if args[0] not in _COMMANDS and not args[0].startswith("-"):
            raise UnknownCommandError(args[0], ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in the help, from what stands above: their own modules are not needed for it."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


class UnknownCommandError(click.UsageError):
    """There is no such command."""

    def __init__(self, name: str, context: click.Context) -> None:
        import difflib

        super().__init__(f"there is no command `{name}`", context)
        self.possibilities = difflib.get_close_matches(name, _COMMANDS)


def main() -> None:
    """Run the command with the arguments of the process; never returns."""
    prepare()
    end_by_signals()
    status = run(None)
    # The interpreter collects on its way out, and would look through every module in vain.
    gc.freeze()
    sys.exit(status)


def run(arguments: Sequence[str] | None) -> int:
    """Run the command with *arguments*, those of the process if None; its exit status."""
    try:
        status = cli.main(arguments, prog_name=NAME, standalone_mode=False)
    except click.ClickException as error:
        say(_wrong_use(error).explain())
        return WRONG_USE
    except TgsessionError as error:
        say(error.explain())
        return status_of(error)
    except (KeyboardInterrupt, click.Abort):
        say("interrupted")
        return INTERRUPTED
    except Exception as error:
        if (refused := _of_disk(error)) is not None:
            say(refused.explain())
            return REFUSED
        # The last resort: whatever is raised on purpose has been told above.
        say(_fault())
        return OUR_FAULT
    return status if isinstance(status, int) else DONE


def status_of(error: TgsessionError) -> int:
    """The exit status that *error* ends with."""
    if isinstance(error, CommandError):
        return error.status
    if isinstance(error, ConfigurationError):
        return WRONG_USE
    busy = isinstance(error, SessionInUseError) and not isinstance(error, SessionHeldHereError)
    return BUSY if busy else REFUSED


@click.group(
    cls=Commands,
    no_args_is_help=False,  # nothing was asked for: that is wrong use
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Settings come from arguments, from TGSESSION_… in the environment and from [tool.tgsession-guard] in pyproject.toml. "
    "Exit status: 0 done, 1 it cannot be, 2 wrong use or configuration, 3 a fault of this program, 75 busy.",
)
@click.version_option(__version__, prog_name=NAME)
def cli() -> None:
    """Keep a Telegram session with one holder at a time."""


def _wrong_use(error: click.ClickException) -> ConfigurationError:
    message = getattr(error, "message", "") if isinstance(error, click.NoSuchOption) else error.format_message()
    what = (message[:1].lower() + message[1:]).partition(" Did you mean")[0].rstrip(".")
    near = getattr(error, "possibilities", None)
    context: Any = getattr(error, "ctx", None)
    path = context.command_path if context else NAME
    return ConfigurationError(what, f"did you mean `{near[0]}`?" if near else f"`{path} --help` lists what there is", why="nothing was done")


def _of_disk(error: Exception) -> DiskError | None:
    """What the disk or its permissions have refused, put into words; None if *error* is something else."""
    from tgsession_runtime.session_files import UNFINISHED

    if isinstance(error, OSError) and error.errno in DiskError.HINTS:
        path = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else str(error.filename or "")
        # A name that was only for the moment tells nobody anything.
        return DiskError(error.errno, os.path.dirname(path) if UNFINISHED.fullmatch(os.path.basename(path)) else path)
    if type(error).__module__ == "sqlite3":  # Telethon's, while it writes
        text = str(error)
        number = errno.ENOSPC if "full" in text else errno.EACCES if "readonly" in text or "unable to open" in text else 0
        return DiskError(number, "") if number else None
    return None


def _fault() -> str:
    import platform
    import traceback

    about = f"{NAME} {__version__}, {platform.python_implementation()} {platform.python_version()}, {platform.platform()}"
    parts = ("error: this program broke down", "why:   a fault of ours, not of yours",
             f"hint:  please report what stands below: {_REPORTS}")  # fmt: skip
    return "\n".join([*parts, "", "```", about, traceback.format_exc().rstrip(), "```"])
