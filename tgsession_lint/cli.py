"""Arguments and exit codes; what it prints goes through `terminal`.

Exit status: 0 clean, 1 findings, 2 wrong use or configuration, 3 our own fault; 130 when interrupted.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tgsession_lint import __version__, options, terminal
from tgsession_lint.config import ConfigError, nearest
from tgsession_lint.finding import Fault
from tgsession_lint.rule import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CLEAN, FINDINGS, WRONG_USE, OUR_FAULT, INTERRUPTED = 0, 1, 2, 3, 130
NAME = "tgsession-lint"
ENVIRONMENT = "TGSESSION_LINT"


def main() -> None:
    """Run the command with the arguments of the process; never returns."""
    terminal.prepare()
    sys.exit(run(None))


def run(arguments: Sequence[str] | None) -> int:
    """Run the command with *arguments*, those of the process if None; its exit status."""
    try:
        status = cli.main(arguments, prog_name=NAME, standalone_mode=False, auto_envvar_prefix=ENVIRONMENT)
    except click.ClickException as error:
        _wrong_use(error)
    except ConfigError as error:
        terminal.complain(error.what, error.why, error.hint)
    except terminal.OutputError as error:
        terminal.complain(f"standard output cannot be written: {error}", "what was found is not shown, or not all of it")
    except (KeyboardInterrupt, click.Abort):
        terminal.say("interrupted\n")
        return INTERRUPTED
    except Exception:
        # The last resort; what is about one file and one rule has been caught where it happened.
        import traceback

        terminal.report_fault(Fault("", "", traceback.format_exc()), __version__, REPOSITORY)
        return OUR_FAULT
    else:
        return status if isinstance(status, int) else CLEAN
    return WRONG_USE


def _wrong_use(error: click.ClickException) -> None:
    message = error.format_message().rstrip(".")
    near = getattr(error, "possibilities", None)
    hint = f"did you mean `{near[0]}`?" if near else f"`{NAME} --help` lists what there is"
    what = error.message if isinstance(error, click.NoSuchOption) else message
    terminal.complain(what[:1].lower() + what[1:].rstrip("."), "nothing was checked", hint)


@click.group(
    cls=options.Lint,
    invoke_without_command=True,
    add_help_option=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="A path that is called like a command is written ./rule. Every option that is no action can be set in the "
    "environment: TGSESSION_LINT_SELECT=TGS1. Exit status: 0 clean, 1 findings, 2 wrong use or configuration, 3 a fault of "
    "the linter.",
)
@click.argument("paths", nargs=-1, cls=options.Paths, shell_complete=options.paths)
@options.linting
def cli(paths: tuple[str, ...], **given: Any) -> int:
    """Find the code that costs a Telegram session its login.

    PATHS are files, folders, globs, or - for standard input; without any, the working folder.
    """
    from tgsession_lint.request import Request
    from tgsession_lint.run import Run

    _warn_of_misspelt(os.environ)
    return Run(Request.of(paths, given, click.get_current_context()), _working_folder()).status()


@cli.command()
@click.argument("name", metavar="RULE", shell_complete=options.rules)
@click.option("--output-format", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True,
              help="The format.")  # fmt: skip
def rule(name: str, output_format: str) -> int:
    """Explain RULE, a code such as TGS101 or a name such as unguarded-client."""
    from tgsession_lint import pages
    from tgsession_lint.rule import every_rule

    found = pages.find(name, every_rule())
    if found is None:
        near = pages.nearest(name, every_rule())
        hint = f"did you mean `{near}`?" if near else f"`{NAME} rules` lists them all"
        raise ConfigError(f"no rule is called `{name}`", "there is no page to show", hint)
    color = terminal.wants_color(sys.stdout, os.environ)
    if output_format == "json":
        terminal.write(pages.as_json([found]))
    elif output_format == "markdown":
        terminal.write(pages.markdown(found))
    else:
        terminal.write(pages.plain(found, terminal.width(sys.stdout), color=color), color=color)
    return CLEAN


@cli.command()
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="The format.")
def rules(output_format: str) -> int:
    """List all rules."""
    from tgsession_lint import pages
    from tgsession_lint.rule import every_rule

    terminal.write(pages.as_json(every_rule()) if output_format == "json" else pages.table(every_rule()))
    return CLEAN


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print the completion script for SHELL.

    To switch it on, put the first line into ~/.bashrc, the second into ~/.zshrc, or run the third:

    \b
    eval "$(tgsession-lint completion bash)"
    eval "$(tgsession-lint completion zsh)"
    tgsession-lint completion fish > ~/.config/fish/completions/tgsession-lint.fish
    """  # noqa: D301 - for click it means: do not wrap
    from click.shell_completion import ShellComplete, get_completion_class

    kind = get_completion_class(shell)
    if kind is None:  # the choices are click's own
        raise click.UsageError(f"no completion for {shell}")
    # Bash's own class would run bash to ask for its version, which may not be this machine's.
    terminal.write(ShellComplete.source(kind(cli, {}, NAME, "_TGSESSION_LINT_COMPLETE")) + "\n")
    return CLEAN


def _warn_of_misspelt(environment: Mapping[str, str]) -> None:
    """A variable that sets nothing, in silence, is taken for one that does."""
    known = {f"{ENVIRONMENT}_{(param.name or '').upper()}": param for param in cli.params}
    commands = tuple(f"{ENVIRONMENT}_{name.upper()}_" for name in cli.commands)
    for name in sorted(environment):
        if name.startswith(f"{ENVIRONMENT}_") and name not in known and not name.startswith(commands):
            terminal.complain(f"`{name}` sets nothing", "", nearest(name, known), label="warning")
        elif not getattr(known.get(name), "allow_from_autoenv", True):
            terminal.complain(f"`{name}` sets nothing", "it is an action, which only an argument asks for", label="warning")


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except OSError as error:
        hint = "`cd` to a folder that is there, and that you may read"
        raise ConfigError(f"the working folder cannot be read: {error.strerror}", "paths start from it", hint) from None
