"""Code that asks whether somebody is logged in: what it does where nobody is, since the guard refuses such a session before.

A login that is made there only remains (`login`), and code that gives up there gives up all the same, by the guard's exception.
Code that goes on there, to the next session, with a status of its own, or whose answer this is, would not be what it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.finding import Fix, NoFix
from tgsession_lint.frozen import replace
from tgsession_lint.mending import login, words
from tgsession_lint.names import home_of, reads
from tgsession_lint.nodes import dotted_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Tree

REMARK = "; where nobody is logged in, the guard raises `NotLoggedInError`"
_GOES_ON = "the code goes on where nobody is logged in, and the guard refuses such a session"
_ANSWERS = "whether somebody is logged in is what this code asks for, and the guard refuses a session that nobody is logged in to"
_ENDS = frozenset({"exit", "quit", "sys.exit", "os._exit", "os.abort", "typer.Exit", "SystemExit"})
_HOPS = 2


def refuse(tree: Tree, uses: Iterable[Node], found: Fix) -> Fix | NoFix:
    """*found*, for a client that is used at *uses* and only connected, with a word on its login; or why there can be none."""
    asked = [parent for use in uses if isinstance(parent := tree.parent(use), cst.Attribute) and parent.attr.value == "is_user_authorized"]
    answers = [answer for attribute in asked for answer in _answers(tree, attribute)]
    if not answers:
        return found
    for name, answer in answers:
        why = _why_not(tree, name, answer)
        if why:
            return NoFix(why)
    said = login.REMARK in found.message
    return found if said else replace(found, message=found.message + REMARK)


def is_refusal(found: Fix | NoFix) -> bool:
    """Whether *found* is what `refuse` says of code that goes on where nobody is logged in."""
    return isinstance(found, NoFix) and found.reason in {_GOES_ON, _ANSWERS}


def _answers(tree: Tree, attribute: cst.Attribute) -> Iterator[tuple[str, Node]]:
    """Where the answer to the question at *attribute* is used, with the name of the client."""
    call = tree.parent(attribute)
    if not isinstance(call, cst.Call):
        return
    outer = tree.parent(call)
    yield from ((dotted_name(attribute.value) or "", one) for one in _places(tree, outer if isinstance(outer, cst.Await) else call, _HOPS))


def _places(tree: Tree, value: Node, hops: int) -> Iterator[Node]:
    """*value*, or the uses of the names that it is given."""
    statement: Any = tree.parent(value)
    target = statement.targets[0].target if isinstance(statement, cst.Assign) and len(statement.targets) == 1 else None
    home = home_of(tree, target.value, tree.scope_at(target)) if isinstance(target, cst.Name) else None
    if home is None or not isinstance(target, cst.Name) or not hops:
        yield value
        return
    for use in reads(tree, target.value, home):
        if tree.order[use] > tree.order[value]:
            yield from _places(tree, use, hops - 1)


def _why_not(tree: Tree, name: str, answer: Node) -> str:
    """Why the code needs the *answer*; empty where it does not."""
    below: Any = answer
    negated = False
    for above in tree.ancestors(answer):
        match above:
            case cst.UnaryOperation(operator=cst.Not()):
                negated = not negated
            case cst.BooleanOperation() | cst.Await():
                pass
            case cst.If() if above.test is below:
                branch = above.body if negated else getattr(above.orelse, "body", None)
                return "" if branch is None or _gives_up(branch, name) else _GOES_ON
            case cst.IfExp() | cst.While() | cst.Assert() | cst.Expr():
                return ""
            case cst.Call():
                return "" if words.tells(above) else _ANSWERS
            case cst.Arg() | cst.FormattedStringExpression() | cst.FormattedString():
                pass
            case _:
                return _ANSWERS
        below = above
    return ""


def _gives_up(branch: Any, name: str) -> bool:
    """Whether the block *branch* logs in, or does no more than to say something and give up."""
    if _logs_in(branch, name):
        return True
    statements: Sequence[Any] = branch.body
    last = statements[-1]
    part = last.body[-1] if isinstance(last, cst.SimpleStatementLine) else last
    ends = isinstance(part, cst.Raise) or _is_empty_return(part) or (isinstance(part, cst.Expr) and dotted_name(getattr(part.value, "func", part)) in _ENDS)
    others = statements[:-1] if ends else statements
    if not ends and "." in name:
        return False  # its object goes on without a login, and may get one later
    return all(words.only_tells(one) or words.is_closing(one, name) for one in others)


def _is_empty_return(part: Any) -> bool:
    if not isinstance(part, cst.Return):
        return False
    value: Any = part.value
    if value is None or (isinstance(value, cst.Name) and value.value in {"None", "False"}):
        return True
    return isinstance(value, (cst.List, cst.Dict, cst.Tuple)) and not value.elements


def _logs_in(branch: Any, name: str) -> bool:
    pending = [branch]
    while pending:
        current = pending.pop()
        if isinstance(current, cst.Attribute) and dotted_name(current.value) == name:
            if current.attr.value in login.METHODS or current.attr.value == "start":
                return True
        if isinstance(current, cst.Arg) and dotted_name(current.value) == name:
            return True  # given to what may do so
        pending.extend(current.children)
    return False
