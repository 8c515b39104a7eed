"""Arguments and exit codes; with `launch.py` the only file that prints.

Exit status: 0 clean, 1 findings, 2 wrong use or configuration, 3 our own fault.
"""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tgsession_lint import __version__, baseline, config, pages, pipeline, terminal
from tgsession_lint.reports import FORMATS, Report, render
from tgsession_lint.reports.statistics import render_statistics
from tgsession_lint.rule import REPOSITORY, every_rule, url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tgsession_lint.config import Config
    from tgsession_lint.finding import Finding
    from tgsession_lint.pipeline import Outcome

CLEAN, FINDINGS, WRONG_USE, OUR_FAULT = 0, 1, 2, 3
_ENVIRONMENT = "TGSESSION_LINT"


_Function = TypeVar("_Function", bound="Callable[..., object]")


class _Lint(click.Group):
    """`tgsession-lint PATH` means `tgsession-lint check PATH`; a path called like a command is `./rule`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in {"--help", "-h", "--version"}):
            args = ["check", *args]
        return super().parse_args(ctx, args)


def main() -> None:
    """Run the command with the arguments of the process; never returns."""
    terminal.tolerant(sys.stdout)
    terminal.tolerant(sys.stderr)
    try:
        status = cli.main(prog_name="tgsession-lint", standalone_mode=False, auto_envvar_prefix=_ENVIRONMENT)
        sys.stdout.flush()
    except click.exceptions.Exit as end:
        status = end.exit_code
    except click.ClickException as error:
        hint = "`tgsession-lint --help` lists what there is"
        terminal.complain(error.format_message().rstrip(".").lower(), hint=hint)
        status = WRONG_USE
    except config.ConfigError as error:
        terminal.complain(error.what, error.why, error.hint)
        status = WRONG_USE
    except (KeyboardInterrupt, click.Abort):
        status = 130
    except BrokenPipeError:
        # Whoever read us has seen enough; Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = CLEAN
    except Exception:
        import traceback

        _report_fault("", "", traceback.format_exc())
        status = OUR_FAULT
    sys.exit(status or 0)


@click.group(cls=_Lint, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tgsession-lint", message="%(prog)s %(version)s")
def cli() -> None:
    """Find the code that costs a Telegram session its login.

    `tgsession-lint PATH…` is short for `tgsession-lint check PATH…`. Exit status: 0 clean, 1 findings, 2 wrong use or
    configuration, 3 a fault of the linter.
    """


def _codes(_ctx: click.Context, _param: click.Parameter, value: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip() for text in value for part in text.split(",") if part.strip())


def _lists(*names: str, help: str) -> Callable[[_Function], _Function]:  # noqa: A002 - click's own word
    return click.option(*names, multiple=True, callback=_codes, metavar="LIST", help=help)


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@_lists("--select", help="Rules to check: codes, prefixes or names, separated by commas.")
@_lists("--extend-select", help="Rules to check besides.")
@_lists("--ignore", help="Rules to leave out.")
@_lists("--exclude", help="Files and folders to leave out, instead of the default ones.")
@_lists("--extend-exclude", help="Files and folders to leave out besides.")
@click.option("--force-exclude", is_flag=True, help="Leave excluded files out even if they are named.")
@click.option("--output-format", type=click.Choice(FORMATS), default="full", show_default=True, help="How to report.")
@click.option("--output-file", type=click.Path(path_type=Path), help="Write the report to a file.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule instead.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option("-q", "--quiet", is_flag=True, help="Only the findings: no summary, no progress.")
@click.option("--baseline", "baseline_file", type=click.Path(path_type=Path), help="Report only what this file does not know.")
@click.option("--write-baseline", type=click.Path(path_type=Path), help="Write what is found to a file, as known.")
@click.option("--add-noqa", is_flag=True, help="Add `# noqa: CODE` to every line with a finding.")
@click.option("--show-settings", is_flag=True, help="Show the settings and where each comes from.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="The TOML file with the settings.")
@click.option("--isolated", is_flag=True, help="Ignore all configuration files.")
@click.option("--stdin-filename", type=click.Path(path_type=Path), help="The name of what is read from `-`.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True, help="When to colour.")
def check(paths: tuple[Path, ...], **options: Any) -> int:
    """Lint PATHS: files, folders, globs, or `-` for standard input; without any, this folder."""
    wanted = Request(paths=paths or (Path(),), **options)
    return Run(wanted, Path.cwd()).status()


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for."""

    paths: tuple[Path, ...]
    select: tuple[str, ...]
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    exclude: tuple[str, ...]
    extend_exclude: tuple[str, ...]
    force_exclude: bool
    output_format: str
    output_file: Path | None
    statistics: bool
    exit_zero: bool
    quiet: bool
    baseline_file: Path | None
    write_baseline: Path | None
    add_noqa: bool
    show_settings: bool
    config_file: Path | None
    isolated: bool
    stdin_filename: Path | None
    color: str

    def over(self, settings: Config) -> Config:
        """*settings* with those that were given here in their place."""
        own = {f.name for f in fields(self)} & {f.name for f in fields(settings)}
        given = {name: getattr(self, name) for name in own if getattr(self, name)}
        return replace(settings, **given)


