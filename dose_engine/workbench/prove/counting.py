"""The declared sums, counts and days of a rulebook over every patient, term by term: what `tally` works out for one.

Each dose matches a filter surely, perhaps or not; here those are two formulas, *sure* and *may*.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import z3

from ...evaluators.solver import Formula, Number, choice, conjunction, disjunction, negation
from ...evaluators.values import UNKNOWN
from ...rulebook.model import Computation
from ...tally import Filter
from ...units import OPEN
from .patient import NOT_STATED, PastSlot, Patient, PlannedSlot, Word
from .places import Known

_PLACED = ("zone", "region", "muscle", "side", "band")
_LATERAL = frozenset(("left", "right"))
_MIDLINE = frozenset(("midline",))
NO, MAY, SURE = 0, 1, 2


class Matched(NamedTuple):
    """One dose, or one part of a treatment, under the filters of a fact."""

    sure: Formula
    may: Formula
    low: Number
    high: Number
    near: Number
    far: Number
    dated: bool
    stretch: str
    treatment: str


class Counting:
    """Works the facts out over one patient; what was worked out is kept."""

    def __init__(self, patient: Patient) -> None:
        self.patient = patient
        self._matched: dict[tuple[Computation, tuple[Filter, ...]], list[Matched]] = {}
        self._known: dict[tuple[Computation, tuple[Filter, ...]], tuple[Number, Number]] = {}
        self._reach: dict[tuple[object, ...], tuple[int, bool]] = {}

    def ends(self, how: Computation, this: tuple[Filter, ...]) -> tuple[Number, Number]:
        """The low and the high end of the number. `this` is what the computation binds to the dose at hand."""
        key = (how, this)
        if key not in self._known:
            self._known[key] = self._ends(how, this)
        return self._known[key]

    def complete(self) -> Formula:
        """Is the history known to hold everything?"""
        return disjunction([self.patient.first("yes"), self.patient.complete("yes")])

    def _ends(self, how: Computation, this: tuple[Filter, ...]) -> tuple[Number, Number]:
        matched = self._matching(how, this)
        opened = negation(self.complete()) if "history" in how.over else False
        match how.op:
            case "sum":
                low, high = _peak(matched, how.within_days or 0) if how.at_peak else _total(matched, how.within_days)
                return low, choice(opened, OPEN, z3.If(high > OPEN, OPEN, high) if isinstance(high, z3.ArithRef) else min(high, OPEN))
            case "count":
                low, high = _count(matched, how.within_days)
                return low, choice(opened, OPEN, high)
        near: Number = OPEN
        far: Number = OPEN
        for one in matched:
            if one.dated:
                near = _least(near, one.near, one.may)
                far = _least(far, one.far, one.sure)
        return choice(opened, 0, near), far

    def _matching(self, how: Computation, this: tuple[Filter, ...]) -> list[Matched]:
        key = (how, this)
        if key not in self._matched:
            filters = (*this, *how.where)
            found: list[Matched] = []
            if "planned" in how.over:
                for dose in self.patient.planned:
                    found += self._planned(dose, how, filters)
            if "history" in how.over:
                for treatment in self.patient.past:
                    found += self._given(treatment, how, filters)
            if "scheduled" in how.over:
                for treatment in self.patient.scheduled:
                    found += self._given(treatment, how, filters)
            self._matched[key] = [one for one in found if one.may is not False]
        return self._matched[key]

    # what a filter makes of a place

    def _place(self, may_be: dict[str, Known], filters: Iterable[Filter], half: bool) -> tuple[int, bool]:
        """How far the place fits, and whether only half of its units count."""
        fits, halved = SURE, False
        for name, accepted, negated in filters:
            if name not in _PLACED:
                continue
            known = may_be[name]
            if known is None:
                fit = MAY
            elif half and name == "side" and not accepted.isdisjoint(_LATERAL) and known == _MIDLINE:
                halved = True
                continue
            elif known <= accepted:
                fit = NO if negated else SURE
            elif known.isdisjoint(accepted):
                fit = SURE if negated else NO
            else:
                fit = MAY
            fits = min(fits, fit)
        return fits, halved

    # planned doses

    def _planned(self, dose: PlannedSlot, how: Computation, filters: tuple[Filter, ...]) -> Iterator[Matched]:
        sure, may = self._by_product(self.patient.product, how)
        parts = [self._stated(dose, one) for one in filters if one[0] not in _PLACED]
        sure = conjunction([dose.present, sure, *(part[0] for part in parts)])
        may = conjunction([dose.present, may, *(part[1] for part in parts)])
        if may is False:
            return
        whole: list[str] = []
        halved: list[str] = []
        for number, place in enumerate(self.patient.places):
            fit, half = self._place(place.known(), filters, how.midline_half)
            if fit == SURE:
                (halved if half else whole).append(str(number))
        treatment = f"planned {dose.index}"
        for numbers, ends in ((whole, dose.amount.ends), (halved, dose.amount.half_ends)):
            here = dose.place(*numbers)
            if here is not False:
                low, high = ends
                yield Matched(conjunction([sure, here]), conjunction([may, here]), low, high, 0, 0, True, "planned", treatment)

    def _stated(self, dose: PlannedSlot, one: Filter) -> tuple[Formula, Formula]:
        name, accepted, negated = one
        match name:
            case "purpose":
                hit: Formula = "aesthetic" in accepted
            case "visit":
                hit = self.patient.visit(*accepted)
            case "activity":
                hit = dose.activity(*accepted)
            case "aim":
                hit = dose.aim(*accepted)
            case _:
                return self._product_word(self.patient.product, accepted, negated)
        hit = negation(hit) if negated else hit
        return hit, hit

    def _product_word(self, product: Word, accepted: frozenset[str], negated: bool) -> tuple[Formula, Formula]:
        known = negation(product(UNKNOWN))
        hit = product(*accepted)
        hit = conjunction([known, negation(hit)]) if negated else hit
        return hit, disjunction([hit, negation(known)])

    def _by_product(self, product: Word, how: Computation) -> tuple[Formula, Formula]:
        if how.product == "any":
            return True, True
        ours = product(self.patient.book.product)
        if how.product == "other":
            return negation(ours), negation(ours)
        return ours, disjunction([ours, product(UNKNOWN)])

    # earlier and scheduled treatments

    def _given(self, slot: PastSlot, how: Computation, filters: tuple[Filter, ...]) -> Iterator[Matched]:
        sure, may = self._by_product(slot.product, how)
        parts = [self._recorded(slot, one) for one in filters if one[0] not in _PLACED]
        sure = conjunction([slot.present, sure, *(part[0] for part in parts)])
        may = conjunction([slot.present, may, *(part[1] for part in parts)])
        if may is False:
            return
        treatment = f"{slot.stretch} {slot.index}"
        near, far = slot.near, slot.far
        groups: dict[tuple[int, bool], list[str]] = {}
        for shape, may_be in (*((name, past.may_be) for name, past in self.patient.past_places.items()), *self.patient.wholes.items()):
            fit, half = self._shape(shape, may_be, filters, how.midline_half)
            if fit:
                groups.setdefault((fit, half), []).append(shape)
        for half in (False, True):
            surely, perhaps = slot.shape(*groups.get((SURE, half), ())), slot.shape(*groups.get((MAY, half), ()))
            either = disjunction([surely, perhaps])
            if either is not False:
                low, high = slot.amount.half_ends if half else slot.amount.ends
                yield Matched(conjunction([sure, surely]), conjunction([may, either]), low, high, near, far, True, slot.stretch, treatment)
        for shape, regimen in self.patient.regimens.items():
            here = slot.shape(shape)
            for level in (SURE, MAY):
                units, matching = 0, False
                for may_be, amount in regimen.sites:
                    fit, half = self._place(may_be, filters, how.midline_half)
                    if fit == level:
                        units, matching = units + (amount // 2 if half else amount), True
                if matching:
                    surely = conjunction([sure, here]) if level == SURE else False
                    yield Matched(surely, conjunction([may, here]), units, units, near, far, True, slot.stretch, treatment)
            if regimen.rest is not None:
                may_be, low_units, high_units = regimen.rest
                fit, half = self._place(may_be, filters, how.midline_half)
                if fit:
                    low_units, high_units = (low_units // 2, (high_units + 1) // 2) if half else (low_units, high_units)
                    surely = conjunction([sure, here]) if fit == SURE else False
                    dated = not regimen.sites
                    yield Matched(surely, conjunction([may, here]), low_units, high_units, near, far, dated, slot.stretch, treatment)

    def _shape(self, shape: str, may_be: dict[str, Known], filters: tuple[Filter, ...], half: bool) -> tuple[int, bool]:
        key = (shape, filters, half)
        if key not in self._reach:
            self._reach[key] = self._place(may_be, filters, half)
        return self._reach[key]

    def _recorded(self, slot: PastSlot, one: Filter) -> tuple[Formula, Formula]:
        name, accepted, negated = one
        match name:
            case "purpose":
                known = negation(slot.purpose(NOT_STATED))
                hit = slot.purpose(*accepted)
                hit = conjunction([known, negation(hit)]) if negated else hit
                return hit, disjunction([hit, negation(known)])
            case "visit":
                hit = slot.visit(*accepted, *([NOT_STATED] if "first_pass" in accepted else []))
            case "activity" | "aim":
                hit = NOT_STATED in accepted
            case _:
                return self._product_word(slot.product, accepted, negated)
        hit = negation(hit) if negated else hit
        return hit, hit


def _inside(one: Matched, within: int | None, later: Number = 0) -> tuple[Formula, Formula]:
    """Surely, and perhaps, within so many days before the day that is `later` days from today."""
    if within is None or (one.stretch == "planned" and isinstance(later, int) and later == 0):
        return True, True
    return _at_most(one.far, later, within), _at_most(one.near, later, within)


def _at_most(day: Number, later: Number, within: int) -> Formula:
    return day + later <= within


def _total(matched: Sequence[Matched], within: int | None) -> tuple[Number, Number]:
    lows, highs = [], []
    for one in matched:
        sure_in, may_in = _inside(one, within)
        lows.append(choice(conjunction([one.sure, sure_in]), one.low, 0))
        highs.append(choice(conjunction([one.may, may_in]), one.high, 0))
    return _sum(lows), _sum(highs)


def _sum(parts: Sequence[Number]) -> Number:
    parts = [part for part in parts if not (isinstance(part, int) and part == 0)]
    return z3.Sum(parts) if parts else z3.IntVal(0)


def _peak(matched: Sequence[Matched], within: int) -> tuple[Number, Number]:
    """The largest sum in a window that holds today and ends today or on the day of a scheduled treatment."""
    given = [one for one in matched if one.stretch != "scheduled"]
    ahead = [one for one in matched if one.stretch == "scheduled"]
    low, high = _total(given, within)
    days = {one.treatment: one for one in ahead}
    for end in days.values():
        ends = disjunction(one.may for one in ahead if one.treatment == end.treatment)
        reached = conjunction([ends, end.near <= within])
        lows, highs = [], []
        for one in matched:
            if one.stretch == "scheduled":
                there = one.near <= end.near
                lows.append(choice(conjunction([one.sure, there, one.far <= end.near]), one.low, 0))
                highs.append(choice(conjunction([one.may, there]), one.high, 0))
            else:
                sure_in, may_in = _inside(one, within, end.near)
                lows.append(choice(conjunction([one.sure, sure_in]), one.low, 0))
                highs.append(choice(conjunction([one.may, may_in]), one.high, 0))
        window_low, window_high = _sum(lows), _sum(highs)
        low = z3.If(z3.And(reached, window_low > low), window_low, low)
        high = z3.If(z3.And(reached, window_high > high), window_high, high)
    return low, high


def _count(matched: Sequence[Matched], within: int | None) -> tuple[Number, Number]:
    """Planned doses one by one, the others by treatment."""
    treatments: dict[str, list[Matched]] = {}
    for one in matched:
        treatments.setdefault(one.treatment, []).append(one)
    lows, highs = [], []
    for parts in treatments.values():
        inside = [(one, *_inside(one, within)) for one in parts]
        lows.append(choice(disjunction(conjunction([one.sure, sure_in]) for one, sure_in, _ in inside), 1, 0))
        highs.append(choice(disjunction(conjunction([one.may, may_in]) for one, _, may_in in inside), 1, 0))
    return _sum(lows), _sum(highs)


def _least(so_far: Number, day: Number, counts: Formula) -> Number:
    if counts is False:
        return so_far
    if isinstance(so_far, int) and so_far == OPEN:
        return choice(counts, day, OPEN)
    return z3.If(conjunction([counts, day < so_far]), day, so_far)
