"""What every test may use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.telegram import Controls, Login

# Few tests each, but as long as hundreds of others.
_LONGEST = ("tests/stress/", "tests/runtime/pools/", "tests/runtime/test_control.py", "tests/runtime/test_interrupted.py", "tests/lint/flow/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: side by side, nobody waits for it in the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONGEST))


# Imported inside: most tests have nothing to do with Telethon, which takes 0.3 s to import.
@pytest.fixture
def telegram() -> Iterator[Controls]:
    """A loopback Telegram with the policy `ip`, in a thread of its own; `telegram.set_policy` and the rest change it."""
    from tests.telegram import served

    with served() as server:
        yield server


@pytest.fixture
def alice(telegram: Controls) -> Login:
    """A user that is logged in there."""
    return telegram.log_in(telegram.add_user(phone="+15550001", code="12345", username="alice"))
