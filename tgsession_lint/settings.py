"""Arguments, environment, file, defaults -> the settings of one run, and where each of them comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgsession_lint.config import Config, expand
from tgsession_lint.frozen import frozen, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgsession_lint.rule import Rule

_ADDED = frozenset({"extend_select", "extend_exclude"})
NAMES: tuple[str, ...] = tuple(name for name in Config.__match_args__ if name not in {"root", "file", "folder"})


@frozen
class Settings:
    """A configuration, and for each of its settings `argument`, `environment`, `file` or `default`."""

    config: Config
    origins: Mapping[str, str]


def resolve(loaded: Config, given: Mapping[str, Any], origins: Mapping[str, str]) -> Settings:
    """*loaded* with what was *given* on the command line and in the environment in its place.

    What extends (`extend-select`, `extend-exclude`) is added to what the file says.
    """
    default = Config(loaded.root)
    found = {name: "default" if getattr(loaded, name) == getattr(default, name) else "file" for name in NAMES}
    spoken = {name: given[name] for name in NAMES if given.get(name) not in (None, ())}
    values: dict[str, Any] = {name: (*getattr(loaded, name), *value) if name in _ADDED else value for name, value in spoken.items()}
    return Settings(replace(loaded, **values), {**found, **{name: origins[name] for name in spoken}})


def unhidden(settings: Settings, rules: Mapping[str, Rule]) -> Settings:
    """A rule that is asked for by name is checked, even if the file ignores that very name."""
    config, origins = settings.config, settings.origins
    if origins["select"] not in {"argument", "environment"} or origins["ignore"] != "file":
        return settings
    asked = [expand([selector], rules) for selector in config.select]
    kept = tuple(selector for selector in config.ignore if expand([selector], rules) not in asked)
    return replace(settings, config=replace(config, ignore=kept))


def as_toml(settings: Settings, others: Mapping[str, tuple[Any, str]], codes: tuple[str, ...]) -> str:
    """The settings as a configuration file could have them, each with its origin behind it."""
    config = settings.config
    rows = [(name.replace("_", "-"), getattr(config, name), settings.origins[name]) for name in NAMES]
    lines = [f"{name} = {_toml(value) if value or name != 'per-file-ignores' else '{}'}  # {origin}" for name, value, origin in rows]
    return "\n".join(
        [
            f"# project: {config.root}",
            f"# settings file: {config.file or 'none'}",
            f"# rules: {' '.join(codes)}",
            *(f"# --{name} {_plain(value)}: {origin}" for name, (value, origin) in others.items()),
            "",
            "[tool.tgsession-lint]",
            *lines,
            "",
        ]
    )


def as_json(settings: Settings, others: Mapping[str, tuple[Any, str]], codes: tuple[str, ...]) -> str:
    """The same for programs."""
    import json

    config = settings.config
    pairs = {name.replace("_", "-"): (getattr(config, name), settings.origins[name]) for name in NAMES}
    shown = {name: {"value": value, "from": origin} for name, (value, origin) in {**pairs, **others}.items()}
    shown["per-file-ignores"]["value"] = dict(config.per_file_ignores)
    about = {"root": str(config.root), "file": str(config.file) if config.file else None, "rules": codes}
    return json.dumps({**about, "settings": shown}, indent=2) + "\n"


def _toml(value: Any) -> str:
    import json

    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return "{ " + ", ".join(f"{json.dumps(glob)} = {_toml(codes)}" for glob, codes in value) + " }"
    return json.dumps(value)  # TOML's strings, lists and booleans are JSON's


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)
