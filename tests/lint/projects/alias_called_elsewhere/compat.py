"""Whether the alias is reported as well, with its call in view elsewhere, is open (maybe)."""
import telethon

Client = telethon.TelegramClient  # maybe: TGS101
