"""Construct, connect, use, disconnect -> one guarded block.

The guard is entered where the client was built or, where nothing needs the client before, where it was opened; it is left
where the client was closed or, where nothing closes it, with the block. What opened and closed it goes, and a `try` whose
`finally` did nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.facts.guards import runs_in_loop
from tgsession_lint.finding import Fix, NoFix, Position
from tgsession_lint.frozen import frozen
from tgsession_lint.layout import Span
from tgsession_lint.mending import callers, heads, imports, login, openers, words
from tgsession_lint.mending.draft import Draft, has_comment
from tgsession_lint.mending.entering import _annotation, names_rebound
from tgsession_lint.mending.escapes import escape
from tgsession_lint.mending.variable import Variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgsession_lint.facts import Facts
    from tgsession_lint.layout import Layout
    from tgsession_lint.mending.words import Opening
    from tgsession_lint.nodes import Node

MESSAGE = "Enter `guarded_client(…)` for all that uses the client"


@frozen
class Stretch:
    """The statements that go into the guarded block, and what of them goes away.

    `inner` is where the guard is entered: the statement that opened the client, or None for the one that built it.
    `unwrapped` is a `try` of which only its body is left.
    """

    statements: tuple[Any, ...]
    inner: cst.SimpleStatementLine | None
    removed: tuple[Any, ...]
    ends: bool
    """Whether the client is closed where the stretch ends, so that nothing can use it later."""


def mend_block(
    facts: Facts, variable: Variable, call: cst.Call, start: tuple[cst.Arg, ...], layout: Layout, *, opened: bool
) -> Fix | NoFix:
    """The block for the client that *call* builds; *opened* where the same statement opens it, by `start(…)`."""
    openings = [] if opened else list(_openings(variable))
    if not opened and not openings and not openers.opens(facts, variable):
        return NoFix(f"nothing here opens `{variable.name}`: enter the guard where it is opened")
    if runs_in_loop(facts.module, variable.line) and not all(one.awaited for one in openings):
        return NoFix("what opens the client is not awaited, so that it is not clear when it is open")
    args = tuple(arg for one in openings for arg in one.args) + start
    refused = heads.refuse(facts, call, args)
    if refused is not None:
        return refused
    stretch = _sure_stretch(facts, variable, call, openings)
    if isinstance(stretch, NoFix):
        return stretch
    given = heads.token(args)
    if stretch.inner is None and given is not None and not start and (late := names_rebound(variable.tree, given, openings[-1].line, call)):
        return NoFix(f"`{late}`, which is in the token, is given a value after the client is built")
    remark = login.refuse(facts, _kept_uses(variable, stretch), args, variable.home)
    if isinstance(remark, NoFix):
        return remark
    return _Rewriting(facts, variable, stretch, layout).of_client(call, args, remark)


def mend_guard(facts: Facts, variable: Variable, node: Node, layout: Layout) -> Fix | NoFix:
    """The block for a guard that was given a name and is never entered."""
    stretch = _stretch(variable, None, list(_openings(variable)))
    if isinstance(stretch, NoFix):
        return stretch
    return _refuse(variable, stretch) or _Rewriting(facts, variable, stretch, layout).of_guard(node)


def mend_given(facts: Facts, variable: Variable, node: Node, layout: Layout) -> Fix | NoFix:
    """The block for the guard that the call at *node*, or what it awaits, gives from now on in the place of a client."""
    openings = list(_openings(variable))
    args = tuple(arg for one in openings for arg in one.args)
    if heads.token(args) is not None:
        return NoFix(f"the token that `{variable.name}` is started with would have to reach the guard")
    stretch = _sure_stretch(facts, variable, None, openings)
    if isinstance(stretch, NoFix):
        return stretch
    remark = login.refuse(facts, _kept_uses(variable, stretch), args, variable.home)
    return remark if isinstance(remark, NoFix) else _Rewriting(facts, variable, stretch, layout).of_given(node)


def _openings(variable: Variable) -> Iterator[Opening]:
    seen: set[Node] = set()
    for use in variable.uses:
        line = next((above for above in variable.tree.ancestors(use) if isinstance(above, cst.SimpleStatementLine)), None)
        found = words.opening(line, variable.name) if line is not None and variable.is_direct(use) else None
        if found is not None and line is not None and line not in seen:
            seen.add(line)
            yield found


def _kept_uses(variable: Variable, stretch: Stretch) -> list[Node]:
    """The uses of the client that are left in the block."""
    return [use for use in variable.within(stretch.statements) if not variable.is_inside(use, stretch.removed)]


# which statements


def _sure_stretch(facts: Facts, variable: Variable, call: cst.Call | None, openings: list[Opening]) -> Stretch | NoFix:
    """The stretch from *openings* on, where all that it does can be done inside a block."""
    stretch = _stretch(variable, call, openings)
    if isinstance(stretch, NoFix):
        return stretch
    kept = callers.kept_by(facts, _kept_uses(variable, stretch))
    if kept:
        return NoFix(f"`{kept}` keeps `{variable.name}`, which outlives the block")
    return _refuse(variable, stretch) or openers.refuse(facts, variable, stretch.statements) or stretch


def _stretch(variable: Variable, call: cst.Call | None, openings: list[Opening]) -> Stretch | NoFix:
    inner = openings[0].line if openings else None
    if inner is not None and call is not None and not _is_next(variable, inner) and _is_tried(variable, inner):
        found = _from(variable, inner, openings)
        if isinstance(found, Stretch) and not names_rebound(variable.tree, call, inner):
            if not _leaves_bare_try(variable, found, inner):
                return found
    return _from(variable, None, openings)


def _is_next(variable: Variable, line: Node) -> bool:
    siblings = list(variable.siblings)
    place = siblings.index(variable.line)
    return siblings[place + 1 : place + 2] == [line]


def _is_tried(variable: Variable, line: Node) -> bool:
    """Whether *line* stands in the variable's own block, or in the body of a `try` in it, and so on."""
    block = variable.tree.parent(line)
    while block is not variable.block:
        statement: Any = variable.tree.parent(block) if block is not None else None
        if not isinstance(statement, cst.Try) or statement.body is not block:
            return False
        block = variable.tree.parent(statement)
    return True


