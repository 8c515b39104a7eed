"""Only annotations use the class. Silent."""
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from telethon import TelegramClient


async def whoami(client: TelegramClient) -> str:
    return (await client.get_me()).username
