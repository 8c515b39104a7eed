"""Places told by writing out a part of the module are those told by writing out all of it."""

from __future__ import annotations

import random
import sysconfig
from pathlib import Path

import libcst as cst
import pytest

from tgsession_lint import places
from tgsession_lint.decoding import decode
from tgsession_lint.tree import Tree
from tgsession_lint.walk import walk

ODD = {
    "several on a row": "a = 1; f(a); g(\n  a)\nh(a)\n",
    "brackets before a statement": "x = 1\n\n(\n    f\n)(x)\n",
    "decorators": "# one\n\n@a\n# two\n@b(\n  1)\ndef f():\n    g(1)\n\n@c\nclass A:\n    h = g(2)\n",
    "a decorator in brackets": "x = 0\n@(\n  a\n)\ndef f():\n    g(1)\n",
    "a continued decorator": "x = 0\n@ \\\n a\ndef f():\n    g(1)\n",
    "blocks in blocks": "class A:\n  def f(self):\n    # first\n\n    while x: f(1)\n    while g(2):\n        try:\n            if x:\n                h(3)\n"
    "            elif y:\n                h(4)\n            else:\n                h(5)\n        except E:\n            i(6)\n        finally:\n            j(7)\n",
    "a match": "def f():\n  match g(1):\n    case A(): h(2)\n    case _:\n      i(3)\n",
    "header and footer": "#!/usr/bin/python\n# -*- coding: utf-8 -*-\n\n'''doc\nstring'''\n\n\nf(1)\n\n# end\n",
    "other line ends": "f(1)\r\n\r\nif x:\r\n  g('''\r\n''', 2)\r\nelse:\r\n  h(3)\r\n",
    "old line ends": "f(1)\r\rg(2)\r",
    "a form feed": "f(1)\n\x0c\ng(2)\n",
    "a continued blank line": "f(1)\n\\\n\ng(2)\n",
    "no end of line": "f(1)\ng(2)",
    "what this Python does not take": "f(1)\nprint(f'{x!r:{w}}')\ng(2)\n",
    "nothing": "",
}


def every_node(tree: Tree) -> list[cst.CSTNode]:
    return [node for node in tree.nodes if isinstance(node, (cst.BaseExpression, cst.BaseStatement, cst.BaseSmallStatement))]


@pytest.mark.parametrize("case", ODD)
def test_every_place_is_the_same(case: str) -> None:
    tree = walk(cst.parse_module(ODD[case]), ODD[case])
    nodes = every_node(tree)

    found = {node: places.find_some(tree, ODD[case], [node]).spans for node in nodes}

    whole = places.find(tree.root, nodes, comments=False).spans
    assert {node: spans.get(node) for node, spans in found.items()} == {node: whole.get(node) for node in nodes}


def test_places_in_the_standard_library_are_the_same() -> None:
    folder = Path(sysconfig.get_paths()["stdlib"])
    chance = random.Random(3)
    for path in chance.sample(sorted(folder.glob("*.py")), 25):
        text = decode(path.read_bytes())
        tree = walk(cst.parse_module(text), text)
        nodes = chance.sample(every_node(tree), min(20, len(every_node(tree))))

        spans = places.find_some(tree, text, nodes).spans

        assert (path.name, spans) == (path.name, places.find(tree.root, nodes, comments=False).spans)


def test_comments_on_wanted_rows_are_all_found_and_where_they_are() -> None:
    folder = Path(sysconfig.get_paths()["stdlib"])
    chance = random.Random(4)
    texts = [*ODD.values(), "# first\n\n# second\nf(1)  # third\n# fourth\n\n# fifth\n", "# alone\n", "if a:\n    f(1)\n    # in\n# out\ng(2)\n"]
    texts += [decode(path.read_bytes()) for path in chance.sample(sorted(folder.glob("*.py")), 25)]
    for text in texts:
        tree = walk(cst.parse_module(text), text)
        whole = places.find(tree.root, (), comments=True).comments
        rows = sorted({comment.position.row for comment in chance.sample(whole, min(9, len(whole)))})

        found = places.find_some(tree, text, (), rows).comments

        assert [comment for comment in found if comment.position.row in rows] == [c for c in whole if c.position.row in rows]


@pytest.mark.parametrize("name", ["long", "other"])
def test_statements_without_a_wanted_node_are_not_written_out(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    text = "def long():\n    f(1)\n\nclass A:\n    x = 1\n\n    def wanted(self):\n        g(2)\n\n    def other(self):\n        h(3)\n"
    tree = walk(cst.parse_module(text), text)
    call = next(call for call in tree.calls if getattr(call.func, "value", None) == "g")
    write = cst.FunctionDef._codegen

    def some(self: cst.FunctionDef, *arguments: object) -> None:
        assert self.name.value != name
        write(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(cst.FunctionDef, "_codegen", some)

    start, end = places.find_some(tree, text, [call]).spans[call]

    assert (start, end) == ((8, 9), (8, 13))
