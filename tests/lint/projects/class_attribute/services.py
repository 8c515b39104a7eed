"""Inherited over files; a test double overrides it."""
from base import Service


class FakeClient:
    def __init__(self, *args):
        self.args = args


class Mail(Service):
    def reopen(self):
        return self.client_cls("mail", 1, "hash")  # expect: TGS101


class Offline(Service):
    client_cls = FakeClient

    def reopen(self):
        return self.client_cls("offline", 1, "hash")


def from_class():
    return Service.client_cls("class", 1, "hash")  # expect: TGS101
