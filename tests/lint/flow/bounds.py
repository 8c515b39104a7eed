"""What becomes of programs that are too large to be followed to the end, with bounds that are small enough to be met."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.lint.flow import judge
from tests.lint.flow.programs import IMPORTS

if TYPE_CHECKING:
    from collections.abc import Iterator

_FLAGS = "abcdef"


def complaints() -> list[str]:
    """What is not as it has to be."""
    return [*_each_client_has_its_own_steps(), *_no_more_steps_are_made(), *_what_is_known_is_given_up()]


def _each_client_has_its_own_steps() -> Iterator[str]:
    text = "".join(f"\nasync def p{n}():\n    client = TelegramClient('p{n}', 1, 'hash')\n    await client.connect()\n" for n in range(20))
    with _bounds(_MOST_STEPS=40):
        yield from (f"{site} is not followed" for site, found in judge.alarms(IMPORTS + text).items() if not found)


def _no_more_steps_are_made() -> Iterator[str]:
    text = "\nasync def p():\n    client = TelegramClient('p', 1, 'hash')\n    await client.connect()\n" + "    step()\n" * 100
    with _bounds(_MOST_STEPS=101):
        lives, module, built = judge.read(IMPORTS + text)
        lives.ending(module, built[0])
        if lives.steps != 101:
            yield f"{lives.steps} steps are made"


def _what_is_known_is_given_up() -> Iterator[str]:
    asked = "".join(f"    if {flag}: x = 1\n" for flag in _FLAGS)
    text = f"\nasync def p({', '.join(_FLAGS)}):\n    client = TelegramClient('p', 1, 'hash')\n    await client.connect()\n{asked}{asked}"
    with _bounds(_MOST_STATES=4):
        lives, module, built = judge.read(IMPORTS + text)
        most = max(Counter(point for point, _ in lives._followed(module, built[0]).came).values())
        if most > 8:
            yield f"{most} states at one point"


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
