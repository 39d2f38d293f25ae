"""What a changed rulebook does to past cases: which get another verdict, which findings come and go, and how close each was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...advisory import Place, Verdict
from ...case import Case
from ...compose import Firing, place_of
from ...errors import CaseError, Problem
from ...evaluation import Evaluation
from ..diff import changes
from ..diff.two_books import TwoBooks
from ..whole import Whole
from .nearness import Nearness, close_by, lines_of, nearest
from .past import Past


@dataclass(frozen=True, slots=True, order=True)
class Moved:
    """A finding that came, went, or became certain or only possible: its rule, and how."""

    rule: str
    how: str
    """`appears`, `is gone`, `is certain now`, `is only possible now`, or what it counts for now."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One past case under both rulebooks. A verdict is None where that book cannot read the case; `problems` says why."""

    past: Past
    before: Verdict | None
    after: Verdict | None
    moved: tuple[Moved, ...] = ()
    near: Nearness | None = None
    """For a case that changes, the line that decides; for one that does not, a changed line that it is close to."""
    problems: tuple[Problem, ...] = ()
    called: str = ""
    """What the case calls itself."""

    @property
    def label(self) -> str:
        """The file; with what the case calls itself where one file holds many."""
        return f"{self.past.label} ({self.called})" if self.past.line and self.called else self.past.label

    @property
    def readable(self) -> bool:
        return self.before is not None and self.after is not None

    @property
    def changed(self) -> bool:
        return self.readable and self.before is not self.after

    @property
    def milder(self) -> bool:
        return self.before is not None and self.after is not None and self.after.rank < self.before.rank


class Impact:
    """Looks at past cases one by one, and keeps none of them."""

    def __init__(self, old: Whole, new: Whole, today: dt.date) -> None:
        self.books = TwoBooks(old.book, new.book)
        self.today = today
        touched = frozenset[str]().union(*(change.touches for change in changes(old, new)))
        self._lines = {rule: lines for rule in sorted(touched) if (lines := lines_of(rule, old.book, new.book))}

    def over(self, past: Iterable[Past]) -> Iterator[Seen]:
        """Each case as it is seen, in the order given."""
        return map(self.look, past)

    def look(self, past: Past) -> Seen:
        """One case."""
        try:
            case = past.case(self.books.old, self.today)
        except CaseError as unread:
            return self._only_new(past, unread.problems)
        if problems := self.books.unread(case):
            return Seen(past, self.books.before(case).verdict, None, problems=tuple(problems), called=case.case)
        return self._both(past, case)

    def _only_new(self, past: Past, problems: tuple[Problem, ...]) -> Seen:
        """A case that the old book cannot read; perhaps the new one can."""
        try:
            case = past.case(self.books.new, self.today)
        except CaseError as unread:
            return Seen(past, None, None, problems=unread.problems)
        return Seen(past, None, self.books.after(case).verdict, problems=problems, called=case.case)

    def _both(self, past: Past, case: Case) -> Seen:
        before, after = self.books.judged(case)
        was, now = _findings(before), _findings(after)
        moved = tuple(sorted({Moved(rule, _how(was.get((rule, place)), now.get((rule, place)))) for rule, place in _differing(was, now)}))
        near = self._deciding(before, after, _differing(was, now)) if before.verdict is not after.verdict else close_by(self._lines, after)
        return Seen(past, before.verdict, after.verdict, moved, near, called=case.case)

    def _deciding(self, before: Evaluation, after: Evaluation, differing: list[tuple[str, Place | None]]) -> Nearness | None:
        """Of the findings that changed, the number that is closest to its line."""
        found = []
        for rule, place in differing:
            evaluation = after if rule in after.facts.book.rule_by_id else before
            lines = self._lines.get(rule) or lines_of(rule, self.books.old, self.books.new)
            near = nearest(lines, evaluation, [_index(evaluation, place)])
            found += [near] if near is not None else []
        return min(found, key=lambda near: (near.steps, near.line.rule, near.line.fact), default=None)


Findings = dict[tuple[str, Place | None], Firing]


def _findings(evaluation: Evaluation) -> Findings:
    """By rule and place; the plan may stand in another order in the two books."""
    places = [place_of(dose) for dose in evaluation.facts.doses]
    return {(one.rule.id, None if one.index is None else places[one.index]): one for one in evaluation.fired if one.rule.severity}


def _differing(was: Findings, now: Findings) -> list[tuple[str, Place | None]]:
    """Where a finding came, went, or counts for something else."""
    return [key for key in dict.fromkeys((*now, *was)) if _state(was.get(key)) != _state(now.get(key))]


def _state(one: Firing | None) -> tuple[bool, Verdict] | None:
    return None if one is None else (one.certain, one.counts_as)


def _how(was: Firing | None, now: Firing | None) -> str:
    if was is None or now is None:
        return "appears" if was is None else "is gone"
    if was.certain is not now.certain:
        return "is certain now" if now.certain else "is only possible now"
    return f"counts for {now.counts_as} now, was {was.counts_as}"


def _index(evaluation: Evaluation, place: Place | None) -> int | None:
    return next((index for index, dose in enumerate(evaluation.facts.doses) if place_of(dose) == place), None)
