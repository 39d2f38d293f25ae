"""The schema of facts.yaml: questions, fields of the case, declared sums, counts and days, and conditions with a name."""

from __future__ import annotations

from ...rulebook.model import Kind
from ...rulebook.vocabulary import BINDINGS, FILTERS, GIVEN
from .conditions import condition
from .vocabulary import NAME, Schema, Vocabulary, a_text, mapping, meaning, one_of, one_or_several, says

OPEN = {
    "incomplete": "Left open, a possible stop makes the case incomplete.",
    "caution": "Left open, it counts for a caution at most.",
    "info": "Left open, it is only mentioned.",
}
_STRETCH = {
    "planned": "The doses of today's plan.",
    "history": "Earlier treatments.",
    "scheduled": "Treatments that have a date and are still to come; in a sum with `at: peak` only.",
}
_THIS = {
    "zone": "The zone of the dose at hand.",
    "region": "Its region.",
    "muscle": "Its muscle, in whatever zone.",
    "side": "Its side.",
    "other_side": "The side opposite to it.",
    "band": "Its neck band.",
}
_WHAT = {
    "sum": "Adds up units of the rulebook's product. Units of other products are never converted.",
    "count": "Counts doses; or `goals`, the goals of the case.",
    "days_since": "Days since the latest dose that fits; `never` where there is none.",
    "days_until": "Days until the first scheduled dose that fits; `never` where there is none.",
}


KEYS = {
    "asked": ("about", "open", "sources"),
    "given": ("says", "open", "if_left_out", "sources"),
    "named": ("says", "sources"),
    "sum": ("this", "where", "within_days", "at", "midline", "product", "says", "sources"),
    "count": ("this", "where", "within_days", "product", "says", "sources"),
    "days_since": ("this", "where", "within_days", "product", "says", "sources"),
    "days_until": ("this", "where", "within_days", "product", "says", "sources"),
}
"""Where a fact comes from, and what goes with it."""
_NEEDED = {"asked": ["open", "sources"]}


def facts_schema(words: Vocabulary) -> Schema:
    """Facts by name. Each comes from one place."""
    fact = words.defined("fact", lambda: _fact(words))
    return {
        "type": "object",
        "properties": {known.name: says(meaning(known), {"allOf": [fact]}) for known in words.book.facts.values()},
        "additionalProperties": fact,
        "propertyNames": {"pattern": NAME},
    }


def _fact(words: Vocabulary) -> Schema:
    """One mapping with the keys of all kinds, so that it is read once; which go together is said beside it."""
    properties = {
        "asked": a_text("The question as the injector reads it aloud. Yes is the answer that rules look for.", 160),
        "about": says("`place`: it is answered for zones or regions.", {"enum": ["place"]}),
        "given": says("The field of the case.", {"enum": list(GIVEN)}),
        "if_left_out": says("What the case means where it leaves the field out.", {"type": ["string", "boolean"]}),
        "open": says("The most that an open answer counts for. A question that a stop depends on is `incomplete`.", one_of(OPEN)),
        "named": says("The condition that has this name.", {"allOf": [condition(words)]}),
        **computation(words),
        "says": a_text("What it is, in words; where an injector is asked for it, the question.", 260),
        "sources": words.cited,
    }
    together = [
        {
            "if": {"required": [origin]},
            "then": {"propertyNames": {"enum": [origin, *others]}, "required": _NEEDED.get(origin, ["says"])},
        }
        for origin, others in KEYS.items()
    ]
    return {**mapping(properties), "anyOf": [{"required": [origin]} for origin in KEYS], "allOf": together}


def computation(words: Vocabulary, constants: bool = True) -> dict[str, Schema]:
    """The keys of a declared sum, count or distance in days; `constants`: days can be named."""
    days = {name: what for name, what in words.numbers(Kind.DAYS).items() if name in words.book.constants} if constants else {}
    whole: Schema = {"type": "integer", "minimum": 0, "maximum": 3650}
    products = {
        "ours": "Of the rulebook's product.",
        "other": "Of another product, or one that is not known.",
        "any": "Of whatever product.",
    }
    return {
        **{op: says(what, _over(op)) for op, what in _WHAT.items()},
        "this": says("What is the same as at the dose at hand.", one_or_several(one_of({name: _THIS[name] for name in BINDINGS}))),
        "where": says("Only doses of which this is so.", {"allOf": [words.defined("where", lambda: _where(words))]}),
        "within_days": says(
            "How many days back from today, both ends included.", {"anyOf": [whole, *one_of(days)["anyOf"]]} if days else whole
        ),
        "at": says("`peak`: the largest window that contains today.", {"enum": ["peak"]}),
        "midline": says("`half`: a dose in the midline counts half to each side.", {"enum": ["half"]}),
        "product": says("Which products count; sums count only ours.", one_of(products)),
    }


def _over(op: str) -> Schema:
    """What a sum, count or distance goes over."""
    accepted = {"days_since": ("history",), "days_until": ("scheduled",)}.get(op, tuple(_STRETCH))
    stretches = one_or_several(one_of({name: _STRETCH[name] for name in accepted}))
    goals = {"const": "goals", "description": "The goals of the case."}
    return {"anyOf": [*stretches["anyOf"], goals]} if op == "count" else stretches


def _where(words: Vocabulary) -> Schema:
    return mapping({field: _filter(one_or_several(words.word_in(field))) for field in FILTERS})


def _filter(listed: Schema) -> Schema:
    """One word or several; or any but these."""
    return {"anyOf": [*listed["anyOf"], mapping({"is_not": says("Any but these.", listed)}, ("is_not",))]}
