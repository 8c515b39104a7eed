"""`[tool.tgsession-lint]` -> Config; an unknown key is an error that names the nearest known one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tgsession_lint import root
from tgsession_lint.frozen import frozen, replace
from tgsession_lint.globs import DEFAULT_EXCLUDE, matches

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

TABLE = root.TABLE.decode()

DEFAULT_TEST_PATTERNS = (
    "test_*.py", "*_test.py", "tests.py", "test.py", "conftest.py", "tests/**", "test/**", "testing/**",
    "debug*.py", "*_debug.py", "scratch*.py", "playground*.py", "try_*.py", "manual_*.py",
)  # fmt: skip


class ConfigError(Exception):
    """The settings cannot be used as they are."""

    code = "bad-configuration"

    def __init__(self, what: str, why: str = "", hint: str = "") -> None:
        super().__init__(what, why, hint)
        self.what = what
        self.why = why
        self.hint = hint

    def __str__(self) -> str:
        return self.what


@frozen
class Config:
    """The settings of one run. Globs and `src` start from `base`; codes may be prefixes or names of rules."""

    root: Path
    file: Path | None = None
    folder: Path | None = None
    """Where the table was found, if it was looked for."""
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    unsafe_fixes: bool = False
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    guards: tuple[str, ...] = ()
    telethon_roots: tuple[str, ...] = ()
    client_classes: tuple[str, ...] = ()
    src: tuple[str, ...] = ()
    test_patterns: tuple[str, ...] = DEFAULT_TEST_PATTERNS

    @property
    def base(self) -> Path:
        """The folder that globs start from: that of the `pyproject.toml` which was found, else the root."""
        return self.folder or self.root

    @property
    def selects_rules(self) -> bool:
        """Whether rules are named: they bring libcst with them, and whoever names none does not wait for it."""
        return bool(self.select or self.extend_select or self.ignore or self.per_file_ignores)

    def relative(self, path: str) -> str:
        """*path* as the globs of the configuration see it: from their folder, with `/`."""
        return os.path.relpath(path, self.base).replace(os.sep, "/")

    def is_test(self, path: str) -> bool:
        """Whether *path* is a test or a debug script."""
        inside = self.relative(path)
        return any(matches(inside, pattern) for pattern in self.test_patterns)


SETTINGS = tuple(name.replace("_", "-") for name in Config.__match_args__ if name not in {"root", "file", "folder"})


# the codes


def expand(selectors: Collection[str], codes: Mapping[str, Any]) -> frozenset[str]:
    """The codes that *selectors* mean: a code, a prefix of codes, a rule's name, or ALL."""
    names = {rule.name: code for code, rule in codes.items()}
    found: set[str] = set()
    for selector in selectors:
        wanted = selector.strip()
        if wanted.upper() == "ALL":
            found.update(codes)
        elif wanted.lower() in names:
            found.add(names[wanted.lower()])
        elif wanted:
            found.update(code for code in codes if code.startswith(wanted.upper()))
    return frozenset(found)


def rules_for(config: Config, path: str, codes: Mapping[str, Any]) -> frozenset[str]:
    """The codes of the rules that *path* is checked by."""
    chosen = expand(config.select, codes) if config.select else frozenset(codes)
    chosen = (chosen | expand(config.extend_select, codes)) - expand(config.ignore, codes)
    inside = config.relative(path)
    for pattern, ignored in config.per_file_ignores:
        if matches(inside, pattern):
            chosen -= expand(ignored, codes)
    return chosen


def check_codes(config: Config, codes: Mapping[str, Any]) -> None:
    """Make sure that every selector means a rule.

    Raises:
        ConfigError: one does not; the nearest code or name is named.
    """
    per_file = [code for _, ignored in config.per_file_ignores for code in ignored]
    for selector in (*config.select, *config.extend_select, *config.ignore, *per_file):
        if not expand([selector], codes):
            known = [*codes, *(rule.name for rule in codes.values())]
            raise ConfigError(
                f"no rule is called `{selector}`",
                "a selection that means nothing would check nothing, in silence",
                nearest(selector, known) or "`tgsession-lint rules` lists them all",
            )


