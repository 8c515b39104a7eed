"""Imports the app by its own name."""
from alerts.telegram import client
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    def handle(self, *args, **options):
        client.loop.run_until_complete(self.listen())

    async def listen(self):
        await client.start()
        try:
            await client.run_until_disconnected()
        finally:
            client.disconnect()  # expect: TGS202
