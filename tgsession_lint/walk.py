"""Syntax tree -> what names resolve by and rules ask about, in one walk over the nodes' fields.

libcst's own visitors and metadata providers cost four to ten times the parse; a walk over the dataclass
fields that leaves white space and punctuation out costs a sixth of it (`tests/benchmarks`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import libcst as cst

from tgsession_lint.nodes import NODE, SEVERAL, dotted_name, parts, statements_in, what_is
from tgsession_lint.tree import Binding, Scope, Stored, Tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgsession_lint.nodes import Node

_Work: TypeAlias = "tuple[Node, tuple[Node | None, Scope]]"


class _Walk:
    """The walk itself: an explicit stack, so that deep nesting cannot exhaust Python's."""

    def __init__(self, root: cst.Module, *, declares: bool) -> None:
        self.declares = declares
        top = Scope("module", root, None)
        self.tree = Tree(root, top)
        self.tree.scopes[root] = top
        self.stack: list[_Work] = [(root, (None, top))]

    def run(self) -> Tree:
        stack, tree, on = self.stack, self.tree, _ON
        nodes, places = tree.nodes, tree.around
        while stack:
            node, around = stack.pop()
            nodes.append(node)
            places[id(node)] = around
            scope = around[1]
            handler = on.get(type(node))
            if handler is not None and not handler(self, node, scope):
                continue
            # `children`, from the last to the first; written out, for this is where the walk spends its time.
            inside = (node, scope)
            for value in reversed(parts(type(node))(node)):
                what = what_is(value.__class__)
                if what == NODE:
                    stack.append((value, inside))
                elif what == SEVERAL:
                    stack.extend([(part, inside) for part in reversed(value) if what_is(part.__class__) == NODE])
        return tree

    def push(self, parent: Node, *parts: tuple[Node | None, Scope]) -> None:
        """Visit *parts* next, in the order given."""
        self.stack.extend([(node, (parent, scope)) for node, scope in reversed(parts) if node is not None])

    def bind(self, scope: Scope, binding: Binding) -> None:
        home = scope
        if scope.kind == "comprehension" and binding.kind == "walrus":
            home = scope.function or scope
        declared = home.outer_names.get(binding.name)
        if declared == "global":
            home = self.tree.scope
        elif declared == "nonlocal":
            home = next((s for s in home.up() if s is not home and s.kind == "function"), home)
        home.bindings.setdefault(binding.name, []).append(binding)

    def target(
        self, scope: Scope, kind: str, target: Node, node: Node, value: Node | None, path: tuple[int | None, ...] = ()
    ) -> None:
        """Bind what *target* names: a name, an attribute, an element, or several of them."""
        if isinstance(target, cst.Name):
            self.bind(scope, Binding(kind, target.value, node, scope, value, path))
        elif isinstance(target, (cst.Tuple, cst.List)):
            after_star = False
            for index, element in enumerate(target.elements):
                starred = isinstance(element, cst.StarredElement)
                after_star = after_star or starred
                self.target(scope, kind, element.value, node, value, (*path, None if after_star else index))
        elif value is not None and isinstance(target, (cst.Attribute, cst.Subscript)):
            self.tree.stored.append(Stored(target, value, path, kind))


def _on_function(walk: _Walk, node: Any, scope: Scope) -> bool:
    walk.bind(scope, Binding("def", node.name.value, node, scope))
    inner = walk.tree.scopes[node] = Scope("function", node, scope)
    if walk.declares:
        _declare_outer_names(node.body, inner)
    walk.push(
        node,
        *((decorator, scope) for decorator in node.decorators),
        (node.params, scope),
        (node.returns, scope),
        (node.body, inner),
    )
    _bind_parameters(walk, node.params, inner)
    return False


def _declare_outer_names(body: Any, inner: Scope) -> None:
    """`global` speaks for the whole function, also for what stands above it: look it up first."""
    pending: list[Any] = [body]
    while pending:
        node = pending.pop()
        if isinstance(node, (cst.Global, cst.Nonlocal)):
            kind = "global" if isinstance(node, cst.Global) else "nonlocal"
            inner.outer_names.update((item.name.value, kind) for item in node.names)
        elif type(node) not in _OWN_SCOPE:
            pending.extend(statements_in(node))


