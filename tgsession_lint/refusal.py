"""Why a text cannot be parsed, said as its author needs to hear it, and where."""

from __future__ import annotations

import re

from tgsession_lint import glance
from tgsession_lint.decoding import ROW_END

_PLACE = re.compile(r"error at (\d+):(\d+)")
_QUOTED = re.compile(r"""#.*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""")
# What only Python 2 took, in a row whose texts are empty.
_PYTHON_2 = re.compile(
    r"""\bprint\s+[^=(\s.,:)\]}\w]|\bprint\s+(?!(?:if|in|is|and|or|for|else|not)\b)\w   # print "x", print x
    |\bexec\s+['"\w]
    |\braise\s+[\w.]+(?:\([^)]*\)|\[[^\]]*\])?\s*,
    |\bexcept\b[^:]+,[^:]+:
    |`[^`]*`|<>
    |\b0[0-7]+[lL]?\b|\b(?:0[xX][0-9a-fA-F]+|\d+)[lL]\b
    |\b[uU][rR]['"]
    |\b(?:def\s+\w+\s*\(|lambda\b)(?:[^:]*,)?\s*\(\s*\w+\s*(?:,[^:=]*)?\)\s*[,:)=]""",
    re.VERBOSE,
)


def place_and_reason(text: str, error: str) -> tuple[int, int, str]:
    """The row and the column where *text* stops to be Python, and why; *error* is what the parser says.

    The parser names the token after, which is often on the next row, so that Python itself is asked first.
    """
    seen = _seen_by_python(text)
    if seen is None:
        place = _PLACE.search(error)
        row, column = (int(place[1]), int(place[2]) + 1) if place else (1, 1)
        return row, column, "the parser of this linter (libcst) does not know the syntax here, although Python does"
    row, column, said = seen
    if _is_python_2(text, row):
        return row, column, "the syntax is Python 2, which is not read"
    return row, column, f"the syntax is not Python that can be parsed: {said}"


def _is_python_2(text: str, row: int) -> bool:
    lines = ROW_END.split(text)
    bare = _QUOTED.sub(lambda quoted: "''" if quoted[0][0] != "#" else "", lines[row - 1]) if row <= len(lines) else ""
    return _PYTHON_2.search(bare) is not None


def _seen_by_python(text: str) -> tuple[int, int, str] | None:
    try:
        glance.parsed(text)
    except SyntaxError as error:
        return max(1, error.lineno or 1), max(1, error.offset or 1), error.msg
    except (ValueError, RecursionError, MemoryError):
        return None
    return None
