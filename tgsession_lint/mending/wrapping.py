"""The edits that put a stretch of statements into a guarded block: what goes, goes; what stays, moves in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.facts.guards import runs_in_loop
from tgsession_lint.finding import Fix, NoFix, Position
from tgsession_lint.layout import Span
from tgsession_lint.mending import heads, imports
from tgsession_lint.mending.draft import Draft, has_comment
from tgsession_lint.mending.entering import _annotation
from tgsession_lint.mending.stretch import enclosing_try, is_emptied

if TYPE_CHECKING:
    from tgsession_lint.facts import Facts
    from tgsession_lint.layout import Layout
    from tgsession_lint.mending.stretch import Stretch
    from tgsession_lint.mending.variable import Variable
    from tgsession_lint.nodes import Node

MESSAGE = "Enter `guarded_client(…)` for all that uses the client"


class Wrapping:
    """The edits for one stretch."""

    def __init__(self, facts: Facts, variable: Variable, stretch: Stretch, layout: Layout) -> None:
        self.facts = facts
        self.variable = variable
        self.stretch = stretch
        self.layout = layout
        self.draft = Draft(layout)
        self.tree = facts.module.tree

    def of_client(self, call: cst.Call, args: tuple[cst.Arg, ...], remark: str) -> Fix | NoFix:
        """The guard in the place of *call*."""
        variable, layout, draft = self.variable, self.layout, self.draft
        inner = self.stretch.inner
        if inner is None:
            gone = heads.put(self.facts, draft, call, args)
            self._enter_here(call)
        else:
            last_of_it = inner.body.body[0] if isinstance(inner, cst.If) else inner
            if has_comment(call) or layout.rows(last_of_it)[0] != layout.rows(last_of_it)[1]:
                return NoFix("comments or line breaks stand where only a person can move them")
            text, gone = heads.head(self.facts, draft, call, args, inner)
            draft.put(Span(layout.span(inner).start, layout.span(last_of_it).end), f"{self._with} {text} as {variable.name}:")
            first, last = layout.rows(variable.line)
            draft.drop(first, last, layout.comment(variable.line))
            if layout.is_blank(first - 1) or variable.line is variable.siblings[0]:
                draft.drop_blank_below(last)
        refused = self._body()
        if refused is not None:
            return refused
        self._forget_resets()
        imports.need(self.facts, draft, variable.line)
        imports.release(self.facts, draft, gone | _annotation(variable))
        return draft.fix(MESSAGE + remark, safe=False, isolated=True)

    def of_guard(self, node: Node) -> Fix | NoFix:
        """A `with` round what uses the guard that *node* gives."""
        call = node.expression if isinstance(node, cst.Await) else node
        self._enter_here(call)
        refused = self._body()
        return refused or self.draft.fix("Enter the guard for all that uses it", safe=False)

    def _forget_resets(self) -> None:
        """Take out `client = None` from before the block: nothing looks at it any more."""
        for reset in self.variable.resets:
            block: Any = self.tree.parent(reset)
            before = self.tree.order[reset] < self.tree.order[self.variable.line]
            if before and len(block.body) > 1 and self.layout.comment(reset) is None and block.body[-1] is not reset:
                row = self.layout.rows(reset)[0]
                self.draft.gone.add(row)
                if self.layout.is_blank(row - 1) or reset is block.body[0]:
                    self.draft.drop_blank_below(row)

    def of_given(self, node: Node) -> Fix | NoFix:
        """A `with` round what uses what *node* gives, an `await` and all."""
        self._enter_here(node)
        return self._body() or self.draft.fix(MESSAGE, safe=False)

    @property
    def _with(self) -> str:
        return "async with" if runs_in_loop(self.facts.module, self.variable.line) else "with"

    def _enter_here(self, call: Node) -> None:
        """`client = X` -> `async with X as client:`."""
        whole, span = self.layout.span(self.variable.line), self.layout.outer(call)
        self.draft.put(Span(whole.start, span.start), f"{self._with} ")
        self.draft.put(Span(span.end, whole.end), f" as {self.variable.name}:")

    def _body(self) -> NoFix | None:
        """What goes, goes; what stays, moves in."""
        unwrapped = [part for part in self.stretch.statements if self._is_bare(part)]
        unit = self._unit()
        for part in unwrapped:
            unit = self.layout.indent(part.body.body[0]).removeprefix(self.layout.indent(part))
        for part in self.stretch.removed:
            self._remove(part)
        for part in [*self.stretch.statements, *self._around()]:
            refused = self._try(part)
            if refused is not None:
                return refused
        if self._takes_place_of_try():
            return self._outdent(unwrapped) or self._tidy()
        margin = self.layout.indent(self.stretch.inner or self.variable.line)
        for part in self.stretch.statements:
            first, last = self._rows_with_comments(part)
            if part in unwrapped or part in self.stretch.removed:
                last = self.layout.rows(part)[0]  # its comments stay, also one on its first row
            self.draft.shift([part], first, last, margin, unit)
            if part in unwrapped:
                row = self.layout.span(part.finalbody).start.row
                self.draft.shift([], row, row, margin, unit)
        return self._tidy()

    def _unit(self) -> str:
        """By how much the rows of a block stand further in than its head, in the block round the client."""
        for above in self.tree.ancestors(self.variable.line):
            if isinstance(above, cst.IndentedBlock):
                owner: Any = self.tree.parent(above)
                head = owner if isinstance(owner, (cst.BaseCompoundStatement, cst.MatchCase)) else self.tree.parent(owner)
                margin = self.layout.indent(head) if isinstance(head, cst.CSTNode) else ""
                return self.layout.indent(above.body[0]).removeprefix(margin)
        return self.tree.root.default_indent

    def _takes_place_of_try(self) -> bool:
        """Whether the client is built in a `try` of which nothing is left but its body, so that the `with` stands for it."""
        return self.stretch.inner is None and any(self._is_bare(part) for part in self._around())

    def _outdent(self, unwrapped: list[Any]) -> NoFix | None:
        """Move the `with`, and what stands before it, to where the `try` was; what uses the client stands right already."""
        (around,) = self._around()
        if unwrapped:
            return NoFix("several `try` would go at once")
        body, margin = around.body.body, self.layout.indent(around)
        unit = self.layout.indent(body[0]).removeprefix(margin)
        before = body[: body.index(self.variable.line) + 1]
        self.draft.unshift(before, self.layout.rows(around)[0] + 1, self._begin(), margin, unit)
        return None

    def _rows_with_comments(self, part: Any) -> tuple[int, int]:
        """The rows of a statement, and of the comments above it that are its own."""
        first, last = self.layout.rows(part)
        while first > 1 and (self.layout.row(first - 1).lstrip().startswith("#") or self.layout.is_blank(first - 1)):
            first -= 1
        return max(first, self._begin() + 1), last

    def _begin(self) -> int:
        """The row on which the `with` ends."""
        return self.layout.rows(self.stretch.inner or self.variable.line)[1]

    def _around(self) -> list[Any]:
        first = self.stretch.inner or self.variable.line
        around = enclosing_try(self.variable, self.tree.parent(first))
        return [around] if around is not None else []

    def _is_bare(self, part: Any) -> bool:
        return isinstance(part, cst.Try) and not part.handlers and is_emptied(part.finalbody, self.stretch)

    def _remove(self, part: Any) -> None:
        if part is self.stretch.inner:
            return
        first, last = self.layout.rows(part)
        block: Any = self.tree.parent(part)
        comment = self.layout.comment(part) if isinstance(part, cst.SimpleStatementLine) else None
        owner: Any = self.tree.parent(block)
        if isinstance(owner, cst.Else) and isinstance(self.tree.parent(owner), cst.If) and len(block.body) == 1 and not has_comment(owner):
            self.draft.gone.update(range(self.layout.span(owner).start.row, last + 1))  # what a branch opened that is there for nothing else
        elif self._is_left_empty(block) and part is block.body[-1]:
            span = self.layout.span(part)
            row_end = Position(last, len(self.layout.row(last)) + 1)
            self.draft.put(Span(span.start, min(span.end, row_end)), "pass")
        elif comment is None:
            self.draft.gone.update(row for row in range(first, last + 1) if not self.layout.row(row).lstrip().startswith("#"))
        else:
            self.draft.drop(first, last, comment)

    def _is_left_empty(self, block: Any) -> bool:
        """Whether a clause that stays loses all its statements."""
        if not all(one in self.stretch.removed for one in block.body):
            return False
        owner: Any = self.tree.parent(block)
        return not isinstance(owner, (cst.Finally, cst.FunctionDef, cst.Module)) and block is not self.variable.block

    def _try(self, part: Any) -> NoFix | None:
        """Take out the `finally` of a `try` that is empty now, and the `try` itself where nothing else is left of it."""
        if not isinstance(part, cst.Try) or part.finalbody is None or not is_emptied(part.finalbody, self.stretch):
            return None
        final = part.finalbody
        row = self.layout.span(final).start.row
        self.draft.drop(row, row, self.layout.comment(final))
        if part.handlers:
            return None
        if not isinstance(part.body, cst.IndentedBlock):
            return NoFix("a block stands on the row of its colon: give it rows of its own")
        first = self.layout.rows(part)[0]
        self.draft.drop(first, first, self.layout.comment(part))
        return None

    def _tidy(self) -> NoFix | None:
        """No empty rows where a block begins or ends that had none there."""
        layout, draft = self.layout, self.draft
        last = max((layout.rows(part)[1] for part in self.stretch.statements), default=0)
        row = last
        while row in draft.gone:
            row -= 1
        if row != last and (layout.is_blank(last + 1) or last + 1 > len(layout.document.lines)):
            draft.drop_blank_above(row + 1)
        begin = self._begin()
        row = begin + 1
        while layout.is_blank(row):
            row += 1
        if row in draft.gone:
            draft.drop_blank_above(row)
        row = begin + 1
        while row in draft.gone or layout.is_blank(row):
            if row in draft.gone:
                draft.drop_blank_below(row)
            row += 1
        return None
