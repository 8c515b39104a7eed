"""The modules inside the package that give the class, by name and by attribute chain."""
import telethon
import telethon.client.telegramclient
from acme_settings import API_HASH, API_ID
from telethon import client as client_package
from telethon.client import TelegramClient as PackageClient
from telethon.client import telegramclient
from telethon.client.telegramclient import TelegramClient as DefinedClient


def every_way():
    yield PackageClient("a", API_ID, API_HASH)  # expect: TGS101
    yield DefinedClient("b", API_ID, API_HASH)  # expect: TGS101
    yield client_package.TelegramClient("c", API_ID, API_HASH)  # expect: TGS101
    yield telegramclient.TelegramClient("d", API_ID, API_HASH)  # expect: TGS101
    yield telethon.client.TelegramClient("e", API_ID, API_HASH)  # expect: TGS101
    yield telethon.client.telegramclient.TelegramClient("f", API_ID, API_HASH)  # expect: TGS101
