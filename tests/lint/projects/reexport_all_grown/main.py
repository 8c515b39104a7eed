"""Every name here went through two stars."""
from acme_settings import API_HASH, API_ID
from kit import *


def make():
    yield Bot("a", API_ID, API_HASH)  # expect: TGS101
    yield _Private("b", API_ID, API_HASH)  # expect: TGS101
    yield User("c", API_ID, API_HASH)  # expect: TGS101
    yield Worker("d", API_ID, API_HASH)  # expect: TGS101
    yield helper()
