"""Values behave as those of `@dataclass(frozen=True, slots=True)` would."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass
from functools import cached_property

import pytest

from tgsession_lint.frozen import frozen, replace


@frozen
class Point:
    x: int
    y: int = 2

    @property
    def sum(self) -> int:
        return self.x + self.y


@frozen
class Named(Point):
    name: str = ""


@frozen
class Other:
    x: int
    y: int = 2


@frozen
class Nothing:
    pass


@frozen
class Lazy:
    text: str

    @cached_property
    def length(self) -> int:
        return len(self.text)


@dataclass(frozen=True, slots=True)
class Standard:
    x: int
    y: int = 2


def test_fields_are_given_in_order_by_name_or_by_default() -> None:
    assert (Point(1).y, Point(1, 3).y, Point(y=4, x=1).y, Named(1, name="a").name) == (2, 3, 4, "a")


@pytest.mark.parametrize("arguments", [(), (1, 2, 3)])
def test_wrong_number_of_fields_is_refused(arguments: tuple[int, ...]) -> None:
    with pytest.raises(TypeError):
        Point(*arguments)


def test_unknown_field_is_refused() -> None:
    with pytest.raises(TypeError):
        Point(1, z=3)  # type: ignore[call-arg]


def test_values_are_equal_by_class_and_fields() -> None:
    assert Point(1) == Point(1, 2)
    assert Point(1) != Point(2)
    assert Point(1) != Other(1)
    assert Point(1) != (1, 2)
    assert Nothing() == Nothing()
    assert len({Point(1), Point(1, 2), Point(2), Nothing(), Nothing()}) == 3


def test_nothing_of_a_value_is_set_or_deleted() -> None:
    point = Point(1)

    for change in (lambda: setattr(point, "x", 2), lambda: setattr(point, "z", 2), lambda: delattr(point, "x")):
        with pytest.raises(AttributeError):
            change()
    assert not hasattr(point, "__dict__")


def test_value_is_shown_as_the_standard_one() -> None:
    assert repr(Point(1)) == repr(Standard(1)).replace("Standard", "Point")


def test_value_is_matched_by_place() -> None:
    match Named(1, 2, "a"):
        case Named(x, y, name):
            assert (x, y, name) == (1, 2, "a")


def test_copy_and_pickle_give_the_same_value() -> None:
    value = Named(1, 2, "a")

    assert copy.copy(value) == copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value


def test_replaced_value_differs_in_the_fields_that_were_named() -> None:
    assert replace(Named(1, 2, "a"), y=5) == Named(1, 5, "a")


def test_cached_property_is_kept() -> None:
    lazy = Lazy("abc")

    assert (lazy.length, lazy.length) == (3, 3)
    assert lazy == Lazy("abc")


@pytest.mark.parametrize("times", [1, 30, 31, 100])
def test_values_made_before_and_after_their_class_is_used_often_are_the_same(times: int) -> None:
    @frozen
    class Used:
        only: str
        rest: tuple[int, ...] = ()

    first = Used("a")
    known = {first: "found"}

    made = [Used("a", rest=()) for _ in range(times)]

    assert [known.get(value) for value in made] == ["found"] * times
    assert all(value == first and hash(value) == hash(first) for value in made)


def test_wrong_arguments_are_refused_however_often_a_class_was_used() -> None:
    @frozen
    class Used:
        one: int
        two: int = 2

    for _ in range(40):
        for values, named in (((), {}), ((1, 2, 3), {}), ((1,), {"one": 1}), ((1,), {"three": 3})):
            with pytest.raises(TypeError, match="__init__"):
                Used(*values, **named)
        assert Used(1).two == 2
