"""Values that cannot be changed: what `@dataclass(frozen=True, slots=True)` makes, at a tenth of its price.

The standard decorator writes and compiles six methods a class, about a millisecond each: sixty classes would be a fifth
of what a run on one file takes. Here they share their methods, and those that are called often are compiled for the classes
that turn out to be used often: most runs make many values of few.
"""

from __future__ import annotations

from functools import cached_property

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from typing_extensions import dataclass_transform

    T = TypeVar("T")
else:

    def dataclass_transform(**_: Any) -> Any:
        """Say nothing: it speaks to type checkers only."""
        return lambda decorator: decorator


@dataclass_transform(frozen_default=True)
def frozen(cls: type[T]) -> type[T]:
    """*cls* with its annotated names as fields: given to the constructor, compared, hashed, shown, never set again."""
    own = tuple(cls.__annotations__)
    inherited: dict[str, Any] = getattr(cls, "_defaults", {})
    body = {name: value for name, value in vars(cls).items() if name not in own and name not in {"__dict__", "__weakref__"}}
    defaults = {**inherited, **{name: vars(cls)[name] for name in own if name in vars(cls)}}
    fields = (*getattr(cls, "__match_args__", ()), *own)
    room = ("__dict__",) * any(isinstance(value, cached_property) for value in body.values())
    body.update(
        __slots__=(*own, *room), __match_args__=fields, _defaults=defaults,
        __init__=_init, __repr__=_repr, __eq__=_eq, __hash__=_hash, __setattr__=_refuse, __delattr__=_refuse,
        __getstate__=_getstate, __setstate__=_setstate,
    )  # fmt: skip
    metaclass: Any = type(cls)
    made: type[T] = metaclass(cls.__name__, cls.__bases__, body)
    made.__qualname__ = cls.__qualname__
    return made


def replace(value: T, **changes: Any) -> T:
    """*value* with some fields changed."""
    old = {name: getattr(value, name) for name in value.__match_args__}  # type: ignore[attr-defined]
    return type(value)(**{**old, **changes})


# How often a class is used before its methods are compiled, which takes as long as some fifty calls of these.
_OFTEN = 30
_used: dict[type, int] = {}


def _often(cls: type[Any]) -> bool:
    """Count a use of *cls*; whether its own methods are in place from now on."""
    used = _used[cls] = _used.get(cls, 0) + 1
    if used <= _OFTEN:
        return False
    _compile(cls)
    return True


def _init(self: Any, *values: Any, **named: Any) -> None:
    cls = type(self)
    fields, defaults = cls.__match_args__, cls._defaults
    given = {**dict(zip(fields, values, strict=False)), **named}
    if _often(cls) or len(given) < len(values) + len(named) or defaults.keys() | given.keys() != set(fields):
        _compile(cls)  # says what is wrong with the arguments as Python does
        cls.__init__(self, *values, **named)
        return
    for name in fields:
        object.__setattr__(self, name, given[name] if name in given else defaults[name])


def _compile(cls: type[Any]) -> None:
    arguments = ", ".join(f"{name}=defaults[{name!r}]" if name in cls._defaults else name for name in cls.__match_args__)
    steps = "; ".join(f"set(self, {name!r}, {name})" for name in cls.__match_args__) or "pass"
    ours, others = (f"({''.join(f'{who}.{name}, ' for name in cls.__match_args__)})" for who in ("self", "other"))
    source = (
        f"def __init__(self, {arguments}): {steps}\n"
        f"def __hash__(self): return hash({ours})\n"
        f"def __eq__(self, other): return {ours} == {others} if other.__class__ is self.__class__ else NotImplemented\n"
    )
    space: dict[str, Any] = {"defaults": cls._defaults, "set": object.__setattr__}
    exec(source, space)  # noqa: S102 - of names of fields only
    for method in ("__init__", "__hash__", "__eq__"):
        setattr(cls, method, space[method])


def _repr(self: Any) -> str:
    return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__match_args__)})"


def _eq(self: Any, other: Any) -> bool:
    if type(self) is not type(other):
        return NotImplemented  # type: ignore[no-any-return]
    _often(type(self))
    return _getstate(self) == _getstate(other)


def _hash(self: Any) -> int:
    return hash(self) if _often(type(self)) else hash(_getstate(self))


def _refuse(self: Any, name: str, _: object = None) -> None:
    raise AttributeError(f"`{type(self).__name__}` cannot be changed: `{name}`")


def _getstate(self: Any) -> tuple[Any, ...]:
    return tuple(getattr(self, name) for name in self.__match_args__)


def _setstate(self: Any, state: tuple[Any, ...]) -> None:
    for name, value in zip(self.__match_args__, state, strict=True):
        object.__setattr__(self, name, value)
