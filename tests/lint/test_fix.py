"""Fixes: what they make of the code, what they leave alone, and what they never do."""

from __future__ import annotations

import codecs
import json
import re
import sys
from pathlib import Path
from typing import Any

import libcst as cst
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.benchmarks import fixes
from tests.lint.test_rules import settings as settings_of
from tests.lint.test_rules import write
from tgsession_lint import config, pipeline, repair
from tgsession_lint.analysis import Analysis
from tgsession_lint.discover import discover
from tgsession_lint.facts import Facts
from tgsession_lint.finding import Finding
from tgsession_lint.frozen import replace
from tgsession_lint.layout import Layout
from tgsession_lint.mending.unguarded import mend_with_end
from tgsession_lint.rule import Example, Rule, every_rule

_MARK = re.compile(r"^[ ]*# TGS\d{3}\n|[ ]*# TGS\d{3}$", re.MULTILINE)
BAD = [
    pytest.param(rule, example, id=f"{rule.code}-{number}")
    for rule in every_rule()
    for number, example in enumerate(rule.bad, start=1)
]


def _has_fixes(rule: Any) -> bool:
    return "## Fix" in rule.page and rule.code != "TGS901"  # which says nothing of those that it leaves


FIXED = [param for param in BAD if isinstance(param.values[1], Example) and param.values[1].fixed is not None]
CALL = 'TelegramClient("a", 1, "b")'
GUARD = 'guarded_client("a", 1, "b")'


def mend(folder: Path, *, unsafe: bool = True, **changes: Any) -> repair.Mended:
    """What `--fix` makes of *folder*, not written."""
    own = replace(config.load([folder], folder), **changes)

    def lint(held: Any, everything: bool) -> pipeline.Outcome:
        return pipeline.run([folder] if everything else [], own, cwd=folder, given=held)

    def wanted(findings: Any) -> list[Finding]:
        return [f for f in findings if f.fix is not None and (unsafe or f.fix.applicability == "safe")]

    return repair.mend(lint, {}, wanted, str(folder))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    return tmp_path


def mended(project: Path, code: str | bytes, **changes: Any) -> str:
    """*code* as `--fix --unsafe-fixes` leaves it; a second run changes nothing."""
    file = project / "app.py"
    file.write_bytes(code if isinstance(code, bytes) else code.encode())
    made = mend(project, **changes)

    assert made.outcome.faults == ()
    assert made.failures == ()
    if not made.contents:
        return file.read_bytes().decode()
    (data,) = made.contents.values()
    assert list(fixes._problems(file.read_bytes(), data)) == []
    file.write_bytes(data)
    assert mend(project, **changes).contents == {}
    return data.decode()


def why_not_with_an_end(project: Path, code: str) -> list[str]:
    """Why none of the clients can have a guard that is left where the code is done with it; empty where one can."""
    (project / "app.py").write_text(code, encoding="utf-8")
    own = config.load([project], project)
    begun = pipeline.begin(discover([project], own, cwd=project), own, {})
    analysis = Analysis(own, begun.known, cwd=project)
    path = str(project / "app.py")
    module = analysis.project.parsed(path)
    assert module is not None
    facts = Facts(module, analysis.ask, begun.known)
    layout = Layout(module.tree, analysis.project.document(path))
    found = [mend_with_end(facts, one.node, layout) for one in facts.constructions if isinstance(one.node, cst.Call)]
    return [getattr(one, "reason", "") for one in found]


def notes(project: Path, code: str) -> list[str]:
    (project / "app.py").write_text(code, encoding="utf-8")
    found = pipeline.run([project], config.load([project], project), cwd=project).findings
    return [finding.note for finding in found if finding.code == "TGS101"]


