"""What the tests of the guard use: a Telegram in a process of its own, a state folder per test, and a look for secrets."""

from __future__ import annotations

import base64
import logging
import signal
import sys
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.runtime.guarding import Contender
    from tests.runtime.stage import Stage
    from tests.telegram import Controls


# In the background of a shell both are ignored; the processes of the tests would inherit that, and be deaf to the keys.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGQUIT") and signal.getsignal(signal.SIGQUIT) is signal.SIG_IGN:
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)


@pytest.fixture(scope="session")
def _far_telegram() -> Iterator[Controls]:
    from tests.telegram import spawned

    with spawned(idle=600) as server:
        yield server


@pytest.fixture
def far(_far_telegram: Controls) -> Iterator[Controls]:
    """A Telegram in another process: its descriptors and threads are not counted with the client's."""
    yield _far_telegram
    _far_telegram.clear_faults()
    _far_telegram.come_back()
    _far_telegram.until(lambda ledger: ledger["totals"]["live"] == 0)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of this test's own."""
    folder = tmp_path / "state"
    monkeypatch.setenv("TGSESSION_STATE_DIR", str(folder))
    return folder


@pytest.fixture
def alerts(far: Controls, tmp_path: Path) -> Path:
    """The file `alerts.session`, which somebody is logged in with and only this user may read."""
    from tests.runtime.guarding import login

    path = tmp_path / "alerts.session"
    login(far, path)
    path.chmod(0o600)
    return path


@pytest.fixture(scope="module")
def _stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    from tests.runtime.stage import Stage

    one = Stage(tmp_path_factory.mktemp("stage"))
    yield one
    errors = one.close()
    assert "never awaited" not in errors
    assert "was destroyed but it is pending" not in errors


@pytest.fixture
def stage(_stage: Stage) -> Stage:
    """Where scenes are played."""
    return _stage


@pytest.fixture(scope="session")
def _contender(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contender]:
    from tests.runtime.guarding import Contender

    one = Contender(tmp_path_factory.mktemp("contender"))
    yield one
    one.close()


@pytest.fixture
def contender(_contender: Contender) -> Contender:
    """Another process that tries to have a session."""
    return _contender


@pytest.fixture(autouse=True)
def _hear_everything(caplog: pytest.LogCaptureFixture) -> None:
    """All that the guard says is looked through for secrets, not only what it says aloud."""
    caplog.set_level(logging.DEBUG, "tgsession")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Generator[None, Any, None]:
    """Fail whatever has logged, printed or raised a part of an auth key or of a session string."""
    report = (yield).get_result()
    made: Any = sys.modules.get("tests.telegram.sessions")
    said = "\n".join([report.longreprtext, *(text for _, text in report.sections)])
    if said and made and any(form in said for key in made.MADE for form in _forms(key)):
        report.outcome, report.longrepr = "failed", f"{item.nodeid}: a part of an auth key was logged, printed or raised"


@cache
def _forms(key: bytes) -> tuple[str, ...]:
    """How a part of an auth key would look in a text: as bytes, as digits, in a session string."""
    string = base64.urlsafe_b64encode(bytes(7) + key).decode()
    return repr(key[8:24])[2:-1], key[:16].hex(), string[40:64], base64.b64encode(key).decode()[:24]
