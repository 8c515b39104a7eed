"""Where code handles session files as if they were plain files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.facts.paths import is_session_file
from tgsession_lint.facts.temporary import is_temporary
from tgsession_lint.frozen import frozen
from tgsession_lint.glance import names_session_file
from tgsession_lint.literals import origin, strings_in
from tgsession_lint.nodes import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module

_FUNCTIONS = {
    "shutil.copy": "copied", "shutil.copy2": "copied", "shutil.copyfile": "copied", "shutil.copyfileobj": "copied",
    "shutil.move": "moved", "os.rename": "moved", "os.replace": "moved", "os.renames": "moved",
    "os.link": "copied", "os.symlink": "copied", "os.remove": "deleted", "os.unlink": "deleted",
    "builtins.open": "opened", "io.open": "opened", "codecs.open": "opened", "os.open": "opened", "aiofiles.open": "opened",
    "anyio.open_file": "opened", "aiofiles.os.remove": "deleted", "aiofiles.os.rename": "moved", "send2trash.send2trash": "deleted",
}  # fmt: skip
_METHODS = {
    "unlink": "deleted", "rename": "moved", "replace": "moved", "read_bytes": "opened", "write_bytes": "opened",
    "open": "opened", "read_text": "opened", "write_text": "opened", "copy": "copied", "copy_into": "copied", "move": "moved",
    "move_into": "moved", "symlink_to": "copied", "hardlink_to": "copied", "touch": "opened",
}  # fmt: skip
_ARCHIVES = {"write": "copied", "add": "copied"}
_SHELLS = frozenset({"os.system", "os.popen", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.Popen"})
_SHELL_VERBS = r"(?:^|[\s;&|/])(cp|mv|rm|scp|rsync|ln|dd)\s"
_VERBS = {"cp": "copied", "scp": "copied", "rsync": "copied", "ln": "copied", "dd": "copied", "mv": "moved", "rm": "deleted"}


@frozen
class FileUse:
    """A session file that is copied, opened, moved or deleted (`how`)."""

    node: Node
    how: str


def file_uses(ask: Evaluator, module: Module) -> Iterator[FileUse]:
    """Every call in *module* that handles a `*.session` file."""
    for call in module.tree.calls:
        how = _by_function(ask, module, call) or _by_method(ask, module, call) or _by_shell(ask, module, call)
        if how:
            yield FileUse(call, how)


def _by_function(ask: Evaluator, module: Module, call: cst.Call) -> str:
    if not call.args:
        return ""
    how = next((_FUNCTIONS[name] for name in sorted(ask.outside_names(module, call.func)) if name in _FUNCTIONS), "")
    limit = 1 if how in {"opened", "deleted"} else 2
    return how if how and any(_is_concerned(ask, module, arg.value, how) for arg in call.args[:limit]) else ""


def _by_method(ask: Evaluator, module: Module, call: cst.Call) -> str:
    func: Any = call.func
    if type(func) is not cst.Attribute:
        return ""
    name = func.attr.value
    if name in _ARCHIVES and call.args and is_session_file(ask, module, call.args[0].value):
        return _ARCHIVES[name] if re.search(r"zip|tar|archive", source_of(func.value), re.IGNORECASE) else ""
    # `"x.session".replace(…)` is about the text, not about the file.
    if name not in _METHODS or isinstance(func.value, (cst.SimpleString, cst.FormattedString)):
        return ""
    if name in {"replace", "copy"} and not _is_path(ask, module, func.value):
        return ""
    return _METHODS[name] if _is_concerned(ask, module, func.value, _METHODS[name]) else ""


def _is_concerned(ask: Evaluator, module: Module, path: Any, how: str) -> bool:
    """Whether *path* names a session file; to write or delete one in a folder of one's own, as tests do, hurts no login."""
    if not is_session_file(ask, module, path):
        return False
    return how in {"copied", "moved"} or not is_temporary(ask, module, path)


def _by_shell(ask: Evaluator, module: Module, call: cst.Call) -> str:
    if not call.args or not ask.outside_names(module, call.func) & _SHELLS:
        return ""
    command = " ".join(strings_in(call.args[0].value))
    verb = re.search(_SHELL_VERBS, command)
    return _VERBS[verb.group(1)] if verb and names_session_file(command) else ""


def _is_path(ask: Evaluator, module: Module, node: Any) -> bool:
    """Whether an expression is a `pathlib` path rather than a text."""
    _, source = origin(ask, module, node, holding=b".session")
    code = source_of(source)
    return "Path(" in code or " / " in code or "glob(" in code or "iterdir(" in code
