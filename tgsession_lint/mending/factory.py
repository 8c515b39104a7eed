"""A function that hands a client to its callers -> one that hands them the guard, which each of them enters.

Only where every caller is in view, and enters what it gets or can be mended so that it does: all of them change at once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.facts.guards import runs_in_loop
from tgsession_lint.finding import Fix, NoFix
from tgsession_lint.frozen import frozen, replace
from tgsession_lint.mending import block, elsewhere, heads, imports, login, opening, words
from tgsession_lint.mending.draft import Draft
from tgsession_lint.mending.entering import enter_statement
from tgsession_lint.mending.moving import names_rebound
from tgsession_lint.mending.variable import Variable
from tgsession_lint.nodes import string_value
from tgsession_lint.values import Class, Function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.facts import Facts
    from tgsession_lint.finding import Edit
    from tgsession_lint.layout import Layout
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module
    from tgsession_lint.tree import Scope

_PLAIN_METHODS = frozenset({"staticmethod", "classmethod"})
MESSAGE = "Hand `guarded_client(…)` to the callers, who enter it"


@frozen
class Factory:
    """A function of a module that does nothing with a client but to build it, open it and return it."""

    scope: Scope
    name: str
    openings: tuple[words.Opening, ...]
    started: tuple[Node, ...]
    """What is returned in the place of the client itself: `await client.start()`."""
    variable: Variable | None

    @classmethod
    def of(cls, facts: Facts, outer: Node) -> Factory | None:
        """The factory that builds the client *outer*, if it is nothing but that."""
        tree = facts.module.tree
        scope = tree.scope_at(outer)
        node: Any = scope.node
        if scope.kind != "function" or scope.parent is None or not isinstance(node, cst.FunctionDef):
            return None
        of_module, of_class = scope.parent is tree.scope, scope.parent.kind == "class"
        if not (of_module or of_class) or scope.yields or (node.name.value.startswith("__") and of_class):
            return None
        if any(_last(one.decorator) not in _PLAIN_METHODS or not of_class for one in node.decorators):
            return None
        if scope.returns == [outer]:
            return cls(scope, node.name.value, (), (), None)
        variable = Variable.of(tree, outer)
        if isinstance(variable, NoFix) or variable.resets:
            return None
        openings = [found for use in variable.uses if (found := _opening(variable, use)) is not None]
        lines = [one.line for one in openings]
        given = [use for use in variable.uses if not variable.is_inside(use, lines)]
        returned = [_with_start(variable, use) for use in given]
        if not given or sorted(map(id, returned)) != sorted(map(id, scope.returns)):
            return None
        started = tuple(whole for use, whole in zip(given, returned, strict=True) if whole is not use)
        return cls(scope, node.name.value, tuple(openings), started, variable)

    @property
    def args(self) -> tuple[cst.Arg, ...]:
        """What `start(…)` is given."""
        calls: list[Any] = [one.expression if isinstance(one, cst.Await) else one for one in self.started]
        return (*(arg for one in self.openings for arg in one.args), *(arg for call in calls for arg in call.args))


def _opening(variable: Variable, use: Node) -> words.Opening | None:
    line = next((above for above in variable.tree.ancestors(use) if isinstance(above, cst.SimpleStatementLine)), None)
    return words.opening(line, variable.name) if line is not None and variable.is_direct(use) else None


def _with_start(variable: Variable, use: Node) -> Node:
    above: Any = variable.tree.parent(use)
    call: Any = variable.tree.parent(above) if isinstance(above, cst.Attribute) and above.attr.value == "start" else None
    if not isinstance(call, cst.Call) or call.func not in {above}:
        return use
    outer = variable.tree.parent(call)
    return outer if isinstance(outer, cst.Await) else call


def mend(facts: Facts, call: cst.Call, outer: Node, start: tuple[cst.Arg, ...], layout: Layout) -> Fix | NoFix | None:
    """The guard for the callers of the factory that builds *call*; None if no factory does."""
    found = Factory.of(facts, outer)
    if found is None:
        return None
    args = (*start, *found.args)
    refused = heads.refuse(facts, call, args) or _refuse(facts, found, call, args)
    if refused is not None:
        return refused
    callers = _Callers(facts, found)
    edits = callers.edits()
    if edits is None or isinstance(edits, NoFix):
        return edits
    draft = Draft(layout)
    gone = heads.put(facts, draft, call, args)
    draft.erase(layout.outer(outer).start, layout.outer(call).start)
    draft.erase(layout.outer(call).end, layout.outer(outer).end)
    for one in found.openings:
        draft.drop(*layout.rows(one.line), layout.comment(one.line))
    for whole in found.started:
        draft.put(layout.outer(whole), found.variable.name if found.variable is not None else "")
    unsaid = _unannotate(found, draft)
    if unsaid is None:
        return NoFix("what the function returns is annotated in a way that only a person can rewrite")
    imports.need(facts, draft, call)
    imports.release(facts, draft, gone | unsaid)
    own = edits.pop(facts.module.path, ())
    remark = "" if callers.called else f"; nobody here calls `{found.name}`"
    made = draft.fix(MESSAGE + remark, safe=False, isolated=True)
    whole_edits = tuple(sorted({*made.edits, *own}, key=lambda edit: (edit.location, edit.end_location)))
    if len({edit.location for edit in whole_edits}) < len({*made.edits}) + len({*own}):
        return NoFix("the function and its callers cannot be changed at once")
    return replace(made, edits=whole_edits, elsewhere=tuple(edits.items()))


def _refuse(facts: Facts, found: Factory, call: cst.Call, args: tuple[cst.Arg, ...]) -> NoFix | None:
    tree = facts.module.tree
    if runs_in_loop(facts.module, call) and not all(one.awaited for one in found.openings):
        return NoFix("what opens the client is not awaited, so that it is not clear when it is open")
    if any(arg is not heads.token(args) for arg in args):
        return NoFix("`start(…)` logs in, and the guard never does: `tgsession-guard auth` does it, once")
    if any(not isinstance(tree.parent(one.line), cst.IndentedBlock) or len(_body(tree.parent(one.line))) < 2 for one in found.openings):
        return NoFix("nothing would be left of the block that opens the client")
    given = heads.token(args)
    lines = [one.line for one in found.openings]
    if given is not None and any(names_rebound(tree, given, line, call) for line in (*lines, *found.started)):
        return NoFix("the token is given a value after the client is built")
    return None


def _last(func: Any) -> str:
    return func.attr.value if isinstance(func, cst.Attribute) else getattr(func, "value", "")


def _body(suite: Any) -> Any:
    return suite.body


def _unannotate(found: Factory, draft: Draft) -> set[Node] | None:
    """Take out the annotation of what is returned, which is a client no more; the nodes that go. None if that cannot be done."""
    node: Any = found.scope.node
    if node.returns is None:
        return set()
    span = draft.layout.outer(node.returns.annotation)
    before = draft.layout.row(span.start.row)[: span.start.column - 1]
    arrow = re.search(r"\s*->\s*$", before)
    if arrow is None or span.start.row != span.end.row:
        return None
    draft.erase(span.start._replace(column=arrow.start() + 1), span.end)
    pending, gone = [node.returns.annotation], set()
    while pending:
        current = pending.pop()
        gone.add(current)
        pending.extend(current.children)
    return gone


class _Callers:
    """Everything in the project that names a factory."""

    def __init__(self, facts: Facts, found: Factory) -> None:
        self.facts = facts
        self.found = found
        self.called = 0

    def edits(self) -> dict[str, tuple[Edit, ...]] | NoFix | None:
        """The edits of each file that calls the factory, so that every caller enters what it gets, or why not; None without callers."""
        edits: dict[str, tuple[Edit, ...]] = {}
        for module in (self.facts.module, *elsewhere.importers(self.facts, self.facts.module.path)):
            if self._is_named_otherwise(module):
                return NoFix(f"`{self.found.name}` is named where it is not called, by a string or under another name")
            if self._is_called_unknown(module) or self._is_overridden(module):
                return NoFix(f"it is not known whether every `{self.found.name}` that is called is this one")
            for call in self._calls(module):
                self.called += 1
                made = self._caller(module, call)
                if isinstance(made, NoFix):
                    return made
                known = edits.get(module.path, ())
                if {edit.location for edit in known} & {edit.location for edit in made}:
                    return NoFix(f"the callers of `{self.found.name}` cannot all be changed at once")
                if made:
                    edits[module.path] = (*known, *made)
        if not self.called:
            return {} if self._is_unused() else None
        return edits

    def _is_unused(self) -> bool:
        """Whether nothing in the project can call the function, which builds a client and no more, and nobody imports it."""
        if self.found.openings or self.found.started:
            return False  # its client is open: that it can be without a block
        tree, path = self.facts.module.tree, self.facts.module.path
        importers = self.facts.mentions.reach.importers.get(path, ())
        named = any(names is None or self.found.name in names for _, names in importers)
        return self.found.scope.parent is tree.scope and not named and not path.endswith("__init__.py")

    def _is_overridden(self, module: Module) -> bool:
        """Whether another class has a method of the name, which a call may mean."""
        owner, name = self.found.scope.parent, self.found.name
        if owner is None or owner.kind != "class":
            return False
        above = elsewhere.ancestry(self.facts, Class(self.facts.module, owner))[1:]
        beside = [scope for scope in module.tree.scopes.values() if scope.kind == "class" and scope is not owner]
        return any(name in scope.bindings for scope in (*beside, *(one.scope for one in above)))

    def _is_called_unknown(self, module: Module) -> bool:
        """Whether a method of that name is called on what may be one of these objects, or not."""
        if self.found.scope.parent is self.facts.module.tree.scope:
            return False
        named = [call.func for call in module.tree.calls if isinstance(call.func, cst.Attribute) and call.func.attr.value == self.found.name]
        return any(not self._is_ours(module, func) and not elsewhere.is_known(self.facts, module, func) for func in named)

    def _is_ours(self, module: Module, node: Node) -> bool:
        values = self.facts.ask.value(module, node)
        return any(isinstance(value, Function) and value.scope is self.found.scope for value in values)

    def _calls(self, module: Module) -> Iterator[cst.Call]:
        return (call for call in module.tree.calls if self._is_ours(module, call.func))

    def _is_named_otherwise(self, module: Module) -> bool:
        name, tree = self.found.name, module.tree
        word = re.compile(rf"\b{re.escape(name)}\b")
        if any(word.search(string_value(one) or "") for one in tree.strings if isinstance(one, cst.SimpleString)):
            return True
        called = {id(call.func) for call in tree.calls}
        if any(id(use) not in called and self._is_ours(module, use) for use in tree.uses.get(name, ())):
            return True
        bound = [binding for found in tree.scope.bindings.values() for binding in found if binding.name != name]
        return any(binding.kind == "from" and getattr(binding.value, "name", None) is not None
                   and getattr(binding.value.name, "value", "") == name for binding in bound)  # type: ignore[union-attr]

    def _caller(self, module: Module, call: cst.Call) -> tuple[Edit, ...] | NoFix:
        """What changes round one call."""
        tree, node = module.tree, call
        outer: Any = node
        if self.found.scope.is_async:
            outer = tree.parent(node)
            if not isinstance(outer, cst.Await):
                return NoFix(f"a call of `{self.found.name}` is not awaited where it stands")
        layout = elsewhere.layout_of(self.facts, module)
        if layout is None:
            return NoFix(f"`{self.found.name}` is called in a file that cannot be changed like any other text")
        above: Any = tree.parent(outer)
        if isinstance(above, cst.WithItem):
            statement: Any = tree.parent(above)
            if statement.asynchronous is not None or not runs_in_loop(module, statement):
                return ()
            return NoFix("a plain `with` enters it while a loop runs")
        from tgsession_lint.facts import Facts

        facts = Facts(module, self.facts.ask, self.facts.mentions)
        variable = Variable.of(tree, outer)
        if isinstance(variable, Variable) and enter_statement(facts, variable) is not None:
            return NoFix(f"a caller of `{self.found.name}` enters the client later: enter the guard there")
        made = self._enters(facts, variable, outer, layout)
        return self._opens(facts, outer, layout, made) if isinstance(made, NoFix) and not login.is_refusal(made) else made

    def _enters(self, facts: Facts, variable: Variable | NoFix, outer: Node, layout: Layout) -> tuple[Edit, ...] | NoFix:
        """What changes so that the caller enters the guard for all that uses the client."""
        if isinstance(variable, NoFix):
            return NoFix(f"a caller of `{self.found.name}` would have to enter the guard: {variable.reason}")
        made = block.mend_given(facts, variable, outer, layout)
        return made if isinstance(made, NoFix) else made.edits

    def _opens(self, facts: Facts, outer: Node, layout: Layout, why: NoFix) -> tuple[Edit, ...] | NoFix:
        """What changes round a call whose client outlives the caller's code; *why* not where that is none of them."""
        if isinstance(outer, cst.Await):
            return why
        made = opening.mend_given(facts, outer, layout)
        return why if isinstance(made, NoFix) and not login.is_refusal(made) else made if isinstance(made, NoFix) else made.edits
