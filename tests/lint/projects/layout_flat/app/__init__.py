from .tg import Client
