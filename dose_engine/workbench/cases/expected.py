"""What a case says must come of it.

expect:
  verdict: stop
  fires: [INTERVAL-90]                 # certainly fires
  possible: [WINDOW-400]               # is not ruled out
  not: [DAO-SIDE-CAUTION]              # neither
  doses: {frontalis left: stop, dao left: ok}                         # the verdict of one dose of the plan
  suggested: {frontalis left: 1 to 4 a side, dao left: withheld}      # the range shown for it
  told: {TELL-ONSET: day 2 to 3, TELL-SMILE: yes, TELL-CHIN: no}      # lines of the timeline and of the counselling
  exposure: {total: 155 to 195, limit: 400, window: 92 days}          # what is added up
  earliest: 2026-03-03                 # the first later day without a stop; or `never`
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from ...advisory import Basis, Verdict
from ...units import Units

NEVER: Final = "never"
WITHHELD: Final = "withheld"
"""No range is shown, because a rule withholds it or nothing is left of it."""
NONE: Final = "none"
"""No range is shown, because the zone has none."""

BASES: Final[Mapping[str, Basis]] = {"a side": "side", "in total": "total", "a band": "dose", "here": "dose"}
"""How a case writes what a range is a range of."""


class PlacedAt(NamedTuple):
    """A dose of the plan as a case names it: `glabella corrugator left`. What it leaves out may be anything."""

    zone: str
    muscle: str | None = None
    side: str | None = None
    band: str | None = None

    def __str__(self) -> str:
        return " ".join(word for word in self if word)

    def is_at(self, zone: str, muscle: str, side: str, band: str | None) -> bool:
        return self.zone == zone and self.muscle in (None, muscle) and self.side in (None, side) and self.band in (None, band)


class RangeShown(NamedTuple):
    """The range suggested for a dose; `of` is None where a case does not say what it is a range of."""

    low: Units
    high: Units
    of: Basis | None = None

    def __str__(self) -> str:
        ends = f"{self.low} to {self.high} U"
        return f"{ends} {next(words for words, basis in BASES.items() if basis == self.of)}" if self.of else ends


Shown = RangeShown | Literal["withheld", "none"]


class Days(NamedTuple):
    """The days of a line that is told; both None for a line of the counselling."""

    first: int | None = None
    last: int | None = None

    def __str__(self) -> str:
        if self.first is None:
            return "without a day"
        return f"day {self.first}" + (f" to {self.last}" if self.last not in (None, self.first) else "")


class Amount(NamedTuple):
    """An amount that is added up; `high` is None where it is open."""

    low: Units
    high: Units | None

    def __str__(self) -> str:
        if self.high is None:
            return f"at least {self.low} U"
        return f"{self.low} U" if self.low == self.high else f"{self.low} to {self.high} U"


ADDED_UP: Final = ("planned", "total", "peak", "remaining", "limit")
"""What of the exposure a case can name: today's units, those of the window, the most in any window, what the limit leaves, the limit."""
WINDOW: Final = "window"
"""The days that the window looks back."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come out: the verdict, rules that certainly fire, that are possible, and that do not fire at all; verdicts of single doses;
    the ranges shown; the lines told (False: not told, True: on whatever day); what is added up; the first day without a stop."""

    verdict: Verdict
    fires: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    doses: tuple[tuple[PlacedAt, Verdict], ...] = ()
    suggested: tuple[tuple[PlacedAt, Shown], ...] = ()
    told: tuple[tuple[str, bool | Days], ...] = ()
    exposure: tuple[tuple[str, Amount | int], ...] = ()
    earliest: dt.date | str | None = None
    line: int = 0

    @property
    def names(self) -> frozenset[str]:
        """Every rule that is named."""
        return frozenset((*self.fires, *self.possible, *self.silent, *(rule for rule, _ in self.told)))
