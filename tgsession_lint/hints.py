"""Bytes -> whether the rules about secrets, files, kills and suppressions may have something to say of them."""

from __future__ import annotations

import re

from tgsession_lint import catalog
from tgsession_lint.search import any_of

# Compiled where they are used: few files come so far.
_NAME_OF_HASH = rb"api[_-]?hash"
_API_HASH = rb"['\"][0-9a-f]{32}['\"]"
_KILL = rb"(?s)signal\s*=\s*['\"]KILL|\bkill(?:pg)?\(.{0,200}?\b9\b|kill(?:all)?\b.{0,80}?\s-(?:9|KILL|s\b|-signal)"
_PROCESSES = (b"Popen", b"Process", b"process_iter", b"create_subprocess")
# The rule about kills reads the code, this only the bytes, in lower case; `revoke` is always about a worker.
_WORKERS = (*(word.encode() for word in catalog.WORKERS), b"revoke")
_CODE = rb"TGS\d"
_SEVERAL = 50  # a text of many capitals is better searched as any other


def hints(data: bytes, *, nearby: bool = True) -> bool:
    """Whether *data* may hold what the rules about secrets, files, kills and suppressions look for.

    Those about files and kills speak only *nearby* a client. Each look through all bytes costs as much as reading them:
    what the close looks would need is looked for first, and once.
    """
    if _names_rule(data):
        return True
    lowered = data.lower()
    session, api_hash = b"session" in lowered, b"hash" in lowered and re.search(_NAME_OF_HASH, lowered) is not None
    if api_hash and re.search(_API_HASH, data):
        return True
    if session and b"tgsession-lint:" in data:
        return True
    if nearby and ((b"kill" in lowered and _kills(data, lowered)) or (session and _names_session_file(data))):
        from tgsession_lint import glance

        if glance.worth_parsing(data):
            return True
    if not (session or api_hash):
        return False
    from tgsession_lint import session_strings

    return any(True for _ in session_strings.find(data))


def _names_rule(data: bytes) -> bool:
    """Whether the code of a rule stands in *data*.

    Of its letters `G` is the rarest, and one letter is found by `memchr`: a third of what a search for three takes.
    """
    at = data.find(b"G")
    for _ in range(_SEVERAL):
        if at < 0:
            return False
        if data[at - 1 : at + 2] == b"TGS" and data[at + 2 : at + 3].isdigit():
            return True
        at = data.find(b"G", at + 1)
    return b"TGS" in data and re.search(_CODE, data) is not None


def _kills(data: bytes, lowered: bytes) -> bool:
    if not any_of(_WORKERS, lowered):
        return False
    if b"SIGKILL" in data or re.search(_KILL, data) is not None:
        return True
    return b".kill()" in data and any_of(_PROCESSES, data)


def _names_session_file(data: bytes) -> bool:
    """Whether `.session` stands inside quotes, as far as its line tells: `request.session` is far more common."""
    at = data.find(b".session")
    while at >= 0:
        after = data[at + 8 : at + 9]
        before = data[data.rfind(b"\n", 0, at) + 1 : at]
        if (b'"' in before or b"'" in before) and not after.isalnum() and after not in {b"_", b".", b"(", b"["}:
            return True
        at = data.find(b".session", at + 8)
    return False
