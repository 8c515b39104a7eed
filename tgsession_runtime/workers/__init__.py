"""Which processes are Celery workers or other task runners, which have a session file open, and what this one is."""

from tgsession_runtime.workers.find import running
from tgsession_runtime.workers.here import Here, current
from tgsession_runtime.workers.holding import holding_open
from tgsession_runtime.workers.markers import mark, sweep, unmark
from tgsession_runtime.workers.remote import Answer, ask, gives_respite, running_tasks, will_guard
from tgsession_runtime.workers.runners import Pattern
from tgsession_runtime.workers.values import Found, Holding, Process, Uninspectable, Worker

__all__ = [
    "Answer", "Found", "Here", "Holding", "Pattern", "Process", "Uninspectable", "Worker", "ask", "current", "gives_respite",
    "holding_open", "mark", "running", "running_tasks", "sweep", "unmark", "will_guard",
]  # fmt: skip
