"""How values, tests and places read in a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .advisory import Place
from .evaluators.values import UNKNOWN, Members, Range, Value
from .rulebook.conditions import Op, Test
from .rulebook.model import Fact, Kind, Rulebook
from .units import LATEST, OPEN, Units

_OPS = {
    Op.IS: "",
    Op.IS_NOT: "not ",
    Op.AT_LEAST: "at least ",
    Op.MORE_THAN: "more than ",
    Op.AT_MOST: "at most ",
    Op.LESS_THAN: "less than ",
}
_BRACES = re.compile(r"\{([^{}]+)\}")


def words(name: str) -> str:
    """A word of the rulebook, as text: `lateral_canthal` reads "lateral canthal"."""
    return name.replace("_", " ")


def number(value: int, kind: Kind) -> str:
    """One number in its unit: "2.5 U", "39", "1.5 mm", "never"."""
    match kind:
        case Kind.UNITS:
            return f"{Units(value)} U"
        case Kind.MILLIMETRES:
            return f"{value / 100:g} mm"
        case Kind.DAYS if value == OPEN:
            return "never"
        case _:
            return str(value)


def value_text(value: Value | None, kind: Kind) -> str:
    """A value as far as it is known: "3 U", "155 to 195 U", "at least 20 U", "not known"."""
    match value:
        case Range(low, high):
            return _range(low, high, kind)
        case Members(has, may_have):
            sure = ", ".join(words(name) for name in sorted(has))
            return sure or ("none" if not may_have else "not known")
        case str(word):
            return "not known" if word == UNKNOWN else words(word)
        case None:
            return "not known"


def _range(low: int, high: int, kind: Kind) -> str:
    if low == high:
        return number(low, kind)
    if high >= LATEST and kind is not Kind.DAYS:
        return f"at least {number(low, kind)}" if low else "not known"
    if kind is Kind.DAYS and high >= LATEST:
        return "not known" if low <= 1 else f"{low} or more" + (", or never" if high == OPEN else "")
    return f"{number(low, kind).removesuffix(' U')} to {number(high, kind)}"


def test_text(test: Test, book: Rulebook) -> str:
    """What a test asks: "less than 90", "more than 4 U", "yes"."""
    fact = book.facts[test.fact]
    if test.other is not None:
        return f"{_OPS[test.op]}{book.facts[test.other].says.rstrip('.').lower() if book.facts[test.other].says else words(test.other)}"
    if test.number is not None:
        days = " days" if fact.kind is Kind.DAYS and test.number <= LATEST else ""
        return f"{_OPS[test.op]}{number(test.number, fact.kind)}{days}"
    return _OPS[test.op] + " or ".join(words(word) for word in test.words)


def filled(text: str, facts: Mapping[str, Value], book: Rulebook) -> str:
    """The message with each `{fact}` replaced by its value."""
    return _BRACES.sub(lambda found: value_text(facts.get(found[1]), book.facts[found[1]].kind), text)


def place_text(place: Place, book: Rulebook) -> str:
    """Where a dose is: "Frown lines (glabella), corrugator, right"."""
    zone = book.zones[place.zone]
    parts = [zone.label]
    if len(zone.muscles) > 1:
        parts.append(words(place.muscle))
    if place.band:
        parts.append(f"{place.band} band")
    if len(zone.muscles.get(place.muscle, ())) > 1:
        parts.append(place.side)
    if place.placement and place.placement != ("standard",):
        parts.append(", ".join(words(word) for word in place.placement))
    return ", ".join(parts)


def fact_text(fact: Fact) -> str:
    """What a fact is, as the middle of a sentence."""
    text = fact.says.rstrip(".?") or words(fact.name)
    return text[:1].lower() + text[1:]
