"""What a path ends in decides: by its last part, by a test of its ending; files in temporary folders are nobody's login."""
import os
import shutil
import tempfile
from pathlib import Path

from telethon import TelegramClient


def asked_for(folder):
    for name in os.listdir(folder):
        if name.endswith(".session"):
            os.remove(os.path.join(folder, name))  # expect: TGS402
        else:
            os.remove(os.path.join(folder, name))


def others_left(folder):
    for name in os.listdir(folder):
        if not name.endswith(".session"):
            os.remove(os.path.join(folder, name))
            continue
        path = os.path.join(folder, name)
        shutil.move(path, "dead")  # expect: TGS402


def listed(folder):
    names = [name for name in os.listdir(folder) if name.endswith(".session")]
    for name in names:
        path = os.path.join(folder, name)
        os.rename(path, "dead")  # expect: TGS402
        settings = path.replace(".session", ".json")
        os.rename(settings, os.path.join("dead", name.replace(".session", ".json")))
        with open(f"{name}.txt", "w") as out:
            out.write(name)


def by_suffix(folder: Path):
    for path in folder.iterdir():
        if path.suffix == ".session" and path.is_file():
            path.unlink()  # expect: TGS402
    for path in folder.iterdir():
        if path.suffix == ".log":
            path.unlink()


def another_asked(folder, wanted):
    for name in os.listdir(folder):
        if wanted.endswith(".session"):
            os.remove(os.path.join(folder, name))


def without_its_ending(client: TelegramClient):
    base = "alerts.session".removesuffix(".session")
    os.remove(base)
    os.remove(base + ".log")
    os.remove(base + ".session")  # expect: TGS402


def own_folder(path):
    folder = tempfile.mkdtemp()
    copy = os.path.join(folder, "alerts" + ".session")
    shutil.copy2(path, copy)  # expect: TGS402
    os.remove(copy)
    with tempfile.TemporaryDirectory() as other, open(f"{other}/alerts.session", "wb") as out:
        out.write(b"")


def not_a_fixture():
    tmp_path = Path("data")
    (tmp_path / "alerts.session").touch()  # expect: TGS402
