"""junit: XML that CI servers show as test results; every finding is a failed test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgsession_lint.frozen import replace
from tgsession_lint.reports.full_format import paragraph
from tgsession_lint.reports.text import count, harmless, shown_path

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from tgsession_lint.finding import Finding
    from tgsession_lint.reports.report import Report


def render(report: Report) -> str:
    """One suite: a case a finding, or a single passed case when there is none."""
    from xml.etree import ElementTree as ET

    counts = {"tests": str(len(report.findings) or 1), "failures": str(len(report.findings)), "errors": "0"}
    suites = ET.Element("testsuites", {"name": "tgsession-lint", **counts})
    suite = ET.SubElement(suites, "testsuite", {"name": "tgsession-lint", **counts, "skipped": "0"})
    plain = replace(report, color=False, width=None)
    for finding in report.findings:
        _add_case(suite, finding, plain)
    if not report.findings:
        name = f"no findings in {count(report.checked, 'file')}"
        ET.SubElement(suite, "testcase", classname="tgsession-lint", name=name)
    ET.indent(suites)
    # Character references for all that is not ASCII: right in every encoding the text is written in.
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(suites, "us-ascii").decode()}\n'


def _add_case(suite: Element, finding: Finding, report: Report) -> None:
    from xml.etree import ElementTree as ET

    path, cell = shown_path(finding.path), "" if finding.cell is None else f"cell {finding.cell}:"
    case = ET.SubElement(
        suite,
        "testcase",
        classname=path,
        name=f"{finding.code} {cell}{finding.location.row}:{finding.location.column}",
        file=path,
        line=str(finding.location.row if finding.cell is None else 1),
    )
    failure = ET.SubElement(case, "failure", type=finding.code, message=harmless(finding.message))
    failure.text = paragraph(finding, report)
