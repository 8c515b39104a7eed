"""Writes the pages that are made from the code: a page a rule, their index, and what other pages have between marks.

The marks are `<!-- COMMAND --help -->` or `<!-- settings -->`, and `<!-- end -->`.

`python docs/generate.py` writes them, `--check` only compares and exits with 1 when one is stale.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))  # the code that the pages are made from is the one beside them

import click  # noqa: E402

from tgsession_lint import cli as lint  # noqa: E402
from tgsession_lint import pages  # noqa: E402
from tgsession_lint.rule import every_rule  # noqa: E402
from tgsession_runtime import cli as guard  # noqa: E402
from tgsession_runtime.setting import SETTINGS, Setting  # noqa: E402

WIDTH = 100
PARTS = ("cli.md", "guard-cli.md", "guard-configuration.md")
GROUPS: dict[str, click.Group] = {lint.NAME: lint.cli, guard.NAME: guard.cli}
_HELP = re.compile(r"(<!-- (?P<command>[a-z -]+) --help -->\n).*?(<!-- end -->)", re.DOTALL)
_SETTINGS = re.compile(r"(<!-- settings -->\n).*?(<!-- end -->)", re.DOTALL)


def generated() -> dict[Path, str]:
    """Every generated page, by its file."""
    rules = every_rule()
    found = {DOCS / "rules" / f"{rule.name}.md": pages.markdown(rule) for rule in rules}
    found[DOCS / "rules" / "index.md"] = pages.index(rules)
    found.update({DOCS / name: with_parts((DOCS / name).read_text("utf-8")) for name in PARTS})
    return found


def with_parts(text: str) -> str:
    """*text* with the help of each command, and the settings, where a comment names them."""
    text = _HELP.sub(lambda found: f"{found[1]}\n```text\n{help_of(found['command'])}\n```\n\n{found[3]}", text)
    return _SETTINGS.sub(lambda found: f"{found[1]}\n{settings()}\n\n{found[2]}", text)


def help_of(words: str) -> str:
    """What `--help` prints, at a width that does not depend on the terminal."""
    name, *more = words.split()
    group = GROUPS[name]
    settings = {**group.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(group, info_name=name, **settings)
    for word in more:
        command = group.get_command(context, word)
        if command is None:
            raise SystemExit(f"there is no command `{words}`")
        context = click.Context(command, context, info_name=word)
        group = command if isinstance(command, click.Group) else group
    return context.get_help().rstrip()


def settings() -> str:
    """The table of what can be set for the guard."""
    rows = [row_of(setting) for setting in SETTINGS if setting.example or not setting.commit]
    return "\n".join(["| setting | variable | takes | default | in the file |", "| --- | --- | --- | --- | --- |", *rows])


def row_of(setting: Setting) -> str:
    """The row of one setting."""
    default = "see below" if setting.name == "state_dir" else "none" if setting.default in (None, ()) else setting.default
    if isinstance(default, (bool, float)):
        default = str(default).lower().removesuffix(".0")
    example = f"{setting.key} = {setting.example}" if setting.commit else f'{setting.key}-file = "…"'
    return f"| `{setting.name}` | `{setting.variable}` | {setting.wanted} | {default} | `{example}` |"


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
