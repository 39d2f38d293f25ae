"""The declared sums, counts and distances in days, worked out over the doses of a case as ranges.

What is not known widens: units that may be anything, a date that may be inside a window, a place that may be this one. An incomplete
history opens: sums and counts upward, days since downward.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .evaluators.values import Range
from .injections import Ask, Injection, ask_for
from .rulebook.model import Computation, Stretch
from .units import OPEN

NO, MAYBE, YES = 0, 1, 2
Filter = tuple[str, frozenset[str], bool]
"""A field of a dose, the words accepted, and whether they are excluded instead."""
Match = tuple[int, Injection, bool]
"""How surely a dose matches (MAYBE or YES), the dose, and whether only half of it counts."""

PoolKey = tuple[tuple[Stretch, ...], str, bool, tuple[Filter, ...]]

_MIDLINE = frozenset(("midline",))
_LATERAL = frozenset(("left", "right"))


class Tally:
    """Sums, counts and days over the injections of one case. `complete`: the history is known to hold everything. `like`: the tally of
    the same case with other planned units; what leaves the plan out is taken over from it."""

    def __init__(self, injections: Sequence[Injection], complete: bool, like: Tally | None = None) -> None:
        self._injections = injections
        self._complete = complete
        self._pools: dict[PoolKey, list[Match]] = {}
        self._known: dict[tuple[Computation, tuple[Filter, ...]], Range] = {}
        if like is not None:
            self._pools = {key: pool for key, pool in like._pools.items() if "planned" not in key[0]}
            self._known = {key: value for key, value in like._known.items() if "planned" not in key[0].over}

    def value(self, how: Computation, this: tuple[Filter, ...]) -> Range:
        """The number, as far as it is known. `this` is what the computation binds to the dose at hand."""
        key = (how, this)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._value(how, this)
        return known

    def why_open(self, how: Computation, this: tuple[Filter, ...]) -> tuple[Ask, ...]:
        """The questions about single treatments whose answers would narrow the number."""
        asks: dict[Ask, None] = {}
        filters = (*this, *how.where)
        for _, injection, _ in self._matching(how, this):
            if how.op in ("sum", "count") and not inside(injection, how.within_days):
                continue
            for name in _open_fields(how, injection, filters):
                ask = ask_for(injection, name)
                if ask is not None:
                    asks[ask] = None
        return tuple(asks)

    def opened(self, how: Computation) -> bool:
        """Does the number go over a history that may not be complete?"""
        return not self._complete and "history" in how.over

    def _value(self, how: Computation, this: tuple[Filter, ...]) -> Range:
        matching = self._matching(how, this)
        opened = self.opened(how)
        if how.op == "sum":
            low, high = peak(matching, how.within_days or 0) if how.at_peak else total(matching, how.within_days)
            return Range(low, OPEN if opened else min(high, OPEN))
        if how.op == "count":
            return _count(matching, how.within_days, opened)
        dated = [(sure, injection) for sure, injection, _ in matching if injection.dated]
        near = min((injection.near for _, injection in dated), default=OPEN)
        far = min((injection.far for sure, injection in dated if sure == YES), default=OPEN)
        return Range(0 if opened else near, far)

    def _matching(self, how: Computation, this: tuple[Filter, ...]) -> list[Match]:
        return self._pool(how.over, how.product, how.midline_half, (*this, *how.where))

    def _pool(self, over: tuple[Stretch, ...], product: str, half: bool, filters: tuple[Filter, ...]) -> list[Match]:
        """The doses that match or may match. Narrowed filter by filter, each step kept: many facts share their first filters."""
        key = (over, product, half, filters)
        pool = self._pools.get(key)
        if pool is None:
            if filters:
                pool = _narrowed(self._pool(over, product, half, filters[:-1]), filters[-1], half)
            else:
                pool = [(sure, one, False) for one in self._injections if one.stretch in over and (sure := by_product(product, one))]
            self._pools[key] = pool
        return pool


def _narrowed(pool: Iterable[Match], filter: Filter, half: bool) -> list[Match]:
    name, accepted, negated = filter
    halving = half and name == "side" and not accepted.isdisjoint(_LATERAL)
    found = []
    for match in pool:
        may_be = match[1].may_be[name]
        if may_be is None:
            fits = MAYBE
        elif halving and may_be == _MIDLINE:
            found.append((match[0], match[1], True))
            continue
        elif may_be <= accepted:
            fits = NO if negated else YES
        elif may_be.isdisjoint(accepted):
            fits = YES if negated else NO
        else:
            fits = MAYBE
        if fits == YES:
            found.append(match)
        elif fits == MAYBE:
            found.append((MAYBE, match[1], match[2]))
    return found


def _count(matching: Iterable[Match], within_days: int | None, opened: bool) -> Range:
    """Planned doses are counted one by one, earlier and scheduled ones by treatment, however finely the record lists them."""
    sureness: dict[object, int] = {}
    for sure, injection, _ in matching:
        key = id(injection) if injection.stretch == "planned" else (injection.stretch, injection.treatment)
        sureness[key] = max(sureness.get(key, NO), min(sure, inside(injection, within_days)))
    surely = sum(1 for sure in sureness.values() if sure == YES)
    return Range(surely, OPEN if opened else sum(1 for sure in sureness.values() if sure != NO))


def _open_fields(how: Computation, injection: Injection, filters: Iterable[Filter]) -> list[str]:
    """The fields of a dose that keep the number open."""
    dates = how.within_days is not None or how.op in ("days_since", "days_until")
    fields = ["units"] if how.op == "sum" and injection.low < injection.high else []
    if dates and injection.near < injection.far:
        fields.append("date")
    if how.product == "ours" and injection.ours == "unknown":
        fields.append("product")
    for name, accepted, _ in filters:
        may_be = injection.may_be[name]
        if may_be is None or not (may_be <= accepted or may_be.isdisjoint(accepted)):
            fields.append(name)
    return fields


def by_product(product: str, injection: Injection) -> int:
    """`ours`: the rulebook's product. `other`: any that is not stated to be ours; a product that is not known counts as another."""
    if product == "any":
        return YES
    if product == "other":
        return NO if injection.ours == "yes" else YES
    return {"yes": YES, "unknown": MAYBE, "no": NO}[injection.ours]


