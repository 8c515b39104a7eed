"""What every rule says of its own examples: the marked lines, and nothing else."""

from __future__ import annotations

import ast
import textwrap
from typing import TYPE_CHECKING

import pytest

from tgsession_lint import config, pipeline
from tgsession_lint.frozen import replace
from tgsession_lint.rule import Example, Rule, every_rule

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.code}-{kind}-{number}")
    for rule in every_rule()
    for kind, examples in (("bad", rule.bad), ("good", rule.good))
    for number, example in enumerate(examples, start=1)
]
each_example = pytest.mark.parametrize(("rule", "example"), EXAMPLES)


def write(example: Example, folder: Path) -> Path:
    """*example* as a project in *folder*; the file that it is about."""
    (folder / "pyproject.toml").write_text("", encoding="utf-8")
    texts = {path: textwrap.dedent(text).lstrip("\n") for path, text in example.files.items()}
    for path, text in {**texts, example.path: example.code}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder / example.path


def settings(example: Example, folder: Path) -> config.Config:
    return config.with_settings(config.load([folder], folder), example.settings, "the example")


@each_example
def test_rule_reports_exactly_the_marked_lines(rule: Rule, example: Example, tmp_path: Path) -> None:
    target = write(example, tmp_path)
    # Whether a suppression is unused is known only when the rule that it silences has spoken.
    own = settings(example, tmp_path) if rule.code == "TGS901" else replace(settings(example, tmp_path), select=(rule.code,))

    outcome = pipeline.run([target], own, cwd=tmp_path)

    assert outcome.faults == ()
    rows = {finding.location.row for finding in outcome.findings if finding.code == rule.code}
    assert sorted(rows) == example.marked_lines(rule.code)


@each_example
def test_other_files_of_an_example_may_have_findings_but_not_others_rows(
    rule: Rule, example: Example, tmp_path: Path
) -> None:
    write(example, tmp_path)
    own = replace(settings(example, tmp_path), select=(rule.code,))

    whole = pipeline.run([tmp_path], own, cwd=tmp_path)
    alone = pipeline.run([tmp_path / example.path], own, cwd=tmp_path)

    assert [finding for finding in whole.findings if finding.path == example.path] == list(alone.findings)


@each_example
def test_example_is_python(rule: Rule, example: Example) -> None:
    if rule.code == "TGS902" and example in rule.bad:  # which is about files that are not
        with pytest.raises(SyntaxError):
            compile(example.code, example.path, "exec")
        return

    compiled = compile(example.code, example.path, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)

    assert compiled.co_filename == example.path


@each_example
def test_example_has_no_line_too_long_for_a_page(rule: Rule, example: Example) -> None:
    del rule

    assert [line for line in example.code.splitlines() if len(line) > 100] == []
