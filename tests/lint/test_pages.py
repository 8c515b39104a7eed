"""Every rule has a page that answers what a reader asks, and the docs hold what the code says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tgsession_lint import pages
from tgsession_lint.rule import Rule, every_rule

CHECKOUT = Path(__file__).parents[2]
RULES = every_rule()
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def generate(checkout: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(checkout / "docs" / "generate.py"), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of our own, whose pages can be spoilt."""
    ignore = shutil.ignore_patterns("__pycache__", "example")
    for folder in ("docs", "tgsession_lint"):
        shutil.copytree(CHECKOUT / folder, tmp_path / "checkout" / folder, ignore=ignore)
    return tmp_path / "checkout"


def test_codes_and_names_are_each_used_once() -> None:
    codes, names = [rule.code for rule in RULES], [rule.name for rule in RULES]

    assert (len(set(codes)), len(set(names))) == (len(RULES), len(RULES))


@each_rule
def test_rule_is_called_as_its_file_and_its_docstring_say(rule: Rule) -> None:
    module = sys.modules[type(rule).__module__]

    assert (module.__doc__, Path(str(module.__file__)).stem) == (f"{rule.code} {rule.name}.", rule.name.replace("-", "_"))


@each_rule
def test_code_belongs_to_a_family(rule: Rule) -> None:
    assert re.fullmatch(r"TGS\d{3}", rule.code)
    assert rule.code[:4] in pages.FAMILIES


@each_rule
def test_name_is_the_problem_and_not_the_cure(rule: Rule) -> None:
    assert not re.match(r"(use|avoid|prefer|no|require|missing|enforce)-", rule.name)


@each_rule
def test_page_answers_what_a_reader_asks(rule: Rule) -> None:
    sections = re.findall(r"^## (.+)$", rule.page, re.MULTILINE)

    assert {"Why", "What to do", "Source"} <= set(sections)
    assert {"What is reported", "Limits"} & set(sections)
    assert rule.summary.endswith(".")


@each_rule
def test_rule_shows_what_it_reports_and_what_it_leaves_alone(rule: Rule) -> None:
    assert all(example.marked_lines(rule.code) for example in rule.bad)
    assert rule.bad
    assert not any(example.marked_lines(rule.code) for example in rule.good)
    assert rule.good


@each_rule
def test_page_holds_every_example_and_every_section(rule: Rule) -> None:
    page = pages.markdown(rule)

    assert all(example.code.rstrip() in page for example in (*rule.bad, *rule.good))
    assert [line for line in rule.page.splitlines() if line and line not in page] == []
    assert f"# {rule.code} {rule.name}\n" in page


@each_rule
def test_terminal_page_is_plain_and_names_its_address(rule: Rule) -> None:
    page = pages.plain(rule, 80)

    assert page.startswith(f"{rule.code} {rule.name}\n")
    assert page.endswith(f"/docs/rules/{rule.name}.md\n")
    assert not re.search(r"^```|^##? |\x1b", page, re.MULTILINE)


@each_rule
def test_narrow_terminal_wraps_what_is_text(rule: Rule) -> None:
    verbatim = re.compile(r"^(    |\||https:)")

    wide = [line for line in pages.plain(rule, 60).splitlines() if len(line) > 60 and not verbatim.match(line)]

    assert [line for line in wide if " " in line.strip()] == []


def test_headings_are_bold_where_there_is_colour() -> None:
    assert "\x1b[1mWhy\x1b[0m" in pages.plain(RULES[0], color=True)


@pytest.mark.parametrize("wanted", ["TGS101", "tgs101", "unguarded-client", "UNGUARDED_CLIENT", " unguarded-client "])
def test_rule_is_found_by_code_and_by_name(wanted: str) -> None:
    found = pages.find(wanted, RULES)

    assert found is not None
    assert found.code == "TGS101"


@pytest.mark.parametrize(
    ("wanted", "near"), [("TGS1O1", "TGS101"), ("unguarded", "unguarded-client"), ("qqqq", None), ("", None)]
)
def test_misspelt_rule_is_not_found_and_the_nearest_is_named(wanted: str, near: str | None) -> None:
    assert (pages.find(wanted, RULES), pages.nearest(wanted, RULES)) == (None, near)


def test_table_has_every_rule_under_its_family() -> None:
    table = pages.table(RULES)

    assert [line.split()[:2] for line in table.splitlines() if line.startswith("  ")] == [[r.code, r.name] for r in RULES]
    assert "TGS1xx the guard" in table


def test_json_has_every_rule_whole() -> None:
    listed = json.loads(pages.as_json(RULES))

    assert [(entry["code"], entry["name"], entry["summary"]) for entry in listed] == [
        (rule.code, rule.name, rule.summary) for rule in RULES
    ]
    assert all(entry["url"].endswith(f"{entry['name']}.md") for entry in listed)


def test_docs_are_up_to_date(tmp_path: Path) -> None:
    done = generate(CHECKOUT, "--check", cwd=tmp_path)

    assert (done.stderr, done.returncode) == ("", 0)


def test_stale_page_is_named_with_the_command_that_repairs_it(checkout: Path, tmp_path: Path) -> None:
    (checkout / "docs" / "rules" / "unguarded-client.md").write_text("old", encoding="utf-8")
    (checkout / "docs" / "rules" / "gone.md").write_text("of a rule that there was", encoding="utf-8")

    done = generate(checkout, "--check", cwd=tmp_path)

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "stale: docs/rules/unguarded-client.md",
        "stale: docs/rules/gone.md",
        "repair with: python docs/generate.py",
    ]


def test_generating_repairs_what_is_stale(checkout: Path, tmp_path: Path) -> None:
    shutil.rmtree(checkout / "docs" / "rules")
    cli = checkout / "docs" / "cli.md"
    cli.write_text(cli.read_text("utf-8").replace("--exit-zero", "--exit-none"), encoding="utf-8")

    generate(checkout, cwd=tmp_path)

    assert generate(checkout, "--check", cwd=tmp_path).returncode == 0
    assert "--exit-none" not in cli.read_text("utf-8").partition("<!-- end -->")[0]


def test_help_of_every_command_is_in_the_docs() -> None:
    from tgsession_lint.cli import cli

    text = (CHECKOUT / "docs" / "cli.md").read_text("utf-8")

    assert [name for name in cli.commands if f"<!-- tgsession-lint {name} --help -->\n\n```text\nUsage" not in text] == []
