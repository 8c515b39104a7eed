"""Whether some code logs in, and whether that is what it is for.

The guard never logs in: it refuses a session that nobody is logged in to, and names `tgsession-guard auth`. Under it,
the login that a program makes only where it has to never runs. Where the login is the very business of the code, the
guard would put an end to it.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.finding import NoFix
from tgsession_lint.frozen import frozen
from tgsession_lint.names import reads
from tgsession_lint.tree import positional, source_of
from tgsession_lint.values import Function

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tgsession_lint.facts import Facts
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Node, Scope, Tree

# What a fix says where the code has logged in by itself.
REMARK = "; nothing logs in here any more: `tgsession-guard auth` does, once"
METHODS = frozenset({"send_code_request", "sign_in", "sign_up", "qr_login"})
# What is said of a client on the way in and out, and to see whether somebody is logged in.
_AROUND = METHODS | {
    "connect", "start", "disconnect", "log_out", "is_connected", "is_user_authorized", "get_me", "session", "loop",
    "edit_2fa", "resend_code", "phone_code_hash", "_phone_code_hash", "_self_id",
}  # fmt: skip
_NAMED = re.compile(
    r"auth(?!or(?!i))|log_?in|logon|sign_?(?:in|up)|set_?up|regist|qr_?code|(?:new|make|create|generate|gen|init|string)_?session"
    r"|session_?(?:gen|mak|creat|string)",
    re.IGNORECASE,
)
# What is handed the client and does nothing with it.
_LOOKS = frozenset({"cast", "isinstance", "print", "bool", "type"})
_HOPS = 3


@frozen
class Use:
    """One use of the client, and whether it logs in, works, or neither."""

    node: Node
    logs_in: str
    works: bool


def refuse(
    facts: Facts, uses: Sequence[Node], start: Sequence[cst.Arg], scope: Scope, openers: Collection[Scope] = ()
) -> NoFix | str:
    """Why the code of *scope* cannot do without its login, or what the fix has to say of it: nothing, where there is none.

    *uses* are where it names the client, *start* are the arguments of the `start(…)` that opened it, *openers* the functions
    that open it, where that is not the business of *scope* itself.
    """
    tree = facts.module.tree
    found = [_use(facts, use) for use in uses]
    logins = [use for use in found if use.logs_in]
    how = next((_start(arg) for arg in start if _asks(arg)), "") or next((use.logs_in for use in logins), "")
    if not how:
        return ""
    last = max((tree.order[use.node] for use in logins), default=-1)
    frames = {tree.scope_at(use.node).function for use in logins}
    working = any(use.works and (tree.order[use.node] > last or tree.scope_at(use.node).function not in frames) for use in found)
    asking = [frame for frame in frames if frame is not None and frame not in openers]
    if not working or _is_named_so(facts, scope) or any(map(_has_such_a_name, asking)):
        return NoFix(f"{how} is what this code is for, and the guard never logs in: `tgsession-guard auth` does it, once")
    return REMARK


def asks(args: Sequence[cst.Arg]) -> bool:
    """Whether `start(…)` with *args* logs a person in."""
    return any(_asks(arg) for arg in args)


def _asks(arg: cst.Arg) -> bool:
    return arg.keyword is None or arg.keyword.value in {"phone", "code_callback", "password", "force_sms"}


def _start(arg: cst.Arg) -> str:
    return f"`start({arg.keyword.value}=…)`" if arg.keyword is not None else "`start(…)`"


def _is_named_so(facts: Facts, scope: Scope) -> bool:
    """Whether *scope*, one round it or the module has a name that speaks of logging in."""
    module = posixpath.basename(facts.module.path).removesuffix(".py")
    return bool(_NAMED.search(module)) or any(map(_has_such_a_name, scope.up()))


def _has_such_a_name(scope: Scope) -> bool:
    name: Any = getattr(scope.node, "name", None)
    return name is not None and bool(_NAMED.search(name.value))


def _use(facts: Facts, node: Node) -> Use:
    """What the use of the client at *node* does; who hands it to a function of the project that logs in, logs in."""
    tree = facts.module.tree
    parent: Any = tree.parent(node)
    if isinstance(parent, cst.Attribute):
        return _method(tree, node, parent)
    if not isinstance(parent, cst.Arg):
        return Use(node, "", works=isinstance(parent, (cst.Call, cst.Return, cst.Yield)))
    call: Any = tree.parent(parent)
    if not isinstance(call, cst.Call):
        return Use(node, "", works=False)
    if _helper_logs_in(facts, facts.module, call, parent, _HOPS):
        return Use(node, f"`{source_of(call.func)}(…)`", works=False)
    return Use(node, "", works=_last(call.func) not in _LOOKS)


def _method(tree: Tree, node: Node, attribute: cst.Attribute) -> Use:
    """The use of *attribute* of the client at *node*."""
    name = attribute.attr.value
    above: Any = tree.parent(attribute)
    if name == "session":  # `client.session.save()`, `StringSession.save(client.session)`
        saved = isinstance(above, cst.Arg) or (isinstance(above, cst.Attribute) and above.attr.value == "save")
        return Use(node, "`session.save()`" if saved else "", works=False)
    called = isinstance(above, cst.Call) and above.func is attribute
    if called and (name in METHODS or (name == "start" and asks(above.args))):
        return Use(node, f"`{name}(…)`", works=False)
    return Use(node, "", works=name not in _AROUND)


def _last(func: Any) -> str:
    return func.attr.value if isinstance(func, cst.Attribute) else getattr(func, "value", "")


# helpers


def _helper_logs_in(facts: Facts, module: Module, call: cst.Call, arg: cst.Arg, hops: int) -> bool:
    """Whether *call* hands the client to a function of the project that logs it in."""
    for value in facts.ask.value(module, call.func):
        if isinstance(value, Function) and (taken := taken_as(value.scope, call, arg)):
            if _logs_in(facts, value.module, value.scope, taken, hops):
                return True
    return False


def _logs_in(facts: Facts, module: Module, home: Scope, name: str, hops: int) -> bool:
    """Whether the function of *home* logs in the client that it takes as *name*."""
    for use in reads(module.tree, name, home):
        parent: Any = module.tree.parent(use)
        if isinstance(parent, cst.Attribute) and parent.attr.value in METHODS:
            return True
        call = module.tree.parent(parent)
        if isinstance(parent, cst.Arg) and isinstance(call, cst.Call) and hops:
            if _helper_logs_in(facts, module, call, parent, hops - 1):
                return True
    return False


def taken_as(scope: Scope, call: cst.Call, arg: cst.Arg) -> str:
    """The parameter by which the function of *scope* takes *arg* of *call*; empty if it cannot be told."""
    if arg.keyword is not None:
        return arg.keyword.value if arg.keyword.value in scope.bindings else ""
    before = call.args[: list(call.args).index(arg)]
    if arg.star or any(one.star or one.keyword is not None for one in before):
        return ""
    names = positional(scope.node)
    owner = scope.parent
    if owner is not None and owner.kind == "class" and isinstance(call.func, cst.Attribute):
        names = names[1:]
    return names[len(before)] if len(before) < len(names) else ""
