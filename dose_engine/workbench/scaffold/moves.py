"""Steps that bring a case nearer to what a test asks: an answer given, a field set, a dose or a treatment added, taken out or changed.

A step need not lead there; the search in `patients.py` tries each and keeps what helps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from ...evaluators.values import Range, Record
from ...facts import Dose
from ...rulebook.conditions import Op, Test
from ...rulebook.model import Computation, Fact, Kind, Rulebook
from ...tally import Filter
from ...units import HALF, LARGEST, LATEST, OPEN, STEPS
from ..cases import TODAY
from .given import Values, at, dropped, plain_number, put
from .places import PLACE, Place, allowed, filters, fits, places, treatments

STEP: Final = {Kind.UNITS: HALF, Kind.MILLIMETRES: 50}
"""The step from a line to its neighbour: half a unit, half a millimetre; everything else moves by one."""

_LONG_AGO: Final = 400
_MIRRORED: Final = {Op.AT_LEAST: Op.AT_MOST, Op.AT_MOST: Op.AT_LEAST, Op.MORE_THAN: Op.LESS_THAN, Op.LESS_THAN: Op.MORE_THAN}


class Moves:
    """Steps under one rulebook."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.places = tuple(places(book))

    def towards(self, test: Test, want: bool, values: Values, record: Record, dose: Dose | None) -> Iterator[Values]:
        """Cases in which the test may hold (`want`) or not. `dose`: the first of the plan, which the test is about."""
        fact = self.book.facts[test.fact]
        if not fact.kind.is_number:
            yield from self._word(fact, _words(test, fact, want), values)
            return
        other = record.get(test.other) if test.other else None
        number = other.low if isinstance(other, Range) else test.number or 0
        for target in targets(test.op, number, want, STEP.get(fact.kind, 1)):
            yield from self._number(fact, target, values, record, dose)
        if test.other is not None:
            mine = record.get(test.fact)
            turned = _MIRRORED.get(test.op, test.op)
            for target in targets(turned, mine.low if isinstance(mine, Range) else 0, want, STEP.get(fact.kind, 1)):
                yield from self._number(self.book.facts[test.other], target, values, record, dose)

    # words

    def _word(self, fact: Fact, words: Sequence[str], values: Values) -> Iterator[Values]:
        if fact.origin == "asked":
            for word in words:
                answers = {key: answer for key, answer in values["patient"]["screening"].items() if key != fact.name}
                yield put(values, ("patient", "screening"), answers | ({fact.name: word} if word != "no" else {}))
            return
        field = fact.given.removeprefix("dose.")
        if field in PLACE:
            kept = {key: value for key, value in values["plan"][0].items() if key not in PLACE}
            for place in self.places:
                if getattr(place, field) in words:
                    yield put(values, ("plan", 0), place.entry(self.book) | kept)
            return
        for word in words:
            yield from self._given_word(fact, field, word, values)

    def _given_word(self, fact: Fact, field: str, word: str, values: Values) -> Iterator[Values]:
        match fact.given:
            case "dose.activity" | "dose.aim":
                kept = {key: value for key, value in values["plan"][0].items() if key != field}
                yield put(values, ("plan", 0), kept | ({field: word} if word != "not_stated" else {}))
            case "dose.placement":
                yield put(values, ("plan", 0, "placement"), [word])
            case "dose.half_unit_steps":
                yield put(values, ("plan", 0, "units"), 1 if word == "yes" else Decimal("1.25"))
            case "patient.performer":
                yield put(values, ("patient", "performer"), [word])
                yield dropped(values, ("patient", "performer"))
            case "goals.given":
                yield put(values, ("goals",), ["even the face"] if word == "yes" else [])
            case _:
                yield put(values, tuple(fact.given.split(".")), word)

    # numbers

    def _number(self, fact: Fact, target: int, values: Values, record: Record, dose: Dose | None) -> Iterator[Values]:
        if fact.computation is not None:
            now = record.get(fact.name)
            here = now.low if isinstance(now, Range) else 0
            wanted = filters(fact.computation, dose.filters if dose else {})
            match fact.computation.op:
                case "sum":
                    yield from self._sum(fact.computation, wanted, target - here, values)
                case "count":
                    yield from self._count(fact.computation, wanted, target - here, values)
                case _:
                    yield from self._days(fact.computation, wanted, target, values)
            return
        match fact.given:
            case "patient.age":
                yield put(values, ("patient", "age"), target)
            case "patient.next_performance" | "patient.event":
                day = "none" if target >= LATEST else _day(target)
                yield put(values, tuple(fact.given.split(".")), day)
            case "asymmetry.millimetres":
                yield put(values, ("asymmetry", "millimetres"), plain_number(Decimal(target) / 100))
            case "goals" if 0 <= target <= 50:
                yield put(values, ("goals",), [f"goal {number + 1}" for number in range(target)])
            case "dose.units_each_point" if 0 < target <= LARGEST:
                yield put(put(values, ("plan", 0, "units"), units_of(target)), ("plan", 0, "points"), 1)

    def _sum(self, how: Computation, wanted: Sequence[Filter], missing: int, values: Values) -> Iterator[Values]:
        for amount in (missing, 2 * missing) if how.midline_half else (missing,):
            if "planned" in how.over:
                for index, entry in enumerate(values["plan"]):
                    yield from _more(values, ("plan", index, "units"), entry.get("units", 0), amount)
                yield from self._planned(wanted, values, amount) if 0 < amount <= LARGEST else ()
            for key, path in _stretches(how):
                for index, treatment in enumerate(at(values, path)):
                    yield from _more(values, (*path, index, "units"), treatment.get("units", 0), amount)
                    for number, dose in enumerate(treatment.get("doses", ())):
                        yield from _more(values, (*path, index, "doses", number, "units"), dose.get("units", 0), amount)
                if 0 < amount <= LARGEST:
                    yield from self._treated(how, wanted, key, path, values, units_of(amount))
        if missing < 0:
            yield from _fewer(how, values)

    def _count(self, how: Computation, wanted: Sequence[Filter], missing: int, values: Values) -> Iterator[Values]:
        if missing < 0:
            yield from _fewer(how, values)
            return
        if "planned" in how.over:
            yield from self._planned(wanted, values, STEPS)
            if stated := _stated(wanted):
                yield from (put(values, ("plan", index), entry | stated) for index, entry in enumerate(values["plan"]))
        for key, path in _stretches(how):
            yield from self._treated(how, wanted, key, path, values, 1)

    def _days(self, how: Computation, wanted: Sequence[Filter], target: int, values: Values) -> Iterator[Values]:
        for key, path in _stretches(how):
            if target >= LATEST:
                yield put(values, path, [])
                yield from _fewer(how, values)
                continue
            days = target if key == "scheduled" else -target
            for index, treatment in enumerate(at(values, path)):
                yield put(values, (*path, index), treatment | {"date": _day(days)})
            for made in treatments(self.book, how, wanted, days, 1):
                yield put(values, path, [*at(values, path), made])

    def _planned(self, wanted: Sequence[Filter], values: Values, amount: int) -> Iterator[Values]:
        """One more dose in the plan that the filters let through."""
        if not allowed("purpose", ["aesthetic"], wanted):
            return
        taken = [{key: entry.get(key) for key in PLACE} for entry in values["plan"]]
        free = [place for place in self.places if fits(place, wanted) and _named(place, self.book) not in taken]
        for place in _spread(free):
            entry = place.entry(self.book) | {"units": units_of(amount)} | _stated(wanted)
            yield put(values, ("plan",), [*values["plan"], entry])

    def _treated(
        self, how: Computation, wanted: Sequence[Filter], key: str, path: tuple[str, ...], values: Values, units: Any
    ) -> Iterator[Values]:
        """One more treatment, on a day that counts: the last one, and the day next to today."""
        within = how.within_days if how.within_days is not None else _LONG_AGO
        for days in dict.fromkeys((within, 1)) if key == "history" else (1,):
            for made in treatments(self.book, how, wanted, days if key == "scheduled" else -days, units):
                yield put(values, path, [*at(values, path), made])


