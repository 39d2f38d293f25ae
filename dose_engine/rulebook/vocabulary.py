"""The words that the case format fixes: the fields a fact may be given by, and what values they take."""

from __future__ import annotations

from typing import Final, NamedTuple, get_args

from ..case import Placement, SideWord, Visit
from .model import Kind, Scope

VISITS: Final[tuple[str, ...]] = get_args(Visit)
SIDES: Final[tuple[str, ...]] = get_args(SideWord)
BANDS: Final = ("medial", "lateral", "none")
ACTIVITIES: Final = ("overactive", "quieter", "not_stated")
AIMS: Final = ("match_widths", "slimming", "not_stated")
PLACEMENTS: Final[tuple[str, ...]] = get_args(Placement)
PERFORMERS: Final = ("singer", "wind_player", "speaker", "actor")
ELSEWHERE: Final = "elsewhere"
"""The region and zone of a muscle that is in no zone."""


class Given(NamedTuple):
    """A field of the case that a fact can be given by. Words of None are the rulebook's own (its zones, muscles, regions, products)."""

    kind: Kind
    scope: Scope
    words: tuple[str, ...] | None = ()


GIVEN: Final[dict[str, Given]] = {
    "dose.zone": Given(Kind.WORD, Scope.DOSE, None),
    "dose.region": Given(Kind.WORD, Scope.DOSE, None),
    "dose.muscle": Given(Kind.WORD, Scope.DOSE, None),
    "dose.side": Given(Kind.WORD, Scope.DOSE, SIDES),
    "dose.band": Given(Kind.WORD, Scope.DOSE, BANDS),
    "dose.activity": Given(Kind.WORD, Scope.DOSE, ACTIVITIES),
    "dose.aim": Given(Kind.WORD, Scope.DOSE, AIMS),
    "dose.placement": Given(Kind.LIST, Scope.DOSE, PLACEMENTS),
    "dose.units_each_point": Given(Kind.UNITS, Scope.DOSE),
    "dose.half_unit_steps": Given(Kind.YES_NO, Scope.DOSE),
    "product": Given(Kind.WORD, Scope.CASE, None),
    "visit": Given(Kind.WORD, Scope.CASE, VISITS),
    "patient.age": Given(Kind.YEARS, Scope.CASE),
    "patient.first_treatment": Given(Kind.YES_NO, Scope.CASE),
    "patient.performer": Given(Kind.LIST, Scope.CASE, PERFORMERS),
    "patient.next_performance": Given(Kind.DAYS, Scope.CASE),
    "patient.event": Given(Kind.DAYS, Scope.CASE),
    "history.complete": Given(Kind.YES_NO, Scope.CASE),
    "asymmetry.onset": Given(Kind.WORD, Scope.CASE, ("longstanding", "new", "progressive")),
    "asymmetry.cause": Given(Kind.WORD, Scope.CASE, ("muscular", "skeletal", "palsy", "surgical", "volume")),
    "asymmetry.seen_on_video": Given(Kind.YES_NO, Scope.CASE),
    "asymmetry.millimetres": Given(Kind.MILLIMETRES, Scope.CASE),
    "goals.given": Given(Kind.YES_NO, Scope.CASE),
    "goals": Given(Kind.COUNT, Scope.CASE),
}

PLACE_ALIASES: Final = {"chin": "mentalis"}
"""Other names a place question may use for a zone."""

PLACE_FACTS: Final = ("dose.zone", "dose.region", "dose.muscle")
"""Known of every place before a case is seen: what a zone folds away."""

LIMIT_FACTS: Final = {
    ("point", False): "units_each_point",
    ("dose", False): "units_in_this_band",
    ("side", False): "units_in_zone_this_side",
    ("total", False): "units_in_zone",
    ("side", True): "units_in_muscle_this_side",
    ("total", True): "units_in_muscle",
}
"""The fact a limit is held against, by its basis and whether it names a muscle. facts.yaml declares each."""

LIMIT_WORDS: Final = {"point": "at one point", "dose": "in this band", "side": "on this side", "total": "in total"}

FILTERS: Final = ("zone", "region", "muscle", "side", "band", "purpose", "visit", "activity", "aim", "product")
"""The fields of a dose that a declared sum, count or distance may filter by in `where`."""

BINDINGS: Final = ("zone", "region", "muscle", "side", "other_side", "band")
"""What `this` may bind to the dose at hand."""

WINDOW: Final = "window_days"
WINDOW_STOP: Final = "window_units_stop"
RETREATMENT: Final = "retreatment_days"
NEEDED_CONSTANTS: Final = (WINDOW, WINDOW_STOP, RETREATMENT)
"""Constants of rulebook.yaml that the exposure and the timeline are drawn with."""
