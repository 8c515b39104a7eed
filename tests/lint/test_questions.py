"""Questions that lead to one another: each answer is all that can be reached, whatever was asked before."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tgsession_lint import questions
from tgsession_lint.values import ModuleRef, Values, union


@pytest.fixture(autouse=True)
def room() -> Iterator[None]:
    """As much of the stack as a run takes for itself."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(3_000)
    yield
    sys.setrecursionlimit(before)


class Graph:
    """Questions as the nodes of a graph: the answer to each is its own value and those of all it leads to."""

    def __init__(self, leads_to: dict[int, list[int]], own: set[int]) -> None:
        self.leads_to = leads_to
        self.own = own
        self.asked = 0
        self.ask = questions.Questions().ask

    def answer(self, node: int) -> set[int]:
        """The numbers of the values that the answer to *node* holds."""
        return {int(value.path) for value in self._values(node) if isinstance(value, ModuleRef)}

    def _values(self, node: int) -> Values:
        return self.ask(node, lambda: self._worked_out(node))

    def _worked_out(self, node: int) -> Values:
        self.asked += 1
        own: Values = (ModuleRef(str(node)),) if node in self.own else ()
        return union(own, *(self._values(after) for after in self.leads_to.get(node, ())))

    def reached(self, node: int) -> set[int]:
        """The same, by walking."""
        seen, pending = {node}, [node]
        while pending:
            new = set(self.leads_to.get(pending.pop(), ())) - seen
            seen |= new
            pending.extend(new)
        return seen & self.own


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.integers(0, 25), st.lists(st.integers(0, 25), max_size=3), max_size=26),
    st.sets(st.integers(0, 25), max_size=6),
    st.permutations(range(26)),
    st.integers(2, 12),
)
def test_every_answer_is_whole_whatever_was_asked_before(
    leads_to: dict[int, list[int]], own: set[int], order: list[int], deepest: int
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(questions, "_DEEPEST", deepest)
        graph = Graph(leads_to, own)

        found = {node: graph.answer(node) for node in order}

    assert found == {node: graph.reached(node) for node in order}


@pytest.mark.parametrize("size", [50, 199, 200, 201, 450, 2_000])
@pytest.mark.parametrize("last", [True, False])
def test_a_circle_of_any_width_is_gone_round(size: int, last: bool) -> None:
    graph = Graph({node: [(node + 1) % size] for node in range(size)}, {size - 1 if last else 0})

    assert [graph.answer(node) for node in (0, size // 2, size - 1)] == [graph.own] * 3
    assert graph.asked < 10 * size


def test_a_thicket_is_seen_through() -> None:
    size = 1_000
    graph = Graph({node: [node * 7 % size, node * 31 % size + 1, (node + 1) % size] for node in range(size + 1)}, {*range(0, size, 40), size})

    assert all(graph.answer(node) == graph.reached(node) for node in range(0, size, 50))
    assert graph.asked < 30 * size


def test_many_values_in_one_circle_reach_everyone() -> None:
    size = 450
    leads_to = {node: [(node + 1) % size, node * 7 % size] for node in range(size)}
    graph = Graph(leads_to, set(range(0, size, 9)))

    assert graph.answer(0) == graph.answer(size // 2) == graph.own


def test_a_chain_of_any_length_is_followed() -> None:
    graph = Graph({node: [node + 1] for node in range(5_000)}, {5_000})

    assert graph.answer(0) == {5_000}
    assert graph.asked < 4 * 5_000
