"""Runs programs under every choice, asks the analysis about them, and compares.

    python -m tests.lint.flow.judge [--size 5] [--programs 200000] [--seed 1] [--jobs 2]

Exit status 1 when the analysis has missed anything, or when more than one alarm in a hundred is false.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import time
import warnings
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.lint.flow.programs import HELPERS, IMPORTS, Larger, Program, every
from tests.lint.flow.world import World, leaks
from tgsession_lint.config import Config
from tgsession_lint.evaluate import Evaluator
from tgsession_lint.facts.constructions import constructions
from tgsession_lint.life import Lives
from tgsession_lint.modules import Roots
from tgsession_lint.project import Module, Project

AT_ONCE = 200
V = TypeVar("V")
_HELPERS = compile(HELPERS, "helpers", "exec")


@dataclass
class Verdict:
    """What a number of programs came to, by site of a client."""

    programs: int = 0
    sites: int = 0
    alarms: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    cut: int = 0


def judge(programs: Iterable[Program]) -> Verdict:
    """What the analysis says of *programs*, held against what they do."""
    verdict = Verdict()
    pending = iter(programs)
    while some := list(islice(pending, AT_ONCE)):
        _judge(some, verdict)
    return verdict


def together(programs: Iterator[Program], jobs: int) -> Verdict:
    """The same in *jobs* processes."""
    return shared(programs, jobs, AT_ONCE, judge, _prepare, Verdict())


def shared(
    programs: Iterator[Any], jobs: int, at_once: int, judge: Callable[[list[Any]], V], prepare: Callable[[], object], whole: V
) -> V:
    """What *judge* says of *programs*, so many at a time, in *jobs* processes that *prepare* first, added up in *whole*."""
    with multiprocessing.Pool(jobs, prepare) as pool:
        for part in pool.imap(judge, iter(lambda: list(islice(programs, at_once)), [])):
            for name, value in vars(part).items():
                setattr(whole, name, getattr(whole, name) + value)
    return whole


def _prepare() -> None:
    sys.setrecursionlimit(10_000)
    sys.unraisablehook = lambda _: None  # generators that are given up in the middle of a clean-up


def _judge(programs: list[Program], verdict: Verdict) -> None:
    texts = [program.text(f"p{number}") for number, program in enumerate(programs)]
    said = alarms(IMPORTS + HELPERS + "\n\n" + "\n\n".join(texts))
    for number, (program, text) in enumerate(zip(programs, texts, strict=True)):
        truth, cut = ran(program, text, f"p{number}")
        own = {site: alarm for site, alarm in said.items() if site.startswith(f"p{number}.")}
        verdict.programs += 1
        verdict.sites += len(own)
        verdict.alarms += sum(own.values())
        verdict.missed += [f"{text}# {site}" for site in sorted(truth) if not own[site]]
        wrong = [site for site, alarm in own.items() if alarm and site not in truth]
        verdict.cut += len(wrong) if cut else 0
        verdict.false += [] if cut else [f"{text}# {site}" for site in wrong]


def ran(program: Program, text: str, name: str) -> tuple[set[str], bool]:
    """The sites that *program* leaves open in some run."""
    world = World()
    names = world.names(in_loop=program.kind != "sync")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bounded = text.replace("while ", "while forever() and ")
        for code in (_HELPERS, compile(bounded, name, "exec")):
            exec(code, names)
        return leaks(names[name], world)


def alarms(text: str, *, strict: bool = True) -> dict[str, bool]:
    """What the analysis says of each client that is built in *text*, by its session's name."""
    lives, module, built = read(text, strict=strict)
    return {name.args[0].value.evaluated_value: lives.ending(module, name) is not None for name in built}


def read(text: str, *, strict: bool = True) -> tuple[Lives, Module, list[Any]]:
    """The lives of the clients in *text*, its module, and where they are built."""
    path = str(Path("/judge/programs.py"))
    config = Config(root=Path("/judge"))
    project = Project(config, Roots("/judge", ()), lambda _: True, {path: text.encode()})
    module: Any = project.parsed(path)
    assert isinstance(module, Module)
    ask = Evaluator(project)
    return Lives(ask, strict=strict), module, [built.node for built in constructions(ask, module)]


def chosen(seed: int, number: int) -> Iterator[Program]:
    """*number* larger programs by chance."""
    larger = Larger(random.Random(seed))
    return (larger.program() for _ in range(number))


def main(arguments: list[str]) -> int:
    """Judge, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=5, help="statements of the programs that are all tried")
    parser.add_argument("--programs", type=int, default=200_000, help="how many programs in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--show", type=int, default=5, help="how many mistakes of a sort to print")
    options = parser.parse_args(arguments)
    began = time.perf_counter()
    programs = islice(chain(every(options.size), chosen(options.seed, options.programs)), options.programs)
    verdict = together(programs, options.jobs)
    for title, found in (("missed", verdict.missed), ("false alarm", verdict.false)):
        for text in found[: options.show]:
            print(f"--- {title}\n{text}")
    share = len(verdict.false) / max(verdict.sites, 1)
    print(
        f"{verdict.programs} programs, {verdict.sites} clients, {verdict.alarms} alarms, {len(verdict.missed)} missed, "
        f"{len(verdict.false)} false alarms ({share:.2%} of the clients), {verdict.cut} not decided in time; "
        f"{time.perf_counter() - began:.0f} s"
    )
    return 1 if verdict.missed or share > 0.01 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
