"""Construct, connect, use, disconnect -> one guarded block.

The guard is entered where the client was built or, where nothing needs the client before, where it was opened; it is left
where the client was closed or, where nothing closes it, with the block. What opened and closed it goes, and a `try` whose
`finally` did nothing else. `stretch` finds the statements, `wrapping` makes the edits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.facts.guards import runs_in_loop
from tgsession_lint.finding import Fix, NoFix
from tgsession_lint.mending import heads, login, openers, tokens
from tgsession_lint.mending.moving import names_rebound
from tgsession_lint.mending.stretch import kept_uses, openings_of, refuse, stretch_of, sure_stretch
from tgsession_lint.mending.variable import Variable
from tgsession_lint.mending.wrapping import Wrapping

if TYPE_CHECKING:
    from tgsession_lint.facts import Facts
    from tgsession_lint.layout import Layout
    from tgsession_lint.nodes import Node


def mend_block(
    facts: Facts, variable: Variable, call: cst.Call, start: tuple[cst.Arg, ...], layout: Layout, *, opened: bool
) -> Fix | NoFix:
    """The block for the client that *call* builds; *opened* where the same statement opens it, by `start(…)`."""
    openings = [] if opened else list(openings_of(variable))
    if not opened and not openings and not openers.opens(facts, variable):
        return NoFix(f"nothing here opens `{variable.name}`: enter the guard where it is opened")
    if runs_in_loop(facts.module, variable.line) and not all(one.awaited for one in openings):
        return NoFix("what opens the client is not awaited, so that it is not clear when it is open")
    starts = [*(one.args for one in openings if one.logs_in), *([start] if opened else [])]
    others = _starts_elsewhere(facts, variable, starts)
    if isinstance(others, NoFix):
        return others
    args = (*(arg for one in openings for arg in one.args), *start, *(arg for one in others if heads.token(one) is not None for arg in one))
    several = heads.refuse_some(facts, [*starts, *others])
    choice = tokens.by_choice(facts, call, variable.uses) if several is not None else None
    args = args if choice is None else (choice,)
    refused = heads.refuse(facts, call, args) or (several if choice is None else None)
    if refused is not None:
        return refused
    stretch = sure_stretch(facts, variable, call, openings)
    if isinstance(stretch, NoFix):
        return stretch
    given = heads.token(args)
    if stretch.inner is None and given is not None and given is not choice and not start and (late := names_rebound(variable.tree, given, given, call)):
        return NoFix(f"`{late}`, which is in the token, is given a value after the client is built")
    remark = login.refuse(facts, kept_uses(variable, stretch), args, variable.home)
    if isinstance(remark, NoFix):
        return remark
    return Wrapping(facts, variable, stretch, layout).of_client(call, args, remark)


def _starts_elsewhere(facts: Facts, variable: Variable, known: list[tuple[cst.Arg, ...]]) -> list[tuple[cst.Arg, ...]] | NoFix:
    """The arguments of `start(…)` where that is no statement of its own; why not, where a helper gives it a token."""
    found: list[tuple[cst.Arg, ...]] = []
    for use in variable.uses:
        for module, node in openers.openings_of(facts, use):
            attribute: Any = module.tree.parent(node)
            call: Any = module.tree.parent(attribute) if isinstance(attribute, cst.Attribute) and attribute.attr.value == "start" else None
            args = tuple(call.args) if isinstance(call, cst.Call) else ()
            direct = node is use and variable.is_direct(use)
            if heads.token(args) is not None and not direct:
                return NoFix(f"another function starts `{variable.name}` with a token, which would have to reach the guard")
            if isinstance(call, cst.Call) and direct and args not in known:
                found.append(args)
    return found


def mend_guard(facts: Facts, variable: Variable, node: Node, layout: Layout) -> Fix | NoFix:
    """The block for a guard that was given a name and is never entered."""
    stretch = stretch_of(facts, variable, None, list(openings_of(variable)))
    if isinstance(stretch, NoFix):
        return stretch
    return refuse(variable, stretch) or Wrapping(facts, variable, stretch, layout).of_guard(node)


def mend_given(facts: Facts, variable: Variable, node: Node, layout: Layout) -> Fix | NoFix:
    """The block for the guard that the call at *node*, or what it awaits, gives from now on in the place of a client."""
    openings = list(openings_of(variable))
    args = tuple(arg for one in openings for arg in one.args)
    if heads.token(args) is not None:
        return NoFix(f"the token that `{variable.name}` is started with would have to reach the guard")
    stretch = sure_stretch(facts, variable, None, openings)
    if isinstance(stretch, NoFix):
        return stretch
    remark = login.refuse(facts, kept_uses(variable, stretch), args, variable.home)
    return remark if isinstance(remark, NoFix) else Wrapping(facts, variable, stretch, layout).of_given(node)
