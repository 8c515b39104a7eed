from . import client as bot_client
