"""The pieces that benchmark programs are put together from: heads, and functions with `$noun` in them."""

from __future__ import annotations

_COMMON = """\
from __future__ import annotations

import asyncio
import json
import logging
import os
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Iterable, Iterator

"""
_SETTINGS = """
log = logging.getLogger(__name__)
API_ID = int(os.environ.get("API_ID", "0"))
API_HASH = os.environ.get("API_HASH", "")
SESSIONS = Path(os.environ.get("SESSIONS", "sessions"))
"""

HEADS = {
    "plain": _COMMON + "log = logging.getLogger(__name__)\n",
    # Exports a subclass and a factory: what imports it matters although it may never say "telethon".
    "clients": _COMMON
    + "from telethon import TelegramClient, errors, events, functions\n"
    + "from telethon.sessions import StringSession\n"
    + _SETTINGS
    + '''

class BotClient(TelegramClient):
    """A client that remembers who it is logged in as."""

    def __init__(self, session, *args, **kwargs):
        super().__init__(session, *args, **kwargs)
        self.me = None

    async def whoami(self):
        if self.me is None:
            self.me = await self.get_me()
        return self.me


def make_client(name: str) -> BotClient:
    """One place that knows how a client is built."""
    return BotClient(str(SESSIONS / name), API_ID, API_HASH, flood_sleep_threshold=60)


def from_string(text: str) -> BotClient:
    return BotClient(StringSession(text), API_ID, API_HASH)
''',
    "reexport": '"""What the rest of the program imports."""\n\n'
    "from userbot.clients import BotClient, from_string, make_client\n\n"
    '__all__ = ["BotClient", "from_string", "make_client"]\n',
    "main": _COMMON
    + "from telethon import errors, events, functions\n\nfrom userbot.clients import make_client\n"
    + _SETTINGS
    + """
client = make_client("main")


async def run() -> None:
    await client.start()
    try:
        await client.run_until_disconnected()
    finally:
        await client.disconnect()


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    asyncio.get_event_loop().run_until_complete(run())
""",
    "plugin": _COMMON
    + "from telethon import errors, events, functions\nfrom telethon.tl.types import Channel, User\n\n"
    + "from userbot.main import client\n"
    + _SETTINGS,
    "script": _COMMON
    + "from telethon import TelegramClient, errors, events, functions\n"
    + _SETTINGS
    + """

async def open_client(name: str):
    client = TelegramClient(str(SESSIONS / name), API_ID, API_HASH)
    await client.connect()
    if not await client.is_user_authorized():
        log.error("%s is not logged in", name)
        client.disconnect()
        raise SystemExit(2)
    return client


async def collect(names: list[str]) -> None:
    for name in names:
        client = TelegramClient(str(SESSIONS / name), API_ID, API_HASH)
        try:
            await client.start()
            async for dialog in client.iter_dialogs(limit=100):
                log.info("%s: %s", name, dialog.name)
        finally:
            await client.disconnect()


client = TelegramClient("interactive", API_ID, API_HASH)
""",
    "context": _COMMON
    + "import telethon\nfrom telethon import errors, events, functions\n"
    + _SETTINGS
    + """

async def export(chat: str, folder: Path) -> int:
    count = 0
    async with telethon.TelegramClient(str(SESSIONS / "archive"), API_ID, API_HASH) as client:
        async for message in client.iter_messages(chat, reverse=True):
            (folder / f"{message.id}.txt").write_text(message.text or "")
            count += 1
    return count


client = None
""",
    "by-factory": _COMMON
    + "from userbot.clients import BotClient, make_client\n"
    + _SETTINGS
    + """

async def nightly(chats: list[str]) -> Counter:
    totals = Counter()
    client = make_client("nightly")
    await client.connect()
    for chat in chats:
        async for message in client.iter_messages(chat, limit=1000):
            totals[chat] += len(message.text or "")
    await client.disconnect()
    return totals


async def weekly(chats: list[str]) -> list[Counter]:
    client = BotClient("weekly", API_ID, API_HASH)
    async with client:
        return [Counter([message.sender_id async for message in client.iter_messages(chat)]) for chat in chats]
""",
    "by-package": _COMMON
    + "from userbot import BotClient\n"
    + _SETTINGS
    + '''

class Account:
    """A login that several jobs take turns with."""

    def __init__(self, name: str) -> None:
        self.client = BotClient(name, API_ID, API_HASH)

    async def close(self) -> None:
        await self.client.disconnect()
''',
}  # fmt: skip

