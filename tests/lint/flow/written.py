"""Programs for the judge that are written by hand: the constructs of Python that the generated ones do not reach.

`D` is the client's disconnect, awaited, and `O` its connect; each program begins with a client that is built.
"""

from __future__ import annotations

import re

from tests.lint.flow import cases
from tests.lint.flow.called import CALLED
from tests.lint.flow.programs import BUILT, Program


def programs() -> list[Program]:
    """A function for each of the texts below and in `cases.py`, nearly all of them coroutines."""
    texts = [f"O\n{statement}\nD" for statement in _RAISING]
    texts += [f"try:\n    O\nfinally:\n    x = {expression}" for expression in _CLOSING]
    texts += [f"try:\n    O\nfinally:\n    {statement}" for statement in _CLOSING_STATEMENTS]
    texts += [f"O\ntry:\n    {raised}\nexcept {caught}:\n    D" for raised, caught in _CAUGHT]
    texts += [f"O\n{statement}\nif client is not None: D" for statement in _REBINDING]
    texts += [f"O\n{statement}\ntry: D\nexcept (AttributeError, NameError): pass" for statement in _TAKING]
    texts += [f"try:\n    O\n    {_inside(statement)}\nfinally:\n    try: D\n    except (AttributeError, NameError): pass" for statement in _TAKING]
    texts += [f"Own = {name}\ntry:\n    raise {raised}\nexcept {caught}:\n    O" for name, raised, caught in _OPENING]
    texts += [f"own = {value}\n{text}" for value, text in _KNOWING]
    texts += [f"x = {expression}" for expression in _OPENING_EXPRESSIONS]
    texts += [f"O\n{statement}" for statement in _HANDING]
    texts += [f"O\ntry:\n    {raised}\nexcept {caught}:\n    D\nelse:\n    D" for raised, caught in _CAUGHT_ELSE]
    plain = [Program("sync", (BUILT, *_written_out(text))) for text in cases.SYNC]
    together = (*texts, *_WHOLE, *CALLED, *cases.ASYNC)
    return [*plain, *(Program("async", (BUILT, *_written_out(text))) for text in together)]


def _inside(statement: str) -> str:
    return statement.replace("\n", "\n    ")


def _written_out(text: str) -> tuple[str, ...]:
    lines = text.strip("\n").replace("D()", "client.disconnect()").split("\n")
    words = {"D": "await client.disconnect()", "O": "await client.connect()"}
    return tuple(_replaced(line, words) for line in lines)


def _replaced(line: str, words: dict[str, str]) -> str:
    return re.sub(r"\b[DO]\b", lambda found: words[found.group()], line)


