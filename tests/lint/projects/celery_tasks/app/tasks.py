"""One task uses the shared client, one its own, one the guard."""
import asyncio

from app.telegram import TelegramClient, client
from celery import shared_task
from tgsession_runtime import guarded_client


@shared_task
def shared(text):
    asyncio.run(send(text))  # expect: TGS302


async def send(text):
    await client.connect()
    await client.send_message("me", text)
    client.disconnect()  # expect: TGS202


@shared_task
def own(text):
    with TelegramClient("own", 1, "hash") as mine:  # expect: TGS101
        mine.send_message("me", text)


@shared_task
def guarded(text):
    with guarded_client("tasks-guarded") as mine:
        mine.send_message("me", text)
