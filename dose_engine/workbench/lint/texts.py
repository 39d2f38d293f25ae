"""Every text of a rulebook that a person reads: what it is, where it stands, and who reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .finding import Place
from .reading import ZONES, Reading

Reader = Literal["patient", "injector", "lead"]


@dataclass(frozen=True, slots=True)
class Text:
    """`kind` is the key it stands under (`message` for what follows `info`, `caution` or `stop`)."""

    kind: str
    text: str
    place: Place
    about: str
    read_by: Reader = "injector"


def texts(reading: Reading) -> Iterator[Text]:
    """Every text that is not empty."""
    for found in (_of_rules, _of_zones, _of_facts, _of_registers):
        yield from (text for text in found(reading) if text.text)


def _of_rules(reading: Reading) -> Iterator[Text]:
    for rule in reading.written:
        about = f"rule {rule.id}"
        yield Text("title", rule.title, reading.rule_place(rule, "title"), about)
        if rule.severity:
            yield Text("message", rule.message, reading.rule_place(rule, "then", rule.severity.value), about)
        yield Text("because", rule.because, reading.rule_place(rule, "because"), about)
        yield Text("advise", rule.advise, reading.rule_place(rule, "advise"), about)
        yield Text("instead", rule.instead, reading.rule_place(rule, "then", "instead"), about)
        if rule.tell:
            yield Text("tell", rule.tell.text, reading.rule_place(rule, "then", "tell", "text"), about, rule.tell.audience)


def _of_zones(reading: Reading) -> Iterator[Text]:
    for zone in reading.book.zones.values():
        about = f"zone {zone.name}"
        yield Text("label", zone.label, reading.at(ZONES, zone.name, "label"), about)
        yield Text("because", zone.because, reading.at(ZONES, zone.name, "because"), about)
        limits = reading.node(ZONES, zone.name, "limits")
        for index, item in enumerate(limits.value if limits is not None else ()):
            if "because" in item.value:
                text = " ".join(item.value["because"].value.split())
                yield Text("because", text, reading.at(ZONES, zone.name, "limits", index, "because", home=3), about)
    for offer in reading.offers:
        yield Text("because", offer.line.because, offer.place, offer.about)


def _of_facts(reading: Reading) -> Iterator[Text]:
    for fact in reading.book.facts.values():
        kind = "asked" if fact.origin == "asked" else "says"
        yield Text(kind, fact.says, reading.at("rules/facts.yaml", fact.name, kind), f"fact {fact.name}")


def _of_registers(reading: Reading) -> Iterator[Text]:
    book = reading.book
    for constant in book.constants.values():
        place = reading.at("rules/rulebook.yaml", "constants", constant.name, "says", home=2)
        yield Text("says", constant.says, place, f"constant {constant.name}", "lead")
    for hazard in book.hazards.values():
        for key, text in (("title", hazard.title), ("says", hazard.says)):
            yield Text(f"hazard {key}", text, reading.at("rules/hazards.yaml", hazard.id, key), f"hazard {hazard.id}")
    for source in book.sources.values():
        for key, text in (("title", source.title), ("note", source.note)):
            yield Text(f"source {key}", text, reading.at("rules/sources.yaml", source.id, key), f"source {source.id}", "lead")
    for register, things in (("products", book.products), ("protocols", book.protocols)):
        for name, thing in things.items():
            yield Text("note", thing.note, reading.at(f"rules/{register}.yaml", name, "note"), f"{register[:-1]} {name}", "lead")
