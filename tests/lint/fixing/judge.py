"""Runs programs before and after their fixes, under the same choices, and compares what happens.

    python -m tests.lint.fixing.judge [--programs 20000] [--seed 1] [--jobs 2]

Exit status 1 when a fixed program does anything else than the original, leaves a client open that the original had closed,
has lost a comment, is changed by a second run, has a fixed finding still or a new one, or names something that nobody defines.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.benchmarks import fixes
from tests.lint.fixing.programs import Program, Shapes
from tests.lint.fixing.running import quietly, run
from tests.lint.fixing.world import Choices, World
from tests.lint.flow.judge import shared
from tgsession_lint import config, pipeline, repair

if TYPE_CHECKING:
    from tgsession_lint.finding import Finding

AT_ONCE = 100
EVERY, MORE = 60, 40
# A clean-up that fails because there is no client, and hides why: the fixed program has none of that.
_SLIPS = re.compile("NameError|UnboundLocalError|AttributeError")
# The rules whose findings have a fix, or a note why there is none.
_MENDED = frozenset({"TGS101", "TGS102", "TGS103", "TGS201", "TGS202", "TGS203"})
_UNGUARDED = re.compile(r"TelegramClient\(|\.a?open\(")


@dataclass
class Verdict:
    """What a number of programs came to."""

    programs: int = 0
    fixed: int = 0
    fixes: int = 0
    runs: int = 0
    compared: int = 0
    """Runs in which the original did nothing that no fix has to keep."""
    findings: Counter[str] = field(default_factory=Counter)
    fixable: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[str, str]] = field(default_factory=list)
    """What is wrong, and the program, before and after."""


def judge(programs: Sequence[Program]) -> Verdict:
    """What becomes of *programs*."""
    verdict = Verdict()
    with TemporaryDirectory() as place:
        project = Path(place).resolve() / "project"
        project.mkdir()
        (project / "pyproject.toml").touch()
        for number, program in enumerate(programs):
            (project / f"p{number}.py").write_bytes(program.source)
        verdict.programs = len(programs)
        for unsafe in (False, True):
            _mend(project, programs, verdict, unsafe=unsafe)
    return verdict


def _mend(project: Path, programs: Sequence[Program], verdict: Verdict, *, unsafe: bool) -> None:
    settings = config.load([project], project)

    def lint(held: Any, everything: bool) -> pipeline.Outcome:
        return pipeline.run([project] if everything else [], settings, cwd=project, given=held)

    def wanted(findings: Sequence[Finding]) -> list[Finding]:
        return [one for one in findings if one.fix is not None and (unsafe or one.fix.applicability == "safe")]

    before = lint({}, True)
    made = repair.mend(lint, {}, wanted, str(project))
    again = repair.mend(lint, made.contents, wanted, str(project)) if made.contents else made
    if unsafe:
        verdict.findings.update(one.code for one in before.findings)
        verdict.fixable.update(one.code for one in before.findings if one.fix is not None)
        verdict.reasons.update(f"{one.code} {re.sub(r'`[^`]*`', '`…`', one.note)}" for one in before.findings if one.fix is None)
    verdict.fixes += made.fixed
    verdict.fixed += len(made.contents)
    problems: dict[int, list[str]] = {}
    for fault in (*before.faults, *made.outcome.faults):
        problems.setdefault(_number(fault.path), []).append(f"fault: {fault.error}")
    for one in before.findings:
        if one.fix is None and not one.note and one.code in _MENDED:
            problems.setdefault(_number(one.path), []).append(f"says nothing why {one.code} has no fix")
    for path, why in made.failures:
        problems.setdefault(_number(path), []).append(f"failed: {why}")
    for path in again.contents if again is not made else ():
        problems.setdefault(_number(path), []).append("a second run changes it")
    told = [Counter((one.path, one.code) for one in outcome.findings) for outcome in (made.outcome, before)]
    for path, code in (told[0] - told[1]).elements():
        problems.setdefault(_number(path), []).append(f"new: {code}")
    for one in wanted(made.outcome.findings):
        problems.setdefault(_number(one.path), []).append(f"{one.code} has a fix still")
    for path, data in made.contents.items():
        program = programs[_number(path)]
        problems.setdefault(_number(path), []).extend(_of_text(program.source, data))
        problems[_number(path)].extend(_of_runs(program, data, verdict))
    for number, undefined in _undefined(project, made.contents):
        problems.setdefault(number, []).append(undefined)
    for number, found in problems.items():
        program = programs[number]
        after = next((data for path, data in made.contents.items() if _number(path) == number), b"")
        sort = "unsafe" if unsafe else "safe"
        verdict.wrong += [(f"{sort}: {one}", f"# {program.shape}\n{program.source.decode()}\n#### after\n{after.decode()}") for one in found]


def _number(path: str) -> int:
    return int(Path(path).stem[1:])


def _of_text(before: bytes, after: bytes) -> Iterator[str]:
    if not fixes._compiles(after):
        yield "does not compile"
    yield from (f"has lost `{comment}`" for comment in fixes._comments(before) - fixes._comments(after))
    if b"\r" in before and re.search(rb"(?<!\r)\n", after):
        yield "mixes line ends"
    if before.endswith(b"\n") and not after.endswith(b"\n"):
        yield "has lost the end of its last row"
    if re.search(rb"[ \t]\r?\n", after) and not re.search(rb"[ \t]\r?\n", before):
        yield "has white space behind a row"


def _undefined(project: Path, contents: Any) -> Iterator[tuple[int, str]]:
    """Names that nobody defines, by ruff's account, in what was fixed; the programs have none."""
    with TemporaryDirectory() as place:
        for path, data in contents.items():
            (Path(place) / Path(path).name).write_bytes(data)
        command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select=F401,F821,F822,F823,F706", "--output-format=concise"]
        said = [
            subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False).stdout for folder in (place, project)
        ]  # fmt: skip
    found = [Counter(re.findall(r"(p\d+)\.py:\d+:\d+: (?:\[\*\] )?(.*)", text)) for text in said]
    for name, message in (found[0] - found[1]).elements():
        if "`asyncio` imported but unused" in message:
            continue  # what waited for the client is gone: no fix of ours looks for more than the client's own import
        yield int(name[1:]), f"new: {message}"


