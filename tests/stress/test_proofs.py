"""The proofs in short, judged by counts alone; `docs/proofs.md` has the whole ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.postgreses import programs

_ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes are forked")


@pytest.mark.parametrize("proof", ["cure", "kills", "fairness", "leaks", "warm_stops", "lease", "lease --store postgres"])
def test_the_short_proof_holds(proof: str) -> None:
    if "postgres" in proof and programs() is None:
        pytest.skip("no PostgreSQL here: `apt-get install postgresql`")
    found = subprocess.run(
        [sys.executable, "-m", *f"tests.stress.{proof} --short".split()],
        cwd=_ROOT, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip

    assert found.returncode == 0, found.stdout + found.stderr
    assert "\n0 of " in found.stdout
