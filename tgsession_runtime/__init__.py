"""tgsession-guard's runtime: one holder for one Telegram session.

```python
with guarded_client() as client: ...  # everything from the configuration
async with guarded_client("alerts", API_ID, API_HASH) as client: ...  # the arguments of TelegramClient
```
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tgsession_runtime.client import guarded_client as guarded_client
    from tgsession_runtime.errors import ClaimLostError as ClaimLostError
    from tgsession_runtime.errors import CommandError as CommandError
    from tgsession_runtime.errors import ConfigurationError as ConfigurationError
    from tgsession_runtime.errors import DiskError as DiskError
    from tgsession_runtime.errors import EgressError as EgressError
    from tgsession_runtime.errors import FloodError as FloodError
    from tgsession_runtime.errors import InheritedClientError as InheritedClientError
    from tgsession_runtime.errors import InheritedGuardError as InheritedGuardError
    from tgsession_runtime.errors import LeaseHeldError as LeaseHeldError
    from tgsession_runtime.errors import LeaseLostError as LeaseLostError
    from tgsession_runtime.errors import LockError as LockError
    from tgsession_runtime.errors import LoginError as LoginError
    from tgsession_runtime.errors import NoConnectionError as NoConnectionError
    from tgsession_runtime.errors import NotASessionError as NotASessionError
    from tgsession_runtime.errors import NotLoggedInError as NotLoggedInError
    from tgsession_runtime.errors import RunningLoopError as RunningLoopError
    from tgsession_runtime.errors import SessionError as SessionError
    from tgsession_runtime.errors import SessionHeldHereError as SessionHeldHereError
    from tgsession_runtime.errors import SessionInUseError as SessionInUseError
    from tgsession_runtime.errors import SessionRevokedError as SessionRevokedError
    from tgsession_runtime.errors import SessionUnreadableError as SessionUnreadableError
    from tgsession_runtime.errors import StateFolderError as StateFolderError
    from tgsession_runtime.errors import StoreError as StoreError
    from tgsession_runtime.errors import TgsessionError as TgsessionError
    from tgsession_runtime.errors import WorkersError as WorkersError
    from tgsession_runtime.errors import WorkersRunningError as WorkersRunningError
    from tgsession_runtime.guard import Guard as Guard

__version__ = "0.1.0"

_ERRORS = (
    "ClaimLostError", "CommandError", "ConfigurationError", "DiskError", "EgressError", "FloodError", "InheritedClientError",
    "InheritedGuardError", "LeaseHeldError", "LeaseLostError", "LockError", "LoginError", "NoConnectionError", "NotASessionError",
    "NotLoggedInError", "RunningLoopError", "SessionError", "SessionHeldHereError", "SessionInUseError", "SessionRevokedError",
    "SessionUnreadableError", "StateFolderError", "StoreError", "TgsessionError", "WorkersError", "WorkersRunningError",
)  # fmt: skip
_MODULES = {"Guard": "guard", "guarded_client": "client", **dict.fromkeys(_ERRORS, "errors")}
__all__ = [*_MODULES]  # noqa: PLE0604 - names


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is: the lock files' reader needs no event loop, and an error no client."""
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
