"""Which of Telethon's errors end a login for good.

By the name of the class, so that the forks of Telethon, which each have classes of their own, are known too.
Source: core.telegram.org/api/errors, sections 401 and 406; measured on Telethon 1.45.
"""

from __future__ import annotations

_REASONS = {
    "AuthKeyDuplicatedError": "AUTH_KEY_DUPLICATED",
    "AuthKeyInvalidError": "AUTH_KEY_INVALID",
    "AuthKeyUnregisteredError": "AUTH_KEY_UNREGISTERED",
    "SessionExpiredError": "SESSION_EXPIRED",
    "SessionRevokedError": "SESSION_REVOKED",
    "UserDeactivatedBanError": "USER_DEACTIVATED_BAN",
    "UserDeactivatedError": "USER_DEACTIVATED",
}
NEVER_LOGGED_IN = "AUTH_KEY_UNREGISTERED"
DUPLICATED = "AUTH_KEY_DUPLICATED"


def reason_of(error: BaseException) -> str | None:
    """Why *error* is final, in Telegram's own word; None for one that may pass."""
    for one in getattr(error, "exceptions", None) or ():  # of several requests sent as one
        if isinstance(one, BaseException) and (reason := reason_of(one)):
            return reason
    if not hasattr(error, "code"):  # ours have the same names in places
        return None
    return next((_REASONS[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in _REASONS), None)
