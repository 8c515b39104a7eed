"""Bytes -> text -> tree: what Python reads is read, what it does not is named, and nothing stops the run."""

from __future__ import annotations

import codecs
import json
import subprocess
import sys
import sysconfig
import textwrap
import threading
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tgsession_lint import adapting, contents, decoding, sources

STANDARD_LIBRARY = Path(sysconfig.get_path("stdlib"))


def parse(data: bytes | str) -> sources.Document:
    """*data* as the document of one file."""
    return sources.parse(data.encode() if isinstance(data, str) else data, "x.py")


def complaint(data: bytes | str) -> sources.Unreadable:
    """The one thing that is wrong with *data*."""
    document = parse(data)
    assert document.module is None
    (problem,) = document.unreadable
    return problem


def place_of(document: sources.Document, word: str) -> tuple[int, int]:
    """Where the first name *word* of the tree stands in the file: found as the rules' findings are."""
    import libcst

    from tgsession_lint import places

    assert document.module is not None
    names: list[libcst.Name] = []

    class Names(libcst.CSTVisitor):
        def visit_Name(self, node: libcst.Name) -> None:
            if node.value == word:
                names.append(node)

    document.module.visit(Names())
    start, _ = places.find(document.module, names, comments=False).spans[names[0]]
    return start.row, document.column(start.row, start.column)


# encodings


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"x = '\xd0\xb6'\n", "ж"),
        (codecs.BOM_UTF8 + b"x = '\xd0\xb6'\n", "ж"),
        (codecs.BOM_UTF8 + b"# coding: utf-8\nx = '\xd0\xb6'\n", "ж"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "é"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1251 :\nx = '\xe6'\n", "ж"),
        ("# coding: shift_jis\nx = '表'\n".encode("shift_jis"), "表"),
        (b"# coding: utf-7\nx = '+BDY-'\n", "ж"),
        (b"# -*- coding: future_fstrings -*-\nx = '\xd0\xb6'\n", "ж"),
    ],
)
def test_text_is_read_in_the_encoding_that_the_file_names(data: bytes, said: str) -> None:
    document = parse(data)

    assert document.module is not None
    assert f"x = '{said}'" in document.lines


def test_a_byte_order_mark_moves_no_column() -> None:
    assert place_of(parse(codecs.BOM_UTF8 + b"name = 1\n"), "name") == (1, 1)


@pytest.mark.parametrize("codec", ["nonesuch", "rot13", "base64", "hex", "zip", "undefined", "bz2_codec"])
def test_a_coding_line_that_names_no_encoding_for_text_is_reported(codec: str) -> None:
    assert "encoding" in complaint(f"# coding: {codec}\nx = 1\n").message


def test_a_coding_line_against_the_byte_order_mark_is_reported() -> None:
    assert "encoding" in complaint(codecs.BOM_UTF8 + b"# coding: latin-1\nx = 1\n").message


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_wrong_bytes_are_reported_on_their_row(newline: str) -> None:
    data = newline.join(["a = 1", "b = 2", "c = 3", "d = '\xff'"]).encode("latin-1")

    problem = complaint(data)

    assert (problem.row, problem.message) == (1 if newline == "\r" else 4, problem.message)
    assert "utf-8" in problem.message or "encoding" in problem.message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_and_its_kin_are_reported(encoding: str) -> None:
    assert complaint("x = 1\n".encode(encoding)).row == 1


def test_a_nul_byte_is_reported_on_its_row() -> None:
    assert complaint(b"x = 1\r\ny = '\0'\r\n").row == 2


# layout


@pytest.mark.parametrize("text", ["", "\n", "\f", "# only this", "x = 1", "if x:\n    y", "  # c", "\r", "\t\n"])
def test_a_file_with_next_to_nothing_in_it_is_read(text: str) -> None:
    assert parse(text).module is not None


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_counts_as_one_row(newline: str) -> None:
    document = parse(newline.join(["a = 1", "", "if a:", "    name = 2", ""]))

    assert place_of(document, "name") == (4, 5)
    assert document.lines[3] == "    name = 2"


def test_a_form_feed_ends_no_row() -> None:
    assert place_of(parse("a = 1\n\f\nname = 2\n"), "name") == (3, 1)


