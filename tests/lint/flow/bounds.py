"""What becomes of programs that are too large to be followed to the end, with bounds that are small enough to be met.

And how many steps others take: whatever is worked out twice shows in nothing else that is said.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

from tests.lint.flow import judge
from tests.lint.flow.programs import IMPORTS
from tgsession_lint.life.state import CLIENT, CLOSED, OPEN, Place, State

if TYPE_CHECKING:
    from collections.abc import Iterator

_FLAGS = "abcdef"
_BUILT = "\nasync def {0}({1}):\n    client = TelegramClient('{0}', 1, 'hash')\n    await client.connect()\n"
_ASKED = "".join(f"    if {flag}: x = 1\n" for flag in _FLAGS)
_PERHAPS_SET = "".join(f"    {flag} = None\n    if step(): {flag} = 1\n" for flag in _FLAGS)
_FEW_PERHAPS_SET = "".join(f"    {flag} = None\n    if step(): {flag} = 1\n    if {flag}: x = 1\n" for flag in "abc")

STEPS = {
    "tests in a row, each asked twice": (_BUILT.format("p", ", ".join(_FLAGS)) + _ASKED * 2, [64]),
    "names that were perhaps set": (_BUILT.format("p", "") + _PERHAPS_SET + _ASKED, [545]),
    "names that nobody asks for any more": (_BUILT.format("p", "") + _FEW_PERHAPS_SET, [59]),
    "a loop round tests": (
        _BUILT.format("p", "a, b, c") + "    while a:\n        if b: x = 1\n        elif c: x = 2\n        if b: continue\n        a = step()\n", [37]
    ),
    "one helper for two clients, which does not tell their names apart": (
        "\nasync def use(client, one):\n    if one: await client.get_me()\n    if one: step()\n"
        + _BUILT.format("p", "a") + "    b = a\n    await use(client, a)\n    if a: await use(client, a)\n    if a: await use(client, b)\n"
        + _BUILT.format("q", "a") + "    await use(client, a)\n",
        [51, 12],
    ),
    "a helper that calls itself": (
        "\nasync def use(client, one):\n    if one: await use(client, one)\n    await client.get_me()\n"
        + _BUILT.format("p", "a") + "    await use(client, a)\n    await use(client, a)\n"
        + _BUILT.format("q", "a") + "    await use(client, a)\n",
        [95, 92],
    ),
}  # fmt: skip


def _fact(*asked: str, outcome: bool = True) -> tuple[Any, bool]:
    """What is known of a test: a letter for its kind, a name, and what it was compared with."""
    kind, name, *more = asked
    return ((kind, (name, None), *more), outcome)


def _knowing(*facts: tuple[Any, bool], life: str = OPEN, places: str = "") -> State:
    return State(life, frozenset(Place((name, None), (), CLIENT) for name in places), frozenset(facts))


_A, _B = _fact("truth", "a"), _fact("truth", "b")
_NOT_A, _NOT_B = _fact("truth", "a", outcome=False), _fact("truth", "b", outcome=False)
MERGED = {
    "one": ([_knowing(_A)], [], [_knowing(_A)]),
    "both outcomes": ([_knowing(_A), _knowing(_NOT_A)], [], [_knowing()]),
    "both outcomes, of which one went before": ([_knowing(_A)], [_knowing(_NOT_A)], [_knowing(_A)]),
    "both outcomes of two tests": (
        [_knowing(_A, _B), _knowing(_NOT_A, _B), _knowing(_A, _NOT_B), _knowing(_NOT_A, _NOT_B)], [], [_knowing()]
    ),
    "three of four": ([_knowing(_A, _B), _knowing(_NOT_A, _B), _knowing(_A, _NOT_B)], [], [_knowing(_NOT_A, _B), _knowing(_A)]),
    "two tests that went the other way": ([_knowing(_A, _B), _knowing(_NOT_A, _NOT_B)], [], [_knowing(_A, _B), _knowing(_NOT_A, _NOT_B)]),
    "more than another": ([_knowing(_A, _B), _knowing(_A)], [], [_knowing(_A)]),
    "more than one before": ([_knowing(_A, _B)], [_knowing(_A)], []),
    "more than one before that was closed": ([_knowing(_A, _B)], [_knowing(_A, life=CLOSED)], [_knowing(_A, _B)]),
    "less than one before": ([_knowing(_A)], [_knowing(_A, _B)], [_knowing(_A)]),
    "as much as one before": ([_knowing(_A)], [_knowing(_A)], []),
    "other places": ([_knowing(_A), _knowing(_NOT_A, places="c")], [], [_knowing(_A), _knowing(_NOT_A, places="c")]),
    "more than one before with other places": ([_knowing(_A, _B)], [_knowing(_A, places="c")], [_knowing(_A, _B)]),
    "other lives": ([_knowing(_A), _knowing(_NOT_A, life=CLOSED)], [], [_knowing(_A), _knowing(_NOT_A, life=CLOSED)]),
} | {
    f"the first of {first} and {second}": (
        [_knowing((first[0], False), second), _knowing(first, (second[0], False)), _knowing(first, second)],
        [],
        [_knowing(first, (second[0], False)), _knowing(second)],
    )
    for first, second in [
        *((_fact("truth", name), _fact("truth", f"{name}z")) for name in ascii_lowercase),
        *((_fact("none", name), _fact("truth", name)) for name in ascii_lowercase),
        *((_fact("equal", name, "1"), _fact("equal", name, "2")) for name in ascii_lowercase),
    ]
}  # fmt: skip


def complaints() -> list[str]:
    """What is not as it has to be."""
    return [
        *_each_client_has_its_own_steps(), *_what_was_not_followed_is_asked_anew(), *_no_more_steps_are_made(),
        *_what_is_known_is_given_up(), *_steps(), *_merged(),
    ]  # fmt: skip


def _each_client_has_its_own_steps() -> Iterator[str]:
    text = "".join(_BUILT.format(f"p{n}", "") for n in range(20))
    with _bounds(_MOST_STEPS=40):
        yield from (f"{site} is not followed" for site, found in judge.alarms(IMPORTS + text).items() if not found)


def _what_was_not_followed_is_asked_anew() -> Iterator[str]:
    helper = "\nasync def use(client):\n" + "    step()\n" * 20
    text = helper + _BUILT.format("p", "") + "    step()\n" * 10 + "    await use(client)\n" + _BUILT.format("q", "") + "    await use(client)\n"
    with _bounds(_MOST_STEPS=60):
        lives, module, built = judge.read(IMPORTS + text)
        ways = [getattr(lives.ending(module, site), "how", None) for site in built]
        if ways != ["raise", "end"]:
            yield f"a helper that could not be followed to its end for one client: {ways}"


def _no_more_steps_are_made() -> Iterator[str]:
    with _bounds(_MOST_STEPS=101):
        made = steps(_BUILT.format("p", "") + "    step()\n" * 100)
        if made != [101]:
            yield f"{made} steps are made"


def _what_is_known_is_given_up() -> Iterator[str]:
    with _bounds(_MOST_STATES=4):
        lives, module, built = judge.read(IMPORTS + _BUILT.format("p", "") + _PERHAPS_SET + _ASKED)
        most = max(Counter(point for point, _ in lives._followed(module, built[0]).came).values())
        if most > 8:
            yield f"{most} states at one point"


def _steps() -> Iterator[str]:
    for name, (text, expected) in STEPS.items():
        made = steps(text)
        if made != expected:
            yield f"{name}: {made} steps"


def _merged() -> Iterator[str]:
    from tgsession_lint.life.conditions import merged

    for name, (states, before, expected) in MERGED.items():
        found = merged(states, before)
        if list(found) != expected:
            yield f"{name}: {[state.known for state in found]}"
        if any(not set(parts) <= set(states) for parts in found.values()):
            yield f"{name} is made of others"


def steps(text: str) -> list[int]:
    """How many steps each client in *text* is followed."""
    lives, module, built = judge.read(IMPORTS + text)
    found = []
    for site in built:
        lives.ending(module, site)
        found.append(lives.steps)
    return found


@contextmanager
def _bounds(**bounds: int) -> Iterator[None]:
    """The bounds of `life.run`, for a time."""
    from tgsession_lint.life import run

    before = {name: getattr(run, name) for name in bounds}
    _set(run, bounds)
    try:
        yield
    finally:
        _set(run, before)


def _set(module: Any, bounds: dict[str, int]) -> None:
    for name, value in bounds.items():
        setattr(module, name, value)
