"""Arguments, `TGSESSION_*`, `[tool.tgsession-guard]`, defaults -> Settings, and where each value comes from."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from tgsession_runtime.errors import ConfigurationError
from tgsession_runtime.project_file import TABLE, project_of
from tgsession_runtime.setting import NAMED, SETTINGS, Setting
from tgsession_runtime.state import state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tgsession_runtime.project_file import Project

PREFIX = "TGSESSION_"
# The linter's, and those of our own tests.
_OTHERS = tuple(f"{PREFIX}{name}" for name in ("LINT", "BENCH", "CASES", "FUZZ", "PROBE", "TEST"))
_NO_SETTINGS = ("TGSESSION_HOST",)  # says what this host is called; see `holder.hostname`
_LONGEST_SECRET = 65536  # bytes; a session string has 353
_VARIABLES = {
    **{setting.variable: setting.name for setting in SETTINGS},
    **{f"{setting.variable}_FILE": f"{setting.name}_file" for setting in SETTINGS if setting.secret},
}
_KEYS = frozenset(_VARIABLES.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one guard goes by. No secret stands in its `repr`."""

    session: Any = None
    """The name or path of a session file, absolute unless it was an argument; or a `Session` object."""
    session_string: str | None = field(default=None, repr=False)
    """At most one of `session` and this is set."""
    api_id: int | None = None
    api_hash: str | None = field(default=None, repr=False)
    bot_token: str | None = field(default=None, repr=False)
    lock_timeout: float = 30.0
    connect_timeout: float = 30.0
    disconnect_timeout: float = 10.0
    workers: Literal["refuse", "wait", "ignore"] = "refuse"
    exclusive: bool = True
    celery_app: str | None = None
    """The app that `tgsession-guard workers` starts, and whose workers belong to the project wherever they run."""
    celery_options: str = ""
    worker_patterns: tuple[str, ...] = ()
    """Commands that count as workers besides Celery's and the known runners'; see `workers.Pattern`."""
    state_dir: Path
    lease: Any = field(default=None, repr=False)
    lease_required: bool = True
    lease_duration: float = 60.0
    lease_renew: float = 10.0
    lease_deadline: float = 30.0
    lease_settle: float = 15.0
    project: Path
    """The folder of the `pyproject.toml` that was found, else the working folder."""
    file: Path | None = None
    """The `pyproject.toml` with our table."""
    origins: Mapping[str, str]
    """Where each value comes from: `argument`, the name of a variable, the path of a file, or `default`."""

    @property
    def worker_names(self) -> tuple[str, ...]:
        """The apps whose workers belong to the project."""
        return (self.celery_app,) if self.celery_app else ()

    def required(self, *names: str) -> None:
        """Make sure that the settings *names* were given; a session string does for `session`.

        Raises:
            ConfigurationError: it names each that is missing, with every way to give it.
        """
        missing = [NAMED[name] for name in names if not self._is_given(name)]
        if missing:
            listed = ", ".join(f"`{one.name}`" for one in missing)
            raise ConfigurationError(
                f"not given: {listed}", "\n".join(_ways(one, self.file or self.project / "pyproject.toml") for one in missing)
            )

    def _is_given(self, name: str) -> bool:
        also = ("session_string",) if name == "session" else ()
        return any(self.origins[one] != "default" for one in (name, *also))


class _Found(NamedTuple):
    """A value as it was written, and where."""

    value: Any
    where: str
    """As `Settings.origins` has it."""
    shown: str
    """As a message has it."""
    base: Path | None = None
    """What paths in it are relative to; None for arguments, which are taken as they are."""


def settings_here(given: Mapping[str, object]) -> Settings:
    """The settings that hold in this process: with its environment, in its working folder.

    Raises:
        ConfigurationError: as `settings`; or the working folder has been removed.
    """
    try:
        cwd = Path.cwd()
    except OSError as error:
        raise ConfigurationError(
            f"the working folder cannot be used: {error.strerror}", "start the program again, in a folder that is there"
        ) from error
    return settings(given, environ=os.environ, cwd=cwd)


def settings(given: Mapping[str, object], *, environ: Mapping[str, str], cwd: Path) -> Settings:
    """The settings that hold: of *given*, *environ* and the project's file, in this order.

    *given* holds the arguments that were really passed, by name; one that is None counts as not passed, but for `session`
    and `lease`, where it means something.

    Raises:
        ConfigurationError: something is unknown, contradicts itself, or is not what it has to be.
        StateFolderError: there is no folder to keep the state in.
    """
    project = project_of(cwd, environ.get("HOME") or os.path.expanduser("~"))
    sources = (
        _from_arguments(given),
        _from_environment(environ, cwd),
        _from_table(project),
    )
    chosen = _one_session({setting.name: _choose(setting, sources) for setting in SETTINGS})
    values = {name: _value(NAMED[name], found) for name, (_, found) in chosen.items() if found}
    values["state_dir"] = Path(values["state_dir"]) if "state_dir" in values else state_of(environ).root
    origins = {name: found.where if found else "default" for name, (_, found) in chosen.items()}
    return Settings(project=project.folder, file=project.file, origins=origins, **values)


# where values come from


def _from_arguments(given: Mapping[str, object]) -> dict[str, _Found]:
    return {
        name: _Found(value, "argument", f"the argument `{name}`")
        for name, value in given.items()
        if name in NAMED and (value is not None or name in {"session", "lease"})
    }


