"""Looking at bytes before parsing loses no finding, whichever way the files that matter are found."""

from __future__ import annotations

import ast
import os
import random
import shutil
import sysconfig
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tgsession_lint import analysis, config, importers, matter, parallel, pipeline, prefilter, search
from tgsession_lint.hints import hints
from tgsession_lint.imports import imports
from tgsession_lint.mentions import Mentions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hypothesis.strategies import SearchStrategy

    from tgsession_lint.finding import Finding

PROJECTS = Path(__file__).parent / "projects"
NAMES = sorted(folder.name for folder in PROJECTS.iterdir() if folder.is_dir() and folder.name != "__pycache__")
MANY = 10**6


class Everything(Mentions):
    """Takes every file to matter; what is known of the project as a whole stays true."""

    def __init__(self, true: Mentions) -> None:
        super().__init__(true.needles, true.roots, lambda: true.files, true.given)
        self.true = true

    def mentions(self, path: str) -> bool:
        return True

    def relevant(self, path: str) -> bool:
        return path.endswith((".py", ".pyi", ".pyw", ".ipynb"))

    def has_client(self, path: str) -> bool:
        return self.true.has_client(path)

    def has_client_nearby(self, path: str) -> bool:
        return self.true.has_client_nearby(path)

    @property
    def seeds(self) -> set[str]:
        return self.true.seeds


class AnalysisOfEverything(analysis.Analysis):
    """Passes no file over."""

    def matter(self, candidates: Sequence[str]) -> list[str]:
        return list(candidates)


def everything(root: Path) -> tuple[Finding, ...]:
    """What is found where no file is passed over."""
    settings_ = config.load([root], root)
    begun = pipeline.begin(pipeline.discover([root], settings_, cwd=root), settings_, {})
    begun.known.abandon()
    known = Everything(begun.known)
    findings, faults = AnalysisOfEverything(settings_, known, cwd=root).lint(begun.found.files)
    assert faults == []
    return tuple(findings)


def found_in(root: Path, *targets: Path) -> tuple[Finding, ...]:
    """What a run over *targets*, or all of *root*, finds."""
    outcome = pipeline.run(targets or [root], config.load([root], root), cwd=root)
    assert outcome.faults == ()
    return outcome.findings


def one_by_one(root: Path) -> tuple[Finding, ...]:
    """What a run on each file alone finds, together."""
    found = [finding for path in sorted(root.rglob("*.py")) for finding in found_in(root, path)]
    return tuple(sorted(found, key=lambda finding: finding.sort_key))


@contextmanager
def few(limit: int) -> Iterator[None]:
    """Runs over up to *limit* files follow each file's own imports; others search the project."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (prefilter, matter):
            patch.setattr(module, "FEW", limit)
        yield


@contextmanager
def forks(wanted: bool) -> Iterator[None]:
    """A second process is started for the least of work, or never."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parallel, "worth_forking", lambda: wanted and hasattr(os, "fork"))
        for module in (search, importers):
            patch.setattr(module, "ENOUGH_FILES", 0 if wanted else MANY)
        patch.setattr(analysis, "ENOUGH_BYTES", 0 if wanted else MANY)
        yield


