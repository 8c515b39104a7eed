"""How processes are looked at: by reading /proc on Linux, by psutil elsewhere."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tgsession_runtime.workers.system import System


def this_system() -> System:
    """The system that this process runs on."""
    if sys.platform == "linux" and os.path.exists("/proc/self/stat"):
        from tgsession_runtime.workers.linux import Linux

        return Linux()
    from tgsession_runtime.workers.portable import Portable

    return Portable()
