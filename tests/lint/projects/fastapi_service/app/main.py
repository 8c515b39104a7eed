"""The wrapper is built at import, which is no client; its `stop` is a coroutine of its own."""
from contextlib import asynccontextmanager

from app.telegram import Telegram
from fastapi import FastAPI

telegram = Telegram({})


@asynccontextmanager
async def lifespan(app):
    await telegram.start()
    app.state.telegram = telegram
    yield
    await telegram.stop()


app = FastAPI(lifespan=lifespan)
