"""What is said of flow, word by word: where a client was opened, and where a path leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lint.flow import said

if TYPE_CHECKING:
    from pathlib import Path


def test_every_mini_project_and_example_is_told_as_recorded(tmp_path: Path) -> None:
    recorded = said.recorded()

    found = {name: rows for name, folder in said.projects(tmp_path) if (rows := said.said_of(name, folder))}

    assert found == recorded
