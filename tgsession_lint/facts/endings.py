"""Where a client is built that some path leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.facts.constructions import Construction, class_name
from tgsession_lint.facts.guards import opened_guards
from tgsession_lint.frozen import frozen
from tgsession_lint.life import Lives
from tgsession_lint.nodes import source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.life import Ending
    from tgsession_lint.mentions import Mentions
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module


@frozen
class LeftOpen:
    """A client that was built at `node`; `name` is what the code calls it, `where` the kind of code that ends."""

    built: Construction
    name: str
    where: str
    ending: Ending

    @property
    def node(self) -> Node:
        """The call that builds the client."""
        return self.built.node


def left_open(
    ask: Evaluator, module: Module, mentions: Mentions, constructions: Iterable[Construction]
) -> Iterator[LeftOpen]:
    """The *constructions* in *module* whose client some path leaves open.

    Also clients that a guard opens there without a block, which the plain way leaves open: past an exception such a one stands
    on its claim until the process ends, and nothing is lost.
    """
    yield from _left_open(ask, module, mentions, (one for one in constructions if not one.by_reference))
    yield from (left for left in _left_open(ask, module, mentions, _opened(ask, module)) if left.ending.how != "raise")


def _left_open(ask: Evaluator, module: Module, mentions: Mentions, built_here: Iterable[Construction]) -> Iterator[LeftOpen]:
    lives = ask.notes.setdefault("lives", Lives(ask))
    for built in built_here:
        outermost = all(scope.kind in {"module", "comprehension"} for scope in module.tree.scope_at(built.node).up())
        if outermost and module.document.notebook:
            continue  # the next cell has it
        ending = lives.ending(module, built.node)
        name = _name(module, built.node)
        if ending is not None and not (outermost and _is_shared(module, mentions, name)):
            where = "module" if outermost else "function"
            yield LeftOpen(built, name or f"{built.class_name}(…)", where, ending)


def _opened(ask: Evaluator, module: Module) -> Iterator[Construction]:
    """The clients that a guard opens without a block, but for one of two: what closes it may depend on the same choice."""
    for call in opened_guards(ask, module):
        if isinstance(_outside(module, call), (cst.IfExp, cst.BooleanOperation)):
            continue
        guard: Any = call.func.value  # type: ignore[attr-defined]
        yield Construction(call, class_name(guard.func), by_reference=False, at_import=False)


def _outside(module: Module, call: cst.Call) -> Node | None:
    """What *call* is a part of, with the `await` round it."""
    above = module.tree.parent(call)
    return module.tree.parent(above) if isinstance(above, cst.Await) else above


def _name(module: Module, node: Node) -> str:
    """The variable or attribute that the client built at *node* goes by; empty if it has none."""
    below = node
    for above in module.tree.ancestors(node):
        match above:
            case cst.Assign() if above.value is below:
                return source_of(above.targets[0].target) if not isinstance(above.targets[0].target, cst.Tuple) else ""
            case cst.AnnAssign() | cst.NamedExpr() if above.value is below:
                return source_of(above.target)
            case cst.WithItem() if above.asname is not None:
                return source_of(above.asname.name)
            case cst.Await() | cst.Attribute() | cst.IfExp():
                below = above
            case cst.Call() if above.func is below and _is_fluent(above):
                below = above
            case _:
                return ""
    return ""


def _is_fluent(call: cst.Call) -> bool:
    func: Any = call.func
    return isinstance(func, cst.Attribute) and func.attr.value == "start"


def _is_shared(module: Module, mentions: Mentions, name: str) -> bool:
    """Whether another module imports the client *name*, and so may have it for as long as it likes."""
    importers = mentions.reach.importers.get(module.path, ())
    return any(names is None or name in names for _, names in importers)
