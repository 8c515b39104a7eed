"""Expression -> what it can stand for: a client, its class, a guard, or something on the way to one.

Nothing is run and nothing is imported. What cannot be told is left out, so an empty answer means "nothing that
concerns a client, as far as can be seen".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from tgsession_lint import attributes, calls, catalog, declared, literals, parameters
from tgsession_lint.names import lookup, stored_in
from tgsession_lint.nodes import dotted_name, unpacked
from tgsession_lint.questions import Questions
from tgsession_lint.values import (
    Class,
    ClientClass,
    External,
    Function,
    Many,
    ModuleRef,
    Value,
    Values,
    union,
)  # fmt: skip

if TYPE_CHECKING:
    from tgsession_lint.nodes import Node
    from tgsession_lint.project import Module, Project
    from tgsession_lint.tree import Binding, Scope



class Evaluator:
    """Answers for one project; remembers every answer."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._questions = Questions()
        self.once = self._questions.ask
        self._settled: dict[int, tuple[Node, Values]] = {}
        """Answers by the identity of the node, which is kept: libcst hashes nodes in Python."""
        self.notes: dict[object, Any] = {}
        """What facts have found out about the whole project."""
        config = project.config
        self.telethon_roots = (*catalog.TELETHON_ROOTS, *config.telethon_roots)
        self.client_classes = frozenset(config.client_classes)
        self.guards = frozenset((*catalog.GUARDS, *config.guards))

    # expressions

    def value(self, module: Module, node: Node | None) -> Values:
        """What *node*, evaluated where it stands in *module*, can be."""
        if node is None:
            return ()
        known = self._settled.get(id(node))
        if known is not None:
            return known[1]
        if type(node) is cst.Name:  # its bindings are what is worked out once
            found = self.name(module, node.value, module.tree.scope_at(node), node)
        elif type(node) in _PLAIN:
            return ()
        else:
            found = self.once(node, lambda: self._value(module, node))
        if self._questions.at_rest:
            self._settled[id(node)] = (node, found)
        return found

    def _value(self, module: Module, node: Any) -> Values:
        match node:
            case cst.Attribute():
                return union(*(attributes.attribute(self, v, node.attr.value) for v in self.value(module, node.value)),
                             parameters.event_attribute(self, module, node))
            case cst.Call():
                return calls.call(self, module, node)
            case cst.Await():
                return calls.awaited(self.value(module, node.expression))
            case cst.Subscript():
                return self._subscript(module, node)
            case cst.IfExp():
                return union(self.value(module, node.body), self.value(module, node.orelse))
            case cst.BooleanOperation():
                return union(self.value(module, node.left), self.value(module, node.right))
            case cst.NamedExpr() | cst.Arg() | cst.Element() | cst.StarredElement() | cst.DictElement():
                return self.value(module, node.value)
            case cst.Annotation():
                return self.annotation(module, node.annotation)
            case cst.List() | cst.Tuple() | cst.Set() | cst.Dict():
                inside = union(*(self.value(module, element) for element in node.elements))
                return (Many(inside),) if inside else ()
            case cst.ListComp() | cst.SetComp() | cst.GeneratorExp():
                inside = self.value(module, node.elt)
                return (Many(inside),) if inside else ()
            case cst.DictComp():
                inside = self.value(module, node.value)
                return (Many(inside),) if inside else ()
            case cst.Lambda():
                return (Function(module, module.tree.scopes[node]),)
            case _:
                return ()

    def _subscript(self, module: Module, node: cst.Subscript) -> Values:
        """An element of a container; of a dict in view the one under that very key; `Class[T]` is the class."""
        index = node.slice[0].slice
        key = literals.text_of(index.value) if len(node.slice) == 1 and isinstance(index, cst.Index) else None
        if key is not None:
            home, source = literals.origin(self, module, node.value)
            entries = [e for e in source.elements if isinstance(e, cst.DictElement)] if isinstance(source, cst.Dict) else []
            named = [e for e in entries if literals.text_of(e.key) == key]
            if named:
                return union(*(self.value(home, entry.value) for entry in named))
        values = self.value(module, node.value)
        return union(calls.elements(values), tuple(v for v in values if isinstance(v, (ClientClass, Class))))

    def outside_names(self, module: Module, node: Node) -> frozenset[str]:
        """The full names of what *node* can be outside the project."""
        values = self.value(module, node)
        return frozenset([value.name for value in values if isinstance(value, External)]) if values else _NO_NAMES

    def attribute(self, value: Value, name: str) -> Values:
        """What `value.name` can be."""
        return attributes.attribute(self, value, name)

    def annotation(self, module: Module, node: Node | None) -> Values:
        """The instances that an annotation speaks of."""
        if node is None:
            return ()
        return self.once(("annotation", node), lambda: declared.instances(self, module, node))

    def of_telethon(self, name: str) -> bool:
        """Whether *name* is that of something of Telethon's, or of a fork's."""
        return name.partition(".")[0] in self.telethon_roots

    # names

    def name(self, module: Module, name: str, scope: Scope, use: Node | None) -> Values:
        """What *name* can be in *scope*, for *use* or, without one, in the end."""
        found = lookup(module.tree, name, scope, use)
        if found is not None:
            return union(*(self.bound(module, b) for b in found[1])) if len(found[1]) > 1 else self.bound(module, found[1][0])
        starred = self._from_stars(module, name)
        return starred or (External(f"builtins.{name}"),)

    def _from_stars(self, module: Module, name: str) -> Values:
        for statement in reversed(module.tree.scope.stars):
            dotted = dotted_name(statement.module) or ""
            found = self.starred(module, dotted, len(statement.relative), name)
            if found:
                return found
        return ()

    def starred(self, module: Module, dotted: str, level: int, name: str) -> Values:
        """What `from DOTTED import *` gives for *name*."""
        if not level and dotted.partition(".")[0] in self.telethon_roots:
            return attributes.external(self, f"{dotted}.{name}") if name in catalog.STAR_NAMES else ()
        path = self.project.roots.find(dotted, module.path, level)
        target = self.project.module(path) if path is not None else None
        if target is None or not attributes.exported_by_star(target, name):
            return ()
        return attributes.bound_in(self, target, name)

    # bindings

    def bound(self, module: Module, binding: Binding) -> Values:
        """What *binding* gives its name, worked out once for all its uses."""
        return self.once(binding, lambda: self.binding(module, binding))

    def binding(self, module: Module, binding: Binding) -> Values:
        """What *binding* gives its name."""
        match binding.kind:
            case "import":
                return self._imported(module, binding)
            case "from":
                return self._imported_from(module, binding)
            case "def":
                return self.function(module, module.tree.scopes[binding.node])
            case "class":
                return self.class_(module, module.tree.scopes[binding.node])
            case "param":
                return parameters.parameter(self, module, binding)
            case "for":
                return self._unpacked(binding, calls.elements(self.value(module, binding.value)))
            case "with":
                return self._unpacked(binding, calls.entered(self, self.value(module, binding.value)))
            case "annotated":
                node: Any = binding.node
                return union(self.value(module, binding.value), self.annotation(module, node.annotation.annotation))
            case "assign" | "walrus":
                return self._assigned(module, binding)
            case _:
                return ()

    def _assigned(self, module: Module, binding: Binding) -> Values:
        value, path = unpacked(binding.value, binding.path)
        found = self.value(module, value)
        for _ in path:
            found = calls.elements(found)
        stored = self._stored_in(module, binding) if isinstance(value, (cst.List, cst.Dict, cst.Set, cst.Call)) else ()
        return union(found, stored)

    def _stored_in(self, module: Module, binding: Binding) -> Values:
        """What is put into a container after it was made: `clients.append(client)`, `clients[name] = client`."""
        inside: Values = ()
        for stored in stored_in(module.tree, binding.name, binding.scope):
            value = self.value(module, stored.value)
            inside = union(inside, calls.elements(value) if stored.kind == "extend" else value)
        return (Many(inside),) if inside else ()

    def _unpacked(self, binding: Binding, found: Values) -> Values:
        for _ in binding.path:
            found = union(found, calls.elements(found)) if binding.kind == "for" else calls.elements(found)
        return found

    def _imported(self, module: Module, binding: Binding) -> Values:
        alias: Any = binding.value
        dotted = dotted_name(alias.name) or ""
        if alias.asname is None:
            dotted = dotted.partition(".")[0]
        return self.module_named(module, dotted, 0)

    def module_named(self, module: Module, dotted: str, level: int) -> Values:
        """The module *dotted* as *module* sees it."""
        if not level and dotted.partition(".")[0] in self.telethon_roots:
            return (External(dotted),)
        path = self.project.roots.find(dotted, module.path, level)
        return (ModuleRef(path),) if path is not None else (External(dotted),)

    def _imported_from(self, module: Module, binding: Binding) -> Values:
        alias: Any = binding.value
        node: Any = binding.node
        dotted = dotted_name(node.module) or ""
        source = self.module_named(module, dotted, len(node.relative))
        name = alias.name.value
        return union(*(attributes.attribute(self, value, name) for value in source))

    # definitions

    def function(self, module: Module, scope: Scope) -> Values:
        """The function whose scope is *scope*: a guard where it is one."""
        plain = Function(module, scope)
        guard = calls.own_guard(self, plain)
        return (guard,) if guard is not None else (plain,)

    def class_(self, module: Module, scope: Scope) -> Values:
        """The class whose scope is *scope*: a client class where it descends from one."""
        plain = Class(module, scope)
        node: Any = scope.node
        bases = union(*(self.value(module, base.value) for base in node.bases))
        if any(isinstance(base, ClientClass) for base in bases):
            return (ClientClass(node.name.value, plain),)
        named = self._configured(plain, self.client_classes)
        return (ClientClass(node.name.value, plain),) if named else (plain,)

    def is_configured_guard(self, definition: Class | Function) -> bool:
        """Whether the configuration names *definition* under `guards`."""
        return self._configured(definition, self.guards)

    def _configured(self, definition: Class | Function, names: frozenset[str]) -> bool:
        node: Any = definition.scope.node
        own = getattr(node, "name", None)
        if own is None or not any(name.rpartition(".")[2] == own.value for name in names):
            return False
        modules = self.project.roots.dotted_names(definition.module.path)
        return any(f"{dotted}.{own.value}" in names for dotted in modules)

_NO_NAMES: frozenset[str] = frozenset()
# What stands for nothing that is of interest here.
_PLAIN = frozenset({cst.SimpleString, cst.FormattedString, cst.Integer, cst.Float, cst.Comparison, cst.BinaryOperation, cst.UnaryOperation})
