"""Which sessions a command is asked about: those that are named, else the configured one, else all of the project."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tgsession_runtime import session_files, workers
from tgsession_runtime.check import Surroundings
from tgsession_runtime.config import settings_here
from tgsession_runtime.errors import ConfigurationError
from tgsession_runtime.lease_settings import leasing_of
from tgsession_runtime.session import SessionName, name_of, name_of_string

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_runtime.config import Settings
    from tgsession_runtime.workers import Answer


@dataclass(frozen=True, slots=True)
class Asked:
    """Sessions, and where they are looked at."""

    names: tuple[SessionName, ...]
    settings: Settings

    remote: Answer | None = None
    """What Celery's workers answered on all hosts, if they were asked."""

    @property
    def around(self) -> Surroundings:
        """A fresh look at what is around them."""
        return Surroundings.of(self.settings, remote=self.remote, leasing=leasing_of(self.settings))

    def ask_all_hosts(self) -> Asked:
        """The same, with the answers of the app's workers on all hosts.

        Raises:
            ConfigurationError: no app is configured that could be asked.
        """
        app = self.settings.celery_app
        if app is None:
            raise ConfigurationError(
                "not given: `celery_app`", "`TGSESSION_CELERY_APP=app.celery`, or `celery-app` in `pyproject.toml`",
                why="the workers of other hosts answer through the app's broker",
            )  # fmt: skip
        sys.path.insert(0, str(self.settings.project))  # as `celery -A` does
        return replace(self, remote=workers.ask(app))


def file_of(name: SessionName) -> Path:
    """The file of the session *name*, which has to be there.

    Raises:
        ConfigurationError: it is not.
    """
    if name.path is None or not os.path.exists(name.path):
        raise ConfigurationError(
            f"there is no session file `{name.path or name.label}`", "`tgsession-guard status` shows those of the project", why="nothing was done"
        )
    return name.path


def asked(given: Sequence[str], *, need_one: bool = True, command: str = "check") -> Asked:
    """The sessions *given* by name, else what the settings and the project have; *command* asks, as its hint says it.

    Raises:
        ConfigurationError: there is none to ask about.
    """
    found = settings_here({})
    if given:
        names = [name_of(one) for one in given]
    elif found.session_string:
        names = [name_of_string(found.session_string)]
    elif found.session:
        names = [name_of(found.session)]
    else:
        names = [name_of(os.path.relpath(path)) for path in session_files.find(found.project)]
    if not names and need_one:
        raise ConfigurationError(
            f"there is no session file below `{found.project}`", f"name one: `tgsession-guard {command} NAME`", why="nothing was done"
        )
    return Asked(tuple(names), found)
