"""A killed worker cannot disconnect. The process is one that runs a client."""
import multiprocessing
import os
import signal
from signal import SIGKILL as HARD

import signals
from telethon import TelegramClient


def work():
    with TelegramClient("worker", 1, "hash") as client:  # expect: TGS101
        client.run_until_disconnected()


def stop(pid):
    os.kill(pid, signal.SIGTERM)
    os.kill(pid, 0)


def stop_hard(pid):
    os.kill(pid, signal.SIGKILL)  # expect: TGS304
    os.kill(pid, HARD)  # expect: TGS304
    os.kill(pid, signals.SIGKILL)  # expect: TGS304
    os.killpg(pid, 9)  # expect: TGS304


def supervise():
    process = multiprocessing.Process(target=work)
    process.start()
    process.join(60)
    process.kill()  # expect: TGS304


def gentle():
    process = multiprocessing.Process(target=work)
    process.start()
    process.terminate()
