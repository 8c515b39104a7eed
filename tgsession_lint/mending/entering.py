"""`client = TelegramClient(…)` and later `with client:` -> the guard, built and entered where the client was entered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.facts.guards import runs_in_loop
from tgsession_lint.finding import Fix, NoFix
from tgsession_lint.frozen import frozen
from tgsession_lint.mending import heads, imports, login, moving
from tgsession_lint.mending.draft import Draft, has_comment

if TYPE_CHECKING:
    from tgsession_lint.facts import Facts
    from tgsession_lint.layout import Layout
    from tgsession_lint.mending.variable import Variable
    from tgsession_lint.nodes import Node

MESSAGE = "Enter `guarded_client(…)` instead"


@frozen
class Entering:
    """The one `with` of its block that enters the client; `start` are the arguments of `with client.start(…):`."""

    variable: Variable
    statement: cst.With
    start: tuple[cst.Arg, ...]

    def mend(self, facts: Facts, call: cst.Call, start: tuple[cst.Arg, ...], layout: Layout) -> Fix | NoFix:
        """The guard in that `with`, and no client before it."""
        variable, statement = self.variable, self.statement
        refused = heads.refuse(facts, call, (*start, *self.start)) or self._refuse(facts, call)
        if refused is not None:
            return refused
        remark = login.refuse(facts, variable.within([statement.body]), (*start, *self.start), variable.home)
        if isinstance(remark, NoFix):
            return remark
        draft = Draft(layout)
        if statement.asynchronous is None and runs_in_loop(facts.module, statement):
            draft.insert(layout.span(statement).start, "async ")
        text, gone = heads.head(facts, draft, call, (*start, *self.start), statement)
        draft.put(layout.outer(statement.items[0].item), f"{text} as {variable.name}")
        comment = layout.comment(variable.line)
        first, last = layout.rows(variable.line)
        if comment is not None and first != last:
            return NoFix("there is a comment behind the last row of the call")
        draft.drop(first, last, comment)
        if comment is None and (layout.is_blank(first - 1) or variable.line is variable.siblings[0]):
            draft.drop_blank_below(last)
        imports.need(facts, draft, statement)
        imports.release(facts, draft, gone | _annotation(variable))
        return draft.fix(MESSAGE + remark, safe=False, isolated=True)

    def _refuse(self, facts: Facts, call: cst.Call) -> NoFix | None:
        variable, statement = self.variable, self.statement
        name = variable.name
        stray = [use for use in variable.uses if variable.is_direct(use) and not variable.is_inside(use, [statement])]
        if stray:
            return NoFix(f"`{name}` is used outside the `with` that enters it")
        if why := moving.late(facts, call, statement):
            return NoFix(why)
        if has_comment(call) and variable.block is not variable.tree.parent(statement):
            return NoFix("there are comments in the call, and the `with` stands elsewhere")
        return None


def enter_statement(facts: Facts, variable: Variable) -> Entering | NoFix | None:
    """The `with` that enters the client; None if none does, and why not where that is of no use."""
    found = [entering for use in variable.uses if (entering := _entering(variable, use)) is not None]
    if not found:
        return None
    if len(found) > 1:
        return NoFix(f"`{variable.name}` is entered more than once")
    statement = found[0].statement
    if len(statement.items) > 1 or statement.items[0].asname is not None:
        return NoFix(f"the `with` does more than to enter `{variable.name}`")
    own = facts.module.tree.scope_at(statement) is variable.home
    return found[0] if own and statement in variable.siblings else NoFix(f"`{variable.name}` is entered in another block")


def _entering(variable: Variable, use: Node) -> Entering | None:
    tree = variable.tree
    parent: Any = tree.parent(use)
    start: tuple[cst.Arg, ...] = ()
    if isinstance(parent, cst.Attribute) and parent.attr.value == "start":
        call: Any = tree.parent(parent)
        if not isinstance(call, cst.Call) or call.func is not parent:
            return None
        start, parent = tuple(call.args), tree.parent(call)
        if isinstance(parent, cst.Await):
            parent = tree.parent(parent)
    if not isinstance(parent, cst.WithItem):
        return None
    statement: Any = tree.parent(parent)
    return Entering(variable, statement, start)


def _annotation(variable: Variable) -> set[Node]:
    """The nodes of the annotation that goes with the statement."""
    statement: Any = variable.line.body[0]
    if not isinstance(statement, cst.AnnAssign):
        return set()
    pending: list[Any] = [statement.annotation]
    found: set[Node] = set()
    while pending:
        current = pending.pop()
        found.add(current)
        pending.extend(current.children)
    return found
