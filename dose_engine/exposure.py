"""What the patient has had, has today and will have, added up as the advisory shows it. Only the rulebook's product is summed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from .advisory import AmountRange, Exposure, MuscleExposure, Peak, Recent
from .evaluators.values import UNKNOWN
from .facts import Facts
from .injections import Injection
from .rulebook.vocabulary import RETREATMENT, WINDOW, WINDOW_STOP
from .tally import MAYBE, YES, Match, total, window_ends, window_sum
from .units import OPEN, Units
from .wording import words


def exposure(facts: Facts) -> Exposure:
    """The totals of a case over the rulebook's window."""
    book, today = facts.book, facts.case.date
    window = book.constants[WINDOW].value
    limit = book.constants[WINDOW_STOP].value
    decided = [replace(one, high=one.low) if one.stretch == "planned" else one for one in facts.injections]
    counted: list[Match] = [(MAYBE if one.ours == "unknown" else YES, one, False) for one in decided if one.ours != "no"]
    opened = facts.history_complete != "yes"
    past = [match for match in counted if match[1].stretch == "history"]
    planned = sum(one.low for _, one, _ in counted if one.stretch == "planned")
    low, high = window_sum(counted, 0, window)
    ends = [(window_sum(counted, end, window), end) for end in window_ends(counted, window)]
    _, end = max(ends, key=lambda entry: (entry[0][0], min(entry[0][1], OPEN), -entry[1]))
    peak_low, peak_high = (max(sums[side] for sums, _ in ends) for side in (0, 1))
    peak = _range(peak_low, OPEN if opened else peak_high)
    return Exposure(
        window_days=window,
        limit=Units(limit),
        planned=Units(planned),
        recent=_by_purpose(past, window),
        total=_range(low, OPEN if opened else high),
        peak=Peak(units=peak, date=today + timedelta(days=end)),
        remaining=None if peak.high is None else AmountRange(low=Units(max(limit - peak.high, 0)), high=Units(max(limit - peak.low, 0))),
        uncountable=_uncountable(facts, window, opened),
        muscles=tuple(
            _muscle(facts, muscle, side, window, opened) for muscle, side in dict.fromkeys((dose.muscle, dose.side) for dose in facts.doses)
        ),
    )


def _range(low: int, high: int) -> AmountRange:
    return AmountRange(low=Units(low), high=None if high >= OPEN else Units(high))


def _by_purpose(past: Sequence[Match], window: int) -> tuple[Recent, ...]:
    by_purpose: dict[str, list[Match]] = {}
    for match in past:
        if match[1].near <= window:
            by_purpose.setdefault(_purpose(match[1]), []).append(match)
    return tuple(Recent(purpose=purpose, units=_range(*total(by_purpose[purpose], window))) for purpose in sorted(by_purpose))


def _purpose(injection: Injection) -> str:
    purpose = injection.may_be["purpose"]
    return next(iter(purpose)) if purpose else "unknown"


def _uncountable(facts: Facts, window: int, opened: bool) -> tuple[str, ...]:
    """What no number can be put on: other products, doses and dates that are not known, a history that may not be complete."""
    found: dict[str, None] = {}
    for one in facts.injections:
        if one.stretch == "planned" or one.near > window:
            continue
        when = "on an unknown date" if one.near != one.far else f"{one.near} days {'ago' if one.stretch == 'history' else 'ahead'}"
        purpose = words(_purpose(one))
        if one.ours == "no":
            product = next(iter(one.may_be["product"] or ("",)))
            found[f"{product}, {when}: another product, its units are not added"] = None
        elif one.ours == "unknown":
            found[f"{purpose}, {when}: product not known, its units may count"] = None
        elif one.high >= OPEN:
            found[f"{purpose}, {when}: units not known"] = None
        elif one.near != one.far:
            found[f"{purpose}: date not known"] = None
    if facts.case.product == UNKNOWN:
        found["today: product not known, its units may count"] = None
    elif facts.case.product != facts.book.product:
        found[f"planned {facts.case.product}: another product, its units are not added"] = None
    if opened:
        found["the history is not stated to be complete"] = None
    return tuple(sorted(found))


def _muscle(facts: Facts, muscle: str, side: str, window: int, opened: bool) -> MuscleExposure:
    here: list[Match] = []
    for one in facts.injections:
        muscles, sides = one.may_be["muscle"], one.may_be["side"]
        if (muscles is None or muscle in muscles) and (sides is None or side in sides):
            sure = YES if muscles == frozenset((muscle,)) and sides == frozenset((side,)) else MAYBE
            here.append((sure, one, False))
    ours = [(min(sure, MAYBE) if one.ours == "unknown" else sure, one, half) for sure, one, half in here if one.ours != "no"]
    past = [match for match in ours if match[1].stretch == "history"]
    low, high = total(past, window)
    last = _last_treated(facts, here)
    days = facts.book.constants[RETREATMENT].value
    return MuscleExposure(
        muscle=muscle,
        side=side,  # type: ignore[arg-type]
        planned=Units(sum(one.low for sure, one, _ in ours if one.stretch == "planned" and sure == YES)),
        recent=_range(low, OPEN if opened else high),
        last_treated=last,
        free_from=last + timedelta(days=days) if isinstance(last, date) and not opened else None,
    )


def _last_treated(facts: Facts, here: Sequence[Match]) -> date | Literal["unknown"] | None:
    """The day of the latest treatment of the muscle; "unknown" when a treatment that may have been here could be later."""
    past = [(sure, one) for sure, one, _ in here if one.stretch == "history" and one.dated]
    if not past:
        return None if facts.history_complete == "yes" else "unknown"
    sure_far = min((one.far for sure, one in past if sure == YES), default=OPEN)
    near = min(one.near for _, one in past)
    if near == sure_far:
        return facts.case.date - timedelta(days=near)
    return "unknown"
