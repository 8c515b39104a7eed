"""Nothing here says whose client it is."""

KEPT = []
ALL = {1}
BY_NAME = {}


async def scrape(client):
    async for message in client.iter_messages("x"):
        print(message)


async def close(client):
    await client.disconnect()


async def close_by_another(client):
    await close(client)


def keep(client):
    KEPT.append(client)


def keep_in_front(client):
    KEPT.insert(0, client)


def keep_too(client):
    KEPT.extend([client])


def keep_once(client):
    ALL.add(client)


def keep_by_name(client):
    BY_NAME.setdefault("one", client)


def keep_by_names(client):
    BY_NAME.update(one=client)


def take(name, client):
    pass


async def call(function):
    await function()


def ready():
    pass


def look_up(client):
    BY_NAME.get("one").append(client)


if KEPT:

    async def perhaps(client):
        pass

else:
    perhaps = close