_OWN_SCOPE = frozenset({cst.FunctionDef, cst.ClassDef})


def _bind_parameters(walk: _Walk, params: cst.Parameters, inner: Scope) -> None:
    everything = [*params.posonly_params, *params.params, *params.kwonly_params]
    everything += [p for p in (params.star_arg, params.star_kwarg) if isinstance(p, cst.Param)]
    for param in everything:
        walk.bind(inner, Binding("param", param.name.value, param, inner, param.default))


def _on_param(walk: _Walk, node: Any, scope: Scope) -> bool:
    walk.push(node, (node.annotation, scope), (node.default, scope))
    return False


def _on_lambda(walk: _Walk, node: Any, scope: Scope) -> bool:
    inner = walk.tree.scopes[node] = Scope("lambda", node, scope)
    _bind_parameters(walk, node.params, inner)
    inner.returns.append(node.body)
    walk.push(node, (node.params, scope), (node.body, inner))
    return False


def _on_class(walk: _Walk, node: Any, scope: Scope) -> bool:
    walk.bind(scope, Binding("class", node.name.value, node, scope))
    inner = walk.tree.scopes[node] = Scope("class", node, scope)
    walk.push(
        node,
        *((part, scope) for part in (*node.decorators, *node.bases, *node.keywords)),
        (node.body, inner),
    )
    return False


def _on_comprehension(walk: _Walk, node: Any, scope: Scope) -> bool:
    inner = walk.tree.scopes[node] = Scope("comprehension", node, scope)
    # The loops come first: they bind what the element reads.
    results = [node.key, node.value] if isinstance(node, cst.DictComp) else [node.elt]
    walk.push(node, (node.for_in, inner), *((part, inner) for part in results))
    return False


def _on_loop(walk: _Walk, node: Any, scope: Scope) -> bool:
    walk.target(scope, "for", node.target, node, node.iter)
    return True


def _on_assign(walk: _Walk, node: Any, scope: Scope) -> bool:
    for target in node.targets:
        walk.target(scope, "assign", target.target, node, node.value)
    return True


def _on_annotated(walk: _Walk, node: Any, scope: Scope) -> bool:
    if isinstance(node.target, cst.Name):
        walk.bind(scope, Binding("annotated", node.target.value, node, scope, node.value))
    else:
        walk.tree.stored.append(Stored(node.target, node.annotation, (), "ann"))
        if node.value is not None:
            walk.tree.stored.append(Stored(node.target, node.value, ()))
    return True


def _on_augmented(walk: _Walk, node: Any, _scope: Scope) -> bool:
    if isinstance(node.target, cst.Name):
        walk.tree.stored.append(Stored(node.target, node.value, (), "extend"))
    return True


def _on_walrus(walk: _Walk, node: Any, scope: Scope) -> bool:
    walk.target(scope, "walrus", node.target, node, node.value)
    return True


def _on_with(walk: _Walk, node: Any, scope: Scope) -> bool:
    walk.tree.withs.append(node)
    for item in node.items:
        if item.asname is not None:
            walk.target(scope, "with", item.asname.name, item, item.item)
    return True


def _on_handler(walk: _Walk, node: Any, scope: Scope) -> bool:
    if node.name is not None:
        walk.target(scope, "except", node.name.name, node, None)
    return True


def _on_import(walk: _Walk, node: Any, scope: Scope) -> bool:
    for alias in node.names:
        dotted = dotted_name(alias.name) or ""
        name = alias.asname.name.value if alias.asname is not None else dotted.partition(".")[0]
        walk.bind(scope, Binding("import", name, node, scope, alias))
    return False


def _on_import_from(walk: _Walk, node: Any, scope: Scope) -> bool:
    if isinstance(node.names, cst.ImportStar):
        scope.stars.append(node)
        return False
    for alias in node.names:
        name = alias.asname.name.value if alias.asname is not None else alias.name.value
        walk.bind(scope, Binding("from", name, node, scope, alias))
    return False


