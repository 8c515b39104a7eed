from client import TelegramClient


def make():
    return TelegramClient("a")  # expect: TGS101
