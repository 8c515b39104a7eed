"""What the tests of the guard use: a Telegram in a process of its own, a state folder per test, and a look for secrets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.runtime.guarding import Contender
    from tests.telegram import Controls


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
