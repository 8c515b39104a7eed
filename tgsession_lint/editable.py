"""A file whose rows can be changed one by one, while everything else in it keeps every byte."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any, TypeAlias

from tgsession_lint import sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tgsession_lint.finding import Edit, Position

Row: TypeAlias = "tuple[int | None, int]"  # the cell, None outside notebooks, and the row in it
_ROW_END = re.compile(r"(\r\n|\r|\n)")


class NotEditableError(Exception):
    """The file cannot be changed without changing more than the rows in question."""


class Editable:
    """The rows of a Python file, or of the code cells of a notebook."""

    def __init__(self, path: str, texts: Mapping[int | None, str], pack: Callable[[Mapping[int | None, str]], bytes]) -> None:
        self._path = path
        self._pack = pack
        self._unreadable: int | None = None
        # Rows and their ends by turns: row n stands at 2n - 2.
        self._parts = {cell: _ROW_END.split(text) for cell, text in texts.items()}

    def row(self, row: Row) -> str:
        """One row, without its end."""
        cell, number = row
        return self._parts[cell][2 * number - 2]

    def put(self, row: Row, line: str) -> None:
        """Let *row* be *line*."""
        cell, number = row
        self._parts[cell][2 * number - 2] = line

    def edit(self, cell: int | None, edits: Iterable[Edit]) -> None:
        """Make *edits*, none of which reaches into another, in the file or in one cell."""
        parts = self._parts[cell]
        text = "".join(parts)
        newline = next((end for end in parts[1::2]), "\n")
        starts = list(accumulate((len(line) + len(end) for line, end in zip(parts[::2], parts[1::2], strict=False)), initial=0))

        def offset(place: Position) -> int:
            return starts[place.row - 1] + place.column - 1 if place.row <= len(starts) else len(text)

        # From the last to the first, so that the places of those that are still to come stay what they are.
        for edit in sorted(edits, key=lambda edit: (edit.location, edit.end_location), reverse=True):
            content = edit.content.replace("\n", newline)
            text = text[: offset(edit.location)] + content + text[offset(edit.end_location) :]
        self._parts[cell] = _ROW_END.split(text)

    def data(self) -> bytes:
        """The whole file as it is now."""
        return self._pack({cell: "".join(parts) for cell, parts in self._parts.items()})

    def comments(self) -> dict[Row, int] | None:
        """The rows that have a comment, and the index at which it starts; None if less of the file parses than did."""
        from tgsession_lint import notebooks, places

        parse = notebooks.parse if self._path.endswith(".ipynb") else sources.parse
        document = parse(self.data(), self._path)
        if self._unreadable is None:
            self._unreadable = len(document.unreadable)
        if document.module is None or len(document.unreadable) > self._unreadable:
            return None
        found = places.find(document.module, (), comments=True).comments
        return {document.locate(at.position.row): document.column(*at.position) - 1 for at in found}


def open_text(data: bytes, path: str) -> Editable:
    """The file at *path*, of which *data* is the content.

    Raises:
        NotEditableError: it cannot be decoded, or not be put together again as it was.
    """
    texts, pack = _notebook(data) if path.endswith(".ipynb") else _python(data)
    if pack(texts) != data:
        message = "the notebook is not laid out as Jupyter does it: save it there once"
        raise NotEditableError(message if path.endswith(".ipynb") else "the file's encoding does not give its bytes back")
    return Editable(path, texts, pack)


def _python(data: bytes) -> tuple[Mapping[int | None, str], Callable[[Mapping[int | None, str]], bytes]]:
    import io
    import tokenize

    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, ValueError, LookupError) as error:
        raise NotEditableError(f"the file cannot be decoded: {error}") from None
    return {None: text}, lambda texts: texts[None].encode(encoding)


def _notebook(data: bytes) -> tuple[Mapping[int | None, str], Callable[[Mapping[int | None, str]], bytes]]:
    import json

    try:
        text = data.decode("utf-8")
        content = json.loads(text)
        cells = dict(_code_cells(content))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise NotEditableError(f"the notebook cannot be read: {error}") from None
    layout, style = _layout(text), _indent(text)
    # Jupyter writes letters as they are; other programs escape them.
    escaped = layout(json.dumps(content, ensure_ascii=False, **style)) != data

    def pack(texts: Mapping[int | None, str]) -> bytes:
        for number, (cell, key) in cells.items():
            if texts[number] != _joined(cell[key]):
                cell[key] = _like(cell[key], texts[number])
        return layout(json.dumps(content, ensure_ascii=escaped, **style))

    return {number: _joined(cell[key]) for number, (cell, key) in cells.items()}, pack


def _code_cells(content: Any) -> Iterator[tuple[int | None, tuple[dict[str, Any], str]]]:
    """The number of each code cell, counted from 1 among all cells, and where its source is."""
    cells = content["cells"] if "cells" in content else [c for sheet in content["worksheets"] for c in sheet["cells"]]
    for number, cell in enumerate(cells, start=1):
        key = "source" if "source" in cell else "input"
        if cell.get("cell_type") == "code" and key in cell:
            yield number, (cell, key)


def _joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _like(old: str | list[str], text: str) -> str | list[str]:
    """*text* as one string or as a list of lines, whichever *old* is."""
    return text if isinstance(old, str) else text.splitlines(keepends=True)


def _indent(text: str) -> dict[str, Any]:
    first = re.match(r"[\[{]\r?\n([ \t]+)", text)
    if first is None:
        return {"separators": (",", ":") if re.match(r'\{"[^"]*":\S', text) else (", ", ": ")}
    return {"indent": first[1]}


def _layout(text: str) -> Callable[[str], bytes]:
    """What gives a dumped notebook the line ends of *text*, and the end of its last line."""
    newline = "\r\n" if "\r\n" in text else "\n"
    tail = text[len(text.rstrip()) :]
    return lambda dumped: (dumped.replace("\n", newline) + tail).encode("utf-8", "surrogatepass")
