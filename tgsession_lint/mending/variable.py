"""A client under a plain name: the statement that names it, the block that this stands in, and every use of the name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.finding import NoFix
from tgsession_lint.frozen import frozen
from tgsession_lint.names import home_of, reads
from tgsession_lint.nodes import source_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Scope, Tree


@frozen
class Variable:
    """A name that one statement of a block gives its only value but None.

    `resets` are the statements that give it None, before there is a client and after.
    """

    tree: Tree
    name: str
    line: cst.SimpleStatementLine
    home: Scope
    uses: tuple[Node, ...]
    resets: tuple[cst.SimpleStatementLine, ...] = ()

    @classmethod
    def of(cls, tree: Tree, value: Node) -> Variable | NoFix:
        """The variable that *value* is put into, if it is put into one and nothing else is."""
        statement: Any = tree.parent(value)
        target = _target(statement, value)
        if not isinstance(target, cst.Name):
            return NoFix(_why_not(tree, value, statement, target))
        line: Any = tree.parent(statement)
        block = tree.parent(line)
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
            return NoFix("several statements stand on one line: give each its own")
        if not isinstance(block, (cst.IndentedBlock, cst.Module)):
            return NoFix("a block stands on the row of its colon: give it rows of its own")
        if getattr(value, "lpar", None):
            return NoFix("brackets stand round what builds the client: take them away")
        scope = tree.scope_at(value)
        home = home_of(tree, target.value, scope)
        if home is None or home is not scope or scope.kind == "class":
            return NoFix(f"`{target.value}` is a name of another scope, where anybody can use it")
        resets: list[Any] = []
        for binding in home.bindings[target.value]:
            reset = _reset(tree, binding.node) if binding.node is not statement else statement
            if reset is None:
                return NoFix(f"`{target.value}` is given another value as well")
            resets += [reset] if reset is not statement else []
        stored = {target, *(part.body[0].targets[0].target for part in resets)}
        uses = tuple(use for use in reads(tree, target.value, home) if use not in stored)
        return cls(tree, target.value, line, home, uses, tuple(resets))

    @property
    def block(self) -> Any:
        """The block, or the module, that the statement stands in."""
        return self.tree.parent(self.line)

    @property
    def siblings(self) -> Sequence[Any]:
        """The statements of that block."""
        return self.block.body  # type: ignore[no-any-return]

    def is_inside(self, node: Node, statements: Sequence[Node]) -> bool:
        """Whether *node* is one of *statements*, or in one."""
        return node in statements or any(above in statements for above in self.tree.ancestors(node))

    def within(self, statements: Sequence[Node]) -> list[Node]:
        """The uses of the name in *statements*."""
        return [use for use in self.uses if self.is_inside(use, statements)]

    def is_direct(self, use: Node) -> bool:
        """Whether *use* is evaluated with the block itself, and not when some function is called."""
        return self.tree.scope_at(use).function is self.home.function


def _target(statement: Any, value: Node) -> Any:
    if isinstance(statement, cst.Assign) and len(statement.targets) == 1 and statement.value is value:
        return statement.targets[0].target
    return statement.target if isinstance(statement, cst.AnnAssign) and statement.value is value else None


def _reset(tree: Tree, statement: Any) -> Any:
    """The line of *statement*, if that is `name = None` and alone on it."""
    line = tree.parent(statement)
    if not isinstance(statement, cst.Assign) or not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
        return None
    plain = len(statement.targets) == 1 and isinstance(statement.targets[0].target, cst.Name)
    return line if plain and isinstance(statement.value, cst.Name) and statement.value.value == "None" else None


def _why_not(tree: Tree, value: Node, parent: Any, target: Any) -> str:
    """Why the client has no variable of its own."""
    if isinstance(parent, cst.Assign) and len(parent.targets) > 1:
        return "the client is given several names at once"
    if isinstance(target, (cst.Attribute, cst.Subscript)):
        return f"the client is kept in `{source_of(target)}`: enter the guard where that is opened and closed"
    if isinstance(parent, (cst.Return, cst.Lambda, cst.Yield)):
        return "the client is handed to the caller, who would have to enter the guard: return the guard, and enter that there"
    if isinstance(parent, cst.Arg):
        call: Any = tree.parent(parent)
        if isinstance(call, cst.Call):
            return f"the client is given to `{source_of(call.func)}`: enter the guard round that call"
    if isinstance(parent, cst.Expr):
        return "nothing uses the client"
    if isinstance(parent, cst.Attribute) and getattr(value, "func", None) is not None:
        return f"the client has no name here, only its `{parent.attr.value}` is used"
    return "the client has no plain name of its own here"
