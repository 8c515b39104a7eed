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


def search(paths: Sequence[str], wanted: Sequence[bytes], ahead: Ahead | None = None) -> list[str]:
    """Those of *paths* that hold one of *wanted*; what was looked at *ahead* is not read again."""
    known = ahead.results() if ahead is not None and ahead.wanted == wanted else {}
    rest = [path for path in paths if path not in known] if known else paths
    shared = _shared(rest, wanted, fork=len(rest) >= ENOUGH_FILES)
    return [path for path in paths if known.get(path)] + [path for found in shared.results() for path in found]


class Ahead:
    """A search that begins while files are still being found, beside the process that finds them.

    Each time that as many again have been found, a further process is given those: the listing goes on meanwhile.
    """

    def __init__(self, wanted: Sequence[bytes]) -> None:
        self.wanted = wanted
        self.enough = ENOUGH_FILES
        """How many files have to be found before `take` is called."""
        self._paths: list[str] = []
        self._parts: list[parallel.Shared] = []
        self._known: dict[str, bool] | None = None

    def take(self, found: Sequence[str]) -> None:
        """Search what has been *found* since the last time."""
        new = found[len(self._paths) :]
        self._paths += new
        self._parts.append(_shared(new, self.wanted, fork=True))
        self.enough = 2 * len(self._paths)

    def results(self) -> dict[str, bool]:
        """The files that were taken, and whether they hold what is wanted."""
        if self._known is None:
            self._known = dict.fromkeys(self._paths, False)
            for part in self._parts:
                self._known.update((path, True) for found in part.results() for path in found)
        return self._known

    def abandon(self) -> None:
        """End whatever still runs beside this process."""
        for part in self._parts:
            part.abandon()


def _shared(paths: Sequence[str], wanted: Sequence[bytes], *, fork: bool) -> parallel.Shared:
    return parallel.Shared(lambda share: _search(share, wanted), paths, fork=fork, size=SHARE)


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
