"""One run of the linter as a user sees it: settings, findings, what is known of them, report, exit status."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tgsession_lint import __version__, adopt, baseline, config, pipeline, repair, settings, standard_input, terminal
from tgsession_lint.frozen import replace
from tgsession_lint.nearest import Nearest
from tgsession_lint.repair import Mended
from tgsession_lint.reports import render
from tgsession_lint.reports.report import Report
from tgsession_lint.root import is_below
from tgsession_lint.rule import REPOSITORY, by_code, summaries, url

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tgsession_lint.finding import Finding
    from tgsession_lint.pipeline import Outcome
    from tgsession_lint.request import Request
    from tgsession_lint.rule import Rule

CLEAN, FINDINGS, WRONG_USE, OUR_FAULT = range(4)
_COLORED = ("full", "concise")


class Run:
    """One run, from the settings to the exit status."""

    def __init__(self, request: Request, cwd: Path) -> None:
        self.request = request
        self.cwd = cwd
        self.input = standard_input.read(request.paths, request.stdin_filename, cwd)
        self.targets = [Path(path) for path in request.paths if path != standard_input.DASH]
        named = [*self.targets, *(Path(path) for path in self.input.contents)]
        file = Path(request.config) if request.config else None
        self.settings = self._resolve(config.load(named, cwd, file=file, isolated=request.isolated))
        self.config = self.settings.config
        fixed = request.isolated or file is not None
        self.nearest = Nearest(self.config, str(cwd), lambda found: self._resolve(found).config, fixed=fixed)
        self._held = self.input.kept(self.config)
        """The contents that count in place of those on disk."""

    def _resolve(self, loaded: config.Config) -> settings.Settings:
        """*loaded* with what the arguments say in its place."""
        found = settings.resolve(loaded, self.request.settings, self.request.origins)
        if found.config.selects_rules:
            found = settings.unhidden(found, self.rules)
            config.check_codes(found.config, self.rules)
        return found

    @property
    def rules(self) -> dict[str, Rule]:
        """All rules by code."""
        return by_code()

    def status(self) -> int:
        """Do what was asked for; the exit status."""
        if self.request.show_settings:
            return self._show_settings()
        made = self._mended() if self.request.mends else Mended(self._lint(self._held, everything=True))
        if self.request.diff:
            return self._show_diff(made)
        unwritten = () if not self.request.fix else self._write(made)
        outcome = made.outcome
        left, notes, problems = self._adopted(outcome.findings)
        # Writing down what is known has nothing to report but what it could not write down.
        if left or not (self.request.write_baseline or self.request.add_noqa):
            self._output(self._report(left, outcome, made.fixed))
        if notes and not self.request.quiet:
            terminal.say("".join(f"note:  {note}\n" for note in notes))
        for problem in (*unwritten, *problems):
            terminal.complain(*problem)
        failed = made.fixed and self.request.exit_non_zero_on_fix
        return max(self._end(left, outcome), WRONG_USE if problems or unwritten else CLEAN, FINDINGS if failed else CLEAN)

    # mending

    def _mended(self) -> Mended:
        """What is left of the findings, and the contents without the others; nothing is written yet."""
        made = repair.mend(self._lint, self._held, self._wanted, str(self.cwd))
        renamed = tuple(map(self.input.renamed, made.outcome.findings))
        return made._replace(outcome=replace(made.outcome, findings=renamed))

    def _wanted(self, findings: Sequence[Finding]) -> list[Finding]:
        """Those of *findings* that are to be mended: what is known from a baseline stays."""
        return [finding for finding in self._adopted(findings).left if finding.fix is not None and self._allows(finding)]

    def _allows(self, finding: Finding) -> bool:
        if self.input.contents and finding.fix is not None and finding.fix.elsewhere:
            return False  # standard input stands for one file, and there is nowhere to put the others
        safe = finding.fix is not None and finding.fix.applicability == "safe"
        return safe or self.nearest.of(os.path.normpath(self.cwd / finding.path)).unsafe_fixes

    def _show_diff(self, made: Mended) -> int:
        self._output("".join(repair.diffs(made, self.input.contents, self._shown)))
        for path, why in made.failures:
            terminal.complain(f"`{self._shown(path)}` stays as it is: {why}", "its findings stay too", "change it by hand")
        if not self.request.quiet:
            terminal.say(repair.would(made))
        changes = FINDINGS if made.contents and not self.request.exit_zero else CLEAN
        return max(self._end((), made.outcome), changes)

    def _write(self, made: Mended) -> tuple[tuple[str, str, str], ...]:
        """Write what was mended, standard input to standard output; what stays as it was, as errors."""
        read = self.input.contents.keys()
        for path in read:
            terminal.write_bytes(made.contents.get(path, self.input.contents[path]))
        failures = [*made.failures, *repair.write({path: data for path, data in made.contents.items() if path not in read})]
        return tuple(
            (f"`{self._shown(path)}` stays as it is: {why}", "its findings stay too", "change it by hand") for path, why in failures
        )

    def _shown(self, path: str) -> str:
        inside = os.path.relpath(path, self.cwd) if is_below(path, str(self.cwd)) else path
        return self.input.name if path in self.input.contents else inside.replace(os.sep, "/")

    # what is known

    def _adopted(self, findings: Sequence[Finding]) -> adopt.Adopted:
        """What is left of *findings* when those that are known, or made known now, are taken away."""
        request = self.request
        if request.write_baseline is not None:
            return adopt.write(findings, self._known_as, request.write_baseline, self.cwd)
        adopted = adopt.Adopted(tuple(findings))
        if request.baseline is not None:
            adopted = adopt.subtract(findings, self._known_as, request.baseline, self.cwd, self._judged)
        if request.add_noqa:
            silenced = adopt.silence(adopted.left, self.cwd)
            adopted = silenced._replace(notes=adopted.notes + silenced.notes)
        return adopted

    def _known_as(self, findings: Sequence[Finding]) -> list[baseline.Entry]:
        return baseline.entries(findings, self.lines, lambda path: self.config.relative(str(self.cwd / path)))

    def _judged(self, path: str, code: str) -> bool:
        """Whether this run would have found *code* in the file at *path*, from the root, if it were there."""
        whole = os.path.normpath(self.config.root / path)
        targets = [os.path.normpath(self.cwd / target) for target in self.targets] + list(self.input.contents)
        inside = any(is_below(whole, target) for target in targets)
        return inside and code in config.rules_for(self.nearest.of(whole), whole, self.rules)

    def _lint(self, held: Mapping[str, bytes], everything: bool) -> Outcome:
        """One run over *everything*, or over what is *held* in place of what is on disk."""
        self._held = held
        targets = self.targets if everything else []
        progress = terminal.Progress(on=not self.request.quiet)
        try:
            outcome = pipeline.run(targets, self.nearest, cwd=self.cwd, given=held, progress=progress)
        finally:
            progress.end()
        if self.request.mends:
            return outcome  # renamed when all is mended: until then the files have to be found
        return replace(outcome, findings=tuple(map(self.input.renamed, outcome.findings)))

    def _end(self, left: Sequence[Finding], outcome: Outcome) -> int:
        for problem in outcome.problems:
            hint = f"paths start from `{self.cwd}`"
            terminal.complain(f"{problem.message}: `{problem.path}`", "what is not there, or not read, is not checked", hint)
        for fault in outcome.faults:
            terminal.report_fault(fault, __version__, REPOSITORY)
        if outcome.faults:
            return OUR_FAULT
        if outcome.problems:
            return WRONG_USE
        if not outcome.checked:
            hint = "name files or folders that hold Python; `--show-settings` tells what is excluded"
            terminal.complain("there is no Python file to check", "nothing was checked", hint, label="warning")
        return FINDINGS if left and not self.request.exit_zero else CLEAN

    # the report

    def lines(self, finding: Finding) -> Sequence[str]:
        """The rows of the file that *finding* is in."""
        return pipeline.lines(finding, cwd=self.cwd, given=self.input.by_shown(self._held))

    def _report(self, findings: Sequence[Finding], outcome: Outcome, fixed: int) -> str:
        request = self.request
        machine = request.output_format == "sarif"  # which lists all rules, also those without findings
        known = summaries() if findings or machine else {}
        if request.statistics:
            from tgsession_lint.reports.statistics import render_statistics

            return render_statistics(findings, known, as_json=request.output_format.startswith("json"))
        report = Report(
            tuple(findings), self.lines, lambda code: url(self.rules[code].name), __version__, known,
            str(self.config.root), outcome.checked, color=self._color(), width=self._width(), cwd=str(self.cwd), fixed=fixed,
        )  # fmt: skip
        text = render(request.output_format, report)
        # A run that looked at nothing says so on standard error, whatever the format.
        silent = request.quiet or not (outcome.checked or findings)
        return _without_closing(text, report) if silent and request.output_format in _COLORED else text

    def _color(self) -> bool:
        if self.request.output_format not in _COLORED:
            return False
        stream = None if self.request.output_file else sys.stdout
        # FORCE_COLOR is about what somebody looks at, not about files.
        environment = {} if self.request.output_file else os.environ
        return terminal.wants_color(stream, environment, self.request.color)

    def _width(self) -> int | None:
        return None if self.request.output_file else terminal.width(sys.stdout)

    def _output(self, text: str) -> None:
        if self.request.output_file is None:
            # What was read from standard input goes back to standard output, mended.
            (terminal.say if self.request.fix and self.input.contents else self._print)(text)
        else:
            adopt.save(str(self.cwd / self.request.output_file), text, "the report would be lost")

    def _print(self, text: str) -> None:
        terminal.write(text, color=self._color())

    def _show_settings(self) -> int:
        chosen = config.rules_for(replace(self.config, per_file_ignores=()), str(self.config.root / "any.py"), self.rules)
        show = settings.as_json if self.request.output_format == "json" else settings.as_toml
        self._output(show(self.settings, self.request.others(), tuple(sorted(chosen))))
        return CLEAN


def _without_closing(text: str, report: Report) -> str:
    from tgsession_lint.reports.closing import closing

    kept = text.removesuffix(closing(report)).rstrip("\n")
    return f"{kept}\n" if kept else ""
