"""A notebook -> one virtual module: names flow from cell to cell, and every row knows its cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgsession_lint import magics, sources
from tgsession_lint.decoding import ROW_END
from tgsession_lint.frozen import replace
from tgsession_lint.sources import Document, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgsession_lint.adapting import Widened


def parse(data: bytes, path: str) -> Document:
    """*data* as a document; a cell that cannot be parsed is reported, and the others are read."""
    try:
        cells = list(_code_cells(data))
    except _NotANotebook as error:
        return Document(path, notebook=True, unreadable=(Unreadable(error.row, error.column, str(error)),))
    unreadable: list[Unreadable] = []
    rows: list[str] = []
    widened: list[tuple[int, int, int]] = []
    starts: list[tuple[int, int]] = []
    for number, text in cells:
        lines, moved, problems = _readable(number, text, path)
        unreadable.extend(problems)
        starts.append((len(rows) + 1, number))
        widened.extend((len(rows) + row, start, by) for row, start, by in moved)
        rows.extend(lines)
    whole = sources.parse_text("\n".join(rows) + "\n", path)
    found = Document(path, whole.text, whole.module, notebook=True, cells=tuple(starts), widened=(*widened, *whole.widened))
    for problem in whole.unreadable:
        cell, row = found.locate(problem.row)
        unreadable.append(Unreadable(row, problem.column, problem.message, cell))
    return replace(found, unreadable=tuple(unreadable))


def rows(data: bytes, cell: int | None) -> list[str]:
    """The rows of one cell; none where the notebook cannot be read."""
    try:
        cells = dict(_code_cells(data))
    except _NotANotebook:
        return []
    return ROW_END.split(cells.get(cell or 0, ""))


class _NotANotebook(Exception):  # noqa: N818 - a state of the file
    def __init__(self, reason: str, row: int = 1, column: int = 1) -> None:
        super().__init__(f"this is no notebook: {reason}")
        self.row = row
        self.column = column


def _code_cells(data: bytes) -> list[tuple[int, str]]:
    """The number, from 1 and among all cells, and the source of each code cell, if the notebook is Python's."""
    import json

    try:
        content = json.loads(data.decode("utf-8-sig"))
        return list(_python_cells(content))
    except json.JSONDecodeError as error:
        raise _NotANotebook(error.msg, error.lineno, error.colno) from error
    except UnicodeDecodeError as error:
        raise _NotANotebook(f"not valid utf-8: {error.reason}") from error
    except RecursionError as error:
        raise _NotANotebook("it is nested too deeply") from error
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise _NotANotebook("its cells are not where they belong") from error


def _python_cells(content: Any) -> Iterator[tuple[int, str]]:
    metadata = content.get("metadata") or {}
    kernel, language = metadata.get("kernelspec") or {}, metadata.get("language_info") or {}
    if not _is_python(kernel.get("language") or language.get("name")):
        return
    cells = content["cells"] if "cells" in content else [c for sheet in content["worksheets"] for c in sheet["cells"]]
    for number, cell in enumerate(cells, start=1):
        # VS Code lets each cell have a language of its own.
        own = (cell.get("metadata") or {}).get("vscode") or {}
        if cell.get("cell_type") == "code" and _is_python(own.get("languageId") or cell.get("language")):
            source = cell.get("source", cell.get("input", ""))
            yield number, source if isinstance(source, str) else "".join(source)


def _is_python(language: object) -> bool:
    return not language or "python" in str(language).lower()


def _readable(number: int, text: str, path: str) -> tuple[list[str], Widened, list[Unreadable]]:
    """The rows of a cell as Python, and what moved in them; all empty, and a report, where it cannot be parsed."""
    lines = ROW_END.split(text)
    nothing = [""] * len(lines)
    if magics.is_foreign(text):
        return nothing, (), []
    problems: Sequence[Unreadable] = ()
    for plain, moved in magics.plain(lines):
        # As it is, if it can be: `% x` may also be the second half of a sum.
        alone = sources.parse_text("\n".join(plain) + "\n", path)
        if alone.module is not None:
            return plain, moved, []
        problems = alone.unreadable
    return nothing, (), [replace(problem, cell=number) for problem in problems[:1]]
