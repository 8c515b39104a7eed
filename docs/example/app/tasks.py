"""What the workers run."""

import asyncio
import os
import signal

from app.client import API_HASH, API_ID, Archiver, client


async def copy_newest(chat: str) -> str:
    archiver = Archiver("archive", API_ID, API_HASH)
    try:
        await archiver.start()
        return await archiver.newest(chat)
    finally:
        archiver.disconnect()


def shutdown() -> None:
    asyncio.run(client.disconnect())


def stop_workers(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
