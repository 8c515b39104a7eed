"""Play scenes, each in a forked process that has loaded everything before: `python -m tests.runtime.play`.

Reads one JSON object a line: which scene, and what it takes. Answers `pid N`, then what the scene says, then `ended STATUS`,
negative for a signal.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import signal
import sys
import traceback
from typing import Any

from tests.runtime import fork_scenes  # noqa: F401 - fills the table
from tests.runtime.guarding import quick
from tests.runtime.scenes import SCENES, say


class _SayWaiting(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        if getattr(record, "event", "") == "waiting":
            say("waiting")


def _play(request: dict[str, Any]) -> int:
    os.environ["TGSESSION_STATE_DIR"] = request["state"]
    pid = os.fork()
    if pid:
        say(f"pid {pid}")
        _, status = os.waitpid(pid, 0)
        return os.waitstatus_to_exitcode(status)
    signal.alarm(25)
    try:
        SCENES[request["scene"]](*request["arguments"])
    except KeyboardInterrupt:  # what Python does with one that nobody caught
        atexit._run_exitfuncs()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except SystemExit as error:
        _leave(error.code if isinstance(error.code, int) else 1)
    except BaseException as error:
        say(f"raised {type(error).__name__}: {error}")
        traceback.print_exc()
        _leave(1)
    _leave(0)
    return 0


def _leave(status: int) -> None:
    sys.stderr.flush()
    atexit._run_exitfuncs()
    os._exit(status)


if __name__ == "__main__":
    import psutil  # noqa: F401 - once for all scenes, one of which may not read these files any more
    import telethon  # noqa: F401

    quick("any")
    logging.getLogger("tgsession").addHandler(_SayWaiting())
    signal.signal(signal.SIGINT, signal.default_int_handler)
    say("ready")
    for line in sys.stdin:
        say(f"ended {_play(json.loads(line))}")
