"""Each of these names hides the import where it is called. Silent; the last two are not hidden."""
import acme_fakes
from acme_settings import CLASSES
from telethon import TelegramClient as Client
from telethon import events

print(events.NewMessage)


def parameter(Client):
    return Client("a")


def keyword(*, Client):
    return Client("b")


def local():
    Client = acme_fakes.Client
    return Client("c")


def loop():
    for Client in CLASSES:
        yield Client("d")


def context(factory):
    with factory() as Client:
        return Client("e")


def unpacked(pair):
    Client, _ = pair
    return Client("f")


def comprehension():
    return [Client("g") for Client in CLASSES]


def imported():
    from acme_fakes import Client

    return Client("h")


def handler():
    try:
        return 1
    except acme_fakes.Error as Client:
        return Client("i")


def closure(Client):
    def inner():
        return Client("j")

    return inner


by_lambda = lambda Client: Client("k")


def after_comprehension():
    names = [Client for Client in CLASSES]
    return Client("l"), names  # expect: TGS101


def plain():
    return Client("m", 1, "hash")  # expect: TGS101
