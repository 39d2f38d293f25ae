"""The cases that differ from one in a single place: the other half of a pair is among them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import Any, Final, NamedTuple

from ...rulebook.model import Fact, Kind, Rulebook
from ...rulebook.vocabulary import PERFORMERS
from ..cases import LEFT_OUT, TODAY
from .given import Values, plain_number
from .places import PLACE, may_be_in, places

UNKNOWN: Final = "unknown"
_HALF: Final = Decimal("0.5")
_SOON: Final = (TODAY + timedelta(days=30)).isoformat()


class Reach(IntEnum):
    """What a change touches; the smaller, the more a pair tells of the rule alone."""

    ANSWER = 0
    """An answer, a word or a number of the case, or of a dose, moved by one step."""
    PART = 1
    """Something that is there in one half and not in the other."""
    PLACE = 2
    """Another place."""


class Change(NamedTuple):
    """One value of a case set to another, or (`left_out`) taken out."""

    path: str
    to: Any
    reach: Reach


def changes(values: Values, facts: list[Fact], book: Rulebook) -> Iterator[Change]:
    """Every change that these facts could notice, by the path that a case of the rulebook names."""
    for fact in facts:
        if fact.origin == "asked":
            for word in (LEFT_OUT, "yes", "no", UNKNOWN):
                if word != LEFT_OUT or fact.name in values["patient"]["screening"]:
                    yield Change(f"patient.screening.{fact.name}", word, Reach.ANSWER)
        elif fact.given and not fact.given.startswith("dose."):
            yield from _field(fact, values)
    yield from _plan(values, facts, book)
    for path, treatments in (("history.treatments", values["history"]["treatments"]), ("scheduled", values.get("scheduled", []))):
        yield from _treatments(path, treatments, facts, book)
    if any(fact.computation is not None and "history" in fact.computation.over for fact in facts):
        yield Change("history.complete", UNKNOWN, Reach.ANSWER)


def _field(fact: Fact, values: Values) -> Iterator[Change]:
    """Another value of a field that is not of a dose."""
    match fact.given:
        case "goals" | "goals.given":
            goals = values["goals"]
            yield Change("goals", [*goals, f"goal {len(goals) + 1}"], Reach.ANSWER)
            yield Change("goals", goals[:-1], Reach.ANSWER)
        case "patient.performer":
            for word in ([], *([word] for word in PERFORMERS), UNKNOWN):
                yield Change(fact.given, word, Reach.ANSWER)
        case "patient.age":
            yield from (Change(fact.given, values["patient"]["age"] + step, Reach.ANSWER) for step in (1, -1))
        case "asymmetry.millimetres":
            now = values["asymmetry"]["millimetres"]
            yield from (Change(fact.given, plain_number(Decimal(now) + step), Reach.ANSWER) for step in (Decimal("0.5"), Decimal("-0.5")))
            yield Change(fact.given, LEFT_OUT, Reach.PART)
        case "patient.next_performance" | "patient.event":
            now = values["patient"].get(fact.given.removeprefix("patient."))
            yield from (Change(fact.given, day, Reach.ANSWER) for day in _days_beside(now) or _days_beside(_SOON))
            yield from (Change(fact.given, word, Reach.ANSWER) for word in ("none", UNKNOWN))
        case _ if fact.kind in (Kind.WORD, Kind.YES_NO):
            words = (*fact.words, *(() if fact.given == "visit" else (UNKNOWN,)))
            yield from (Change(fact.given, word, Reach.ANSWER) for word in words)


def _plan(values: Values, facts: list[Fact], book: Rulebook) -> Iterator[Change]:
    plan = values["plan"]
    read = {fact.given.removeprefix("dose."): fact for fact in facts if fact.given.startswith("dose.")}
    for index, entry in enumerate(plan):
        at = f"plan[{index}]"
        yield from _units(f"{at}.units", entry)
        if "half_unit_steps" in read and "units" in entry:
            yield Change(f"{at}.units", plain_number(Decimal(entry["units"]) + _HALF / 2), Reach.ANSWER)
        for field in ("activity", "aim"):
            for word in ("overactive", "quieter") if field == "activity" else ("match_widths", "slimming"):
                yield Change(f"{at}.{field}", word, Reach.ANSWER)
            yield from [Change(f"{at}.{field}", LEFT_OUT, Reach.PART)] if field in entry else ()
        for word in read["placement"].words if "placement" in read else ():
            yield Change(f"{at}.placement", [word], Reach.ANSWER)
        for step in (1, -1):
            yield from [Change(f"{at}.points", entry["points"] + step, Reach.ANSWER)] if "points" in entry else ()
        for place in places(book):
            yield from _elsewhere(at, entry, place.entry(book))
    if len(plan) > 1:
        yield Change(f"plan[{len(plan) - 1}]", LEFT_OUT, Reach.PART)


def _elsewhere(at: str, entry: dict[str, Any], other: dict[str, Any]) -> Iterator[Change]:
    """The same dose at another place: by one word of it where that is enough, else as a whole."""
    here = {key: value for key, value in entry.items() if key in PLACE}
    apart = [key for key in PLACE if here.get(key) != other.get(key)]
    if len(apart) == 1 and apart[0] in other:
        yield Change(f"{at}.{apart[0]}", other[apart[0]], Reach.PLACE)
    elif apart:
        yield Change(at, other | {key: value for key, value in entry.items() if key not in PLACE}, Reach.PLACE)


def _treatments(path: str, treatments: list[dict[str, Any]], facts: list[Fact], book: Rulebook) -> Iterator[Change]:
    for index, treatment in enumerate(treatments):
        at = f"{path}[{index}]"
        yield from (Change(f"{at}.date", day, Reach.ANSWER) for day in (*_days_beside(treatment["date"]), UNKNOWN))
        yield from (Change(f"{at}.visit", visit, Reach.ANSWER) for visit in ("first_pass", "touch_up"))
        muscles = [muscle for dose in treatment.get("doses", ()) for muscle in _muscles(dose, book)]
        for name in book.protocols:
            if name != treatment.get("purpose") and all(may_be_in(book, name, muscle) for muscle in muscles):
                yield Change(f"{at}.purpose", name, Reach.ANSWER)
        yield from _units(f"{at}.units", treatment)
        for number, dose in enumerate(treatment.get("doses", ())):
            yield from _units(f"{at}.doses[{number}].units", dose)
            for place in places(book):
                yield from _elsewhere(f"{at}.doses[{number}]", dose, place.entry(book))
        if any(fact.computation is not None and fact.computation.product != "any" for fact in facts):
            yield from (Change(f"{at}.product", name, Reach.ANSWER) for name in (book.product, UNKNOWN))
    if treatments:
        yield Change(f"{path}[{len(treatments) - 1}]", LEFT_OUT, Reach.PART)


def _muscles(dose: dict[str, Any], book: Rulebook) -> list[str]:
    return [dose["muscle"]] if "muscle" in dose else list(book.zones[dose["zone"]].muscles)


def _units(path: str, entry: dict[str, Any]) -> Iterator[Change]:
    if "units" in entry:
        now = Decimal(entry["units"])
        steps = (-_HALF, _HALF) if now % _HALF == 0 else (-(now % _HALF), _HALF - now % _HALF, -_HALF, _HALF)
        yield from (Change(path, plain_number(now + step), Reach.ANSWER) for step in steps)
        yield from [Change(path, plain_number(now / 2), Reach.ANSWER)] if now == _HALF else ()
        yield Change(path, LEFT_OUT, Reach.PART)


def _days_beside(day: Any) -> list[str]:
    try:
        return [(date.fromisoformat(day) + timedelta(days=step)).isoformat() for step in (-1, 1)]
    except (TypeError, ValueError):
        return []


__all__ = ["Change", "Reach", "changes"]
