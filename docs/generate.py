"""Writes the pages that are made from the code: a page a rule, their index, and the help in cli.md.

`python docs/generate.py` writes them, `--check` only compares and exits with 1 when one is stale.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))  # the code that the pages are made from is the one beside them

import click  # noqa: E402

from tgsession_lint import pages  # noqa: E402
from tgsession_lint.cli import NAME, cli  # noqa: E402
from tgsession_lint.rule import every_rule  # noqa: E402

WIDTH = 100
_HELP = re.compile(r"(<!-- (?P<command>[a-z -]+) --help -->\n).*?(<!-- end -->)", re.DOTALL)


def generated() -> dict[Path, str]:
    """Every generated page, by its file."""
    rules = every_rule()
    found = {DOCS / "rules" / f"{rule.name}.md": pages.markdown(rule) for rule in rules}
    found[DOCS / "rules" / "index.md"] = pages.index(rules)
    found[DOCS / "cli.md"] = with_help((DOCS / "cli.md").read_text("utf-8"))
    return found


def with_help(text: str) -> str:
    """*text* with the help of each command where a comment names it."""
    return _HELP.sub(lambda found: f"{found[1]}\n```text\n{help_of(found['command'])}\n```\n\n{found[3]}", text)


def help_of(words: str) -> str:
    """What `--help` prints, at a width that does not depend on the terminal."""
    settings = {**cli.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(cli, info_name=NAME, **settings)
    for word in words.split()[1:]:
        context = click.Context(cli.commands[word], context, info_name=word)
    return context.get_help().rstrip()


def stale(found: dict[Path, str]) -> list[Path]:
    """The pages whose files say something else, and the files of rules that there are no more."""
    wrong = [path for path, text in found.items() if not path.is_file() or path.read_text("utf-8") != text]
    return wrong + [path for path in sorted((DOCS / "rules").glob("*.md")) if path not in found]


def main(arguments: list[str]) -> int:
    """Write the stale pages, or with `--check` name them."""
    if arguments not in ([], ["--check"]):
        print(f"usage: {Path(sys.argv[0]).name} [--check]", file=sys.stderr)
        return 2
    found = generated()
    wrong = stale(found)
    if arguments:
        for path in wrong:
            print(f"stale: {path.relative_to(DOCS.parent).as_posix()}", file=sys.stderr)
        if wrong:
            print("repair with: python docs/generate.py", file=sys.stderr)
        return 1 if wrong else 0
    for path in wrong:
        if path in found:
            path.parent.mkdir(exist_ok=True)
            path.write_text(found[path], encoding="utf-8", newline="\n")
        else:
            path.unlink()
        print(f"{'wrote' if path in found else 'removed'} {path.relative_to(DOCS.parent).as_posix()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