def assert_every_way_finds(root: Path, expected: tuple[Finding, ...]) -> None:
    """Whole and alone, by following and by searching."""
    for limit in (0, MANY):
        with few(limit):
            assert (limit, found_in(root)) == (limit, expected)
            assert (limit, one_by_one(root)) == (limit, expected)


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of one of the mini projects."""
    root = tmp_path.resolve() / "project"
    shutil.copytree(PROJECTS / request.param, root, ignore=shutil.ignore_patterns("__pycache__"))
    if not (root / "pyproject.toml").exists():
        (root / "pyproject.toml").write_text("[tool.tgsession-lint]\n")
    return root


@pytest.mark.parametrize("project", NAMES, indirect=True)
def test_no_finding_of_a_project_is_lost(project: Path) -> None:
    assert_every_way_finds(project, everything(project))


@pytest.mark.parametrize("wanted", [False, True])
@pytest.mark.parametrize("project", ["reexport_three_hops", "relative_imports", "session_shared_with_tests"], indirect=True)
def test_a_second_process_changes_nothing(project: Path, wanted: bool) -> None:
    with forks(wanted):
        assert_every_way_finds(project, everything(project))


# import graphs made up

PLACES = {
    "m0": "m0.py",
    "pk": "pk/__init__.py",
    "pk.m1": "pk/m1.py",
    "pk.sub": "pk/sub/__init__.py",
    "pk.sub.m2": "pk/sub/m2.py",
    "ns.m3": "ns/m3.py",
    "m4": "src/m4.py",
    "m5": "tests/test_m5.py",
}
_MODULES = st.sampled_from([*PLACES, "ns", "telethon", "telethon"])
_RELATIVE = st.sampled_from([".", ".m1", ".sub", ".sub.m2", "..", "..m1", ".m2", ". m1", ". sub . m2"])
_NAMES = st.sampled_from(["A", "B", "C", "TelegramClient", "make"])
_PARTS = st.sampled_from(["m1", "sub", "m2", "m3", "A", "B"])


def statements() -> SearchStrategy[str]:
    """Imports, definitions and uses of clients."""
    return st.one_of(
        st.builds("from {} import {} as {}".format, _MODULES, _NAMES, _NAMES),
        st.builds("from {} import ({},  # a (comment)\n {})".format, _MODULES, _NAMES, _PARTS),
        st.builds("from {} import *".format, _MODULES),
        st.builds("from {} import {}".format, _RELATIVE, _NAMES),
        st.builds("from {} import {}".format, _RELATIVE, _PARTS),
        st.builds("from\t{} import *".format, _RELATIVE),
        st.builds("import {}".format, _MODULES),
        st.builds("import {} as {}".format, _MODULES, _NAMES),
        st.builds("try:\n    from {} import {}\nexcept ImportError: import {}".format, _MODULES, _NAMES, _MODULES),
        st.builds("class {}({}): pass".format, _NAMES, _NAMES),
        st.builds("class {}({}.{}): pass".format, _NAMES, _MODULES, _NAMES),
        st.builds("def {}(): return {}('s')".format, _NAMES, _NAMES),
        st.builds("def {}(): return {}.{}('s')".format, _NAMES, _PARTS, _NAMES),
        st.builds("{} = {}".format, _NAMES, _NAMES),
        st.builds("{} = {}.{}".format, _NAMES, _MODULES, _NAMES),
        st.builds("{} = [{}]".format, _NAMES, _NAMES),
        st.builds("{}('s')".format, _NAMES),
        st.builds("{}.{}('s')".format, _MODULES, _NAMES),
        st.builds("{}.{}('s')".format, _PARTS, _NAMES),
        st.builds("async def f(): {}().disconnect()".format, _NAMES),
        st.builds("async def g(c: {}): c.disconnect()".format, _NAMES),
        st.just("__all__ = ['A', 'make']"),
        st.just("from telethon import TelegramClient"),
    )


@settings(max_examples=1500 if os.environ.get("TGSESSION_FUZZ") == "full" else 120, deadline=None,
          derandomize=os.environ.get("TGSESSION_FUZZ") != "full", suppress_health_check=list(HealthCheck))  # fmt: skip
@given(st.dictionaries(st.sampled_from(sorted(PLACES)), st.lists(statements(), max_size=7), min_size=2, max_size=6))
def test_no_finding_is_lost_however_modules_import_one_another(modules: dict[str, list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        (root / "pyproject.toml").write_text("[tool.tgsession-lint]\n")
        for name, lines in modules.items():
            path = root / PLACES[name]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join([*lines, ""]))

        assert_every_way_finds(root, everything(root))


# imports, without a parser


def seen_by_python(data: bytes) -> set[tuple[int, str, tuple[str, ...] | None]]:
    """Every import in *data*, by Python's own parser."""
    found: set[tuple[int, str, tuple[str, ...] | None]] = set()
    for node in ast.walk(ast.parse(data)):
        if isinstance(node, ast.Import):
            found.update((0, alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            found.add((node.level, node.module or "", None if names == ("*",) else names))
    return found


_SPACE = st.sampled_from([" ", "  ", "\t", " \\\n", "\\\n ", " \x0c", " \\\r\n\t"])
_GAP = st.sampled_from(["", " ", "\t", " \\\n "])
_WORD = st.sampled_from(["a", "b_1", "_c", "from_", "important", "imports", "x", "é", "данные"])
_DOTTED = st.builds(lambda parts, gap: f"{gap}.{gap}".join(parts), st.lists(_WORD, min_size=1, max_size=3), _GAP)
_INSIDE = st.sampled_from(["", " ", "\n", "  # a comment\n", " # (a), b) import c\n\t", "\r\n "])
_ALIAS = st.builds(lambda name, alias: f"{name} as {alias}" if alias else name, _WORD, st.sampled_from(["", "z"]))
_PARENTHESES = st.builds(
    lambda names, gap, last: f"({gap}{f',{gap}'.join(names)}{gap}{last}{gap})",
    st.lists(_ALIAS, min_size=1, max_size=4), _INSIDE, st.sampled_from(["", ","]),
)  # fmt: skip
_BARE = st.builds(lambda names, gap: f"{gap},{gap}".join(names), st.lists(_ALIAS, min_size=1, max_size=3), _GAP)
_SOURCE = st.builds(lambda dots, name: f"{dots}{name}", st.sampled_from(["", ".", "..", ". .", "...."]), _DOTTED)
_FROM = st.builds(
    lambda a, source, b, names: f"from{a}{source}{b}import{names}",
    _SPACE, _SOURCE | st.sampled_from([".", "..", "...", ". "]), _SPACE,
    _PARENTHESES | st.builds(lambda a, names: a + names, _SPACE, _BARE | _PARENTHESES | st.just("*")),
)  # fmt: skip
_IMPORT = st.builds(
    lambda gap, names, other: f"import{gap}{f'{other},{other}'.join(names)}",
    _SPACE, st.lists(st.builds(lambda n, a: n + a, _DOTTED, st.sampled_from(["", " as z"])), min_size=1, max_size=3), _GAP,
)  # fmt: skip
_STATEMENT = st.builds(
    lambda before, statement, after: before + statement + after,
    st.sampled_from(["", "x = 1; ", "if x: ", "if x:", "while x:\n\t", "try:\n  pass\nfinally:\n  ", "x;", "class A: ", "else_ = 1;\t"]),
    _FROM | _IMPORT,
    st.sampled_from(["", ";", "; y = 1", "  # import b", ";import q", " ; from r import s"]),
)


@settings(max_examples=3000 if os.environ.get("TGSESSION_FUZZ") == "full" else 400, deadline=None)
@given(st.lists(_STATEMENT, min_size=1, max_size=4), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
@example(["from a import (b, # one)\n c)"], "\n", False)
@example(["import a.b as c, d"], "\n", True)
def test_every_import_that_python_sees_is_seen(lines: list[str], newline: str, last: bool) -> None:
    text = "\n".join(lines).replace("\r\n", "\n").replace("\n", newline) + (newline if last else "")
    data = text.encode()
    try:
        expected = seen_by_python(data)
    except SyntaxError:
        return

    assert expected - set(imports(data)) == set()


def test_every_import_of_the_standard_library_is_seen() -> None:
    folder = Path(sysconfig.get_paths()["stdlib"])
    files = sorted(path for path in folder.rglob("*.py") if not {"site-packages", "lib2to3"} & set(path.parts))
    missed = {}
    for path in random.Random(2).sample(files, 300):
        data = path.read_bytes()
        try:
            expected = seen_by_python(data)
        except (SyntaxError, ValueError):
            continue
        if lost := expected - set(imports(data)):
            missed[path.name] = lost

    assert missed == {}


def test_every_import_of_one_long_line_is_seen() -> None:
    line = b"import a.b; from c import d; " * 4_000

    assert len(imports(line)) == 8_000


def test_a_notebook_s_imports_are_seen() -> None:
    lines = ["from a import b  # (one)\\n", "import c, d.e as f\\n", "from .g import (  # (two)\\n", "    h,\\n", "    i)\\n"]
    spread = b'{"cells": [{"source": [\n' + ",\n".join(f'    "{line}"' for line in lines).encode() + b"]}]}"
    tight = b'{"cells":[{"source":"' + "".join(lines).encode() + b'"}]}'

    for data in (spread, tight):
        named = [(level, module, set(names or ())) for level, module, names in imports(data)]

        assert named == [(0, "a", {"b"}), (0, "c", set()), (0, "d.e", set()), (1, "g", {"h", "i"})]


@pytest.mark.parametrize("before", [b"", b"G", b"TG", b"GGGG TGS TGSX ", b"G" * 1_000])
@pytest.mark.parametrize(("data", "expected"), [(b"# noqa: TGS101\n", True), (b"TGS9", True), (b"TGS", False), (b"tgs101", False)])
def test_code_of_a_rule_is_seen_behind_whatever_stands_before_it(before: bytes, data: bytes, expected: bool) -> None:
    assert hints(before + b" " + data) is expected


WAYS = {
    "a tab before the dots": {
        "app/__init__.py": "from telethon import TelegramClient as Client\n",
        "app/sub/__init__.py": "",
        "app/sub/use.py": "from\t.. import Client\nClient('s')\n",
    },
    "two spaces before the dot": {
        "app/__init__.py": "from telethon import TelegramClient as Client\n",
        "app/use.py": "from  . import Client\nClient('s')\n",
    },
    "a submodule that another file imported": {
        "app/__init__.py": "",
        "app/core.py": "from telethon import TelegramClient as Client\n",
        "main.py": "import app.core\nimport use\n",
        "use.py": "import app\napp.core.Client('s')\n",
    },
    "a submodule of a package under another name": {
        "app/__init__.py": "",
        "app/deep/__init__.py": "",
        "app/deep/core.py": "from telethon import TelegramClient as Client\n",
        "use.py": "from app import deep as d\nd.core.Client('s')\n",
    },
    "a folder without __init__": {
        "app/core.py": "from telethon import TelegramClient as Client\n",
        "use.py": "import app\napp.core.Client('s')\n",
    },
}


@pytest.mark.parametrize("way", WAYS)
def test_no_finding_is_lost_in_odd_ways_to_import(way: str, tmp_path: Path) -> None:
    root = tmp_path.resolve()
    for name, content in {"pyproject.toml": "[tool.tgsession-lint]\n", **WAYS[way]}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    expected = everything(root)

    assert_every_way_finds(root, expected)
    assert "TGS101" in {finding.code for finding in expected}