def _from(variable: Variable, inner: cst.SimpleStatementLine | None, openings: list[Opening]) -> Stretch | NoFix:
    """The stretch that begins with *inner*, or with the statement that builds the client."""
    first: Any = inner or variable.line
    block: Any = variable.tree.parent(first)
    siblings = block.body
    after = siblings[siblings.index(first) + 1 :]
    closings = [place for place, statement in enumerate(after) if words.is_closing(statement, variable.name)]
    tried = [place for place, statement in enumerate(after) if _closed_finally(statement, variable.name)]
    last = max([*closings[-1:], *tried[-1:]], default=len(after) - 1)
    statements = tuple(after[: last + 1])
    around = _enclosing_try(variable, block)
    parts = [*([around] if around is not None else []), *statements]
    removed = [one.line for one in openings if variable.is_inside(one.line, statements) or one.line is inner]
    removed += [statements[place] for place in closings if place <= last]
    removed += [closing for part in parts for closing in _closings_of_try(part, variable.name)]
    removed += list(_closings_in(around, variable.name)) if around is not None and inner is None else []
    removed += _closings_before_leaving(variable, statements)
    removed = list(dict.fromkeys(removed))
    stray = [use for use in variable.uses if not variable.is_inside(use, [*statements, *removed])]
    if stray:
        return NoFix(_stray(variable, stray))
    ends = bool(closings or tried) or (around is not None and _closed_finally(around, variable.name))
    return Stretch(statements, inner, tuple(removed), ends)


def _stray(variable: Variable, stray: list[Node]) -> str:
    if all(not variable.is_direct(use) for use in stray):
        return f"functions elsewhere use `{variable.name}`: give it to them as an argument"
    return f"`{variable.name}` is used outside the block in which it is open"


def _closed_finally(statement: Any, name: str) -> bool:
    """Whether *statement* is a `try` whose `finally` closes the client."""
    if not isinstance(statement, cst.Try) or statement.finalbody is None:
        return False
    return any(words.is_closing(part, name) for part in words.statements_of(statement.finalbody.body))


def _enclosing_try(variable: Variable, block: Any) -> cst.Try | None:
    statement = variable.tree.parent(block) if block is not None else None
    return statement if isinstance(statement, cst.Try) and statement.body is block else None


def _closings_of_try(statement: Any, name: str) -> Iterator[Any]:
    """What closes the client in the clauses of a `try` that closes it in the end."""
    if _closed_finally(statement, name):
        yield from _closings_in(statement, name)