def _on_match_name(walk: _Walk, node: Any, scope: Scope) -> bool:
    if node.name is not None:
        walk.target(scope, "match", node.name, node, None)
    return True


def _on_del(walk: _Walk, node: Any, scope: Scope) -> bool:
    if isinstance(node.target, cst.Name):
        walk.bind(scope, Binding("del", node.target.value, node, scope))
    return True


def _on_alias(walk: _Walk, node: Any, scope: Scope) -> bool:
    walk.bind(scope, Binding("type", node.name.value, node, scope, node.value))
    return True


def _on_call(walk: _Walk, node: Any, _scope: Scope) -> bool:
    walk.tree.calls.append(node)
    func = node.func
    if type(func) is cst.Attribute and func.attr.value in {"append", "add", "insert", "extend", "setdefault", "update"}:
        kind = "extend" if func.attr.value in {"extend", "update"} else "element"
        walk.tree.stored.extend(Stored(func.value, arg.value, (), kind) for arg in node.args[-1:])
    return True


def _on_arg(walk: _Walk, node: Any, scope: Scope) -> bool:
    walk.push(node, (node.value, scope))
    return False


def _on_name(walk: _Walk, node: Any, _scope: Scope) -> bool:
    walk.tree.uses.setdefault(node.value, []).append(node)
    return False


def _on_attribute(walk: _Walk, node: Any, scope: Scope) -> bool:
    walk.tree.uses.setdefault(node.attr.value, []).append(node)
    walk.push(node, (node.value, scope))
    return False


def _on_return(_walk: _Walk, node: Any, scope: Scope) -> bool:
    frame = scope.function
    if frame is not None and node.value is not None:
        (frame.yields if isinstance(node, cst.Yield) else frame.returns).append(node.value)
    elif frame is not None and isinstance(node, cst.Yield):
        frame.yields.append(node)
    return True


def _on_string(walk: _Walk, node: Any, _scope: Scope) -> bool:
    walk.tree.strings.append(node)
    return False


def _leaf(_walk: _Walk, _node: Any, _scope: Scope) -> bool:
    return False


_ON: dict[type, Callable[[_Walk, Any, Scope], bool]] = {
    cst.FunctionDef: _on_function,
    cst.Lambda: _on_lambda,
    cst.ClassDef: _on_class,
    cst.Param: _on_param,
    cst.ListComp: _on_comprehension,
    cst.SetComp: _on_comprehension,
    cst.DictComp: _on_comprehension,
    cst.GeneratorExp: _on_comprehension,
    cst.CompFor: _on_loop,
    cst.For: _on_loop,
    cst.Assign: _on_assign,
    cst.AnnAssign: _on_annotated,
    cst.AugAssign: _on_augmented,
    cst.NamedExpr: _on_walrus,
    cst.With: _on_with,
    cst.ExceptHandler: _on_handler,
    cst.ExceptStarHandler: _on_handler,
    cst.Import: _on_import,
    cst.ImportFrom: _on_import_from,
    cst.MatchAs: _on_match_name,
    cst.MatchStar: _on_match_name,
    cst.Del: _on_del,
    cst.TypeAlias: _on_alias,
    cst.Call: _on_call,
    cst.Arg: _on_arg,
    cst.Name: _on_name,
    cst.Attribute: _on_attribute,
    cst.Return: _on_return,
    cst.Yield: _on_return,
    cst.SimpleString: _on_string,
    cst.ConcatenatedString: _on_string,
    cst.Global: _leaf,
    cst.Nonlocal: _leaf,
    cst.Pass: _leaf,
    cst.Integer: _leaf,
    cst.Float: _leaf,
    cst.Break: _leaf,
    cst.Continue: _leaf,
}


def walk(module: cst.Module, text: str) -> Tree:
    """Everything that names and rules need to know of *module*, which was parsed from *text*, gathered in one pass."""
    # Most files declare no name of an outer scope, and looking each function through for it is a quarter of the walk.
    return _Walk(module, declares="global" in text or "nonlocal" in text).run()