@pytest.mark.parametrize(("rule", "example"), FIXED)
def test_example_is_fixed_as_it_says(rule: Rule, example: Example, tmp_path: Path) -> None:
    target = write(example, tmp_path)
    own = settings_of(example, tmp_path)
    select = () if rule.code == "TGS901" else (rule.code,)

    made = mend(tmp_path, select=select, guards=own.guards, client_classes=own.client_classes)

    (data,) = made.contents.values()
    assert example.fixed is not None
    assert _MARK.sub("", data.decode()) == Example(example.fixed).code
    assert [finding for finding in made.outcome.findings if finding.code == rule.code] == []
    assert list(fixes._problems(target.read_bytes(), data)) == []


@pytest.mark.parametrize(("rule", "example"), FIXED)
def test_rule_with_a_fix_says_on_its_page_whether_it_is_safe(rule: Rule, example: Example) -> None:
    del example

    assert re.search(r"^## Fix\n(?:Safe|Unsafe)\b", rule.page, re.MULTILINE)


@pytest.mark.parametrize(("rule", "example"), [param for param in BAD if _has_fixes(param.values[0])])
def test_finding_without_a_fix_of_a_rule_with_fixes_says_why(rule: Rule, example: Example, tmp_path: Path) -> None:
    target = write(example, tmp_path)

    found = pipeline.run([target], replace(settings_of(example, tmp_path), select=(rule.code,)), cwd=tmp_path).findings

    assert [finding for finding in found if finding.fix is None and not finding.note.startswith("no fix: ")] == []


BLOCK = f"""from telethon import TelegramClient

async def f(x):
    client = {CALL}  # one
    # two
    await client.connect()  # three

    # four
    text = \"\"\"a
  b\"\"\"
    await client.send_message(x, text)

    await client.disconnect()  # five
    return 1
"""
BLOCK_MENDED = f"""from tgsession_runtime import guarded_client

async def f(x):
    async with {GUARD} as client:  # one
        # two
        # three

        # four
        text = \"\"\"a
  b\"\"\"
        await client.send_message(x, text)

        # five
    return 1
"""


def test_block_keeps_comments_blank_rows_and_strings(project: Path) -> None:
    assert mended(project, BLOCK) == BLOCK_MENDED


def test_string_in_pieces_is_moved_and_its_rows_inside_are_not(project: Path) -> None:
    body = "x = ('a'\n         \"\"\"b\n  c\"\"\")"
    code = f"from telethon import TelegramClient\ndef f():\n    c = {CALL}\n    c.connect()\n    {body}\n    c.g(x)\n"

    moved = body.replace("\n         ", "\n             ")
    assert mended(project, code).endswith(f"    with {GUARD} as c:\n        {moved}\n        c.g(x)\n")


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_are_kept(end: str, project: Path) -> None:
    assert mended(project, BLOCK.replace("\n", end)) == BLOCK_MENDED.replace("\n", end)


