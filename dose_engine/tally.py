"""The declared sums, counts and distances in days, worked out over the doses of a case as ranges.

What is not known widens: units that may be anything, a date that may be inside a window, a place that may be this one. An incomplete
history opens: sums and counts upward, days since downward.

Whether a dose goes into a computation depends on its shape alone, never on its day or units. So doses are added up by shape, and what each
shape goes into is found out once for each place (`Bound`), not once for each case.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Final, NamedTuple

from .atlas import MOST_SHAPES, Filter, Shape
from .evaluators.values import Range
from .injections import Ask, Injection, ask_for
from .rulebook.model import Computation
from .units import OPEN

__all__ = ["MAYBE", "NO", "YES", "Bound", "Filter", "Tally", "inside"]

NO, MAYBE, YES = 0, 1, 2
Ends = tuple[int, int]
"""The low and the high end of a number."""

_MIDLINE: Final = frozenset(("midline",))
_LATERAL: Final = frozenset(("left", "right"))
_NONE: Final = frozenset[object]()


# what a dose goes into


def matching(how: Computation, this: tuple[Filter, ...], shape: Shape) -> tuple[int, bool]:
    """How surely a dose of this shape goes into the computation, and whether only half of it does."""
    sure = by_product(how.product, shape.ours) if shape.stretch in how.over else NO
    half = False
    for filter in (*this, *how.where):
        if how.midline_half and filter[0] == "side" and not filter[1].isdisjoint(_LATERAL) and shape.may_be["side"] == _MIDLINE:
            half = True
        else:
            sure = min(sure, fit(filter, shape))
    return sure, half and sure != NO


def fit(filter: Filter, shape: Shape) -> int:
    """How surely a dose of this shape passes the filter."""
    name, accepted, negated = filter
    known = shape.may_be[name]
    if known is None:
        return MAYBE
    if known <= accepted:
        return NO if negated else YES
    if known.isdisjoint(accepted):
        return YES if negated else NO
    return MAYBE


def by_product(product: str, ours: str) -> int:
    """`ours`: the rulebook's product. `other`: any that is not stated to be ours; a product that is not known counts as another."""
    if product == "any":
        return YES
    if product == "other":
        return NO if ours == "yes" else YES
    return {"yes": YES, "unknown": MAYBE, "no": NO}[ours]


def inside(injection: Injection, within_days: int | None) -> int:
    """Is the injection within so many days before the treatment?"""
    if within_days is None or injection.stretch == "planned":
        return YES
    return YES if injection.far <= within_days else MAYBE if injection.near <= within_days else NO


class Going(NamedTuple):
    """The computations that a shape goes into, each by its number: with the days it looks back, surely or not, and half or whole."""

    sums: tuple[tuple[int, int | None, bool, bool], ...]
    counts: tuple[tuple[int, int | None, bool], ...]
    days: tuple[tuple[int, bool], ...]
    peaks: tuple[tuple[int, bool], ...]


_NOWHERE: Final = Going((), (), (), ())


class Bound:
    """Computations bound to one place, each with what `this` means there; and what was found that each shape goes into."""

    def __init__(self, computations: Iterable[tuple[Computation, tuple[Filter, ...]]]) -> None:
        self.computations = tuple(computations)
        self.starts = [(0, 0) if how.op in ("sum", "count") else (OPEN, OPEN) for how, _ in self.computations]
        self.peaks = [(number, how.within_days or 0) for number, (how, _) in enumerate(self.computations) if how.at_peak]
        self._going: dict[Shape, Going | None] = {}

    def going(self, shape: Shape) -> Going | None:
        """What a dose of this shape goes into; None where that is nothing, as it is for most."""
        try:
            return self._going[shape]
        except KeyError:
            if len(self._going) >= MOST_SHAPES:
                self._going.clear()
            return self._going.setdefault(shape, self._found(shape))

    def _found(self, shape: Shape) -> Going | None:
        sums, counts, days, peaks = [], [], [], []
        for number, (how, this) in enumerate(self.computations):
            sure, half = matching(how, this, shape)
            if sure == NO:
                continue
            if how.at_peak and shape.stretch != "planned":
                peaks.append((number, sure == YES))
            elif how.op == "sum":
                sums.append((number, how.within_days, sure == YES, half))  # of a peak, too: the plan is in every window
            elif how.op == "count":
                counts.append((number, how.within_days, sure == YES))
            elif shape.dated:
                days.append((number, sure == YES))
        going = Going(tuple(sums), tuple(counts), tuple(days), tuple(peaks))
        return going if any(going) else None


# adding up


