"""The guard's pages say what the code does: every error, setting, event and argument is there, and nothing else."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.commands import CHECKOUT, DEADLINE, environment
from tests.runtime.test_guard_cli import every_error
from tgsession_runtime import errors
from tgsession_runtime.client import guarded_client
from tgsession_runtime.config import _VARIABLES, PREFIX
from tgsession_runtime.setting import SETTINGS

DOCS = CHECKOUT / "docs"
# Runs the program in its argument, and each task that it makes.
RUNNER = """
import ast, asyncio, inspect, sys, types
from tests.telegram import trust
trust()
tasks = []
names = {"API_ID": 1, "API_HASH": "0", "app": types.SimpleNamespace(task=tasks.append)}
code = compile(sys.argv[1], "page", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
if code.co_flags & inspect.CO_COROUTINE:
    asyncio.run(eval(code, names))
else:
    exec(code, names)
for task in tasks:
    task("hello")
"""
PAGES = sorted([*DOCS.glob("*.md"), CHECKOUT / "README.md"])


def page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def sections(text: str) -> dict[str, str]:
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def anchors(path: Path) -> set[str]:
    """The anchors of the headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def raised() -> list[type[errors.TgsessionError]]:
    return [kind for kind in every_error() if kind.code != errors.TgsessionError.code]


def test_every_error_has_its_section_and_every_section_its_error() -> None:
    assert set(sections(page("errors.md"))) == {kind.code for kind in raised()}


@pytest.mark.parametrize("kind", raised())
def test_a_section_names_the_error_why_and_what_to_do(kind: type[errors.TgsessionError]) -> None:
    text = sections(page("errors.md"))[kind.code]

    assert f"`{kind.__name__}`" in text
    assert "**Why" in text
    assert "**What to do.**" in text


def test_codes_are_one_to_an_error() -> None:
    codes = [kind.code for kind in raised()]

    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", path.read_text("utf-8")):
        if link.startswith("http"):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name) if name else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_setting_is_documented() -> None:
    text = page("guard-configuration.md")

    assert [one.variable for one in SETTINGS if (one.example or not one.commit) and f"`{one.variable}`" not in text] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_variables_that_are_written_of_are_known(path: Path) -> None:
    found = set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", path.read_text("utf-8")))

    assert {one for one in found if not one.startswith(f"{PREFIX}LINT")} <= {*_VARIABLES, f"{PREFIX}HOST"}


def test_every_argument_of_the_guard_is_documented() -> None:
    text = sections(page("guard.md"))["Arguments"]
    ours = [one for one in inspect.signature(guarded_client).parameters.values() if one.kind is inspect.Parameter.KEYWORD_ONLY]

    assert [one.name for one in ours if f"| `{one.name}` |" not in text] == []


def test_every_event_is_documented() -> None:
    source = "\n".join(path.read_text("utf-8") for path in (CHECKOUT / "tgsession_runtime").rglob("*.py"))
    logged = set(re.findall(r'(?:_log|event)\(\s*(?:logging\.[A-Z]+|level), "([a-z-]+)"', source))
    documented = set(re.findall(r"^\| `([a-z-]+)` \| [A-Z]", sections(page("guard.md"))["Logging"], flags=re.MULTILINE))

    # What ends a block is logged under the code of its error.
    assert documented == logged | {kind.code for kind in (errors.SessionRevokedError, errors.ClaimLostError, errors.LeaseLostError)}


def programs() -> list[Any]:
    """The Python in the pages that people read first."""
    pages = (CHECKOUT / "README.md", DOCS / "guard.md")
    found = [(path, text) for path in pages for text in re.findall(r"```python\n(.*?)```", path.read_text("utf-8"), re.DOTALL)]
    return [pytest.param(text, id=f"{path.name}-{number}") for number, (path, text) in enumerate(found)]


@pytest.mark.parametrize("text", programs())
def test_programs_run_as_they_are_written(text: str, telegram: Any, alice: Any, tmp_path: Path) -> None:
    alice.write(tmp_path / "alerts")
    settings = {"SESSION": "alerts", "API_ID": "1", "API_HASH": "0"}
    variables = {f"TGSESSION_{name}": value for name, value in settings.items()}

    # In a process of its own: importing `telethon.sync` changes Telethon for good.
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, text], cwd=tmp_path, env=environment(tmp_path, **variables), capture_output=True,
        timeout=DEADLINE, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, b"")
    assert telegram.ledger()["requests"]["messages.sendMessage"] == 1
    telegram.until(lambda ledger: ledger["totals"]["live"] == 0)
