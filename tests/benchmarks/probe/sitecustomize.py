"""With this folder on PYTHONPATH each Python process leaves a note: what it loaded, how often it forked.

The note also names every function of `libcst.metadata` that was called. Importing that package runs only module and
class bodies, so each name is work that a provider did. Notes go to the folder `TGSESSION_PROBE`, one file a process.
"""

from __future__ import annotations

import atexit
import os
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import FrameType

_FUNCTION = 1  # CO_OPTIMIZED: set for functions, not for module and class bodies
_METADATA = os.path.join("libcst", "metadata")
_leave = os._exit
_worked: set[str] = set()
_forks: list[int] = []


def _watch(frame: FrameType, event: str, _: object) -> None:
    code = frame.f_code
    if event != "call" or not code.co_flags & _FUNCTION or _METADATA not in code.co_filename:
        return
    # From Python 3.14 on a class body's annotations are a function, called while its dataclass is made.
    if not code.co_name.startswith("__annotate"):
        _worked.add(code.co_name)


def _note() -> None:
    sys.setprofile(None)
    lines = [f"module {name}" for name in sys.modules] + [f"work {name}" for name in _worked] + ["fork"] * len(_forks)
    path = f"{os.environ['TGSESSION_PROBE']}/{os.getpid()}"
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(file, "\n".join(lines).encode())
    os.close(file)


def _note_and_leave(status: int) -> NoReturn:
    _note()
    _leave(status)


def _forked() -> None:
    _forks.append(1)


if "TGSESSION_PROBE" in os.environ:
    atexit.register(_note)
    os._exit = _note_and_leave
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_parent=_forked, after_in_child=_forks.clear)
    sys.setprofile(_watch)