def test_byte_order_mark_and_encoding_are_kept(project: Path) -> None:
    head = "# -*- coding: latin-1 -*-\n# \xe9\n"
    file = project / "app.py"

    file.write_bytes((head + BLOCK).encode("latin-1"))
    assert [*mend(project).contents.values()] == [(head + BLOCK_MENDED).encode("latin-1")]
    file.write_bytes(codecs.BOM_UTF8 + BLOCK.encode())
    assert [*mend(project).contents.values()] == [codecs.BOM_UTF8 + BLOCK_MENDED.encode()]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"def f():\n    with {CALL} as c:\n        c.g()\n", f"def f():\n    with {GUARD} as c:\n        c.g()\n"),
        (f"async def f():\n    with {CALL} as c:\n        c.g()\n", f"async def f():\n    async with {GUARD} as c:\n        c.g()\n"),
        (
            f"async def f():\n    async with await {CALL}.start(bot_token=T) as c:\n        await c.g()\n",
            'async def f():\n    async with guarded_client("a", 1, "b", bot_token=T) as c:\n        await c.g()\n',
        ),
        (
            f"def f():\n\tc = {CALL}\n\tc.start()\n\tc.run_until_disconnected()\n",
            f"def f():\n\twith {GUARD} as c:\n\t\tc.run_until_disconnected()\n",
        ),
        (
            f"def f():\n    c = {CALL}\n    with c:\n        c.g()\n",
            f"def f():\n    with {GUARD} as c:\n        c.g()\n",
        ),
        (
            f"def f():\n    c = {CALL}\n    c.connect()\n    try:\n        c.g()\n    finally:\n        c.disconnect()",
            f"def f():\n    with {GUARD} as c:\n        c.g()\n",
        ),
        (
            (
                f"async def f():\n    c = {CALL}\n    await c.start()\n    try:\n        await c.g()\n    finally:\n"
                "        await c.disconnect()\n        done()\n"
            ),
            f"async def f():\n    async with {GUARD} as c:\n        try:\n            await c.g()\n        finally:\n            done()\n",
        ),
        (
            (
                f"async def f():\n    c = {CALL}\n    await c.connect()\n    if not await c.is_user_authorized():\n"
                "        await c.disconnect()\n        return None\n    return await c.get_me()\n"
            ),
            (
                f"async def f():\n    async with {GUARD} as c:\n        if not await c.is_user_authorized():\n"
                "            return None\n        return await c.get_me()\n"
            ),
        ),
        (
            (
                f"def f():\n    c: TelegramClient = {CALL}\n    c.loop.run_until_complete(c.connect())\n    c.g()\n"
                "    c.loop.run_until_complete(c.disconnect())\n    return 1\n"
            ),
            f"def f():\n    with {GUARD} as c:\n        c.g()\n    return 1\n",
        ),
    ],
)  # fmt: skip
def test_form_is_mended(before: str, after: str, project: Path) -> None:
    code = f"from telethon import TelegramClient\n{before}"

    assert mended(project, code) == f"from tgsession_runtime import guarded_client\n{after}"


@pytest.mark.parametrize(
    ("before", "why"),
    [
        (f"    return [{CALL}]\n", "no plain name of its own"),
        (f"    c = {CALL}\n    c.start(phone='1')\n    c.get_me()\n", "`start(phone=…)` is what this code is for"),
        (f"    c = {CALL}\n    c.start('1')\n    print(c.session.save())\n", "`start(…)` is what this code is for"),
        (f"    c = {CALL}\n    c.connect()\n    c.sign_in('1')\n", "`sign_in(…)` is what this code is for"),
        (f"    c = {CALL}\n    c.connect()\n    c.send_message(x)\n    c.sign_in('1')\n", "`sign_in(…)` is what this code is for"),
        (f"    def log_in():\n        c = {CALL}\n        c.start('1')\n        c.send_message(x)\n", "`start(…)` is what this code is for"),
        (f"    with {CALL} as c:\n        print(StringSession.save(c.session))\n", "`session.save()` is what this code is for"),
        (f"    c = {CALL}\n    c.start(phone=(y := ask()))\n    c.g()\n", "do more than to give a value"),
        (f"    c = {CALL}\n    c.connect()\n    import asyncio\n    async def g():\n        await c.g()\n    asyncio.run(g())\n", "an event loop of its own"),
        (f"    c = {CALL}\n    use(c)\n", "nothing here opens `c`"),
        (f"    c = {CALL}\n    if x:\n        c.connect()\n    c.g()\n    c = 1\n", "another value"),
        (f"    c = {CALL}; c.connect()\n    c.g()\n", "one line"),
        ("    c = TelegramClient(None, 1, 'b')\n    c.connect()\n    c.g()\n", "in memory"),
        (f"    guarded_client = 1\n    c = {CALL}\n    c.connect()\n    c.g()\n", "means something else"),
    ],
)
def test_what_is_not_sure_is_left_alone_and_says_why(before: str, why: str, project: Path) -> None:
    (note,) = notes(project, f"from telethon import TelegramClient\ndef f():\n{before}")

    assert note.startswith("no fix: ")
    assert why in note


