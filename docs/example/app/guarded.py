"""The same work under the guard: nothing to report here."""

from tgsession_runtime import guarded_client


async def newest(chat: str) -> str:
    async with guarded_client("archive") as client:
        messages = await client.get_messages(chat, limit=1)
        return messages[0].text
