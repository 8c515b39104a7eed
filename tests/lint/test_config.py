"""What the settings may say, where they are looked for, and what the project is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tgsession_lint.config import (
    DEFAULT_EXCLUDE,
    DEFAULT_TEST_PATTERNS,
    SETTINGS,
    Config,
    ConfigError,
    check_codes,
    load,
    matches,
    rules_for,
)
from tgsession_lint.rule import every_rule

CODES = {rule.code: rule for rule in every_rule()}


def project(folder: Path, settings: str = "", *, name: str = "pyproject.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(settings, encoding="utf-8")
    return folder


def settings(folder: Path, text: str) -> Config:
    return load([], project(folder, f"[tool.tgsession-lint]\n{text}"))


def complaint(folder: Path, text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        settings(folder, text)
    return caught.value


# what it says


def test_every_key_is_read(tmp_path: Path) -> None:
    config = settings(
        tmp_path,
        """
        select = ["TGS1"]
        extend-select = ["TGS901"]
        ignore = ["unguarded-client"]
        exclude = ["old"]
        extend-exclude = ["gen/*.py"]
        force-exclude = true
        guards = ["app.tg.session"]
        telethon-roots = ["ourfork"]
        client-classes = ["kit.Client"]
        src = ["lib"]
        test-patterns = ["probe_*.py"]
        per-file-ignores = { "tests/**" = ["TGS301"] }
        """,
    )

    assert config == Config(
        root=tmp_path,
        file=tmp_path / "pyproject.toml",
        folder=tmp_path,
        select=("TGS1",),
        extend_select=("TGS901",),
        ignore=("unguarded-client",),
        exclude=("old",),
        extend_exclude=("gen/*.py",),
        force_exclude=True,
        guards=("app.tg.session",),
        telethon_roots=("ourfork",),
        client_classes=("kit.Client",),
        src=("lib",),
        test_patterns=("probe_*.py",),
        per_file_ignores=(("tests/**", ("TGS301",)),),
    )


def test_snake_case_is_the_same_key(tmp_path: Path) -> None:
    assert settings(tmp_path, 'extend_exclude = ["gen"]').extend_exclude == ("gen",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('ignor = ["TGS101"]', "`ignor`"),
        ('select = "TGS101"', "'TGS101'"),
        ("select = [1]", "[1]"),
        ('force-exclude = "yes"', "'yes'"),
        ('per-file-ignores = ["TGS101"]', "per-file-ignores"),
        ('per-file-ignores = { "a.py" = "TGS101" }', "per-file-ignores.a.py"),
        ("select = [", "no valid TOML"),
    ],
)
def test_what_is_not_understood_is_an_error_that_names_it(tmp_path: Path, text: str, said: str) -> None:
    error = complaint(tmp_path, text)

    assert said in error.what
    assert error.why
    assert error.hint


def test_unknown_key_names_the_nearest_known(tmp_path: Path) -> None:
    assert complaint(tmp_path, "exlude = []").hint == "did you mean `exclude`?"


@pytest.mark.parametrize("header", ["[tool.tgsession_lint]", "[ tool . tgsession-lint ]", '["tool"."tgsession-lint"]'])
def test_table_is_known_however_it_is_spelt(tmp_path: Path, header: str) -> None:
    project(tmp_path, f'{header}\nignore = ["TGS101"]\n')

    assert load([], tmp_path).ignore == ("TGS101",)


def test_byte_order_mark_is_no_part_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b'\xef\xbb\xbf[tool.tgsession-lint]\r\nignore = ["TGS101"]\r\n')

    assert load([], tmp_path).ignore == ("TGS101",)


def test_toml_error_names_the_line(tmp_path: Path) -> None:
    assert "line 3" in complaint(tmp_path, "\nselect = [}").what


@pytest.mark.parametrize("value", ["3", "[]", '"x"'])
def test_table_that_is_no_table_is_an_error(tmp_path: Path, value: str) -> None:
    project(tmp_path, f"[tool]\ntgsession-lint = {value}\n")

    with pytest.raises(ConfigError, match=r"tool\.tgsession-lint"):
        load([], tmp_path)


@pytest.mark.parametrize("data", [b"\xff\xfe", b"# tgsession-lint\nx = '\xff'", b"[" * 9000 + b"tgsession-lint"])
def test_file_that_is_no_toml_is_an_error(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(data)

    with pytest.raises(ConfigError):
        load([], tmp_path, file=tmp_path / "pyproject.toml")


def test_file_without_a_word_of_us_need_not_be_toml(tmp_path: Path) -> None:
    project(tmp_path, "this is [no TOML")

    assert load([], tmp_path) == Config(tmp_path)


DOCS = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text("utf-8")


def test_docs_describe_every_setting_with_an_example_that_loads(tmp_path: Path) -> None:
    rows = dict(re.findall(r"^\| `([\w-]+)` \|.*\| `(.+)` \|$", DOCS, re.MULTILINE))

    assert sorted(rows) == sorted(SETTINGS)
    for name, example in rows.items():
        assert getattr(settings(tmp_path, example), name.replace("-", "_")) != getattr(Config(tmp_path), name.replace("-", "_"))


@pytest.mark.parametrize("default", [DEFAULT_EXCLUDE, DEFAULT_TEST_PATTERNS])
def test_docs_name_the_default_globs(default: tuple[str, ...]) -> None:
    assert ", ".join(f"`{glob}`" for glob in default) in DOCS.replace("\n", " ")


# where it is looked for


def test_nearest_table_wins_and_is_not_merged(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    project(tmp_path, '[tool.tgsession-lint]\nignore = ["TGS101"]\nguards = ["a.b"]')
    inner = project(tmp_path / "bot", '[tool.tgsession-lint]\nignore = ["TGS102"]')

    config = load([inner], tmp_path)

    assert (config.root, config.file, config.ignore, config.guards) == (tmp_path, inner / "pyproject.toml", ("TGS102",), ())


def test_file_without_our_table_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    project(tmp_path, '[tool.tgsession-lint]\nignore = ["TGS101"]')
    inner = project(tmp_path / "bot", "# tgsession-lint is set up above\n[tool.other]\n")

    assert load([inner], tmp_path).ignore == ("TGS101",)


def test_file_above_the_root_is_not_read(tmp_path: Path) -> None:
    project(tmp_path, '[tool.tgsession-lint]\nignore = ["TGS101"]')
    inner = tmp_path / "bot"
    (inner / ".git").mkdir(parents=True)

    assert load([inner], tmp_path).ignore == ()


def test_isolated_reads_no_file(tmp_path: Path) -> None:
    project(tmp_path, '[tool.tgsession-lint]\nignore = ["TGS101"]')

    assert load([], tmp_path, isolated=True) == Config(tmp_path)


def test_named_file_may_be_all_table(tmp_path: Path) -> None:
    project(tmp_path, 'ignore = ["TGS101"]', name="lint.toml")

    assert load([], tmp_path, file=tmp_path / "lint.toml").ignore == ("TGS101",)


def test_named_file_is_relative_to_the_working_folder(tmp_path: Path) -> None:
    inner = project(tmp_path / "etc", 'ignore = ["TGS101"]', name="lint.toml")

    config = load([], tmp_path, file=Path("etc/lint.toml"))

    assert (config.ignore, config.file) == (("TGS101",), inner / "lint.toml")


def test_named_file_without_our_table_is_an_error(tmp_path: Path) -> None:
    project(tmp_path, "[tool.other]\n")

    with pytest.raises(ConfigError, match="has no"):
        load([], tmp_path, file=tmp_path / "pyproject.toml")


def test_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load([], tmp_path, file=tmp_path / "none.toml")


# the project


@pytest.mark.parametrize("marker", ["file", "folder"])
def test_root_is_the_top_of_the_checkout(tmp_path: Path, marker: str) -> None:
    if marker == "file":  # a work tree or a submodule
        (tmp_path / ".git").write_text("gitdir: elsewhere\n", encoding="utf-8")
    else:
        (tmp_path / ".git").mkdir()
    inner = project(tmp_path / "services" / "bot")

    assert load([inner], inner).root == tmp_path


def test_root_does_not_depend_on_the_targets(tmp_path: Path) -> None:
    project(tmp_path)
    one, other = tmp_path / "app" / "a.py", tmp_path / "lib" / "deep" / "b.py"
    for file in (one, other):
        file.parent.mkdir(parents=True)
        file.touch()

    roots = {load(targets, tmp_path).root for targets in ([one], [other], [one, other], [tmp_path], [one.parent], [])}

    assert roots == {tmp_path}


@pytest.mark.parametrize("marker", [".git", "pyproject.toml", "setup.py", "requirements.txt", None])
def test_one_file_and_its_folders_have_one_root(tmp_path: Path, marker: str | None) -> None:
    top = tmp_path / "program"
    package = top / "bot" / "handlers"
    package.mkdir(parents=True)
    for file in (top / "run.py", package.parent / "__init__.py", package / "__init__.py", package / "a.py"):
        file.touch()
    if marker is not None:
        (top / marker).touch()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    targets = [top, package, package.parent, package / "a.py", top / "run.py"]
    roots = {load([target], cwd).root for target in targets for cwd in (top, elsewhere)}

    assert roots == {top}


def test_without_a_checkout_the_nearest_marker_is_the_root(tmp_path: Path) -> None:
    outer = project(tmp_path / "outer", name="setup.py")
    inner = project(outer / "inner", name="manage.py")
    (inner / "app").mkdir()

    assert load([inner / "app"], inner / "app").root == inner


def test_lone_file_takes_the_folders_that_look_like_its_program(tmp_path: Path) -> None:
    package = tmp_path / "program" / "bot" / "handlers"
    package.mkdir(parents=True)
    for file in (tmp_path / "program" / "run.py", package.parent / "__init__.py", package / "a.py"):
        file.touch()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    assert load([package / "a.py"], elsewhere).root == tmp_path / "program"


# globs and codes


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("a/old/b.py", "old", True),
        ("a/older/b.py", "old", False),
        ("a/b_pb2.py", "*_pb2.py", True),
        ("src/gen/b.py", "src/gen", True),
        ("lib/src/gen/b.py", "src/gen", False),
        ("src/gen/b.py", "./src/gen/", True),
        ("src/a/b/c.py", "src/**/*.py", True),
        ("src/c.py", "src/**/*.py", True),
        ("app/tests/a/test.py", "tests/**", True),
        ("app/contests/a.py", "tests/**", False),
        ("app/tests", "tests/**", False),
        ("tests/a.py", "**/tests/**", True),
        ("app/tests/a.py", "**/tests/**", True),
        ("gen/b.py", "**/gen", True),
        ("lib/gen/b.py", "**/gen", True),
        ("lib/src/gen/b.py", "**/src/gen", True),
        ("src/gen/b.py", "**/src/gen", True),
        ("a/__init__.py", "**/__init__.py", True),
        ("gen/b.py", "/gen", True),
        ("lib/gen/b.py", "/gen", False),
        ("src/a/gen/deep/b.py", "src/*/gen/**", True),
        ("src/A.py", "src/a.py", False),
    ],
)
def test_globs(path: str, pattern: str, expected: bool) -> None:
    assert matches(path, pattern) is expected


@pytest.mark.parametrize("selector", ["TGS", "TGS1", "TGS101", "unguarded-client", "ALL"])
def test_known_selectors_pass(tmp_path: Path, selector: str) -> None:
    config = Config(tmp_path, select=(selector,))

    check_codes(config, CODES)

    assert "TGS101" in rules_for(config, str(tmp_path / "a.py"), CODES)


@pytest.mark.parametrize(
    "values",
    [
        {"select": ("TGS999",)},
        {"extend_select": ("X",)},
        {"select": ("",)},
        {"ignore": ("unguarded-cleint",)},
        {"per_file_ignores": (("a.py", ("TGS1O1",)),)},
    ],
)
def test_unknown_selector_is_an_error(tmp_path: Path, values: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="no rule is called"):
        check_codes(Config(tmp_path, **values), CODES)


def test_rules_of_a_file_follow_select_ignore_and_its_globs(tmp_path: Path) -> None:
    config = Config(
        tmp_path, select=("TGS1",), extend_select=("TGS401",), ignore=("TGS102",), per_file_ignores=(("tests/**", ("TGS101",)),)
    )
    everywhere = rules_for(config, str(tmp_path / "app.py"), CODES)
    in_tests = rules_for(config, str(tmp_path / "tests" / "a.py"), CODES)

    assert everywhere - in_tests == {"TGS101"}
    assert "TGS401" in in_tests
    assert "TGS102" not in everywhere


# the cost


def test_project_without_a_word_of_us_imports_no_toml(tmp_path: Path) -> None:
    project(tmp_path, "[tool.other]\n")
    (tmp_path / ".git").mkdir()
    program = (
        "import sys; from pathlib import Path; from tgsession_lint.config import load; load([], Path.cwd());"
        "sys.exit(bool({'tomllib', 'tomli', 'tempfile', 'difflib'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": str(Path(__file__).parents[2])}, check=False)

    assert done.returncode == 0
