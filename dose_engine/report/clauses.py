"""One test of a fact as the middle of a sentence: "less than 90 days have passed since this muscle was last treated"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ..rulebook.conditions import Op, Test
from ..rulebook.model import Fact, Kind, Rulebook
from ..wording import number, words
from .statements import statement

_OPS: Final = {
    Op.IS: "exactly",
    Op.IS_NOT: "not",
    Op.AT_LEAST: "at least",
    Op.MORE_THAN: "more than",
    Op.AT_MOST: "at most",
    Op.LESS_THAN: "less than",
}
_AGES: Final = {
    Op.IS: "is exactly {}",
    Op.IS_NOT: "is not {}",
    Op.AT_LEAST: "is {} or older",
    Op.MORE_THAN: "is older than {}",
    Op.AT_MOST: "is {} or younger",
    Op.LESS_THAN: "is younger than {}",
}
_PLACEMENTS: Final = {
    "standard": "at the standard place",
    "lateral": "laterally",
    "medial": "medially",
    "low": "low",
    "lower_lid": "at the lower lid",
    "below_zygomatic_arch": "below the zygomatic arch",
    "medial_to_orbital_rim": "medial to the orbital rim",
}
_VISITS: Final = {"first_pass": "a first pass", "touch_up": "a touch-up", "maintenance": "maintenance"}
_YES_NO: Final = {
    "dose.half_unit_steps": ("the dose is a multiple of 0.5 U", "the dose is not a multiple of 0.5 U"),
    "patient.first_treatment": ("this is the patient's first toxin treatment", "this is not the patient's first toxin treatment"),
    "history.complete": ("every earlier toxin treatment is listed", "the record of earlier toxin treatments is not complete"),
    "asymmetry.seen_on_video": ("the asymmetry shows on video", "the asymmetry does not show on video"),
    "goals.given": ("the case names its goals", "the case names no goals"),
}
_DATES: Final = {"patient.next_performance": "the patient's next performance", "patient.event": "the event"}


def clause(test: Test, book: Rulebook) -> str:
    """What the test asks, save for a number against a number (`numbers_clause`)."""
    fact = book.facts[test.fact]
    if test.other is not None:
        return _against(test, fact, book.facts[test.other])
    if fact.kind.is_number:
        what = _lower(re.sub(r"^Days (since|until) ", "", fact.says)) or words(fact.name)
        return f"“{what}” is {'not ' if test.op is Op.IS else ''}on record"
    if fact.kind is Kind.YES_NO and len(test.words) == 1:
        return _answer(fact, holds=(test.words[0] == "yes") is (test.op is Op.IS))
    return _word(test, fact, book)


def numbers_clause(tests: Sequence[Test], book: Rulebook) -> str:
    """What tests of one number ask together: "at least 10 and less than 14 days have passed since ..."."""
    fact = book.facts[tests[0].fact]
    says = _says(fact)
    amounts = [(test.op, test.number or 0) for test in tests]
    none = len(tests) == 1 and tests[0].op is Op.IS and tests[0].number == 0
    many = " and ".join(f"{_OPS[op]} {number(value, fact.kind)}" for op, value in amounts)
    match fact.kind:
        case Kind.YEARS:
            return "the patient " + " and ".join(_AGES[op].format(value) for op, value in amounts)
        case Kind.MILLIMETRES:
            return f"the difference between the sides is {many}"
        case Kind.DAYS if fact.given in _DATES:
            return f"{_DATES[fact.given]} is {many} days away"
        case Kind.DAYS if found := re.match(r"Days since (.+)", fact.says):
            return f"{many} days have passed since {found[1]}"
        case Kind.DAYS if found := re.match(r"Days until (.+)", fact.says):
            return f"{many} days are left until {found[1]}"
        case Kind.UNITS if (found := re.match(r"Units (?!of )(.+)", fact.says)) and fact.given != "dose.units_each_point":
            return f"there are no units {found[1]}" if none else f"there are {many} {found[1]}"
        case Kind.COUNT if none:
            return f"there are no {says}"
        case Kind.COUNT if amounts == [(Op.AT_LEAST, 1)]:
            return f"there are {says} (1 or more)"
        case Kind.COUNT:
            return f"there are {many} {says}"
        case Kind.UNITS if fact.given == "dose.units_each_point":
            return f"there are {many} at one point"
        case _:
            unit = " days" if fact.kind is Kind.DAYS else ""
            return f"{says}{',' if ',' in says else ''} come to {many}{unit}"


def places(test: Test, book: Rulebook) -> list[str]:
    """The words of a test about a place, as a clinician names them: "frown lines (glabella)", "the neck", "one side"."""
    match book.facts[test.fact].given:
        case "dose.zone":
            return [zone_name(word, book) for word in test.words]
        case "dose.region":
            return [f"the {words(word)}" for word in test.words]
        case "dose.side" if set(test.words) == {"left", "right"}:
            return ["one side (not the midline)"]
        case "dose.side":
            return [f"the {words(word)}{'' if word == 'midline' else ' side'}" for word in test.words]
        case _:
            return [words(word) for word in test.words]


def zone_name(name: str, book: Rulebook) -> str:
    """The label of a zone inside a sentence: "frown lines (glabella)"."""
    return _lower(book.zones[name].label) if name in book.zones else words(name)


def _answer(fact: Fact, *, holds: bool) -> str:
    if fact.given in _YES_NO:
        return _YES_NO[fact.given][0 if holds else 1]
    if fact.origin == "asked" and (said := statement(fact.says, holds)):
        return said
    return f"the answer is {'yes' if holds else 'no'} to “{fact.says or words(fact.name)}”"


def _word(test: Test, fact: Fact, book: Rulebook) -> str:
    no = "" if test.op is Op.IS else " not"
    named = one_of([words(word) for word in test.words])
    match fact.given:
        case "dose.zone" | "dose.region" | "dose.muscle" | "dose.side":
            return f"the dose is{no} {'on' if fact.given == 'dose.side' else 'in'} {one_of(places(test, book))}"
        case "dose.band":
            return f"the band is{no} the {named} one"
        case "dose.activity":
            return f"this side is{no} stated as {named}"
        case "dose.aim":
            return f"the aim is{no} stated as {'matching the widths' if test.words == ('match_widths',) else named}"
        case "dose.placement":
            return f"{'no' if no else 'a'} point is placed {one_of([_PLACEMENTS.get(word, words(word)) for word in test.words])}"
        case "product":
            return f"the product is{no} {named}"
        case "visit":
            return f"the visit is{no} {one_of([_VISITS.get(word, words(word)) for word in test.words])}"
        case "patient.performer":
            return f"the patient is{no} a {named}"
        case "asymmetry.onset":
            return f"the asymmetry is{no} stated as {named}"
        case "asymmetry.cause":
            return f"the cause of the asymmetry is{no} stated as {named}"
        case _:
            return f"the answer is{no} {named} to “{fact.says or words(fact.name)}”"


def _against(test: Test, fact: Fact, other: Fact) -> str:
    """One number held against another: "there are more units here than units there"."""
    left, right = _says(fact), _says(other)
    comma = "," if "," in left else ""
    match test.op:
        case Op.MORE_THAN | Op.LESS_THAN if fact.kind in (Kind.UNITS, Kind.COUNT):
            return f"there are {'more' if test.op is Op.MORE_THAN else 'fewer'} {left}{comma} than {right}"
        case _:
            return f"{left}{comma} come to {_OPS[test.op]} {right}"


def _says(fact: Fact) -> str:
    return _lower(fact.says.rstrip(".")) if fact.says else words(fact.name)


def _lower(text: str) -> str:
    """The first letter small, unless the word is an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def one_of(named: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return " or ".join(part for part in (", ".join(named[:-1]), *named[-1:]) if part)
