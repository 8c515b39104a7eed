"""Logging in and out: phone and code, two-step password, bot token, QR code.

Source: core.telegram.org/api/auth, core.telegram.org/api/qr-login.
"""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telethon.tl import types

from .accounts import Profile
from .calls import Call, method
from .faults import Refusal
from .srp import no_password

if TYPE_CHECKING:
    from .auth_keys import KnownKey

_TOKEN_LIVES = dt.timedelta(seconds=30)  # "usually 30 seconds", core.telegram.org/api/qr-login


@method("auth.sendCode")
@method("auth.resendCode")
def send_code(call: Call) -> types.auth.SentCode:
    """Every user has one fixed code; nothing is sent."""
    profile = call.server.accounts.by_phone(call.request.phone_number)
    if profile is None:
        raise Refusal("PHONE_NUMBER_INVALID")
    return types.auth.SentCode(types.auth.SentCodeTypeApp(len(profile.code or "")), profile.code_hash)


@method("auth.signIn")
def sign_in(call: Call) -> types.auth.Authorization:
    """Phone and code."""
    request = call.request
    profile = call.server.accounts.by_phone(request.phone_number)
    if profile is None or profile.code_hash != request.phone_code_hash or profile.code_expired:
        raise Refusal("PHONE_CODE_EXPIRED")
    if profile.code != request.phone_code:
        raise Refusal("PHONE_CODE_INVALID")
    return _enter(call, profile)


@method("account.getPassword")
def get_password(call: Call) -> types.account.Password:
    """The question of the two-step password, to whoever has the code right or is logged in."""
    profile = call.known.half_in or call.profile
    return profile.verifier.question() if profile.password else no_password()


@method("auth.checkPassword")
def check_password(call: Call) -> types.auth.Authorization:
    """The answer to it."""
    profile = call.known.half_in
    if profile is None:
        raise Refusal("AUTH_KEY_UNREGISTERED")
    if not profile.verifier.accepts(call.request.password):
        raise Refusal("PASSWORD_HASH_INVALID")
    return _let_in(call.known, profile)


@method("auth.importBotAuthorization")
def import_bot(call: Call) -> types.auth.Authorization:
    """A bot's token."""
    profile = call.server.accounts.by_token(call.request.bot_auth_token)
    if profile is None:
        raise Refusal("ACCESS_TOKEN_INVALID")
    return _let_in(call.known, profile)


@method("auth.logOut")
def log_out(call: Call) -> types.auth.LoggedOut:
    """The key stays known and is nobody's."""
    _ = call.profile  # refuses who is not logged in
    call.known.profile = None
    return types.auth.LoggedOut()


@method("auth.exportLoginToken")
def export_login_token(call: Call) -> types.auth.LoginToken | types.auth.LoginTokenSuccess:
    """A token for a QR code; once somebody has accepted it, the login."""
    waiting = call.server.login_tokens
    accepted = next((token for token in waiting.values() if token.known is call.known and token.profile), None)
    if accepted and accepted.profile:
        del waiting[accepted.token]
        return types.auth.LoginTokenSuccess(_enter(call, accepted.profile))
    token = LoginToken(secrets.token_bytes(32), call.known, dt.datetime.now(dt.timezone.utc) + _TOKEN_LIVES)
    waiting[token.token] = token
    return types.auth.LoginToken(token.expires, token.token)


@method("auth.importLoginToken")
def import_login_token(call: Call) -> types.auth.LoginTokenSuccess:
    """What a client does that was sent to another data centre."""
    token = call.server.login_tokens.pop(call.request.token, None)
    if token is None or token.profile is None:
        raise Refusal("AUTH_TOKEN_INVALID")
    return types.auth.LoginTokenSuccess(_enter(call, token.profile))


@method("auth.acceptLoginToken")
def accept_login_token(call: Call) -> types.Authorization:
    """What the phone does that has read the QR code."""
    call.server.accept_login_token(call.request.token, call.profile.account.id)
    now = dt.datetime.now(dt.timezone.utc)
    return types.Authorization(
        hash=secrets.randbits(62),
        **dict.fromkeys(("device_model", "platform", "system_version", "app_name", "app_version", "ip", "country", "region"), ""),
        api_id=call.server.api_id,
        date_created=now,
        date_active=now,
    )


@dataclass(slots=True, eq=False)
class LoginToken:
    """One QR code: which key it logs in, and who has accepted it."""

    token: bytes
    known: KnownKey
    expires: dt.datetime
    profile: Profile | None = None


def token_of(text: str | bytes) -> bytes:
    """The token in `tg://login?token=…`, or the token itself."""
    if isinstance(text, bytes):
        return text
    encoded = text.rpartition("token=")[2]
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


def _enter(call: Call, profile: Profile) -> types.auth.Authorization:
    """Past the first step: in, or asked for the password."""
    if profile.password:
        call.known.half_in = profile
        raise Refusal("SESSION_PASSWORD_NEEDED")
    return _let_in(call.known, profile)


def _let_in(known: KnownKey, profile: Profile) -> types.auth.Authorization:
    known.profile, known.half_in, known.refusal = profile, None, None
    return types.auth.Authorization(profile.as_tl(profile))
