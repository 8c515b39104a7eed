"""What is said of flow, word by word: where a client was opened, and where a path leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lint.flow import said
from tgsession_lint import config, pipeline

if TYPE_CHECKING:
    from pathlib import Path


def test_every_mini_project_and_example_is_told_as_recorded(tmp_path: Path) -> None:
    recorded = said.recorded()

    found = {name: rows for name, folder in said.projects(tmp_path) if (rows := said.said_of(name, folder))}

    assert found == recorded


def test_attribute_in_a_format_string_is_no_place_where_a_client_is_put(tmp_path: Path) -> None:
    text = "async def f(x):\n    c = TelegramClient('a', 1, 'b')\n    await c.connect()\n    print(f'{x.name}')\n    await c.disconnect()\n"
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "app.py").write_text(f"from telethon import TelegramClient\n\n{text}", encoding="utf-8")

    outcome = pipeline.run([tmp_path], config.load([tmp_path], tmp_path), cwd=tmp_path)

    assert outcome.faults == ()
    assert "TGS201" in {finding.code for finding in outcome.findings}
