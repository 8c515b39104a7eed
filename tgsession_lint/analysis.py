"""Files that may matter -> those that do -> what the rules say of each."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, TypeAlias

from tgsession_lint import parallel, places, suppress
from tgsession_lint.config import rules_for
from tgsession_lint.evaluate import Evaluator
from tgsession_lint.facts import Facts
from tgsession_lint.finding import Fault, Finding, Position, Witness
from tgsession_lint.fix import with_fix
from tgsession_lint.frozen import replace
from tgsession_lint.layout import Layout
from tgsession_lint.matter import Matter
from tgsession_lint.project import Project
from tgsession_lint.rule import by_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tgsession_lint.config import Config
    from tgsession_lint.mending import Mender
    from tgsession_lint.mentions import Mentions
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module
    from tgsession_lint.rule import Report, Rule
    from tgsession_lint.sources import Document

_UNREADABLE = "TGS902"
_UNUSED = "TGS901"
# Below this the second process, which names the same clients anew, costs more than it saves: some 400 lines.
ENOUGH_BYTES = 15_000
# What is left of that work once a file is parsed.
_JUDGING = 0.4

_Judged: TypeAlias = "tuple[list[Finding], list[Fault]]"
# A sum of a few hundred terms is as many nodes deep, and libcst writes it out by recursion. Before Python 3.11 each
# call of ours took its share of the C stack.
_RECURSION = 10_000 if sys.version_info >= (3, 11) else 3_000


def _unpacked(share: _Judged | bytes) -> _Judged:
    if not isinstance(share, bytes):
        return share
    import pickle

    judged: _Judged = pickle.loads(share)  # noqa: S301 - from our own child
    return judged


class Analysis:
    """One run over parsed files."""

    def __init__(self, config: Config, mentions: Mentions, *, cwd: Path) -> None:
        self.config = config
        self.mentions = mentions
        self.cwd = str(cwd)
        self.project = Project(config, mentions.roots, mentions.relevant, mentions.given)
        self.ask = Evaluator(self.project)
        self.rules = by_code()
        self.names = {rule.name: code for code, rule in self.rules.items()}
        self.faults: list[Fault] = []

    def lint(
        self, candidates: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> tuple[list[Finding], list[Fault]]:
        """What the rules say of those of *candidates* that matter, in reading order, and what failed on the way."""
        collecting, limit = gc.isenabled(), sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, _RECURSION))
        # Syntax trees are kept until the end, so that every collection would walk all of them in vain.
        gc.disable()
        try:
            findings = self._judged(Matter(self.project, self.mentions, self.ask, self._fault).of(candidates), progress)
        finally:
            sys.setrecursionlimit(limit)
            if collecting:
                gc.enable()
        return sorted(findings, key=lambda finding: finding.sort_key), self.faults

    def _judged(self, matter: Sequence[str], progress: Callable[[int, int], None] | None) -> list[Finding]:
        """What the rules say of the files that *matter*; two processes share the files where that pays."""
        us, before = os.getpid(), list(self.faults)

        def judge(share: Sequence[tuple[int, str]]) -> _Judged | bytes:
            self.faults = []
            found = [finding for _, path in share for finding in self.file(path)]
            if os.getpid() != us:
                import pickle

                return pickle.dumps((found, self.faults))
            if progress is not None:
                progress(share[-1][0], len(matter))
            return found, self.faults

        sizes = {path: self._left(path) for path in matter}
        # The longest first: whoever is done with the last one waits least for the other.
        order = sorted(matter, key=lambda path: -sizes[path])
        shared = parallel.Shared(judge, list(enumerate(order, start=1)), fork=sum(sizes.values()) >= ENOUGH_BYTES)
        try:
            done = [_unpacked(share) for share in shared.results()]
        finally:
            shared.abandon()
        self.faults = list(dict.fromkeys([*before, *(fault for _, faults in done for fault in faults)]))
        return [finding for found, _ in done for finding in found]

    def _left(self, path: str) -> float:
        """How many bytes of *path* are still to be parsed and judged; those that are parsed are less work."""
        given = self.mentions.given.get(path)
        try:
            size = os.path.getsize(path) if given is None else len(given)
        except OSError:
            return 0
        return size * _JUDGING if self.project.is_parsed(path) else size

    # one file

    def file(self, path: str) -> Iterator[Finding]:
        """What the rules say of one file."""
        try:
            yield from self._file(path)
        except Exception:
            self._fault(path)

    def _file(self, path: str) -> Iterator[Finding]:
        selected = rules_for(self.config, path, self.rules)
        try:
            document = self.project.document(path)
        except OSError as error:
            if _UNREADABLE in selected:
                message = f"the file cannot be read: {error.strerror or error}"
                yield self._finding(path, _UNREADABLE, Position(1, 1), Position(1, 1), message)
            return
        if _UNREADABLE in selected:
            yield from self._unreadable(path, document)
        module = self.project.parsed(path)
        if module is not None:
            yield from self._checked(module, document, selected)

    def _unreadable(self, path: str, document: Document) -> Iterator[Finding]:
        for problem in document.unreadable:
            place = Position(problem.row, problem.column)
            yield self._finding(path, _UNREADABLE, place, place, problem.message, cell=problem.cell)

    def _checked(self, module: Module, document: Document, selected: frozenset[str]) -> Iterator[Finding]:
        in_project = self.mentions.has_client(module.path)
        nearby = self.mentions.has_client_nearby(module.path)
        facts = Facts(module, self.ask, self.mentions)
        reports: list[tuple[Rule, Report]] = []
        for code in sorted(selected):
            rule = self.rules[code]
            if (in_project or not rule.needs_client_in_project) and (nearby or not rule.needs_client_nearby):
                reports.extend((rule, report) for report in self._ask(rule, facts))
        with_comments = any(trigger in document.text for trigger in suppress.TRIGGERS)
        if not reports and not (with_comments and in_project):
            return
        yield from self._placed(module, document, selected, reports, comments=with_comments)

    def _ask(self, rule: Rule, facts: Facts) -> list[Report]:
        try:
            return list(rule.check(facts))
        except Exception:
            self._fault(facts.module.path, rule.code)
            return []

    def _fault(self, path: str, code: str = "") -> None:
        """Note the exception that is being handled: ours, in the rule *code* on the file at *path*."""
        import traceback

        self.faults.append(Fault(self.shown(path), code, traceback.format_exc()))

    def _placed(
        self, module: Module, document: Document, selected: frozenset[str], reports: Sequence[tuple[Rule, Report]],
        *, comments: bool,
    ) -> Iterator[Finding]:  # fmt: skip
        nodes = {node for _, report in reports for node in _nodes(report)}
        tree = module.tree
        found = places.find_some(tree, document.text, nodes, suppress.rows(document.lines) if comments else ())
        findings: list[Finding] = []
        menders: dict[Finding, Mender] = {}
        for rule, report in reports:
            start, end = found.spans[report.node]
            steps = tuple(Witness(found.spans[step.node][0].row, step.message) for step in report.witness)
            message = report.message
            if report.at is not None:
                message = message.replace("{row}", str(document.locate(found.spans[report.at][0].row)[1]))
            findings.append(Finding(module.path, start, end, rule.code, rule.name, message, report.hint, None, steps))
            if report.mend is not None:
                menders[findings[-1]] = report.mend
        layout = Layout(tree, document)
        for finding in dict.fromkeys(self._suppressed(module, document, selected, findings, found)):
            mend = menders.get(finding)
            yield self._shown(finding if mend is None else self._mended(finding, mend, layout), document)

    def _mended(self, finding: Finding, mend: Mender, layout: Layout) -> Finding:
        """*finding* with its fix, or with a note why there is none."""
        try:
            return with_fix(finding, mend(layout), layout.document)
        except Exception:
            self._fault(finding.path, finding.code)
            return finding

    def _suppressed(
        self, module: Module, document: Document, selected: frozenset[str], findings: list[Finding], found: places.Places
    ) -> list[Finding]:
        said = suppress.directives(found.comments, document.lines, self.names)
        judged = selected if self.mentions.has_client(module.path) else selected - {_UNUSED}
        kept, problems = suppress.suppress(findings, said, self.rules, judged, document.lines)
        for problem in problems:
            end = Position(problem.place.row, problem.place.column + problem.length)
            kept.append(replace(self._finding(module.path, _UNUSED, problem.place, end, problem.message), fix=problem.fix))
        return kept

    def _finding(self, path: str, code: str, start: Position, end: Position, message: str, *, cell: int | None = None) -> Finding:
        return Finding(self.shown(path), start, end, code, self.rules[code].name, message, cell=cell)

    def _shown(self, finding: Finding, document: Document) -> Finding:
        """*finding* as a reader is told of it: the path from here, and in a notebook rows of the cell."""
        fix = finding.fix
        if fix is not None and fix.elsewhere:
            shown = tuple((self.shown(path), edits) for path, edits in fix.elsewhere)
            finding = replace(finding, fix=replace(fix, elsewhere=shown))
        return suppress.moved(finding, self.shown(document.path), document)

    def shown(self, path: str) -> str:
        """*path* as a reader in the working folder would name it."""
        inside = os.path.relpath(path, self.cwd) if path.startswith(self.cwd.rstrip(os.sep) + os.sep) else path
        return inside.replace(os.sep, "/")


def _nodes(report: Report) -> list[Node]:
    """The nodes whose places a report needs."""
    at = [report.at] if report.at is not None else []
    return [report.node, *(remark.node for remark in report.witness), *at]
