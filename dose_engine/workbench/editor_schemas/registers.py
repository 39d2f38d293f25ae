"""The schemas of the files that others refer to: rulebook, sources, hazards, products and protocols."""

from __future__ import annotations

from ...rulebook.model import Kind
from ...rulebook.reader import LONGEST_TEXT
from ...rulebook.vocabulary import NEEDED_CONSTANTS, SIDES
from .vocabulary import A_DAY, A_DAY_OR_NOTHING, NAME, UNITS, YES_NO, Schema, Vocabulary, a_text, mapping, one_of, says

_CHECKED = {
    "primary": "Read in a label text, a regulator's page or a journal abstract.",
    "secondary": "Read in a secondary page only.",
    "derived": "By arithmetic.",
    "unchecked": "General knowledge, or a decision that no named reviewer has signed.",
}


def rulebook_schema(words: Vocabulary) -> Schema:
    kinds = [str(kind) for kind in Kind if kind.is_number]
    body = mapping(
        {
            "kind": says("What the number counts.", {"enum": kinds}),
            "value": says("The number.", {"type": "number", "minimum": 0}),
            "says": a_text("What the line is for.", LONGEST_TEXT),
            "sources": words.cited,
        },
        ("kind", "value", "says", "sources"),
    )
    constant = words.defined("constant", lambda: body)
    known = {name: says(said.says, {"allOf": [constant]}) for name, said in words.book.constants.items()}
    constants = {
        "type": "object",
        "properties": known,
        "additionalProperties": constant,
        "propertyNames": {"pattern": NAME},
        "required": list(NEEDED_CONSTANTS),
    }
    properties = {
        "title": a_text("What the book is called.", 120),
        "version": says("Its version, in quotes.", {"type": "string", "minLength": 1, "maxLength": 120}),
        "date": says("The day of this version, YYYY-MM-DD.", A_DAY),
        "product": says("The product whose units the book doses.", words.word_in("product")),
        "constants": says("Numbers that several rules share. A rule compares with one by its name.", constants),
    }
    return mapping(properties, properties)


def sources_schema(words: Vocabulary) -> Schema:
    source = mapping(
        {
            "title": a_text("What the source says, in short.", LONGEST_TEXT),
            "document": a_text("The document: label and section, or journal reference.", LONGEST_TEXT),
            "checked": says("How far it was checked. Only a named reviewer changes a grade.", one_of(_CHECKED)),
            "note": a_text("What a reader has to know; `Source only:` and why, where no number rests on it.", LONGEST_TEXT),
            "review_by": says("The day on which it has to be read again, YYYY-MM-DD.", A_DAY_OR_NOTHING),
        },
        ("title", "document", "checked"),
    )
    return _by_name(words, "source", source)


def hazards_schema(words: Vocabulary) -> Schema:
    hazard = mapping(
        {
            "title": a_text("What happens to the patient, in a few words.", LONGEST_TEXT),
            "says": a_text("How it comes about, when, and for how long.", LONGEST_TEXT),
            "sources": words.cited,
        },
        ("title", "says", "sources"),
    )
    return _by_name(words, "hazard", hazard)


def products_schema(words: Vocabulary) -> Schema:
    product = mapping(
        {
            "brands": says("The names it is sold under.", {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 60}}),
            "type": says("The type of toxin.", {"enum": ["A", "B"]}),
            "note": a_text("What its label doses, in its own units.", LONGEST_TEXT),
            "sources": words.cited,
        },
        ("brands", "type", "note", "sources"),
    )
    return _by_name(words, "product", product)


def protocols_schema(words: Vocabulary) -> Schema:
    shares = {"type": "object", "properties": dict.fromkeys(SIDES, UNITS), "additionalProperties": False}
    known = dict.fromkeys(words.book.muscles, shares)
    muscle = {"type": "string", "pattern": NAME, "examples": list(words.book.muscles)}
    protocol = mapping(
        {
            "label": a_text("What it is called.", 60),
            "therapeutic": says("Is it for therapy, not for looks?", YES_NO),
            "units": says("Its units, where they are fixed.", mapping({"at_least": UNITS, "at_most": UNITS}, ("at_least", "at_most"))),
            "split": says(
                "Units by muscle and side. They add up to `at_least`.",
                {"type": "object", "properties": known, "additionalProperties": shares},
            ),
            "above_split": says("Muscles of the split that hold what exceeds it.", {"type": "array", "items": muscle}),
            "muscles": says(
                "Where its units may be when the split is not known: a list, empty for none of ours, or `any`.",
                {"anyOf": [{"const": "any", "description": "In any muscle."}, {"type": "array", "items": muscle}]},
            ),
            "note": a_text("What a reader has to know.", LONGEST_TEXT),
            "sources": words.cited,
        },
        ("label", "therapeutic", "muscles", "note", "sources"),
    )
    return _by_name(words, "protocol", protocol)


def _by_name(words: Vocabulary, what: str, schema: Schema) -> Schema:
    return {"type": "object", "additionalProperties": words.defined(f"a_{what}", lambda: schema)}
