"""Module level, class bodies, defaults, decorators and comprehensions run at import; functions do not."""
import os

import acme_web
from settings import Client

first = Client("first", 1, "hash")  # expect: TGS101 TGS301

if os.environ.get("SECOND"):
    second = Client("second", 1, "hash")  # expect: TGS101 TGS301

try:
    third = Client("third", 1, "hash")  # expect: TGS101 TGS301
except ValueError:
    third = None

pool = [Client(name, 1, "hash") for name in ("p1", "p2")]  # expect: TGS101 TGS301


class Service:
    client = Client("service", 1, "hash")  # expect: TGS101 TGS301

    def reopen(self):
        return Client("reopen", 1, "hash")  # expect: TGS101


def send(text, client=Client("default", 1, "hash")):  # expect: TGS101 TGS301
    return client.send_message("me", text)


@acme_web.uses(Client("decorator", 1, "hash"))  # expect: TGS101 TGS301
def view():
    return "ok"


later = lambda: Client("later", 1, "hash")  # expect: TGS101

if __name__ == "__main__":
    script = Client("script", 1, "hash")  # expect: TGS101
