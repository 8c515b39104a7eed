"""Whether code is nested so deeply, or chained so long, that the parser would take minutes, or its stack."""

from __future__ import annotations

import re
from itertools import accumulate

from tgsession_lint.decoding import ROW_END

# Python itself stops at 200 brackets. The parser's time grows with the square of a chain such as `1 + 1 + …`,
_BRACKETS = 200
_CHAIN = 2000
# and exponentially with the nesting of a pattern, or of the targets of `del`.
_PATTERN = 7
_BRACKET = re.compile(r"[\[({\])}]")
# Each `elif` is nested in the one before it: Python compiles some 3,000, and the parser's stack ends at some 60,000.
_BRANCHES = 20_000
_STEP = {**dict.fromkeys("([{", 1), **dict.fromkeys(")]}", -1)}
# Compiled where they are used, which is seldom.
_LINK = r"[-+*/%@&|^~<>.]|[\])][ \t]*[\[(]|\b(?:and|or|not|if|lambda|await|in|is)\b"
_PATTERNS = r"(?m)^[ \t]*(?:case|del)\b(?!\s*[=.])[^\n]*[\[({]"
_LEXEME = r"""(?xms)
    (?P<skip>\\\r?\n|\#[^\r\n]*|(?P<quotes>\"\"\"|''')(?:[^\\]|\\.)*?(?P=quotes)|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<pattern>^[ \t]*(?:case|del)\b(?!\s*[=.]))|(?P<open>[\[({])|(?P<close>[\])}])|(?P<end>[,;\n\r])
    |(?P<link>\*\*|//|<<|>>|->|\.\.\.|[-+*/%@&|^~<>.]|\b(?:and|or|not|if|lambda|await|in|is)\b)"""


def hopeless(text: str) -> int | None:
    """The row from which on *text* is nested so deeply, or chained so long, that the parser would not come back."""
    if len(text) < _PATTERN:
        return None
    deepest = max(accumulate(map(_STEP.__getitem__, _BRACKET.findall(text))), default=0)
    if deepest > _BRACKETS // 2 or (deepest > _PATTERN and re.search(_PATTERNS, text)):
        return _first_too_deep(text)
    if text.count("elif") > _BRANCHES:
        return len(ROW_END.findall(text, 0, [found.start() for found in re.finditer("elif", text)][_BRANCHES])) + 1
    # A paragraph that is too short, or has too few links in all, holds no such chain; few need the close look.
    long = (part for part in text.split("\n\n") if len(part) > _CHAIN)
    return _first_too_deep(text) if any(len(re.findall(_LINK, part)) > _CHAIN for part in long) else None


def _first_too_deep(text: str) -> int | None:
    levels: list[int] = []  # the links before each open bracket
    links = total = 0  # since the last comma, and in all the levels below it
    most = _BRACKETS
    for token in re.finditer(_LEXEME, text):
        kind = token.lastgroup
        if kind == "open":
            levels.append(links)
            total += links
            links = 0
        elif kind == "close":
            # A call or a subscript is a link of its own.
            links = levels.pop() + 1 if levels else 0
            total -= max(0, links - 1)
        elif kind == "link":
            links += 1
        elif kind == "end":
            if levels and token.group() in "\r\n":
                continue
            links = 0
            most = _BRACKETS if not levels else most
        elif kind == "pattern" and not levels:
            most = _PATTERN
        if len(levels) > most or total + links > _CHAIN:
            return len(ROW_END.findall(text, 0, token.start())) + 1
    return None
