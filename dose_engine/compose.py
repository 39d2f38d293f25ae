"""From firings to what is shown: ranges that only narrow, findings with their basis, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from .advisory import (
    AmountRange,
    Certainty,
    DoseAdvice,
    Finding,
    FindingFact,
    Limit,
    Place,
    Points,
    Position,
    Severity,
    Source,
    Suggested,
    Verdict,
)
from .evaluators.compiled import Fired
from .evaluators.semantics import Truth, evaluate
from .evaluators.values import Range, Record
from .evidence import still_open, support
from .facts import Dose, Facts
from .injections import Ask
from .rulebook.conditions import Op, Test, facts_read
from .rulebook.model import Fact, Kind, Rule, Rulebook, Scope, Suggestion
from .rulebook.vocabulary import LIMIT_FACTS, PLACE_FACTS
from .units import HALF, OPEN, Units
from .wording import fact_text, filled, place_text, test_text, value_text

_CERTAIN = {Severity.INFO: Verdict.OK, Severity.CAUTION: Verdict.CAUTION, Severity.STOP: Verdict.STOP}
_POSSIBLE = {Severity.INFO: Verdict.OK, Severity.CAUTION: Verdict.CAUTION, Severity.STOP: Verdict.INCOMPLETE}
_BASIS_RANK = {"point": 0, "dose": 1, "side": 2, "total": 3}


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


# doses


def dose_advice(index: int, facts: Facts, record: Record, fired: Sequence[Firing], case_verdict: Verdict) -> DoseAdvice:
    """Range, lines, position and verdict of one dose. `fired` holds the firings of this dose and of the case."""
    dose = facts.doses[index]
    withheld = [one.rule for one in fired if one.rule.withhold]
    suggested, because = suggestion(dose, facts, record, fired)
    own = [one for one in fired if one.index == index]
    limits = _limits(dose, facts.book) if dose.ours else ()
    over = any(one.certain and one.rule.limit and one.rule.severity is Severity.STOP for one in own)
    verdict = worst([case_verdict, *(one.counts_as for one in own)])
    return DoseAdvice(
        place=place_of(dose),
        label=place_text(place_of(dose), facts.book),
        planned=dose.units,
        points=_points(dose, withheld=bool(withheld)),
        suggested=suggested,
        limits=limits,
        position=_position(dose, suggested, over),
        verdict=verdict,
        findings=tuple(sorted({one.rule.id for one in own if one.rule.severity is not None})),
        because=tuple(dict.fromkeys([*because, *(f"Withheld: {rule.title}" for rule in withheld)])),
    )


def _points(dose: Dose, withheld: bool) -> Points:
    count = dose.points or (None if withheld else dose.proposed)
    if count is None or dose.units is None or not dose.ours:
        return Points(planned=dose.points, proposed=None, units_each=None, split=())
    steps, rest = divmod(int(dose.units), HALF)
    split: tuple[Units, ...] = ()
    if not rest and steps >= count:
        split = tuple(Units((steps // count + (number < steps % count)) * HALF) for number in range(count))
    each = split[0] if split and not dose.points else Units(-(-int(dose.units) // count))
    return Points(planned=dose.points, proposed=None if dose.points else count, units_each=each, split=split)


def suggestion(dose: Dose, facts: Facts, record: Record, fired: Sequence[Firing]) -> tuple[Suggested | None, tuple[str, ...]]:
    """The range shown for a dose, or None when it is withheld, and what narrowed it. Rules can only narrow."""
    if not dose.ours:
        return None, ("Withheld: the range is for another product",)
    zone = facts.book.zones[dose.zone]
    lines = usable(zone.suggest, facts, dose)
    if not lines or any(one.rule.withhold for one in fired):
        return None, ()
    of = max((line.of for line in lines), key=_BASIS_RANK.__getitem__)  # where lines of two bases could hold, the wider one is the stricter
    low, high = min(line.min for line in lines), min(line.max for line in lines)
    because: list[str] = []
    for one in fired:
        lower = one.rule.lower_max
        if lower is not None and _BASIS_RANK[lower.of] >= _BASIS_RANK[of] and lower.units < high:
            high = lower.units
            because.append(f"At most {lower.units} U: {one.rule.title}")
    sources = dict.fromkeys(source for line in lines for source in line.sources)
    reasons = tuple(dict.fromkeys(line.because for line in lines if line.because))
    used = counted(of, facts, dose, record, today=all(line.today for line in lines))
    own = int(dose.units or 0)
    others = AmountRange(low=Units(used.low - own), high=None if used.high >= OPEN else Units(used.high - own))
    if any(line.today for line in lines):
        room = Units(others.low + _room(dose, facts.book, record))
        if room < low:
            return None, ("Withheld: with the first pass the zone is already at its line",)
        if room < high:
            high = room
            because.append(f"At most {room} U: with the first pass the zone then is at its line")
    shown = Suggested(of=of, min=min(low, high), max=high, used_by_others=others, reasons=reasons, sources=tuple(sources))
    return shown, tuple(because)


def _room(dose: Dose, book: Rulebook, record: Record) -> int:
    """What is left for the dose below the lines of its zone that hold at every visit, going by what is known of the last 28 days."""
    room = OPEN
    for rule in book.dose_rules:
        line = rule.limit
        if line is None or line.zone != dose.zone or line.muscle not in (None, dose.muscle) or line.of == "point" or line.conditional:
            continue
        value = record.get(LIMIT_FACTS[line.of, line.muscle is not None])
        if isinstance(value, Range):
            room = min(room, max(line.units - (value.low - int(dose.units or 0)), 0))
    return room


def usable(lines: Sequence[Suggestion], facts: Facts, dose: Dose) -> list[Suggestion]:
    """The first line whose condition certainly holds, after every earlier line that could hold."""
    kept: list[Suggestion] = []
    for line in lines:
        record = facts.record(facts_read(line.condition), dose)
        truth = evaluate(line.condition, record)
        if truth is not Truth.IMPOSSIBLE:
            kept.append(line)
        if truth is Truth.CERTAIN:
            break
    return kept


def counted(of: str, facts: Facts, dose: Dose, record: Record, today: bool) -> Range:
    """What the zone has on a basis: planned today, or also given in the last 28 days. At least the dose itself."""
    own = int(dose.units or 0)
    value = record.get(LIMIT_FACTS[(of, False)])
    if not today and isinstance(value, Range):
        return Range(max(value.low, own), value.high)
    same = [other for other in facts.doses if other.zone == dose.zone and _shares(of, other, dose)]
    total = sum(int(other.units or 0) for other in same)
    return Range(total, total)


def _shares(of: str, one: Dose, other: Dose) -> bool:
    return of == "total" or (one.side == other.side and (of == "side" or one.band == other.band))


def _limits(dose: Dose, book: Rulebook) -> tuple[Limit, ...]:
    """The stop lines of the zone that can apply to this dose, the narrowest first."""
    rules = book.stop_lines[dose.zone, dose.muscle]
    return tuple(Limit(of=rule.limit.of, units=rule.limit.units, sources=rule.sources) for rule in rules if rule.limit)


def _position(dose: Dose, suggested: Suggested | None, over: bool) -> Position:
    if over:
        return "over_limit"
    if suggested is None:
        return "withheld"
    if dose.units is None:
        return "suggestion"
    used = suggested.used_by_others
    low = used.low + dose.units
    high = low if used.high is None else used.high + dose.units  # an open history is asked for; the position goes by what is known
    return "above" if high > suggested.max else "below" if low < suggested.min else "within"
