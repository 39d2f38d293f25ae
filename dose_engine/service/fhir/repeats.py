"""Is a dose ordered to be given more than once within the weeks in which it works?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from .elements import codings, mapping, texts

_COUNTS: Final = ("count", "countMax", "frequency", "frequencyMax")
_DAYS_IN: Final = {"wk": 7, "mo": 28, "a": 365}
_FAR_APART: Final = 28
"""Days from which on the next dose is another treatment, not a part of this one."""

_SEVERAL_A_DAY: Final = ("BID", "TID", "QID", "AM", "PM", "QD", "QOD", "Q1H", "Q2H", "Q3H", "Q4H", "Q6H", "Q8H", "BED", "WK")


def is_repeated(timing: Any) -> bool:
    """Is it, as far as the timing says in codes and numbers? Its text is not read."""
    read = mapping(timing)
    events = read.get("event")
    if isinstance(events, list) and len(events) > 1:
        return True
    said = {one.code.upper() for one in codings(read.get("code"))} | {text.upper() for text in texts(read.get("code"))}
    if not said.isdisjoint(_SEVERAL_A_DAY):
        return True
    repeat = mapping(read.get("repeat"))
    if any(repeat.get(name) is not None and repeat[name] != 1 for name in _COUNTS):
        return True
    return repeat.get("period") is not None and repeat.get("count") != 1 and not _far_apart(repeat.get("period"), repeat.get("periodUnit"))


def _far_apart(period: Any, unit: Any) -> bool:
    if isinstance(period, bool) or not isinstance(period, (int, Decimal)) or (isinstance(period, Decimal) and not period.is_finite()):
        return False
    days = _DAYS_IN.get(unit) if isinstance(unit, str) else None
    return days is not None and period >= Decimal(_FAR_APART) / days