def targets(op: Op, number: int, want: bool, step: int) -> list[int]:
    """The numbers nearest to the line at which a test does (or does not) hold."""
    holds = want if op is not Op.IS_NOT else not want
    match op:
        case Op.MORE_THAN | Op.AT_MOST:
            found = [number + step] if (op is Op.MORE_THAN) is want else [number]
        case Op.AT_LEAST | Op.LESS_THAN:
            found = [number] if (op is Op.AT_LEAST) is want else [number - step]
        case _ if number == OPEN:
            found = [OPEN] if holds else [30]
        case _:
            found = [number] if holds else [number + step, number - step]
    if step == HALF and found == [0] and number:
        found.append(number // 2)
    return [target for target in found if 0 <= target <= OPEN]


def units_of(steps: int) -> int | Decimal:
    """Units as a case writes them, from whole 1/200 U."""
    return plain_number(Decimal(steps) / STEPS)


def _words(test: Test, fact: Fact, want: bool) -> tuple[str, ...]:
    """The words that make the test hold, or not."""
    return test.words if (test.op is Op.IS) is want else tuple(word for word in fact.words if word not in test.words)


def _stated(wanted: Sequence[Filter]) -> Values:
    """What a dose has to say of its activity and aim for the filters to let it through."""
    named = {field for field, _, negated in wanted if not negated}
    words = {"activity": ("overactive", "quieter"), "aim": ("match_widths", "slimming")}
    return {field: found[0] for field, options in words.items() if field in named and (found := allowed(field, options, wanted))}


def _day(days: int) -> str:
    return (TODAY + timedelta(days=max(min(days, 60_000), -40_000))).isoformat()


def _stretches(how: Computation) -> Iterator[tuple[str, tuple[str, ...]]]:
    if "history" in how.over:
        yield "history", ("history", "treatments")
    if "scheduled" in how.over:
        yield "scheduled", ("scheduled",)


def _fewer(how: Computation, values: Values) -> Iterator[Values]:
    """Without one dose of the plan, or without one treatment."""
    paths = [path for _, path in _stretches(how)] + ([("plan",)] if "planned" in how.over and len(values["plan"]) > 1 else [])
    for path in paths:
        items = at(values, path)
        for index in range(len(items)):
            if path != ("plan",) or index:
                yield put(values, path, [item for number, item in enumerate(items) if number != index])


def _more(values: Values, path: tuple[Any, ...], now: Any, steps: int) -> Iterator[Values]:
    units = int(Decimal(now) * STEPS) + steps
    if 0 < units <= LARGEST and now:
        yield put(values, path, units_of(units))


def _named(place: Place, book: Rulebook) -> dict[str, Any]:
    entry = place.entry(book)
    return {key: entry.get(key) for key in PLACE}


def _spread(found: Sequence[Place]) -> list[Place]:
    """A few of the places, each in another zone and one on another side."""
    by_zone = {place.zone: place for place in reversed(found)}
    return list(dict.fromkeys([*list(by_zone.values())[::-1][:6], *found[:2]]))


__all__ = ["Moves", "targets", "units_of"]
