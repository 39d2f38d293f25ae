"""Exact units of toxin: whole two-hundredths of a unit, from text to text.

A dose is written with at most two decimals and half a dose must still be whole (the procerus counts half to each side), so the
engine counts in steps of 1/200 U. No binary float ever decides anything; a float appears only as the JSON spelling of a result,
where its shortest text is the exact decimal.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

STEPS: Final = 200
"""Steps in one unit (U)."""

HALF: Final = STEPS // 2
"""The step doses are rounded to: 0.5 U."""

LARGEST: Final = 1000 * STEPS
"""The largest single dose a case may state: 1000 U."""

OPEN: Final = 2**31 - 1
"""The open end of a range, and the day count of *never*. Every number the rules see lies in 0..OPEN."""

LATEST: Final = OPEN - 1
"""The largest day count that is still a day (its date is not known, but there is one)."""

_DECIMAL = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,2}0*)?")


class Units(int):
    """An amount of toxin in whole 1/200 U. Compare and add as a whole number; `str` gives units as a person writes them."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Units:
        """Read units from plain decimal digits, at most two decimals. `ValueError` names what is wrong."""
        if not _DECIMAL.fullmatch(text):
            raise ValueError("units are plain decimal digits with at most two decimals")
        whole, _, part = text.partition(".")
        return cls(int(whole) * STEPS + int((part.rstrip("0") or "0").ljust(2, "0")) * (STEPS // 100))

    @classmethod
    def of(cls, number: int | Decimal) -> Units:
        """Units from an exact number. `ValueError` when it has more than two decimals, is negative or not finite."""
        if isinstance(number, int) and not isinstance(number, bool):
            if number < 0:
                raise ValueError("units are not negative")
            return cls(number * STEPS)
        if not isinstance(number, Decimal) or not number.is_finite() or number < 0:
            raise ValueError("units are a plain decimal number")
        if number.adjusted() > 8:
            raise ValueError("units are at most 1000")
        _, digits, exponent = number.as_tuple()
        assert isinstance(exponent, int)
        beyond = max(0, -2 - exponent)  # digits behind the second decimal; read as digits, because arithmetic would round
        if any(digits[len(digits) - min(beyond, len(digits)) :]):
            raise ValueError("units have at most two decimals")
        kept = "".join(map(str, digits[: max(0, len(digits) - beyond)])) or "0"
        return cls(int(kept) * 10 ** max(0, exponent + 2) * (STEPS // 100))

    def __str__(self) -> str:
        whole, rest = divmod(int(self), STEPS)
        return str(whole) if not rest else f"{whole}.{rest * 5:03d}".rstrip("0")

    def __repr__(self) -> str:
        return f"Units({self!s} U)"

    def number(self) -> int | float:
        """The JSON spelling: whole units as an integer, else the shortest decimal, which is exact."""
        return spelled(self)


@lru_cache(maxsize=4096)
def spelled(units: int) -> int | float:
    """`Units.number`, kept: an advisory spells out some hundred amounts, and few of them differ."""
    whole, rest = divmod(int(units), STEPS)
    return whole if not rest else float(str(Units(units)))
