"""What the patient has had, has today and will have, added up as the advisory shows it. Only the rulebook's product is summed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from .advisory import AmountRange, Exposure, MuscleExposure, Peak, Recent
from .atlas import Filter, Shape
from .evaluators.values import UNKNOWN
from .facts import Facts
from .rulebook.model import Computation, Rulebook
from .rulebook.vocabulary import RETREATMENT, WINDOW, WINDOW_STOP
from .tally import Bound
from .units import OPEN, Units
from .wording import words

_HERE = ("muscle", "side")


class Sums:
    """The sums and days that the exposure is drawn with, declared as a rulebook would declare them."""

    def __init__(self, book: Rulebook) -> None:
        window = book.constants[WINDOW].value
        around = Computation("sum", ("history", "scheduled"), within_days=window, at_peak=True, product="ours")
        self.around = Bound([(around, ())])
        self._here = (
            Computation("sum", ("planned",), this=_HERE, product="ours"),
            Computation("sum", ("history",), this=_HERE, within_days=window, product="ours"),
            Computation("days_since", ("history",), this=_HERE),
        )
        self._bound: dict[tuple[Filter, ...], Bound] = {}

    def here(self, this: tuple[Filter, ...]) -> Bound:
        """Of one muscle and side: the units planned, the units of the window, and the days since the last treatment."""
        bound = self._bound.get(this)
        if bound is None:
            bound = self._bound[this] = Bound((how, this) for how in self._here)
        return bound


def exposure(facts: Facts, sums: Sums | None = None) -> Exposure:
    """The totals of a case over the rulebook's window. `sums`: those of its rulebook, where somebody keeps them."""
    book, today = facts.book, facts.case.date
    sums = sums or Sums(book)
    window, limit = book.constants[WINDOW].value, book.constants[WINDOW_STOP].value
    opened = facts.history_complete != "yes"
    planned = sum(int(dose.units or 0) for dose in facts.doses if dose.ours)
    surely = planned if facts.case.product != UNKNOWN else 0
    windows = {end: (low + surely, high + planned) for end, (low, high) in facts.tally.rest.windows(sums.around, 0).items()}
    low, high = windows[0]
    end = max(windows, key=lambda end: (windows[end][0], min(windows[end][1], OPEN), -end))
    peak_low, peak_high = (max(ends[side] for ends in windows.values()) for side in (0, 1))
    peak = _range(peak_low, OPEN if opened else peak_high)
    return Exposure(
        window_days=window,
        limit=Units(limit),
        planned=Units(planned),
        recent=_by_purpose(facts, window),
        total=_range(low, OPEN if opened else high),
        peak=Peak(units=peak, date=today + timedelta(days=end)),
        remaining=None if peak.high is None else AmountRange(low=Units(max(limit - peak.high, 0)), high=Units(max(limit - peak.low, 0))),
        uncountable=_uncountable(facts, window, opened),
        muscles=_muscles(facts, sums, opened),
    )


def _range(low: int, high: int) -> AmountRange:
    return AmountRange(low=Units(low), high=None if high >= OPEN else Units(high))


def _by_purpose(facts: Facts, window: int) -> tuple[Recent, ...]:
    by_purpose: dict[str, tuple[int, int]] = {}
    for kind in facts.tally.rest.kinds:
        shape = kind.shape
        if shape.stretch == "history" and shape.ours != "no" and kind.near <= window:
            low, high = by_purpose.get(_purpose(shape), (0, 0))
            least, most = kind.within(window, half=False)
            by_purpose[_purpose(shape)] = (low + (least if shape.ours == "yes" else 0), high + most)
    return tuple(Recent(purpose=purpose, units=_range(*by_purpose[purpose])) for purpose in sorted(by_purpose))


def _purpose(shape: Shape) -> str:
    purpose = shape.may_be["purpose"]
    return next(iter(purpose)) if purpose else "unknown"


def _uncountable(facts: Facts, window: int, opened: bool) -> tuple[str, ...]:
    """What no number can be put on: other products, doses and dates that are not known, a history that may not be complete."""
    found: dict[str, None] = {}
    for one in facts.injections:
        counted = one.ours == "yes" and one.high < OPEN and one.near == one.far
        if counted or one.stretch == "planned" or one.near > window:
            continue
        when = "on an unknown date" if one.near != one.far else f"{one.near} days {'ago' if one.stretch == 'history' else 'ahead'}"
        purpose = words(_purpose(one.shape))
        if one.ours == "no":
            product = next(iter(one.may_be["product"] or ("",)))
            found[f"{product}, {when}: another product, its units are not added"] = None
        elif one.ours == "unknown":
            found[f"{purpose}, {when}: product not known, its units may count"] = None
        elif one.high >= OPEN:
            found[f"{purpose}, {when}: units not known"] = None
        else:
            found[f"{purpose}: date not known"] = None
    if facts.case.product == UNKNOWN:
        found["today: product not known, its units may count"] = None
    elif facts.case.product != facts.book.product:
        found[f"planned {facts.case.product}: another product, its units are not added"] = None
    if opened:
        found["the history is not stated to be complete"] = None
    return tuple(sorted(found))


def _muscles(facts: Facts, sums: Sums, opened: bool) -> tuple[MuscleExposure, ...]:
    """Every planned muscle by side, in the order of the plan."""
    days, tally = facts.book.constants[RETREATMENT].value, facts.tally
    shown = []
    for (muscle, side), site in {(dose.muscle, dose.side): dose.site for dose in facts.doses}.items():
        (planned, _), (low, high), (near, far) = tally.ends(sums.here(site.this(_HERE)))
        last = _last_treated(facts, near, far)
        shown.append(
            MuscleExposure(
                muscle=muscle,
                side=side,  # type: ignore[arg-type]
                planned=Units(planned),
                recent=_range(low, OPEN if opened else high),
                last_treated=last,
                free_from=last + timedelta(days=days) if isinstance(last, date) and not opened else None,
            )
        )
    return tuple(shown)


def _last_treated(facts: Facts, near: int, far: int) -> date | Literal["unknown"] | None:
    """The day of the latest treatment of the muscle; "unknown" when a treatment that may have been here could be later."""
    if near == OPEN:
        return None if facts.history_complete == "yes" else "unknown"
    return facts.case.date - timedelta(days=near) if near == far else "unknown"
