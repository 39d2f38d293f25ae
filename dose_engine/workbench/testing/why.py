"""Why a case came out as it did: which facts kept a rule from firing, and which carried one that fired."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...advisory import Verdict
from ...compose import Firing, place_of
from ...evaluation import Evaluation
from ...evaluators.semantics import Truth, evaluate
from ...evaluators.values import Record
from ...evidence import still_open, support
from ...rulebook.conditions import ALWAYS, All, AnyOf, Condition, Named, NoneOf, Test
from ...rulebook.model import Rule, Rulebook, Scope
from ...rulebook.vocabulary import PLACE_FACTS
from ...wording import fact_text, place_text, test_text, value_text
from ..cases.seen import Miss

MOST_RULES = 3
"""How many of the findings behind a wrong verdict are explained."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A fact as it was, and what the rule asks of it. `rule` and `place` say where; the place is empty for the case."""

    rule: str
    place: str
    fact: str
    seen: str
    asked: str

    def __str__(self) -> str:
        return f"{f'{self.place}: ' if self.place else ''}{self.fact}: {self.seen}; the rule asks {self.asked}"


def reasons(miss: Miss, evaluation: Evaluation) -> tuple[Reason, ...]:
    """The facts behind one thing that did not come out as expected."""
    book = evaluation.facts.book
    rule = book.rule_by_id.get(miss.rule)
    match miss.kind:
        case "fires" | "possible" | "told" if rule is not None and not _fires(rule, evaluation):
            return tuple(_why_silent(rule, evaluation))
        case "fires" if rule is not None:
            return tuple(_why_open(rule, evaluation))
        case "possible" | "not" | "told" if rule is not None:
            return tuple(_why_fired(rule, evaluation))
        case "verdict":
            return tuple(reason for rule in behind(evaluation)[:MOST_RULES] for reason in _why_fired(rule, evaluation))
    return ()


def behind(evaluation: Evaluation) -> list[Rule]:
    """The rules that make the verdict what it is; none when it is ok."""
    verdict = evaluation.verdict
    found = {one.rule.id: one.rule for one in evaluation.fired if verdict is not Verdict.OK and one.counts_as is verdict}
    return list(found.values())


def _fires(rule: Rule, evaluation: Evaluation) -> bool:
    return any(one.rule.id == rule.id for one in evaluation.fired)


def _places(rule: Rule, evaluation: Evaluation) -> Sequence[int | None]:
    return range(len(evaluation.facts.doses)) if rule.scope is Scope.DOSE else [None]


def _record(rule: Rule, evaluation: Evaluation, index: int | None) -> Record:
    return evaluation.facts.record(rule.reads, evaluation.facts.doses[index] if index is not None else None)


def _why_silent(rule: Rule, evaluation: Evaluation) -> Iterator[Reason]:
    """The tests that did not hold, at the dose where the rule came nearest."""
    nearest = min(_places(rule, evaluation), key=lambda index: _distance(rule, evaluation, index))
    record = _record(rule, evaluation, nearest)
    for test, asked in against(rule.condition, record):
        yield _reason(rule, test, asked, record, evaluation, nearest)


def _distance(rule: Rule, evaluation: Evaluation, index: int | None) -> tuple[int, int]:
    """How far the rule is from firing: first tests on the place that do not hold, then others."""
    facts = evaluation.facts.book.facts
    failed = [test for test, _ in against(rule.condition, _record(rule, evaluation, index))]
    return sum(facts[test.fact].given in PLACE_FACTS for test in failed), len(failed)


def _why_open(rule: Rule, evaluation: Evaluation) -> Iterator[Reason]:
    for one in evaluation.fired:
        if one.rule.id == rule.id:
            record = _record(rule, evaluation, one.index)
            for test in still_open(rule.condition, record):
                yield _reason(rule, test, True, record, evaluation, one.index)


def _why_fired(rule: Rule, evaluation: Evaluation) -> Iterator[Reason]:
    for one in evaluation.fired:
        if one.rule.id == rule.id:
            yield from _carried_by(one, evaluation)


def _carried_by(one: Firing, evaluation: Evaluation) -> Iterator[Reason]:
    record = _record(one.rule, evaluation, one.index)
    if one.rule.condition == ALWAYS:
        yield Reason(one.rule.id, "", "the rule", "holds always", "nothing")
    for test, asked in support(one.rule.condition, record):
        yield _reason(one.rule, test, asked, record, evaluation, one.index)


def _reason(rule: Rule, test: Test, asked: bool, record: Record, evaluation: Evaluation, index: int | None) -> Reason:
    book = evaluation.facts.book
    fact = book.facts[test.fact]
    wanted = test_text(test, book) + (f" ({value_text(record.get(test.other), fact.kind)})" if test.other else "")
    place = place_text(place_of(evaluation.facts.doses[index]), book) if index is not None else ""
    return Reason(
        rule.id, place, fact_text(fact), value_text(record.get(fact.name), fact.kind), wanted if asked else f"that it is not {wanted}"
    )


def against(condition: Condition, facts: Record) -> Iterator[tuple[Test, bool]]:
    """The tests that keep a condition from being certain, each with whether it is asked for (True) or excluded (False)."""
    if evaluate(condition, facts) is Truth.CERTAIN:
        return
    match condition:
        case Test():
            yield condition, True
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from against(part, facts)
        case NoneOf(parts):
            for part in parts:
                if evaluate(part, facts) is not Truth.IMPOSSIBLE:
                    yield from ((test, not asked) for test, asked in support(part, facts))
        case Named(_, inner, True):
            yield from against(inner, facts)
        case Named(_, inner, False):
            yield from ((test, not asked) for test, asked in support(inner, facts))


def where_it_stands(rule: str, book: Rulebook) -> str:
    """The file and line of a rule; empty when the book has no such rule."""
    found = book.rule_by_id.get(rule)
    return f"{found.file}:{found.line}" if found else ""
