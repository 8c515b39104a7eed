"""A network between a host and the store, which can be cut: a proxy that forwards, hangs or refuses."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

_LOOK_EVERY = 0.02  # seconds


def forward(listen: Path, to: Path, state: Path) -> None:
    """Forward from one socket to the other, as the file *state* says: `open`, `hang`, `cut`. Never returns."""
    asyncio.run(_forward(listen, to, state))


def _now(state: Path) -> str:
    return state.read_text("utf-8")


async def _forward(listen: Path, to: Path, state: Path) -> None:
    passing = asyncio.Event()
    writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        with suppress(OSError):
            if _now(state) != "cut":
                far_reader, far_writer = await asyncio.open_unix_connection(str(to))
                writers.add(far_writer)
                with suppress(OSError):
                    await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
                far_writer.close()
                writers.discard(far_writer)
        writer.close()
        writers.discard(writer)

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await passing.wait()
            writer.write(data)
        writer.close()

    server = await asyncio.start_unix_server(serve, str(listen))
    async with server:
        while True:
            now = _now(state)
            if now == "cut":
                for writer in list(writers):
                    writer.transport.abort()
            (passing.clear if now == "hang" else passing.set)()
            await asyncio.sleep(_LOOK_EVERY)
