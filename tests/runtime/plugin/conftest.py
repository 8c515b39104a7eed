"""A project of its own for each test of the plugin, with a session that is logged in on a loopback Telegram."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.telegram import Controls


@pytest.fixture
def project(pytester: pytest.Pytester, far: Controls, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """The folder of a project whose configured session is `alerts`."""
    login = far.log_in(far.add_user(phone=f"+1556{len(far.ledger()['connections']):05}", code="1", username="alice"))
    login.write(pytester.path / "alerts.session")
    (pytester.path / "alerts.session").chmod(0o600)
    for name, value in {
        "SESSION": str(pytester.path / "alerts"), "API_ID": str(far.api_id), "API_HASH": far.api_hash,
        "STATE_DIR": str(pytester.path / "state"),
    }.items():  # fmt: skip
        monkeypatch.setenv(f"TGSESSION_{name}", value)
    return pytester
