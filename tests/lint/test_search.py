"""Files are searched while others are still being found, each of them once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tgsession_lint import contents, parallel, search
from tgsession_lint.discover import discover
from tgsession_lint.exclusion import Defaults

if TYPE_CHECKING:
    from pathlib import Path

WANTED = (b"telethon",)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Forty files in eight folders; every fifth holds what is wanted."""
    for number in range(40):
        folder = tmp_path / f"part{number % 8}"
        folder.mkdir(exist_ok=True)
        (folder / f"piece_{number}.py").write_text("import telethon\n" if number % 5 == 0 else "import os\n")
    return tmp_path.resolve()


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "ENOUGH_FILES", 6)
    monkeypatch.setattr(search, "SHARE", 2)


@pytest.mark.parametrize("beside", [False, True])
def test_search_ahead_finds_the_same(place: Path, beside: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "worth_forking", lambda: beside and hasattr(os, "fork"))
    ahead = search.Ahead(WANTED)

    found = discover([place], Defaults(str(place)), cwd=place, ahead=ahead)
    holding = search.search(found.files, WANTED, ahead)

    assert len(ahead.results()) == 20
    assert sorted(holding) == [path for path in found.files if b"telethon" in contents.read(path)]


def test_no_file_is_read_twice(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(parallel, "worth_forking", lambda: False)
    monkeypatch.setattr(search.contents, "read", lambda path: read.append(path) or b"")
    ahead = search.Ahead(WANTED)
    found = discover([place], Defaults(str(place)), cwd=place, ahead=ahead)

    search.search(found.files, WANTED, ahead)

    assert sorted(read) == found.files


def test_search_for_other_words_does_not_take_over_what_was_looked_for_ahead(place: Path) -> None:
    ahead = search.Ahead((b"something else",))
    found = discover([place], Defaults(str(place)), cwd=place, ahead=ahead)

    holding = search.search(found.files, WANTED, ahead)
    ahead.abandon()

    assert len(holding) == 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_search_that_is_given_up_leaves_no_process(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []
    fork = os.fork

    def noted() -> int:
        started.append(fork())
        return started[-1]

    monkeypatch.setattr(parallel, "worth_forking", lambda: True)
    monkeypatch.setattr(os, "fork", noted)
    ahead = search.Ahead(WANTED)
    discover([place], Defaults(str(place)), cwd=place, ahead=ahead)

    ahead.abandon()

    assert len(started) == 2
    for process in started:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
