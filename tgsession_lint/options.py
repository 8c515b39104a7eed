"""The command's options: which there are, in which groups they are shown, and how a path is told from a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tgsession_lint.reports import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from click.shell_completion import CompletionItem

_PATH = click.Path()
_LISTS = (
    ("select", "RULES", "Check these rules only: codes (TGS101), beginnings of codes (TGS1), names, ALL."),
    ("extend-select", "RULES", "Check these rules besides."),
    ("ignore", "RULES", "Do not check these rules."),
    ("exclude", "GLOBS", "Leave these files and folders out, in place of the defaults."),
    ("extend-exclude", "GLOBS", "Leave these files and folders out besides."),
    ("guards", "NAMES", "Functions and classes that are guards too, such as app.tg.session."),
    ("client-classes", "NAMES", "Client classes of packages outside the project."),
    ("telethon-roots", "NAMES", "Packages that are forks of Telethon."),
    ("src", "FOLDERS", "Folders that modules are imported from."),
    ("test-patterns", "GLOBS", "Which files are tests and debug scripts."),
)


class Option(click.Option):
    """An option that knows the heading it is shown under, and whether the environment may set it."""

    def __init__(self, *names: Any, heading: str = "Options", action: bool = False, **more: Any) -> None:
        # An action that a forgotten variable sets off would change files, or hide the findings.
        super().__init__(*names, **{"allow_from_autoenv": not action, **more})
        self.heading = heading


class Paths(click.Argument):
    """What is to be linted; no part of how the commands are called."""

    def get_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Nothing: the usage line of the group says it by itself."""
        del ctx
        return []


