"""The other half of the circle."""
from . import client
from .client import Client


def pending():
    return []


def notify(name):
    return Client(name, 1, "hash")  # expect: TGS101


def notify_again(name):
    return client.Client(name, 1, "hash")  # expect: TGS101
