"""Numbers between two ends: what tests leave of them, and which comparisons hold for all of them."""

from __future__ import annotations

from typing import NamedTuple

from ...rulebook.conditions import Op, Test

Ends = tuple[int, int]
"""The least and the most that a number can be."""


class Counted(NamedTuple):
    """What a number counts at a place: the parts of a `Computation`, with what is known of the place written out as filters."""

    op: str
    over: tuple[str, ...]
    within_days: int | None
    at_peak: bool
    midline_half: bool
    product: str
    this: frozenset[str]
    where: frozenset[tuple[str, frozenset[str]]]

    def is_part_of(self, whole: Counted) -> bool:
        """Does it sum only what the other sums, in one window of it? Then it is never more."""
        return not self.at_peak and set(self.over) <= set(whole.over) and self._replace(over=whole.over, at_peak=whole.at_peak) == whole


Key = str | Counted
"""What a number counts: the name of a fact, or how it is worked out."""


def meet(ends: Ends, test: Test) -> Ends:
    """The ends of a number when this test holds as well."""
    low, high, number = *ends, test.number or 0
    match test.op:
        case Op.IS:
            return max(low, number), min(high, number)
        case Op.AT_LEAST:
            return max(low, number), high
        case Op.MORE_THAN:
            return max(low, number + 1), high
        case Op.AT_MOST:
            return low, min(high, number)
        case Op.LESS_THAN:
            return low, min(high, number - 1)
        case _:
            return low, high


def apart(op: Op, left: Ends, right: Ends) -> bool:
    """Does the comparison hold for every number between the ends on both sides?"""
    match op:
        case Op.MORE_THAN:
            return left[0] > right[1]
        case Op.AT_LEAST:
            return left[0] >= right[1]
        case Op.LESS_THAN:
            return left[1] < right[0]
        case Op.AT_MOST:
            return left[1] <= right[0]
        case _:
            return False


def within(test: Test, ends: Ends) -> bool:
    """Does the test hold for every number between the ends?"""
    if ends[0] > ends[1]:
        return False
    low, high, number = *ends, test.number or 0
    match test.op:
        case Op.IS:
            return low == high == number
        case Op.IS_NOT:
            return not low <= number <= high
        case Op.AT_LEAST:
            return low >= number
        case Op.MORE_THAN:
            return low > number
        case Op.AT_MOST:
            return high <= number
        case Op.LESS_THAN:
            return high < number
