"""The exit stack of an object that keeps a client: made by its constructor, entered and left by its methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.finding import Edit, Fix, NoFix, Position
from tgsession_lint.frozen import replace
from tgsession_lint.layout import Span
from tgsession_lint.mending import elsewhere, heads, imports
from tgsession_lint.mending.draft import Draft
from tgsession_lint.nodes import dotted_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_lint.facts import Facts
    from tgsession_lint.layout import Layout
    from tgsession_lint.mending.keeping import Built
    from tgsession_lint.mending.kept import Kept
    from tgsession_lint.nodes import Node

MESSAGE = "Enter `guarded_client(…)` on an exit stack that the object keeps"
_STACK, _GUARD = "_exits", "_guard"


class Rewriting:
    """The edits for one class."""

    def __init__(self, facts: Facts, kept: Kept, built: Sequence[Built], layout: Layout) -> None:
        self.facts = facts
        self.kept = kept
        self.built = built
        self.layout = layout
        self.draft = Draft(layout)
        self.tree = facts.module.tree
        self.in_loop = self.tree.scope_at(built[0].enters_at).is_async

    def fix(self, closings: Sequence[cst.Attribute], remark: str) -> Fix | NoFix:
        """The whole fix."""
        if any(name in self.tree.uses for name in (_STACK, _GUARD)):
            return NoFix(f"`{_STACK}` or `{_GUARD}` is a name that means something here")
        kind = imports.standard(self.facts, self.draft, self.built[0].line, "contextlib", "AsyncExitStack" if self.in_loop else "ExitStack")
        if kind is None:
            return NoFix("an exit stack cannot be imported from `contextlib` here")
        own = f"{self.kept.name.partition('.')[0]}.{_STACK}"
        refused = self._make(own, f"{kind}()")
        if refused is not None:
            return refused
        gone: set[Node] = set()
        for place in self.built:
            gone |= self._enter(place, own)
        for use in closings:
            self._close(use, own)
        imports.need(self.facts, self.draft, self.built[0].line)
        imports.release(self.facts, self.draft, gone)
        others = self._close_elsewhere()
        return replace(self.draft.fix(MESSAGE + remark, safe=False, isolated=True), elsewhere=others)

    def _make(self, own: str, value: str) -> NoFix | None:
        """Let the constructor make the stack, before anything can ask for it."""
        made = self.kept.owner.bindings.get("__init__", ())
        if not made:
            if self.kept.attribute in self.kept.owner.bindings:
                return NoFix("the class has no constructor that could make an exit stack")
            self._make_first(own, value)
            return None
        function: Any = made[0].node
        if len(made) > 1 or not isinstance(function, cst.FunctionDef) or not isinstance(function.body, cst.IndentedBlock):
            return NoFix("the constructor is written in a way that only a person can rewrite")
        if any(place.line in function.body.body for place in self.built):
            self._make_first(own, value)
            return None
        body = function.body.body
        after = [line for line in body if self._begins(line)]
        if after:
            row = self.layout.rows(after[-1])[1]
            self.draft.insert_row(row, f"{self.layout.indent(after[-1])}{own} = {value}\n")
        else:
            row = self.layout.rows(body[0])[0]
            self.draft.insert(Position(row, 1), f"{self.layout.indent(body[0])}{own} = {value}\n")
        return None

    def _begins(self, line: Any) -> bool:
        """Whether *line* of the constructor is one that the stack can stand behind: the call of the one above, `self.client = None`."""
        if not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
            return False
        part: Any = line.body[0]
        if isinstance(part, cst.Expr):
            func = getattr(part.value, "func", None)
            above = isinstance(func, cst.Attribute) and func.attr.value == "__init__"
            return above or isinstance(part.value, (cst.SimpleString, cst.ConcatenatedString))
        target: Any = part.targets[0].target if isinstance(part, cst.Assign) else getattr(part, "target", None)
        return dotted_name(target) == self.kept.name if target is not None else False

    def _make_first(self, own: str, value: str) -> None:
        for place in self.built:
            at = self.layout.span(place.line).start
            self.draft.insert(Position(at.row, 1), f"{self.layout.indent(place.line)}{own} = {value}\n")

    def _enter(self, place: Built, own: str) -> set[Node]:
        """`self.client = TelegramClient(…)` -> the guard entered on the stack, which is left before if it was entered before."""
        layout, draft = self.layout, self.draft
        enter = f"await {own}.enter_async_context(" if self.in_loop else f"{own}.enter_context("
        leave = f"await {own}.aclose()" if self.in_loop else f"{own}.close()"
        if place.late:
            return self._enter_later(place, f"{leave}\n", enter)
        if place.opening is not None and self.tree.parent(place.opening) is not self.tree.parent(place.line):
            return self._move(place, place.opening, f"{leave}\n", enter)
        func, outer = layout.outer(place.call.func), layout.outer(place.outer)
        if not self._makes_it(place):
            draft.insert(Position(layout.span(place.line).start.row, 1), f"{layout.indent(place.line)}{leave}\n")
        draft.insert(min(outer.start, func.start), enter)
        draft.erase(outer.start, layout.outer(place.call).start)
        gone = heads.put(self.facts, draft, place.call, place.args)
        draft.put(Span(layout.outer(place.call).end, outer.end), ")")
        if place.opening is not None:
            self._drop(place.opening)
        return gone

    def _move(self, place: Built, opening: Node, leave: str, enter: str) -> set[Node]:
        """The guard built and entered where the client was opened: in a `try`, whose handlers go on to hear of what fails."""
        layout = self.layout
        text, gone = heads.head(self.facts, self.draft, place.call, place.args, opening)
        indent = layout.indent(opening)
        self.draft.put(layout.span(opening), f"{leave}{indent}{self.kept.name} = {enter}{text})")
        first, last = layout.rows(place.line)
        self.draft.drop(first, last, layout.comment(place.line))
        block: Any = self.tree.parent(place.line)
        if layout.is_blank(first - 1) or place.line is block.body[0]:
            self.draft.drop_blank_below(last)
        return gone

    def _enter_later(self, place: Built, leave: str, enter: str) -> set[Node]:
        """The guard where the client was built, entered where it was opened."""
        layout, name = self.layout, self.kept.name
        guard = f"{name.partition('.')[0]}.{_GUARD}"
        whole, func = layout.span(place.line), layout.outer(place.call.func)
        self.draft.put(Span(whole.start, func.start), f"{guard} = ")
        gone = heads.put(self.facts, self.draft, place.call, place.args)
        indent = layout.indent(place.enters_at)
        self.draft.put(layout.span(place.enters_at), f"{leave}{indent}{name} = {enter}{guard})")
        return gone

    def _makes_it(self, place: Built) -> bool:
        """Whether the stack is made right before, and so has nothing on it."""
        made = self.kept.owner.bindings.get("__init__", ())
        return not made or place.line in getattr(getattr(made[0].node, "body", None), "body", ())

    def _drop(self, line: Any) -> None:
        block: Any = self.tree.parent(line)
        first, last = self.layout.rows(line)
        if len(block.body) == 1:
            self.draft.put(self.layout.span(line), "pass")
        else:
            self.draft.drop(first, last, self.layout.comment(line))

    def _close(self, use: cst.Attribute, own: str) -> None:
        """`self.client.disconnect()` -> `self._exits.aclose()`, also where the connection has ended by itself."""
        above: Any = self.tree.parent(use)
        call: Any = self.tree.parent(above)
        self.draft.put(self.layout.span(call), f"{own}.aclose()" if self.in_loop else f"{own}.close()")
        for branch in self.tree.ancestors(use):
            if isinstance(branch, (cst.FunctionDef, cst.Lambda)):
                return
            if isinstance(branch, cst.If):
                self._ask_less(branch.test)

    def _close_elsewhere(self) -> tuple[tuple[str, tuple[Edit, ...]], ...]:
        """The same outside of the class, `manager.client.disconnect()`; the edits of other files, by their paths."""
        drafts: dict[str, Draft] = {}
        for module, use in elsewhere.closings(self.facts, self.kept.attribute, self.kept.owner):
            layout = elsewhere.layout_of(self.facts, module)
            if layout is not None and module is not self.facts.module:
                draft = drafts.setdefault(module.path, Draft(layout))
            else:
                draft = self.draft
            above: Any = module.tree.parent(use)
            draft.put(draft.layout.span(use.attr, use), _STACK)
            draft.put(draft.layout.span(above.attr, above), "aclose" if self.in_loop else "close")
        return tuple((path, draft.fix("", safe=False).edits) for path, draft in drafts.items())

    def _ask_less(self, test: Any) -> None:
        """Take out of a condition whether the client is connected: the guard has to be left in any case."""
        name = f"{self.kept.name}.is_connected"
        match test:
            case cst.Call(func=cst.Attribute() as func) if dotted_name(func) == name:
                self.draft.put(self.layout.span(test), self.kept.name)
            case cst.BooleanOperation(operator=cst.And(), right=cst.Call(func=cst.Attribute() as func)) if dotted_name(func) == name:
                self.draft.erase(self.layout.outer(test.left).end, self.layout.outer(test.right).end)
            case _:
                pass
