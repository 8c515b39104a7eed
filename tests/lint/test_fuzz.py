"""No source text crashes the linter, however broken, deep, circular or long it is."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tgsession_lint
from tgsession_lint import config, pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hypothesis.strategies import SearchStrategy

    from tgsession_lint.pipeline import Outcome

CHECKOUT = Path(tgsession_lint.__file__).parents[1]
WHOLE = os.environ.get("TGSESSION_FUZZ") == "full"
"""Whether to go over the whole standard library and many more mutations."""

IMPORT = "from telethon import TelegramClient\n"


def lint(files: Mapping[str, str | bytes]) -> Outcome:
    """A run over a project of its own that holds *files*."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for name, content in {"pyproject.toml": "[tool.tgsession-lint]\n", **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        return pipeline.run([root], config.load([root], root), cwd=root)


def sites(outcome: Outcome) -> set[tuple[str, int, str]]:
    """What was found, and where."""
    return {(finding.path, finding.location.row, finding.code) for finding in outcome.findings}


# programs made up

NAMES = st.sampled_from(["a", "b", "c", "client", "Base", "TelegramClient", "make", "self", "x", "__all__", "guarded_client"])
MODULES = st.sampled_from(
    ["telethon", "telethon.sync", "one", "two", "pack", "pack.three", ".", ".one", "..", ".pack.three", "contextlib", "functools"]
)
TEXTS = st.sampled_from(
    ['"anon"', "'x.session'", '"\\x"', 'b"\\xff"', '"a" "b"', 'f"{a}.session"', '"0123456789abcdef0123456789abcdef"', "r'\\d'", '"\\d"']
)


def expressions() -> SearchStrategy[str]:
    """Python expressions about clients."""
    return st.recursive(NAMES | TEXTS | st.sampled_from(["1", "None", "...", "()", "[]", "{}", "super()"]), _larger, max_leaves=6)


