"""The end of a connection is the kernel's before anything else is done: the claim must not be given up sooner."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from telethon.tl import functions

from tests.runtime.guarding import login, quick
from tests.telegram import Controls
from tests.telegram.sockets import HAS_TCP_INFO
from tgsession_runtime import sockets

pytestmark = [pytest.mark.usefixtures("state"), pytest.mark.skipif(not HAS_TCP_INFO, reason="the kernel does not tell")]
_ESTABLISHED, _FIN_WAIT2, _CLOSED = 1, 5, 7  # linux/include/net/tcp_states.h


def _by_copies(client: Any) -> None:
    sockets.Endings(client).reset()


def _without_a_loop(client: Any) -> None:
    sockets.shut(client, 0.05)


@pytest.mark.parametrize("unsent", [0, 50_000_000], ids=["nothing unsent", "much unsent"])
@pytest.mark.parametrize("closing", [False, True], ids=["open", "closing"])
@pytest.mark.parametrize("cut", [sockets.abort, sockets.sever, _by_copies, _without_a_loop], ids=["abort", "sever", "copies", "shut"])
def test_a_connection_that_is_cut_off_is_gone_without_a_round_of_the_loop(
    far: Controls, tmp_path: Path, cut: Callable[[Any], None], *, closing: bool, unsent: int
) -> None:
    login(far, tmp_path / "a.session")
    far.fault("stop_reading", on="account.getPassword", times=1)

    async def states() -> list[int]:
        async with quick(tmp_path / "a") as client:
            await client(functions.account.GetPasswordRequest())
            transport = next(sockets.transports(client))
            with transport.get_extra_info("socket").dup() as own:
                before = _state(own)
                transport.pause_reading()
                transport.write(bytes(unsent))
                if closing:
                    transport.close()
                cut(client)
                return [before, _state(own)]

    before, after = asyncio.run(states())

    assert before == _ESTABLISHED
    assert after == _CLOSED or (cut is _without_a_loop and after == _FIN_WAIT2)  # the other side has the orderly end


def _state(sock: socket.socket) -> int:
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
