"""`WorkerClient` in this very process: what it does where something keeps it from what it should."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.guarding import API, QUICK, Contender, login
from tests.telegram import Controls
from tgsession_runtime.worker_client import WorkerClient, close_all

pytestmark = pytest.mark.usefixtures("state")


def kept(far: Controls, path: Path, **options: Any) -> WorkerClient:
    """A client of a login of its own."""
    login(far, path.with_name(f"{path.name}.session"))
    return WorkerClient(path, *API, **{**QUICK, **options})


def test_a_call_that_hears_of_nothing_keeps_no_other_client_open(far: Controls, tmp_path: Path, contender: Contender) -> None:
    deaf, other = kept(far, tmp_path / "deaf"), kept(far, tmp_path / "other")
    begun, over = threading.Event(), threading.Event()

    async def block(_client: Any) -> None:
        begun.set()
        over.wait(60)

    with ThreadPoolExecutor(1) as pool:
        blocked = pool.submit(deaf.run, block)
        begun.wait(60)
        other.run(lambda client: client.get_me())
        try:
            close_all()

            assert contender(tmp_path / "other") == "free"
        finally:
            over.set()
        assert blocked.result(60) is None
    deaf.close()

    assert contender(tmp_path / "deaf") == "free"
