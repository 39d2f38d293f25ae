"""The words of a rulebook as parts of a schema: each with what it means, as an editor shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from ...rulebook.model import Fact, Kind, Rule, Rulebook, SourceEntry
from ...rulebook.reader import MOST_UNITS, RESERVED
from ...rulebook.vocabulary import ACTIVITIES, AIMS, BANDS, SIDES, VISITS
from ...units import OPEN
from ...wording import number, words

Schema = dict[str, Any]

NAME = r"^(?!(?:" + "|".join(RESERVED) + r")$)[a-z][a-z0-9_]{0,59}$"
RULE_ID = r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

YES_NO: Schema = {"enum": ["yes", "no", True, False]}
UNITS: Schema = {"type": "number", "minimum": 0, "maximum": MOST_UNITS}
A_DAY: Schema = {"type": "string", "pattern": DAY}
A_DAY_OR_NOTHING: Schema = {"anyOf": [A_DAY, {"type": "null"}]}

_ORIGIN = {"asked": "a question", "given": "a field of the case", "computed": "computed", "named": "a condition with a name"}


def says(text: str, schema: Mapping[str, Any]) -> Schema:
    """The schema with what it means."""
    return {"markdownDescription": text, **schema}


def a_text(meaning: str, longest: int) -> Schema:
    return says(meaning, {"type": "string", "minLength": 1, "maxLength": longest})


def one_of(meanings: Mapping[str, str]) -> Schema:
    """One of these words. Each is an alternative of its own, with a `description` of its own, so that an editor explains it alone: of an
    `enum` it shows every word, and so it does of alternatives that differ in their `markdownDescription` only."""
    if not any(meanings.values()):
        return {"enum": list(meanings)}
    return {"anyOf": [{"const": word, "description": meaning or word} for word, meaning in meanings.items()]}


def one_or_several(item: Mapping[str, Any]) -> Schema:
    """A word, or a list of words."""
    return {"anyOf": [dict(item), {"type": "array", "items": dict(item), "minItems": 1}]}


def list_or_one(item: Mapping[str, Any]) -> Schema:
    """The same, quicker to check for a long list of words: an editor completes in the list."""
    return {"type": ["array", "string"], "items": dict(item), "minItems": 1, "if": {"type": "string"}, "then": dict(item)}


def mapping(properties: Mapping[str, Any], required: Iterable[str] = ()) -> Schema:
    """A mapping with just these keys."""
    return {"type": "object", "properties": dict(properties), "required": list(required), "additionalProperties": False}


def ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


class Vocabulary:
    """What the words of one rulebook mean, for one schema: long lists of words stand there once, under `definitions`."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.definitions: dict[str, Schema] = {}

    def defined(self, name: str, make: Callable[[], Schema]) -> Schema:
        """A reference to the definition, which is made when it is first needed."""
        if name not in self.definitions:
            self.definitions[name] = {}  # a condition holds conditions
            self.definitions[name] = make()
        return ref(name)

    def words(self, name: str, meanings: Mapping[str, str]) -> Schema:
        return self.defined(name, lambda: one_of(meanings))

    @property
    def cited(self) -> Schema:
        """Sources that a number or a rule rests on: at least one."""
        source = self.words("source", {source.id: _source(source) for source in self.book.sources.values()})
        return says("What it rests on.", {"allOf": [self.defined("sources", lambda: list_or_one(source))]})

    @property
    def hazard(self) -> Schema:
        return self.words("hazard", {hazard.id: f"{hazard.title}. {hazard.says}" for hazard in self.book.hazards.values()})

    def rules(self, wanted: Callable[[Rule], bool]) -> dict[str, str]:
        """The ids of rules, with what each is."""
        return {rule.id: _rule(rule) for rule in self.book.rules if wanted(rule)}

    def word_of(self, fact: Fact) -> Schema:
        """A word that a fact can be, with what it is where that is known."""
        field = fact.given.rpartition(".")[2]
        return self.word_in(field) if field in self._meanings else self.words(f"word_of_{fact.name}", dict.fromkeys(fact.words, ""))

    def word_in(self, field: str) -> Schema:
        """A word of a field of a dose or a treatment: a zone, a muscle, a purpose."""
        return self.words(field, self._meanings[field])

    @cached_property
    def _meanings(self) -> dict[str, dict[str, str]]:
        fixed = {"side": SIDES, "band": BANDS, "visit": VISITS, "activity": ACTIVITIES, "aim": AIMS, "muscle": self.book.muscles}
        known = {"zone": self.zones, "region": self.regions, "product": self.products, "purpose": self.protocols}
        return known | {field: dict.fromkeys(accepted, "") for field, accepted in fixed.items()}

    @cached_property
    def zones(self) -> dict[str, str]:
        return {zone.name: f"{zone.label}, {words(zone.region)}" for zone in self.book.zones.values()}

    @cached_property
    def regions(self) -> dict[str, str]:
        by_region: dict[str, list[str]] = {}
        for zone in self.book.zones.values():
            by_region.setdefault(zone.region, []).append(zone.label)
        return {region: ", ".join(labels) for region, labels in by_region.items()}

    @cached_property
    def products(self) -> dict[str, str]:
        return {product.name: ", ".join(product.brands) for product in self.book.products.values()}

    @cached_property
    def protocols(self) -> dict[str, str]:
        return {protocol.name: f"{protocol.label}. {protocol.note}" for protocol in self.book.protocols.values()}

    def numbers(self, kind: Kind) -> dict[str, str]:
        """The constants and facts that a number of a kind can be compared with."""
        constants = {
            constant.name: f"{_amount(constant.value, kind)} {constant.says}"
            for constant in self.book.constants.values()
            if constant.kind is kind
        }
        return constants | {fact.name: _sentence(fact.says or words(fact.name)) for fact in self.book.facts.values() if fact.kind is kind}


def meaning(fact: Fact) -> str:
    """A fact as an editor explains it: what it says, where it comes from, and what an open answer counts for."""
    about = "for each dose" if fact.scope == "dose" else "for the whole case"
    lines = [fact.says or words(fact.name), f"*{_ORIGIN[fact.origin]}, {about}; {_kind(fact)}*"]
    if fact.about_place:
        lines.append("Answered for zones or regions; at a dose it is yes or no.")
    if fact.open_counts is not None:
        lines.append(f"Left open, it counts for at most: **{'info' if fact.open_counts == 'ok' else fact.open_counts}**.")
    if fact.if_left_out:
        lines.append(f"Left out, it is read as **{words(fact.if_left_out)}**.")
    if fact.sources:
        lines.append(f"Sources: {', '.join(fact.sources)}")
    return "\n\n".join(lines)


def _kind(fact: Fact) -> str:
    names = {
        Kind.YES_NO: "yes or no",
        Kind.WORD: "a word",
        Kind.LIST: "a list of words",
        Kind.UNITS: "units (U)",
        Kind.DAYS: "days, or never",
        Kind.YEARS: "years",
        Kind.MILLIMETRES: "millimetres",
        Kind.COUNT: "a count",
    }
    return names[fact.kind]


def _amount(value: int, kind: Kind) -> str:
    return f"{number(value, kind)} days." if kind is Kind.DAYS and value < OPEN else f"{number(value, kind)}."


def _source(source: SourceEntry) -> str:
    note = f" {source.note}" if source.note else ""
    return f"{_sentence(source.title)} {source.document} ({source.checked}).{note}"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _rule(rule: Rule) -> str:
    message = rule.message or (rule.tell.text if rule.tell else "")
    return f"{rule.title} ({rule.severity or 'tells'}). {message}".strip()