@pytest.mark.parametrize(
    ("before", "why"),
    [
        (f"    c = {CALL}\n    c.connect()\n    return c\n", "`c` is returned"),
        (f"    c = {CALL}\n    c.connect()\n    box.c = c\n", "kept in `box.c`"),
        (f"    c = {CALL}\n    c.connect()\n    box.append(c)\n", "kept in `box`"),
        (f"    c = {CALL}\n    c.connect()\n    bot = Bot(c)\n    return bot\n", "`bot` has `c`"),
        (f"    c = {CALL}\n    c.connect()\n    asyncio.create_task(g(c))\n", "`create_task` has `c`"),
    ],
)
def test_guard_of_a_client_that_gets_out_has_no_end_there_and_is_opened_without(before: str, why: str, project: Path) -> None:
    code = f"from telethon import TelegramClient\ndef f():\n{before}"
    (reason,) = why_not_with_an_end(project, code)

    assert why in reason
    after = before.replace(f"{CALL}\n    c.connect()", f"{GUARD}.open()")
    assert mended(project, code) == f"from tgsession_runtime import guarded_client\ndef f():\n{after}"


@pytest.mark.parametrize(
    ("head", "after"),
    [
        ("from telethon import TelegramClient, events\n", "from telethon import events\nfrom tgsession_runtime import guarded_client\n"),
        ("from telethon import events, TelegramClient\n", "from telethon import events\nfrom tgsession_runtime import guarded_client\n"),
        (
            "from telethon import (\n    TelegramClient,  # the client\n    events,\n)\n",
            "from telethon import (\n    TelegramClient,  # the client\n    events,\n)\nfrom tgsession_runtime import guarded_client\n",
        ),
        (
            "from telethon.sync import TelegramClient\n",
            "from telethon.sync import TelegramClient\nfrom tgsession_runtime import guarded_client\n",
        ),
        (
            "from telethon import TelegramClient\n__all__ = ['TelegramClient']\n",
            "from telethon import TelegramClient\nfrom tgsession_runtime import guarded_client\n__all__ = ['TelegramClient']\n",
        ),
        (
            "from telethon import TelegramClient\ndef g(c: TelegramClient): ...\n",
            "from telethon import TelegramClient\nfrom tgsession_runtime import guarded_client\ndef g(c: TelegramClient): ...\n",
        ),
        (
            "from tgsession_runtime import guarded_client\nfrom telethon import TelegramClient\n",
            "from tgsession_runtime import guarded_client\n",
        ),
    ],
)
def test_imports_are_what_is_used(head: str, after: str, project: Path) -> None:
    body = "def f():\n    with {} as c:\n        c.g()\n"

    assert mended(project, head + body.format(CALL)) == after + body.format(GUARD)


def test_import_that_another_module_takes_from_here_stays(project: Path) -> None:
    (project / "other.py").write_text("from app import TelegramClient\ndef g(c: TelegramClient): ...\n", encoding="utf-8")

    assert "from telethon import TelegramClient\n" in mended(
        project, f"from telethon import TelegramClient\ndef f():\n    with {CALL} as c:\n        c.g()\n"
    )


def test_class_of_a_fork_is_named_to_the_guard(project: Path) -> None:
    code = f"from hikkatl import TelegramClient\ndef f():\n    with {CALL} as c:\n        c.g()\n"

    assert 'with guarded_client("a", 1, "b", client_class=TelegramClient) as c:' in mended(project, code)


