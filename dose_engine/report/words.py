"""The words every report uses, so that a screen and a record say the same: places, units, days, verdicts and sources."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, Literal

from ..advisory import AmountRange, Basis, DoseAdvice, Place, Points, Position, Severity, Source, Suggested, Verdict

VERDICTS: Final[dict[Verdict, str]] = {Verdict.OK: "OK", Verdict.CAUTION: "CAUTION", Verdict.INCOMPLETE: "INCOMPLETE", Verdict.STOP: "STOP"}

POSITIONS: Final[dict[Position, str]] = {
    "below": "below range",
    "within": "within range",
    "above": "above range",
    "over_limit": "over the stop line",
    "suggestion": "asks for a dose",
    "withheld": "no dose shown",
}

BASES: Final[dict[Basis, str]] = {"point": "a point", "dose": "here", "side": "a side", "total": "in total"}

COULD_BE: Final[dict[Severity, str]] = {
    Severity.STOP: "could be a stop",
    Severity.CAUTION: "could be a caution",
    Severity.INFO: "for information",
}

CHECKED: Final = "primary: read in the document; secondary: in a page about it; derived: by arithmetic; unchecked: not confirmed"

ADVISES: Final = "This advises. A clinician decides."

_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_TURNED: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of a line, and so could show a dose in another order than it is written."""


def clean(text: str) -> str:
    """Text on one line, without what could steer a terminal: control characters, line ends and direction marks."""
    if text.isascii() and text.isprintable():
        return text
    shown = (" " if c.isspace() else "\ufffd" if c in _TURNED or unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") else c for c in text)
    return "".join(shown)


def plural(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def spoken(name: str) -> str:
    """A word of the vocabulary as people write it: `axillary_hyperhidrosis` is "axillary hyperhidrosis"."""
    return clean(name.replace("_", " "))


def day(when: date) -> str:
    """The ISO date with its weekday, the same in every locale."""
    return f"{_WEEKDAYS[when.weekday()]} {when.isoformat()}"


def last_treated(when: date | Literal["unknown"] | None) -> str:
    if when is None:
        return "never"
    return "on an unknown day" if when == "unknown" else day(when)


def amount(units: AmountRange) -> str:
    """A range of units: `155 U`, `155 to 195 U`, `at least 155 U`, or `not known`."""
    if units.high is None:
        return f"at least {units.low} U" if units.low else "an unknown amount"
    return f"{units.low} U" if units.low == units.high else f"{units.low} to {units.high} U"


def basis(of: Basis, place: Place) -> str:
    return "a band" if of == "dose" and place.band else BASES[of]


def suggestion(suggested: Suggested, place: Place) -> str:
    return f"{suggested.min} to {suggested.max} {basis(suggested.of, place)}"


def used_already(suggested: Suggested) -> str:
    """What other doses take of the same basis; empty when they take nothing."""
    others = suggested.used_by_others
    return "" if others.high == 0 else f"{amount(others)} used already"


def where(place: Place, label: str) -> str:
    """A place in an injector's words. The label alone where it already names the side."""
    label = clean(label)
    parts = [label]
    if place.side not in label.lower():
        named = label.lower()
        initials = "".join(word[:1] for word in place.muscle.split("_"))
        if spoken(place.muscle) not in named and f"({initials})" not in named and place.muscle != place.zone:
            parts.append(spoken(place.muscle))
        if place.band:
            parts.append(f"{place.band} band")
        if place.side != "midline":
            parts.append(place.side)
        if placement := [spoken(word) for word in place.placement if word != "standard"]:
            parts.append(f"placed {listed(placement)}")
    return ", ".join(parts)


def places(found: Iterable[Place], doses: Iterable[DoseAdvice]) -> str:
    """The places of a finding, by the labels of the doses."""
    labels = {dose.place: dose.label for dose in doses}
    return "; ".join(dict.fromkeys(where(place, labels.get(place, spoken(place.zone))) for place in found))


def cited(sources: Sequence[Source]) -> str:
    """Source ids with how far each was checked, those of one grade together: `S38, L17 (secondary), L18 (primary)`."""
    grades = dict.fromkeys(source.checked for source in sources)
    return ", ".join(f"{', '.join(clean(s.id) for s in sources if s.checked is grade)} ({grade})" for grade in grades)


def shared_out(points: Points) -> str:
    """How a dose lies in its points: "2 points of 1.5 U", "3 points: 2 + 1.5 + 1.5 U (proposed)"; nothing when it is not stated."""
    count = points.planned or points.proposed
    if count is None:
        return ""
    proposed = "" if points.planned else " (proposed)"
    if len(set(points.split)) > 1 and count <= 6:
        return f"{count} points: {' + '.join(str(units) for units in points.split)} U{proposed}"
    each = f" of {points.units_each} U" if points.units_each is not None else ""
    return f"{plural(count, 'point')}{each}{proposed}"
