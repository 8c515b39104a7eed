"""What the tests with real workers use: a broker, and a project whose tasks use a session on a loopback Telegram."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.celery_support.guarded import Guarded
    from tests.telegram import Controls

_numbers = itertools.count(7000)


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    """A Redis server of these tests' own."""
    from tests.celery_support import redis_broker

    with redis_broker() as url:
        yield url


@pytest.fixture
def make(tmp_path: Path, far: Controls, broker: str) -> Iterator[Callable[..., Guarded]]:
    """Makes the project; its workers end with the test."""
    from tests.celery_support import Crowd
    from tests.celery_support.guarded import Guarded, settings_for

    login = far.log_in(far.add_user(phone=f"+1555{next(_numbers)}", code="1", username="alice"))
    login.write(tmp_path / "alerts.session")
    with Crowd(tmp_path / "logs") as crowd:
        yield lambda **more: Guarded(
            tmp_path / "project",
            **{"settings": {"broker_url": broker, "task_default_queue": tmp_path.name, "worker_prefetch_multiplier": 1}, **more},
            environment=settings_for(far, tmp_path), crowd=crowd,
        )  # fmt: skip
