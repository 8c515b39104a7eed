"""A source line -> what of it fits, and where its marked part stands there."""

from __future__ import annotations

from tgsession_lint.frozen import frozen
from tgsession_lint.reports.columns import cells, offsets

DOTS = "..."
FAR = 2000  # characters around the mark that are looked at in a line longer than a screen


@frozen
class Cut:
    """The shown part of a line, and the columns (from 0) in it between which the mark stands."""

    text: str
    start: int
    end: int


def cut(line: str, first: int, last: int, room: int) -> Cut:
    """*line* in *room* columns with its characters from *first* up to *last* (from 0) in view.

    The start of the marked part is always in view; an empty mark gets one column.
    """
    line, first, last, before = _near(line, first, last)
    shown = cells(line)
    at = offsets(shown)
    low, high = _window(at, first, last, room, before=before)
    head, tail = DOTS * (low > 0 or before), DOTS * (high < len(shown))
    text = head + "".join(sign for sign, _ in shown[low:high]) + tail
    start = len(head) + at[first] - at[low]
    end = len(head) + at[min(max(last, first), high)] - at[low]
    return Cut(text.rstrip(), start, max(end, start + 1))


def _near(line: str, first: int, last: int) -> tuple[str, int, int, bool]:
    first = max(0, min(first, len(line)))
    last = max(first, min(last, len(line)))
    low = max(0, first - FAR)
    return line[low : first + FAR], first - low, min(last - low, len(line[low : first + FAR])), low > 0


def _window(at: list[int], first: int, last: int, room: int, *, before: bool) -> tuple[int, int]:
    """The characters to show, as a range: all, or the start, or the mark with some of what precedes it."""
    room = max(room, 4 * len(DOTS))
    if at[-1] <= room and not before:
        return 0, len(at) - 1
    inner = room - len(DOTS)
    if not before and (at[last] <= inner or at[first] <= inner // 2):
        return 0, _fitting(at, 0, inner)
    inner -= len(DOTS)
    wanted = at[first] - max(inner // 4, inner - (at[last] - at[first]))
    signs = [index for index in range(min(first + 1, len(at) - 1)) if at[index] < at[index + 1]] or [0]
    low = next((index for index in signs if at[index] >= wanted), signs[-1])
    return low, _fitting(at, low, inner)


def _fitting(at: list[int], low: int, room: int) -> int:
    return max(index for index in range(low, len(at)) if at[index] - at[low] <= room)
