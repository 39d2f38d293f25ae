"""Cases at the bounds, which take the engine longest."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dose_engine.rulebook.model import Rulebook

_PLACEMENTS = ("standard", "lateral", "medial", "low", "lower_lid", "below_zygomatic_arch", "medial_to_orbital_rim")


def long_case(book: Rulebook, planned: int = 60, treatments: int = 150, doses: int = 5) -> dict[str, Any]:
    """A plan everywhere, after years of treatments; nothing is answered."""
    day = dt.date(2026, 3, 2)
    past = [{"zone": "masseter", "side": "left" if number % 2 else "right", "units": 1} for number in range(doses)]
    history = [{"date": str(day - dt.timedelta(1 + 2 * number)), "purpose": "aesthetic", "doses": past} for number in range(treatments)]
    places = [
        {
            "zone": zone.name,
            "muscle": muscle,
            "side": side,
            "units": 2,
            "placement": [placement],
            **({"band": zone.bands[0]} if zone.bands else {}),
        }
        for placement in _PLACEMENTS
        for zone in book.zones.values()
        for muscle, sides in zone.muscles.items()
        for side in sides
    ]
    return {
        "date": str(day),
        "product": book.product,
        "patient": {"age": 34},
        "history": {"complete": "yes", "treatments": history},
        "plan": places[:planned],
    }
