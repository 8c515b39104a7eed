"""A client that is started with a bot's token on one branch and without on the other -> one token, by the same choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.mending import elsewhere, heads, moving

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgsession_lint.facts import Facts
    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Tree


def by_choice(facts: Facts, call: cst.Call, uses: Iterable[Node]) -> cst.Arg | None:
    """`bot_token=TOKEN if is_bot else None` for the client that *call* builds, where an `if` behind it starts it so; else None."""
    tree = facts.module.tree
    starts = [one for use in uses if (one := _start(tree, use)) is not None]
    given = [one for one in starts if heads.token(one.args) is not None]
    others = [one for one in starts if not one.args]
    if len(starts) != 2 or len(given) != 1 or len(others) != 1:
        return None
    choice = next((above for above in tree.ancestors(given[0]) if isinstance(above, cst.If)), None)
    token = heads.token(given[0].args)
    if choice is None or token is None or not _is_beside(tree, call, choice):
        return None
    branches = [_branch(tree, choice, one) for one in (given[0], others[0])]
    if None in branches or branches[0] is branches[1]:
        return None
    value = token.value
    unsure = moving.effect_of(facts, choice.test) or moving.effect_of(facts, value) or any(True for _ in moving.between(facts, call, choice))
    if unsure or moving.names_rebound(tree, value, given[0], call):
        return None
    none = cst.Name("None")
    body, orelse = (value, none) if branches[0] is choice.body else (none, value)
    return token.with_changes(value=cst.IfExp(choice.test, body, orelse))


def _start(tree: Tree, use: Node) -> cst.Call | None:
    return elsewhere.call_at(tree, use) if elsewhere.method_at(tree, use) == "start" else None


def _is_beside(tree: Tree, call: Node, choice: Node) -> bool:
    """Whether *choice* stands in the block that the statement of *call* stands in, behind it."""
    line = next((above for above in tree.ancestors(call) if isinstance(above, cst.BaseStatement)), None)
    return line is not None and tree.parent(line) is tree.parent(choice) and tree.order[line] < tree.order[choice]


def _branch(tree: Tree, choice: cst.If, call: Node) -> Any:
    """The branch of *choice* in which *call* stands as it is, on no further condition; None if it does not."""
    line = next((above for above in tree.ancestors(call) if isinstance(above, (cst.SimpleStatementLine, cst.SimpleStatementSuite))), None)
    block = line if isinstance(line, cst.SimpleStatementSuite) else tree.parent(line) if line is not None else None
    orelse = choice.orelse.body if isinstance(choice.orelse, cst.Else) else None
    return next((one for one in (choice.body, orelse) if one is not None and one is block), None)
