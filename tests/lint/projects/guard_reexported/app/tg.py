"""Renamed, and bound to settings by `partial`: the calls are the guard's."""
from functools import partial

from tgsession_runtime import guarded_client as guard

open_client = partial(guard, "alerts", lock_timeout=5.0)