# Anywhere: most of a real program has nothing to do with its client.
PLAIN = (
    '''
@dataclass
class $Noun:
    """One $noun as it lies in the archive."""

    id: int
    chat: str
    sent: datetime
    text: str = ""
    tags: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def age(self) -> timedelta:
        return datetime.now(timezone.utc) - self.sent

    @classmethod
    def from_json(cls, line: str) -> "$Noun":
        raw = json.loads(line)
        return cls(id=raw["id"], chat=raw["chat"], sent=datetime.fromisoformat(raw["sent"]), text=raw.get("text", ""))

    def to_json(self) -> str:
        return json.dumps({"id": self.id, "chat": self.chat, "sent": self.sent.isoformat(), "text": self.text})
''',
    '''
def load_$noun(path: Path) -> Iterator[dict[str, Any]]:
    """Each $noun in *path*, one a line; broken lines are counted and left out."""
    broken = 0
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                broken += 1
                log.warning("%s:%d: %s", path, number, error)
    if broken:
        log.warning("%s: %d broken lines", path, broken)
''',
    """
def count_$noun(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        sender = row.get("sender") or "unknown"
        if row.get("deleted") or row["kind"] != "$noun":
            continue
        counts[sender] += 1
        counts["all"] += 1
    return {name: count for name, count in sorted(counts.items(), key=lambda item: -item[1]) if count > 1}
""",
    '''
${NOUN}_PATTERN = re.compile(r"(?i)\\b$noun[:#](?P<key>[a-z0-9_-]{1,32})(?:\\s+(?P<rest>.*))?")
${NOUN}_LIMITS = {"short": 40, "normal": 400, "long": 4096, "caption": 1024}


def shorten_$noun(text: str, size: str = "normal") -> str:
    """*text* cut at a word so that it fits; tags are kept."""
    limit = ${NOUN}_LIMITS.get(size, 400)
    if len(text) <= limit:
        return text
    head = text[: limit - 1].rsplit(" ", 1)[0]
    tags = [match["key"] for match in ${NOUN}_PATTERN.finditer(text[len(head) :])]
    return f"{head}… {' '.join(tags)}".rstrip()
''',
    '''
class ${Noun}Queue:
    """Holds back each $noun until its turn comes."""

    def __init__(self, pause: float = 1.5, size: int = 100) -> None:
        self.pause = pause
        self.waiting: asyncio.Queue[Any] = asyncio.Queue(maxsize=size)
        self.done: list[int] = []
        self._task: asyncio.Task[None] | None = None

    async def put(self, item: Any) -> None:
        if self.waiting.full():
            dropped = self.waiting.get_nowait()
            log.warning("queue is full, %r is dropped", dropped)
        await self.waiting.put(item)

    async def work(self, send) -> None:
        while True:
            item = await self.waiting.get()
            try:
                await send(item)
            except Exception:
                log.exception("cannot send %r", item)
            else:
                self.done.append(getattr(item, "id", 0))
            finally:
                self.waiting.task_done()
            await asyncio.sleep(self.pause)
''',
    """
def render_$noun(rows: list[dict[str, Any]], title: str = "") -> str:
    # Telegram's Markdown has no tables: columns are lined up in a code block.
    widths = [max((len(str(row.get(key, ""))) for row in rows), default=0) for key in ("chat", "sender", "count")]
    lines = [f"**{title or '$noun'}**", "```"]
    for row in rows:
        cells = (str(row.get(key, "")).ljust(width) for key, width in zip(("chat", "sender", "count"), widths))
        lines.append(" ".join(cells).rstrip())
    lines.append("```")
    return "\\n".join(lines)
""",
)

# Where Telethon's names and a `client` are at hand.
TELEGRAM = (
    '''
@events.register(events.NewMessage(pattern=r"\\.$noun(?:\\s+(.+))?", outgoing=True))
async def on_$noun(event):
    """`.$noun TEXT`: answers with what is known about it."""
    query = (event.pattern_match.group(1) or "").strip()
    if not query:
        reply = await event.get_reply_message()
        query = reply.raw_text if reply else ""
    if not query:
        await event.edit("`give me a $noun`")
        return
    try:
        answer = await lookup_$noun(event.client, query)
    except errors.FloodWaitError as error:
        log.warning("flood wait of %d s", error.seconds)
        await asyncio.sleep(error.seconds)
        answer = None
    await event.edit(answer or f"no $noun called {query!r}", link_preview=False)


async def lookup_$noun(client, query: str) -> str | None:
    async for message in client.iter_messages("me", search=query, limit=5):
        if message.raw_text and query.lower() in message.raw_text.lower():
            return message.raw_text
    return None
''',
    '''
async def forward_$noun(client, source, target, *, limit: int = 200) -> int:
    """Copies what is new in *source*; a private $noun is left out."""
    sent = 0
    last = 0
    async for message in client.iter_messages(source, limit=limit, reverse=True):
        if message.action or (message.text and message.text.startswith("#private")):
            continue
        try:
            if message.media:
                await client.send_file(target, message.media, caption=message.text)
            else:
                await client.send_message(target, message.text)
        except errors.ChatWriteForbiddenError:
            log.error("may not write to %s", target)
            break
        except errors.RPCError as error:
            log.exception("cannot forward %d: %s", message.id, error)
        else:
            sent += 1
            last = max(last, message.id)
    log.info("%d sent, the last was %d", sent, last)
    return sent
''',
    """
async def download_$noun(client, chat, folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    saved: list[Path] = []
    known = {path.stem for path in folder.iterdir()}
    async for message in client.iter_messages(chat):
        name = f"$noun-{message.id}"
        if not message.media or name in known:
            continue
        for attempt in range(3):
            try:
                path = await client.download_media(message, file=folder / name)
            except (OSError, asyncio.TimeoutError):
                await asyncio.sleep(2**attempt)
            else:
                if path:
                    saved.append(Path(path))
                break
    return saved
""",
    '''
async def ${noun}_members(client, group) -> dict[int, str]:
    """Who is in *group*, by id."""
    members = {}
    entity = await client.get_entity(group)
    offset, size = 0, 200
    while True:
        part = await client(
            functions.channels.GetParticipantsRequest(
                channel=entity, filter=None, offset=offset, limit=size, hash=0,
            )
        )
        if not part.users:
            break
        for user in part.users:
            members[user.id] = user.username or f"{user.first_name or ''} {user.last_name or ''}".strip()
        offset += len(part.users)
        await asyncio.sleep(1)
    return members
''',
)
