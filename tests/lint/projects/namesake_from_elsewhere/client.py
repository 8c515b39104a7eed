"""Talks to the Bot API over HTTP; holds no session."""
import acme_http


class TelegramClient:
    def __init__(self, token):
        self.http = acme_http.Client(token)

    async def send_message(self, chat, text):
        await self.http.post("/sendMessage", {"chat_id": chat, "text": text})

    def disconnect(self):
        self.http.close()

    async def log_out(self):
        await self.http.post("/logOut")
