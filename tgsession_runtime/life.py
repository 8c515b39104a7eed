"""One client's life under the guard: refused or claimed, built, connected, probed; at the end disconnected, released."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from tgsession_runtime import forks, inherited, sockets, tombstones
from tgsession_runtime.building import build
from tgsession_runtime.claim import contend
from tgsession_runtime.errors import (
    ClaimLostError,
    ConfigurationError,
    InheritedGuardError,
    LeaseLostError,
    NoConnectionError,
    NotLoggedInError,
    SessionError,
    SessionRevokedError,
)
from tgsession_runtime.events import event
from tgsession_runtime.records import is_surely_free
from tgsession_runtime.session import key_id_of, read, with_key
from tgsession_runtime.sharing import refuse_other_egress
from tgsession_runtime.teardown import LAST_BYTES, disconnect
from tgsession_runtime.terminal import NEVER_LOGGED_IN, reason_of
from tgsession_runtime.tether import Tether
from tgsession_runtime.unguarded import refuse_or_wait
from tgsession_runtime.waiting import take, to_the_end, within

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tgsession_runtime.claim import Claim
    from tgsession_runtime.plan import Plan
    from tgsession_runtime.session import SessionName

_LOOK_AT_CLAIM_EVERY = 1.0


class Life:
    """A claim and the client that stands on it."""

    def __init__(self, plan: Plan, end_block: Callable[[], None]) -> None:
        self.plan = plan
        self.name: SessionName = plan.name
        self.client: Any = None
        self.error: SessionError | None = None
        """Why the block has to end, where it was not left by itself."""
        self._end_block = end_block
        self._claim: Claim | None = None
        self._watch: asyncio.Task[None] | None = None
        self._authorised = False
        self._revoked = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tether: Tether | None = None

    @property
    def lock_paths(self) -> tuple[Path, ...]:
        """The locks that are held for it."""
        return self._claim.paths if self._claim is not None else ()

    async def begin(self) -> Any:
        """The connected client of a logged-in session, claimed for this process.

        Raises:
            TgsessionError: why not; nothing that was done on the way is left.
        """
        self._loop = asyncio.get_running_loop()
        self._refuse_at_once()
        await refuse_or_wait(self.plan, self.name)
        try:
            await self._open(await self._take_claim())
        except BaseException as error:
            await self._undo(error)
            raise
        self._watch = asyncio.ensure_future(self._watch_claim())
        return self.client

    async def end(self) -> None:
        """Disconnect, then give the session up; to be run to its end, whatever happens meanwhile: cancelled, it hurries."""
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.wait({self._watch})
        try:
            if self.client is not None:
                await self._disconnect()
                self._retire()
            if self._claim is not None:
                await take(self._claim.end_lease())
        finally:
            self._give_up()

    def drop(self) -> None:
        """End everything without an event loop: the body has closed the one that there was."""
        try:
            sockets.shut(self.client, LAST_BYTES)
            session = getattr(self.client, "session", None)
            for step in ("save", "close"):
                with suppress(Exception):  # whatever keeps the session; the claim must not stay
                    getattr(session, step)()
        finally:
            self._give_up()

    async def _disconnect(self) -> None:
        self._log(logging.DEBUG, "disconnecting", "disconnecting")
        try:
            left = await disconnect(self.client, self.name, self.plan.disconnect_timeout)
        except BaseException:
            sockets.abort(self.client)
            raise
        level = logging.DEBUG if left.clean else logging.WARNING
        how = "disconnected" if left.clean else f"cut off: {left.error or 'no sign of the other side'}"
        self._log(level, "disconnected", how, clean=left.clean, attempts=left.attempts)
        if not left.clean and self._claim is not None and self._claim.lease is not None:
            self._claim.lease.abandon()

    def _retire(self) -> None:
        """Let nobody connect the client again, who has kept it: it would stand on no claim."""
        label = self.name.label

        def refused(*_: Any, **__: Any) -> NoReturn:
            raise ConfigurationError(
                f"the guarded block of session `{label}` has ended, and its client with it",
                "enter `guarded_client(…)` anew",
                why="connected outside of the block it would share its session with whoever has it next",
            )

        with suppress(AttributeError):  # a class of the program's own may have no room for it
            self.client.connect = refused

    def _give_up(self) -> None:
        if self._revoked:
            self._bury()
        if self._claim is not None:
            self._claim.release()
            self._claim = None
            self._log(logging.INFO, "released", "released")

    def after_fork_in_child(self) -> None:
        """The connection is the parent's: held open here too, its end would never reach Telegram while this child lives."""
        inherited.refuse(self.client, self._loop, InheritedGuardError(self.name.label))

    # on the way in

    def _refuse_at_once(self) -> None:
        self.name = with_key(self.name)
        tombstones.refuse(self.name, self.plan.state)
        lock = self.name.lock_path
        if lock is not None and self._is_blank() and not self.plan.bot_token and is_surely_free(lock):
            raise NotLoggedInError(self.name.label)

    def _is_blank(self) -> bool:
        return self.name.path is not None and self.name.key_id is None

    async def _take_claim(self) -> Claim:
        plan = self.plan
        steps = contend(
            self.name, plan.state, timeout=plan.lock_timeout, shared=not plan.exclusive,
            egress="" if plan.exclusive else plan.egress, leasing=plan.leasing,
        )  # fmt: skip
        self._claim = claim = await take(steps)
        self.name = claim.name
        self._log(logging.INFO, "acquired", f"acquired after {claim.waited:.3f} s", waited=round(claim.waited, 6))
        if claim.predecessor is not None:
            self._log(logging.WARNING, "unclean-end", f"{claim.predecessor} ended without releasing it")
        if not plan.exclusive:
            refuse_other_egress(claim, plan.state)
        tombstones.refuse(self.name, plan.state)  # it may have died while we waited
        if self._is_blank() and not plan.bot_token:
            raise NotLoggedInError(self.name.label)
        return claim

    async def _open(self, claim: Claim) -> None:
        seconds = self.plan.connect_timeout
        self.client = client = build(self.plan, self.name, claim.file)
        forks.watch(self)
        self._listen(client)
        if self.plan.leasing is not None:
            self._tether = Tether(client, asyncio.get_running_loop())
            self._hold_on()
        try:
            await within(seconds, self._connect(client))
        except asyncio.TimeoutError as error:
            raise NoConnectionError(self.name.label, f"no answer in {seconds:g} s") from error
        except SessionError:
            raise
        except (OSError, EOFError, BufferError) as error:  # BufferError: a transport error instead of an answer
            raise NoConnectionError(self.name.label, str(error) or type(error).__name__) from error
        except Exception as error:
            self._explain(error)
            raise
        self._authorised = True
        tombstones.clear(self.name, self.plan.state)
        self._log(logging.INFO, "connected", "connected")

    async def _connect(self, client: Any) -> None:
        await client.connect()
        if not self._authorised and not await self._is_authorised(client):
            if not self.plan.bot_token:
                raise NotLoggedInError(self.name.label)
            await client.sign_in(bot_token=self.plan.bot_token)
        await self._claim_new_key(client)

    async def _is_authorised(self, client: Any) -> bool:
        """Ask Telegram: what Telethon remembers of it says nothing of a key that was ended since."""
        from telethon.tl import functions, types

        try:
            return bool(await client(functions.users.GetUsersRequest([types.InputUserSelf()])))
        except Exception as error:
            if reason_of(error) != NEVER_LOGGED_IN or self._was_logged_in():
                raise
            return False

    def _was_logged_in(self) -> bool:
        """Whether an unregistered key was in use before; a session string is only ever made of a key that was."""
        if self.name.path is None:
            return self.plan.name.key_id is not None
        return read(self.name.path, self.name.label).was_logged_in

    async def _claim_new_key(self, client: Any) -> None:
        key_id = key_id_of(getattr(client.session, "auth_key", None))
        if key_id != self.name.key_id and self._claim is not None:
            self.name = replace(self.name, key_id=key_id)
            await take(self._claim.take_key(self.name, 0.0))
            self._hold_on()

    def _hold_on(self) -> None:
        """Bind the client to the lease, once there is one."""
        lease = self._claim.lease if self._claim is not None else None
        if lease is not None and self._tether is not None:
            lease.on_lost = self._lease_lost
            self._tether.hold(lease)
            if lease.lost:  # while nobody listened
                self._lease_lost(lease.lost)

    def _lease_lost(self, reason: str) -> None:
        """The lease is gone, says a thread of its own: requests fail from now on, and the block ends when its loop comes to it."""
        if self.error is None:
            self.error = error = LeaseLostError(self.name.label, reason)
            self._log(logging.ERROR, error.code, str(error))
            with suppress(RuntimeError):  # the loop is closed: the block has been left
                if self._loop is not None:
                    self._loop.call_soon_threadsafe(self._end_block)

    def _explain(self, error: Exception) -> None:
        """Raise what *error* means where Telegram has ended the login."""
        reason = reason_of(error)
        if reason is None:
            return
        if reason == NEVER_LOGGED_IN and not self._was_logged_in():
            raise NotLoggedInError(self.name.label) from error
        self._revoked = reason
        raise SessionRevokedError(self.name.label, reason) from error

    async def _undo(self, error: BaseException) -> None:
        self._log(logging.DEBUG, "failed", f"not entered: {type(error).__name__}")
        _, cancelled = await to_the_end(self.end)
        if cancelled and not isinstance(error, asyncio.CancelledError):
            raise asyncio.CancelledError from error

    # in the block

    def _listen(self, client: Any) -> None:
        """Hear of every answer on the client's own connection: Telethon keeps some errors to itself, or only logs them."""
        original = getattr(client, "_call", None)
        if original is None:
            return

        async def call(sender: Any, request: Any, *args: Any, **options: Any) -> Any:
            if isinstance(self.error, LeaseLostError):
                raise self.error
            try:
                answer = await original(sender, request, *args, **options)
            except Exception as error:
                if sender is client._sender:  # noqa: SLF001 - no public name; another data centre's errors end nothing
                    self._heard(error)
                if isinstance(error, ConnectionError) and self.error is not None:
                    raise self.error from error  # the `with` form ends by this: say why there is no connection any more
                raise
            if not self._authorised and type(request).__name__ == "GetUsersRequest" and answer:
                self._authorised = True
            return answer

        client._call = call  # noqa: SLF001 - every request passes here, those of Telethon's own loops too

    def _heard(self, error: Exception) -> None:
        reason = reason_of(error)
        if reason is not None and self._authorised and self.error is None:
            self._revoked = reason
            self._fail(SessionRevokedError(self.name.label, reason))

    async def _watch_claim(self) -> None:
        while self.error is None:
            await asyncio.sleep(_LOOK_AT_CLAIM_EVERY)
            if self._claim is not None and (reason := self._claim.lost()):
                self._fail(ClaimLostError(self.name.label, reason))

    def _fail(self, error: SessionError) -> None:
        self.error = error
        self._log(logging.ERROR, error.code, str(error))
        self._end_block()

    # on the way out

    def _bury(self) -> None:
        from tgsession_runtime.errors import StateFolderError

        with suppress(StateFolderError):
            tombstones.write(self.name, self.plan.state, self._revoked)
        if self.error is None:
            self._log(logging.ERROR, "revoked", f"the login was ended by Telegram: {self._revoked}", reason=self._revoked)

    def _log(self, level: int, name: str, message: str, **fields: Any) -> None:
        event(level, name, self.name, message, **fields)
