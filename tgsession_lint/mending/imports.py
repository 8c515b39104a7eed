"""The import of `guarded_client`: where it goes, whether it is there, and which import nothing needs any more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.finding import NoFix, Position
from tgsession_lint.layout import Span
from tgsession_lint.names import home_of
from tgsession_lint.nodes import dotted_name
from tgsession_lint.values import Guard

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tgsession_lint.facts import Facts
    from tgsession_lint.layout import Layout
    from tgsession_lint.mending.draft import Draft
    from tgsession_lint.nodes import Node
    from tgsession_lint.tree import Scope, Tree

GUARD = "guarded_client"
# Where an import stands below other code, and says that it may.
_LATE = re.compile(r"#\s*noqa:[^#]*\bE402\b")
STATEMENT = f"from tgsession_runtime import {GUARD}"


def trouble(facts: Facts, at: Node) -> NoFix | None:
    """What is in the way of the name `guarded_client` at *at*; None where it is there or can be imported."""
    home, tree = _home(facts, at), facts.module.tree
    if facts.module.document.notebook and home is None:
        return NoFix("in a notebook the import of `guarded_client` belongs in a cell of its choice: import it there first")
    if home is None:
        return None
    values = facts.ask.name(facts.module, GUARD, tree.scope_at(at), at)
    if not values or not all(isinstance(value, Guard) for value in values):
        return NoFix(f"the name `{GUARD}` means something else here")
    if home is tree.scope and not all(_is_plain(tree, binding.node) for binding in home.bindings[GUARD]):
        return NoFix(f"the import of `{GUARD}` may not have run here")
    return None


def need(facts: Facts, draft: Draft, at: Node) -> None:
    """Import `guarded_client`, unless it is there already."""
    if _home(facts, at) is not None:
        return
    tree = facts.module.tree
    before = list(_imports_above(tree, at))
    telethon = [line for line in before if any(_is_of_telethon(part) for part in line.body)]
    if before:
        line = (telethon or before)[-1]
        row = draft.layout.rows(line)[1]
        alone = all(_is_from_future(part) for part in line.body)
        late = any(_LATE.search(draft.layout.row(one)) for one in range(draft.layout.rows(line)[0], row + 1))
        statement = f"{STATEMENT}  # noqa: E402" if late else STATEMENT
        draft.insert_row(row, f"\n{statement}\n" if alone else f"{statement}\n")
        return
    first = tree.root.body[0]
    documented = isinstance(first, cst.SimpleStatementLine) and _is_string(first.body[0])
    if documented:
        draft.insert_row(draft.layout.rows(first)[1], f"\n{STATEMENT}\n")
    else:
        draft.insert(Position(draft.layout.rows(first)[0], 1), f"{STATEMENT}\n\n\n")


def standard(facts: Facts, draft: Draft, at: Node, module: str, name: str) -> str | None:
    """How the code at *at* can call *name* of a *module* of the standard library, imported if need be; None if it cannot."""
    tree = facts.module.tree
    scope = tree.scope_at(at)
    for written in (name, f"{module}.{name}"):
        root = written.partition(".")[0]
        bindings = tree.scope.bindings.get(root, ()) if home_of(tree, root, scope) is tree.scope else ()
        known = [binding for binding in bindings if _is_plain(tree, binding.node) and _brings(binding.node, binding.value, module, written)]
        if bindings and len(known) == len(bindings):
            return written
    if home_of(tree, name, scope) is not None or facts.module.document.notebook:
        return None
    imports = [line for line in _imports_above(tree, at) if not all(_is_from_future(part) for part in line.body)]
    if not imports:
        return None
    draft.insert(Position(draft.layout.rows(imports[0])[0], 1), f"from {module} import {name}\n")
    return name


def _brings(statement: Any, alias: Any, module: str, written: str) -> bool:
    """Whether an import gives *written* its meaning: `from contextlib import ExitStack`, `import contextlib`."""
    if isinstance(statement, cst.ImportFrom):
        return not statement.relative and dotted_name(statement.module) == module and alias.name.value == written and alias.asname is None
    return isinstance(statement, cst.Import) and "." in written and dotted_name(alias.name) == module and alias.asname is None


def _home(facts: Facts, at: Node) -> Scope | None:
    tree = facts.module.tree
    return home_of(tree, GUARD, tree.scope_at(at))


def _is_plain(tree: Tree, node: Node) -> bool:
    """Whether an import stands at the top level, where it has run."""
    line = tree.parent(node)
    return isinstance(line, cst.SimpleStatementLine) and tree.parent(line) is tree.root


def _imports_above(tree: Tree, at: Node) -> Iterator[cst.SimpleStatementLine]:
    """The top-level imports before the statement that holds *at*."""
    around = {at, *tree.ancestors(at)}
    for statement in tree.root.body:
        if statement in around:
            return
        if isinstance(statement, cst.SimpleStatementLine):
            if all(isinstance(part, (cst.Import, cst.ImportFrom)) for part in statement.body):
                yield statement


def _is_of_telethon(part: Any) -> bool:
    if isinstance(part, cst.ImportFrom):
        return not part.relative and (dotted_name(part.module) or "").partition(".")[0] == "telethon"
    return any((dotted_name(alias.name) or "").partition(".")[0] == "telethon" for alias in part.names)


def _is_from_future(part: Any) -> bool:
    return isinstance(part, cst.ImportFrom) and dotted_name(part.module) == "__future__"


def _is_string(part: Any) -> bool:
    return isinstance(part, cst.Expr) and isinstance(part.value, (cst.SimpleString, cst.ConcatenatedString))


# what is no longer needed


def release(facts: Facts, draft: Draft, gone: Collection[Node]) -> None:
    """Take out the import of the name that the nodes *gone* used, if they were the last to use it.

    An annotation, a string that has the name in it (`__all__`, a forward reference) and another module that imports
    the name from here are uses. `telethon.sync` stays: importing it changes how the client works.
    """
    tree = facts.module.tree
    names = {node.value for node in gone if isinstance(node, cst.Name)}
    for name in names:
        bindings = tree.scope.bindings.get(name, ())
        if len(bindings) != 1 or bindings[0].kind not in {"import", "from"} or not _is_plain(tree, bindings[0].node):
            continue
        used = any(use not in gone for use in tree.uses.get(name, ()) if isinstance(use, cst.Name))
        if not used and not _is_named_elsewhere(facts, name):
            _remove(draft, tree, bindings[0].node, bindings[0].value)


def _is_named_elsewhere(facts: Facts, name: str) -> bool:
    tree, path = facts.module.tree, facts.module.path
    word = re.compile(rf"\b{re.escape(name)}\b")
    if any(word.search(part.value) for string in tree.strings for part in _pieces(string)) or path.endswith("__init__.py"):
        return True
    importers = facts.mentions.reach.importers.get(path, ())
    return any(names is None or name in names for _, names in importers)


def _pieces(string: Any) -> Iterator[cst.SimpleString]:
    if isinstance(string, cst.ConcatenatedString):
        yield from _pieces(string.left)
        yield from _pieces(string.right)
    elif isinstance(string, cst.SimpleString):
        yield string


def _remove(draft: Draft, tree: Tree, statement: Any, alias: Any) -> None:
    line: Any = tree.parent(statement)
    if len(line.body) != 1:
        return
    layout = draft.layout
    if len(statement.names) == 1:
        source = dotted_name(statement.module if isinstance(statement, cst.ImportFrom) else alias.name) or ""
        submodule = isinstance(statement, cst.Import) and "." in source and alias.asname is None
        first, last = layout.rows(line)
        if first == last and line.trailing_whitespace.comment is None and not source.endswith(".sync") and not submodule:
            draft.drop(first, last, None)
        return
    index = list(statement.names).index(alias)
    if index + 1 < len(statement.names):
        start = layout.outer(alias, statement).start
        end = layout.outer(statement.names[index + 1], statement).start
    else:
        start, end = (_end_of_name(layout, statement, one) for one in (statement.names[index - 1], alias))
    # A comment between two names speaks of one of them; which one, nobody can tell.
    if "#" not in layout.text(Span(start, end)):
        draft.erase(start, end)


def _end_of_name(layout: Layout, statement: Node, alias: cst.ImportAlias) -> Position:
    return layout.outer(alias.asname.name if alias.asname is not None else alias.name, statement).end
