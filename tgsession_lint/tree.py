"""The syntax tree of one module as names and rules ask about it: scopes, what they bind, and where each node stands."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint.nodes import positional

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.nodes import Node


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
        self.uses_by_object: dict[str, dict[tuple[str, Scope | None], list[Node]]] = {}
        """Attributes by their last name, then by the whole one and the class or scope whose it is, likewise."""
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
