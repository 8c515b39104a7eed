"""Not Telethon's."""


class Client:
    def __init__(self, token):
        self.token = token

    def disconnect(self):
        self.token = None


def make():
    return Client("token")