class Kind:
    """The doses of one shape."""

    __slots__ = ("_within", "doses", "far", "near", "shape")

    def __init__(self, shape: Shape, doses: list[Injection]) -> None:
        self.shape, self.doses = shape, doses
        _, self.near, self.far, *_ = doses[0]
        if len(doses) > 1:
            self.near, self.far = min([one.near for one in doses]), min([one.far for one in doses])
            self._within: dict[tuple[int | None, bool], Ends] = {}

    def within(self, days: int | None, half: bool) -> Ends:
        """The units surely given within so many days before the treatment, and those that may have been."""
        if len(self.doses) == 1:
            return self._added_up(days, half)
        known = self._within.get((days, half))
        if known is None:
            known = self._within[days, half] = self._added_up(days, half)
        return known

    def _added_up(self, days: int | None, half: bool) -> Ends:
        low = high = 0
        back = OPEN if days is None or self.shape.stretch == "planned" else days
        for _, near, far, least, most, _, _ in self.doses:
            if near <= back:
                high += (most + 1) // 2 if half else most
                if far <= back:
                    low += least // 2 if half else least
        return low, high

    def counted(self, days: int | None) -> tuple[frozenset[object], frozenset[object]]:
        """What is counted for doses surely given within so many days, and for those that may have been: planned doses one by one, earlier
        and scheduled ones by treatment, however finely the record lists them."""
        by_dose = self.shape.stretch == "planned"
        near = [(id(one) if by_dose else (self.shape.stretch, one.treatment), inside(one, days)) for one in self.doses]
        return frozenset(what for what, within in near if within == YES), frozenset(what for what, within in near if within)


class Part:
    """The plan, or all the rest of a case, by kind. The rest stays the same while only the plan changes."""

    def __init__(self, doses: Sequence[Injection]) -> None:
        self.doses = doses
        alike: dict[Shape, list[Injection]] = {}
        for one in doses:
            alike.setdefault(one.shape, []).append(one)
        self.kinds = [Kind(shape, same) for shape, same in alike.items()]
        self._ends: dict[Bound, list[Ends]] = {}
        self._asks: dict[tuple[Computation, tuple[Filter, ...]], tuple[Ask, ...]] = {}

    def ends(self, bound: Bound) -> list[Ends]:
        """The low and the high end of each computation, by what is recorded here alone. Days are OPEN where there is no dose."""
        known = self._ends.get(bound)
        if known is None:
            known = self._ends[bound] = bound.starts.copy()
            self.add_to(known, bound)
            for number, _ in bound.peaks:
                sums = self.windows(bound, number).values()
                known[number] = (max(low for low, _ in sums), max(high for _, high in sums))
        return known

    def add_to(self, ends: list[Ends], bound: Bound) -> None:
        """Add all but peaks to what another part makes of the computations. No treatment is in both parts, so counts are added, too."""
        counted: dict[int, tuple[frozenset[object], frozenset[object]]] = {}
        for kind in self.kinds:
            going = bound.going(kind.shape)
            if going is None:
                continue
            for number, within, sure, half in going.sums:
                low, high = ends[number]
                least, most = kind.within(within, half)
                ends[number] = (low + least if sure else low, high + most)
            for number, within, sure in going.counts:
                surely, perhaps = counted.get(number, (_NONE, _NONE))
                more, more_perhaps = kind.counted(within)
                counted[number] = (surely | more if sure else surely, perhaps | more_perhaps)
            for number, sure in going.days:
                near, far = ends[number]
                ends[number] = (min(near, kind.near), min(far, kind.far) if sure else far)
        for number, (surely, perhaps) in counted.items():
            low, high = ends[number]
            ends[number] = (low + len(surely), high + len(perhaps))

    def asks(self, how: Computation, this: tuple[Filter, ...]) -> tuple[Ask, ...]:
        """The questions whose answers would narrow what these doses make of the number."""
        known = self._asks.get((how, this))
        if known is None:
            known = self._asks[how, this] = tuple(dict.fromkeys(self._open(how, this)))
        return known

    def _open(self, how: Computation, this: tuple[Filter, ...]) -> Iterator[Ask]:
        words = {kind.shape: _open_words(how, this, kind.shape) for kind in self.kinds}
        counted = how.op in ("sum", "count")
        for injection in self.doses:
            open_words = words[injection.shape]
            if open_words is not None and not (counted and not inside(injection, how.within_days)):
                for name in (*_open_amounts(how, injection), *open_words):
                    ask = ask_for(injection, name)
                    if ask is not None:
                        yield ask

    def other_shapes(self, part: Part) -> list[Shape]:
        """The shapes of which this part and the other do not hold the same units."""
        one, two = self._amounts, part._amounts
        return [shape for shape in one.keys() | two.keys() if one.get(shape) != two.get(shape)]

    @cached_property
    def _amounts(self) -> Mapping[Shape, list[Ends]]:
        return {kind.shape: [(low, high) for _, _, _, low, high, _, _ in kind.doses] for kind in self.kinds}

    def windows(self, bound: Bound, number: int) -> Mapping[int, Ends]:
        """The sum over each window that holds today, by the days ahead on which it ends: today, and every scheduled treatment not further
        away than the window is long. What was scheduled until then counts as given, but not surely where its day is open."""
        days = bound.computations[number][0].within_days or 0
        past: list[tuple[bool, Kind]] = []
        ahead: list[tuple[bool, Kind]] = []
        for kind in self.kinds:
            for peak, sure in (bound.going(kind.shape) or _NOWHERE).peaks:
                if peak == number and kind.near <= days:
                    (ahead if kind.shape.stretch == "scheduled" else past).append((sure, kind))
        ends = sorted({0, *(one.near for _, kind in ahead for one in kind.doses if one.near <= days)})
        if ends == [0]:
            sums = [(sure, *kind.within(days, half=False)) for sure, kind in past]
            return {0: (sum(low for sure, low, _ in sums if sure), sum(high for _, _, high in sums))}
        past_low, past_high = _by_day(past, days)
        ahead_low, ahead_high = _by_day(ahead, days)
        return {end: (past_low(days - end) + ahead_low(end), past_high(days - end) + ahead_high(end)) for end in ends}


