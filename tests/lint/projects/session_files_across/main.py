"""Touching the file behind the client's back loses or doubles the key; listing is fine. Constants are maybe."""
import os
import shutil
import sqlite3
from pathlib import Path
from shutil import copyfile as cp

import paths
from telethon import TelegramClient


def literal():
    shutil.copy("alerts.session", "backup.session")  # expect: TGS402
    cp("alerts.session", "/backup/alerts")  # expect: TGS402
    shutil.move("alerts.session", "old.session")  # expect: TGS402
    os.remove("alerts.session")  # expect: TGS402
    Path("alerts.session").unlink()  # expect: TGS402
    sqlite3.connect("alerts.session")  # maybe: TGS402
    with open("alerts.session", "rb") as file:  # expect: TGS402
        return file.read()


def formatted(name):
    os.remove(f"{name}.session")  # expect: TGS402


def constant():
    os.remove(paths.SESSION)  # maybe: TGS402


def fine(client: TelegramClient):
    print(os.path.exists("alerts.session"), list(paths.FOLDER.glob("*.session")))
    shutil.copy("alerts.json", "backup.json")
    with open("session.txt") as file:
        return file.read(), client.session.filename
