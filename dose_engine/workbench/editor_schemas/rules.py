"""The schema of the files of rules."""

from __future__ import annotations

from .conditions import condition
from .vocabulary import RULE_ID, UNITS, YES_NO, Schema, Vocabulary, a_text, mapping, one_of, says
from .zones import BASES

_SEVERITIES = {
    "info": "A finding for information: it changes no verdict.",
    "caution": "A finding to weigh; the verdict is at least `caution`.",
    "stop": "Do not treat as planned.",
}
_MESSAGE = "`{fact}` puts the value of a fact that `when` reads in, with its unit."


def rules_schema(words: Vocabulary) -> Schema:
    """A list of rules."""
    return {"type": "array", "items": words.defined("rule", lambda: _rule(words))}


def _rule(words: Vocabulary) -> Schema:
    properties = {
        "id": says(
            "Upper-case words joined by hyphens, for example DAO-MEDIAL. It never changes: cases and records name it.",
            {"type": "string", "pattern": RULE_ID, "maxLength": 60},
        ),
        "title": a_text("The situation, not the verdict: it is printed for a finding that is only possible, too.", 80),
        "when": says("When the rule holds: every key of the mapping does. A list is one of.", {"allOf": [condition(words)]}),
        "then": _then(),
        "because": a_text("Why this is so.", 220),
        "advise": a_text(f"What to do; begin with the verb. {_MESSAGE}", 220),
        "sources": words.cited,
        "hazard": says("What can go wrong for the patient.", {"allOf": [words.hazard]}),
        "expects_dose": says("The rule looks for a dose that is missing: a higher dose can clear it. Say why in `because`.", YES_NO),
    }
    decides = {"properties": {"then": {"anyOf": [{"required": ["caution"]}, {"required": ["stop"]}]}}, "required": ["then"]}
    needs = {"required": ["because", "advise", "hazard"]}
    return {**mapping(properties, ("id", "title", "when", "then", "sources")), "if": decides, "then": needs}


def _then() -> Schema:
    bases = {name: what for name, what in BASES.items() if name != "point"}
    properties = {name: a_text(f"{what} {_MESSAGE}", 200) for name, what in _SEVERITIES.items()}
    properties |= {
        "withhold": says("No suggested dose is shown, as soon as the rule could hold.", YES_NO),
        "lower_max_to": says(
            "Lowers the suggested maximum, as soon as the rule could hold. A dose above it becomes a caution.",
            mapping({"of": says("What the maximum is a maximum of.", one_of(bases)), "units": says("Units.", UNITS)}, ("of", "units")),
        ),
        "tell": says("A line of the timeline, or of the counselling where it has no days.", _tell()),
        "instead": a_text("What can be done in place of this dose.", 160),
        "no_waiting": says("A later date is no way out for the dose.", YES_NO),
    }
    pairs = [("info", "caution"), ("info", "stop"), ("caution", "stop")]
    one = {"not": {"anyOf": [{"required": list(pair)} for pair in pairs]}}
    return says("What the rule does: at most one of `info`, `caution` and `stop`.", {**mapping(properties), "minProperties": 1, **one})


def _tell() -> Schema:
    day = {"type": "integer", "minimum": 0, "maximum": 3650}
    readers = {"patient": "A line for the patient.", "injector": "A line for the injector."}
    properties = {
        "for": says("Who it is for; the patient where it is left out.", one_of(readers)),
        "from_day": says("The first day, counted from treatment.", day),
        "to_day": says("The last day.", day),
        "text": a_text("What is told.", 240),
    }
    return {**mapping(properties, ("text",)), "dependencies": {"to_day": ["from_day"]}}