class Run:
    """One `check`, from the settings to the exit status."""

    def __init__(self, wanted: Request, cwd: Path) -> None:
        self.wanted = wanted
        self.cwd = cwd
        self.rules = {rule.code: rule for rule in every_rule()}
        self.given = self._standard_input()
        named = [Path(path) for path in self.given] or list(wanted.paths)
        loaded = config.load(named, cwd, file=wanted.config_file, isolated=wanted.isolated)
        self.loaded = loaded
        self.settings = wanted.over(loaded)
        config.check_codes(self.settings, self.rules)

    def _standard_input(self) -> dict[str, bytes]:
        if Path("-") not in self.wanted.paths:
            return {}
        if len(self.wanted.paths) > 1:
            raise click.UsageError("`-` stands alone: standard input is one file")
        name = self.wanted.stdin_filename or Path("stdin.py")
        data = sys.stdin.buffer.read() if sys.stdin is not None else b""
        return {os.path.abspath(self.cwd / name): data}

    def status(self) -> int:
        """Do what was asked for; the exit status."""
        if self.wanted.show_settings:
            self._write(self._shown_settings())
            return CLEAN
        progress = terminal.Progress(on=terminal.is_terminal(sys.stderr) and not self.wanted.quiet)
        targets = [path for path in self.wanted.paths if path != Path("-")]
        outcome = pipeline.run(targets, self.settings, cwd=self.cwd, given=self.given, progress=progress)
        progress.end()
        findings = outcome.findings
        if self.wanted.add_noqa:
            findings = self._add_noqa(findings)
        elif self.wanted.write_baseline is not None:
            findings = self._write_baseline(findings)
        elif self.wanted.baseline_file is not None:
            findings = self._apply_baseline(findings)
        if not self.wanted.add_noqa and self.wanted.write_baseline is None:
            self._write(self._report(findings, outcome))
        return self._end(findings, outcome)

    def _end(self, findings: Sequence[Finding], outcome: Outcome) -> int:
        for problem in outcome.problems:
            terminal.complain(f"{problem.message}: `{problem.path}`", "what is not read is not checked", "check the spelling")
        for fault in outcome.faults:
            _report_fault(fault.path, fault.rule, fault.error)
        if outcome.faults:
            return OUR_FAULT
        if outcome.problems:
            return WRONG_USE
        if not outcome.checked and not self.wanted.quiet:
            hint = "name files or folders that hold Python, or see `--show-settings` for what is excluded"
            terminal.complain("no Python files to check", hint=hint, label="warning")
        return FINDINGS if findings and not self.wanted.exit_zero else CLEAN

    # reports

    def _lines(self, finding: Finding) -> Sequence[str]:
        return pipeline.lines(finding, cwd=self.cwd, given=self.given)

    def _summaries(self) -> dict[str, tuple[str, str]]:
        return {code: (rule.name, rule.summary) for code, rule in self.rules.items()}

    def _report(self, findings: Sequence[Finding], outcome: Outcome) -> str:
        if self.wanted.statistics:
            as_json = self.wanted.output_format in {"json", "jsonl"}
            return render_statistics(findings, self._summaries(), as_json=as_json)
        stream = None if self.wanted.output_file else sys.stdout
        colored = terminal.wants_color(stream, os.environ, self.wanted.color)
        report = Report(
            tuple(findings), self._lines, lambda code: url(self.rules[code].name), __version__, self._summaries(),
            str(self.settings.root), outcome.checked, color=colored, width=terminal.width(stream), cwd=str(self.cwd),
        )  # fmt: skip
        text = render(self.wanted.output_format, report)
        if self.wanted.quiet and self.wanted.output_format in {"full", "concise"}:
            text = _without_summary(text, report)
        return text

    def _write(self, text: str) -> None:
        if self.wanted.output_file is None:
            sys.stdout.write(text)
            return
        from tgsession_lint import atomic

        try:
            atomic.write(str(self.cwd / self.wanted.output_file), text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise config.ConfigError(f"`{self.wanted.output_file}` cannot be written: {error.strerror}",
                                     "the report would be lost", "name another file with `--output-file`") from error

    def _shown_settings(self) -> str:
        rows = [f"root = {self.settings.root}", f"file = {self.loaded.file or 'none'}"]
        default = config.Config(self.settings.root)
        for setting in fields(self.settings):
            if setting.name in {"root", "file"}:
                continue
            value = getattr(self.settings, setting.name)
            source = "default" if value == getattr(default, setting.name) else "file"
            if value != getattr(self.loaded, setting.name):
                given = click.get_current_context().get_parameter_source(setting.name)
                source = "environment" if given is click.core.ParameterSource.ENVIRONMENT else "argument"
            rows.append(f"{setting.name.replace('_', '-')} = {_plain(value)}  # {source}")
        chosen = config.rules_for(replace(self.settings, per_file_ignores=()), str(self.settings.root / "x.py"), self.rules)
        rows.append(f"rules = {_plain(tuple(sorted(chosen)))}")
        return "\n".join(rows) + "\n"

    # what is known already

    def _entries(self, findings: Sequence[Finding]) -> list[baseline.Entry]:
        return baseline.entries(findings, self._lines, lambda path: self.settings.relative(str(self.cwd / path)))

    def _write_baseline(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        from tgsession_lint import atomic

        target = self.wanted.write_baseline
        assert target is not None  # noqa: S101 - asked before the call
        try:
            atomic.write(str(self.cwd / target), baseline.write(self._entries(findings)).encode())
        except OSError as error:
            raise config.ConfigError(f"`{target}` cannot be written: {error.strerror}",
                                     "without it nothing is known", "name another file") from error
        self._tell(f"{len(findings)} known from now on: lint with `--baseline {target}`")
        return ()

    def _apply_baseline(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        file = self.wanted.baseline_file
        try:
            known = baseline.read((self.cwd / str(file)).read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise config.ConfigError(f"the baseline `{file}` cannot be read: {getattr(error, 'strerror', error)}",
                                     "without it every known finding would be reported as new",
                                     f"write it with `--write-baseline {file}`") from error
        except baseline.BaselineError as error:
            raise config.ConfigError(error.what, error.why, error.hint) from error
        applied = baseline.apply(list(zip(findings, self._entries(findings), strict=True)), known, lambda _: True)
        self._tell(f"{applied.matched} known from the baseline")
        if applied.stale:
            self._tell(f"{applied.stale} of the baseline match nothing any more: write it again")
        return applied.new

    def _add_noqa(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        from tgsession_lint.add_noqa import add_noqa

        added, failures = add_noqa(findings, str(self.cwd))
        self._tell(f"{added} suppressions added")
        for path, reason in failures:
            terminal.complain(f"`{path}` was left as it is: {reason}", "its findings are reported again", "mend it by hand")
        return tuple(finding for finding in findings if finding.path in dict(failures))

    def _tell(self, text: str) -> None:
        if not self.wanted.quiet:
            print(f"note:  {text}", file=sys.stderr)


def _plain(value: object) -> str:
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return "{ " + ", ".join(f'"{glob}" = {_plain(codes)}' for glob, codes in value) + " }"
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{part}"' for part in value) + "]"
    return str(value).lower()


def _without_summary(text: str, report: Report) -> str:
    from tgsession_lint.reports.closing import closing

    return text.removesuffix(closing(report)).rstrip("\n") + "\n" if report.findings else ""


def _report_fault(path: str, rule: str, error: str) -> None:
    where = " ".join(part for part in (f"in rule {rule}" if rule else "", f"on `{path}`" if path else "") if part)
    terminal.complain(f"the linter itself failed {where}".rstrip(), "the rest was linted; this part was not",
                      f"please report what stands below: {REPOSITORY}/issues")
    versions = f"tgsession-lint {__version__}, Python {platform.python_version()}, {platform.platform()}"
    print(f"```\n{versions}\n{error.rstrip()}\n```", file=sys.stderr)


@cli.command()
@click.argument("name", metavar="RULE")
def rule(name: str) -> int:
    """Explain RULE, a code such as TGS101 or a name such as unguarded-client."""
    found = pages.find(name, every_rule())
    if found is None:
        near = pages.nearest(name, every_rule())
        hint = f"did you mean `{near}`?" if near else "`tgsession-lint rules` lists them all"
        raise config.ConfigError(f"no rule is called `{name}`", hint=hint)
    colored = terminal.wants_color(sys.stdout, os.environ)
    sys.stdout.write(pages.plain(found, terminal.width(sys.stdout), color=colored))
    return CLEAN


@cli.command()
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to list.")
def rules(output_format: str) -> int:
    """List all rules."""
    sys.stdout.write(pages.as_json(every_rule()) if output_format == "json" else pages.table(every_rule()))
    return CLEAN


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print the completion script for SHELL; `eval "$(tgsession-lint completion bash)"` switches it on."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - the choices above are click's own
    variable: Mapping[str, Any] = {}
    sys.stdout.write(kind(cli, dict(variable), "tgsession-lint", "_TGSESSION_LINT_COMPLETE").source() + "\n")
    return CLEAN