def _from_environment(environ: Mapping[str, str], cwd: Path) -> dict[str, _Found]:
    found = {}
    for variable in environ:
        if not variable.startswith(PREFIX):
            continue
        name = _VARIABLES.get(variable)
        if name is None:
            if variable.startswith(_OTHERS) or variable in _NO_SETTINGS:
                continue
            raise _unknown(f"the environment variable `{variable}` sets nothing", variable, [*_VARIABLES, *_NO_SETTINGS])
        if not environ[variable].strip():
            raise ConfigurationError(f"the environment variable `{variable}` is empty", "give it a value, or unset it")
        found[name] = _Found(environ[variable], variable, f"`{variable}`", cwd)
    return found


def _from_table(project: Project) -> dict[str, _Found]:
    found: dict[str, _Found] = {}
    for key, value in (project.table or {}).items():
        name = key.replace("-", "_")
        if name not in _KEYS:
            raise _unknown(f"`{key}` in `{project.file}` sets nothing", name, _KEYS, show=lambda near: near.replace("_", "-"))
        if name in found:
            raise ConfigurationError(f"`{key}` stands twice in `{project.file}`, with `-` and with `_`", "keep one of them")
        if name in NAMED and not NAMED[name].commit:
            raise _committed(NAMED[name], project)
        found[name] = _Found(value, str(project.file), f"`{key}` in `{project.file}`", project.folder)
    return found


def _choose(setting: Setting, sources: Iterable[Mapping[str, _Found]]) -> tuple[int, _Found | None]:
    """The first source that has *setting*, or a file for it, and what it says."""
    for rank, source in enumerate(sources):
        here, in_file = source.get(setting.name), source.get(f"{setting.name}_file")
        if here and in_file:
            raise _both(here, in_file)
        if in_file:
            return rank, _contents(in_file)
        if here:
            return rank, here
    return len(SETTINGS), None


def _one_session(chosen: dict[str, tuple[int, _Found | None]]) -> dict[str, tuple[int, _Found | None]]:
    """Two ways to say one thing: what is said nearer wins, and both in one place is a contradiction."""
    (by_name, named), (by_string, string) = chosen["session"], chosen["session_string"]
    if named and string:
        if by_name == by_string:
            raise _both(named, string)
        chosen["session_string" if by_name < by_string else "session"] = (len(SETTINGS), None)
    return chosen


# what a value is


def _value(setting: Setting, found: _Found) -> Any:
    try:
        value = setting.take(found.value)
    except (ValueError, TypeError, OverflowError):
        # Neither the value nor the cause: what was meant for another setting may be a secret.
        raise ConfigurationError(f"{found.shown} is not what it has to be", f"it takes {setting.wanted}") from None
    return _path(setting, found, value) if setting.path and found.base else value


def _path(setting: Setting, found: _Found, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"{found.shown} is not what it has to be", f"it takes {setting.wanted}")
    return os.path.join(str(found.base), os.path.expanduser(value))


def _contents(found: _Found) -> _Found:
    """What the file says that *found* names."""
    if not isinstance(found.value, str):
        raise ConfigurationError(f"{found.shown} is not what it has to be", "it takes the path of a file")
    path = os.path.join(str(found.base), os.path.expanduser(found.value))
    try:
        with open(path, "rb") as file:
            text = file.read(_LONGEST_SECRET).decode().strip()
    except OSError as error:
        raise _useless(found, path, error.strerror or "it cannot be read") from error
    except UnicodeDecodeError:
        raise _useless(found, path, "it is no text") from None  # the error holds what was read
    if not text:
        raise _useless(found, path, "it is empty")
    return _Found(text, path, f"`{path}`, which {found.shown} names,", found.base)


# what is said about it


def _unknown(what: str, word: str, known: Iterable[str], show: Any = str) -> ConfigurationError:
    import difflib

    near = difflib.get_close_matches(word, known := sorted(known), n=1, cutoff=0.5)
    hint = f"did you mean `{show(near[0])}`?" if near else f"there is {', '.join(map(show, known))}"
    return ConfigurationError(what, hint, why="a misspelt setting would do nothing, in silence")


def _both(one: _Found, other: _Found) -> ConfigurationError:
    return ConfigurationError(f"{one.shown} and {other.shown} are both given", "keep one of them")


def _committed(setting: Setting, project: Project) -> ConfigurationError:
    return ConfigurationError(
        f"`{setting.key}` stands in `{project.file}`",
        f"set `{setting.variable}` or `{setting.variable}_FILE`, or name a file that is not committed: `{setting.key}-file = …`",
        why="that file is committed with the code, and whoever reads it is logged in as you",
    )


def _useless(found: _Found, path: str, reason: str) -> ConfigurationError:
    hint = "write the value into it, readable for this user"
    return ConfigurationError(f"{found.shown} names `{path}`, which is no use: {reason}", hint)


def _ways(setting: Setting, file: Path) -> str:
    """Every way to give *setting*."""
    ways = [f"`{setting.variable}`"]
    if setting.secret:
        ways.append(f"`{setting.variable}_FILE` with the path of a file that holds it")
    if setting.name == "session":
        ways.append("`TGSESSION_SESSION_STRING`")
    key = f"{setting.key} = {setting.example}" if setting.commit else f'{setting.key}-file = "…"'
    return f"{setting.name}: as an argument, {', '.join(ways)}, or `{key}` under `[tool.{TABLE}]` in {file}"