class Lint(click.Group):
    """A group that lints unless its first argument is one of its commands; a path called like one is `./rule`."""

    allow_interspersed_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """A command takes all that follows; else the arguments are the linter's own."""
        if args and args[0] in self.commands:
            ctx.args = list(args)
            return ctx.args
        return click.Command.parse_args(self, ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named, or lint."""
        if not ctx.args:
            return click.Command.invoke(self, ctx)
        name, command, rest = self.resolve_command(ctx, ctx.args)
        if command is None:  # resolve_command has complained by then
            return None
        ctx.invoked_subcommand = name
        with command.make_context(name, rest, parent=ctx) as inner:
            return inner.command.invoke(inner)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Both ways to call it."""
        formatter.write_usage(ctx.command_path, "[OPTIONS] [PATHS]...")
        formatter.write_usage(ctx.command_path, "COMMAND [ARGS]...", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options by heading, then the commands."""
        headings: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record is not None:
                headings.setdefault(getattr(param, "heading", "Options"), []).append(record)
        for heading, records in headings.items():
            with formatter.section(heading):
                formatter.write_dl(records)
        self.format_commands(ctx, formatter)


def listed(value: Sequence[str]) -> tuple[str, ...]:
    """The parts of comma lists: `TGS1,TGS301`, given once or several times."""
    return tuple(part.strip() for text in value for part in text.split(",") if part.strip())


def _list(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> tuple[str, ...]:
    del ctx, param
    return listed(value)


def _per_file(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """`GLOB:RULES` as the configuration has it."""
    pairs = []
    for text in value:
        glob, colon, codes = text.rpartition(":")
        if not (glob and colon and codes):
            raise click.BadParameter(f"{text!r} is not GLOB:RULES, such as tests/**:TGS101,TGS301", ctx, param)
        pairs.append((glob, listed([codes])))
    return tuple(pairs)


def paths(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Completions of the first word: files, and the commands once a beginning of one is typed."""
    from click.shell_completion import CompletionItem

    files = [CompletionItem(incomplete, type="file")]
    if not incomplete or ctx.params.get(param.name or ""):
        return files
    group = ctx.command
    commands = group.list_commands(ctx) if isinstance(group, click.Group) else []
    return files + [CompletionItem(name) for name in commands if name.startswith(incomplete)]


def rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Completions of a rule: its code and its name."""
    del ctx, param
    from click.shell_completion import CompletionItem

    from tgsession_lint.rule import every_rule

    done, comma, begun = incomplete.rpartition(",")
    found = [(spelling, rule.summary) for rule in every_rule() for spelling in (rule.code, rule.name)]
    return [
        CompletionItem(done + comma + spelling, help=summary)
        for spelling, summary in found
        if spelling.lower().startswith(begun.lower())
    ]


def linting(command: Callable[..., Any]) -> Callable[..., Any]:
    """All options of the linter on *command*."""
    for decorate in reversed([*_what(), *_fixes(), *_how(), *_known(), *_settings(), *_other()]):
        command = decorate(command)
    return command


def _option(*names: str, **more: Any) -> Callable[..., Any]:
    return click.option(*names, cls=Option, **more)


def _what() -> list[Callable[..., Any]]:
    head = "What to check"
    lists = [
        _option(
            f"--{name}", multiple=True, callback=_list, metavar=metavar, help=text, heading=head if number < 5 else "The project",
            shell_complete=rules if metavar == "RULES" else None,
        )
        for number, (name, metavar, text) in enumerate(_LISTS)
    ]  # fmt: skip
    return [
        *lists[:5],
        _option("--per-file-ignores", multiple=True, callback=_per_file, metavar="GLOB:RULES", heading=head,
                help="Do not check these rules in these files; may be given again."),
        _option("--force-exclude/--no-force-exclude", default=None, heading=head,
                help="Leave excluded files out even when they are named."),
        _option("--stdin-filename", type=_PATH, heading=head, help="What the program read from `-` is called."),
        *lists[5:],
    ]  # fmt: skip


def _how() -> list[Callable[..., Any]]:
    head = "What to say"
    return [
        _option("--output-format", type=click.Choice(FORMATS), default="full", show_default=True, heading=head, help="The format."),
        _option("-o", "--output-file", type=_PATH, heading=head, help="Write the report to a file."),
        _option("--statistics", is_flag=True, heading=head, help="Count the findings of each rule instead."),
        _option("-q", "--quiet", is_flag=True, heading=head, help="Findings and errors only."),
        _option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True, heading=head,
                help="When to use colour; auto: on a terminal, and as NO_COLOR and FORCE_COLOR say."),
        _option("--exit-zero", is_flag=True, heading=head, help="Exit with 0 although there are findings."),
    ]  # fmt: skip


def _fixes() -> list[Callable[..., Any]]:
    head = "What to mend"
    return [
        _option("--fix", is_flag=True, action=True, heading=head, help="Mend what can be mended, and report the rest."),
        _option("--unsafe-fixes/--no-unsafe-fixes", default=None, heading=head,
                help="Also what changes more than what the rule forbids: read it afterwards."),
        _option("--diff", is_flag=True, action=True, heading=head, help="Show what `--fix` would change, and change nothing."),
        _option("--exit-non-zero-on-fix", is_flag=True, heading=head, help="Exit with 1 if anything was mended."),
    ]  # fmt: skip


def _known() -> list[Callable[..., Any]]:
    head = "An old code base"
    return [
        _option("--baseline", type=_PATH, metavar="FILE", heading=head, help="Report only what this file does not know."),
        _option("--write-baseline", type=_PATH, metavar="FILE", action=True, heading=head,
                help="Write all that is found to a file, as known."),
        _option("--add-noqa", is_flag=True, action=True, heading=head, help="Add `# noqa: CODE` to the lines with findings."),
    ]  # fmt: skip


def _settings() -> list[Callable[..., Any]]:
    head = "Settings"
    return [
        _option("--config", type=_PATH, metavar="FILE", heading=head, help="Read the settings from this TOML file."),
        _option("--isolated", is_flag=True, heading=head, help="Read no configuration file."),
        _option("--show-settings", is_flag=True, action=True, heading=head, help="Show the settings and where each comes from."),
    ]


def _help(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    del param
    if value and not ctx.resilient_parsing:
        click.echo(ctx.get_help())
        ctx.exit()


def _other() -> list[Callable[..., Any]]:
    from tgsession_lint import __version__

    return [
        click.version_option(__version__, cls=Option, action=True, heading="Other", message="%(prog)s %(version)s"),
        _option("-h", "--help", is_flag=True, is_eager=True, expose_value=False, callback=_help, action=True, heading="Other",
                help="Show this message and exit."),
    ]  # fmt: skip
