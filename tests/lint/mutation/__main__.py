"""Mutation testing of the analysis of flow: every small change to `flow/` and `life/` must be noticed by some test.

    python -m tests.lint.mutation [--module life.calls] [--sample N] [--record FILE]

A mutant runs in a process of its own that is forked when everything is parsed; it is killed when a trial says something else,
fails, or takes too long. With --record what was found is kept, and those that were killed are not tried again as long as the
module stays as it is. `survivors.md` beside this file lists those that survive, with the reason where no test can notice them.
Exit status 1 when one survives that is not in it.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import importlib.abc
import importlib.util
import json
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tests.lint.mutation import trials as all_trials
from tests.lint.mutation.mutants import Mutant, mutants, mutated

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from tests.lint.mutation.trials import Trial, Trials

HERE = Path(__file__).parent
SURVIVORS = HERE / "survivors.md"
OPEN = "## Not noticed yet"
KILLED, SURVIVED, TIMEOUT, UNREACHED = "killed", "survived", "timeout", "unreached"


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module in its changed form."""

    def __init__(self, name: str, path: Path, number: int) -> None:
        self.name = name
        self.path = path
        self.number = number

    def find_spec(self, fullname: str, *_: Any) -> Any:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(mutated(self.path.read_text("utf-8"), self.number), str(self.path), "exec"), module.__dict__)


def tried(mutant: Mutant, path: Path, some: list[Trial]) -> tuple[str, str]:
    """What becomes of *mutant*, and the trial that noticed it."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _in_child(mutant, path, some, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        said = answer.read().decode()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return (TIMEOUT, signal.Signals(os.WTERMSIG(status)).name)
    return (SURVIVED, "") if said == "-" else (KILLED, said)


def _in_child(mutant: Mutant, path: Path, some: list[Trial], writing: int) -> None:
    """Load the analysis with the change, and run the trials until one fails; never returns."""
    limit = int(time.process_time() + 5 * sum(trial.cost for trial in some)) + 3
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    said = "-"
    try:
        sys.meta_path.insert(0, _Changed(mutant.module, path, mutant.number))
        for name in all_trials.above():
            del sys.modules[name]
            owner, _, last = name.rpartition(".")
            if owner in sys.modules:
                vars(sys.modules[owner]).pop(last, None)
        for trial in some:
            if trial.run():
                said = trial.name
                break
    except BaseException as error:  # whatever a mutant does, it was noticed
        said = type(error).__name__
    os.write(writing, said.encode())
    os._exit(0)


def _order(some: list[Trial], kills: Counter[str]) -> list[Trial]:
    """The trials that kill much for what they cost first."""
    return sorted(some, key=lambda trial: trial.cost / (1 + kills[trial.name]))


def listed() -> dict[str, str]:
    """The mutants that `survivors.md` lists, and whether they are explained or open."""
    found: dict[str, str] = {}
    outcome = "explained"
    for row in SURVIVORS.read_text("utf-8").splitlines():
        if row.startswith("## "):
            outcome = "open" if row == OPEN else "explained"
        elif row.startswith("- tgsession_lint."):
            found[row.removeprefix("- ")] = outcome
    return found


def _known(record: Path | None, digests: dict[str, str]) -> dict[tuple[str, int], dict[str, Any]]:
    """What an earlier run found of modules that have not changed since."""
    if record is None or not record.exists():
        return {}
    lines = [json.loads(line) for line in record.read_text("utf-8").splitlines()]
    return {(line["module"], line["number"]): line for line in lines if line["digest"] == digests.get(line["module"])}


def run(wanted: Iterable[Mutant], trials: Trials, record: Path | None) -> tuple[Counter[str], list[Mutant]]:
    """Try the *wanted* mutants; the counts of what became of them, and those that are left."""
    paths = all_trials.modules()
    digests = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in paths.items()}
    known, before_now = _known(record, digests), listed()
    counts: Counter[str] = Counter()
    left: list[Mutant] = []
    kills: Counter[str] = Counter()
    for mutant in wanted:
        before = known.get((mutant.module, mutant.number))
        if before is not None and before["outcome"] in {KILLED, TIMEOUT}:
            outcome, by = before["outcome"], before["by"]
        else:
            # What no trial reaches may have run when the modules were loaded: that is tried with all of them.
            reaching = trials.reaching(mutant.module, mutant.rows)
            outcome, by = tried(mutant, paths[mutant.module], _order(reaching or trials.all, kills))
            if outcome == SURVIVED and not reaching:
                outcome = UNREACHED
            if record is not None:
                line = {"module": mutant.module, "number": mutant.number, "digest": digests[mutant.module], "name": mutant.name,
                        "row": mutant.rows[0], "outcome": outcome, "by": by}
                with record.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")
        kills[by] += 1
        if outcome in {SURVIVED, UNREACHED}:
            outcome = before_now.get(mutant.name, outcome)
            if outcome in {SURVIVED, UNREACHED}:
                left.append(mutant)
        counts[outcome] += 1
    return counts, left


def main(arguments: list[str]) -> int:
    """Try mutants, and print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--module", action="append", default=[], help="only this one, as in life.calls")
    parser.add_argument("--sample", type=int, help="try so many, the same each time")
    parser.add_argument("--record", type=Path, help="where to keep what was found")
    options = parser.parse_args(arguments)
    wanted = [
        mutant
        for name, path in all_trials.modules().items()
        if not options.module or name.removeprefix("tgsession_lint.") in options.module
        for mutant in mutants(name, path.read_text("utf-8"))
    ]
    if options.sample is not None:
        wanted = random.Random(1).sample(wanted, min(options.sample, len(wanted)))
    began = time.perf_counter()
    with TemporaryDirectory() as place:
        trials = all_trials.gathered(Path(place).resolve())
        gc.collect()
        gc.freeze()
        print(f"{len(wanted)} mutants, {len(trials.all)} trials, ready after {time.perf_counter() - began:.0f} s", flush=True)
        counts, left = run(wanted, trials, options.record)
    for mutant in left:
        print(f"{mutant.rows[0]:4} {mutant.name}")
    print(", ".join(f"{number} {what}" for what, number in sorted(counts.items())) + f"; {time.perf_counter() - began:.0f} s")
    return int(bool(left))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
