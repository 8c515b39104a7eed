"""Syntax tree -> what names resolve by and rules ask about, in one walk over the nodes' fields.

libcst's own visitors and metadata providers cost four to ten times the parse; a walk over the dataclass
fields that leaves white space and punctuation out costs a sixth of it (`tests/benchmarks`).
"""

from __future__ import annotations

import warnings
from dataclasses import fields
from functools import cache, cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Node: TypeAlias = cst.CSTNode

# Fields that hold layout, never an expression or a statement.
_LAYOUT = frozenset(
    ["lpar", "rpar", "lbracket", "rbracket", "lbrace", "rbrace", "comma", "semicolon", "colon", "equal", "dot", "leading_lines", "lines_after_decorators", "header", "footer", "indent", "trailing_whitespace", "separator", "star", "posonly_ind", "trailing_comma", "empty_lines", "lower_whitespace", "first_colon", "second_colon", "relative", "asynchronous", "comment", "default_indent", "default_newline", "encoding", "has_trailing_newline", "conversion", "start", "end", "operator"]
)


class Scope:
    """One Python scope: a module, class, function, lambda or comprehension."""

    __slots__ = ("bindings", "kind", "node", "outer_names", "parent", "returns", "stars", "yields")

    def __init__(self, kind: str, node: Node, parent: Scope | None) -> None:
        self.kind = kind
        self.node = node
        self.parent = parent
        self.bindings: dict[str, list[Binding]] = {}
        self.outer_names: dict[str, str] = {}
        """Names declared `global` or `nonlocal` here, and which of the two."""
        self.stars: list[cst.ImportFrom] = []
        self.returns: list[Node] = []
        self.yields: list[Node] = []

    @property
    def function(self) -> Scope | None:
        """The function, lambda or module whose frame runs this code; None in a class body."""
        scope: Scope | None = self
        while scope is not None and scope.kind == "comprehension":
            scope = scope.parent
        return scope

    @property
    def is_async(self) -> bool:
        """Whether this very code runs inside a running event loop."""
        frame = self.function
        return frame is not None and isinstance(frame.node, cst.FunctionDef) and frame.node.asynchronous is not None

    def up(self) -> Iterator[Scope]:
        """The scope itself and those around it, from the inside out."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent


class Binding:
    """One place that gives a name a value.

    `value` is the expression that the value comes from; `path` says how to unpack it: an index a level,
    None where a starred target takes several.
    """

    __slots__ = ("kind", "name", "node", "path", "scope", "value")

    def __init__(
        self, kind: str, name: str, node: Node, scope: Scope, value: Node | None = None, path: tuple[int | None, ...] = ()
    ) -> None:
        self.kind = kind
        self.name = name
        self.node = node
        self.scope = scope
        self.value = value
        self.path = path


class Stored:
    """A value put where no plain name is: `self.client = …`, `clients[0] = …`, `clients.append(…)`."""

    __slots__ = ("kind", "path", "target", "value")

    def __init__(self, target: Node, value: Node, path: tuple[int | None, ...], kind: str = "assign") -> None:
        self.target = target
        self.value = value
        self.path = path
        self.kind = kind


class Tree:
    """One module after the walk: who stands where, who binds what."""

    def __init__(self, root: cst.Module, scope: Scope) -> None:
        self.root = root
        self.scope = scope
        self.nodes: list[Node] = []
        """Every node, in the order of the walk, which is that of the text but for what is looked up first."""
        self.around: dict[int, tuple[Node | None, Scope]] = {}
        """What a node is a part of, and its scope, by the node's identity: libcst hashes nodes in Python."""
        self.scopes: dict[Node, Scope] = {}
        self.calls: list[cst.Call] = []
        self.withs: list[cst.With] = []
        self.strings: list[cst.SimpleString | cst.ConcatenatedString] = []
        self.stored: list[Stored] = []
        self.uses: dict[str, list[Node]] = {}
        """Names that are read, by name: the `Name` or `Attribute` nodes in order."""
        self.uses_by_home: dict[str, dict[Scope | None, list[Node]]] = {}
        """The same by the scope that the name lives in, for the names that were asked about."""
        self.stored_by_home: dict[str, dict[Scope | None, list[Stored]]] = {}
        """What is stored in containers, by the container's name and the scope that it lives in, likewise."""
        self.branches: dict[Node, frozenset[Node]] = {}
        """The arms that a node stands in, for the nodes that were asked about."""

    @cached_property
    def order(self) -> dict[Node, int]:
        """The place of each node in the walk."""
        return {node: place for place, node in enumerate(self.nodes)}

    def __contains__(self, node: Node) -> bool:
        """Whether the walk has met *node*: the names of keywords, and layout, are no part of the tree."""
        return id(node) in self.around

    @cached_property
    def stored_by_name(self) -> dict[str, list[Stored]]:
        """`stored` by the name, or the attribute, that the target or its container goes by."""
        found: dict[str, list[Stored]] = {}
        for stored in self.stored:
            target: Any = stored.target
            while isinstance(target, cst.Subscript):
                target = target.value
            name = target.attr.value if isinstance(target, cst.Attribute) else getattr(target, "value", None)
            if isinstance(name, str):
                found.setdefault(name, []).append(stored)
        return found

    @cached_property
    def stored_on(self) -> dict[Scope, dict[str, list[Stored]]]:
        """What methods store on their instance (`self.client = …`, `self.clients[0] = …`), by class and by name."""
        found: dict[Scope, dict[str, list[Stored]]] = {}
        for stored in self.stored:
            target: Any = stored.target.value if isinstance(stored.target, cst.Subscript) else stored.target
            owner = self._receiver(target) if isinstance(target, cst.Attribute) else None
            if owner is not None:
                found.setdefault(owner, {}).setdefault(target.attr.value, []).append(stored)
        return found

    def _receiver(self, target: cst.Attribute) -> Scope | None:
        """The class scope whose `self` (or `cls`) the attribute is set on."""
        if not isinstance(target.value, cst.Name):
            return None
        for scope in self.scope_at(target).up():
            node: Any = scope.node
            if scope.kind == "function" and scope.parent is not None and scope.parent.kind == "class":
                return scope.parent if positional(node)[:1] == [target.value.value] else None
        return None

    @cached_property
    def calls_in(self) -> dict[Scope | None, list[cst.Call]]:
        """`calls` by the function whose frame runs them."""
        found: dict[Scope | None, list[cst.Call]] = {}
        for call in self.calls:
            found.setdefault(self.scope_at(call).function, []).append(call)
        return found

    @cached_property
    def withs_in(self) -> dict[Scope, list[cst.With]]:
        """`withs` by the scope that they stand in."""
        found: dict[Scope, list[cst.With]] = {}
        for statement in self.withs:
            found.setdefault(self.scope_at(statement), []).append(statement)
        return found

    def parent(self, node: Node) -> Node | None:
        """The node that *node* is a part of."""
        return self.around[id(node)][0]

    def scope_at(self, node: Node) -> Scope:
        """The scope that *node* is evaluated in."""
        return self.around[id(node)][1]

    def ancestors(self, node: Node) -> Iterator[Node]:
        """The nodes around *node*, from the inside out."""
        around = self.around
        above = around[id(node)][0]
        while above is not None:
            yield above
            above = around[id(above)][0]