def nearest(word: str, known: Collection[str]) -> str:
    """A hint that names the nearest of *known*; empty if none is near."""
    import difflib

    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5) or difflib.get_close_matches(word.upper(), known, n=1)
    return f"did you mean `{close[0]}`?" if close else ""


# the file


def load(targets: Sequence[Path], cwd: Path, *, file: Path | None = None, isolated: bool = False) -> Config:
    """The configuration for *targets*, from *file* or from the nearest `pyproject.toml` that has our table.

    Raises:
        ConfigError: the file cannot be read, or says something that is not understood.
    """
    named, here = [os.fspath(target) for target in targets], os.path.abspath(cwd)
    top = root.find_root(named, here)
    if isolated:
        return Config(Path(top))
    if file is not None:
        base = Config(Path(top), Path(os.path.normpath(os.path.join(here, file))))
        return parse(_read(Path(here, file)), base, required=True) or base
    return load_for(root.common_folder(named, here), top)


def load_for(folder: str, top: str) -> Config:
    """The configuration for what is right in *folder*, in the project at *top*.

    Raises:
        ConfigError: the nearest file cannot be read, or says something that is not understood.
    """
    for path in root.settings_files(folder, top):
        found = parse(_read(Path(path)), Config(Path(top), Path(path), Path(path).parent), required=False)
        if found is not None:
            return found
    return Config(Path(top))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"`{path}` cannot be read: {error.strerror}", "the settings for this run are in it",
                          "name another file with `--config`, or use `--isolated`") from error


def parse(data: bytes, base: Config, *, required: bool) -> Config | None:
    """*base* with the settings in *data*; None if it has no table of ours and need not have one."""
    try:
        import tomllib
    except ImportError:
        import tomli as tomllib  # type: ignore[no-redef, import-not-found, unused-ignore]
    try:
        document = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"`{base.file}` is no valid TOML: {error}", "none of its settings can be trusted",
                          "mend the file at that place") from error
    tool = document.get("tool", {})
    table = tool.get(TABLE, tool.get(TABLE.replace("-", "_"))) if isinstance(tool, dict) else None
    if table is None:
        if required and base.file is not None and base.file.name != "pyproject.toml":
            table = document
        elif not required:
            return None
    if table is None:
        raise ConfigError(f"`{base.file}` has no `[tool.{TABLE}]`", "it was named as the file with the settings",
                          f"add `[tool.{TABLE}]` to it, or leave `--config` out")
    if not isinstance(table, dict):
        raise ConfigError(f"`{base.file}` sets `tool.{TABLE}` to {table!r}", "the settings are a table",
                          f"write `[tool.{TABLE}]`, and each setting on a line below it")
    return with_settings(base, table, f"`{base.file}`")


def with_settings(base: Config, table: Mapping[str, Any], where: str) -> Config:
    """*base* with the settings of *table*; *where* says in a message who set them."""
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("_", "-")
        if name not in SETTINGS:
            raise ConfigError(f"{where} has an unknown setting `{key}`", "a misspelt setting would do nothing, in silence",
                              nearest(name, SETTINGS) or f"the settings are: {', '.join(SETTINGS)}")
        values[name.replace("-", "_")] = _typed(name, value, where)
    return replace(base, **values)


def _typed(name: str, value: Any, where: str) -> Any:
    if name in {"force-exclude", "unsafe-fixes"}:
        if isinstance(value, bool):
            return value
        raise _wrong(name, "true or false", value, where)
    if name == "per-file-ignores":
        if isinstance(value, dict):
            return tuple((pattern, _strings(f"{name}.{pattern}", codes, where)) for pattern, codes in value.items())
        raise _wrong(name, 'a table such as { "tests/**" = ["TGS101"] }', value, where)
    return _strings(name, value, where)


def _strings(name: str, value: Any, where: str) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return tuple(value)
    raise _wrong(name, "a list of strings", value, where)


def _wrong(name: str, wanted: str, value: Any, where: str) -> ConfigError:
    return ConfigError(f"{where} sets `{name}` to {value!r}", f"it takes {wanted}", f"write `{name} = …` as {wanted}")
