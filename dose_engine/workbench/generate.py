"""Cases made up at random, well formed and full of what is hard: histories, schedules, unknowns.

One generator serves random numbers (fast, for the differential runs) and Hypothesis (which shrinks what it finds): both are a `Draw`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from ..rulebook.model import Rulebook
from .cases import TODAY

T = TypeVar("T")


class Draw(Protocol):
    """Where chance comes from."""

    def whole(self, low: int, high: int) -> int: ...

    def one_of(self, items: Sequence[T]) -> T: ...


class RandomDraw:
    """Chance from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - test data, not secrets

    def whole(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def one_of(self, items: Sequence[T]) -> T:
        return self._random.choice(items)


def maybe(draw: Draw, percent: int) -> bool:
    """True in about so many of a hundred draws; the simplest draw is False."""
    return draw.whole(1, 100) > 100 - percent


def some_of(draw: Draw, items: Sequence[T], most: int) -> list[T]:
    """A few of the items, each once."""
    picked = [draw.one_of(items) for _ in range(draw.whole(0, most))]
    return [item for index, item in enumerate(picked) if item not in picked[:index]]


# cases


def generate_case(draw: Draw, book: Rulebook, *, knowing: int = 50) -> dict[str, Any]:
    """A case under the rulebook as plain values. `knowing`: in how many of a hundred places the answer is known."""
    first = draw.one_of(["no", "no", "no", "unknown", "yes"])
    case: dict[str, Any] = {
        "date": TODAY.isoformat(),
        "product": draw.one_of([book.product] * 8 + [*book.products, "unknown"]),
        "patient": _patient(draw, book, knowing) | ({"first_treatment": first} if maybe(draw, 80) else {}),
        "plan": _plan(draw, book),
    }
    if maybe(draw, 60):
        case["visit"] = draw.one_of(["first_pass", "touch_up", "maintenance"])
    if maybe(draw, knowing + 40):
        case["asymmetry"] = _asymmetry(draw, knowing)
    if maybe(draw, 80):
        case["goals"] = [f"goal {n}" for n in range(draw.whole(0, 4))]
    if first != "yes" and maybe(draw, 85):
        complete = "yes" if maybe(draw, knowing + 20) else draw.one_of(["unknown", "no", "yes"])
        case["history"] = {"complete": complete, "treatments": [_treatment(draw, book, -1) for _ in range(draw.whole(0, 4))]}
    if maybe(draw, 35):
        case["scheduled"] = [_treatment(draw, book, 1) for _ in range(draw.whole(1, 2))]
    return case


def _patient(draw: Draw, book: Rulebook, knowing: int) -> dict[str, Any]:
    questions = [fact for fact in book.facts.values() if fact.origin == "asked"]
    places = [*book.zones, *book.regions]
    screening: dict[str, Any] = {"everything_else": "no"} if maybe(draw, knowing + 30) else {}
    for fact in some_of(draw, questions, 4) if questions else []:
        answer = draw.one_of(["no", "yes", "unknown"])
        screening[fact.name] = some_of(draw, places, 2) or "no" if fact.about_place and answer == "yes" else answer
    patient: dict[str, Any] = {"age": draw.one_of([34, 34, 34, 17, 18, 64, 65, 80]), "screening": screening}
    if maybe(draw, 25):
        patient["performer"] = some_of(draw, ["singer", "wind_player", "speaker", "actor"], 2) or "unknown"
    for name in ("next_performance", "event"):
        if maybe(draw, 30):
            day = (TODAY + timedelta(days=draw.one_of([0, 1, 27, 28, 29, 60, 61, 62, 200]))).isoformat()
            patient[name] = draw.one_of([day, day, "unknown", "none"])
    return patient


def _asymmetry(draw: Draw, knowing: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "onset": draw.one_of(["longstanding"] * 6 + ["new", "progressive", "unknown"]),
        "cause": draw.one_of(["muscular"] * 6 + ["skeletal", "palsy", "surgical", "volume", "unknown"]),
    }
    if maybe(draw, knowing + 20):
        found["seen_on_video"] = draw.one_of(["yes", "no", "unknown"])
    if maybe(draw, knowing + 20):
        found["millimetres"] = draw.one_of([0, 1, 2, Decimal("0.99")])
    return found


def units(draw: Draw, most: int = 40) -> Decimal | int:
    """Units around the lines that rules draw: whole, half and odd."""
    whole = draw.one_of([1, 2, 3, 4, 5, 8, 10, 12, 20, 36, most])
    return whole + draw.one_of([Decimal(0), Decimal(0), Decimal("0.5"), Decimal("-0.5"), Decimal("0.01"), Decimal("-0.25")])


def _plan(draw: Draw, book: Rulebook) -> list[dict[str, Any]]:
    plan: dict[tuple[str, ...], dict[str, Any]] = {}
    for _ in range(draw.whole(1, 5)):
        zone = book.zones[draw.one_of(list(book.zones))]
        muscle = draw.one_of(list(zone.muscles))
        side = draw.one_of(list(zone.muscles[muscle]))
        dose: dict[str, Any] = {"zone": zone.name, "side": side}
        if len(zone.muscles) > 1:
            dose["muscle"] = muscle
        if zone.bands:
            dose["band"] = draw.one_of(list(zone.bands))
        if maybe(draw, 90):
            dose["units"] = units(draw)
        if maybe(draw, 60):
            dose["points"] = draw.whole(1, 6)
        if maybe(draw, 50):
            dose["activity"] = draw.one_of(["overactive", "quieter"])
        if maybe(draw, 30):
            dose["aim"] = draw.one_of(["match_widths", "slimming"])
        if maybe(draw, 30):
            dose["placement"] = some_of(draw, ["lateral", "medial", "low", "lower_lid", "below_zygomatic_arch", "medial_to_orbital_rim"], 2)
        plan.setdefault((zone.name, muscle, side, dose.get("band", "")), dose)
    return list(plan.values())


def _treatment(draw: Draw, book: Rulebook, direction: int) -> dict[str, Any]:
    spans = [9, 10, 14, 28, 29, 55, 56, 89, 90, 91, 92, 93, 122, 123, 184, 185, 400]
    days = draw.one_of([0, 7, 8, *spans] if direction < 0 else [1, *spans])
    treatment: dict[str, Any] = {"date": (TODAY + timedelta(days=direction * days)).isoformat() if maybe(draw, 88) else "unknown"}
    if maybe(draw, 20):
        treatment["product"] = draw.one_of([*book.products, "unknown"])
    if maybe(draw, 85):
        treatment[draw.one_of(["protocol", "purpose"])] = draw.one_of(list(book.protocols))
    if maybe(draw, 30):
        treatment["visit"] = draw.one_of(["first_pass", "touch_up", "maintenance"])
    if maybe(draw, 60):
        treatment["doses"] = [_past_dose(draw, book) for _ in range(draw.whole(1, 3))]
    if maybe(draw, 50):
        known = sum(Decimal(dose.get("units", 0)) for dose in treatment.get("doses", ()))
        treatment["units"] = max(known, Decimal(1)) + draw.one_of([0, 0, 50, 100, 155, 195, 300])
    return treatment


def _past_dose(draw: Draw, book: Rulebook) -> dict[str, Any]:
    outside = [muscle for muscle in book.muscles if all(muscle not in zone.muscles for zone in book.zones.values())]
    if outside and maybe(draw, 15):
        dose: dict[str, Any] = {"muscle": draw.one_of(outside)}
        if maybe(draw, 50):
            dose["side"] = draw.one_of(["left", "right"])
    else:
        zone = book.zones[draw.one_of(list(book.zones))]
        muscle = draw.one_of(list(zone.muscles))
        dose = {"zone": zone.name}
        if maybe(draw, 70):
            dose["side"] = draw.one_of(list(zone.muscles[muscle]))
            dose["muscle"] = muscle
        if zone.bands and maybe(draw, 50):
            dose["band"] = draw.one_of(list(zone.bands))
    if maybe(draw, 75):
        dose["units"] = units(draw)
    return dose
