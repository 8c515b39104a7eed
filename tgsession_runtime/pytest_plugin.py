"""Tests that use a Telegram session: skipped or failed while it is not safe, given a guarded client, failed if one stays open.

Imports pytest and the standard library only, until a test asks for more.
"""

from __future__ import annotations

import asyncio
import inspect
from functools import wraps
from typing import TYPE_CHECKING, Any

import pytest

from tgsession_runtime.left_open import Watch

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

_MARKER = "telegram_session"
_MARKED = (
    f'{_MARKER}(*names, on_unsafe="skip"): uses the Telegram sessions *names*, by default the configured one; '
    'skipped, or with on_unsafe="fail" failed, while one of them is not safe to use.'
)
_ON_UNSAFE = ("skip", "fail")
_watch = pytest.StashKey[Watch]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say what can be set."""
    parser.addini("tgsession_on_unsafe", f"what a test marked {_MARKER} does while a session is not safe: skip, fail", default="skip")
    parser.addini("tgsession_left_open", "fail a test that leaves a Telethon client connected", type="bool", default=True)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and begin to watch."""
    config.addinivalue_line("markers", _MARKED)
    if config.getini("tgsession_left_open"):
        config.stash[_watch] = Watch()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave Telethon as it was."""
    if (watch := config.stash.get(_watch, None)) is not None:
        watch.end()


# is it safe?


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip or fail a marked test before its fixtures use the session."""
    marker = item.get_closest_marker(_MARKER)
    if marker is None or not (unsafe := _unsafe(marker.args)):
        return
    if _on_unsafe(item, marker) == "fail":
        pytest.fail(unsafe, pytrace=False)
    pytest.skip(unsafe)


def _on_unsafe(item: pytest.Item, marker: pytest.Mark) -> str:
    chosen = marker.kwargs.get("on_unsafe", item.config.getini("tgsession_on_unsafe"))
    if chosen not in _ON_UNSAFE or set(marker.kwargs) - {"on_unsafe"}:
        raise pytest.UsageError(f"{item.nodeid}: `on_unsafe` is {chosen!r}; {_MARKED}")
    return str(chosen)


def _unsafe(names: tuple[str, ...]) -> str:
    """Why the sessions cannot be used now, each reason with what to do; nothing if they can."""
    from tgsession_runtime.check import check
    from tgsession_runtime.commands.asked import asked
    from tgsession_runtime.errors import TgsessionError

    try:
        about = asked(names)
        verdicts = [check(name, around) for around in [about.around] for name in about.names]
    except TgsessionError as error:
        return error.explain()
    return "\n".join(
        f"session `{verdict.name.label}` is not safe to use: [{reason.code}] {reason.message}; {reason.hint}"
        for verdict in verdicts if verdict.answer != "safe"
        for reason in verdict.reasons if reason.weight != "warning"
    )  # fmt: skip


# a client for a test


@pytest.fixture
def guarded_client(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A connected client of the session that the test's `telegram_session` mark names, by default of the configured one.

    In an `async def` test it belongs to the test's own loop, whoever runs that.
    """
    from tgsession_runtime.client import guarded_client

    marker = request.node.get_closest_marker(_MARKER)
    guard = guarded_client(*marker.args[:1]) if marker else guarded_client()
    if inspect.iscoroutinefunction(request.function):
        request.node.obj = _entering(request.node.obj)
        yield guard
        return
    with guard as client:
        yield client


def _entering(test: Any) -> Any:
    """The coroutine test *test* inside the guard that it was given: only its own loop can connect the client."""

    @wraps(test)
    async def entered(*, guarded_client: Any, **others: Any) -> None:
        async with guarded_client as client:
            await test(guarded_client=client, **others)

    return entered


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a coroutine test that has a guarded client and that no other plugin runs."""
    test = pyfuncitem.obj
    if "guarded_client" not in pyfuncitem.funcargs or not inspect.iscoroutinefunction(test):
        return None
    asyncio.run(test(**{name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}))  # noqa: SLF001 - pytest does so
    return True


# is it still open?


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Generator[None, object, object]:
    """A client that is built for more than one test may outlive each of them, but not its fixture."""
    watch = request.config.stash.get(_watch, None)
    if watch is None or fixturedef.scope == "function":
        return (yield)
    with watch.owned_by(fixturedef):
        return (yield)


def pytest_fixture_post_finalizer(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> None:
    """A fixture has been torn down."""
    watch = request.config.stash.get(_watch, None)
    if watch is not None and fixturedef.scope != "function" and (found := watch.left_open(fixturedef)):
        pytest.fail(f"the fixture `{fixturedef.argname}` leaves {found}", pytrace=False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What is built from now on is the test's."""
    watch = item.config.stash.get(_watch, None)
    if watch is None:
        return (yield)
    with watch.owned_by(item):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """The test and its own fixtures are done."""
    result = yield
    watch = item.config.stash.get(_watch, None)
    if watch is not None and (found := watch.left_open(item)):
        pytest.fail(f"the test leaves {found}", pytrace=False)
    return result
