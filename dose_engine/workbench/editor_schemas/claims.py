"""The schema of claims.yaml: like rules, but with numbers that a claim works out itself."""

from __future__ import annotations

from functools import partial

from ...rulebook.model import Kind
from ..claims import OPEN_QUESTIONS, OWN, WHOLE_BOOK
from .conditions import COMPARATORS, IS, number_test, one_condition, plain_number, tests_of
from .facts import computation
from .vocabulary import Schema, Vocabulary, a_text, list_or_one, mapping, one_of, one_or_several, says

_VERDICTS = {
    "caution": "At least a caution.",
    "incomplete": "At least incomplete: nothing known stops it, but an open question could.",
    "stop": "A stop.",
}
_OWN = {
    "total": ("A sum of units that the claim works out itself.", Kind.UNITS),
    "count": ("A count that the claim works out itself.", Kind.COUNT),
    "days": ("A distance in days that the claim works out itself.", Kind.DAYS),
}


def claims_schema(words: Vocabulary) -> Schema:
    """A list of claims."""
    return {"type": "array", "items": words.defined("claim", lambda: _claim(words))}


def _claim(words: Vocabulary) -> Schema:
    rule_ids = words.rules(lambda _: True)
    rules = list_or_one(words.words("rule", rule_ids))
    properties = {
        "id": a_text("The id of the claim. It never changes: certificates name it.", 80),
        "says": a_text("What is claimed, in a sentence.", 260),
        "where": says("For which patients and doses.", {"allOf": [_where(words)]}),
        "verdict": says("There the verdict is at least this.", one_of(_VERDICTS)),
        "fires": says("There these rules certainly fire.", rules),
        "never": says("There these rules cannot fire.", rules),
        "no_stop_from": says("There no stop that reads this question can fire, however it is answered.", _questions(words)),
        "prove": says("What is proved of the book as a whole.", one_of(WHOLE_BOOK)),
        "but": says(
            "Rules that are left out of what is proved of the whole book, each with the reason.",
            {"type": "object", "properties": {id: a_text("The reason.", 200) for id in rule_ids}, "additionalProperties": False},
        ),
        "sources": words.cited,
    }
    concluded = ("verdict", "fires", "never", "no_stop_from")
    either = [
        {"required": ["prove"], "not": {"anyOf": [{"required": [key]} for key in ("where", *concluded)]}},
        {"required": ["where"], "anyOf": [{"required": [key]} for key in concluded], "not": {"required": ["but"]}},
    ]
    return {**mapping(properties, ("id", "says", "sources")), "anyOf": either}


def _where(words: Vocabulary) -> Schema:
    """A condition over what is asked and given, and over numbers of the claim's own. It compares with plain numbers."""
    return words.defined("where_it_holds", lambda: one_condition(_tests(words), "where_it_holds"))


def _tests(words: Vocabulary) -> dict[str, Schema]:
    stated = [fact for fact in words.book.facts.values() if fact.origin in ("asked", "given")]
    tests = tests_of((fact for fact in stated if not fact.kind.is_number), words)
    for fact in stated:
        if fact.kind.is_number:
            tests |= {fact.name: says(fact.says, number_test(plain_number(fact.kind), fact.kind is Kind.DAYS))}
    own = {key: says(what, one_or_several(words.defined(f"own_{key}", partial(_own, key, words)))) for key, (what, _) in _OWN.items()}
    return {**tests, **own, OPEN_QUESTIONS: says("One of these questions is not answered.", _questions(words))}


def _own(key: str, words: Vocabulary) -> Schema:
    """A sum, count or distance, and what it is compared with."""
    days = _OWN[key][1] is Kind.DAYS
    value = plain_number(_OWN[key][1])
    exact = {"anyOf": [value, {"const": "never", "description": "Not at all."}]} if days else value
    others = {"sum", "count", "days_since", "days_until"} - set(OWN[key])
    counted = {name: schema for name, schema in computation(words, constants=False).items() if name not in others}
    compared = {name: says(what, value) for name, what in COMPARATORS.items()}
    over = [{"required": [op]} for op in OWN[key]]
    line = {"anyOf": [{"required": [name]} for name in (*COMPARATORS, "is")]}
    return {**mapping({**counted, **compared, "is": says(IS, exact)}), "oneOf": over, "allOf": [line]}


def _questions(words: Vocabulary) -> Schema:
    asked = {fact.name: fact.says for fact in words.book.facts.values() if fact.origin == "asked"}
    return one_or_several(words.words("question", asked))
