"""Files -> those that hold one of a few words; on two cores where that pays."""

from __future__ import annotations

from tgsession_lint import contents, parallel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# Below this a second process costs more than it saves (`tests/benchmarks`).
ENOUGH_FILES = 800
# Few enough that the last share keeps nobody waiting, enough that taking one is no work.
SHARE = 48


def search(paths: Sequence[str], wanted: Sequence[bytes]) -> list[str]:
    """Those of *paths* that hold one of *wanted*, in order."""
    shared = parallel.Shared(lambda share: _search(share, wanted), paths, fork=len(paths) >= ENOUGH_FILES, size=SHARE)
    return [path for found in shared.results() for path in found]


def _search(paths: Sequence[str], wanted: Sequence[bytes]) -> list[str]:
    found: list[str] = []
    for path in paths:
        try:
            if any_of(wanted, contents.read(path)):
                found.append(path)
        except OSError:
            # What cannot be read may hold anything: it is found again, and reported, when it is parsed.
            found.append(path)
    return found


def any_of(wanted: Sequence[bytes], data: bytes) -> bool:
    """Whether *data* holds one of *wanted*; a loop, since a generator costs more than the search."""
    for needle in wanted:  # noqa: SIM110
        if needle in data:
            return True
    return False
