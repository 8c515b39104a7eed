"""One run of a program in its world, from its first statement to what the loop leaves behind."""

from __future__ import annotations

import asyncio
import sys
import warnings
from typing import TYPE_CHECKING, Any

from tests.lint.fixing.world import Client, plain

if TYPE_CHECKING:
    from tests.lint.fixing.world import World


def run(code: Any, entry: str, world: World) -> Any:
    """What a program gives: the value of its function *entry*, or of nothing, or the name of what it raises; None if it takes too long."""
    asyncio.set_event_loop(world.loop)
    names = world.names("__main__")
    try:
        exec(code, names)
        result = names[entry]() if entry else None
        if hasattr(result, "__aiter__"):
            result = world.loop.run_until_complete(_driven(result, world))
        elif hasattr(result, "cr_frame"):
            result = world.loop.run_until_complete(_to_its_end(result, world))
        told = ("gives", plain(result))
        _hand_over(world, result)
    except (NameError, SyntaxError, AttributeError, TypeError) as error:
        told = ("raises", f"{type(error).__name__}: {error}")
    except BaseException as error:
        told = ("raises", type(error).__name__)
        world.slipped = _slipped(error)
    finally:
        world.left = sorted({one.name for one in world.clients if one.connected and one not in world.kept})
        world.kept_states = [one.told() for one in world.kept if one.was_open]
        _cancel(world.loop)
    return None if world.cut else told


def _slipped(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, (AttributeError, NameError)):
            return True
        error = error.__context__
    return False


async def _to_its_end(coroutine: Any, world: World) -> Any:
    """What *coroutine* gives; what tasks that nobody waits for do after it counts no more."""
    world.main = asyncio.current_task()
    try:
        return await coroutine
    finally:
        world.over = True


async def _driven(generator: Any, world: World) -> None:
    """An async generator that is gone on with, thrown into or closed at each `yield`."""
    world.main = asyncio.current_task()
    try:
        value = await generator.__anext__()
        while True:
            world.note("yielded", plain(value))
            outcome = world.decide("yield", 3)
            if outcome == 2:
                await generator.aclose()
                return
            value = await (generator.__anext__() if outcome == 0 else generator.athrow(ValueError))
    except StopAsyncIteration:
        return
    except RuntimeError as error:
        if "ignored GeneratorExit" in str(error):
            world.cut = True
        raise


def _hand_over(world: World, result: Any) -> None:
    results = result if isinstance(result, tuple) else (result,)
    world.kept += [one for one in results if isinstance(one, Client)]


def _cancel(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))


def quietly() -> None:
    """No word of coroutines that are never awaited, and of generators given up in the middle of a clean-up."""
    sys.unraisablehook = lambda _: None
    warnings.simplefilter("ignore")
