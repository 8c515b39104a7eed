"""Notebooks: one module made of cells, each finding in its cell, and a broken cell spoils no other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tgsession_lint import config, notebooks, pipeline

if TYPE_CHECKING:
    from tgsession_lint.finding import Finding

IMPORT = "from telethon import TelegramClient"
OPEN = 'client = TelegramClient("alerts", 1, "h")'


def code(text: str | list[str], **metadata: Any) -> dict[str, Any]:
    """A cell of code."""
    return {"cell_type": "code", "execution_count": None, "metadata": metadata, "outputs": [], "source": text}


def prose(text: str) -> dict[str, Any]:
    """A cell of text."""
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def notebook(*cells: str | dict[str, Any], language: str = "python") -> bytes:
    """A notebook of *cells*, as Jupyter writes them today."""
    made = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    kernel = {"display_name": "k", "language": language, "name": "k"}
    metadata = {"kernelspec": kernel, "language_info": {"name": language}}
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()


def parse(data: bytes) -> Any:
    """*data* as a document."""
    return notebooks.parse(data, "x.ipynb")


def lint(folder: Path, data: bytes, *, name: str = "x.ipynb") -> list[Finding]:
    """What a run says of a notebook in a project of its own."""
    (folder / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (folder / name).write_bytes(data)
    return list(pipeline.run([Path(name)], config.load([Path(name)], folder), cwd=folder).findings)


def sites(found: list[Finding]) -> list[tuple[str, int | None, int, int]]:
    """Code, cell, row and column of each finding."""
    return [(f.code, f.cell, *f.location) for f in found]


# the whole pipeline


def test_names_flow_from_cell_to_cell(tmp_path: Path) -> None:
    found = lint(tmp_path, notebook(prose("# Title"), IMPORT, "import os\n", f"x = 1\n\n{OPEN}"))

    assert sites(found) == [("TGS101", 4, 3, 10)]


def test_a_dropped_disconnect_is_found_since_a_cell_may_await(tmp_path: Path) -> None:
    found = lint(tmp_path, notebook(f"{IMPORT}\n{OPEN}  # noqa: TGS101", "await client.connect()\nclient.disconnect()"))

    assert sites(found) == [("TGS202", 2, 2, 1)]


def test_an_awaited_disconnect_is_fine(tmp_path: Path) -> None:
    found = lint(tmp_path, notebook(f"{IMPORT}\n{OPEN}  # noqa: TGS101", "await client.disconnect()"))

    assert found == []


def test_no_client_in_a_notebook_is_built_at_import_time(tmp_path: Path) -> None:
    found = lint(tmp_path, notebook(IMPORT, OPEN))

    assert {finding.code for finding in found} == {"TGS101"}


def test_a_comment_suppresses_in_its_own_cell_only(tmp_path: Path) -> None:
    cells = [IMPORT, f"{OPEN}  # noqa: TGS101", f"# tgsession-lint: ignore[TGS101] a demonstration\n{OPEN}", OPEN]

    found = lint(tmp_path, notebook(*cells))

    assert sites(found) == [("TGS101", 4, 1, 10)]


def test_a_suppression_of_nothing_names_its_cell(tmp_path: Path) -> None:
    found = lint(tmp_path, notebook(IMPORT, "x = 1  # noqa: TGS101"))

    assert sites(found) == [("TGS901", 2, 1, 16)]


def test_a_broken_cell_is_named_and_the_others_are_linted(tmp_path: Path) -> None:
    found = lint(tmp_path, notebook(IMPORT, "x = 1\ny = = 2", prose("?"), OPEN))

    assert [(f.code, f.cell, f.location.row) for f in found] == [("TGS902", 2, 2), ("TGS101", 4, 1)]


def test_the_lines_of_a_finding_are_those_of_its_cell(tmp_path: Path) -> None:
    (finding,) = lint(tmp_path, notebook(IMPORT, f"%matplotlib inline\n{OPEN}"))

    assert list(pipeline.lines(finding, cwd=tmp_path)) == ["%matplotlib inline", OPEN]


def test_a_notebook_reads_names_from_modules_beside_it(tmp_path: Path) -> None:
    (tmp_path / "tg.py").write_text(f"{IMPORT}\nclass Client(TelegramClient):\n    pass\n")

    found = lint(tmp_path, notebook("from tg import Client", "Client('a', 1, 'h')"))

    assert sites(found) == [("TGS101", 2, 1, 1)]


def test_cells_are_counted_as_ruff_counts_them(tmp_path: Path) -> None:
    pytest.importorskip("ruff", reason="ruff is not installed")
    cells = [prose("a"), "x = 1", "%%bash\nls", {"cell_type": "raw", "metadata": {}, "source": "raw"}, "", "%time\ny = 1"]
    broken = [*cells, "x = 1\ny = = 2"]
    data = notebook(*broken)
    path = tmp_path / "x.ipynb"
    path.write_bytes(data)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--output-format", "json", str(path)]

    theirs = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)

    (ours,) = parse(data).unreadable
    assert (ours.cell, ours.row) == (theirs[0]["cell"], theirs[0]["location"]["row"]) == (7, 2)


# magics


MAGICS = [
    "%matplotlib inline\n{}",
    "!pip install telethon\n{}",
    "!pip install \\\n    telethon \\\n    cryptg\n{}",
    "!!ls\n{}",
    "%%time\n{}",
    "%%timeit -n 1\n{}",
    "%%capture output\n{}",
    "?print\n{}",
    "print?\n{}",
    "str.upper??\n{}",
    "files = !ls\n{}",
    "a, b = %magic 'it'\n{}",
    "files[0] = !ls *.py\n{}",
    "if True:\n    !ls\n    %cd ..\n{}",
    "for x in y:\n    %run x.py\n{}",
    "%load_ext autoreload\n# what is this?\n{}",
    "%pip install x\nprint('ready?')  # is it?\n{}",
    "%cd ..\nx = 1  # 100 %\ny = x != 2\nx %= 2\n{}",
    "%%ipytest -q\n{}",
]


@pytest.mark.parametrize("magic", MAGICS)
def test_code_beside_magics_is_linted_in_its_own_row(magic: str, tmp_path: Path) -> None:
    found = lint(tmp_path, notebook(IMPORT, magic.format(OPEN)))

    assert sites(found) == [("TGS101", 2, magic.count("\n") + 1, 10)]


@pytest.mark.parametrize(
    "magic",
    [
        "%time ",
        "%%time ",
        "%timeit -n 1 -r1 -q ",
        "%prun -l 10 -s cumulative -T out.txt ",
        "%memit -r 2 ",
        "took = %time ",
        "%debug -b x.py:3 ",
        "%lprun -f client.start -u 1 ",
    ],
)
def test_code_that_a_magic_runs_is_linted_in_its_own_column(magic: str, tmp_path: Path) -> None:
    found = lint(tmp_path, notebook(IMPORT, f"if True:\n    {magic}{OPEN}; x = 1" if not magic.startswith("%%") else f"{magic}{OPEN}"))

    (finding,) = found
    indent = 0 if magic.startswith("%%") else 4
    assert (finding.code, finding.cell, finding.location.column) == ("TGS101", 2, indent + len(magic) + 10)


def test_a_magic_may_import(tmp_path: Path) -> None:
    (tmp_path / "tg.py").write_text(f"{IMPORT}\n{OPEN}  # noqa: TGS101, TGS301\n")

    found = lint(tmp_path, notebook("%time import tg", "tg.client.disconnect()"))

    assert sites(found) == [("TGS202", 2, 1, 1)]


def test_what_a_magic_runs_may_await(tmp_path: Path) -> None:
    cells = [f"{IMPORT}\n{OPEN}  # noqa: TGS101", "%time await client.disconnect()", "%time client.disconnect()"]

    found = lint(tmp_path, notebook(*cells))

    assert sites(found) == [("TGS202", 3, 1, 7)]


@pytest.mark.parametrize("magic", ["%time", "%timeit -n 3", "%time this is no code", "%prun -s"])
def test_a_magic_that_runs_no_code_spoils_no_cell(magic: str, tmp_path: Path) -> None:
    found = lint(tmp_path, notebook(IMPORT, f"{magic}\n{OPEN}"))

    assert sites(found) == [("TGS101", 2, 2, 10)]


@pytest.mark.parametrize("command", ["pip install -U telethon", "cd ../data", "ls -la", "/print 1", ",print a b", ";print a b"])
def test_commands_without_a_percent_sign_are_passed_over(command: str, tmp_path: Path) -> None:
    found = lint(tmp_path, notebook(IMPORT, f"{command}\n{OPEN}"))

    assert sites(found) == [("TGS101", 2, 2, 10)]


def test_a_cell_that_is_indented_as_a_whole_is_read(tmp_path: Path) -> None:
    found = lint(tmp_path, notebook(IMPORT, f"  if x:\n      {OPEN}\n  y = 1"))

    assert sites(found) == [("TGS101", 2, 2, 16)]


@pytest.mark.parametrize(
    "text",
    [
        "x = (\n    'a %s'\n    % b\n)\n",
        "x = [1\n, y\n]\n",
        "x = '''\n%time x\n!ls (\n'''\n",
        "x = 'a (' \\\n    % b\n",
        "x = f(  # (\n  ')', \"\\\"(\"\n)\n",
    ],
)
def test_a_statement_over_rows_is_left_alone_beside_magics(text: str, tmp_path: Path) -> None:
    found = lint(tmp_path, notebook(IMPORT, f"%cd ..\n{text}{OPEN}"))

    assert sites(found) == [("TGS101", 2, text.count("\n") + 2, 10)]


def test_a_client_with_a_question_beside_it_is_no_call_for_help(tmp_path: Path) -> None:
    found = lint(tmp_path, notebook(f"%cd ..\n{IMPORT}\n{OPEN}  # why here?"))

    assert sites(found) == [("TGS101", 1, 3, 10)]


def test_a_remainder_on_a_row_of_its_own_is_no_magic() -> None:
    assert parse(notebook("x = (\n    'a %s'\n    % b\n)")).unreadable == ()


def test_a_name_that_a_magic_binds_is_bound(tmp_path: Path) -> None:
    found = lint(tmp_path, notebook(IMPORT, "TelegramClient = !ls", OPEN))

    assert found == []


@pytest.mark.parametrize("magic", ["bash", "sh", "html", "javascript", "sql", "writefile x.py", "!", "script ruby", "timed"])
def test_a_cell_of_another_language_is_passed_over(magic: str) -> None:
    document = parse(notebook("x = 1", f"%%{magic}\nthis is = not python (", "y = 2"))

    assert document.unreadable == ()
    assert document.module is not None


def test_a_cell_with_a_language_of_its_own_is_passed_over() -> None:
    document = parse(notebook("x = 1", code("echo $HOME", vscode={"languageId": "shellscript"})))

    assert (document.unreadable, document.cells) == ((), ((1, 1),))


@pytest.mark.parametrize("language", ["R", "julia", "javascript", "scala"])
def test_a_notebook_of_another_language_is_passed_over(language: str) -> None:
    document = parse(notebook("x <- c(1, 2", language=language))

    assert (document.unreadable, document.cells) == ((), ())


# formats


def test_a_source_may_be_a_list_of_lines() -> None:
    document = parse(notebook(code(["a = 1\n", "b = 2"]), code(["c = 3\r\n", "d = 4\r\n"])))

    assert document.locate(2) == (1, 2)
    assert document.locate(4) == (2, 2)


def test_the_format_of_2012_is_read(tmp_path: Path) -> None:
    sheets = [
        {"cells": [prose("a"), {"cell_type": "code", "language": "python", "input": [f"{IMPORT}\n"], "outputs": []}]},
        {"cells": [{"cell_type": "code", "language": "python", "input": OPEN, "outputs": []}]},
    ]
    data = json.dumps({"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": sheets}).encode()

    assert sites(lint(tmp_path, data)) == [("TGS101", 3, 1, 10)]


@pytest.mark.parametrize(
    "data",
    [
        notebook(),
        notebook(""),
        notebook(prose("only text")),
        b'{"cells": [], "metadata": null}',
        b'{"cells": [{"cell_type": "code", "metadata": null, "source": ""}]}',
        b"\xef\xbb\xbf" + notebook("x = 1"),
        notebook("x = 1", "", "\n\n", "# only a comment", "y = 2"),
    ],
)
def test_a_notebook_with_next_to_nothing_in_it_is_read(data: bytes) -> None:
    document = parse(data)

    assert (document.module is not None, document.unreadable) == (True, ())


@pytest.mark.parametrize(
    ("data", "row"),
    [
        (b"", 1),
        (b"{", 1),
        (b'{\n "cells": [\n  oops\n', 3),
        (b"[]", 1),
        (b"null", 1),
        (b'"x"', 1),
        (b"{}", 1),
        (b'{"cells": 1}', 1),
        (b'{"cells": [1]}', 1),
        (b'{"cells": [{"cell_type": "code", "source": 1}]}', 1),
        (b'{"worksheets": [{}]}', 1),
        (b"\xff\xfe{\0}\0", 1),
        (b"[" * 100_000, 1),
    ],
)
def test_what_is_no_notebook_is_reported(data: bytes, row: int) -> None:
    (problem,) = parse(data).unreadable

    assert problem.message.startswith("this is no notebook: ")
    assert (problem.cell, problem.row) == (None, row)


def test_what_is_no_notebook_is_a_finding_if_it_matters(tmp_path: Path) -> None:
    found = lint(tmp_path, b'{"cells": "from telethon import TelegramClient",\n')

    assert [(f.code, f.cell) for f in found] == [("TGS902", None)]


def test_exceptions_without_brackets_and_mixed_tabs_keep_their_places(tmp_path: Path) -> None:
    cells = [
        IMPORT,
        f"try:\n    pass\nexcept OSError, ValueError: {OPEN}",
        f"if a:\n    if b:\n\t{OPEN}\n        x = 1",
    ]

    found = lint(tmp_path, notebook(*cells))

    assert sites(found) == [("TGS101", 2, 3, 38), ("TGS101", 3, 3, 11)]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_stop_the_run(data: bytes) -> None:
    document = parse(data)

    assert document.module is not None or document.unreadable


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["cells", "source", "cell_type", "metadata", "worksheets", "input", "kernelspec"]), inner),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_no_json_stops_the_run(content: Any) -> None:
    document = parse(json.dumps(content).encode())

    assert document.module is not None or document.unreadable


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text("%!?=()[]{}:'\"\\\n\r\t #xyifdel", max_size=30) | st.text(max_size=10), max_size=4))
def test_no_cells_stop_the_run(texts: list[str]) -> None:
    document = parse(notebook(*texts))

    assert document.module is not None or document.unreadable
