"""How close a case lies to a changed line: how far the number that decides is from it, in steps that a clinician takes (0.5 U, a day)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ...evaluation import Evaluation
from ...evaluators.semantics import evaluate
from ...evaluators.values import Range
from ...rulebook.conditions import Op, Test, tests
from ...rulebook.model import Kind, Rule, Rulebook, Scope
from ...units import HALF, LATEST
from ...wording import fact_text, value_text
from ..diff.phrases import amount

STEPS: Final = {Kind.UNITS: HALF, Kind.DAYS: 1, Kind.YEARS: 1, Kind.MILLIMETRES: 50, Kind.COUNT: 1}
"""What one step is, by kind: 0.5 U, a day, a year, half a millimetre, one."""

STEPS_NAMED: Final = "0.5 U, one day, one year or one"

CLOSE_STEPS: Final = 4
CLOSE_SHARE: Final = 10
"""Close to a line is within so many steps of it, or within this share of it (a tenth), whichever is more."""


@dataclass(frozen=True, slots=True)
class Line:
    """A number that a rule compares a fact with: as it is now, and as it was; None where there is no such line."""

    rule: str
    fact: str
    kind: Kind
    now: int | None
    was: int | None

    @property
    def moved(self) -> bool:
        return self.now != self.was

    @property
    def at(self) -> int:
        """The line that is measured from: the new one, or the old where it is gone."""
        found = self.now if self.now is not None else self.was
        assert found is not None
        return found

    def text(self) -> str:
        now = f"the line is {amount(self.now, self.kind)} now" if self.now is not None else "the line is gone"
        if not self.moved:
            return f"the line is {amount(self.at, self.kind)}"
        return f"{now}, was {amount(self.was, self.kind)}" if self.was is not None else f"{now}, a new one"


@dataclass(frozen=True, slots=True)
class Nearness:
    """How far a number of a case is from a line."""

    line: Line
    steps: float
    says: str
    is_open: bool = False
    """Is the number itself not known exactly?"""


def lines_of(name: str, old: Rulebook, new: Rulebook) -> tuple[Line, ...]:
    """The lines of a rule of at least one book: those that moved, where any did, else all it has."""
    was, now = (list(_numbered(book.rule_by_id.get(name))) for book in (old, new))
    found = []
    for test in dict.fromkeys((*now, *was)):
        book = new if test.fact in new.facts else old
        if test in now and test in was:
            found.append(Line(name, test.fact, book.facts[test.fact].kind, test.number, test.number))
        elif test in now:
            before = next((other for other in was if _alike(other, test) and other not in now), None)
            found.append(Line(name, test.fact, book.facts[test.fact].kind, test.number, before.number if before else None))
        elif not any(_alike(other, test) and other not in was for other in now):
            found.append(Line(name, test.fact, book.facts[test.fact].kind, None, test.number))
    moved = tuple(line for line in found if line.moved)
    return moved or tuple(found)


def _numbered(rule: Rule | None) -> Iterator[Test]:
    """The tests against a number that is a day, an amount or a count (not `never`)."""
    for test in tests(rule.condition) if rule is not None else ():
        if test.number is not None and test.number <= LATEST and test.op not in (Op.IS, Op.IS_NOT):
            yield Test(test.fact, test.op, number=test.number)


def _alike(one: Test, other: Test) -> bool:
    return one.fact == other.fact and one.op is other.op


def nearest(lines: Iterable[Line], evaluation: Evaluation, indexes: Iterable[int | None]) -> Nearness | None:
    """The smallest distance of a number of the case, at these doses (None: the case), from one of the lines."""
    places = list(indexes)
    found = [near for line in lines for index in places if (near := _distance(line, evaluation, index)) is not None]
    return min(found, key=lambda near: (near.steps, near.line.rule, near.line.fact), default=None)


def close_by(lines: Mapping[str, tuple[Line, ...]], evaluation: Evaluation) -> Nearness | None:
    """The changed line that a case lies closest to, of those that decide about it and that it is close to."""
    found: list[Nearness] = []
    for index, dose in ((None, None), *enumerate(evaluation.facts.doses)):
        rules = evaluation.facts.book.rule_by_id
        for name, some in lines.items():
            rule = rules.get(name)
            if rule is None or (rule.scope is Scope.CASE) is not (dose is None):
                continue
            for line in some:
                near = _distance(line, evaluation, index) if line.moved else None
                if near is not None and not near.is_open and _is_close(near) and _decides(line, rule, evaluation, index):
                    found.append(near)
    return min(found, key=lambda near: (near.steps, near.line.rule, near.line.fact), default=None)


def _is_close(near: Nearness) -> bool:
    return near.steps <= max(CLOSE_STEPS, near.line.at / STEPS[near.line.kind] / CLOSE_SHARE)


def _decides(line: Line, rule: Rule, evaluation: Evaluation, index: int | None) -> bool:
    """Would the rule come out otherwise on the other side of the line, all else being as it is?"""
    dose = evaluation.facts.doses[index] if index is not None else None
    record = evaluation.facts.record(rule.reads, dose)
    if line.fact not in record:
        return False
    sides = {evaluate(rule.condition, {**record, line.fact: Range(value, value)}) for value in (max(line.at - 1, 0), line.at, line.at + 1)}
    return len(sides) > 1


def _distance(line: Line, evaluation: Evaluation, index: int | None) -> Nearness | None:
    """None where the number is open, or where there is no such fact or dose."""
    facts = evaluation.facts
    fact = facts.book.facts.get(line.fact)
    if fact is None or (fact.scope is Scope.DOSE and index is None):
        return None
    value = facts.value(fact, facts.doses[index] if index is not None else None)
    if not isinstance(value, Range) or value.low > LATEST:
        return None
    away = 0 if value.low <= line.at <= value.high else min(abs(value.low - line.at), abs(value.high - line.at))
    open_still = value.low != value.high
    far = f"{amount(away, line.kind)} away" if away else "it may be on either side" if open_still else "just at it"
    says = f"{fact_text(fact)}: {value_text(value, fact.kind)}; {line.text()}: {far}"
    return Nearness(line, away / STEPS[line.kind], says, open_still)
