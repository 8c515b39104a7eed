"""The pytest plugin as a project uses it: each run is a pytest of its own, with the real Telethon."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tgsession_runtime import guarded_client

if TYPE_CHECKING:
    from tests.telegram import Controls

MARKED = """
import pytest

@pytest.mark.telegram_session({arguments})
def test_it():
    pass
"""
LEAVES = """
from telethon.sync import TelegramClient

def test_it():
    client = TelegramClient("alerts", 1, "0" * 32)
    client.connect()
"""


def run(project: pytest.Pytester, text: str, *options: str) -> pytest.RunResult:
    project.makepyfile(text)
    return project.runpytest_subprocess("-p", "no:asyncio", "-rs", *options, timeout=60)


def test_marked_test_runs_while_its_session_is_safe(project: pytest.Pytester) -> None:
    run(project, MARKED.format(arguments="'alerts'")).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("arguments", "options", "outcome"),
    [
        ("", (), {"skipped": 1}),
        ("'alerts'", (), {"skipped": 1}),
        ("on_unsafe='fail'", (), {"errors": 1}),
        ("", ("-o", "tgsession_on_unsafe=fail"), {"errors": 1}),
        ("on_unsafe='skip'", ("-o", "tgsession_on_unsafe=fail"), {"skipped": 1}),
    ],
)
def test_marked_test_says_why_its_session_is_not_safe(
    project: pytest.Pytester, arguments: str, options: tuple[str, ...], outcome: dict[str, int]
) -> None:
    with guarded_client(workers="ignore"):
        result = run(project, MARKED.format(arguments=arguments), *options)

    result.assert_outcomes(**outcome)
    result.stdout.fnmatch_lines(["*[[]held[]] it is in use by pid *"])


def test_wrong_use_of_the_mark_is_said(project: pytest.Pytester) -> None:
    with guarded_client(workers="ignore"):
        result = run(project, MARKED.format(arguments="on_unsafe='skp'"))

    result.stdout.fnmatch_lines(["*`on_unsafe` is 'skp'*"])


@pytest.mark.parametrize(
    "text",
    [
        "import telethon.sync\ndef test_it(guarded_client):\n    assert guarded_client.get_me().username == 'alice'\n",
        "async def test_it(guarded_client):\n    assert (await guarded_client.get_me()).username == 'alice'\n",
    ],
    ids=["def", "async def"],
)
def test_fixture_gives_a_client(project: pytest.Pytester, far: Controls, text: str) -> None:
    before = far.totals()["clean_ends"]

    run(project, text).assert_outcomes(passed=1)

    ledger = far.until(lambda ledger: ledger["totals"]["live"] == 0)
    assert ledger["totals"]["clean_ends"] - before == 1


def test_fixture_works_with_pytest_asyncio(project: pytest.Pytester) -> None:
    project.makepyfile("""
        import asyncio
        import pytest
        import pytest_asyncio

        @pytest_asyncio.fixture
        async def loop_of_the_test():
            return asyncio.get_running_loop()

        @pytest.mark.asyncio
        async def test_it(guarded_client, loop_of_the_test):
            assert asyncio.get_running_loop() is loop_of_the_test
            assert (await guarded_client.get_me()).username == "alice"
    """)

    project.runpytest_subprocess("-p", "asyncio", timeout=60).assert_outcomes(passed=1)


def test_client_that_is_left_open_fails_the_test(project: pytest.Pytester) -> None:
    result = run(project, LEAVES)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["the test leaves a Telethon client connected, built here:", '*test_client_that*.py", line 4, in test_it'])


def test_client_that_is_left_open_is_let_pass_on_request(project: pytest.Pytester) -> None:
    run(project, LEAVES, "-o", "tgsession_left_open=false").assert_outcomes(passed=1)


def test_client_of_a_wider_fixture_is_no_false_alarm(project: pytest.Pytester) -> None:
    text = """
        import pytest
        from telethon.sync import TelegramClient

        @pytest.fixture(scope="module")
        def client():
            client = TelegramClient("alerts", 1, "0" * 32)
            client.connect()
            yield client
            client.disconnect()

        def test_one(client):
            assert client.is_connected()

        def test_two(client):
            assert client.is_connected()
    """

    run(project, text).assert_outcomes(passed=2)


def test_wider_fixture_that_leaves_its_client_open_is_named(project: pytest.Pytester) -> None:
    text = """
        import pytest
        from telethon.sync import TelegramClient

        @pytest.fixture(scope="module")
        def client():
            client = TelegramClient("alerts", 1, "0" * 32)
            client.connect()
            yield client

        def test_one(client):
            pass
    """
    result = run(project, text)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["the fixture `client` leaves a Telethon client connected, built here:"])


def test_client_that_a_test_has_closed_is_no_alarm(project: pytest.Pytester) -> None:
    run(project, LEAVES + "    client.disconnect()\n").assert_outcomes(passed=1)


def test_plugin_costs_a_run_without_telegram_nothing_but_itself(project: pytest.Pytester) -> None:
    project.makepyfile("def test_it():\n    pass\n")
    code = (
        "import sys, pytest; pytest.main(['-q', '-p', 'no:cacheprovider', '-p', 'no:asyncio']);"
        "print(sorted({'telethon', 'psutil', 'celery', 'click', 'filelock', 'tgsession_runtime.check'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=project.path, capture_output=True, text=True, timeout=60, check=False)

    assert done.stdout.splitlines()[-1] == "[]", done.stdout
