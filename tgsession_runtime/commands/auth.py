"""`tgsession-guard auth`: log a session in, while nobody else can use it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tgsession_runtime.commands.asked import asked
from tgsession_runtime.console import say
from tgsession_runtime.errors import ConfigurationError, LoginError, quoted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tgsession_runtime.floods import Floods
    from tgsession_runtime.login import Person

    Way = Callable[[Any, Person, Floods], Awaitable[Any]]


@click.command(
    "auth",
    short_help="Log a session in, while nobody else can use it.",
    epilog="Exit status: 0 logged in, 1 not, 2 wrong use, 75 the session is in use. Examples: `tgsession-guard auth alerts`, "
    "`tgsession-guard auth --qr alerts`, `tgsession-guard auth --bot-token-file /run/secrets/token alerts`.",
)
@click.argument("session", required=False)
@click.option("--phone", metavar="NUMBER", help="The phone number; else it is asked for.")
@click.option("--qr", is_flag=True, help="Show a code for a phone that is logged in to scan; needs `tgsession-guard[qr]`.")
@click.option("--bot-token-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE", help="Log a bot in.")
@click.option("-w", "--wait", type=click.FloatRange(0), default=0.0, metavar="SECONDS", help="How long to wait for whoever holds it.")
def command(session: str | None, phone: str | None, bot_token_file: Path | None, wait: float, *, qr: bool) -> int:
    """Log SESSION in: by phone, code and two-step password, by QR code, or as a bot.

    Refuses before any code is sent while the session is held or workers run that could use it. The new login is made in a
    file of its own and takes the place of the old one only when it works; the old file is put aside, never deleted.
    """
    from tgsession_runtime.relogin import log_in

    about = asked([session] if session else [], command="auth")
    if len(about.names) != 1:
        listed = ", ".join(f"`tgsession-guard auth {quoted(name.label)}`" for name in about.names[:5])
        raise ConfigurationError(f"there are {len(about.names)} sessions", f"name one: {listed}", why="nothing was done")
    account, path, aside = asyncio.run(log_in(about.names[0], about.settings, way_of(phone, bot_token_file, qr=qr), Terminal(phone), wait))
    say(f"logged in as {account}: `{path}`" + "".join(f"\nthe old file is kept: `{one}`" for one in aside))
    return 0


def way_of(phone: str | None, bot_token_file: Path | None, *, qr: bool) -> Way:
    """How to log in, as the options say."""
    from tgsession_runtime import login

    if sum((phone is not None, bot_token_file is not None, qr)) > 1:
        raise ConfigurationError("`--phone`, `--qr` and `--bot-token-file` exclude each other", "give one", why="nothing was done")
    if bot_token_file is not None:
        token = _token_in(bot_token_file)
        return lambda client, _person, floods: login.by_bot_token(client, token, floods)
    return login.by_qr if qr else login.by_phone


def _token_in(file: Path) -> str:
    try:
        token, reason = file.read_text("utf-8").strip(), "it is empty"
    except UnicodeDecodeError:  # which holds what was read
        token, reason = "", "it is no text"
    if not token:
        raise ConfigurationError(f"`{file}` is no use: {reason}", "write the token of @BotFather into it", why="nothing was done")
    return token


class Terminal:
    """Whoever sits at the terminal; where there is none, nothing is asked."""

    def __init__(self, phone: str | None = None) -> None:
        self._phone = phone

    def phone(self) -> str:
        """The number given, else the one that is typed."""
        return self._phone or self._ask("phone number, with the country's code")

    def code(self, sent: str) -> str:
        """The code; what stands around its digits is left out."""
        return "".join(filter(str.isdigit, self._ask(f"the code that was {sent}")))

    def password(self, hint: str) -> str:
        """The password, which is not shown."""
        return self._ask(f"two-step password{f' (hint: {hint})' if hint else ''}", hide=True)

    def show_qr(self, url: str) -> None:
        """Draw the code in characters; it is a login, so only on a terminal."""
        if not sys.stderr.isatty():
            raise LoginError("there is no terminal to show a QR code on", "run it where you can see it")
        try:
            import segno
        except ImportError:
            raise LoginError("drawing QR codes needs `segno`", 'install it: `pip install "tgsession-guard[qr]"`') from None
        self.told("scan it in Telegram: Settings, Devices, Link desktop device")
        segno.make(url, error="l").terminal(out=sys.stderr, compact=True)

    def told(self, text: str) -> None:
        """Say *text* on standard error."""
        say(text)

    def _ask(self, what: str, *, hide: bool = False) -> str:
        if not sys.stdin.isatty():
            raise LoginError(
                f"there is nobody to ask for the {what.partition(',')[0].partition(' (')[0]}",
                "run it in a terminal, or log a bot in with `--bot-token-file`",
            )
        return str(click.prompt(what, hide_input=hide, err=True)).strip()
