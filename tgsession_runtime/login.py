"""Logging in: a client of a new session, questions to whoever sits there, and Telegram's answers put into words."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

from tgsession_runtime.errors import LoginError

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tgsession_runtime.floods import Floods

_TRIES = 3
_QR_ROUNDS = 10  # each lasts as long as Telegram's token, about 30 s


class Person(Protocol):
    """Whoever logs in. Each question raises `LoginError` where nobody can answer."""

    def phone(self) -> str:
        """The phone number, with the country's code."""

    def code(self, sent: str) -> str:
        """The code that Telegram has *sent* in some way."""

    def password(self, hint: str) -> str:
        """The two-step password."""

    def show_qr(self, url: str) -> None:
        """Show what a phone that is logged in has to scan."""

    def told(self, text: str) -> None:
        """Say *text*."""


async def by_phone(client: Any, person: Person, floods: Floods) -> Any:
    """Log *client* in by phone number, code and, where there is one, two-step password; the account.

    Raises:
        LoginError: Telegram refuses, with why and what to do; nothing is tried again that Telegram counts.
    """
    phone = person.phone()
    floods.refuse(phone)
    sent = await _ask_telegram(client.send_code_request(phone), phone, floods)
    for left in reversed(range(_TRIES)):
        code = person.code(_way(sent))
        try:
            return await client.sign_in(phone, code, phone_code_hash=sent.phone_code_hash)
        except Exception as error:
            kind = type(error).__name__
            if kind == "SessionPasswordNeededError":
                return await _by_password(client, person, phone, floods)
            if kind in {"PhoneCodeInvalidError", "PhoneCodeEmptyError"} and left:
                person.told(f"that is not the code that was sent; {left} more {'try' if left == 1 else 'tries'}")
                continue
            raise _explained(error, phone, floods) from None
    raise AssertionError  # the last round returns or raises


async def by_qr(client: Any, person: Person, floods: Floods) -> Any:
    """Log *client* in by a code that a phone which is logged in scans; the account.

    Raises:
        LoginError: nobody scanned it, or Telegram refuses.
    """
    token = await _ask_telegram(client.qr_login(), "", floods)
    for _ in range(_QR_ROUNDS):
        person.show_qr(token.url)
        try:
            return await token.wait()
        except asyncio.TimeoutError:
            await _ask_telegram(token.recreate(), "", floods)
        except Exception as error:
            if type(error).__name__ == "SessionPasswordNeededError":
                return await _by_password(client, person, "", floods)
            raise _explained(error, "", floods) from None
    raise LoginError("nobody scanned the code", "scan it in Telegram: Settings, Devices, Link desktop device")


async def by_bot_token(client: Any, token: str, floods: Floods) -> Any:
    """Log *client* in as the bot that *token* is of; the account.

    Raises:
        LoginError: Telegram refuses.
    """
    return await _ask_telegram(client.sign_in(bot_token=token), token.partition(":")[0], floods)


async def _by_password(client: Any, person: Person, phone: str, floods: Floods) -> Any:
    from telethon.tl.functions.account import GetPasswordRequest

    asked = await _ask_telegram(client(GetPasswordRequest()), phone, floods)
    for left in reversed(range(_TRIES)):
        try:
            return await client.sign_in(password=person.password(asked.hint or ""))
        except Exception as error:
            if type(error).__name__ != "PasswordHashInvalidError" or not left:
                raise _explained(error, phone, floods) from None
            person.told(f"that is not the two-step password; {left} more {'try' if left == 1 else 'tries'}")
    raise AssertionError  # the last round returns or raises


async def _ask_telegram(question: Awaitable[Any], account: str, floods: Floods) -> Any:
    try:
        return await question
    except Exception as error:
        raise _explained(error, account, floods) from None  # its text may quote the number


def _explained(error: Exception, account: str, floods: Floods) -> Exception:
    """*error* in words; unknown ones as they are."""
    kind = type(error).__name__
    seconds = getattr(error, "seconds", None)
    if isinstance(seconds, int) and kind in {"FloodWaitError", "FloodTestPhoneWaitError", "FloodPremiumWaitError"}:
        return floods.remember(account, seconds)
    return LoginError(*_WORDS[kind]) if kind in _WORDS else error


def _way(sent: Any) -> str:
    """How the code was sent. Source: core.telegram.org/type/auth.SentCodeType."""
    kind = type(getattr(sent, "type", None)).__name__
    return next((text for name, text in _WAYS.items() if name in kind), "sent")


_WAYS: dict[str, str] = {
    "App": "sent to Telegram on another device",
    "Sms": "sent by SMS",
    "FlashCall": "given by a call that ends at once",
    "MissedCall": "given by the last digits of a call that you do not take",
    "Call": "given by a call",
    "Email": "sent by mail",
}
_RESTART = "begin again: `tgsession-guard auth` sends a new code"
_WORDS: dict[str, tuple[str, str]] = {
    "ApiIdInvalidError": ("Telegram does not know this api id and api hash", "copy both from my.telegram.org"),
    "PasswordHashInvalidError": ("the two-step password was wrong too often", "look it up before you try again; nothing is locked"),
    "PhoneCodeEmptyError": ("no code was given", _RESTART),
    "PhoneCodeExpiredError": ("the code has expired; one that is sent on through Telegram does so at once", _RESTART),
    "PhoneCodeInvalidError": ("the code was wrong too often", _RESTART),
    "PhoneNumberBannedError": ("Telegram has banned this number", "write to recover@telegram.org"),
    "PhoneNumberFloodError": ("codes were asked for too often for this number", "wait a day"),
    "PhoneNumberInvalidError": ("Telegram does not take this for a phone number", "give it with the country's code: +49 …"),
    "PhoneNumberUnoccupiedError": ("there is no Telegram account with this number", "sign up with Telegram's own app first"),
    "PhonePasswordFloodError": ("passwords were tried too often for this number", "wait a day"),
    "SendCodeUnavailableError": ("every way to send a code was used already", "wait some hours, or log in by `--qr`"),
    "AccessTokenExpiredError": ("the bot token has expired", "get a new one from @BotFather"),
    "AccessTokenInvalidError": ("Telegram does not know this bot token", "copy it from @BotFather"),
}