def inside(injection: Injection, within_days: int | None) -> int:
    """Is the injection within so many days before the treatment?"""
    if within_days is None or injection.stretch == "planned":
        return YES
    return YES if injection.far <= within_days else MAYBE if injection.near <= within_days else NO


def total(matching: Iterable[Match], within_days: int | None) -> tuple[int, int]:
    """The low and the high end of the sum over the matching doses of the last `within_days`."""
    low = high = 0
    for sure, injection, half in matching:
        within = inside(injection, within_days)
        if within:
            high += (injection.high + 1) // 2 if half else injection.high
            if within == YES and sure == YES:
                low += injection.low // 2 if half else injection.low
    return low, high


def peak(matching: Sequence[Match], within_days: int) -> tuple[int, int]:
    """The largest sum in a window that holds today."""
    windows = [window_sum(matching, end, within_days) for end in window_ends(matching, within_days)]
    return max(low for low, _ in windows), max(high for _, high in windows)


def window_ends(matching: Iterable[Match], within_days: int) -> list[int]:
    """Days ahead on which such a window may end: today, and every scheduled treatment not further away than the window is long."""
    ahead = {one.near for _, one, _ in matching if one.stretch == "scheduled" and one.near <= within_days}
    return sorted({0, *ahead})


def window_sum(matching: Iterable[Match], end: int, within_days: int) -> tuple[int, int]:
    """The sum over the window of `within_days` that ends `end` days from today."""
    seen = [_seen_from(match, end) for match in matching if match[1].stretch != "scheduled" or match[1].near <= end]
    return total(seen, within_days)


def _seen_from(match: Match, end: int) -> Match:
    """A match as it stands `end` days from today: what was scheduled until then counts as given, but not surely where its day is open."""
    sure, injection, half = match
    if injection.stretch == "scheduled":
        return (sure if injection.far <= end else MAYBE), replace(injection, near=0, far=0), half
    if not end:
        return match
    return sure, replace(injection, stretch="history", near=injection.near + end, far=injection.far + end), half