def test_columns_count_characters() -> None:
    assert place_of(parse("'ж😀'; name = 1\n"), "name") == (1, 7)


def test_a_line_separator_in_a_string_ends_no_row() -> None:
    assert place_of(parse("x = '\u2028\x85'\nname = 1\n"), "name") == (2, 1)


# syntax that is newer than some of the Pythons we run on


@pytest.mark.parametrize(
    "text",
    [
        "match x:\n    case {'a': 1, **rest} | [1, *_] if x:\n        pass\n",
        "type Pair[T = int] = tuple[T, T]\n",
        "def first[T: int = bool, *Ts = *tuple[int], **P = [int]](x: T) -> T: ...\n",
        "class Box[T]:\n    pass\n",
        "x = f'{names['a']:>{width}}'\n",
        "x = t'{name!r:>10} {1 + 1}'\n",
        "try:\n    pass\nexcept* OSError:\n    pass\n",
        "with (open(a) as b, open(c) as d,):\n    pass\n",
        "await x\n",
        "try:\n    pass\nexcept A, B:\n    pass\n",
    ],
)
def test_new_syntax_is_read_by_every_python(text: str) -> None:
    assert parse(text).module is not None


@pytest.mark.parametrize("star", ["", "*"])
def test_exceptions_without_brackets_are_read(star: str) -> None:
    document = parse(f"try:\n    pass\nexcept{star} OSError, ValueError: name = other\n")

    assert [place_of(document, word) for word in ("OSError", "ValueError", "name", "other")] == [
        (3, 8 + len(star)),
        (3, 17 + len(star)),
        (3, 29 + len(star)),
        (3, 36 + len(star)),
    ]


MIXED = "def f():\n    if a:\n\tname = 1\n        other = 2\n    last = 3\n"


def test_tabs_and_spaces_are_mixed_as_python_allows() -> None:
    document = parse(MIXED)

    assert [place_of(document, word) for word in ("name", "other", "last")] == [(3, 2), (4, 9), (5, 5)]


def test_tabs_and_exceptions_without_brackets_go_together() -> None:
    text = "def f():\n    if a:\n        try:\n\t\tx = 1\n\texcept OSError, ValueError: name = 1\n"

    document = parse(text)

    assert [place_of(document, word) for word in ("x", "OSError", "ValueError", "name")] == [(4, 3), (5, 9), (5, 18), (5, 30)]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("(name): int = other", [(2, 2), (2, 15)]),
        ("( name ) : int = other", [(2, 3), (2, 18)]),
        ("((name)): int = other", [(2, 3), (2, 17)]),
        ("('ж')[name]: int; (name): other", [(2, 7), (2, 27)]),
        ("(name): int; (a.b): other", [(2, 2), (2, 21)]),
    ],
)
def test_brackets_round_what_is_annotated_move_no_column(text: str, places: list[tuple[int, int]]) -> None:
    document = parse(f"a = 1\n{text}\n")

    assert [place_of(document, word) for word in ("name", "other")] == places


def test_tabs_and_annotated_brackets_go_together() -> None:
    document = parse(MIXED.replace("name = 1", "(name): int = 1"))

    assert [place_of(document, word) for word in ("name", "int", "other")] == [(3, 3), (3, 10), (4, 9)]


# what cannot be parsed


@pytest.mark.parametrize(
    "text",
    [
        "print 'x'",
        "print x",
        "print -1",
        "exec 'x'",
        "exec code in names",
        "raise A, 'x'",
        "raise A('x'), None, trace",
        "raise a[0], a[1], a[2]",
        "x = `y`",
        "x = y <> z",
        "x = 0777",
        "x = 10L",
        "x = 0xFFL",
        "x = ur'a'",
        "def f(a, (b, c)): pass",
        "def f(a=1, (b, (c,))=(2, (3,)), *d): pass",
        "lambda (a, b): a",
        "if x: print 'y'",
    ],
)
def test_python_2_is_named_as_such(text: str) -> None:
    problem = complaint(f"a = 1\n{text}\nprint 'y'\n")

    assert (problem.row, problem.message) == (2, "the syntax is Python 2, which is not read")


