from .tg import guard, open_client
