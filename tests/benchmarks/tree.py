"""Builds the trees that speed is measured on: `python -m tests.benchmarks.tree FOLDER`.

Real packages, pinned, are fetched once into a cache (`TGSESSION_BENCH_CACHE`, else the platform's).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from tests.benchmarks.programs import SIX, TWENTY_FIVE, Program, write

# Programs of the kind that Telegram clients live beside. No sympy: ruff would spend half its time on its tables.
PACKAGES = (
    "aiogram==3.31.0", "ansible-core==2.21.5", "celery==5.7.0", "distributed==2026.8.0", "django==6.1.3",
    "kombu==5.7.0", "scrapy==2.19.0", "twisted==26.10.0", "wagtail==8.0.1",
)  # fmt: skip
# What no file of the clean tree may say, in any letter case.
MENTIONS = (b"telethon", b"telegramclient", b"guarded_client", b"tgsession")
VARIANTS: dict[str, tuple[Program, ...]] = {"clean": (), "six": SIX, "twentyfive": TWENTY_FIVE}
FEWEST_FILES, FEWEST_LINES = 5_000, 1_000_000


def cache_folder() -> Path:
    """Where fetched packages and the default tree are kept."""
    if named := os.environ.get("TGSESSION_BENCH_CACHE"):
        return Path(named)
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", home / ".cache"))
    return base / "tgsession-guard" / "benchmarks"


def build(folder: Path) -> str:
    """Make `clean`, `six` and `twentyfive` below *folder* unless they are there; say what they hold."""
    # It is written last: a build that was broken off is begun anew.
    summary = folder / "summary.txt"
    wanted = _fingerprint()
    if summary.exists() and summary.read_text(encoding="utf-8").startswith(wanted):
        return summary.read_text(encoding="utf-8").removeprefix(wanted)
    _make_room(folder)
    clean = folder / "clean"
    dropped = [name for wheel in fetch(cache_folder() / "wheels") for name in _unpack(wheel, clean)]
    (clean / "pyproject.toml").write_text('[project]\nname = "benchmark-tree"\nversion = "1"\n', encoding="utf-8")
    for name, programs in VARIANTS.items():
        if programs:
            shutil.copytree(clean, folder / name, copy_function=_link)
            write(programs, str(folder / name))
    said = _describe(clean, dropped)
    summary.write_text(wanted + said, encoding="utf-8")
    return said


def fetch(folder: Path) -> list[Path]:
    """The pinned packages as wheels in *folder*; the index is asked only for what is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [pin for pin in PACKAGES if _wheel(folder, pin) is None]
    if missing:
        options = ["--quiet", "--no-deps", "--only-binary=:all:", "--python-version=3.13", f"--dest={folder}"]
        subprocess.run([sys.executable, "-m", "pip", "download", *options, *missing], check=True)
    return [wheel for pin in PACKAGES if (wheel := _wheel(folder, pin))]


def matters(variant: str) -> list[str]:
    """The files of *variant* that a linter for Telethon has to parse."""
    return [program.path for program in VARIANTS[variant]]


def _wheel(folder: Path, pin: str) -> Path | None:
    name, version = pin.split("==")
    return next(folder.glob(f"{name.replace('-', '_')}-{version}-*.whl"), None)


def _unpack(wheel: Path, folder: Path) -> list[str]:
    """Unpack *wheel* but what mentions a client; the names of the files left out."""
    dropped = []
    with ZipFile(wheel) as archive:
        for entry in archive.infolist():
            if entry.is_dir() or ".dist-info/" in entry.filename or ".data/" in entry.filename:
                continue
            data = archive.read(entry).lower()
            if any(mention in data for mention in MENTIONS):
                dropped.append(entry.filename)
            else:
                archive.extract(entry, folder)
    return dropped


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _make_room(folder: Path) -> None:
    """Remove an older tree of ours; anything else in *folder* is not ours to remove."""
    folder.mkdir(parents=True, exist_ok=True)
    foreign = sorted({path.name for path in folder.iterdir()} - {*VARIANTS, "summary.txt"})
    if foreign:
        message = f"{folder} holds something else: {', '.join(foreign[:5])}"
        raise SystemExit(message)
    (folder / "summary.txt").unlink(missing_ok=True)
    for name in VARIANTS:
        shutil.rmtree(folder / name, ignore_errors=True)


def _describe(clean: Path, dropped: list[str]) -> str:
    files = lines = 0
    for path in clean.rglob("*.py"):
        files += 1
        lines += path.read_bytes().count(b"\n")
    if files < FEWEST_FILES or lines < FEWEST_LINES:
        message = f"the tree is too small: {files} files, {lines} lines"
        raise SystemExit(message)
    left_out = f"{len(dropped)} left out because they mention a client" + "".join(f"\n  {name}" for name in dropped)
    return f"{files:,} .py files, {lines:,} lines from {', '.join(PACKAGES)}; {left_out}\n"


def _fingerprint() -> str:
    """Changes with the packages and with the generated programs."""
    from hashlib import sha256

    from tests.benchmarks.programs import text

    sources = [text(program) for programs in VARIANTS.values() for program in programs]
    return sha256("\0".join([*PACKAGES, *sources]).encode()).hexdigest() + "\n"


def main() -> None:
    """Build the tree and say what it holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, nargs="?", default=cache_folder() / "tree")
    sys.stdout.write(build(parser.parse_args().folder))


if __name__ == "__main__":
    main()
