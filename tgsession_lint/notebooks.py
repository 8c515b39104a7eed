"""A notebook -> one virtual module: names flow from cell to cell, and every row knows its cell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tgsession_lint import sources
from tgsession_lint.sources import Document, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

_CELL_MAGIC = re.compile(r"\s*%%(?!time\b|timeit\b|capture\b|prun\b)")
_LINE_MAGIC = re.compile(r"^(\s*)(?:[%!?].*|.*[^\s?]\?{1,2}\s*|[\w., \[\]*]+=\s*[!%].*)$")


def parse(data: bytes, path: str) -> Document:
    """*data* as a document; a cell that cannot be parsed is reported, and the others are read."""
    import json

    try:
        content = json.loads(data.decode("utf-8-sig"))
        cells = list(_code_cells(content))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        return Document(path, notebook=True, unreadable=(Unreadable(1, 1, f"this is no notebook: {_short(error)}"),))
    unreadable: list[Unreadable] = []
    rows: list[str] = []
    starts: list[tuple[int, int]] = []
    for number, text in cells:
        lines, problem = _readable(number, text, path)
        unreadable.extend(problem)
        starts.append((len(rows) + 1, number))
        rows.extend(lines)
    whole = sources.parse_text("\n".join(rows) + "\n", path)
    return Document(path, whole.text, whole.module, notebook=True, unreadable=tuple(unreadable), cells=tuple(starts),
                    widened=whole.widened)


def rows(data: bytes, cell: int | None) -> list[str]:
    """The rows of one cell; none where the notebook cannot be read."""
    import json

    try:
        cells = dict(_code_cells(json.loads(data.decode("utf-8-sig"))))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return []
    return re.split(r"\r\n|\r|\n", cells.get(cell or 0, ""))


def _short(error: Exception) -> str:
    return str(error).partition("\n")[0][:80]


def _code_cells(content: Any) -> Iterator[tuple[int, str]]:
    """The number, from 1 and among all cells, and the source of each code cell, if the notebook is Python's."""
    metadata = content.get("metadata", {})
    language = metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name") or "python"
    if "python" not in str(language).lower():
        return
    cells = content["cells"] if "cells" in content else [c for sheet in content["worksheets"] for c in sheet["cells"]]
    for number, cell in enumerate(cells, start=1):
        if cell.get("cell_type") == "code":
            source = cell.get("source", cell.get("input", ""))
            yield number, source if isinstance(source, str) else "".join(source)


def _readable(number: int, text: str, path: str) -> tuple[list[str], list[Unreadable]]:
    """The rows of a cell with its magics taken out; all empty, and a report, where it cannot be parsed."""
    lines = re.split(r"\r\n|\r|\n", text)
    if _CELL_MAGIC.match(text):
        return [""] * len(lines), []
    plain = [_LINE_MAGIC.sub(r"\1pass", line) for line in lines]
    alone = sources.parse_text("\n".join(plain) + "\n", path)
    if alone.module is not None:
        return plain, []
    problem = alone.unreadable[0]
    return [""] * len(lines), [Unreadable(problem.row, problem.column, problem.message, number)]
