"""The mutants themselves, and a sample of them tried as `python -m tests.lint.mutation` tries all."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lint.mutation.mutants import mutants, mutated

CHECKOUT = Path(__file__).parents[2]

SOURCE = '''
"""Says something."""
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import os
NAMES = frozenset({"a", "b"})


def chosen(x: int, y: int = 1) -> bool:
    """Says more."""
    if not x and y < 2:
        return True
    return any(n in NAMES for n in (x, y))
'''


def changed_to() -> list[str]:
    return [ast.unparse(mutated(SOURCE, mutant.number)) for mutant in mutants("m", SOURCE)]


@pytest.mark.parametrize(
    "after",
    [
        "frozenset({'b'})", "frozenset({'', 'b'})", "y: int=2", "if True:", "if False:", "if not x or y < 2:", "if y < 2:", "if not x:",
        "if x and y < 2:", "if not x and y <= 2:", "y < 3", "return False", "return None", "all((n in NAMES", "n not in NAMES", "in (y,))",
    ],
)  # fmt: skip
def test_each_small_change_is_made_once(after: str) -> None:
    found = changed_to()

    assert sum(after in text for text in found) >= 1
    assert len(set(found)) == len(found)


def test_what_readers_and_type_checkers_alone_see_stays_as_it_is() -> None:
    for text in changed_to():
        assert '"""Says something."""' in text
        assert '"""Says more."""' in text
        assert "if TYPE_CHECKING:\n    import os" in text
        assert "-> bool" in text


@pytest.mark.skipif(sys.platform == "win32", reason="mutants are forked")
def test_a_sample_of_mutants_is_noticed() -> None:
    words = [sys.executable, "-m", "tests.lint.mutation", "--sample", "25"]

    done = subprocess.run(words, cwd=CHECKOUT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.splitlines()[-1].split(" killed")[0].split()[-1]) > 12
