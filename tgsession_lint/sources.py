"""Bytes -> text -> syntax tree; what cannot be read says why, and never stops the run."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tgsession_lint import depth, stack
from tgsession_lint.decoding import ROW_END, DecodingError, decode
from tgsession_lint.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    import libcst as cst

    from tgsession_lint.adapting import Widened

_TOO_DEEP = "the code is nested too deeply to be parsed"
_SHORT = 400  # characters, so at most as many levels: any stack holds them


@frozen
class Unreadable:
    """A place that could not be decoded or parsed."""

    row: int
    column: int
    message: str
    cell: int | None = None


@frozen
class Document:
    """One file as the parser saw it."""

    path: str
    text: str = ""
    module: cst.Module | None = None
    notebook: bool = False
    unreadable: tuple[Unreadable, ...] = ()
    cells: tuple[tuple[int, int], ...] = ()
    """Of a notebook: the first row of each code cell in `text`, and the number of the cell."""
    widened: Widened = ()
    """Rows whose text was changed for the parser: row, column from which on, and by how many columns."""

    @cached_property
    def lines(self) -> Sequence[str]:
        """The rows of `text`."""
        return ROW_END.split(self.text)

    def locate(self, row: int) -> tuple[int | None, int]:
        """The cell that *row* of `text` is in (None outside notebooks), and the row within it."""
        cell, first = None, 1
        for start, number in self.cells:
            if start <= row:
                cell, first = number, start
        return cell, row - first + 1

    def column(self, row: int, column: int) -> int:
        """The column in the file of *column* in `text`."""
        if not self.widened:
            return column
        return max(1, column - sum(by for changed, start, by in self.widened if changed == row and column >= start))


def parse(data: bytes, path: str) -> Document:
    """*data* as a document: the text of a Python file."""
    try:
        text = decode(data)
    except DecodingError as error:
        return Document(path, unreadable=(Unreadable(error.row, 1, str(error)),))
    return parse_text(text, path)


def parse_text(text: str, path: str) -> Document:
    """*text* as a document, with whatever has to be changed for the parser to take it."""
    tried = _try(text)
    if tried.module is not None:
        return Document(path, text, tried.module)
    from tgsession_lint import adapting

    for changed, widened in adapting.adapted(text):
        again = _try(changed)
        if again.module is not None:
            return Document(path, changed, again.module, widened=widened)
    return Document(path, text, unreadable=(tried.problem or Unreadable(1, 1, "the file cannot be parsed"),))


@frozen
class _Attempt:
    module: cst.Module | None = None
    problem: Unreadable | None = None


def _try(text: str) -> _Attempt:
    if "\0" in text:
        place = len(ROW_END.findall(text, 0, text.index("\0"))) + 1
        return _Attempt(problem=Unreadable(place, 1, "the file holds a NUL byte"))
    if (row := depth.hopeless(text)) is not None:
        return _Attempt(problem=Unreadable(row, 1, _TOO_DEEP))
    return _parsed(text) if len(text) < _SHORT else stack.on_a_deep_stack(lambda: _parsed(text)) or _Attempt()


def _parsed(text: str) -> _Attempt:
    import libcst as cst

    try:
        return _Attempt(module=cst.parse_module(text))
    except cst.ParserSyntaxError as error:
        from tgsession_lint import refusal

        return _Attempt(problem=Unreadable(*refusal.place_and_reason(text, str(error))))
    except RecursionError:
        return _Attempt(problem=Unreadable(1, 1, _TOO_DEEP))
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        # A panic of the native parser is no `Exception`.
        return _Attempt(problem=Unreadable(1, 1, f"the file cannot be parsed: {type(error).__name__}"))
