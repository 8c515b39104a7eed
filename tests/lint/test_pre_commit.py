"""The real pre-commit runs our hooks, as they are offered, in a throw-away repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lint.sessions import pyrogram_string, telethon_file, telethon_string

CHECKOUT = Path(__file__).parents[2]
CONFIG = """
repos:
- repo: {source}
  rev: {revision}
  hooks:
  - id: tgsession-lint
  - id: tgsession-no-session-files
    args: [--allow=allowed/*]
"""
GUARDED = """
from tgsession_runtime import guarded_client


async def send(text):
    async with guarded_client("alerts", 1, "") as client:
        await client.send_message("me", text)
"""
UNGUARDED = """
from telethon import TelegramClient


async def send(text):
    client = TelegramClient("alerts", 1, "")
    await client.connect()
    await client.send_message("me", text)
"""
UNAWAITED = """
from telethon import TelegramClient


async def stop(client: TelegramClient):
    client.disconnect()
"""


@dataclass(frozen=True)
class Repository:
    """A git repository in which pre-commit is installed."""

    folder: Path
    environment: dict[str, str]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            check=False,
            encoding="utf-8",
        )

    def do(self, *command: str) -> str:
        done = self.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def pre_commit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "pre_commit", *arguments)

    def stage(self, name: str, content: str | bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.do("git", "add", "--", name)

    def commit(self) -> subprocess.CompletedProcess[str]:
        return self.run("git", "commit", "-m", "change")

    @property
    def commits(self) -> int:
        return int(self.do("git", "rev-list", "--all", "--count"))


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The surroundings of every command: no setting of the person's own git or pre-commit counts."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT", "PYTHON"))}
    kept.pop("SKIP", None)
    return kept | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": "test" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit-home")),
        "PRE_COMMIT_COLOR": "never",
        "PYTHONUTF8": "1",
    }


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> str:
    """A configuration that takes the hooks from a commit of what is in this checkout now, installed."""
    source = Repository(tmp_path_factory.mktemp("hooks"), environment)
    here = Repository(CHECKOUT, environment)
    names = here.do("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, names):
        if (CHECKOUT / name).is_file():
            (source.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CHECKOUT / name, source.folder / name)
    source.do("git", "init", "-q")
    source.do("git", "add", "-A", "-f")
    source.do("git", "commit", "-q", "-m", "snapshot")
    text = CONFIG.format(source=source.folder.as_posix(), revision=source.do("git", "rev-parse", "HEAD"))
    (source.folder / "hooks.yaml").write_text(text, encoding="utf-8")
    # Here, so that what cannot be installed is tried once and not by each test.
    source.do(sys.executable, "-m", "pre_commit", "install-hooks", "--config", "hooks.yaml")
    return text


@pytest.fixture
def repository(tmp_path: Path, environment: dict[str, str], config: str) -> Repository:
    """A repository with one commit, in which pre-commit runs our hooks before each other."""
    made = Repository(tmp_path / "project", environment)
    made.folder.mkdir()
    made.do("git", "init", "-q")
    made.stage(".pre-commit-config.yaml", config)
    made.do("git", "commit", "-q", "-m", "first")
    made.do(sys.executable, "-m", "pre_commit", "install")
    return made


def test_manifest_is_valid(environment: dict[str, str]) -> None:
    checked = Repository(CHECKOUT, environment).pre_commit("validate-manifest", ".pre-commit-hooks.yaml")

    assert (checked.returncode, checked.stdout) == (0, "")


def test_fixing_hook_mends_what_is_safe_and_stops_the_commit(repository: Repository) -> None:
    hooks = (repository.folder / ".pre-commit-config.yaml").read_text("utf-8").replace("id: tgsession-lint\n", "id: tgsession-lint-fix\n")
    repository.stage(".pre-commit-config.yaml", hooks)
    repository.stage("app.py", UNAWAITED)

    done = repository.commit()

    assert done.returncode == 1
    assert "files were modified by this hook" in done.stdout + done.stderr
    assert (repository.folder / "app.py").read_text("utf-8") == UNAWAITED.replace("client.disc", "await client.disc")
    repository.do("git", "add", "app.py")
    assert repository.commit().returncode == 0


def test_clean_text_is_committed(repository: Repository) -> None:
    repository.stage("README.md", "Text\n")
    repository.stage("image.png", b"\x89PNG\r\n\x1a\n\0\0")
    repository.stage("empty", "")

    done = repository.commit()

    assert done.returncode == 0, done.stdout + done.stderr
    assert repository.commits == 2


def test_guarded_client_is_committed(repository: Repository) -> None:
    repository.stage("app.py", GUARDED)

    done = repository.commit()

    assert done.returncode == 0, done.stdout + done.stderr


def test_bare_client_is_refused(repository: Repository) -> None:
    repository.stage("app.py", UNGUARDED)

    done = repository.commit()

    assert done.returncode == 1
    assert "TGS101" in done.stdout + done.stderr
    assert "app.py:6:" in done.stdout + done.stderr
    assert repository.commits == 1


@pytest.mark.parametrize("name", ["alerts.session", "backup.db"])
def test_session_file_is_refused_under_any_name(name: str, repository: Repository) -> None:
    repository.stage(name, telethon_file(repository.folder.parent / "real").read_bytes())

    done = repository.commit()

    assert done.returncode == 1
    assert f"{name}: Telethon session file\n" in done.stdout + done.stderr
    assert f"git rm --cached {name}" in done.stdout + done.stderr
    assert repository.commits == 1


@pytest.mark.parametrize("string", [telethon_string(), pyrogram_string()], ids=["telethon", "pyrogram"])
def test_session_string_is_refused_and_not_shown(string: str, repository: Repository) -> None:
    repository.stage("conf/settings.toml", f'[telegram]\nsession = "{string}"\n')

    done = repository.commit()

    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "conf/settings.toml:2: " in said
    assert not any(string[at : at + 8] in said for at in range(len(string) - 8))
    assert repository.commits == 1


def test_what_is_staged_counts_and_not_what_was_changed_since(repository: Repository) -> None:
    repository.stage("conf.env", f"SESSION={telethon_string()}\n")
    (repository.folder / "conf.env").write_text("SESSION=\n", encoding="utf-8")

    assert repository.commit().returncode == 1


def test_unstaged_session_string_does_not_stop_a_commit(repository: Repository) -> None:
    repository.stage("conf.env", "SESSION=\n")
    (repository.folder / "conf.env").write_text(f"SESSION={telethon_string()}\n", encoding="utf-8")

    assert repository.commit().returncode == 0


def test_allowed_file_is_committed(repository: Repository) -> None:
    repository.stage("allowed/known.txt", telethon_string())

    done = repository.commit()

    assert done.returncode == 0, done.stdout + done.stderr


def test_run_on_all_files_finds_what_was_committed_before(repository: Repository) -> None:
    repository.stage("old.env", telethon_string())
    repository.do("git", "commit", "-q", "--no-verify", "-m", "before the hook")

    done = repository.pre_commit("run", "--all-files")

    assert done.returncode == 1
    assert "old.env:1: Telethon session string" in done.stdout