def _larger(inner: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.one_of(
        st.builds("{}.{}".format, NAMES, st.sampled_from(["disconnect", "log_out", "client", "a", "start", "__enter__", "kill"])),
        st.builds("{}({}, {}=({}))".format, NAMES, inner, NAMES, inner),
        st.builds("{}.disconnect()".format, NAMES),
        st.builds("functools.partial({})".format, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("({} := {})".format, NAMES, inner),
        st.builds("[{} for {} in [{}] if {}]".format, inner, NAMES, inner, inner),
        st.builds("{{{}: {}, **{}}}".format, inner, inner, NAMES),
        st.builds("(lambda {}=({}), *, k=1: {})".format, NAMES, inner, inner),
        st.builds("{}[{}]".format, NAMES, inner),
        st.builds("[{}, *{}]".format, inner, NAMES),
        st.builds("asyncio.run({})".format, inner),
        st.builds("open({})".format, inner),
        st.builds("os.kill({}, signal.SIGKILL)".format, inner),
        st.builds("({} | {})".format, NAMES, NAMES),
        st.builds('"{}"'.format, st.builds("Optional[{}]".format, NAMES)),
    )


def blocks() -> SearchStrategy[list[str]]:
    """Lists of statements, as lines."""
    return st.recursive(st.lists(_simple(), min_size=1, max_size=4), _compound, max_leaves=8)


def _simple() -> SearchStrategy[str]:
    value = expressions()
    return st.one_of(
        st.builds("from {} import {} as {}".format, MODULES, NAMES, NAMES),
        st.builds("from {} import {}, {}".format, MODULES, NAMES, NAMES),
        st.builds("from {} import *".format, MODULES),
        st.builds("import {}".format, st.sampled_from(["telethon", "one", "pack.three as three", "telethon.sync", "pack, two as c"])),
        st.builds("{} = {}".format, NAMES, value),
        st.builds("{}, *{} = {}, {}".format, NAMES, NAMES, value, value),
        st.builds("{}.{} = {} = {}".format, NAMES, NAMES, NAMES, value),
        st.builds("{}[{}] = {}".format, NAMES, value, value),
        st.builds("{}: {} = {}".format, NAMES, value, value),
        st.builds("{}: {}[{}, {}]".format, NAMES, st.sampled_from(["dict", "Annotated", "Callable", "type", "Union"]), value, value),
        st.builds("{} += {}".format, NAMES, value),
        st.builds("{}.append({})".format, NAMES, value),
        st.builds("del {}, {}[0]".format, NAMES, NAMES),
        st.builds("global {}".format, NAMES),
        st.builds("nonlocal {}".format, NAMES),
        st.builds("return {}".format, value),
        st.builds("yield {}".format, value),
        st.builds("await {}".format, value),
        st.builds("type {} = {}".format, NAMES, value),
        st.builds("{}  # noqa: TGS101, TGS999".format, value),
        st.builds("{}  # tgsession-lint: ignore[{}] why".format, value, NAMES),
        st.builds("assert {}".format, value),
        st.builds("__all__ = {}".format, value),
        st.builds("__all__ += [{}, {}.__all__]".format, value, NAMES),
        value,
    )


def _compound(inner: SearchStrategy[list[str]]) -> SearchStrategy[list[str]]:
    value = expressions()
    headers = st.one_of(
        st.builds("def {}({}, /, {}: {} = None, *args, k, **kw) -> {}:".format, NAMES, NAMES, NAMES, value, value),
        st.builds("async def {}({}={}):".format, NAMES, NAMES, value),
        st.builds("def {}[T: {}]():".format, NAMES, value),
        st.builds("@{}\nasync def {}(event):".format, value, NAMES),
        st.builds("@contextlib.contextmanager\ndef {}():".format, NAMES),
        st.builds("class {}({}, metaclass={}):".format, NAMES, value, NAMES),
        st.builds("@pytest.fixture\ndef {}({}):".format, NAMES, NAMES),
        st.builds("with {} as {}, {} as ({}, {}):".format, value, NAMES, value, NAMES, NAMES),
        st.builds("async with {} as {}.client:".format, value, NAMES),
        st.builds("for {}, (*{},) in {}:".format, NAMES, NAMES, value),
        st.builds("while {}:".format, value),
        st.builds("if {}:".format, value),
        st.builds("try:\n    {}\nexcept {} as {}:".format, NAMES, value, NAMES),
        st.builds("match {}:\n  case {{'a': {}, **{}}} | [{}, *_]:".format, value, NAMES, NAMES, NAMES),
        st.just("if __name__ == '__main__':"),
        st.just("if TYPE_CHECKING:"),
    )
    return st.builds(_nested, headers, inner, inner)


def _nested(header: str, body: list[str], after: list[str]) -> list[str]:
    deeper = 4 if "\n  case" in header else 1
    return [*header.split("\n"), *(" " * deeper + line for line in body), *after]


@settings(max_examples=1500 if WHOLE else 120, deadline=None, suppress_health_check=list(HealthCheck))
@given(one=blocks(), two=blocks(), three=blocks(), tail=expressions())
def test_no_program_makes_a_fault(one: list[str], two: list[str], three: list[str], tail: str) -> None:
    outcome = lint(
        {
            "one.py": IMPORT + "\n".join(one) + f"\n{tail}\n",
            "two.py": "from one import *\n" + "\n".join(two) + "\n",
            "pack/__init__.py": "from .three import *\nfrom one import TelegramClient as c, make\n",
            "pack/three.py": "from .. import one\nfrom . import x\nfrom two import *\n" + "\n".join(three) + "\n",
            "test_one.py": f"from two import *\nTelegramClient({tail})\nmake({tail}).disconnect()\n",
        }
    )

    assert (outcome.faults, outcome.checked) == ((), 5)


@settings(max_examples=2000 if WHOLE else 200, deadline=None)
@given(st.text())
def test_no_text_makes_a_fault(text: str) -> None:
    assert lint({"a.py": f"{IMPORT}{text}\nTelegramClient('a')\n"}).faults == ()


# real files, spoiled

REAL = sorted(
    path
    for folder in ("tgsession_lint", "tests/lint/projects", "docs/example")
    for path in (CHECKOUT / folder).rglob("*.py")
)


def spoiled(data: bytes, chance: random.Random) -> bytes:
    """*data* with lines, words or bytes left out, doubled, swapped or made up."""
    for _ in range(chance.randint(1, 4)):
        separator = chance.choice([b"\n", b" ", b"("])
        parts = data.split(separator)
        at, other = chance.randrange(len(parts)), chance.randrange(len(parts))
        match chance.randrange(5):
            case 0:
                del parts[at]
            case 1:
                parts.insert(at, parts[other])
            case 2:
                parts[at], parts[other] = parts[other], parts[at]
            case 3:
                parts[at] = parts[at][: len(parts[at]) // 2]
            case 4:
                parts[at] += bytes([chance.randrange(256)])
        data = separator.join(parts)
    return data


@pytest.mark.parametrize("seed", range(40 if WHOLE else 3))
def test_spoiled_files_make_no_fault(seed: int) -> None:
    chance = random.Random(seed)
    chosen = chance.sample(REAL, 60)
    files = {f"{index}/{path.name}": spoiled(path.read_bytes(), chance) for index, path in enumerate(chosen)}

    outcome = lint(files)

    assert (outcome.faults, outcome.checked) == ((), len(files))


# the standard library

_SHORT = 12_000
CLIENT_CODE = b"""
import telethon as _telethon
from telethon import TelegramClient as _Client
class _Sub(_Client): pass
_c = _Sub("x", 1, "0123456789abcdef0123456789abcdef")
async def _f(a=_Client):
    c = a("anon", 1, "h")
    await c.connect()
    c.disconnect()
"""


_PARTS = 20 if WHOLE else 1


def standard_library(part: int) -> list[Path]:
    """The modules that come with Python, in parts, or a sample of those that are not long."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    files = sorted(path for path in folder.rglob("*.py") if "site-packages" not in path.parts)
    short = [path for path in files if path.stat().st_size < _SHORT]
    return files[part::_PARTS] if WHOLE else random.Random(1).sample(short, 150)


@pytest.mark.parametrize("part", range(_PARTS))
def test_the_standard_library_makes_no_fault(part: int) -> None:
    folder = Path(sysconfig.get_paths()["stdlib"])
    files = {f"lib/{path.relative_to(folder)}": path.read_bytes() + CLIENT_CODE for path in standard_library(part)}

    outcome = lint(files)

    assert outcome.faults == ()
    assert len({finding.path for finding in outcome.findings}) >= len(files) * 0.9


# circles and depths


@pytest.mark.parametrize(
    "code",
    [
        "x = x\nx('a')",
        "class A(A): pass\nA('a')",
        "a = b\nb = c\nc = a\na.disconnect()",
        "s = str(s)\nTelegramClient(s)",
        "T = Optional[T]\ndef f(a: T): a.disconnect()",
        "A = B | None\nB = A | None\ndef f(a: A): a.disconnect()",
        "T = 'T'\ndef f(a: T) -> 'T': return f(a)",
        "def f(): return g()\ndef g(): return f()\nf().disconnect()",
        "f = lambda: f()\nf().disconnect()",
        "x = [x]\nx[0].disconnect()",
        "for x in x: x()",
        "with c as c: c.disconnect()",
        "class A:\n    def a(self): return self.a().a()\nA().a().disconnect()",
        "class A:\n    b = B\nclass B(A.b): a = A\nB.a.b('x')",
        "@f\ndef f(a=f): f(f)",
        '"0123456789abcdef0123456789abcdef".upper()',
        "TelegramClient('\\x')",
        "TelegramClient('a' f'{b}')",
        "__all__ = __all__ + __all__",
        "import a\na.a.a.a('x')",
        "from a import *",
        "from a import a\na('x')",
        "__path__ = TelegramClient\n\x0cTelegramClient('a')",
    ],
)
def test_what_defines_itself_makes_no_fault(code: str) -> None:
    tests = dict.fromkeys(("a.py", "test_a.py"), f"{IMPORT}{code}\n")

    assert lint(tests).faults == ()


def test_a_client_is_found_at_the_end_of_fifty_modules() -> None:
    files = {f"m{index}.py": f"from m{index + 1} import Client\n" for index in range(50)}

    found = sites(lint({**files, "m50.py": f"{IMPORT}Client = TelegramClient\n", "app.py": "from m0 import Client\nClient('x')\n"}))

    assert {("app.py", 2, "TGS101"), ("app.py", 2, "TGS301")} <= found


def test_a_client_is_found_at_the_end_of_fifty_star_imports_in_a_circle() -> None:
    files = {f"m{index}.py": f"from m{(index + 1) % 50} import *\n" for index in range(50)}
    files["m25.py"] += f"{IMPORT}Client = TelegramClient\n"

    found = sites(lint({**files, "app.py": "from m26 import Client\nClient('x')\n"}))

    assert ("app.py", 2, "TGS101") in found


@pytest.mark.parametrize("depth", [60, 250])
@pytest.mark.parametrize(
    ("first", "link", "last"),
    [
        ("c0 = TelegramClient", "c{} = c{}", "c{}('x')"),
        ("class C0(TelegramClient): pass", "class C{}(C{}): pass", "C{}('x')"),
        ("def f0(): return TelegramClient", "def f{}(): return f{}()", "f{}()('x')"),
        ("class A0: c = TelegramClient", "class A{}: c = A{}.c", "A{}.c('x')"),
    ],
)
def test_a_client_is_found_at_the_end_of_a_chain(first: str, link: str, last: str, depth: int) -> None:
    links = [link.format(index + 1, index) for index in range(depth)]
    code = "\n".join([first, *links, last.format(depth)])

    found = sites(lint({"app.py": f"{IMPORT}{code}\n"}))

    assert ("app.py", depth + 3, "TGS101") in found


@pytest.mark.parametrize(
    "code",
    [
        "x = a" + ".b" * 200,
        "x = a" + ".b()" * 200,
        "x = a" + "[0]" * 100,
        "x = " + " + ".join(["'a'"] * 600),
        "x = " + " or ".join(["a"] * 230),
        "x = " + "[" * 70 + "TelegramClient" + "]" * 70,
        "x = " + "f(" * 70 + ")" * 70,
        "if a: pass\n" + "elif a: pass\n" * 200,
    ],
)
def test_deep_code_hides_no_finding(code: str) -> None:
    outcome = lint({"app.py": f"{IMPORT}TelegramClient('x')\n{code}\n"})

    assert outcome.faults == ()
    assert ("app.py", 2, "TGS101") in sites(outcome)


def test_containers_put_into_one_another_stay_small() -> None:
    names = "abcdef"
    code = [f"{name} = [TelegramClient('x')]" for name in names]
    code += [f"{one}.append({other})\n{one} += [{other}, {{'k': {other}.pop}}]" for one in names for other in names]

    found = sites(lint({"app.py": "\n".join([IMPORT.strip(), *code, "async def u():", "    a[0].disconnect()"])}))

    assert ("app.py", 1 + len(names) + 2 * len(names) ** 2 + 2, "TGS202") in found


def test_a_circle_of_functions_gives_what_any_of_them_gives() -> None:
    ring = [f"def f{index}(): return f{(index + 1) % 40}() or f{(index * 7 + 3) % 40}()" for index in range(40)]
    ring[20] = "def f20(): return TelegramClient('x') or f21()"
    users = [f"async def u{index}(): f{index}().disconnect()" for index in range(40)]

    found = sites(lint({"app.py": "\n".join([IMPORT.strip(), *ring, *users])}))

    assert {row for _, row, code in found if code == "TGS202"} == set(range(42, 82))


# our own faults

BROKEN_RULE = """
import sys
import tgsession_lint.rules.unawaited_disconnect as broken

def check(self, facts):
    if facts.module.path.endswith("bad.py"):
        raise ZeroDivisionError("a fault of ours")
    return iter(())

broken.UnawaitedDisconnect.check = check
from tgsession_lint.__main__ import main
sys.exit(main())
"""


def _with_a_broken_rule(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "pyproject.toml").write_text("[tool.tgsession-lint]\n")
    (folder / "bad.py").write_text(f"{IMPORT}TelegramClient('x')\n")
    (folder / "good.py").write_text(f"{IMPORT}TelegramClient('x')\n")
    starter = folder / "start.txt"
    starter.write_text(BROKEN_RULE)
    return subprocess.run(
        [sys.executable, str(starter), *arguments],
        cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )  # fmt: skip


def test_a_fault_of_ours_names_the_file_and_the_rule_and_stops_nothing_else(tmp_path: Path) -> None:
    done = _with_a_broken_rule(tmp_path, "--output-format", "concise", ".")

    assert done.returncode == 3
    assert "bad.py:2:1: TGS101" in done.stdout
    assert "good.py:2:1: TGS101" in done.stdout
    assert "bad.py" in done.stderr
    assert "TGS202" in done.stderr


def test_a_broken_rule_is_a_fault_of_that_file_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from tgsession_lint.rules.unawaited_disconnect import UnawaitedDisconnect

    def check(_self: object, facts: object) -> Iterator[object]:
        raise ZeroDivisionError
        yield

    monkeypatch.setattr(UnawaitedDisconnect, "check", check)

    outcome = lint({"bad.py": f"{IMPORT}TelegramClient('x')\n"})

    assert [(fault.path, fault.rule) for fault in outcome.faults] == [("bad.py", "TGS202")]
    assert ("bad.py", 2, "TGS101") in sites(outcome)


def test_what_cannot_be_told_of_a_module_is_a_fault_and_hides_no_importer(monkeypatch: pytest.MonkeyPatch) -> None:
    from tgsession_lint.interest import Interest

    def contains(_self: object, _value: object) -> bool:
        raise ZeroDivisionError

    monkeypatch.setattr(Interest, "__contains__", contains)
    files = {"base.py": f"{IMPORT}Client = TelegramClient\n", "app.py": "from base import Client\nClient('x')\n"}

    outcome = lint(files)

    assert [(fault.path, fault.rule) for fault in outcome.faults] == [("base.py", "")]
    assert ("app.py", 2, "TGS101") in sites(outcome)


# size


def _counted(files: Mapping[str, str]) -> int:
    """How many calls of our own functions a run over *files* takes."""
    ours = str(CHECKOUT / "tgsession_lint")
    calls = 0

    def count(frame: object, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event == "call" and frame.f_code.co_filename.startswith(ours)  # type: ignore[attr-defined]

    sys.setprofile(count)
    try:
        lint(files)
    finally:
        sys.setprofile(None)
    return calls


TRAPS = {
    "functions that call one another": "def f{0}(): return f{1}() or f{2}()\n",
    "one name bound again and again": "c = TelegramClient('x')\nc.start()\n",
    "one name in many functions": "async def g{0}():\n    c = TelegramClient('x')\n    many = [c]\n    many.append(c)\n    c.disconnect()\n",
    "many classes": "class A{0}:\n    def __init__(self): self.c = TelegramClient('x')\n    def stop(self): self.c.disconnect()\n",
    "many guards": "async def h{0}():\n    g = guarded_client('x')\n    async with g as c:\n        await c.log_out()\n",
    "many context managers": "@contextmanager\ndef m{0}():\n    with open('x') as f:\n        yield f\n",
    "many suppressions": "TelegramClient('x')  # noqa: TGS101, TGS301\n",
    "bound in a loop": "while a:\n    c = f{0}(c)\n    c.start()\n",
    "entries": "x[{0}] = 'a{0}'\n",
}


@pytest.mark.parametrize("trap", TRAPS)
def test_work_grows_with_the_text_and_not_with_its_square(trap: str) -> None:
    head = IMPORT + "from contextlib import contextmanager\nfrom tgsession_runtime import guarded_client\n"

    def made(size: int) -> dict[str, str]:
        return {"a.py": head + "".join(TRAPS[trap].format(i, (i + 1) % size, (i * 7 + 3) % size) for i in range(size))}

    lint(made(1))  # what is imported and built on the first run only

    assert _counted(made(200)) < 6 * _counted(made(50))


def test_a_copy_of_the_checkout_makes_no_fault(tmp_path: Path) -> None:
    shutil.copytree(CHECKOUT / "tgsession_lint", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "pyproject.toml").write_text("[tool.tgsession-lint]\n")

    outcome = pipeline.run([tmp_path], config.load([tmp_path], tmp_path), cwd=tmp_path)

    assert outcome.faults == ()
