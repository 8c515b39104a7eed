"""An underscore does not hide a name from an import that names it."""
from acme_settings import API_HASH, API_ID
from core import _Hidden


def make():
    return _Hidden("c", API_ID, API_HASH)  # expect: TGS101
