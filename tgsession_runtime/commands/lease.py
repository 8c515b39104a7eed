"""`tgsession-guard lease`: end a lease that its holder cannot end."""

from __future__ import annotations

import click

from tgsession_runtime.commands.asked import asked
from tgsession_runtime.console import say
from tgsession_runtime.display import echo
from tgsession_runtime.errors import ConfigurationError
from tgsession_runtime.lease_settings import leasing_of
from tgsession_runtime.session import with_key


@click.group(
    "lease",
    short_help="End a lease that its holder cannot end.",
    no_args_is_help=False,
    epilog="Exit status: 0 released, 1 it was not that token's, 2 wrong use or configuration. "
    "Example: `tgsession-guard lease release --token 1764000000000 alerts`.",
)
def command() -> None:
    """What keeps other hosts out of a session, in the store that `lease` names; `tgsession-guard check` shows its token."""


@command.command("release")
@click.argument("session")
@click.option("--token", type=click.IntRange(1), required=True, metavar="N", help="The token, as `check` shows it.")
def release(session: str, token: int) -> int:
    """End the lease of SESSION at once, if it still is that of the token, so that another host gets in.

    Only for a holder that is known to be gone: if it is not, Telegram may revoke the login.
    """
    about = asked([session])
    leasing, name = leasing_of(about.settings), with_key(about.names[0])
    if leasing is None or name.key_id is None:
        what = "no lease store is configured" if leasing is None else f"session `{name.label}` has no auth key, and so no lease"
        hint = "set `TGSESSION_LEASE=redis://HOST:6379/0`, or `lease` in `pyproject.toml`" if leasing is None else "name one that is logged in"
        raise ConfigurationError(what, hint, why="nothing was released")
    say("warning: whoever had this lease may still be connected\n"
        "why:   one auth key used from two addresses at once is revoked for good (AUTH_KEY_DUPLICATED)\n"
        "hint:  make sure that its process has ended, or wait until the lease ends by itself")  # fmt: skip
    if leasing.release(name.key_id_hex, token):
        echo(f"released: `{name.label}`")
        return 0
    say(f"nothing was released: the lease of `{name.label}` is not that of token {token}")
    return 1