def test_several_clients_of_a_file_are_all_mended(project: Path) -> None:
    function = "def f{}():\n    with {} as c:\n        c.g()\n"
    before = "".join(function.format(n, CALL) for n in range(4))
    after = "".join(function.format(n, GUARD) for n in range(4))

    assert mended(project, f"from telethon import TelegramClient\n{before}") == f"from tgsession_runtime import guarded_client\n{after}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # noqa: TGS101\n", "x = 1\n"),
        ("x = 1  # noqa: E501, TGS101\n", "x = 1  # noqa: E501\n"),
        ("x = 1  # noqa: TGS101, E501\n", "x = 1  # noqa: E501\n"),
        ("x = 1  # noqa: TGS101  # why\n", "x = 1  # why\n"),
        ("x = 1  # type: int  # noqa: TGS101\n", "x = 1  # type: int\n"),
        ("# tgsession-lint: ignore[TGS101] because\nx = 1\n", "x = 1\n"),
        ("x = 1  # tgsession-lint: ignore[unguarded-client]\n", "x = 1\n"),
        ("x = 1  # tgsession-lint: ignore[TGS101,TGS202] why", "x = 1"),
    ],
)
def test_unused_suppression_goes_and_nothing_else(before: str, after: str, project: Path) -> None:
    head = "from telethon import TelegramClient\n"

    assert mended(project, head + before) == head + after


def test_safe_fixes_alone_leave_the_others(project: Path) -> None:
    code = f"from telethon import TelegramClient\nasync def f():\n    c = {CALL}\n    c.disconnect()\n"
    (project / "app.py").write_text(code, encoding="utf-8")

    (data,) = mend(project, unsafe=False).contents.values()

    assert data.decode() == code.replace("    c.disc", "    await c.disc")


def test_notebook_is_mended_cell_by_cell(project: Path) -> None:
    cells = ["from telethon import TelegramClient\nc: TelegramClient = get()", "x = 1\nc.disconnect()"]
    content = {
        "cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell.splitlines(keepends=True)} for cell in cells],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    (project / "app.ipynb").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    (data,) = mend(project).contents.values()

    content["cells"][1]["source"] = ["x = 1\n", "await c.disconnect()"]
    assert data.decode() == json.dumps(content, indent=1) + "\n"


# properties

_STATEMENTS = st.sampled_from(
    [
        "await c.connect()", "await c.start()", "await c.disconnect()", "c.disconnect()", "await c.get_me()  # said", "# alone", "",
        "return c", "return await c.get_me()", "c.parse_mode = 'md'", "x = '''a\nb'''", "use(c)", "await c.start(bot_token=T)",
        "if x:\n    await c.disconnect()\n    return", "try:\n    await c.get_me()\nfinally:\n    await c.disconnect()  # end",
        "try:\n    await c.connect()\n    use(c)\nexcept E:\n    pass\nfinally:\n    await c.disconnect()", "for i in y:\n    await c.g(i)",
        "@c.on(E)\nasync def h(e):\n    await c.g(e)", "with c:\n    pass", "async with c:\n    await c.g()  # in", "call(\n  c,  # arg\n)",
    ]
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_STATEMENTS, max_size=6), st.sampled_from(["    ", "\t", "  "]), st.sampled_from(["\n", "\r\n"]))
def test_any_block_keeps_its_comments_compiles_and_is_mended_once(
    project: Path, statements: list[str], indent: str, end: str
) -> None:
    body = "\n".join([f"c = {CALL}  # built", *statements, "done()"]).replace("    ", indent)
    rows = [f"{indent}{row}" if row and row != "b'''" else row for row in body.split("\n")]
    code = "\n".join(["from telethon import TelegramClient", "async def f():", *rows, ""])

    after = mended(project, code.replace("\n", end).encode())

    assert ("\r\n" in after) == (end == "\r\n")


def test_whole_projects_are_mended_without_a_loss() -> None:
    projects = [folder for folder in sorted(fixes.PROJECTS.iterdir()) if folder.is_dir() and folder.name.startswith(("una", "guard", "ine"))]

    figures = fixes.measure(projects)

    assert figures.wrong == []
    assert figures.fixed > 50


@pytest.mark.skipif(sys.platform == "win32", reason="the command is called as a program")
def test_nothing_is_written_before_it_is_asked_for(project: Path) -> None:
    (project / "app.py").write_text(BLOCK, encoding="utf-8")

    mend(project)

    assert (project / "app.py").read_text("utf-8") == BLOCK