@pytest.mark.parametrize(
    ("text", "row"),
    [("a = 1\nb = 2\nc = = 3\nd = 4\n", 3), ("a = 1\nx = (\n1\n", 2), ("def f():\n    pass\n\n$\n", 4), ("a = 1\r\nb = = 2\r\n", 2)],
)
def test_a_mistake_is_reported_where_it_is(text: str, row: int) -> None:
    assert complaint(text).row == row


@pytest.mark.parametrize(
    "text",
    ["x = '`y`' +* 2", "x = = 1  # print 'x'", "printed x", "x = 'a' 'raise A, b' = 2", "x = y > < z", "def f(a = (1, 2)) x: pass"],
)
def test_a_mistake_in_python_3_is_not_taken_for_python_2(text: str) -> None:
    assert complaint(f"{text}\n").message.startswith("the syntax is not Python that can be parsed: ")


def test_what_only_our_parser_does_not_know_is_said_to_be_our_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing of the kind is known that is not adapted, so the adapting is left out.
    monkeypatch.setattr(adapting, "adapted", lambda _: ())

    problem = complaint("a = 1\n(x): int = 1\n")

    assert (problem.row, "this linter" in problem.message, "although Python does" in problem.message) == (2, True, True)


def test_what_python_would_warn_of_is_not_said(capfd: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        complaint("x = '\\d'\nif x is 1: pass\nprint 1\n")

    assert capfd.readouterr().err == ""


# depth


DEEP = {
    "chain": "x = " + "+".join(["1"] * 20_000),
    "chain over lines": "x = (1\n" + "  + 1\n" * 20_000 + ")",
    "chain with operators at the end": "x = (\n" + "a and\nb or\n" * 10_000 + "c)",
    "chain over backslashes": "x = 1" + " + \\\n1" * 20_000,
    "not": "x = " + "not " * 5_000 + "1",
    "minus": "x = " + "-" * 5_000 + "1",
    "lambda": "x = " + "lambda: " * 5_000 + "1",
    "ternary": "x = " + "a if b else " * 5_000 + "c",
    "attributes": "x = a" + ".b" * 20_000,
    "calls": "x = a" + "()" * 20_000,
    "subscripts": "x = a" + "[0]" * 20_000,
    "comparison": "x = " + "a < " * 20_000 + "b",
    "brackets": "x = " + "[" * 1_000 + "]" * 1_000,
    "brackets over lines": "x = " + "[\n" * 1_000 + "]\n" * 1_000,
    "dictionaries": "x = " + "{1: " * 1_000 + "1" + "}" * 1_000,
    "nested calls": "x = " + "f(" * 1_000 + ")" * 1_000,
    "chains in chains": "x = " + ("1 + " * 100 + "(") * 100 + "1" + ")" * 100,
    "comprehension": "x = [a " + "for b in c " * 10_000 + "]",
    "pattern": "match x:\n    case " + "{1: " * 30 + "a" + "}" * 30 + ":\n        pass",
    "pattern over lines": "match x:\n    case [\n" + "[\n" * 30 + "a" + "]" * 31 + ":\n        pass",
    "unfinished pattern": "match x:\n    case " + "(" * 30,
    "unfinished del": "del " + "(" * 40,
    "elif": "if a:\n    pass\n" + "elif b:\n    pass\n" * 100_000,
    "blocks": "".join(f"{' ' * depth}if a:\n" for depth in range(1_000)) + " " * 1_000 + "pass",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_code_too_deep_for_the_parser_is_reported_and_kills_nobody(text: str) -> None:
    assert complaint(text + "\n").row >= 1


LARGE = {
    "elif": "if a:\n    pass\n" + "elif b:\n    pass\n" * 12_000,
    "sum": "x = " + " + ".join(["1"] * 400),
    "base64": "x = '" + "ab+/cd==" * 20_000 + "'",
    "base64 over lines": "x = '''\n" + ("a+b/c-" * 12 + "\n") * 1_000 + "'''",
    "banner": "#" + "-" * 200 + "\nx = 1  #" + "=" * 9_000,
    "table in a docstring": '"""\n' + ("+" + "-" * 70 + "+\n") * 400 + '"""',
    "brackets in strings": "x = '" + "(" * 500 + "'\ny = 1",
    "brackets in comments": "# " + "(" * 500 + "\ny = 1",
    "regular expressions": "x = [\n" + "    r'(?:[(]a|b',\n" * 300 + "]",
    "negative numbers": "x = [\n" + "    -1, -2.5, 3 + 4j,\n" * 1_000 + "]",
    "records": "x = [\n" + "    {'a': {'b': [1, (2, 3)]}, 'c': d.e()},\n" * 400 + "]",
    "cases": "match x:\n" + "    case A(b=[C(d=1), *_]):\n        pass\n" * 300,
    "keyword called case": "case = f([[[[[[[[[[1]]]]]]]]]])",
    "brackets": "x = " + "[" * 90 + "]" * 90,
    "nine blocks": "".join(f"{' ' * depth}if a:\n" for depth in range(90)) + " " * 90 + "pass",
    "statements": "a.b(c) + d[e]\n" * 2_000,
}


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_what_is_only_large_is_read(text: str) -> None:
    assert parse(text + "\n").unreadable == ()


@pytest.mark.skipif(sys.platform != "linux", reason="the first thread's stack grows only there")
@pytest.mark.parametrize("limit", ["8 << 20", "resource.RLIM_INFINITY", "1 << 20"])
def test_the_command_reads_deep_code_on_its_own_stack(limit: str, tmp_path: Path) -> None:
    # As the command does it: in its first thread, with whatever stack the shell allows.
    (tmp_path / "texts.json").write_text(json.dumps([text + "\n" for text in [*DEEP.values(), *LARGE.values()]]), "utf-8")
    program = f"""
        import json, resource, sys
        limit, most = {limit}, resource.getrlimit(resource.RLIMIT_STACK)[1]
        resource.setrlimit(resource.RLIMIT_STACK, (limit, limit if limit < 8 << 20 else most))
        import threading
        from tgsession_lint import sources, stack
        stack.own_process()
        began = []
        start = threading.Thread.start
        threading.Thread.start = lambda self: began.append(self) or start(self)
        texts = json.load(open("texts.json"))
        read = [not sources.parse(text.encode(), "m.py").unreadable for text in texts]
        print(json.dumps([read, bool(began)]))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], cwd=tmp_path, capture_output=True, text=True, check=True)

    read, in_threads = json.loads(done.stdout)
    assert read == [False] * len(DEEP) + [True] * len(LARGE)
    # What may not be raised is not relied on; nor is it from 3.14 on.
    assert in_threads == (limit == "1 << 20" or sys.version_info >= (3, 14))


def test_parsing_leaves_no_thread_and_no_setting_behind() -> None:
    before = threading.stack_size()

    assert parse("x = [\n" + "    1,\n" * 1_000 + "]\n").module is not None

    assert (threading.stack_size(), threading.active_count()) == (before, 1)


# everything else


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_stop_the_run(data: bytes) -> None:
    document = parse(data)

    assert (document.module is None) == bool(document.unreadable)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200) | st.text("()[]{}:,.=+-'\"\\#\n\r\t fxdefclassexceptdelcase", max_size=200))
def test_no_text_stops_the_run(text: str) -> None:
    document = sources.parse_text(text, "x.py")

    assert (document.module is None) == bool(document.unreadable)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["utf-7", "utf-8", "rot13", "punycode", "unicode_escape", "cp037", "idna", "mbcs"]), st.binary(max_size=80))
def test_no_coding_line_stops_the_run(codec: str, data: bytes) -> None:
    document = parse(b"# coding: " + codec.encode() + b"\n" + data)

    assert (document.module is None) == bool(document.unreadable)


def test_the_standard_library_is_read() -> None:
    files = sorted(STANDARD_LIBRARY.glob("*.py"))[::8]

    unreadable = [path.name for path in files if parse(path.read_bytes()).unreadable]

    assert files
    assert unreadable == []


@pytest.mark.skipif(sys.platform == "win32", reason="there are no FIFOs")
def test_a_pipe_without_a_writer_is_empty_and_blocks_nobody(tmp_path: Path) -> None:
    import os

    pipe = tmp_path / "x.py"
    os.mkfifo(pipe)

    assert contents.read(str(pipe)) == b""


def test_rows_are_those_of_the_file_even_where_it_cannot_be_decoded() -> None:
    assert list(decoding.rows(b"a\r\n\xff\rc")) == ["a", "\ufffd", "c"]
