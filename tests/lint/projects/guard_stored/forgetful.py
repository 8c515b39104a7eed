"""Stored, and no method of the class enters it; an owner elsewhere may (maybe)."""
from tgsession_runtime import guarded_client


class Forgetful:
    def __init__(self):
        self.guard = guarded_client("forgetful")  # maybe: TGS102

    async def send(self, text):
        await self.guard.send_message("me", text)
