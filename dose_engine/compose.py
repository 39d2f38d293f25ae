"""From firings to findings: what each makes of the verdict, what it rests on, and what would clear it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from operator import attrgetter

from .advisory import (
    Certainty,
    Finding,
    FindingFact,
    Place,
    Severity,
    Source,
    Verdict,
)
from .atlas import Ask
from .evaluators.compiled import Fired
from .evaluators.values import Range, Record
from .evidence import still_open, support
from .facts import Dose, Facts
from .rulebook.conditions import Op, Test
from .rulebook.model import Fact, Kind, Rule, Rulebook, Scope
from .rulebook.vocabulary import PLACE_FACTS
from .units import OPEN
from .wording import fact_text, filled, test_text, value_text

_RANK = attrgetter("rank")


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    return max(verdicts, key=_RANK, default=Verdict.OK)


def place_of(dose: Dose) -> Place:
    return dose.place


class Firing:
    """One rule that holds at one dose (or at the case: index None). `at_most` is the most that it can make of the verdict."""

    __slots__ = ("at_most", "certain", "index", "rule")

    def __init__(self, rule: Rule, index: int | None, certain: bool = True) -> None:
        self.rule, self.index, self.certain = rule, index, certain
        self.at_most = counting(rule.severity, certain)

    @property
    def asks(self) -> tuple[Ask, ...]:
        """The questions whose answers could settle it; none when it is certain."""
        return ()

    @property
    def counts_as(self) -> Verdict:
        """What it makes of the verdict."""
        return self.at_most


class Possible(Firing):
    """A rule that may hold, with the facts it saw. Its questions are looked for when somebody first asks: where a stop stands already,
    nobody does."""

    __slots__ = ("_asks", "_counts_as", "_facts", "_record")

    def __init__(self, rule: Rule, index: int | None, record: Record, facts: Facts) -> None:
        super().__init__(rule, index, certain=False)
        self._record, self._facts = record, facts
        self._asks: tuple[Ask, ...] | None = () if rule.severity is None else None
        self._counts_as = Verdict.OK if self.at_most is Verdict.OK else None

    @property
    def asks(self) -> tuple[Ask, ...]:
        if self._asks is None:
            self._asks = open_questions(self.rule, self._record, self._facts, self.index)
        return self._asks

    @property
    def counts_as(self) -> Verdict:
        if self._counts_as is None:
            self._counts_as = _capped(self.at_most, self.asks, self._facts.book)
        return self._counts_as


def counting(severity: Severity | None, certain: bool) -> Verdict:
    """What a finding of this severity makes of the verdict: a possible stop is `incomplete`, an info is `ok`."""
    if severity is None or severity is Severity.INFO:
        return Verdict.OK
    if severity is Severity.CAUTION:
        return Verdict.CAUTION
    return Verdict.STOP if certain else Verdict.INCOMPLETE


def firing(one: Fired, index: int | None, record: Record, facts: Facts) -> Firing:
    return Firing(one.rule, index) if one.certain else Possible(one.rule, index, record, facts)


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
    return min(verdict, cap, key=_RANK)


# findings


class Findings:
    """Draws the findings of a case; firings of one rule with the same facts are one finding with several places. `sources`: those of the
    rulebook as the advisory shows them."""

    def __init__(
        self,
        facts: Facts,
        records: Mapping[int | None, Record],
        defer: Mapping[tuple[str, int | None], date],
        sources: Mapping[str, Source],
    ) -> None:
        self.facts, self.records, self.defer, self.sources = facts, records, defer, sources
        self.book = facts.book

    def draw(self, fired: Iterable[Firing]) -> tuple[Finding, ...]:
        groups: dict[tuple[object, ...], list[Finding]] = {}
        for one in fired:
            if one.rule.severity is not None:
                finding = self._finding(one)
                shown = tuple((fact.name, fact.value, fact.condition) for fact in finding.facts)
                key = (finding.rule, finding.certainty, finding.message, shown, finding.missing, finding.counts_as)
                groups.setdefault(key, []).append(finding)
        merged = [_merged(group) for group in groups.values()]
        order = {Severity.STOP: 0, Severity.CAUTION: 1, Severity.INFO: 2}
        return tuple(
            sorted(merged, key=lambda f: (-f.counts_as.rank, f.certainty is Certainty.POSSIBLE, order[f.severity], f.rule, f.message))
        )

    def _finding(self, one: Firing) -> Finding:
        rule, record = one.rule, self.records[one.index]
        assert rule.severity is not None
        carried = list(support(rule.condition, record))
        return Finding(
            rule=rule.id,
            severity=rule.severity,
            certainty=Certainty.CERTAIN if one.certain else Certainty.POSSIBLE,
            counts_as=one.counts_as,
            places=() if one.index is None else (self.facts.doses[one.index].place,),
            title=rule.title,
            message=filled(rule.message, record, self.book) if one.certain else _not_ruled_out(rule, one.asks),
            why=rule.because,
            advise=filled(rule.advise, record, self.book) if one.certain else "",
            hazard=self.book.hazards[rule.hazard].title if rule.hazard else None,
            facts=self._facts(carried, record),
            missing=tuple(ask.name for ask in one.asks),
            sources=tuple(self.sources[name] for name in rule.sources),
            clears_when=self._clears_when(one, carried),
            defer_until=self.defer.get((rule.id, one.index)),
        )

    def _facts(self, carried: Iterable[tuple[Test, bool]], record: Record) -> tuple[FindingFact, ...]:
        shown: dict[tuple[str, str, str], None] = {}
        for test, asked in carried:
            fact = self.book.facts[test.fact]
            text = test_text(test, self.book)
            shown[fact.name, value_text(record.get(fact.name), fact.kind), text if asked else f"none of: {text}"] = None
        return tuple(FindingFact(name=name, value=value, condition=condition) for name, value, condition in shown)

    def _clears_when(self, one: Firing, carried: Iterable[tuple[Test, bool]]) -> str:
        """In words: what would have to be different. The most useful way first: a dose, a day, the plan, an answer."""
        if not one.certain:
            return "an answer to: " + "; ".join(ask.prompt for ask in one.asks[:3]) if one.asks else "the missing facts are known"
        ways: dict[str, int] = {}
        for test, asked in carried:
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
