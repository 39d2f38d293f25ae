"""Which computed numbers can never exceed which: what counts fewer doses, or over a shorter time, is never more.

units in this zone on this side  <=  units in this zone
units in 30 days                 <=  units in 92 days
days since this muscle           <=  days since this muscle was treated for migraine
"""

from __future__ import annotations

from ....rulebook.model import Computation, Fact
from .grounds import Ground

_FOREVER = 10**9


def at_most(low: Fact, high: Fact, ground: Ground) -> bool:
    """Is the number of `low` at most that of `high`, whatever the case?"""
    if low.given == "dose.units_each_point" and high.computation is not None:
        return _holds_the_dose(high.computation)
    if low.computation is None or high.computation is None or low.computation.op != high.computation.op:
        return False
    if low.computation.op in ("sum", "count"):
        return _part_of(low.computation, high.computation, ground)
    return _part_of(high.computation, low.computation, ground)


def _holds_the_dose(how: Computation) -> bool:
    """Does the sum count the whole dose at hand?"""
    return how.op == "sum" and "planned" in how.over and not how.where and not {"other_side"} & set(how.this)


def _part_of(few: Computation, many: Computation, ground: Ground) -> bool:
    """Does everything that `few` goes over also count in `many`?"""
    if few.at_peak and not many.at_peak:
        return False
    return (
        set(few.over) <= set(many.over)
        and (few.product == many.product or many.product == "any")
        and (few.over == ("planned",) or _days(few) <= _days(many))
        and set(many.this) <= set(few.this)
        and few.midline_half == many.midline_half
        and all(_filtered(field, words, negated, few, ground) for field, words, negated in many.where)
    )


def _days(how: Computation) -> int:
    return _FOREVER if how.within_days is None else how.within_days


def _filtered(field: str, words: frozenset[str], negated: bool, few: Computation, ground: Ground) -> bool:
    """Do the doses of `few` all pass this filter?"""
    if field in few.this:
        here = ground.fields.get(field)
        if here is not None and (here.isdisjoint(words) if negated else here <= words):
            return True
    for own_field, own, own_negated in few.where:
        if own_field != field:
            continue
        if not negated and not own_negated and own <= words:
            return True
        if negated and (words <= own if own_negated else own.isdisjoint(words)):
            return True
    return False
