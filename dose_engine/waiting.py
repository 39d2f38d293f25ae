"""What waiting clears: the first day on which a finding, or every stop, is gone; found by running the rules on later days.

A rule can change with the day only where a day count crosses a number it names, or a dose leaves a window it sums over. Those days are
listed from the case and the rule; between two of them nothing of the rule changes, so no day in between needs a run.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from .advisory import Verdict
from .case import Case, History
from .compose import Firing
from .evaluation import Evaluation, Runner
from .rulebook.conditions import tests
from .rulebook.model import Kind, Rule, Rulebook
from .units import LATEST

MOST_RUNS = 200
MOST_INJECTIONS = 20_000
"""Later days looked at; fewer where the history is so long that a look takes long."""
FURTHEST = 3 * 366
"""Days ahead that are looked at."""


_PASSED = {"event": "none", "next_performance": "unknown"}
"""How a day that has passed is read: an event is over, but a performer performs again."""


def moved(case: Case, day: date, visit: str | None = None) -> Case:
    """The same case on a later day: scheduled treatments that have passed count as given, events that have passed are gone."""
    passed = tuple(t for t in case.scheduled if t.date != "unknown" and t.date <= day)
    patient = case.patient
    gone = {name: left for name, left in _PASSED.items() if isinstance(getattr(patient, name), date) and getattr(patient, name) < day}
    history = case.history or History()
    return case.model_copy(
        update={
            "date": day,
            "visit": visit or case.visit,
            "patient": patient.model_copy(update=gone) if gone else patient,
            "history": history.model_copy(update={"treatments": (*history.treatments, *passed)}) if passed else case.history,
            "scheduled": tuple(t for t in case.scheduled if t not in passed),
        }
    )


class Waiting:
    """The same case on later days. Each day is run once, whoever asks for it."""

    def __init__(self, run: Runner, start: Evaluation) -> None:
        self._run = run
        self._start = start
        self._days = {start.case.date: start}
        self._changes: dict[str, list[int]] = {}
        self._looks = max(5, min(MOST_RUNS, MOST_INJECTIONS // (1 + start.facts.tally.doses)))

    def on(self, day: date) -> Evaluation:
        evaluation = self._days.get(day)
        if evaluation is None:
            evaluation = self._days[day] = self._run(moved(self._start.case, day), like=self._start)
        return evaluation

    def first_day_without(self, counts: Verdict, only: tuple[str, int | None] | None = None) -> date | None:
        """The first later day on which no certain finding counts for this much, or the one named is gone. None when waiting does not
        clear it, or when nothing needs clearing."""
        case = self._start.case
        day = case.date
        for _ in range(self._looks):
            blocking = _blocking(self.on(day), counts, only)
            if not blocking:
                return day if day > case.date else None
            steps = [None if self._is_hopeless(one) else self._next_change(one.rule, day) for one in blocking]
            waited = [step for step in steps if step is not None]
            if len(waited) < len(steps):
                return None
            day = max(waited)
        return None

    def _next_change(self, rule: Rule, after: date) -> date | None:
        """The next day on which the rule's condition can change only because time passes, if it is not too far away."""
        case = self._start.case
        days = self._changes.get(rule.id)
        if days is None:
            days = self._changes[rule.id] = sorted({days for days in _changes(rule, case, self._start.facts.book) if days <= FURTHEST})
        place = bisect_right(days, (after - case.date).days)
        return case.date + timedelta(days=days[place]) if place < len(days) else None

    def _is_hopeless(self, one: Firing) -> bool:
        """Waiting is no way out: a rule says so of the dose, or what it misses is a dose, not a day."""
        if one.rule.expects_dose and not waits_for_time(one.rule, self._start.facts.book):
            return True
        return any(other.certain and other.rule.no_waiting for other in self._start.at(one.index).firings)

    def brings_no_other_stop(self, day: date, index: int | None) -> bool:
        """Is there no stop on that day, for the dose or the case, that is not there today?"""
        later = self.on(day)
        for place in dict.fromkeys((None, index)):
            today = {one.rule.id for one in _stops(self._start.at(place).firings)}
            if not today.issuperset(one.rule.id for one in _stops(later.at(place).firings)):
                return False
        return True


def waits_for_time(rule: Rule, book: Rulebook) -> bool:
    """Does the rule ask for a number of days?"""
    return any(
        book.facts[test.fact].kind is Kind.DAYS and (test.other is not None or (test.number or 0) < LATEST)
        for test in tests(rule.condition)
    )


def _blocking(evaluation: Evaluation, counts: Verdict, only: tuple[str, int | None] | None) -> list[Firing]:
    if only is not None:
        rule, index = only
        return [one for one in evaluation.at(index).firings if one.rule.id == rule]
    return [one for one in evaluation.fired if one.certain and one.at_most.rank >= counts.rank]


def _stops(firings: Iterable[Firing]) -> Iterator[Firing]:
    return (one for one in firings if one.certain and one.at_most is Verdict.STOP)


def _changes(rule: Rule, case: Case, book: Rulebook) -> Iterator[int]:
    """Days from the case's date on which a test of the rule can turn."""
    given = [(t.date - case.date).days for t in case.history.treatments if t.date != "unknown"] if case.history else []
    ahead = [(t.date - case.date).days for t in case.scheduled if t.date != "unknown"]
    for test in tests(rule.condition):
        names = [test.fact, *([test.other] if test.other else [])]
        for name in names:
            fact = book.facts[name]
            if fact.computation is not None:
                how = fact.computation
                if how.within_days is not None:
                    yield from (day + how.within_days + 1 for day in (*given, *ahead))
                    yield from (day - how.within_days for day in ahead)
                    yield from ahead
                if fact.kind is Kind.DAYS and test.number is not None and test.number < LATEST:
                    sign = -1 if how.op == "days_until" else 1
                    yield from (day + sign * test.number + late for day in (*given, *ahead) for late in (0, 1))
                    yield from ahead
                elif fact.kind is Kind.DAYS:
                    yield from ahead
            elif fact.kind is Kind.DAYS and (test.number or 0) < LATEST:
                for event in (case.patient.event, case.patient.next_performance):
                    if isinstance(event, date):
                        left = (event - case.date).days
                        yield from (left + 1, left - (test.number or 0), left - (test.number or 0) + 1)