# What raises between the opening and the closing.
_RAISING = (
    "x, y = 1, 2, 3", "x, y = 1, *()", "x, y = 1, 2, *(3,)", "x = trap[0] = 1", "trap[0]: int = 1", "x, *y = trap", "x, (y, z) = 1, 2, 3", "x, (y, z) = 1, (2, 3, 4)",
    "x = trap + 1", "x = 1 + trap", "x = -trap", "x = trap < 1", "x = 1 in trap", "x = trap[0]", "x = trap[0:1]",
    "x = trapped().part", "x = [*trap]", "x = {**trap}", "x = {'a': 1, **trap}", "x = f'{trap}'", "x = f'{1:{trap}}'", "x = 'a' f'{trap}'",
    "x = f'{trap}' 'a'", "x = await trap", "x = trap()", "keep(*trap)", "keep(**trap)", "x, y = trap", "[x, y] = trap", "x, *y = trap",
    "(x, y), z = trap, 1", "x = y = step()", "trap[0] = 1", "trap[0], x = 1, 2", "del trap[0]", "trap[0] += 1", "x = 1\nx += trap",
    "x: int = step()", "for x in trap: pass", "for trap[0] in (1,): pass", "for x in trap: pass", "async for x in trap: pass",
    "while step(): break", "if step(): pass", "assert step()", "assert False",
    "assert True, step()", "assert 0", "assert not 1", "with trap: pass", "async with trap: pass", "with manager(), trap: pass",
    "with manager() as trap[0]: pass", "x = [y for y in trap]", "x = {y for y in trap}", "x = {y: 1 for y in trap}",
    "x = [step() for y in (1,)]", "x = {step() for y in (1,)}", "x = {step(): 1 for y in (1,)}", "x = {1: step() for y in (1,)}",
    "x = [1 for y in (1,) if step()]", "x = [1 for y in (1,) for z in trap]", "x = [z for y in (1,) for z in (y,) if step()]",
    "x = [step() for y in (1,)]", "x = list(step() for y in (1,))", "x = list(y for y in trap)", "x = lambda y=step(): y",
    "def f(x=step()): pass", "def f(*, x=step()): pass", "def f(x=step(), /): pass", "@trap\ndef f(): pass",
    "@trapped().part\ndef f(): pass", "class A(trapped().part): pass", "class A:\n    x = step()", "@trap\nclass A: pass",
    "class A(metaclass=trapped().part): pass", "match step():\n    case 1: pass", "match 1:\n    case x if step(): pass",
    "match trap:\n    case 1: pass", "return step()", "raise trapped().part", "raise ValueError from trapped().part", "raise ValueError(step())",
    "sys.exit()", "exit()", "quit()", "x = step() if 1 else 2", "x = 1 if step() else 2", "x = 2 if 0 else step()",
    "x = 1 and step()", "x = None or step()", "x = step() and 1", "x = not step()", "x = (y := step())", "import nowhere",
    "from nowhere import x", "x = (1, step())", "x = [step()]", "x = {step()}", "x = {step(): 1}", "x = {1: step()}",
    "x = (1,)[step():]", "x = (1,)[:step()]", "x = (1,)[::step()]", "x = (1,)[step()]", "x = trap is step()",
    "x = step() is None", "x = str(object=step())", "try:\n    pass\nfinally:\n    step()", "try:\n    step()\nexcept ValueError:\n    step()",
    "try:\n    pass\nexcept ValueError:\n    pass\nelse:\n    step()", "global unknown_name\nstep()", "step()", "step(); pass",
)  # fmt: skip
# What closes as a part of an expression, whatever comes after it.
_CLOSING = (
    "(D or 1) + 1", "1 + (D or 1)", "-(D or 1)", "not D", "D == 1", "1 == D", "0 < (D or 1) < 2", "(D or 1) < 2 < 3", "D is None", "None is D",
    "D and 1", "D or 1", "(1 if not D else 2)", "(y := D)", "[1][(D or 0)]", "[1, 2][(D or 0):]", "[1][:(D or 1)]", "[1][::(D or 1)]",
    "(D or [1])[0]", "[D]", "(1, D)", "{D}", "{D: 1}", "{1: D}", "{'a': 1, 2: D}", "[*(D or ())]", "{**(D or {})}", "f'{D}'", "f'{1:{(D or 1)}}'",
    "f'{D}' 'a'", "'a' f'{D}'", "str(D)", "str(object=D)", "len((1, D))", "(D or str)()", "(D or str).join",
    "[y for y in (D or ())]", "{y for y in (D or ())}", "{y: 1 for y in (D or ())}", "list(y for y in (D or ()))", "D if True else 1",
    "1 if False else D", "1 if 0 else D", "1 if None else D", "D if 1 else 1", "D if not None else 1", "D if not 0 else 1", "(await D())",
    "(D if __debug__ else 1)", "(1 if (D or True) and True else 2)",
)  # fmt: skip
_CLOSING_STATEMENTS = (
    "client: object; D", "x, (y, z) = 1, (2, 3); D",
    "D", "D; x = 1", "x = y = D", "x: object = D", "(D or trap)[0] = 1", "(D or trap).x = 1", "x, y = 1, D", "[x, y] = D, 1", "x = 1; x += (D or 1)",
    "assert not D", "assert D is None, step()", "if D: pass", "if not D: pass", "if D or True: pass", "if True and not D: pass", "return D",
    "raise (D or ValueError)", "raise ValueError from D", "raise ValueError(D)", "for x in (D or ()): pass", "while D: pass", "while True:\n        D\n        break",
    "while not D: break", "while True:\n        try:\n            break\n        finally:\n            D", "for x in items(): pass\n    else: D",
    "match D:\n        case None: pass", "match 1:\n        case _: D", "match 1:\n        case x: D", "match 1:\n        case _ if not D: pass",
    "with manager() if D else manager(): pass", "del (D or [1])[0]", "del [1, 2][(D or 0)]",
    "def f(x=D): pass", "def f(*, x=D): pass", "def f(x=D, /): pass", "@(D or str)\n    def f(): pass", "class A(D or object): pass",
    "class A(metaclass=(D or type)): pass", "@(D or str)\n    class A: pass", "lambda: 1; D", "pass; D",
    "if 1: D", "if 0: pass\n    else: D", "if False: pass\n    elif True: D", "if None: pass\n    elif 0: pass\n    else: D", "try: pass\n    finally: D",
    "x = not 1; D", "if True or step(): D", "if 0 and step(): pass\n    else: D", "if not (0 and step()): D", "if not (1 or step()): pass\n    else: D", "x, y = y, x = 1, 2; D",
    "[x, y] = [1, 2]; D", "(x, y), z = (1, 2), 3; D", "x = y = 1; D", "x: int; D", "(D or [1])[0], x = 1, 2", "x, [(D or [1])[0], y] = 1, (2, 3)",
    "try: pass\n    except ValueError: pass\n    else: D", "try: raise KeyError\n    except KeyError: D", "try: return\n    finally: D",
    "try:\n        try: step()\n        finally: D\n    except ValueError: pass",
    "try:\n        try: raise ValueError\n        except KeyError: pass\n    except ValueError: D",
)  # fmt: skip
# What makes the name stand for something else.
_TAKING = (
    "import sys as client", "from sys import path as client", "import sys, os as client", "def client(): pass", "async def client(): pass", "class client: pass",
    "del client", "del (client)", "for client in (1,): pass", "with manager() as client: pass", "async with manager() as client: pass", "match 1:\n    case client: pass",
    "match (1, 2):\n    case (x, client): pass", "match [1, 2]:\n    case [x, *client]: pass", "match {'a': 1}:\n    case {'a': 1, **client}: pass",
    "match 1:\n    case 1 as client: pass", "try:\n    raise ValueError\nexcept ValueError as client:\n    pass", "x, *client = 1, 2", "client, x = 1, 2", "[client, x] = 1, 2",
    "(x, client), y = (1, 2), 3", "client = 1", "client: int = 1", "(client := 1)", "client = client.connected", "client = client.site", "client = [client][0].site",
)  # fmt: skip
# What is caught, or is not, and opened then.
_OPENING = (
    ("CancelledError", "CancelledError", "Own"), ("CancelledError", "CancelledError", "(ValueError, Own)"),
    ("ValueError", "ValueError", "Own"), ("ValueError", "ValueError", "(KeyError, Own)"), ("ValueError", "KeyError", "ValueError"), ("1", "CancelledError", "ValueError"),
    ("1", "CancelledError", "(ValueError, KeyError)"), ("1", "ValueError", "()"), ("ValueError", "Own", "ValueError"),
)  # fmt: skip
# What is caught, or is not, where the rest closes.
_CAUGHT_ELSE = (
    ("step()", ""), ("step()", "[ValueError][0]"), ("step()", "BaseException"),
    ("step()", "* BaseException"), ("raise ValueError", "* ValueError"), ("raise ValueError", "* KeyError"),
    ("raise ValueError", "* LookupError:\n    step()\nexcept* Exception"), ("raise KeyError", "* LookupError:\n    D\nexcept* Exception"),
    ("raise ValueError", "* ValueError as client:\n    pass\nexcept* KeyError"),
)  # fmt: skip
# What depends on a test whose outcome is known.
_KNOWING = (
    ("None", "O\nother = own or client\nclient = None\nawait other.disconnect()"), ("1", "O\nother = own and client\nclient = None\nawait other.disconnect()"),
    ("None", "O\nother = 1 if own else client\nclient = None\nawait other.disconnect()"), ("1", "O\nother = client if own else 1\nclient = None\nawait other.disconnect()"),
    ("1", "try:\n    O\nfinally:\n    x = None is own is D"), ("1", "try:\n    O\nfinally:\n    x = None is own is own is D"),
    ("None", "try:\n    O\nfinally:\n    x = own or D"), ("1", "try:\n    O\nfinally:\n    x = own or D"), ("1", "try:\n    O\nfinally:\n    x = own and D"), ("0", "try:\n    O\nfinally:\n    x = own and D"),
    ("0", "try:\n    O\nfinally:\n    x = 1 if own else D"), ("1", "try:\n    O\nfinally:\n    x = 1 if own else D"), ("1", "try:\n    O\nfinally:\n    if own or step(): D"),
    ("0", "try:\n    O\nfinally:\n    if own or own: D"), ("0", "try:\n    O\nfinally:\n    if own and step(): pass\n    else: D"), ("1", "if -1: O"), ("1", "if ~0: O"), ("1", "if not 1: O"), ("1", "if not own: O"), ("0", "if not own: O"),
    ("1", "while own:\n    O\n    break"), ("0", "while own:\n    O\n    break"), ("choose()", "if own: O\nif own: x = 1\nelse: return\nD"),
)  # fmt: skip
_OPENING_EXPRESSIONS = (
    "[O for _ in (1,)]", "{O for _ in (1,)}", "{O: 1 for _ in (1,)}", "{1: O for _ in (1,)}", "[1 for _ in (1,) if O is None]", "[O for _ in (1,) for _ in (1,)]", "[1 for _ in (1,) for _ in (O or (1,))]",
    "[1 for _ in (O or ())]", "[[O for _ in (1,)] for _ in (1,)]", "[O for _ in (1,) if 1]", "[O for _ in (1,) if 0]", "(y := O)", "O if 1 else 2", "1 if 1 else O", "not O", "[1, *(O or ())]",
)  # fmt: skip
_CAUGHT = (
    ("raise ValueError", "ValueError"), ("raise ValueError", "Exception"), ("raise ValueError", "BaseException"), ("raise ValueError", "KeyError"),
    ("raise ValueError", "(KeyError, ValueError)"), ("raise ValueError", "(KeyError, IndexError)"), ("raise KeyError", "LookupError"),
    ("raise LookupError", "KeyError"), ("raise ValueError('a')", "ValueError"), ("raise ValueError('a')", "KeyError"),
    ("raise CancelledError", "Exception"), ("raise CancelledError", "BaseException"), ("raise CancelledError", "CancelledError"),
    ("raise CancelledError()", "(ValueError, CancelledError)"), ("raise CancelledError", "ValueError"), ("raise asyncio.CancelledError", "asyncio.CancelledError"),
    ("raise asyncio.CancelledError()", "Exception"), ("raise CancelledError", "asyncio.CancelledError"), ("raise KeyError", "asyncio.CancelledError"),
    ("raise KeyError('a') from None", "KeyError as error"), ("raise SystemExit", "SystemExit"), ("raise SystemExit", "Exception"),
    ("sys.exit()", "SystemExit"), ("sys.exit()", "Exception"), ("sys.exit()", "BaseException"), ("exit()", "SystemExit"), ("quit()", "SystemExit"),
    ("assert False", "AssertionError"), ("assert False", "ValueError"), ("assert 0, 'a'", "AssertionError"), ("step()", "ValueError"), ("step()", "Exception"),
    ("step()", "BaseException"), ("step()", "(ValueError, CancelledError)"), ("raise StopIteration", "StopIteration"), ("raise OSError", "IOError"),
    ("raise UnicodeError", "ValueError"), ("raise TimeoutError", "OSError"), ("raise ValueError", "()"),
    ("raise next(iter((ValueError(),)))", "KeyError"),
    ("raise ValueError", "KeyError:\n    pass\nexcept ValueError"), ("raise ValueError", "ValueError:\n    pass\nexcept Exception"),
    ("raise ValueError", "Exception:\n    pass\nexcept ValueError"), ("raise ValueError", "KeyError:\n    pass\nexcept Exception"),
    ("raise KeyError", "ValueError:\n    pass\nexcept LookupError:\n    D\nexcept BaseException"), ("step()", "* ValueError"),
    ("step()", "* Exception:\n    step()\nexcept* BaseException"),
)  # fmt: skip
# What takes the only name of the client away, or keeps it.
_REBINDING = (
    "client = None", "client: object = None", "client, x = None, 1", "[x, client] = 1, None", "x = client = None", "(client := None)", "del client\n    client = None".replace("    ", ""),
    "for client in (None,): pass", "with manager() as client: client = None", "import sys as client\nclient = None", "from sys import path as client\nclient = None",
    "def client(): pass\nclient = None", "class client: pass\nclient = None", "match None:\n    case client: pass", "match (1, None):\n    case (x, client): pass",
    "match [1, None]:\n    case [x, *client]: client = None", "match {'a': 1}:\n    case {'a': 1, **client}: client = None", "match None:\n    case None as client: pass",
    "try:\n    raise ValueError\nexcept ValueError as client:\n    pass\nclient = None", "x, *client = 1, 2\nclient = None", "x = [client for client in (1,)]\nclient = None",
    "other = client\nclient = None\nawait other.disconnect()", "other, x = client, 1\nclient = None\nawait other.disconnect()", "other: object = client\nclient = None\nawait other.disconnect()",
    "x = other = client\nclient = None\nawait other.disconnect()", "(other := client)\nclient = None\nawait other.disconnect()", "other = client if 1 else None\nclient = None\nawait other.disconnect()",
    "other = client or None\nclient = None\nawait other.disconnect()", "other = client\nother = None\nD\nclient = None", "if choose(): client = None\nelse:\n    D\n    client = None",
    "[other, x] = client, 1\nclient = None\nawait other.disconnect()", "[other, x] = [client, 1]\nclient = None\nawait other.disconnect()", "(other, x), y = (client, 1), 2\nclient = None\nawait other.disconnect()",
    "other = (x := client)\nclient = None\nawait other.disconnect()", "close = client.disconnect\nclient = None\nawait close()", "done = D()\nclient = None\nawait done",

)  # fmt: skip
_HANDING = (
    "return client", "return (client, 1)", "return client if 1 else None", "return client or None", "try:\n    return client\nfinally:\n    step()",
    "try:\n    return client\nfinally:\n    return", "for _ in (1, 2):\n    try:\n        return client\n    finally:\n        break", "other = client\nreturn other", "keep(client)", "return (await give(client))",
    "return D()", "return 1", "return (1, 2)", "return []", "return None", "try:\n    step()\nfinally:\n    return client", "try:\n    return client\nexcept ValueError:\n    pass",
)  # fmt: skip
_WHOLE = (
    "try:\n    raise int\nexcept TypeError:\n    O",
    "ValueError = KeyError\ntry:\n    raise ValueError\nexcept LookupError:\n    O",
    "def exit(): pass\nexit()\nO",
    "for _ in (1,):\n    own = 1\n    if own: continue\n    O",
    "client = await client.connect()\nif client is not None: D",
    "O\nclient = await client.connect()\nif client is not None: D",
    "O\nwhile True:\n    try:\n        return client\n    finally:\n        break",
    # `except*`: what a handler raises, and what it leaves.
    "try:\n    raise ValueError\nexcept* ValueError:\n    raise IndexError\nexcept* IndexError:\n    O",
    "try:\n    raise ExceptionGroup('', [ValueError(), KeyError(), OSError()])\nexcept* ValueError:\n    raise IndexError\nexcept* KeyError:\n    raise IndexError\nexcept* OSError:\n    O",
    "try:\n    try:\n        raise ValueError\n    except* ValueError:\n        raise KeyError\nexcept KeyError:\n    O",
    "O\ntry:\n    raise ExceptionGroup('', [ValueError(), KeyError()])\nexcept* ValueError:\n    pass\nexcept* BaseException:\n    D",
    "O\ntry:\n    step()\nexcept* ValueError:\n    D\nexcept* BaseException:\n    D\nelse:\n    D",
    # A node that is evaluated again gives what it gives then.
    "own = 1\nother = TelegramClient('SITE', 1, 'hash')\nx = [((got := await give(client if own else other)) is None, (await got.connect()) if not own else 0, own := 0) for _ in (1, 2)]",
    "def plain(x): return x\nown = 1\nother = TelegramClient('SITE', 1, 'hash')\nx = [((got := plain(client if own else other)) is None, (await got.connect()) if not own else 0, own := 0) for _ in (1, 2)]",
    "own = 1\nother = None\nx = [((other := client) is None if own else 0, (await other.connect()) if not own and other is not None else 0) for own in (1, 0)]",
    # What is built again, while another name keeps the first.
    "n = 0\nwhile True:\n    client = TelegramClient('SITE', 1, 'hash')\n    if n: break\n    n = 1\n    first = client\nawait first.connect()",
    "first = None\nwhile True:\n    client = TelegramClient('SITE', 1, 'hash')\n    if first is not None: break\n    first = client\n    O\nawait first.disconnect()",
    "own = True\ntry:\n    await shut_if(client)\nexcept BaseException:\n    if own: client = await TelegramClient('SITE', 1, 'hash').start()",
    # What is had is not what was wanted.
    "other = client.connect()\ntry: await other.connect()\nexcept AttributeError: pass",
    "O\nother = client.connect()\ntry: await other.disconnect()\nexcept AttributeError: pass",
    "async def opened():\n    O\n    return [client]\nclients = await opened()\ntry: await clients.disconnect()\nexcept AttributeError: pass",
    "class Box:\n    def __await__(self): return iter(())\nbox = Box()\nbox.closing = D()\nO\nawait box",
    "class Box:\n    async def __call__(self): pass\nbox = Box()\nbox.end = client.disconnect\nO\nawait box()",
    "class Box:\n    async def __call__(self): await self.c.disconnect()\nbox = Box()\nbox.c = client\nO\nawait box()",
    "parts = [ValueError()]\ntry:\n    raise ExceptionGroup('', parts)\nexcept* ValueError:\n    O",
    "try:\n    raise ValueError\nexcept* ValueError:\n    pass\nexcept* Exception:\n    O",
    "try:\n    raise ValueError\nexcept* KeyError:\n    O\nexcept* ValueError:\n    pass",
    "n = 0\nwhile True:\n    if n: break\n    n = 1\n    continue\nO",
    "n = 0\nwhile True:\n    if n: break\n    try:\n        n = 1\n        continue\n    finally:\n        x = 1\nO",
    "try:\n    O\nexcept* ValueError:\n    pass",
    "try:\n    raise ExceptionGroup('', [ValueError(), KeyError()])\nexcept* ValueError:\n    pass\nexcept* KeyError:\n    O",
    "try:\n    raise ExceptionGroup('', [ValueError(), KeyError()])\nexcept* ValueError:\n    raise IndexError\nexcept* KeyError:\n    O",
    "match 2:\n    case 1 as x: pass\n    case _: O",
    "m = manager()\nO\nwith m: D",
    "m = manager()\nO\nasync with m:\n    D",
    "m = manager()\nwith m:\n    O\nD",
    "if client.is_connected(): O\nD",
    "O\nif client.is_connected():\n    D",
    "O\nif not client.is_connected():\n    return\nD",
    "O\nif client is not None:\n    D",
    "O\nif client is None:\n    return\nD",
    "O\nown = choose()\nif own: D\nif not own: D",
    "own = choose()\nif own: O\nif own: D",
    "own = choose()\nif own: O\nif not own: return\nD",
    "own = 1 if choose() else None\nif own is None: return\nO\nif own is not None: D",
    "own = 'a' if choose() else 'b'\nif own == 'a': O\nif own == 'b': D",
    "own = False\nif choose():\n    own = True\n    O\nif own: D",
    "own = None\nif choose():\n    own = 1\n    O\nif own is not None: D",
    "own = 0\nif choose():\n    own = 1\n    O\nif own: D",
    "own = ''\nif choose():\n    own = 'a'\n    O\nif own: D",
    "own = 0.0\nif choose():\n    own = 1.0\n    O\nif own: D",
    "own: object = False\nif choose():\n    own = True\n    O\nif own: D",
    "own = choose()\nif own: O\nown = choose()\nif own: D",
    "own = choose()\nif own: O\nown, x = choose(), 1\nif own: D",
    "own = choose()\nif own: O\nfor own in (0,): pass\nif own: D",
    "own = choose()\nif own: O\nwith manager() as own: pass\nif not own: D",
    "own = choose()\nif own: O\ndel own\nown = choose()\nif own: D",
    "own = choose()\nif own: O\nimport sys as own\nif not own: D",
    "own = choose()\nif own: O\ndef own(): pass\nif not own: D",
    "own = choose()\nif own: O\nclass own: pass\nif not own: D",
    "own = choose()\nif own: O\nmatch 0:\n    case own: pass\nif own: D",
    "own = choose()\nif own: O\n(own := 0)\nif own: D",
    "own = choose()\nif own: O\nown += 1\nif not own: D",
    "own = choose()\nif own: O\ntry:\n    raise ValueError\nexcept ValueError as own: own = 0\nelse: own = 1",
    "own = choose()\nother = choose()\nif own and other: O\nif own and other: D",
    "own = choose()\nother = choose()\nif own or other: O\nif own or other: D",
    "own = choose()\nif not own: return\nO\nif own: D",
    "own = choose()\nwhile own:\n    O\n    own = False\n    D",
    "for _ in items():\n    O\n    D",
    "for _ in items():\n    O\n    if choose(): break\n    D\nelse:\n    return\nD",
    "for _ in items():\n    O\n    if choose(): continue\n    D",
    "while choose():\n    O\n    try:\n        if step(): continue\n    finally:\n        D",
    "while choose():\n    O\n    try:\n        if step(): break\n    finally:\n        D",
    "while choose():\n    try:\n        O\n        continue\n    finally:\n        D\nelse:\n    O\n    D",
    "while True:\n    O\n    break\nD",
    "while 1:\n    O\n    break\nelse:\n    return\nD",
    "while False:\n    O\nreturn",
    "while 0:\n    O",
    "while None:\n    O\nelse:\n    pass",
    "try:\n    O\n    step()\nexcept ValueError:\n    D\n    raise\nexcept BaseException:\n    D\n    raise\nelse:\n    D",
    "try:\n    O\nexcept ValueError:\n    return\nelse:\n    D",
    "try:\n    O\nexcept ValueError:\n    pass\nD",
    "try:\n    O\n    return\nfinally:\n    D",
    "try:\n    try:\n        O\n    finally:\n        step()\nfinally:\n    D",
    "try:\n    try:\n        O\n        step()\n    finally:\n        D\nfinally:\n    step()",
    "O\ntry:\n    step()\nfinally:\n    try:\n        step()\n    finally:\n        D",
    "O\ntry:\n    step()\nfinally:\n    try:\n        step()\n    except BaseException:\n        pass\n    D",
    "O\ntry:\n    step()\nfinally:\n    try:\n        step()\n    except ValueError:\n        pass\n    D",
    "async with client:\n    step()",
    "async with client as other:\n    step()\n    O",
    "async with client as other:\n    pass\nawait other.connect()",
    "async with client as other:\n    pass\nother = None\nO",
    "async with client, manager():\n    step()",
    "async with manager(), client:\n    step()",
    "async with manager() as x, client as y:\n    return",
    "async with client:\n    D\n    O",
    "O\nasync with client: pass",
    "O\nstep()\nasync with client: pass",
    "O\nasync with manager(): D",
    "O\nwith manager(): step()\nD",
    "O\nwith manager():\n    return\nD",
    "with manager():\n    O\n    step()\nD",
    "with manager() as (x): O\nD",
    "O\nwith manager():\n    try:\n        step()\n    finally:\n        D",
    "for _ in items():\n    async with client:\n        break",
    "for _ in items():\n    async with client:\n        continue",
    "for _ in items():\n    with manager():\n        O\n        break\nD",
    "client = await client.start()\nD",
    "other = await client.start()\nawait other.disconnect()",
    "await (await client.start()).disconnect()",
    "started = client.start()\nclient = await started\nD",
    "opening = client.connect()\nawait opening\nD",
    "opening = client.connect()\nD",
    "closing = client.disconnect()\nO\nawait closing",
    "O\nclosing = client.disconnect()\nawait closing",
    "O\nclose = client.disconnect\nawait close()",
    "O\nclose = client.disconnect\nclose()",
    "O\nclient.disconnect()",
    "O\n(D)",
    "await shut(client)\nO",
    "await open_it(client)\nawait shut(client)",
    "open_it(client)\nstep()",
    "await open_it(client)\nshut(client)",
    "O\nawait shut_if(client)",
    "O\nawait owned(client)",
    "O\nawait shut(client=client)",
    "O\nawait use(client)\nD",
    "O\nawait calm(client)\nD",
    "O\nother = await give(client)\nclient = None\nawait other.disconnect()",
    "O\nawait give(client)\nclient = None",
    "O\ncoroutine = shut(client)\nawait coroutine",
    "O\nasync def later(): D\nawait later()",
    "O\nasync def later(): D",
    "O\nasync def later():\n    nonlocal client\n    D\nawait later()",
    "O\nclose = lambda: client.disconnect()\nawait close()",
    "O\nclose = lambda x: x.disconnect()\nawait close(client)",
    "async def opened():\n    O\n    return client\nother = await opened()\nawait other.disconnect()",
    "async def opened():\n    O\n    return client\nawait opened()",
    "async def tried():\n    try:\n        step()\n    finally:\n        D\nO\nawait tried()",
    "def plain(x): return x\nO\nother = plain(client)\nclient = None\nawait other.disconnect()",
    "def plain(x): return None\nO\nplain(client)\nD",
    "def calm(): return 1\nO\ncalm()\nD",
    "def wild(): return step()\nO\nwild()\nD",
    "async def wild(): return step()\nO\nawait wild()\nD",
    "async def wild(): return await wilder()\nasync def wilder(): return step()\nO\nawait wild()\nD",
    "def swap(a, b): return b, a\nO\nx, other = swap(client, 1)\nawait other.disconnect()",
    "def second(a, b): return b\nO\nother = second(1, client)\nawait other.disconnect()",
    "def second(a, *, b): return b\nO\nother = second(1, b=client)\nawait other.disconnect()",
    "def second(a, /, b): return a\nO\nother = second(client, 1)\nawait other.disconnect()",
    "class Box:\n    def __init__(self, c): self.c = c\n    async def close(self): await self.c.disconnect()\nO\nbox = Box(client)\nclient = None\nawait box.close()",
    "class Box:\n    def __init__(self, c): self.c = c\n    async def close(self): pass\nO\nbox = Box(client)\nclient = None\nawait box.close()",
    "class Box:\n    def __init__(self, c): self.c = c\n    async def __aenter__(self): return self\n    async def __aexit__(self, *_): await self.c.disconnect()\nasync with Box(client) as box:\n    O",
    "class Box:\n    def __init__(self, c): self.c = c\n    async def __aenter__(self): return self\n    async def __aexit__(self, *_): pass\nasync with Box(client) as box:\n    O",
    "class Box:\n    def __init__(self, c): self.c = c\n    async def __aenter__(self):\n        await self.c.connect()\n        return self.c\n    async def __aexit__(self, *_): await self.c.disconnect()\nasync with Box(client) as other:\n    step()",
    "class Box: pass\nbox = Box()\nbox.c = client\nawait box.c.connect()\nawait box.c.disconnect()",
    "class Box: pass\nbox = Box()\nbox.c = client\nclient = None\nawait box.c.connect()\nbox.c = None",
    "class Box: pass\nbox = Box()\nbox.c = client\nawait box.c.connect()\nbox.d = None\nawait box.c.disconnect()",
    "O\nx = [step() for _ in (1,) if choose()]\nD",
    "O\nclient = TelegramClient('SITE', 1, 'hash')",
    "for _ in (1, 2):\n    client = TelegramClient('SITE', 1, 'hash')\n    O\nD",
    "clients = [TelegramClient('SITE', 1, 'hash') for _ in (1,)]\nfor one in clients:\n    keep(one)",
    "match choose():\n    case True: O\n    case False: return\nD",
    "match choose():\n    case True | False:\n        O\n        D",
    "O\nmatch choose():\n    case True: D\n    case _: D",
    "O\nmatch choose():\n    case True: D\n    case False: D",
    "O\nmatch 1:\n    case 1 if choose(): D\n    case _: D",
    "try:\n    O\nexcept* ValueError:\n    pass\nfinally:\n    D",
    "O\ntry:\n    step()\nexcept* ValueError:\n    D\nelse:\n    D",
)
