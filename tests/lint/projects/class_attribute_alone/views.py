"""The framework calls it: a constructing reference to one, a declaration to the other (maybe)."""
from acme_framework import View
from telethon import TelegramClient


class Sender(View):
    client_class = TelegramClient  # maybe: TGS101

    def send(self, text):
        return self.client.send_message("me", text)
