"""With this folder on PYTHONPATH each Python process leaves a note: what it loaded, read, listed and parsed, how often
it forked, and which processes it started.

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
_WALK = os.path.join("tgsession_lint", "walk.py")  # once a file that was parsed: the parser itself may run in a thread
_worked: set[str] = set()
_forks: list[int] = []
_parsed: list[int] = []
_seen: list[str] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    """Note what the process asks of the system: Python files that it opens, folders that it lists, processes."""
    path = str(arguments[0]) if arguments else ""
    if event == "open" and path.endswith(".py"):
        _seen.append(f"read {path}")
    elif event in {"os.scandir", "os.listdir"}:
        _seen.append(f"listed {path}")
    elif event in {"subprocess.Popen", "os.posix_spawn", "os.system", "os.exec"}:
        _seen.append(f"started {path}")


def _watch(frame: FrameType, event: str, _: object) -> None:
    code = frame.f_code
    if event == "call" and code.co_name == "walk" and code.co_filename.endswith(_WALK):
        _parsed.append(1)
    if event != "call" or not code.co_flags & _FUNCTION or _METADATA not in code.co_filename:
        return
    # From Python 3.14 on a class body's annotations are a function, called while its dataclass is made.
    if not code.co_name.startswith("__annotate"):
        _worked.add(code.co_name)


def _note() -> None:
    sys.setprofile(None)
    lines = [f"module {name}" for name in sys.modules] + [f"work {name}" for name in _worked] + ["fork"] * len(_forks)
    lines += ["parsed"] * len(_parsed) + _seen
    path = f"{os.environ['TGSESSION_PROBE']}/{os.getpid()}"
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(file, "\n".join(lines).encode())
    os.close(file)


def _note_and_leave(status: int) -> NoReturn:
    _note()
    _leave(status)


def _forked() -> None:
    _forks.append(1)


def _begin() -> None:
    """A child notes what it does itself."""
    for noted in (_forks, _parsed, _seen):
        noted.clear()


if "TGSESSION_PROBE" in os.environ:
    atexit.register(_note)
    os._exit = _note_and_leave
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_parent=_forked, after_in_child=_begin)
    sys.addaudithook(_hear)
    sys.setprofile(_watch)
