"""What importing costs, by what it loads."""

from __future__ import annotations

import subprocess
import sys

import pytest

_DEAR = ("asyncio", "filelock", "psutil", "sqlite3", "telethon", "libcst", "click")


@pytest.mark.parametrize("program", ["import tgsession_runtime", "from tgsession_runtime import guarded_client, SessionInUseError"])
def test_importing_loads_nothing_that_only_a_guard_needs(program: str) -> None:
    printing = f"import sys; {program}; print(*(name for name in {_DEAR!r} if name in sys.modules))"

    found = subprocess.run([sys.executable, "-c", printing], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []


def test_every_public_name_is_there() -> None:
    program = "import tgsession_runtime as runtime; print(*(getattr(runtime, name).__name__ for name in runtime.__all__))"

    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {"Guard", "guarded_client", "SessionInUseError"} <= {*found.stdout.split()}
