"""Files are searched while others are still being found, each of them once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tgsession_lint import contents, importers, listing, parallel, prefilter, search
from tgsession_lint.discover import discover
from tgsession_lint.exclusion import Defaults
from tgsession_lint.mentions import NEEDLES

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


@pytest.mark.parametrize("beside", [False, True])
def test_what_comes_before_the_first_share_is_known_to_both_sides(beside: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "worth_forking", lambda: beside and hasattr(os, "fork"))
    state: list[int] = []

    def before() -> list[int]:
        state[:] = [10]
        return state

    shared = parallel.Shared(lambda share: state[0] + share[0], range(30), fork=True, before=before)
    told = shared.prepared()
    state[:] = told

    assert (told, shared.results()) == ([10], list(range(10, 40)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_what_a_child_that_dies_should_have_told_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    us = os.getpid()
    monkeypatch.setattr(parallel, "worth_forking", lambda: True)
    shared = parallel.Shared(len, ["a", "bb", "ccc"], fork=True, before=lambda: os.getpid() == us or os._exit(1))

    assert shared.prepared() is True
    assert shared.results() == [1, 1, 1]


@pytest.mark.parametrize("beside", [False, True])
def test_files_that_are_found_late_are_followed_like_the_others(
    tmp_path: Path, beside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "worth_forking", lambda: beside and hasattr(os, "fork"))
    monkeypatch.setattr(importers, "ENOUGH_FILES", 6)
    entries = listing._entries
    monkeypatch.setattr(listing, "_entries", lambda *given: sorted(entries(*given), key=lambda entry: entry.name))
    for number in range(40):
        folder = tmp_path / f"part{number % 8}"
        folder.mkdir(exist_ok=True)
        (folder / f"piece_{number}.py").write_text("from telethon import TelegramClient as Client\n" if number % 8 in {0, 7} else "")
    (tmp_path / "use.py").write_text("from part0.piece_0 import Client\nfrom part7.piece_7 import Client as Other\n")
    (tmp_path / "pyproject.toml").write_text("")
    root = tmp_path.resolve()
    ahead = search.Ahead(NEEDLES)
    found = discover([root], Defaults(str(root)), cwd=root, ahead=ahead)

    known = prefilter.look(found, Defaults(str(root))).known

    assert sum(ahead.results().values()) == 5  # those of the folder that is listed first
    assert known.reach.files == {str(root / "use.py")}
    assert {os.path.basename(seed) for seed in known.seeds} == {f"piece_{number}.py" for number in range(40) if number % 8 in {0, 7}}
    assert set(known.reach.importers) == {str(root / "part0" / "piece_0.py"), str(root / "part7" / "piece_7.py")}
