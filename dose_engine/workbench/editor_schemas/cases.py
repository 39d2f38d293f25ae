"""The schema of the files of cases: what is given as in a case file, laid over a healthy patient, and what must come of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ...advisory import Verdict
from ...rulebook.model import Rule
from ...schemas import case_schema
from ..cases.expected import ADDED_UP, BASES, WINDOW
from .vocabulary import A_DAY, Schema, Vocabulary, a_text, list_or_one, mapping, says

_VERDICTS = {
    Verdict.OK: "Nothing known speaks against the plan, and no open question could.",
    Verdict.CAUTION: "Something to weigh, or an open question that could matter.",
    Verdict.INCOMPLETE: "Nothing known stops it, but an open question could.",
    Verdict.STOP: "Do not treat as planned.",
}
_ADDED_UP = {
    "planned": "The units of today's plan.",
    "total": "The units of the window, today included.",
    "peak": "The most units in any window that contains today.",
    "remaining": "What the limit leaves.",
    "limit": "The most in one window.",
}
_DAYS = r"^day [0-9]{1,4}( to [0-9]{1,4})?$"


def cases_schema(words: Vocabulary) -> Schema:
    """A list of cases, each one patient or a pair."""
    expected, given = words.defined("expected", lambda: _expected(words)), _given(words)
    properties = {
        "id": a_text("The id of the case.", 80),
        "says": a_text("What the case shows, in a sentence.", 260),
        "decides": says("The decisions at whose boundary it stands.", {"allOf": [words.cited]}),
        "given": says("What differs from a healthy, fully answered patient, written as in a case file.", {"allOf": [given]}),
        "expect": says("What must come of it.", {"allOf": [expected]}),
        "change": says(
            'One value that is changed, for example `{"plan[0].units": 2.5}`; `left_out` takes it out.',
            {"type": "object", "minProperties": 1, "maxProperties": 1},
        ),
        "then": says("What must come of it with the change.", {"allOf": [expected]}),
    }
    case = {**mapping(properties, ("id", "says", "given", "expect")), "dependencies": {"change": ["then"], "then": ["change"]}}
    return {"type": "array", "items": words.defined("case", lambda: case)}


def _expected(words: Vocabulary) -> Schema:
    finding = list_or_one(words.words("rule_with_a_finding", words.rules(lambda rule: rule.severity is not None)))
    verdict = words.words("verdict", {str(name): what for name, what in _VERDICTS.items()})
    properties = {
        "verdict": says("How the whole case stands.", {"allOf": [verdict]}),
        "fires": says("Rules that certainly fire.", finding),
        "possible": says("Rules that are not ruled out.", finding),
        "not": says("Rules that neither fire nor are possible.", finding),
        "doses": says("The verdicts of single doses of the plan: `frontalis left: caution`.", _by_dose(words, verdict)),
        "suggested": says("The range shown for a dose of the plan: `frontalis left: 1 to 4 a side`.", _by_dose(words, _range())),
        "told": says("Lines of the timeline and of the counselling, by their rule.", _told(words)),
        "exposure": says("What is added up, as the advisory shows it.", _exposure()),
        "earliest": says("The first later day without a stop, or `never`.", {"anyOf": [{"const": "never"}, A_DAY]}),
    }
    return mapping(properties, ("verdict",))


def _by_dose(words: Vocabulary, value: Schema) -> Schema:
    """By dose: its zone, and as much of muscle, side and band as tells it apart."""
    zones = "|".join(map(re.escape, words.zones))
    return {"type": "object", "patternProperties": {rf"^({zones})( [a-z_]+)*$": value}, "additionalProperties": False, "minProperties": 1}


def _range() -> Schema:
    bases = "|".join(map(re.escape, BASES))
    return {
        "anyOf": [
            {"const": "withheld", "description": "A rule withholds it, or nothing is left of it."},
            {"const": "none", "description": "The zone has none."},
            {"type": "string", "pattern": rf"^[0-9.]+( to [0-9.]+)?( U)?( ({bases}))?$"},
            {"type": "number", "minimum": 0},
        ]
    }


def _exposure() -> Schema:
    amount = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": r"^(at least )?[0-9.]+( to [0-9.]+)?( U)?$"}]}
    added_up = {name: says(_ADDED_UP[name], amount) for name in ADDED_UP}
    return mapping({**added_up, WINDOW: says("How long the window is: `92 days`.", {"type": "string", "pattern": "^[0-9]{1,4} days$"})})


def _told(words: Vocabulary) -> Schema:
    when = {"anyOf": [{"enum": ["yes", "no", True, False]}, {"type": "string", "pattern": _DAYS}]}

    def tells(rule: Rule) -> bool:
        return rule.tell is not None

    return mapping({id: says(what, when) for id, what in words.rules(tells).items()})


def _given(words: Vocabulary) -> Schema:
    """The schema of a case file, without what it requires."""
    schema = _loose(case_schema(words.book))
    for name, model in schema.pop("$defs").items():
        words.definitions[name] = model
    for key in ("$schema", "title", "description"):
        schema.pop(key, None)
    schema["properties"].pop("case", None)
    return words.defined("given", lambda: schema)


_BARE = ("required", "default", "multipleOf", "format", "title")
"""What is left out: a case of the book is laid over a whole one, and an editor counts in binary fractions."""


def _loose(schema: Any, names: Iterable[str] = ()) -> Any:
    if isinstance(schema, list):
        return [_loose(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {}
    for key, part in schema.items():
        if key in _BARE and key not in names:
            continue
        if key == "$ref":
            kept[key] = part.replace("#/$defs/", "#/definitions/")
        elif key in ("properties", "$defs"):
            kept[key] = {name: _loose(inner) for name, inner in part.items()}
        else:
            kept[key] = _loose(part)
    return kept