def children(node: Node) -> list[Node]:
    """The parts of *node*, in order, without its layout."""
    found: list[Node] = []
    for value in _parts(type(node))(node):
        what = _what(value.__class__)
        if what == _NODE:
            found.append(value)
        elif what == _SEVERAL and value:
            found.extend([part for part in value if _what(part.__class__) == _NODE])
    return found


@cache
def _parts(kind: type) -> Callable[[Node], tuple[Any, ...]]:
    """What gives the fields of a node of the class *kind* that may hold nodes."""
    return _getter([f.name for f in fields(kind) if f.name not in _LAYOUT and not f.name.startswith("whitespace")])


def _getter(names: list[str]) -> Callable[[Node], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    get = attrgetter(names[0]) if names else None
    return lambda node: (get(node),) if get is not None else ()


_NODE, _SEVERAL, _OTHER = range(3)


@cache
def _what(kind: type[object]) -> int:
    """Whether *kind* is a class of nodes or of sequences; the former is abstract, which is slow to ask, so once a class."""
    if issubclass(kind, cst.CSTNode):
        return _NODE
    return _SEVERAL if kind in {tuple, list} else _OTHER


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
            for value in reversed(_parts(type(node))(node)):
                what = _what(value.__class__)
                if what == _NODE:
                    stack.append((value, inside))
                elif what == _SEVERAL:
                    stack.extend([(part, inside) for part in reversed(value) if _what(part.__class__) == _NODE])
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
            pending.extend(_statements(node))


_OWN_SCOPE = frozenset({cst.FunctionDef, cst.ClassDef})


def _statements(node: Node) -> Iterator[Any]:
    """The statements, suites and arms right inside the statement, suite or arm *node*."""
    for part in _suites(type(node))(node):
        if type(part) in {tuple, list}:
            yield from part
        elif part is not None:
            yield part


@cache
def _suites(kind: type) -> Callable[[Node], tuple[Any, ...]]:
    names = [f.name for f in fields(kind) if f.name in {"body", "orelse", "finalbody", "handlers", "cases"}]
    is_statement = issubclass(kind, (cst.BaseCompoundStatement, cst.BaseSuite, cst.SimpleStatementLine, cst.Else, cst.Finally,
                                     cst.ExceptHandler, cst.ExceptStarHandler, cst.MatchCase))  # fmt: skip
    return _getter(names if is_statement else [])


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


def string_value(node: Any) -> str | None:
    """What a plain string literal says, bytes as Latin-1; None for anything else, and where Python would refuse it."""
    if not isinstance(node, cst.SimpleString):
        return None
    literal = node.value
    if "\\" in literal:
        return _unescaped(node)
    quote = 3 if literal.endswith(('"""', "'''")) and len(literal) > 5 else 1
    start = min(place for place in (literal.find("'"), literal.find('"')) if place >= 0) + quote
    return literal[start:-quote].replace("\r\n", "\n")


def _unescaped(node: cst.SimpleString) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\d" is the program's affair
        try:
            value = node.evaluated_value
        except (SyntaxError, ValueError):
            return None
    return value.decode("latin-1") if isinstance(value, bytes) else value


def dotted_name(node: Node | None) -> str | None:
    """`a.b.c` for a plain chain of names, None for anything else."""
    parts: list[str] = []
    here: Any = node
    while type(here) is cst.Attribute:
        parts.append(here.attr.value)
        here = here.value
    if type(here) is not cst.Name:
        return None
    parts.append(here.value)
    return ".".join(reversed(parts))


def positional(function: Any) -> list[str]:
    """The names by which *function* takes its positional arguments, in order."""
    return [param.name.value for param in (*function.params.posonly_params, *function.params.params)]


def source_of(node: Node) -> str:
    """The code of *node*."""
    if isinstance(node, cst.Name) and not node.lpar:
        return node.value
    return cst.Module([]).code_for_node(node)


def unpacked(value: Any, path: tuple[int | None, ...]) -> tuple[Any, tuple[int | None, ...]]:
    """The part of a display that *path* leads to, as far as the display is written out, and the rest of the path."""
    while path and isinstance(value, (cst.Tuple, cst.List)) and path[0] is not None and path[0] < len(value.elements):
        value, path = value.elements[path[0]].value, path[1:]
    return value, path
