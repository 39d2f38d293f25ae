"""From firings to findings: what each makes of the verdict, what it rests on, and what would clear it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from .advisory import (
    Certainty,
    Finding,
    FindingFact,
    Place,
    Severity,
    Source,
    Verdict,
)
from .evaluators.compiled import Fired
from .evaluators.values import Range, Record
from .evidence import still_open, support
from .facts import Dose, Facts
from .injections import Ask
from .rulebook.conditions import Op, Test
from .rulebook.model import Fact, Kind, Rule, Rulebook, Scope
from .rulebook.vocabulary import PLACE_FACTS
from .units import OPEN
from .wording import fact_text, filled, test_text, value_text

_CERTAIN = {Severity.INFO: Verdict.OK, Severity.CAUTION: Verdict.CAUTION, Severity.STOP: Verdict.STOP}
_POSSIBLE = {Severity.INFO: Verdict.OK, Severity.CAUTION: Verdict.CAUTION, Severity.STOP: Verdict.INCOMPLETE}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    return max(verdicts, key=lambda verdict: verdict.rank, default=Verdict.OK)


def place_of(dose: Dose) -> Place:
    return Place(
        zone=dose.zone,
        muscle=dose.muscle,
        side=dose.side,  # type: ignore[arg-type]
        band=None if dose.band == "none" else dose.band,
        placement=() if dose.placement == ("standard",) else tuple(dose.placement),
    )


@dataclass(frozen=True, slots=True)
class Firing:
    """One rule that holds, or may, at one dose (or at the case: index None), with the facts it saw."""

    rule: Rule
    certain: bool
    index: int | None
    asks: tuple[Ask, ...]
    counts_as: Verdict


def firings(found: Mapping[int | None, Sequence[Fired]], records: Mapping[int | None, Record], facts: Facts) -> list[Firing]:
    """Every rule that fired, with the questions behind the possible ones and what each makes of the verdict."""
    return [firing(one, index, records[index], facts) for index, fired in found.items() for one in fired]


def firing(one: Fired, index: int | None, record: Record, facts: Facts) -> Firing:
    severity = one.rule.severity
    if severity is None or one.certain:
        return Firing(one.rule, one.certain, index, (), _CERTAIN[severity] if severity else Verdict.OK)
    asks = open_questions(one.rule, record, facts, index)
    return Firing(one.rule, False, index, asks, _capped(_POSSIBLE[severity], asks, facts.book))


def open_questions(rule: Rule, record: Record, facts: Facts, index: int | None) -> tuple[Ask, ...]:
    """The questions whose answers could settle a possible rule."""
    asks: dict[Ask, None] = {}
    for test in still_open(rule.condition, record):
        for name in (test.fact, test.other):
            if name is None:
                continue
            value = record.get(name)
            if isinstance(value, Range) and value.low == value.high:
                continue
            fact = facts.book.facts[name]
            asks.update(dict.fromkeys(facts.why_open(fact, facts.doses[index] if index is not None and fact.scope is Scope.DOSE else None)))
    return tuple(asks)


def _capped(verdict: Verdict, asks: Iterable[Ask], book: Rulebook) -> Verdict:
    """An open answer counts for at most what the question says; a question the rulebook does not name counts in full."""
    caps = [book.facts[ask.name].open_counts if ask.name in book.facts else ask.counts for ask in asks]
    cap = worst(Verdict.INCOMPLETE if one is None else one for one in caps) if caps else Verdict.INCOMPLETE
    return min(verdict, cap, key=lambda one: one.rank)


# findings


class Findings:
    """Draws the findings of a case; firings of one rule with the same facts are one finding with several places."""

    def __init__(
        self, facts: Facts, records: Mapping[int | None, Record], places: Sequence[Place], defer: Mapping[tuple[str, int | None], date]
    ) -> None:
        self.facts, self.records, self.places, self.defer = facts, records, places, defer
        self.book = facts.book

    def draw(self, fired: Iterable[Firing]) -> tuple[Finding, ...]:
        groups: dict[tuple[object, ...], list[Finding]] = {}
        for one in fired:
            if one.rule.severity is not None:
                finding = self._finding(one)
                groups.setdefault(
                    (finding.rule, finding.certainty, finding.message, finding.facts, finding.missing, finding.counts_as), []
                ).append(finding)
        merged = [_merged(group) for group in groups.values()]
        order = {Severity.STOP: 0, Severity.CAUTION: 1, Severity.INFO: 2}
        return tuple(
            sorted(merged, key=lambda f: (-f.counts_as.rank, f.certainty is Certainty.POSSIBLE, order[f.severity], f.rule, f.message))
        )

    def _finding(self, one: Firing) -> Finding:
        rule, record = one.rule, self.records[one.index]
        assert rule.severity is not None
        places = () if one.index is None else (self.places[one.index],)
        message = filled(rule.message, record, self.book) if one.certain else _not_ruled_out(rule, one.asks)
        return Finding(
            rule=rule.id,
            severity=rule.severity,
            certainty=Certainty.CERTAIN if one.certain else Certainty.POSSIBLE,
            counts_as=one.counts_as,
            places=places,
            title=rule.title,
            message=message,
            why=rule.because,
            advise=filled(rule.advise, record, self.book) if one.certain else "",
            hazard=self.book.hazards[rule.hazard].title if rule.hazard else None,
            facts=self._facts(rule, record),
            missing=tuple(ask.name for ask in one.asks),
            sources=tuple(self._source(name) for name in rule.sources),
            clears_when=self.clears_when(one),
            defer_until=self.defer.get((rule.id, one.index)),
        )

    def _source(self, name: str) -> Source:
        entry = self.book.sources[name]
        return Source(id=name, title=entry.title, checked=entry.checked)

    def _facts(self, rule: Rule, record: Record) -> tuple[FindingFact, ...]:
        shown: dict[FindingFact, None] = {}
        for test, asked in support(rule.condition, record):
            fact = self.book.facts[test.fact]
            text = test_text(test, self.book)
            shown[
                FindingFact(
                    name=fact.name, value=value_text(record.get(fact.name), fact.kind), condition=text if asked else f"none of: {text}"
                )
            ] = None
        return tuple(shown)

    def clears_when(self, one: Firing) -> str:
        """In words: what would have to be different. The most useful way first: a dose, a day, the plan, an answer."""
        if not one.certain:
            return "an answer to: " + "; ".join(ask.prompt for ask in one.asks[:3]) if one.asks else "the missing facts are known"
        ways: dict[str, int] = {}
        for test, asked in support(one.rule.condition, self.records[one.index]):
            fact = self.book.facts[test.fact]
            if fact.given not in PLACE_FACTS and not (fact.kind is Kind.DAYS and test.number == OPEN):
                rank, text = self._way(fact, test, asked, self.defer.get((one.rule.id, one.index)))
                ways.setdefault(text, rank)
        if not ways:
            return "this place is left out of the plan" if one.index is not None else "it always stands"
        best = min(ways.values())
        return " or ".join([text for text, rank in ways.items() if rank == best][:2])

    def _way(self, fact: Fact, test: Test, asked: bool, deferred: date | None) -> tuple[int, str]:
        """How one test would no longer hold, and how useful that is to know: 0 is best."""
        opposite = _opposite(test, asked, self.book)
        if fact.kind is Kind.UNITS:
            return 0, f"{fact_text(fact)}: {opposite}"
        if fact.kind is Kind.DAYS and deferred is not None:
            return 0, f"from {deferred.isoformat()}"
        if fact.origin == "asked":
            return 1, f'"{fact.says}" is answered {opposite}'
        if fact.given.startswith("dose.") or fact.computation is not None:
            return 2, f"{fact_text(fact)}: {opposite}"
        return (4 if fact.given == "visit" else 3), f"{fact_text(fact)}: {opposite}"


def _opposite(test: Test, asked: bool, book: Rulebook) -> str:
    """What a test asks, turned round; when the rule excludes it, just what it asks."""
    if not asked:
        return test_text(test, book)
    if book.facts[test.fact].kind is Kind.YES_NO and len(test.words) == 1:
        return "no" if (test.words[0] == "yes") is (test.op is Op.IS) else "yes"
    return test_text(replace(test, op=_TURNED[test.op]), book)


_TURNED = {
    Op.MORE_THAN: Op.AT_MOST,
    Op.AT_LEAST: Op.LESS_THAN,
    Op.AT_MOST: Op.MORE_THAN,
    Op.LESS_THAN: Op.AT_LEAST,
    Op.IS: Op.IS_NOT,
    Op.IS_NOT: Op.IS,
}


def _not_ruled_out(rule: Rule, asks: Sequence[Ask]) -> str:
    """A possible finding never prints the rule's message: nothing of it is known to be true."""
    prompts = " ".join(ask.prompt for ask in asks[:3])
    more = f" And {len(asks) - 3} more." if len(asks) > 3 else ""
    return f"Not ruled out: {rule.title}." + (f" Please answer: {prompts}{more}" if asks else "")


def _merged(group: Sequence[Finding]) -> Finding:
    first = group[0]
    if len(group) == 1:
        return first
    places = tuple(dict.fromkeys(place for finding in group for place in finding.places))
    deferred = [finding.defer_until for finding in group]
    until = max((day for day in deferred if day), default=None) if all(deferred) else None
    return first.model_copy(update={"places": places, "defer_until": until})
