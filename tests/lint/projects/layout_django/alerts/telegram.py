"""One client for the whole site, built at import: every server process gets one."""
from django.conf import settings
from telethon import TelegramClient

client = TelegramClient(**settings.TELEGRAM)  # expect: TGS101 TGS301