# running


def _of_runs(program: Program, data: bytes, verdict: Verdict) -> list[str]:
    """What the fixed program does otherwise than the original; the first of a sort is enough."""
    try:
        sources = (_meant(program.source), "before"), (_meant(data), "after")
        codes = [compile(source, name, "exec", dont_inherit=True) for source, name in sources]
    except SyntaxError:
        return []
    closes = not _UNGUARDED.search(data.decode())
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)  # tasks that fail and that nobody asks
    choices = Choices(random.Random(len(data)), every=EVERY, more=MORE)
    try:
        for _ in choices.runs():
            verdict.runs += 1
            found = _differs(program, codes, choices, loop, closes=closes, verdict=verdict)
            if found:
                return [found]
    finally:
        loop.close()
        asyncio.set_event_loop(None)
    return []


def _meant(source: bytes) -> bytes:
    """*source* with the disconnect that was meant where it has one that can only fail, whose fix is compared with that."""
    waited = rb"await \1" if b"await " in source else rb"\1"
    return re.sub(rb"(?:asyncio\.run|\w+\.loop\.run_until_complete|asyncio\.create_task)\((\w+\.disconnect\(\))\)", waited, source)


def _differs(program: Program, codes: list[Any], choices: Choices, loop: Any, *, closes: bool, verdict: Verdict) -> str:
    taken: dict[Any, int] = {}
    before = World(loop)

    def decide(name: Any, outcomes: int) -> int:
        taken[name] = choices.decide(outcomes)
        return taken[name]

    before.begin(decide)
    first = run(codes[0], program.entry, before)
    if first is None:
        return ""
    after = World(loop)
    after.begin(lambda name, _: taken.get(name, 0))
    second = run(codes[1], program.entry, after)
    if closes and after.left:
        return f"leaves {after.left} open when {_said(taken)}"
    if before.broken or before.slipped or after.late or _SLIPS.search(f"{first} {before.trace}"):
        return ""
    verdict.compared += 1
    if second is None:
        return f"goes on for ever when {_said(taken)}"
    if set(after.left) - set(before.left):
        return f"leaves {after.left} open, which was closed, when {_said(taken)}"
    if first != second and not (before.failed and after.failed and first[0] == second[0] == "raises"):
        return f"{second} for {first} when {_said(taken)}"
    if before.kept_states != after.kept_states:
        return f"has kept {after.kept_states} for {before.kept_states} when {_said(taken)}"
    if not _is_allowed(before, after):
        return f"does {_seen(after.trace)} for {_seen(before.trace)} when {_said(taken)}"
    if not before.failed and not _opened(before) <= _opened(after):
        return f"opens {_opened(after)} for {_opened(before)}"
    return ""


def _said(taken: dict[Any, int]) -> str:
    return str({f"{name}{time}": outcome for (name, time), outcome in taken.items() if outcome}) or "all goes well"


def _opened(world: World) -> set[Any]:
    return {(one.given, one.token) for one in world.clients if one.was_open}


def _seen(trace: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [event for event in trace if event[0] not in {"open", "built", "failed"}]


def _is_allowed(before: World, after: World) -> bool:
    """Whether the same happens; where a client cannot be opened, without what was done, and worked out, between building and opening it."""
    trace, fixed = before.trace, _seen(after.trace)
    if fixed == _seen(trace):
        return True
    for place, event in enumerate(trace):
        if event[0] == "failed":
            start = max((at for at in range(place) if trace[at][0] == "built"), default=0)
            if [one[:2] for one in _seen([*trace[: start + 1], *trace[place:]])] == [one[:2] for one in fixed]:
                return True
    return False


# the command


def chosen(seed: int, number: int) -> Iterator[Program]:
    """*number* programs by chance."""
    shapes = Shapes(random.Random(seed))
    return (shapes.program() for _ in range(number))


def together(programs: Iterator[Program], jobs: int) -> Verdict:
    """The verdict on *programs*, in *jobs* processes."""
    return shared(programs, jobs, AT_ONCE, judge, quietly, Verdict())


def main(arguments: list[str]) -> int:
    """Judge, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--show", type=int, default=5, help="how many mistakes to print")
    parser.add_argument("--reasons", action="store_true", help="why findings have no fix")
    options = parser.parse_args(arguments)
    began = time.perf_counter()
    verdict = together(chosen(options.seed, options.programs), options.jobs)
    for title, program in verdict.wrong[: options.show]:
        print(f"--- {title}\n{program}")
    for code, number in sorted(verdict.findings.items()):
        print(f"  {code}: {verdict.fixable[code]} of {number} have a fix")
    for reason, number in verdict.reasons.most_common() if options.reasons else ():
        print(f"  {number:6} {reason}")
    print(
        f"{verdict.programs} programs, {verdict.fixes} fixes in {verdict.fixed} of them, {verdict.runs} runs before and after, "
        f"{verdict.compared} compared step by step; {len(verdict.wrong)} wrong; {time.perf_counter() - began:.0f} s"
    )
    return 1 if verdict.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
