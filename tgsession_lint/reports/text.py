"""What text looks like on a terminal: escapes, columns, colours, line breaks."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tgsession_lint.finding import Finding

JOINERS = "\u200c\u200d"  # invisible, but without them Persian and emoji read wrong
COLORS = {"bold": "1", "red": "1;31", "green": "32", "cyan": "36", "dim": "2"}


def encodable(text: str) -> str:
    r"""*text* with lone surrogates spelled out: a byte of a file name that is not UTF-8 as `\xff`."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(_escape(char) if "\ud800" <= char <= "\udfff" else char for char in text)
    return text


def harmless(text: str, keep: str = "") -> str:
    r"""*text* with everything spelled out that moves, hides or colours other text: ESC as `\x1b`."""
    if text.isprintable():
        return text
    return "".join(char if char in keep else visible(char) for char in text)


def visible(char: str) -> str:
    """*char*, or its escape when a terminal would not show it as a character."""
    return char if char.isprintable() or char in JOINERS else _escape(char)


def _escape(char: str) -> str:
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode()


def shown_path(path: str) -> str:
    """*path* for people; never the start of a command to the machine that reads the log."""
    return harmless(f"./{path}" if path.startswith((":", "#")) else path)


def place(finding: Finding) -> str:
    """`file:row:column`, in a notebook `file:cell 3:row:column`."""
    cell = "" if finding.cell is None else f":cell {finding.cell}"
    return f"{shown_path(finding.path)}{cell}:{finding.location.row}:{finding.location.column}"


def why(finding: Finding) -> str:
    """The command that explains the finding's rule."""
    return f"tgsession-lint rule {finding.code}"


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def paint(text: str, color: str, *, on: bool) -> str:
    """*text* in one of `COLORS` when *on*."""
    return f"\x1b[{COLORS[color]}m{text}\x1b[0m" if on and text else text


def wrap(text: str, width: int | None, first: int, indent: str) -> str:
    """*text* broken at spaces to *width* columns, of which *first* are taken on its first line."""
    if width is None:
        return text
    from tgsession_lint.reports.columns import columns

    lines, used = [""], first
    for word in text.split(" "):
        if lines != [""] and used + 1 + columns(word) > width:
            lines.append(indent + word)
            used = len(indent) + columns(word)
        else:
            lines[-1] += f" {word}" if lines != [""] else word
            used += 1 + columns(word)
    return "\n".join(lines)
