"""What `--fix --unsafe-fixes` makes of whole projects: `python -m tests.benchmarks.fixes [FOLDER…]`.

Every folder in FOLDER is a project; without any, the mini projects of the tests. Nothing is written: the fixed contents are
held in memory. Exit status 1 when a fixed file does not parse, has lost a comment, has a fixed finding still, a new finding, or
a new undefined name by ruff's or mypy's account, or is changed by a second run.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tokenize
from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tgsession_lint import config, nearest, pipeline, repair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tgsession_lint.finding import Finding

PROJECTS = Path(__file__).parents[1] / "lint" / "projects"
_REMOVED = re.compile(r"#.*(?:noqa|tgsession-lint).*")


@dataclass
class Figures:
    """What was counted, over all projects."""

    files: int = 0
    found: Counter[str] = field(default_factory=Counter)
    fixable: Counter[str] = field(default_factory=Counter)
    in_functions: int = 0
    in_functions_fixable: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    changed: int = 0
    fixed: int = 0
    wrong: list[str] = field(default_factory=list)
    pairs: list[tuple[str, bytes, bytes]] = field(default_factory=list)
    """Every file that was changed: its name, its content before and after."""

    @property
    def share(self) -> float:
        """The part of the TGS101 findings in function bodies that has a fix."""
        return self.in_functions_fixable / self.in_functions if self.in_functions else 1.0


def measure(projects: Sequence[Path]) -> Figures:
    """The figures of *projects*, each of them one."""
    figures = Figures()
    for project in projects:
        # In a place of its own: what stands round it would belong to it.
        with TemporaryDirectory() as place:
            copy = Path(place).resolve() / project.name
            shutil.copytree(project, copy, symlinks=True)
            if not (copy / "pyproject.toml").exists():
                (copy / "pyproject.toml").touch()
            _count(copy, figures)
    figures.wrong += _unknown_to_mypy(figures.pairs)
    return figures


def _count(project: Path, figures: Figures) -> None:
    settings = nearest.Nearest(config.load([project], project), str(project), lambda found: found, fixed=False)

    def lint(held: Mapping[str, bytes], everything: bool) -> pipeline.Outcome:
        return pipeline.run([project] if everything else [], settings, cwd=project, given=held)

    before = lint({}, True)
    figures.files += before.checked
    figures.wrong += [f"{fault.path}: {fault.error}" for fault in before.faults]
    for finding in before.findings:
        _finding(project, finding, figures)
    made = repair.mend(lint, {}, _fixable, str(project))
    figures.changed += len(made.contents)
    figures.fixed += made.fixed
    figures.wrong += [f"{project.name}/{path}: {why}" for path, why in made.failures]
    figures.wrong += [f"{project.name}: {problem}" for problem in _still(before, made.outcome)]
    again = repair.mend(lint, made.contents, _fixable, str(project))
    figures.wrong += [f"{path}: a second run changes it" for path in again.contents]
    for path, data in made.contents.items():
        before_it = Path(path).read_bytes()
        figures.pairs.append((path, before_it, data))
        figures.wrong += [f"{path}: {problem}" for problem in _problems(before_it, data)]


def _fixable(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.fix is not None]


def _finding(project: Path, finding: Finding, figures: Figures) -> None:
    figures.found[finding.code] += 1
    figures.fixable[finding.code] += finding.fix is not None
    if finding.code == "TGS101" and finding.cell is None and _in_function(project / finding.path, finding.location.row):
        figures.in_functions += 1
        figures.in_functions_fixable += finding.fix is not None
        if finding.fix is None:
            figures.reasons[re.sub(r"`[^`]*`", "`…`", finding.note)] += 1


def _in_function(path: Path, row: int) -> bool:
    try:
        tree = ast.parse(path.read_bytes())
    except SyntaxError:  # newer than this Python, or older
        return False
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return any(node.body[0].lineno <= row <= (node.end_lineno or 0) for node in functions)


def _still(before: pipeline.Outcome, after: pipeline.Outcome) -> Iterator[str]:
    """The findings that were fixed and are there still, and those that are new; a suppression may have lost its object."""
    for path, code, message in sorted((_names(after) - _names(before)).elements()):
        yield f"{path}: new: {code} {message}"
    for finding in _fixable(after.findings):
        yield f"{finding.path}:{finding.location.row}: {finding.code} has a fix still"


def _names(outcome: pipeline.Outcome) -> Counter[tuple[str, str, str]]:
    return Counter((finding.path, finding.code, re.sub(r"\d+", "N", finding.message)) for finding in outcome.findings)


def _problems(before: bytes, after: bytes) -> Iterator[str]:
    if _compiles(before) and not _compiles(after):
        yield "does not compile"
    lost = _comments(before) - _comments(after)
    yield from (f"has lost `{comment}`" for comment in lost if not _REMOVED.fullmatch(comment))
    yield from (f"new: {name}" for name in (_undefined(after) - _undefined(before)).elements())


def _compiles(data: bytes) -> bool:
    try:
        compile(data, "<file>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _comments(data: bytes) -> Counter[str]:
    try:
        tokens = list(tokenize.tokenize(BytesIO(data).readline))
    except (SyntaxError, tokenize.TokenError):
        return Counter()
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)


def _undefined(data: bytes) -> Counter[str]:
    """What ruff says of undefined names, and of names that are bound and used by nobody or bound twice."""
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select=F821,F822,F823,F706", "--output-format=concise", "-"]
    said = subprocess.run(command, input=data, capture_output=True, check=False).stdout.decode()
    return Counter(re.sub(r"^-:\d+:\d+: ", "", line) for line in said.splitlines() if line.startswith("-:"))


def _unknown_to_mypy(pairs: Sequence[tuple[str, bytes, bytes]]) -> list[str]:
    """What mypy says of undefined names after the fixes that it did not say before; one run for each side."""
    if not pairs:
        return []
    before, after = (_mypy([pair[side] for pair in pairs]) for side in (1, 2))
    return [f"{pairs[number][0]}: new: mypy: {message}" for number, message in sorted((after - before).elements())]


def _mypy(sources: Sequence[bytes]) -> Counter[tuple[int, str]]:
    """mypy's errors about names, by the place of the file among *sources*; each file is a module of its own."""
    with TemporaryDirectory() as place:
        names = [f"fixed_{number}.py" for number in range(len(sources))]
        for name, data in zip(names, sources, strict=True):
            (Path(place) / name).write_bytes(data)
        options = ["--follow-imports=skip", "--ignore-missing-imports", "--check-untyped-defs", "--no-error-summary"]
        codes = ["--enable-error-code=possibly-undefined", "--cache-dir=.cache", "--config-file="]
        command = [sys.executable, "-m", "mypy", *options, *codes]
        # A file that mypy cannot parse ends its run, so that those are asked about one by one.
        said = subprocess.run([*command, *names], cwd=place, capture_output=True, text=True, check=False).stdout
        if "[syntax]" in said:
            runs = (subprocess.run([*command, name], cwd=place, capture_output=True, text=True, check=False) for name in names)
            said = "".join(run.stdout for run in runs)
    found = re.findall(r"^fixed_(\d+)\.py:\d+: error: (.*  \[(?:name-defined|used-before-def|possibly-undefined)\])$", said, re.MULTILINE)
    return Counter((int(number), message) for number, message in found)


def main(arguments: Sequence[str]) -> int:
    """Print the figures."""
    folders = [Path(argument).resolve() for argument in arguments] or [PROJECTS]
    figures = measure([project for folder in folders for project in sorted(folder.iterdir()) if project.is_dir()])
    print(f"{figures.files} files, {figures.found.total()} findings, {figures.fixed} fixed in {figures.changed} files")
    print(f"asked ruff and mypy for undefined names in {len(figures.pairs)} files, before and after")
    for code, number in sorted(figures.found.items()):
        print(f"  {code}: {figures.fixable[code]} of {number} have a fix")
    print(f"TGS101 in function bodies: {figures.in_functions_fixable} of {figures.in_functions} have a fix ({figures.share:.0%})")
    for reason, number in figures.reasons.most_common():
        print(f"  {number:4} {reason}")
    for problem in figures.wrong:
        print(f"WRONG {problem}")
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
