"""Where a client is built that some path leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.frozen import frozen
from tgsession_lint.life import Lives
from tgsession_lint.tree import source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tgsession_lint.evaluate import Evaluator
    from tgsession_lint.facts.constructions import Construction
    from tgsession_lint.life import Ending
    from tgsession_lint.mentions import Mentions
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Node


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
    """The *constructions* in *module* whose client some path leaves open."""
    lives = ask.notes.setdefault("lives", Lives(ask))
    for built in constructions:
        if built.by_reference:
            continue
        outermost = all(scope.kind in {"module", "comprehension"} for scope in module.tree.scope_at(built.node).up())
        if outermost and module.document.notebook:
            continue  # the next cell has it
        ending = lives.ending(module, built.node)
        name = _name(module, built.node)
        if ending is not None and not (outermost and _is_shared(module, mentions, name)):
            where = "module" if outermost else "function"
            yield LeftOpen(built, name or f"{built.class_name}(…)", where, ending)


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
