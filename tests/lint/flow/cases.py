"""More programs for the judge that are written by hand: one for each decision about tests, bindings, managers and helpers.

`D` is the client's disconnect, awaited, and `O` its connect, as in `written.py`. Each program is a coroutine, or a plain function.
"""

from __future__ import annotations

_BOX = "class Box:\n    def __init__(self, c): self.c = c\n"

ASYNC = (
    # what is known of tests
    "own = choose()\nother = choose()\nif own == 1: O\nif own == 1 == other: D",
    "O\nif client is not None is True: D",
    "own = choose()\nif own: O\ntry:\n    step()\nexcept BaseException:\n    if own: D\n    raise\nD",
    "own: object = None\nif own: O",
    "own = 0.0\nO\nif own: D", "own = 0x0\nO\nif own: D", "own = b''\nO\nif own: D", "own = r''\nO\nif own: D", "own = 00\nO\nif own: D",
    "own = 0.5\nif not own: O", "own = 10\nif not own: O", "own = ''''''\nif own: O", "own = 0e5\nO\nif own: D", "own = b'a'\nif not own: O",
    "own = 0\nif own is None: O", "own = 0\nif own is not None: O\nD", "own = False\nif own is None: O", "own = None\nif own is not None: O",
    "own = choose()\nif own is True: O\nif own is True: D", "own = choose()\nif own is False: O\nif own is False: D",
    "own = choose()\nif own is False: O\nif own is not False: return\nD",
    "own = 1 if choose() else True\nif own == 1: O\nif own is True: D",
    "own = choose()\nother = own\nif own is other: O\nif own is other: D\nelse: D",
    "first = TelegramClient('SITE', 1, 'h')\nO\nif first: D", "first = TelegramClient('SITE', 1, 'h')\nO\nif first is None: return\nD",
    "first = None\nfirst = await TelegramClient('SITE', 1, 'h').start()\nO\nif first is not None:\n    await first.disconnect()\n    D",
    "first = None\ntry:\n    first = TelegramClient('SITE', 1, 'h')\n    await first.connect()\n    O\nfinally:\n    if first: D\n    if first: await first.disconnect()",
    "other = client\nO\nif other: D", "other = client\nO\nif not other: return\nD",
    "other = client\nO\nif other is client: return\nD", "other = client\nO\nif step is other: D", "other = client\nO\nif other is step: D",
    f"{_BOX}box = Box(client)\nO\nif box.c: D", f"{_BOX}box = Box(client)\nO\nif box: D",
    f"{_BOX}box = Box(client)\nO\nif box.c is client: return\nD", f"{_BOX}box = Box(client)\nO\nif box.c is box: D", f"{_BOX}box = Box(client)\nO\nif box is None: return\nD",
    f"{_BOX}    def __len__(self): return 0\nbox = Box(client)\nO\nif box: D", f"{_BOX}    def __bool__(self): return False\nbox = Box(client)\nO\nif box: D",
    f"{_BOX}    def __bool__(self): return False\nbox = Box(client)\nO\nif box is not None: D",
    f"{_BOX}    def is_connected(self): return False\nbox = Box(client)\nO\nif box.is_connected(): D",
    f"{_BOX}box = Box(client)\nO\nif box.c.is_connected(): D", "other = client\nO\nif other.is_connected(): D",
    "own = choose()\nif own is None: O\nif own: return\nif own is not None: return\nD",
    "own = None if choose() else 1\nif own: O\nif own is None: return\nD", "own = None if choose() else 1\nif own is None: O\nif own: return\nD",
    "try:\n    O\nfinally:\n    x = 1 and D", "try:\n    O\nfinally:\n    x = 0 or D", "x = 0 and O", "x = True or O", "O\nx = 1 and client\nclient = None\nawait x.disconnect()",
    "O\nx = None or client\nclient = None\nawait x.disconnect()", "O\nx = (1 and client) or 2\nclient = None\nawait x.disconnect()",
    "x = f'{1 if client else 2}'\nO", f"{_BOX}box = Box(client)\nx = 'a' f'{{1 if box.c else 2}}{{1 if box else 2}}'\nO",
    "own = choose()\nx = 'a' f'{(own := step())}'\nif own: O\nif not own: return\nD",
    # bindings
    "own = choose()\nif not own: O\ntry: own += 1\nexcept BaseException:\n    if not own: D\n    raise\nif not own: D",
    "own = choose()\nif not own: O\ntry: import sys as own\nexcept BaseException:\n    D\n    raise\nif not own: D",
    "O\ntry: import sys as client\nexcept BaseException:\n    D\n    raise\ntry: D\nexcept AttributeError: pass",
    "class Bot:\n    async def run(self):\n        self.c = TelegramClient('SITE', 1, 'h')\n        await self.c.connect()\n        del self.c\nawait Bot().run()",
    "class Bot:\n    async def run(self):\n        self.c = TelegramClient('SITE', 1, 'h')\n        await self.c.connect()\n        self.c = None\nawait Bot().run()",
    "await (other := TelegramClient('SITE', 1, 'h')).connect()", "keep(await TelegramClient('SITE', 1, 'h').start(), (x := 1))",
    "O\nx = [1]", "O\nx = {1}", "O\nx = {1: 1}", "O\nx = (1, 2)", "O\nother, x = [client, 1]", "O\nother, x = (client, 1)\nD",
    "O\nx, *y = 1, client\nawait y[0].disconnect()", "O\n*y, x = client, 1\nawait y[0].disconnect()",
    "other = client\nO\ntry:\n    client, trap[0] = None, 1\nexcept BaseException:\n    if client is not None: D\nelse: await other.disconnect()",
    "own = 0\nO\ntry:\n    trap[0], own = 1, 1\nexcept BaseException: pass\nif own: D",
    "class Box: pass\na = Box()\nb = Box()\na.c = client\nclient = None\nawait a.c.connect()\nb.c = None\nawait a.c.disconnect()",
    "class Box: pass\nbox = Box()\nO\nbox.c = [client]\nawait box.c[0].disconnect()",
    "class Box: pass\nbox = Box()\nbox.c = client\nouter = Box()\nouter.box = box\nbox = client = None\nawait outer.box.c.connect()\nawait outer.box.c.disconnect()",
    "class Box: pass\nbox = Box()\nbox.c = client\nouter = Box()\nouter.box = box\nbox = client = None\nawait outer.box.c.connect()",
    # managers
    "own = 1\ntry:\n    async with client: own = 0\nexcept BaseException:\n    if own: O", "own = 0\ntry:\n    async with client: own = 1\nexcept BaseException:\n    if own: O",
    "own = None\nasync with client as own: pass\nif own is None: return\nO", "class Box: pass\nbox = Box()\nasync with client as box.c: pass\nclient = None\nawait box.c.connect()",
    f"{_BOX}    async def __aenter__(self): await self.c.connect()\n    async def __aexit__(self, *_): pass\nasync with Box(client) as box: pass",
    (f"{_BOX}    async def __aenter__(self): await self.c.connect()\n    async def __aexit__(self, *_): pass\n    def __enter__(self): return self\n"
    "    def __exit__(self, *_): pass\nwith Box(client) as box: pass"),
    (f"{_BOX}    async def __aenter__(self):\n        await self.c.connect()\n        return self.c\n    async def __aexit__(self, *_): pass\n"
    "async with Box(client) as other: pass\nclient = None\nawait other.disconnect()"),
    (f"{_BOX}    async def __aenter__(self):\n        await self.c.connect()\n        return 1\n    async def __aexit__(self, *_): pass\n"
    "async with Box(client) as client: pass\nif client: return\nD"),
    (f"class Pair: pass\npair = Pair()\n{_BOX}    async def __aenter__(self): return self.c\n    async def __aexit__(self, *_): pass\n"
    "async with Box(client) as pair.c: pass\nclient = None\nawait pair.c.connect()\nawait pair.c.disconnect()"),
    (f"{_BOX}    async def __aenter__(self): return 1\n    async def __aexit__(self, *_): return True\nbox = Box(client)\nO\ntry:\n    async with box:\n"
    "        raise ValueError\nexcept BaseException:\n    D\n    raise"),
    "class Calm:\n    async def __aenter__(self): return 1\n    async def __aexit__(self, *_): pass\ncalm = Calm()\ntry:\n    async with calm: pass\nexcept BaseException: O",
    "class Closing:\n    async def __aenter__(self): O\n    async def __aexit__(self, *_): pass\nclosing = Closing()\nasync with closing: pass",
    "own = 0\ntry:\n    with manager():\n        own = 1\n        raise ValueError\nexcept ValueError:\n    own = 2\nif own == 1: O",
    "m = manager()\nO\ntry:\n    with m: raise ValueError\nexcept BaseException:\n    D\n    raise",
    "other = None\nwith manager(), manager():\n    other = TelegramClient('SITE', 1, 'h')\n    return (other, 1)\nif other is not None: await other.connect()",
    # helpers
    "async def kept(c):\n    keep(c)\n    await c.connect()\nawait kept(client)",
    "def quiet(): return 1\ndef loud(): return step()\ndef either():\n    one = quiet if own else loud\n    return one()\nown = 0\nO\neither()\nD",
    "async def quiet(): return 1\ndef loud(): return step()\ndef either():\n    one = quiet if own else loud\n    return one()\nown = 0\nO\neither()\nD",
    "async def wilder(): return step()\ndef work(): return wilder()\nO\nawait work()\nD",
    "async def wilder(): return step()\ndef work(): return wilder()\nasync def go(): await work()\nO\nawait go()\nD",
    "async def quiet(): return 1\nasync def loud(): return step()\nasync def go():\n    one = quiet if own else loud\n    await one()\nown = 0\nO\nawait go()\nD",
    "async def quiet(): return 1\nasync def go(): await quiet()\nO\nawait go()\nD",
    "def again(n): return again(n) if n else 1\nO\nagain(1)\nD",
    "def pair(): return 1, step\nO\nfor work in (step,): work()\nD",
    "class Opener:\n    async def go(self): O\nasync def run(): await Opener().go()\nawait run()",
    "async def work(): O\nasync def go(): await work()\nawait (go() if choose() else go())",
)  # fmt: skip

SYNC = (
    f"{_BOX}    def __enter__(self): self.c.connect()\n    def __exit__(self, *_): pass\nwith Box(client): pass",
    f"{_BOX}    def __enter__(self): self.c.connect()\n    def __exit__(self, *_): self.c.disconnect()\nwith Box(client): step()",
    f"{_BOX}    def __enter__(self): return self\n    def __exit__(self, *_): self.c.connect()\nwith Box(client): pass",
    "class Opener:\n    def __init__(self): O\ndef run(): Opener()\nrun()",
    "with client as other: pass\nO", "O\nx = 1 and None\nD", "O\nif (x := 1) and choose(): pass\nD",
)  # fmt: skip
