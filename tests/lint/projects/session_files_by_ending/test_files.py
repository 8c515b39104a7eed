import os

from telethon import TelegramClient


def test_empty_file_is_no_session(tmp_path, data_folder):
    file = tmp_path / "alerts.session"
    file.write_text("fake")
    (tmp_path / "sub" / "alerts.session").touch()
    with open(os.path.join(str(tmp_path), "alerts") + ".session", "wb") as out:
        out.write(b"fake")
    (data_folder / "alerts.session").touch()  # expect: TGS402
    assert TelegramClient
