"""The schema of zones.yaml."""

from __future__ import annotations

from ...rulebook.model import Zone
from ...rulebook.vocabulary import BANDS, SIDES
from .conditions import condition
from .vocabulary import A_DAY_OR_NOTHING, NAME, UNITS, Schema, Vocabulary, a_text, mapping, one_of, one_or_several, says

BASES = {
    "point": "Units at one point.",
    "dose": "Units of this dose: one neck band.",
    "side": "Units of the zone on this side.",
    "total": "Units of the whole zone.",
}


def zones_schema(words: Vocabulary) -> Schema:
    """Zones by name. A zone that the book has completes its own muscles in its limits."""
    zone = words.defined("a_zone", lambda: _zone(words))
    known = {name: says(what, {"allOf": [zone, _of(words.book.zones[name])]}) for name, what in words.zones.items()}
    return {"type": "object", "properties": known, "additionalProperties": zone, "propertyNames": {"pattern": NAME}}


def _of(zone: Zone) -> Schema:
    """What only this zone can say."""
    limit = {"properties": {"muscle": {"enum": list(zone.muscles)}}}
    return {"properties": {"limits": {"items": limit}}}


def _zone(words: Vocabulary) -> Schema:
    sides = one_or_several({"enum": list(SIDES)})
    muscles = {muscle: says("A muscle of the book.", sides) for zone in words.book.zones.values() for muscle in zone.muscles}
    region = {"anyOf": [words.word_in("region"), {"type": "string", "pattern": NAME}]}
    suggestion, limit = words.defined("suggestion", lambda: _suggestion(words)), words.defined("limit", lambda: _limit(words))
    properties = {
        "label": a_text("What an injector calls the zone.", 40),
        "region": says("The part of the face that it belongs to; rules can be written for a whole region.", region),
        "muscles": says(
            "Each muscle, with the sides that it has.",
            {
                "type": "object",
                "properties": muscles,
                "additionalProperties": sides,
                "propertyNames": {"pattern": NAME},
                "minProperties": 1,
            },
        ),
        "bands": says("The bands that a dose names, in the neck.", one_or_several({"enum": list(BANDS[:2])})),
        "hazard": says("What too much of it does to the patient.", {"allOf": [words.hazard]}),
        "because": a_text("Why too much of it does that.", 200),
        "suggest": says(
            "What a careful treatment uses. The first line whose `when` holds is used; the last line has no `when`.",
            {"type": "array", "items": suggestion},
        ),
        "limits": says("The lines a plan is held against. A line is crossed above it, not at it.", {"type": "array", "items": limit}),
        "review": says(
            "Who has signed the numbers of the zone, when, and until when they hold.",
            mapping(
                {
                    "reviewed_by": says(
                        "A named clinician.", {"anyOf": [{"type": "string", "minLength": 1, "maxLength": 80}, {"type": "null"}]}
                    ),
                    "reviewed_on": says("The day it was signed, YYYY-MM-DD.", A_DAY_OR_NOTHING),
                    "review_by": says("The day on which it has to be looked at again, YYYY-MM-DD.", A_DAY_OR_NOTHING),
                }
            ),
        ),
    }
    return mapping(properties, ("label", "region", "muscles", "limits", "hazard", "because"))


def _suggestion(words: Vocabulary) -> Schema:
    bases = {name: what for name, what in BASES.items() if name != "point"}
    properties = {
        "when": says("For whom the line is; without it, for everybody else.", {"allOf": [condition(words)]}),
        "counts": says("`today`: only the doses of today count, not also those of the last 28 days.", {"enum": ["today"]}),
        "of": says("What the range is a range of.", one_of(bases)),
        "min": says("Units, the low end.", UNITS),
        "max": says("Units, the high end. Rules can only lower it.", UNITS),
        "because": a_text("Why this much.", 160),
        "sources": words.cited,
    }
    return mapping(properties, ("of", "min", "max", "sources"))


def _limit(words: Vocabulary) -> Schema:
    properties = {
        "of": says("What is counted, with the last 28 days (a point: today).", one_of(BASES)),
        "muscle": says("Only this muscle of the zone.", {"type": "string"}),
        "when": says("When the line holds; without it, always.", {"allOf": [condition(words)]}),
        "called": a_text("A word for the id, where the zone has two limits of one basis.", 40),
        "caution_above": says("Units above which a plan is a caution.", UNITS),
        "stop_above": says("Units above which a plan is a stop.", UNITS),
        "hazard": says("What crossing it does, if not what the zone says.", {"allOf": [words.hazard]}),
        "because": a_text("Why, if not what the zone says.", 200),
        "sources": words.cited,
    }
    return {**mapping(properties, ("of", "sources")), "anyOf": [{"required": ["caution_above"]}, {"required": ["stop_above"]}]}
