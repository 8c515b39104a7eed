"""The constructor of a client class of the project: whether the guard can call it, and with what names.

The guard calls its `client_class` with session, api id and api hash in the first three places and everything else by
name. A constructor that hands its first three parameters on to Telethon's in that order can be called so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.finding import NoFix
from tgsession_lint.names import reads
from tgsession_lint.nodes import dotted_name, positional
from tgsession_lint.values import ClientClass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_lint.facts import Facts
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Scope
    from tgsession_lint.values import Class

_FIRST = ("session", "api_id", "api_hash")
_GUARDS = frozenset({
    "bot_token", "client_class", "lock_timeout", "connect_timeout", "disconnect_timeout", "workers", "exclusive", "lease",
})  # fmt: skip


def names_for(facts: Facts, call: cst.Call, plain: Class) -> dict[int, str] | NoFix:
    """The names by which the arguments of *call* behind the first three have to be given, by their place."""
    found = _signature(facts, plain, set())
    if isinstance(found, NoFix) or found is None:
        return found or {}
    plain_args = [arg for arg in call.args if arg.keyword is None and not arg.star]
    if any(arg.star for arg in call.args) or len(plain_args) > len(found):
        return NoFix(f"it cannot be told which parameters of `{_name(plain)}` the arguments are for")
    names = {place: found[place] for place in range(3, len(plain_args))}
    keywords = {arg.keyword.value for arg in call.args if arg.keyword is not None}
    renamed = {own for own, telethons in zip(found, _FIRST, strict=False) if own != telethons}
    if keywords & renamed:
        return NoFix(f"`{_name(plain)}` calls `{sorted(keywords & renamed)[0]}` what the guard knows by another name")
    if taken := _GUARDS & {*keywords, *names.values()}:
        return NoFix(f"`{sorted(taken)[0]}` is an argument of the guard and of `{_name(plain)}`, each with a meaning of its own")
    return names


def _name(plain: Class) -> str:
    node: Any = plain.scope.node
    return node.name.value  # type: ignore[no-any-return]


def _signature(facts: Facts, plain: Class, seen: set[Class]) -> tuple[str, ...] | NoFix | None:
    """The parameters behind `self` that the constructor of *plain* takes by their places; None where nothing of the project has a say in it."""
    if plain in seen:
        return None
    seen.add(plain)
    node: Any = plain.scope.node
    odd = {"__new__", "__call__"} & plain.scope.bindings.keys() or any(one.keyword is not None for one in node.keywords)
    if odd:
        return NoFix(f"`{_name(plain)}` decides by itself what a call of it gives")
    bases = [value for base in node.bases for value in facts.ask.value(plain.module, base.value)]
    above = [base.of for base in bases if isinstance(base, ClientClass) and base.of is not None]
    own = plain.scope.bindings.get("__init__", ())
    if not own:
        return next((found for base in above if (found := _signature(facts, base, seen)) is not None), None)
    scope = plain.module.tree.scopes.get(own[0].node)
    function: Any = own[0].node
    if len(own) > 1 or scope is None or function.decorators:
        return NoFix(f"the constructor of `{_name(plain)}` is not written out")
    given = _handed_on(plain.module, scope)
    if given is None:
        return NoFix(f"the constructor of `{_name(plain)}` does not hand the session on to Telethon's in view")
    if given == ["*"]:
        return next((found for base in above if (found := _signature(facts, base, seen)) is not None), None)
    return _of(function, given) or NoFix(
        f"the constructor of `{_name(plain)}` has other parameters in the first three places than session, api id and api hash"
    )


def _of(function: cst.FunctionDef, given: list[str]) -> tuple[str, ...] | None:
    names = positional(function)[1:]
    if len(function.params.posonly_params) > 4 or names[:3] != given:
        return None
    return tuple(names)


def _handed_on(module: Module, scope: Scope) -> list[str] | None:
    """The parameters that the one call of the constructor above gets as session, api id and api hash.

    `["*"]` where it gets all that there is, `super().__init__(*args, **kwargs)`.
    """
    calls = [call for call in module.tree.calls if module.tree.scope_at(call).function is scope and _is_above(call)]
    if len(calls) != 1:
        return None
    args = list(calls[0].args)
    if dotted_name(calls[0].func) is not None:  # TelegramClient.__init__(self, …)
        args = args[1:]
    if _passes_all(scope, args):
        return ["*"]
    found = [_given(args, place, name) for place, name in enumerate(_FIRST)]
    if not all(isinstance(one, cst.Name) and _is_parameter(module, scope, one.value) for one in found):
        return None
    return [one.value for one in found]


def _is_above(call: cst.Call) -> bool:
    func: Any = call.func
    if not isinstance(func, cst.Attribute) or func.attr.value != "__init__":
        return False
    value: Any = func.value
    return dotted_name(value) is not None or (isinstance(value, cst.Call) and dotted_name(value.func) == "super")


def _passes_all(scope: Scope, args: Sequence[cst.Arg]) -> bool:
    """Whether a constructor that takes `*args, **kwargs` and nothing else but `self` hands both on, and as they came."""
    function: Any = scope.node
    params = function.params
    stars = [params.star_arg, params.star_kwarg]
    if len(params.params) != 1 or params.kwonly_params or params.posonly_params:
        return False
    if not all(isinstance(star, cst.Param) for star in stars):
        return False
    passed = {arg.star: getattr(arg.value, "value", None) for arg in args if arg.star}
    return passed == {"*": stars[0].name.value, "**": stars[1].name.value} and args[0].star == "*"


def _given(args: Sequence[cst.Arg], place: int, name: str) -> Any:
    for arg in args:
        if arg.keyword is not None and arg.keyword.value == name:
            return arg.value
    if place < len(args) and not any(arg.star or arg.keyword is not None for arg in args[: place + 1]):
        return args[place].value
    return None


def _is_parameter(module: Module, scope: Scope, name: str) -> bool:
    """Whether *name* is a parameter that is given no other value."""
    bindings = scope.bindings.get(name, ())
    return len(bindings) == 1 and bindings[0].kind == "param" and bool(reads(module.tree, name, scope))
