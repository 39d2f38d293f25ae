"""Of one dose: the range shown, which rules can only narrow, the lines it is held against, its points, position and verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .advisory import AmountRange, DoseAdvice, Points, Position, Severity, Suggested, Verdict
from .compose import Firing, worst
from .evaluators.semantics import Truth, evaluate
from .evaluators.values import Range, Record
from .facts import Dose, Facts
from .rulebook.model import Rulebook, Suggestion
from .rulebook.vocabulary import LIMIT_FACTS
from .units import HALF, OPEN, Units

BASIS_RANK: Final = {"point": 0, "dose": 1, "side": 2, "total": 3}
"""How wide each basis is."""


def dose_advice(index: int, facts: Facts, record: Record, fired: Sequence[Firing], case_verdict: Verdict) -> DoseAdvice:
    """Range, lines, position and verdict of one dose. `fired` holds the firings of this dose and of the case."""
    dose = facts.doses[index]
    withheld = [one for one in fired if one.rule.withhold]
    suggested, because = suggestion(dose, facts, record, fired)
    own = [one for one in fired if one.index == index]
    over = any(one.certain and one.rule.limit and one.rule.severity is Severity.STOP for one in own)
    verdict = worst([case_verdict, *(one.counts_as for one in own)])
    return DoseAdvice(
        place=dose.place,
        label=dose.label,
        planned=dose.units,
        points=_points(dose, withheld=bool(withheld)),
        suggested=suggested,
        limits=dose.site.limits if dose.ours else (),
        position=_position(dose, suggested, over),
        verdict=verdict,
        findings=tuple(sorted({one.rule.id for one in own if one.rule.severity is not None})),
        because=tuple(
            dict.fromkeys([*because, *(f"Withheld{'' if one.certain else ' until it is ruled out'}: {one.rule.title}" for one in withheld)])
        ),
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
    lines = usable(facts, dose, record)
    if not lines or any(one.rule.withhold for one in fired):
        return None, ()
    of = max((line.of for line in lines), key=BASIS_RANK.__getitem__)  # where lines of two bases could hold, the wider one is the stricter
    low, high = min(line.min for line in lines), min(line.max for line in lines)
    because: list[str] = []
    for one in fired:
        lower = one.rule.lower_max
        if lower is not None and BASIS_RANK[lower.of] >= BASIS_RANK[of] and lower.units < high:
            high = lower.units
            because.append(f"At most {lower.units} U: {one.rule.title}")
    sources = dict.fromkeys(source for line in lines for source in line.sources)
    reasons = tuple(dict.fromkeys(line.because for line in lines if line.because))
    used = counted(of, facts, dose, record, today=all(line.today for line in lines))
    own = int(dose.units or 0)
    others = AmountRange(low=Units(used.low - own), high=None if used.high >= OPEN else Units(used.high - own))
    if any(line.today for line in lines):
        own_room = _room(dose, facts.book, record)
        if own_room < low:
            return None, ("Withheld: with the first pass the zone is already at its line",)
        room = Units(others.low + own_room)
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


def usable(facts: Facts, dose: Dose, record: Record) -> list[Suggestion]:
    """The first line whose condition certainly holds, after every earlier line that could hold."""
    kept: list[Suggestion] = []
    for line, names in dose.site.suggest:
        read = {name: record[name] if name in record else facts.value(facts.book.facts[name], dose) for name in names}
        truth = evaluate(line.condition, read)
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
