"""The marks themselves: what they ask for, and what they let pass."""

from __future__ import annotations

from tests.lint.marks import Site, compare, read_marks

CODES = frozenset({"TGS101", "TGS301"})


def test_a_mark_asks_for_its_code_on_its_line() -> None:
    marks = read_marks("a = make()  # expect: TGS101 TGS301\nb = 1\n")

    assert compare(marks, [Site(1, "TGS101")], CODES) == ([Site(1, "TGS301")], [])


def test_a_finding_without_a_mark_is_unexpected() -> None:
    marks = read_marks("a = make()\n")

    assert compare(marks, [Site(1, "TGS101")], CODES) == ([], [Site(1, "TGS101")])


def test_maybe_lets_pass_and_asks_for_nothing() -> None:
    marks = read_marks("a = make()  # expect: TGS101  # maybe: TGS301\n")

    assert compare(marks, [Site(1, "TGS101")], CODES) == ([], [])
    assert compare(marks, [Site(1, "TGS101"), Site(1, "TGS301")], CODES) == ([], [])


def test_another_line_of_the_statement_counts() -> None:
    marks = read_marks("a = (\n    make()  # expect: TGS101\n)\nb = 1\n")

    assert compare(marks, [Site(1, "TGS101")], CODES) == ([], [])
    assert compare(marks, [Site(4, "TGS101")], CODES) == ([Site(2, "TGS101")], [Site(4, "TGS101")])


def test_the_body_of_a_marked_header_does_not_count() -> None:
    marks = read_marks("with make():  # expect: TGS101\n    pass\n")

    assert compare(marks, [Site(2, "TGS101")], CODES) == ([Site(1, "TGS101")], [Site(2, "TGS101")])


def test_several_marked_lines_of_one_statement_are_meant_exactly() -> None:
    marks = read_marks("a = [\n    one(),  # expect: TGS101\n    two(),  # expect: TGS101\n]\n")

    assert compare(marks, [Site(2, "TGS101")], CODES) == ([Site(3, "TGS101")], [])


def test_a_file_that_does_not_parse_is_judged_line_by_line() -> None:
    marks = read_marks("print 'make'\na = make()  # expect: TGS101\n")

    assert compare(marks, [Site(2, "TGS101")], CODES) == ([], [])
