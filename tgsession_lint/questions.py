"""Questions that lead to one another, however deep and in whatever circles -> one answer each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from tgsession_lint.values import countable, union

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgsession_lint.values import Values

_Question: TypeAlias = "Callable[[], Values]"
# As many questions may be open at once as the stack holds in every Python that we run on.
_DEEPEST = 200
# As often a circle is gone round before it is left to what does not go round.
_MAX_ROUNDS = 4
# As often an answer may grow by whatever comes: one that describes itself, as a call with its own result, never rests.
_MAX_GROWTHS = 8
_NEVER = 1 << 30


class _TooMuch(Exception):  # noqa: N818 - no error: another way is taken
    """A question is too deep for the stack, or its circle comes to no rest."""


class Questions:
    """Answers each question once, by asking the questions that it leads to first.

    A question that is met again while it is open gets the answer of the last round (none in the first), and the
    circle is gone round until its answers stay the same. Where that is too much, `_Exchange` answers. So an answer
    does not depend on what was asked before it.
    """

    def __init__(self) -> None:
        self._answers: dict[object, Values] = {}
        self._open: dict[object, int] = {}
        self._drafts: dict[object, tuple[Values, int]] = {}
        """Answers that hang on a question still open, and the place of the lowest such."""
        self._guesses: dict[object, Values] = {}
        self._lowest = _NEVER
        self._exchange: _Exchange | None = None

    @property
    def at_rest(self) -> bool:
        """Whether no question is open, so that the last answer stands."""
        return not self._open and self._exchange is None

    def ask(self, key: object, question: _Question) -> Values:
        """The answer to *question*, which goes by *key*."""
        known = self._answers.get(key)
        if known is not None:
            return known
        if self._exchange is not None:
            return self._exchange.ask(key, question)
        if not self._open:
            return self._from_scratch(key, question)
        if key in self._open:
            self._lowest = min(self._lowest, self._open[key])
            return self._guesses.get(key, ())
        if key in self._drafts:
            answer, lowest = self._drafts[key]
            self._lowest = min(self._lowest, lowest)
            return answer
        if len(self._open) < _DEEPEST:
            return self._solve(key, question)
        raise _TooMuch

    def _from_scratch(self, key: object, question: _Question) -> Values:
        self._drafts.clear()
        self._guesses.clear()
        self._lowest = _NEVER
        try:
            return self._solve(key, question)
        except _TooMuch:
            pass
        self._exchange = _Exchange()
        try:
            self._answers.update(self._exchange.answers(key, question))
        finally:
            self._exchange = None
        return self._answers[key]

    def _solve(self, key: object, question: _Question) -> Values:
        place = self._open[key] = len(self._open)
        outer, drafted = self._lowest, len(self._drafts)
        try:
            for _ in range(_MAX_ROUNDS):
                self._lowest = _NEVER
                answer = question()
                if self._lowest != place or self._settled(key, answer, drafted):
                    break
            else:
                raise _TooMuch
        finally:
            del self._open[key]
        if self._lowest < place:
            self._drafts[key] = (answer, self._lowest)
            self._lowest = min(outer, self._lowest)
            return answer
        self._answers[key] = answer
        self._answers.update(self._since(drafted))
        self._lowest = outer
        return answer

    def _settled(self, key: object, answer: Values, drafted: int) -> bool:
        """Whether a round through a circle brought nothing new; if it did, the next one starts from what it brought."""
        found = {**self._since(drafted), key: answer}
        if all(set(values) <= set(self._guesses.get(member, ())) for member, values in found.items()):
            self._answers.update(found)
            return True
        self._guesses.update(found)
        return False

    def _since(self, drafted: int) -> dict[object, Values]:
        """The drafts made since there were *drafted* of them; they are drafts no more."""
        found: dict[object, Values] = {}
        while len(self._drafts) > drafted:
            member, (answer, _) = self._drafts.popitem()
            found[member] = answer
        return found


class _Exchange:
    """Works out questions one at a time, each from what is known of the others so far, until nothing new comes.

    It takes two looks at each question where asking takes one, and no stack, whatever leads to whatever.
    """

    def __init__(self) -> None:
        self._known: dict[object, Values] = {}
        self._questions: dict[object, _Question] = {}
        self._hanging: dict[object, dict[object, None]] = {}
        """For each question those that have asked it, in order."""
        self._pending: dict[object, None] = {}
        self._growths: dict[object, int] = {}
        self._asking: object = None

    def ask(self, key: object, question: _Question) -> Values:
        """What is known so far of the answer to *question*, which goes by *key*."""
        if key not in self._questions:
            self._questions[key] = question
            self._pending[key] = None
        self._hanging.setdefault(key, {})[self._asking] = None
        return self._known.get(key, ())

    def answers(self, key: object, question: _Question) -> dict[object, Values]:
        """The answer to *question*, and to all that it leads to."""
        self._questions[key] = question
        self._pending[key] = None
        while self._pending:
            current, _ = self._pending.popitem()  # what leads furthest was met last
            self._asking = current
            before = self._known.get(current)
            found = self._questions[current]()
            growths = self._growths.get(current, 0)
            after = union(before or (), found if growths < _MAX_GROWTHS else countable(found))
            if before is None or set(after) != set(before):
                self._growths[current] = growths + 1
                self._known[current] = after
                self._pending.update(self._hanging.get(current, {}) if after else {})
        return self._known