class _UpTo:
    """Amounts by day, added up to a day."""

    def __init__(self, amounts: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(amounts)
        self._days = [day for day, _ in ordered]
        self._sums = [0, *accumulate(amount for _, amount in ordered)]

    def __call__(self, day: int) -> int:
        return self._sums[bisect_right(self._days, day)]


def _by_day(kinds: Iterable[tuple[bool, Kind]], days: int) -> tuple[_UpTo, _UpTo]:
    """The units surely, and the units perhaps, not more than so many days away; `days` is the most that is asked for."""
    doses = [(sure, one) for sure, kind in kinds for one in kind.doses if one.near <= days]
    return _UpTo((one.far, one.low) for sure, one in doses if sure), _UpTo((one.near, one.high) for _, one in doses)


class Tally:
    """Sums, counts and days over the doses of one case. `complete`: the history is known to hold everything. `parts`: the plan and the
    rest, where somebody has taken the doses apart already."""

    def __init__(self, injections: Iterable[Injection], complete: bool, parts: tuple[Part, Part] | None = None) -> None:
        self.plan, self.rest = parts or _parts(injections)
        self.complete = complete
        self._known: dict[tuple[Computation, tuple[Filter, ...]], Range] = {}

    @property
    def doses(self) -> int:
        """How many doses there are, planned and other."""
        return len(self.plan.doses) + len(self.rest.doses)

    def value(self, how: Computation, this: tuple[Filter, ...]) -> Range:
        """The number, as far as it is known. `this` is what the computation binds to the dose at hand."""
        key = (how, this)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self.values(Bound([key]))[0]
        return known

    def values(self, bound: Bound) -> list[Range]:
        """The number of each computation, as far as it is known."""
        ends = self.ends(bound)
        if self.complete:
            return [Range(low, high if high < OPEN else OPEN) for low, high in ends]
        return [self._opened(how, low, min(high, OPEN)) for (how, _), (low, high) in zip(bound.computations, ends, strict=True)]

    def _opened(self, how: Computation, low: int, high: int) -> Range:
        """Where the history may not be complete there may be more, and it may be later."""
        if not self.opened(how):
            return Range(low, high)
        return Range(low, OPEN) if how.op in ("sum", "count") else Range(0, high)

    def opened(self, how: Computation) -> bool:
        """Does the number go over a history that may not be complete?"""
        return not self.complete and "history" in how.over

    def ends(self, bound: Bound) -> list[Ends]:
        """The low and the high end of each computation, by what is recorded alone. The plan is in every window of a peak."""
        ends = self.rest.ends(bound).copy()
        self.plan.add_to(ends, bound)
        return ends

    def why_open(self, how: Computation, this: tuple[Filter, ...]) -> tuple[Ask, ...]:
        """The questions about single treatments whose answers would narrow the number, in the order of the case."""
        return tuple(dict.fromkeys((*self.plan.asks(how, this), *self.rest.asks(how, this))))


def _parts(injections: Iterable[Injection]) -> tuple[Part, Part]:
    plan: list[Injection] = []
    rest: list[Injection] = []
    for one in injections:
        (plan if one.stretch == "planned" else rest).append(one)
    return Part(plan), Part(rest)


def _open_amounts(how: Computation, injection: Injection) -> list[str]:
    """Of a dose that goes into the number: the units or the day, where they keep it open."""
    fields = ["units"] if how.op == "sum" and injection.low < injection.high else []
    dates = how.within_days is not None or how.op in ("days_since", "days_until")
    return [*fields, "date"] if dates and injection.near < injection.far else fields


def _open_words(how: Computation, this: tuple[Filter, ...], shape: Shape) -> list[str] | None:
    """The fields of a shape that keep the number open; None where it does not go into it."""
    if matching(how, this, shape)[0] == NO:
        return None
    fields = ["product"] if how.product == "ours" and shape.ours == "unknown" else []
    return fields + [filter[0] for filter in (*this, *how.where) if fit(filter, shape) == MAYBE]
