"""Requests and their answers: names, wrappers, and the table of methods that `methods.py` and `login.py` fill."""

from __future__ import annotations

import functools
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telethon.extensions import BinaryReader
from telethon.tl import functions
from telethon.tl.core import GzipPacked

from .faults import Refusal

if TYPE_CHECKING:
    from .accounts import Profile
    from .auth_keys import KnownKey
    from .server import TelegramServer

_VECTOR, _TRUE, _FALSE, _RESULT = 0x1CB5C415, 0x997275B5, 0xBC799737, 0xF35C6D01


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way to its method."""

    server: TelegramServer
    known: KnownKey
    request: Any

    @property
    def profile(self) -> Profile:
        """Whose request it is; without a login it is refused."""
        if self.known.profile is None:
            raise Refusal("AUTH_KEY_UNREGISTERED")
        if self.known.refusal:
            raise Refusal(self.known.refusal)
        return self.known.profile


Method = Callable[[Call], Any]
METHODS: dict[str, Method] = {}


def method(name: str) -> Callable[[Method], Method]:
    """Make a function the answer to a method."""

    def register(function: Method) -> Method:
        METHODS[name] = function
        return function

    return register


def perform(call: Call) -> Any:
    """The answer to a request.

    Raises:
        Refusal: the answer is an RPC error.
    """
    answer = METHODS.get(name_of(type(call.request)))
    if answer is None:
        raise Refusal("INPUT_METHOD_INVALID")
    return answer(call)


@functools.cache
def name_of(kind: type[Any]) -> str:
    """Its name in Telegram's schema: `users.getUsers`; MTProto's own have underscores, `ping_delay_disconnect`."""
    scope, name = kind.__module__.rpartition(".")[2], kind.__name__.removesuffix("Request")
    if scope == "functions":
        return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    return f"{scope}.{name[0].lower()}{name[1:]}"


def read(body: bytes) -> Any:
    """The object that these bytes are, unpacked if they are packed."""
    thing = BinaryReader(body).tgread_object()
    return BinaryReader(thing.data).tgread_object() if isinstance(thing, GzipPacked) else thing


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """A request without its wrappers, and what they said."""

    request: Any
    device: str | None = None
    without_updates: bool = False


def unwrap(request: Any) -> Unwrapped:
    """Take off `invokeWithLayer`, `initConnection` and their like."""
    device, without_updates = None, False
    while True:
        match request:
            case functions.InitConnectionRequest():
                device = request.device_model
            case functions.InvokeWithoutUpdatesRequest():
                without_updates = True
            case functions.InvokeWithLayerRequest() | functions.InvokeAfterMsgRequest():
                pass
            case GzipPacked():
                request = BinaryReader(request.data).tgread_object()
                continue
            case _:
                return Unwrapped(request, device, without_updates)
        request = request.query


def result(msg_id: int, answer: Any) -> bytes:
    """The bytes of the answer to message *msg_id*."""
    return struct.pack("<Iq", _RESULT, msg_id) + _serialise(answer)


def _serialise(answer: Any) -> bytes:
    if isinstance(answer, bool):
        return struct.pack("<I", _TRUE if answer else _FALSE)
    if isinstance(answer, list):
        return struct.pack("<Ii", _VECTOR, len(answer)) + b"".join(map(_serialise, answer))
    return bytes(answer)
