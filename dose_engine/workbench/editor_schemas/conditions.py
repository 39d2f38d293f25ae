"""The schema of a condition: the facts of the book as its keys, and what each can be held against by its kind."""

from __future__ import annotations

from collections.abc import Iterable

from ...rulebook.model import Fact, Kind
from ...rulebook.reader import MOST_UNITS
from .vocabulary import YES_NO, Schema, Vocabulary, mapping, meaning, one_of, one_or_several, ref, says

GROUPS = {"any": "At least one of these conditions holds.", "all": "Every one of these conditions holds.", "none": "None of these holds."}
COMPARATORS = {
    "at_least": "This number or more.",
    "more_than": "Above this number, not at it.",
    "at_most": "This number or less.",
    "less_than": "Below this number, not at it.",
}
IS = "Just this."
IS_NOT = "Anything but this."

LARGEST = {Kind.UNITS: MOST_UNITS, Kind.MILLIMETRES: 100}
LARGEST_WHOLE = 100_000


def condition(words: Vocabulary) -> Schema:
    """A condition over every fact of the book."""
    return words.defined("condition", lambda: one_condition(tests_of(words.book.facts.values(), words)))


def one_condition(tests: dict[str, Schema], itself: str = "condition") -> Schema:
    """`always`, or a mapping of facts and groups, all of which hold; groups hold conditions like this one."""
    inner = {"type": "array", "items": ref(itself), "minItems": 1}
    groups = {name: says(what, inner) for name, what in GROUPS.items()}
    return {"anyOf": [{"const": "always", "description": "It always holds."}, {**mapping({**tests, **groups}), "minProperties": 1}]}


def tests_of(facts: Iterable[Fact], words: Vocabulary) -> dict[str, Schema]:
    """By fact, what it can be held against."""
    return {fact.name: says(meaning(fact), test(fact, words)) for fact in facts}


def test(fact: Fact, words: Vocabulary) -> Schema:
    if fact.origin == "named":
        return dict(YES_NO)
    if fact.kind is Kind.YES_NO:
        return words.defined("yes_or_no", _yes_or_no)
    if not fact.kind.is_number:
        listed = one_or_several(words.word_of(fact))
        several = "One of these." if fact.kind is Kind.WORD else "Any of these is in the list."
        compared = mapping({"is": says(several, listed), "is_not": says("None of these.", listed)})
        return {"anyOf": [*listed["anyOf"], {**compared, "minProperties": 1}]}
    return words.defined(f"test_of_{fact.kind}", lambda: number_test(number(fact.kind, words), fact.kind is Kind.DAYS))


def number_test(value: Schema, days: bool) -> Schema:
    """A number, or comparators with one; days can be never."""
    never = [{"const": "never", "description": "Not at all: more than any number of days."}] if days else []
    exact = {"anyOf": [value, *never]}
    compared = {name: says(what, {"allOf": [value]}) for name, what in COMPARATORS.items()}
    compared |= {"is": says(IS, exact), "is_not": says(IS_NOT, exact)}
    return {"anyOf": [value, *never, {**mapping(compared), "minProperties": 1}]}


def number(kind: Kind, words: Vocabulary) -> Schema:
    """A number of a kind, or the name of a constant or fact of the same kind."""
    return words.defined(f"number_in_{kind}", lambda: {"anyOf": [plain_number(kind), *one_of(words.numbers(kind))["anyOf"]]})


def plain_number(kind: Kind) -> Schema:
    whole = kind not in LARGEST
    return {"type": "integer" if whole else "number", "minimum": 0, "maximum": LARGEST.get(kind, LARGEST_WHOLE)}


def _yes_or_no() -> Schema:
    listed = one_or_several(YES_NO)
    return {"anyOf": [*listed["anyOf"], {**mapping({"is": says(IS, listed), "is_not": says(IS_NOT, listed)}), "minProperties": 1}]}
