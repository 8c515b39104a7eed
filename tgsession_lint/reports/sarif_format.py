"""sarif: the OASIS format for results of static analysis, version 2.1.0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.reports.fingerprint import fingerprints
from tgsession_lint.reports.paths import absolute, as_uri, from_root, root_uri

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgsession_lint.finding import Edit, Finding, Fix, Position
    from tgsession_lint.reports.report import Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
PAGE = "https://github.com/tgsession-guard/tgsession-guard"
ROOT = "%SRCROOT%"


def render(report: Report) -> str:
    """All findings as one run of a log."""
    import json

    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]}, indent=2) + "\n"


def _run(report: Report) -> dict[str, object]:
    names = {finding.code: (finding.name, finding.name) for finding in report.findings}
    rules = sorted({**names, **report.rules}.items())
    index = {code: number for number, (code, _) in enumerate(rules)}
    driver = {
        "name": "tgsession-lint",
        "version": report.version,
        "informationUri": PAGE,
        "rules": [_rule(code, name, summary, report.url(code)) for code, (name, summary) in rules],
    }
    named = zip(report.findings, fingerprints(report), strict=True)
    return {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"uri": root_uri(report)}},
        "results": [_result(finding, index[finding.code], name, report) for finding, name in named],
    }


def _rule(code: str, name: str, summary: str, url: str) -> dict[str, object]:
    told = {"text": summary}
    rule: dict[str, object] = {"id": code, "name": name, "shortDescription": told, "fullDescription": told}
    rule["help"] = {"text": f"Run `tgsession-lint rule {code}`" + (f" or see {url}" if url else "")}
    return {**rule, "helpUri": url} if url else rule


def _result(finding: Finding, index: int, name: str, report: Report) -> dict[str, object]:
    hint = f"\nhint: {finding.hint}" if finding.hint else ""
    result: dict[str, object] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": "error",
        "message": {"text": finding.message + hint},
        "locations": [_location(finding, _region(finding.location, finding.end_location), report)],
        "partialFingerprints": {"findingHash/v1": name},
    }
    if finding.witness:
        result["codeFlows"] = [_flow(finding, report)]
    if finding.fix and finding.cell is None:  # a cell's rows are not the file's
        result["fixes"] = [_fix(finding.fix, finding, report)]
    return result


def _location(finding: Finding, region: dict[str, int], report: Report) -> dict[str, object]:
    """Where *region* is; in a notebook the first line, since a cell's rows are not the file's."""
    if finding.cell is None:
        return {"physicalLocation": {"artifactLocation": _artifact(finding.path, report), "region": region}}
    return {
        "physicalLocation": {"artifactLocation": _artifact(finding.path, report), "region": {"startLine": 1}},
        "logicalLocations": [{"name": f"cell {finding.cell}", "kind": "cell"}],
        "properties": {"cell": finding.cell, "cellRegion": region},
    }


def _flow(finding: Finding, report: Report) -> dict[str, object]:
    steps = [
        {"location": {**_location(finding, {"startLine": step.row}, report), "message": {"text": step.message}}}
        for step in finding.witness
    ]
    return {"threadFlows": [{"locations": steps}]}


def _fix(fix: Fix, finding: Finding, report: Report) -> dict[str, object]:
    changes = [(finding.path, fix.edits), *fix.elsewhere]
    return {
        "description": {"text": f"{fix.message} ({fix.applicability})"},
        "artifactChanges": [_change(path, edits, report) for path, edits in changes],
    }


def _change(path: str, edits: Sequence[Edit], report: Report) -> dict[str, object]:
    replacements = [
        {"deletedRegion": _region(edit.location, edit.end_location), "insertedContent": {"text": edit.content}} for edit in edits
    ]
    return {"artifactLocation": _artifact(path, report), "replacements": replacements}


def _artifact(named: str, report: Report) -> dict[str, str]:
    path = from_root(named, report)
    outside = path == absolute(path, report)
    return {"uri": as_uri(path)} if outside else {"uri": as_uri(path), "uriBaseId": ROOT}


def _region(start: Position, end: Position) -> dict[str, int]:
    return {"startLine": start.row, "startColumn": start.column, "endLine": end.row, "endColumn": end.column}
