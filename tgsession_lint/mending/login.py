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

from tgsession_lint.finding import Fix, NoFix
from tgsession_lint.frozen import frozen, replace
from tgsession_lint.names import reads
from tgsession_lint.nodes import positional, source_of
from tgsession_lint.values import Class, Function

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tgsession_lint.facts import Facts
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Scope, Tree

# What a fix says where the code has logged in by itself.
REMARK = "; nothing logs in here any more: `tgsession-guard auth` does, once"
_NEVER = "and the guard never logs in: `tgsession-guard auth` does it, once"
ONLY = NoFix(f"nothing is done here with the client but to log in, {_NEVER}")
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
# The same of a script whose `start()` asks for the login, and of a function: narrower, since any code starts its client.
_SCRIPT = re.compile(
    r"(?:^|_)auth(?!or(?!i))|log_?in|logon|sign_?(?:in|up)|regist|qr_?code|(?:new|make|create|generate|gen|init|string)_?session"
    r"|session_?(?:gen|mak|creat|string)",
    re.IGNORECASE,
)
_FUNCTION = re.compile(r"(?:^|_)(?:log_?in|sign_?in|sign_?up|authenticate|authorize|auth)(?:_|$)", re.IGNORECASE)
# What is handed the client and does nothing with it.
_LOOKS = frozenset({"cast", "isinstance", "print", "bool", "type"})
_HOPS = 3


@frozen
class Use:
    """One use of the client, and whether it logs in, works, or neither."""

    logs_in: str
    works: bool
    frame: Scope | None = None
    order: int = 0
    """Where it stands in the function of *frame*."""


def look(facts: Facts, node: Node) -> Use:
    """What the use of the client at *node* does."""
    tree = facts.module.tree
    return replace(_use(facts, node), frame=tree.scope_at(node).function, order=tree.order[node])


def refuse(
    facts: Facts, uses: Sequence[Node], start: Sequence[cst.Arg], scope: Scope, openers: Collection[Scope] = (),
    others: Sequence[Use] = (),
) -> NoFix | str:  # fmt: skip
    """Why the code of *scope* cannot do without its login, or what the fix has to say of it: nothing, where there is none.

    *uses* are where it names the client, *start* are the arguments of the `start(…)` that opened it, *openers* the functions
    that open it, where that is not the business of *scope* itself. *others* are uses by code that is handed the client.
    """
    found = [*(look(facts, use) for use in uses), *others]
    logins = [use for use in found if use.logs_in]
    how = next((_start(arg) for arg in start if _asks(arg)), "") or next((use.logs_in for use in logins), "")
    if not how:
        return ""
    last: dict[Scope | None, int] = {}
    for use in logins:
        last[use.frame] = max(use.order, last.get(use.frame, -1))
    working = any(use.works and (use.logs_in or use.order > last.get(use.frame, -1)) for use in found)
    asking = [frame for frame in last if frame is not None and frame not in openers]
    if not working or _is_named_so(facts, scope) or any(map(_has_such_a_name, asking)):
        return NoFix(f"{how} is what this code is for, {_NEVER}")
    return REMARK


def by_name(facts: Facts, at: Node) -> NoFix | None:
    """What is said of code that starts its client without a token, which asks a person to log in, and has a name that says so.

    A method that opens what its object keeps may have any name: the object is there to work with it.
    """
    module = posixpath.basename(facts.module.path).removesuffix(".py")
    functions = [scope for scope in facts.module.tree.scope_at(at).up() if scope.parent is None or scope.parent.kind != "class"]
    names = [getattr(getattr(scope.node, "name", None), "value", "") for scope in functions]
    if _SCRIPT.search(module) or any(map(_FUNCTION.search, names)):
        return NoFix(f"by its name this code is there to log in, by `start()`, {_NEVER}")
    return None


def is_refusal(found: Fix | NoFix) -> bool:
    """Whether *found* is what `refuse` says of code that is there to log in."""
    return isinstance(found, NoFix) and found.reason.endswith(_NEVER)


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
        return _method(tree, parent)
    if not isinstance(parent, cst.Arg):
        return Use("", works=isinstance(parent, (cst.Call, cst.Return, cst.Yield)))
    call: Any = tree.parent(parent)
    if not isinstance(call, cst.Call):
        return Use("", works=False)
    if _helper_logs_in(facts, facts.module, call, parent, _HOPS):
        return Use(f"`{source_of(call.func)}(…)`", works=False)
    if method := _object_logs_in(facts, call, parent):
        return Use(f"`{method}(…)`", works=True)
    return Use("", works=_last(call.func) not in _LOOKS)


def _method(tree: Tree, attribute: cst.Attribute) -> Use:
    """The use of *attribute* of the client."""
    name = attribute.attr.value
    above: Any = tree.parent(attribute)
    if name == "session":  # `client.session.save()`, `StringSession.save(client.session)`
        saved = isinstance(above, cst.Arg) or (isinstance(above, cst.Attribute) and above.attr.value == "save")
        return Use("`session.save()`" if saved else "", works=False)
    called = isinstance(above, cst.Call) and above.func is attribute
    if called and (name in METHODS or (name == "start" and asks(above.args))):
        return Use(f"`{name}(…)`", works=False)
    return Use("", works=name not in _AROUND)


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


def _object_logs_in(facts: Facts, call: cst.Call, arg: cst.Arg) -> str:
    """The method by which an object logs in the client that *call* makes it with; empty where it does no such thing."""
    for value in facts.ask.value(facts.module, call.func):
        if not isinstance(value, Class):
            continue
        tree = value.module.tree
        for attribute in kept_as(value, call, arg):
            for use in tree.uses.get(attribute, ()):
                above: Any = tree.parent(use)
                if isinstance(use, cst.Attribute) and value.scope in tree.scope_at(use).up() and isinstance(above, cst.Attribute):
                    if above.attr.value in METHODS:
                        return above.attr.value
    return ""


def kept_as(plain: Class, call: cst.Call, arg: cst.Arg) -> list[str]:
    """The attributes under which an object of the class *plain* keeps *arg*, with which *call* makes it."""
    tree = plain.module.tree
    found: list[str] = []
    for binding in plain.scope.bindings.get("__init__", ()):
        scope = tree.scopes.get(binding.node)
        taken = _parameter(scope, call, arg) if scope is not None else ""
        for stored in tree.stored:
            inside = scope is not None and tree.scope_at(stored.target) is scope and isinstance(stored.target, cst.Attribute)
            if taken and inside and isinstance(stored.value, cst.Name) and stored.value.value == taken:
                found.append(stored.target.attr.value)  # type: ignore[attr-defined]
    return found


def _parameter(scope: Scope, call: cst.Call, arg: cst.Arg) -> str:
    """The parameter of a constructor that takes *arg*."""
    if arg.keyword is not None or arg.star:
        return arg.keyword.value if arg.keyword is not None and arg.keyword.value in scope.bindings else ""
    before = call.args[: list(call.args).index(arg)]
    names = positional(scope.node)[1:]
    plain = len(before) < len(names) and not any(one.star or one.keyword is not None for one in before)
    return names[len(before)] if plain else ""


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
