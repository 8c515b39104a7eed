"""Use it like this:

    from telethon import TelegramClient
    client = TelegramClient("alerts", API_ID, API_HASH)
    client.disconnect()

Nothing of that runs. Silent.
"""
from telethon import events

HELP = 'client = TelegramClient("alerts", 1, "hash")'
TEMPLATE = f"from {events.__name__} import TelegramClient; TelegramClient('{{name}}')"


# client = TelegramClient("alerts", 1, "hash")
def help_text():
    r"""`TelegramClient(\w+)` is what to search for."""
    return HELP + TEMPLATE
