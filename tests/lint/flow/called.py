"""Programs for the judge that are written by hand: functions, classes and containers that the client goes through.

Written as those in `written.py` are: each begins with a client that is built.
"""

from __future__ import annotations

_CHAIN = "\n".join(f"async def a{n}(c): await a{n - 1}(c)" for n in range(1, 10))
_BOX = "class Box:\n    def __init__(self, c): self.c = c"
_PLAIN_BOX = "class Box: pass\nbox = Box()"
_DEEP_BOX = "class Inner: pass\nclass Box:\n    def __init__(self): self.inner = Inner()\nbox = Box()"
_PAIR = "from dataclasses import dataclass\n@dataclass\nclass Pair:\n    kind = 1\n    name: str\n    client: object\n    async def close(self): await self.client.disconnect()"
_STACK = "from contextlib import AsyncExitStack"
_ONE = "TelegramClient('SITE', 1, 'hash')"

CALLED = (
    # Functions that see the client around them.
    "O\nasync def look(): return client.is_connected()\nasync def end(): D\nawait look()\nawait end()",
    "O\nother = client\nasync def end(): D\nawait end()\nother = None",
    "try:\n    O\n    return client\nfinally:\n    await calm(client)",
    "async def pausing(): step()\nO\nx = pausing()\nD",
    "O\nsuper()\nD",
    # Functions inside functions, and in themselves.
    f"async def a0(c): step()\n{_CHAIN}\nO\nawait a9(client)\nD",
    f"async def a0(c): return 1\n{_CHAIN}\nO\ntry: await a9(client)\nexcept BaseException:\n    D\n    raise",
    f"async def a0(c): await c.disconnect()\n{_CHAIN}\nO\nawait a5(client)",
    "async def again(c, n):\n    if n: await again(c, n - 1)\n    else: await c.connect()\ntry: await again(client, 2)\nfinally: D",
    "async def again(c, n):\n    if n:\n        await again(c, n - 1)\n        step()\n    else: await c.connect()\ntry: await again(client, 1)\nexcept BaseException: raise\nD",
    "async def again(c):\n    if c is None: return\n    await again(None)\n    step()\n    await c.connect()\nawait again(client)\nD",
    "async def again(c, n):\n    if n:\n        await again(c, n - 1)\n        await c.connect()\nawait again(client, 1)",
    "async def even(c, n):\n    if n: await odd(c, n - 1)\nasync def odd(c, n):\n    await c.connect()\n    await even(c, n)\nawait even(client, 2)\nawait odd(client, 0)",
    # Which argument goes where.
    "async def second(a, b): await b.disconnect()\ntry:\n    O\nfinally:\n    await second(b=client, a=1)",
    "async def idle(a, b): pass\nO\nawait idle(b=client, a=1)",
    "async def end(*parts):\n    for part in parts: await part.disconnect()\nO\nawait end(client)",
    "async def end(**parts): await parts['c'].disconnect()\nO\nawait end(c=client)",
    "def plain(x):\n    y = x\nO\nplain(client)\nD",
    f"other = {_ONE}\ndef turned(x, y): x = y\nO\nturned(other, client)\nawait other.disconnect()",
    "class Box: pass\ndef put(x: Box, c): x.c = c\nbox = Box()\nbox.inner = Box()\nput(box.inner, client)\nclient = None\nawait box.inner.c.connect()",
    "class Box: pass\ndef kept(x):\n    box = Box()\n    box.c = x\ntry:\n    O\n    kept(client)\nfinally:\n    D",
    # Methods, by whatever they are called on.
    "class Jobs:\n    async def end(self, c): await c.disconnect()\njobs = Jobs()\nO\nawait jobs.end(client)",
    "class Jobs:\n    async def end(self, /, c): await c.disconnect()\njobs = Jobs()\nO\nawait Jobs.end(jobs, client)",
    "class Jobs:\n    async def end(self, c): await c.disconnect()\njobs = Jobs()\nend = jobs.end\nO\nawait end(client)",
    "class Jobs:\n    async def end(self, c): pass\njobs = Jobs()\nO\nawait Jobs.end(jobs, client)",
    "class Jobs:\n    @classmethod\n    async def end(cls, c): await c.disconnect()\nO\nawait Jobs.end(client)",
    "class Jobs:\n    @classmethod\n    async def end(cls, c): await c.disconnect()\njobs = Jobs()\nO\nawait jobs.end(client)",
    "class Jobs:\n    @staticmethod\n    async def end(c): await c.disconnect()\njobs = Jobs()\nO\nawait jobs.end(client)",
    f"{_BOX}\n    end = lambda self: self.c.disconnect()\nbox = Box(client)\nO\nawait box.end()",
    f"{_BOX}\n    async def end(self, /): await self.c.disconnect()\nclass Own(Box):\n    def __init__(self, c): super().__init__(c)\n    async def end(self, /): await super().end()\nbox = Own(client)\nO\nclient = None\nawait box.end()",
    f"{_BOX}\n    async def __aenter__(self): return self.c\n    async def __aexit__(self, *_): pass\nasync with Box(client) as other:\n    await other.connect()",
    f"{_BOX}\n    async def __aenter__(self): self.d = self.c\n    async def __aexit__(self, *_): pass\nbox = Box(client)\nasync with box: O",
    # What an object has, and what it does not have.
    f"{_PLAIN_BOX}\nbox.c = client\nbox.d = {_ONE}\nawait box.c.connect()\nawait box.d.disconnect()",
    f"{_DEEP_BOX}\nbox.inner.c = client\nclient = None\nawait box.inner.c.connect()",
    f"{_DEEP_BOX}\nbox.inner.c = client\nclient = None\nawait box.inner.c.connect()\nawait box.inner.c.disconnect()",
    f"{_PAIR}\npair = Pair('a', client)\nO\nclient = None\nawait pair.close()",
    f"{_PAIR}\npair = Pair(client=client, name='a')\nO\nclient = None\nawait pair.close()",
    f"{_PAIR}\nclass Child(Pair):\n    def more(self): pass\npair = Child('a', client)\nO\nclient = None\nawait pair.close()",
    f"{_PAIR}\n@dataclass\nclass Child(Pair):\n    more: int\npair = Child('a', client, 1)\nO\nclient = None\nawait pair.close()",
    f"{_PAIR}\n{_PLAIN_BOX}\nbox.c = client\npair = Pair('a', box)\nclient = None\nawait pair.client.c.connect()\nbox = None\nawait pair.client.c.disconnect()",
    f"{_PAIR}\n{_PLAIN_BOX}\nbox.c = client\npair = Pair('a', box)\nclient = box = None\nawait pair.client.c.connect()",
    "class LostError(Exception): pass\nO\nerror = LostError(client)\nkeep(error.args[0])",
    "O\ntry: await client.start().disconnect()\nexcept AttributeError: pass",
    # Generators and comprehensions.
    "async def rows(c):\n    try:\n        yield 1\n    finally:\n        await c.disconnect()\nasync for x in rows(client): pass\nO",
    f"clients = [await {_ONE}.start() for _ in (1,)]\nkeep(*clients)",
    f"clients = {{await {_ONE}.start() for _ in (1,)}}\nkeep(*clients)",
    f"clients = {{1: await {_ONE}.start() for _ in (1,)}}\nkeep(*clients.values())",
    f"x = [(await {_ONE}.start()).site for _ in (1,)]",
    f"x = [y for y in (await {_ONE}.start()).site]",
    f"x = [1 for _ in (1,) if await {_ONE}.start()]",
    "O\nx = [client.disconnect() for _ in (1,)]",
    "try:\n    O\n    x = [client for client in (1,)]\nfinally:\n    D",
    # What is known of another client that was built.
    f"other = None\ntry:\n    other = {_ONE}\n    O\nfinally:\n    if other: D",
    f"other = None\ntry:\n    other = await {_ONE}.start()\n    O\nfinally:\n    if other: D",
    f"other = None\ntry:\n    other = await {_ONE}.connect()\n    O\nfinally:\n    if other: D",
    "other = None\nbuild = keep if choose() else TelegramClient\ntry:\n    other = build('SITE', 1, 'hash')\n    O\nfinally:\n    if other: D",
    # What is called in the end by somebody else.
    f"{_STACK}\nasync def end(): D\nasync with AsyncExitStack() as stack:\n    stack.push_async_callback(end)\n    O\n    step()",
    f"{_STACK}\nasync def end(): D\nasync with AsyncExitStack() as stack:\n    D\n    stack.push_async_callback(end)\n    O",
    f"{_STACK}\nasync def end():\n    if choose(): D\nasync with AsyncExitStack() as stack:\n    stack.push_async_callback(end)\n    O",
    f"{_STACK}\nasync def end():\n    while True: step()\nasync with AsyncExitStack() as stack:\n    stack.push_async_callback(end)\n    O",
    f"{_STACK}\n{_BOX}\n    async def end(self): await self.c.disconnect()\nbox = Box(client)\nclient = None\nasync with AsyncExitStack() as stack:\n    stack.push_async_callback(box.end)\n    await box.c.connect()",
    f"{_STACK}\n{_BOX}\n    async def disconnect(self): pass\nbox = Box(client)\nasync with AsyncExitStack() as stack:\n    stack.push_async_callback(box.disconnect)\n    O",
    f"{_STACK}\n{_BOX}\n    @staticmethod\n    async def end(box=None):\n        if box: await box.c.disconnect()\nbox = Box(client)\nasync with AsyncExitStack() as stack:\n    stack.push_async_callback(box.end)\n    O",
    f"{_STACK}\nasync def end(own=None): D\ndef ending(): return end\nasync with AsyncExitStack() as stack:\n    stack.push_async_callback(ending())\n    O",
    f"{_STACK}\nasync with AsyncExitStack() as stack:\n    def later(): stack.callback(later)\n    O",
)  # fmt: skip
