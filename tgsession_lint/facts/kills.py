"""Where workers are killed so that they cannot disconnect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.frozen import frozen
from tgsession_lint.glance import SHELL_KILL, WORKER
from tgsession_lint.literals import origin, strings_in, text_of
from tgsession_lint.nodes import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module

# A process that this very program started, or a pid that it kept: what it runs is likely what the file is about.
_CLIENT = r"telethon|TelegramClient|guarded_client"
_OS_KILLS = frozenset({"os.kill", "os.killpg", "signal.pidfd_send_signal", "signal.pthread_kill"})
_SHELLS = frozenset(
    {
        "os.system", "os.popen", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output",
        "subprocess.Popen", "subprocess.getoutput", "asyncio.create_subprocess_shell", "asyncio.create_subprocess_exec",
    }
)  # fmt: skip
_PROCESSES = ("psutil.Process", "subprocess.Popen", "multiprocessing.Process", "multiprocessing.context.Process",
              "psutil.process_iter", "multiprocessing.get_context", "asyncio.create_subprocess_exec",
              "asyncio.create_subprocess_shell", "psutil.Popen")  # fmt: skip


@frozen
class Kill:
    """A call that sends SIGKILL; `how` names it in a message."""

    node: Node
    how: str


def kills(ask: Evaluator, module: Module) -> Iterator[Kill]:
    """Every call in *module* that kills a worker without a chance to disconnect."""
    for call in module.tree.calls:
        how = _revoked(call) or _shell(ask, module, call) or _signalled(ask, module, call) or _process(ask, module, call)
        if how:
            yield Kill(call, how)


def _keyword(call: cst.Call, name: str) -> Any:
    return next((arg.value for arg in call.args if arg.keyword is not None and arg.keyword.value == name), None)


def _revoked(call: cst.Call) -> str:
    """Celery's `revoke(…, terminate=True, signal="SIGKILL")`: the signal says that a worker is meant."""
    func: Any = call.func
    name = func.attr.value if type(func) is cst.Attribute else ""
    if name not in {"revoke", "terminate", "revoke_by_stamped_headers"}:
        return ""
    signal = _keyword(call, "signal")
    if signal is None or isinstance(signal, cst.Integer) or not _is_sigkill(signal):
        return ""
    return f"{name}(signal=SIGKILL)"


def _is_sigkill(node: Any) -> bool:
    if isinstance(node, cst.Integer):
        return node.evaluated_value == 9
    text = text_of(node)
    if text is not None:
        return text.upper() in {"SIGKILL", "KILL", "9"}
    return source_of(node).rpartition(".")[2] == "SIGKILL"


def _signalled(ask: Evaluator, module: Module, call: cst.Call) -> str:
    found = ask.outside_names(module, call.func) & _OS_KILLS
    if not found or len(call.args) < 2:
        return ""
    signal = call.args[1].value
    killing = "signal.SIGKILL" in ask.outside_names(module, signal) or _is_sigkill(origin(ask, module, signal, holding=b"KILL")[1])
    return f"{min(found)}(…, SIGKILL)" if killing and _about_workers(ask, module, call, _CLIENT) else ""


def _shell(ask: Evaluator, module: Module, call: cst.Call) -> str:
    if not call.args or not ask.outside_names(module, call.func) & _SHELLS:
        return ""
    command = " ".join(text for arg in call.args if arg.keyword is None for text in strings_in(arg.value))
    if not re.search(SHELL_KILL, command):
        return ""
    return "kill -9" if re.search(WORKER, command) or _about_workers(ask, module, call) else ""


def _process(ask: Evaluator, module: Module, call: cst.Call) -> str:
    func: Any = call.func
    if type(func) is not cst.Attribute or func.attr.value not in {"kill", "send_signal"}:
        return ""
    if func.attr.value == "send_signal" and not (call.args and _is_sigkill(call.args[0].value)):
        return ""
    home, source = origin(ask, module, func.value)
    started = _started_by(ask, home, source)
    receiver = source_of(func.value)
    if not started and not re.search(WORKER, receiver):
        return ""
    start = source_of(source)
    of_this_program = "Process(" in start and re.search(_CLIENT, module.document.text)
    meant = re.search(WORKER, receiver) or re.search(WORKER, start) or of_this_program
    return f"{receiver}.{func.attr.value}()" if meant and (started or not call.args) else ""


def _started_by(ask: Evaluator, module: Module, source: Any) -> bool:
    """Whether *source* is an operating system process as Python's libraries give one."""
    while isinstance(source, (cst.Await, cst.Call)):
        if isinstance(source, cst.Call):
            if any(name.startswith(_PROCESSES) for name in ask.outside_names(module, source.func)):
                return True
            source = source.func.value if isinstance(source.func, cst.Attribute) else None
        else:
            source = source.expression
    return False


def _about_workers(ask: Evaluator, module: Module, call: Node, whole: str = WORKER) -> bool:
    """Whether the code round *call* speaks of workers, or the file by its name, or as a whole of *whole*."""
    name = module.path.replace("\\", "/").rpartition("/")[2]
    if re.search(WORKER, name) or (whole is _CLIENT and re.search(_CLIENT, module.document.text)):
        return True
    around = _around(module, call)
    key = ("speaks of workers", around)
    if key not in ask.notes:
        ask.notes[key] = bool(re.search(WORKER, source_of(around)))
    return bool(ask.notes[key])


def _around(module: Module, call: Node) -> Node:
    """The function that *call* stands in, or outside functions the whole statement."""
    statement = call
    for above in module.tree.ancestors(call):
        if isinstance(above, cst.FunctionDef):
            return above
        if isinstance(above, cst.Module):
            break
        statement = above
    return statement
