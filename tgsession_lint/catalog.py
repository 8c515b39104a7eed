"""The names of our field, as data: what opens, closes, guards or hides a client. Each with its source."""

from __future__ import annotations

# Telethon and the forks whose import root and layout were read in their source.
TELETHON_ROOTS = (
    "telethon",
    "hikkatl",
    "herokutl",
    "astralixtl",
    "elystl",
)
# Packages whose `tl` module exports a subclass of Telethon's client (opentele's documentation, forgertele's source).
SUBCLASSING_ROOTS = (
    "opentele.tl",
    "opentele2.tl",
    "opentele_ng.tl",
    "opentele_tg.tl",
    "forgertele.tl",
)
# Packages that hand on a subclass, or the class itself, under their own name (telethonpatch 1.x: `from telethonpatch import
# TelegramClient`, patched in place).
SUBCLASSES = frozenset({"telethonpatch.TelegramClient", "TelethonPatch.TelegramClient"})
# Where the class is to be had below a root of Telethon 1 (`telethon/__init__.py`, `sync.py`, `client/`) and 2.
CLIENT_CLASSES = frozenset(
    {
        "TelegramClient",
        "sync.TelegramClient",
        "client.TelegramClient",
        "client.telegramclient.TelegramClient",
        "TelegramBaseClient",
        "client.TelegramBaseClient",
        "client.telegrambaseclient.TelegramBaseClient",
        "Client",
        "client.Client",
        "_impl.client.client.client.Client",
        "_impl.client.Client",
    }
)
# What `from telethon import *` brings that matters here (`telethon.__all__`; `telethon.sync` re-exports it all).
STAR_NAMES = ("TelegramClient", "events", "sync", "Client")

# What makes a kill the kill of a worker: parts of names and commands, in lower case.
WORKERS = ("celery", "worker", "userbot", "telethon", "telegram", "tgbot", "tg_bot", "dramatiq")

GUARDS = ("tgsession_runtime.guarded_client", "tgsession_runtime.client.guarded_client")

# Callables that call what they are given: the construction happens behind them.
CALLS_FIRST_ARGUMENT = frozenset(
    {
        "functools.partial", "functools.partialmethod", "asyncio.to_thread", "asyncio.coroutines.coroutine",
        "builtins.map", "itertools.starmap", "collections.defaultdict", "threading.Timer",
        "anyio.to_thread.run_sync", "trio.to_thread.run_sync", "starlette.concurrency.run_in_threadpool",
        "fastapi.concurrency.run_in_threadpool", "asgiref.sync.sync_to_async",
        "fastapi.Depends", "fastapi.params.Depends", "fastapi.Security", "taskiq.TaskiqDepends", "litestar.di.Provide",
        "fast_depends.Depends", "faststream.Depends", "aioinject.Singleton", "aioinject.Scoped", "aioinject.Transient",
        "dishka.provide",
    }
)  # fmt: skip
# Provider classes by module: every one of them constructs its first argument (dependency-injector, `providers`).
CONSTRUCTING_MODULES = ("dependency_injector.providers",)
NON_CONSTRUCTING_PROVIDERS = frozenset({"Object", "Dependency", "DependenciesContainer", "AbstractFactory", "Callable"})
# Keyword arguments that name a callable to be called later, by callee.
CALLS_KEYWORD = {
    "dataclasses.field": "default_factory",
    "attr.ib": "factory",
    "attr.attrib": "factory",
    "attrs.field": "factory",
    "pydantic.Field": "default_factory",
    "threading.Thread": "target",
    "multiprocessing.Process": "target",
    "threading.Timer": "function",
}
# Methods of executors, loops and injectors: which argument they call.
CALLING_METHODS = {"submit": 0, "run_in_executor": 1, "map": 0, "call_soon": 0, "call_later": 1, "to_thread": 0}

# Ways to enter a context manager without a `with` (contextlib, unittest).
ENTERING_METHODS = {
    "enter_context": "sync",
    "enter_async_context": "async",
    "enterContext": "sync",
    "enterAsyncContext": "async",
    "enterClassContext": "sync",
    "enterModuleContext": "sync",
    "enterAsyncClassContext": "async",
    "__enter__": "sync",
    "__aenter__": "async",
}
# Ways to enter our guard without a block: its client's own `disconnect()` leaves it (`tgsession_runtime/guard.py`).
OPENING_METHODS = {"open": "sync", "aopen": "async"}
IMPORTS_BY_NAME = frozenset({"importlib.import_module", "builtins.__import__"})
# Awaitables that stand for the ones they are given.
WRAPS_AWAITABLES = frozenset(
    {
        "asyncio.wait_for", "asyncio.shield", "asyncio.gather", "asyncio.wait", "asyncio.timeout",
        "typing.cast", "typing_extensions.cast",
    }
)  # fmt: skip
# Whoever drops what these give drops what they were given; `ensure_future` gives a future back as it is.
PASSES_ON_AWAITABLES = WRAPS_AWAITABLES | {"asyncio.ensure_future"}
# These, like the runners below, want a coroutine; `disconnect()` gives a future or, without a loop, None (measured: ValueError, TypeError).
WANTS_COROUTINE = frozenset({"asyncio.create_task", "asyncio.run_coroutine_threadsafe", "asyncio.Task"})
WANTS_COROUTINE_METHODS = frozenset({"run_until_complete", "create_task", "run"})
RUNNERS = frozenset({"asyncio.run", "anyio.run", "uvloop.run", "nest_asyncio.run"})

CLOSING = frozenset({"contextlib.closing", "contextlib.aclosing"})
# What cannot fail when it is called without arguments.
NEVER_FAIL_BARE = frozenset(
    {
        "builtins.bool", "builtins.bytearray", "builtins.bytes", "builtins.dict", "builtins.float", "builtins.frozenset",
        "builtins.int", "builtins.list", "builtins.object", "builtins.set", "builtins.str", "builtins.tuple",
        "collections.Counter", "collections.OrderedDict", "collections.defaultdict",
        "time.monotonic", "time.perf_counter", "time.time", "datetime.datetime.now",
        "asyncio.Event", "asyncio.Lock", "asyncio.Queue", "threading.Event", "threading.Lock", "queue.Queue",
    }
)  # fmt: skip
ANNOTATION_CONTAINERS = frozenset(
    ["list", "List", "dict", "Dict", "set", "Set", "frozenset", "FrozenSet", "tuple", "Tuple", "Sequence", "MutableSequence", "Iterable", "Iterator", "Collection", "Mapping", "MutableMapping", "defaultdict", "DefaultDict", "OrderedDict", "deque", "Deque", "Generator", "AsyncIterator", "AsyncIterable", "AsyncGenerator", "WeakValueDictionary", "WeakKeyDictionary", "WeakSet", "Queue"]
)
ANNOTATION_WRAPPERS = frozenset(
    ["Optional", "Union", "Annotated", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly", "InitVar", "Self", "FromDishka", "Mapped"]
)
ANNOTATION_AWAITABLES = frozenset({"Awaitable", "Coroutine", "Task", "Future"})


def client_class(name: str, roots: tuple[str, ...], extra: frozenset[str]) -> bool:
    """Whether the full *name* is a client class of Telethon, of a fork at one of *roots*, or one of *extra*."""
    if name in extra:
        return True
    for root in roots:
        if name.startswith(root + "."):
            return name[len(root) + 1 :] in CLIENT_CLASSES
    if name in SUBCLASSES:
        return True
    return any(name == f"{root}.TelegramClient" or name == f"{root}.telethon.TelegramClient" for root in SUBCLASSING_ROOTS)
