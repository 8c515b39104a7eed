"""`python -m tests.telegram`: the server as a process; prints one JSON line, stops by itself."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from functools import partial

from .auth_keys import AFTERWARDS, RULES
from .control import answer_lines
from .server import TelegramServer

_GLANCE = 0.5  # seconds between looks at whether anybody is still there
_LONGEST_LINE = 1 << 24  # bytes of one control call


def main() -> None:
    """Parse the command line and run until told to stop, or until nobody is there."""
    parser = argparse.ArgumentParser(prog="python -m tests.telegram", description=__doc__)
    parser.add_argument("--address", default="127.0.0.1", help="a loopback address to listen on")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--ledger", metavar="FILE", help="written at the end, on `write_ledger`, and on SIGUSR1")
    parser.add_argument("--policy", choices=RULES, default="ip", help="when a key dies that is used twice at once")
    parser.add_argument("--after", choices=tuple(AFTERWARDS), default="406", help="what later connections of a dead key get")
    parser.add_argument("--linger", type=float, default=0.0, metavar="S", help="seconds for which an ended connection counts")
    parser.add_argument("--idle", type=float, default=60.0, metavar="S", help="stop after so long without any connection")
    parser.add_argument("--receive-buffer", type=int, default=65_536, metavar="BYTES")
    parser.add_argument("--with-stdin", action="store_true", help="stop when standard input ends")
    asyncio.run(_serve(parser.parse_args()))


async def _serve(options: argparse.Namespace) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    settings = {name: value for name, value in vars(options).items() if name not in ("idle", "with_stdin")}
    async with TelegramServer(**settings) as server:
        talking: set[asyncio.StreamWriter] = set()
        controls = await asyncio.start_server(partial(_talk, server, talking), server.address, 0, limit=_LONGEST_LINE)
        place = {"address": server.address, "port": server.port, "control_port": controls.sockets[0].getsockname()[1]}
        sys.stdout.write(json.dumps({**place, "public_key": server.public_key, "pid": os.getpid()}) + "\n")
        sys.stdout.flush()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        if options.ledger:
            loop.add_signal_handler(signal.SIGUSR1, server.write_ledger)
        if options.with_stdin:
            loop.add_reader(sys.stdin.fileno(), lambda: None if os.read(sys.stdin.fileno(), 1024) else stop.set())
        await _until_stopped_or_idle(server, talking, options.idle, stop)
        controls.close()


async def _talk(
    server: TelegramServer, talking: set[asyncio.StreamWriter], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    talking.add(writer)
    try:
        await answer_lines(server, reader, writer)
    finally:
        talking.discard(writer)


async def _until_stopped_or_idle(
    server: TelegramServer, talking: set[asyncio.StreamWriter], limit: float, stop: asyncio.Event
) -> None:
    loop = asyncio.get_running_loop()
    last_seen, changes = loop.time(), -1
    while not stop.is_set():
        if server.connections or talking or server.book.changes != changes:
            last_seen, changes = loop.time(), server.book.changes
        if loop.time() - last_seen >= limit:
            return
        try:
            await asyncio.wait_for(stop.wait(), min(_GLANCE, limit))
        except (TimeoutError, asyncio.TimeoutError):
            continue


if __name__ == "__main__":
    main()
