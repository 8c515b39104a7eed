"""What a look at the workers costs before it begins."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"celery", "kombu", "billiard", "telethon", "psutil", "redis", "asyncio", "libcst", "click"}


@pytest.mark.parametrize("more", ["", "; workers.current()", "; workers.running(pathlib.Path.cwd())"])
def test_nothing_heavy_is_loaded(more: str) -> None:
    if "running" in more and sys.platform != "linux":
        pytest.skip("elsewhere psutil looks")
    code = f"import pathlib, sys; from tgsession_runtime import workers{more}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)

    assert HEAVY.intersection(done.stdout.split()) == set()
