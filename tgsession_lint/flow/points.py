"""What a way through a function is made of: points, and what can come after each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgsession_lint.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgsession_lint.nodes import Node


class Point:
    """One step: what is done with which piece of code, and what may come next.

    | kind | does | next | other | error |
    | --- | --- | --- | --- | --- |
    | run | the operation *node*, its operands evaluated | then | | raises |
    | carry | makes the value of *source* that of *node* | then | | |
    | bind | gives names, attributes or elements their value | then | | raises |
    | drop | ends an expression statement | then | | |
    | test | asks for the truth of *node* | true | false | |
    | each | takes the next element of a loop | an element | none left | raises |
    | collect | gathers an element of the comprehension *node* | then | | |
    | case | matches a pattern | matches | does not | raises |
    | enter, leave | a `with` item, in order | then | | raises |
    | unwind | leaves a `with` item by an exception | goes on raising | swallowed | raises anew |
    | catch | asks a handler for an exception | its body | the next one | |
    | define | makes a function or class | then | | |
    | return, jump | leaves, or goes on elsewhere in a loop | to the clean-up, if any | | |
    | raise | leaves by an exception | | | always |
    | loop | nothing: a loop comes back here | then | | |
    | end, raised | the ways out | | | |
    """

    __slots__ = ("cleanup", "error", "kind", "next", "node", "other", "source")

    def __init__(
        self, kind: str, node: Any, next: Point | None = None, other: Point | None = None, error: Point | None = None,  # noqa: A002
        source: Any = None, cleanup: Any = None,
    ) -> None:  # fmt: skip
        """A step; *cleanup* is the `finally` or `except` that it is part of, the nearest."""
        self.kind, self.node, self.source, self.cleanup = kind, node, source, cleanup
        self.next, self.other, self.error = next, other, error


@frozen
class Flow:
    """A function's or module's ways: all begin at `entry`, and end at `end` or with an exception at `raised`."""

    node: Node
    entry: Point
    end: Point
    raised: Point

    def points(self) -> Iterator[Point]:
        """Every point that some way leads to, each after those that lead to it, but where a loop comes back."""
        seen: set[Point] = set()
        left: list[Point] = []
        pending = [(self.entry, False)]
        while pending:
            point, is_done = pending.pop()
            if is_done:
                left.append(point)
            elif point not in seen:
                seen.add(point)
                pending.append((point, True))
                pending.extend((after, False) for after in (point.error, point.other, point.next) if after is not None)
        return reversed(left)
