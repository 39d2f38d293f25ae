"""Our own small code system of injection sites (`sites.csv`) and the exact names of sites (`site_names.csv`)."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from .elements import tokens

SITE_SYSTEM: Final = "https://example.org/fhir/CodeSystem/bont-site"
"""Our code system of sites. It has no registered domain; a deployer maps other systems onto it."""

BOTH: Final = "both"
_SIDES: Final = ("left", "right", "midline")
_SIDE_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("left", "l", "lt", "sinister", "sinistra", "sinistrum"), "left"),
    **dict.fromkeys(("right", "r", "rt", "dexter", "dextra", "dextrum"), "right"),
    **dict.fromkeys(("midline", "median", "central"), "midline"),
    **dict.fromkeys(("bilateral", "both"), BOTH),
}
_FILLERS: Final = frozenset(("muscle", "muscles", "musculus", "m", "of", "the", "and", "structure", "entire", "side", "sides"))


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One code: its names, the sides it may be said with, and the zone (None outside ours), muscle and band of each place it can mean."""

    code: str
    english: str
    latin: str
    sides: tuple[str, ...]
    places: tuple[tuple[str | None, str, str | None], ...]


Named = tuple[str, str | None]
"""A code without its side, and the side where one is said."""


@cache
def rows() -> tuple[SiteRow, ...]:
    """The lines of `sites.csv`."""
    return tuple(
        SiteRow(row["code"], row["english"], row["latin"], tuple(row["sides"].split()), tuple(_parts(row["places"])))
        for row in csv.DictReader(_text("sites.csv").splitlines())
    )


def _parts(written: str) -> Iterator[tuple[str | None, str, str | None]]:
    for place in written.split(";"):
        zone, muscle, *band = place.split("/")
        yield (None if zone == "-" else zone), muscle, (band[0] if band else None)


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


@cache
def by_code() -> Mapping[str, SiteRow]:
    """The rows by their code without a side."""
    return {row.code: row for row in rows()}


@cache
def site_codes() -> frozenset[str]:
    """Every code of the system: a muscle, and a muscle with its side."""
    return frozenset(f"{row.code}.{side}" for row in rows() for side in row.sides) | frozenset(row.code for row in rows())


@cache
def _by_name() -> Mapping[str, str]:
    """Exact names, in lower case: our codes, the Latin names, and `site_names.csv`."""
    named = {_joined(row["name"]): row["code"] for row in csv.DictReader(_text("site_names.csv").splitlines())}
    for row in rows():
        named[_joined(row.code)] = named[_joined(row.latin)] = row.code
    return named


def _joined(name: str) -> str:
    return " ".join(word for word in tokens(name) if word not in _FILLERS)


def of_code(code: str) -> Named | None:
    """What one of our codes means. A side that the muscle has not is a side all the same: it lies in the middle."""
    head, dot, side = code.rpartition(".")
    named = (head, side) if dot and side in _SIDES else (code, None)
    return named if named[0] in by_code() else None


def of_text(text: str) -> Named | None:
    """What an exact name means, with the side it says. A text that says more means nothing."""
    words = tokens(text)
    sides = {_SIDE_WORDS[word] for word in words if word in _SIDE_WORDS}
    code = _by_name().get(" ".join(word for word in words if word not in _SIDE_WORDS and word not in _FILLERS))
    if code is None:
        return None
    if len(sides) > 1:
        return (code, BOTH) if sides <= {"left", "right", BOTH} else None
    return code, next(iter(sides), None)


def site_system() -> dict[str, Any]:
    """The code system of injection sites as a FHIR CodeSystem: each muscle, and each with its side."""
    return {
        "resourceType": "CodeSystem",
        "url": SITE_SYSTEM,
        "name": "BontSite",
        "title": "Injection sites for botulinum toxin in face and neck",
        "status": "draft",
        "experimental": False,
        "content": "complete",
        "caseSensitive": True,
        "hierarchyMeaning": "part-of",
        "copyright": "CC BY 4.0",
        "concept": [
            {
                "code": row.code,
                "display": row.english,
                "designation": [{"language": "la", "value": row.latin}],
                "concept": [{"code": f"{row.code}.{side}", "display": f"{row.english}, {side}"} for side in row.sides],
            }
            for row in rows()
        ],
    }
