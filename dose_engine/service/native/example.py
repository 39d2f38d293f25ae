"""The case that stands in the OpenAPI document, and that every engine advises on before it is used. Invented; no patient's."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Final

from ...case import Case
from ...errors import CaseError
from ...intake import read_case
from ...rulebook.model import Rulebook

DAY: Final = dt.date(2026, 3, 2)
"""Written out, so that the example, its advisory and the ETag of the document are the same on every day."""


def example(book: Rulebook) -> dict[str, Any]:
    """A case as a client sends it, with places that the book knows."""
    return {
        "case": "raised-left-brow",
        "date": DAY.isoformat(),
        "visit": "first_pass",
        "product": book.product,
        "patient": {"age": 38, "first_treatment": "no", "screening": {"everything_else": "no"}},
        "asymmetry": {"onset": "longstanding", "cause": "muscular", "seen_on_video": "yes", "millimetres": 2},
        "goals": ["level the brows"],
        "history": {"complete": "yes"},
        "plan": _plan(book),
    }


def example_bytes(book: Rulebook) -> bytes:
    return json.dumps(example(book), separators=(",", ":")).encode()


def example_case(book: Rulebook) -> Case:
    """The example, read as every case is. Raises `CaseError` for a book in which nothing can be planned."""
    return read_case(example_bytes(book), "case.json", book, DAY)


def _plan(book: Rulebook) -> list[dict[str, Any]]:
    """Two doses that suit the shipped book; for another one, a dose at the low end of the first range it offers."""
    ours: list[dict[str, Any]] = [
        {"zone": "frontalis", "side": "left", "units": 3, "points": 2, "activity": "overactive"},
        {"zone": "glabella", "muscle": "corrugator", "side": "right", "units": 2},
    ]
    fits = {("frontalis", "frontalis", "left"), ("glabella", "corrugator", "right")}
    if fits <= {(zone.name, muscle, side) for zone in book.zones.values() for muscle, sides in zone.muscles.items() for side in sides}:
        return ours
    return [_smallest(book)]


def _smallest(book: Rulebook) -> dict[str, Any]:
    zones = sorted(book.zones.values(), key=lambda zone: (not zone.suggest, zone.order))
    if not zones:
        raise CaseError([])
    muscle, sides = next(iter(zones[0].muscles.items()))
    dose: dict[str, Any] = {"zone": zones[0].name, "muscle": muscle, "side": sides[0]}
    if zones[0].bands:
        dose["band"] = zones[0].bands[0]
    return dose | ({"units": zones[0].suggest[0].min.number()} if zones[0].suggest else {})