def _closings_in(statement: cst.Try, name: str) -> Iterator[Any]:
    """What closes the client in the clauses of a `try` behind its body."""
    clauses: list[Any] = [*statement.handlers, *([statement.orelse] if statement.orelse is not None else [])]
    clauses += [statement.finalbody] if statement.finalbody is not None else []
    for clause in clauses:
        yield from (part for part in words.statements_of(clause.body) if words.is_closing(part, name))


def _closings_before_leaving(variable: Variable, statements: Sequence[Node]) -> Iterator[Any]:
    """`await client.disconnect()` right before a `return` or a `raise` that leaves the guarded block anyway."""
    for use in variable.within(statements):
        line: Any = next((above for above in variable.tree.ancestors(use) if isinstance(above, cst.SimpleStatementLine)), None)
        block: Any = variable.tree.parent(line) if line is not None else None
        if line is None or not variable.is_direct(use) or not isinstance(block, cst.IndentedBlock):
            continue
        if words.is_closing(line, variable.name):
            following = block.body[block.body.index(line) + 1 : block.body.index(line) + 2]
            if following and isinstance(following[0], cst.SimpleStatementLine):
                if isinstance(following[0].body[-1], (cst.Return, cst.Raise)):
                    yield line


def _leaves_bare_try(variable: Variable, stretch: Stretch, inner: Node) -> bool:
    """Whether the `try` round *inner* would be left with neither handler nor `finally`, so that it had better go."""
    around = _enclosing_try(variable, variable.tree.parent(inner))
    return around is not None and not around.handlers and _is_emptied(around.finalbody, stretch)


def _is_emptied(clause: Any, stretch: Stretch) -> bool:
    return clause is not None and all(part in stretch.removed for part in words.statements_of(clause.body))


def _refuse(variable: Variable, stretch: Stretch) -> NoFix | None:
    kept = [one for one in stretch.statements if one not in stretch.removed]
    if not kept:
        return NoFix("nothing is done while the client is open")
    if any(len(getattr(part, "body", ())) > 1 for part in stretch.removed if isinstance(part, cst.SimpleStatementLine)):
        return NoFix("several statements stand on one line: give each its own")
    if any(not isinstance(variable.tree.parent(part), (cst.IndentedBlock, cst.Module)) for part in stretch.removed):
        return NoFix("a block stands on the row of its colon: give it rows of its own")
    return escape(variable, kept, ends=stretch.ends and not _leaves_early(variable, kept))


def _leaves_early(variable: Variable, kept: Sequence[Any]) -> bool:
    """Whether a `return` gets round what closes the client in the end, so that it may have been kept open."""
    tried = any(_closed_finally(statement, variable.name) for statement in kept)
    around = _enclosing_try(variable, variable.block)
    if tried or (around is not None and _closed_finally(around, variable.name)):
        return False
    values = [value for value in variable.home.returns if variable.is_inside(value, kept)]
    return bool(values) or any(_returns_nothing(statement) for statement in kept)


def _returns_nothing(statement: Any) -> bool:
    """Whether there is a bare `return` in *statement*, outside of functions further in."""
    pending: list[Any] = [statement]
    while pending:
        current = pending.pop()
        if isinstance(current, cst.Return):
            return True
        if not isinstance(current, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            pending.extend(current.children)
    return False


# the rewriting


class _Rewriting:
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
            if has_comment(call) or layout.rows(inner)[0] != layout.rows(inner)[1]:
                return NoFix("comments or line breaks stand where only a person can move them")
            text, gone = heads.head(self.facts, draft, call, args, inner)
            draft.put(layout.span(inner), f"{self._with} {text} as {variable.name}:")
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
        unit = self.tree.root.default_indent
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
        around = _enclosing_try(self.variable, self.tree.parent(first))
        return [around] if around is not None else []

    def _is_bare(self, part: Any) -> bool:
        return isinstance(part, cst.Try) and not part.handlers and _is_emptied(part.finalbody, self.stretch)

    def _remove(self, part: Any) -> None:
        if part is self.stretch.inner:
            return
        first, last = self.layout.rows(part)
        block: Any = self.tree.parent(part)
        comment = self.layout.comment(part) if isinstance(part, cst.SimpleStatementLine) else None
        if self._is_left_empty(block) and part is block.body[-1]:
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
        if not isinstance(part, cst.Try) or part.finalbody is None or not _is_emptied(part.finalbody, self.stretch):
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
        if row != last:
            draft.drop_blank_above(row + 1)
        begin = self._begin()
        row = begin + 1
        while row in draft.gone or layout.is_blank(row):
            if row in draft.gone:
                draft.drop_blank_below(row)
            row += 1
        return None
