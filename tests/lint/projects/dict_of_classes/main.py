"""`CLIENTS[...]` can only give clients; of `MIXED` the key decides, and an unknown key is maybe."""
from kinds import CLIENTS, MIXED


def by_name():
    return CLIENTS["user"]("a", 1, "hash")  # expect: TGS101


def by_kind(kind):
    return CLIENTS[kind]("b", 1, "hash")  # expect: TGS101


def by_get(kind):
    return CLIENTS.get(kind)("c", 1, "hash")  # maybe: TGS101


def mixed_user():
    return MIXED["user"]("d", 1, "hash")  # expect: TGS101


def mixed_offline():
    return MIXED["offline"]("e")


def mixed(kind):
    return MIXED[kind]("f")  # maybe: TGS101
