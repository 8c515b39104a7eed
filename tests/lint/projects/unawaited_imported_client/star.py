from bot import *


async def stop():
    client.disconnect()  # expect: TGS202
