"""Proofs about where a dose may lie: that a binding adds nothing to those beside it, and that muscles outside all zones are one as good as
another.

Every form in which a plan or a record can state a place is made once, and looked at as the tally looks at it: filter by filter, a dose
matches, may match, or does not. Units whose split is not known may lie in several of these places at once, so unions of forms are looked at
too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import product

from ...case import Case, History, PastDose, Patient, PlannedDose, Treatment
from ...evaluators.fold import FALSE, fold
from ...injections import Known, injections
from ...rulebook.conditions import facts_read
from ...rulebook.model import Computation, Fact, Protocol, Rulebook
from ...rulebook.vocabulary import LIMIT_FACTS
from ...tally import MAYBE, NO, YES

_PLACED = ("zone", "region", "muscle", "side", "band")
_OTHER_SIDE = {"left": "right", "right": "left"}
_TODAY = dt.date(2026, 3, 2)
Status = tuple[int, ...]
"""For each filter: NO, MAYBE or YES."""


def adds_nothing(old: Fact, new: Fact, book: Rulebook) -> str | None:
    """Why a fact that is bound to less of the dose at hand has the same value; None where that is not proved."""
    before, after = old.computation, new.computation
    if before is None or after is None or before.midline_half or _without_this(before) != _without_this(after):
        return None
    gone = [name for name in before.this if name not in after.this]
    if len(gone) != 1 or len(before.this) != len(after.this) + 1 or not {*before.this} <= {*_PLACED, "other_side"}:
        return None
    for dose in _planned(book):
        if not _is_read_at(dose, old.name, book):
            continue
        filters = [_bound(name, dose, book) for name in (*after.this, *gone)]
        found = {tuple(_status(form[field], accepted) for field, accepted in filters) for form in _forms(book)}
        if any(status[-1] < min(status[:-1], default=YES) for status in _unions(found)):
            return None
    kept = " and the ".join(word.replace("_", " ") for word in after.this)
    return f"wherever {old.name} is read, the {kept} already says the {gone[0].replace('_', ' ')}"


def _is_read_at(dose: PlannedDose, name: str, book: Rulebook) -> bool:
    """Can a rule or a suggestion that reads the fact hold at this place?"""
    zone = book.zones[dose.zone]
    words = {
        "dose.zone": zone.name,
        "dose.region": zone.region,
        "dose.muscle": dose.muscle or "",
        "dose.side": dose.side or "",
        "dose.band": dose.band or "none",
    }
    known = {fact.name: words[fact.given] for fact in book.facts.values() if fact.given in words}
    if any(name in facts_read(line.condition) or name == LIMIT_FACTS[line.of, False] for line in zone.suggest):
        return True
    reading = [rule for rule in book.rules if name in rule.reads]
    return any(fold(rule.condition, known, lambda fact: book.facts[fact].value_type).possible != FALSE for rule in reading)


def _without_this(how: Computation) -> tuple[object, ...]:
    return tuple(getattr(how, name) for name in how.__slots__ if name != "this")


def _unions(found: set[Status]) -> set[Status]:
    """All that doses can look like which may lie in several of the forms at once."""
    whole = set(found)
    new = set(found)
    while new:
        joined = {tuple(a if a == b else MAYBE for a, b in zip(one, two, strict=True)) for one in new for two in whole}
        new = joined - whole
        whole |= new
    return whole


def _status(may_be: Known, accepted: frozenset[str]) -> int:
    if may_be is None:
        return MAYBE
    return YES if may_be <= accepted else NO if may_be.isdisjoint(accepted) else MAYBE


def _bound(name: str, dose: PlannedDose, book: Rulebook) -> tuple[str, frozenset[str]]:
    """The field that a binding looks at, and what it accepts where the dose is."""
    if name == "other_side":
        other = _OTHER_SIDE.get(dose.side or "")
        return "side", frozenset((other,)) if other else frozenset()
    value = book.zones[dose.zone].region if name == "region" else (getattr(dose, name) or "none")
    return name, frozenset((value,))


def _planned(book: Rulebook) -> Iterator[PlannedDose]:
    """A dose at every place of the zones."""
    for zone in book.zones.values():
        for muscle, sides in zone.muscles.items():
            for side, band in product(sides, zone.bands or (None,)):
                yield PlannedDose(zone=zone.name, muscle=muscle, side=side, band=band)  # type: ignore[arg-type]


def _forms(book: Rulebook) -> list[Mapping[str, Known]]:
    """Every form of a place: planned, recorded by zone or by muscle with what can be left out left out, and of every purpose."""
    patient = Patient(age=40)
    day = _TODAY - dt.timedelta(days=1)
    treatments = [Treatment(date=day, doses=(dose,)) for dose in _recorded(book)]
    treatments += [Treatment(date=day)]
    treatments += [Treatment(date=day, purpose=name) for name in book.protocols]
    treatments += [Treatment(date=day, protocol=name) for name in book.protocols]
    found: dict[tuple[Known, ...], Mapping[str, Known]] = {}
    for start in range(0, len(treatments), 50):
        history = History(complete="yes", treatments=tuple(treatments[start : start + 50]))
        case = Case(date=_TODAY, product=book.product, patient=patient, history=history, plan=tuple(_planned(book)))
        for one in injections(case, book):
            found[tuple(one.may_be[field] for field in _PLACED)] = one.may_be
    return list(found.values())


def _recorded(book: Rulebook) -> Iterator[PastDose]:
    for zone in book.zones.values():
        for muscle in (None, *zone.muscles):
            sides = zone.muscles[muscle] if muscle else zone.sides
            for side, band in product((None, *sides), (None, *zone.bands)):
                yield PastDose(zone=zone.name, muscle=muscle, side=side, band=band)  # type: ignore[arg-type]
    for muscle in book.muscles:
        zones = [zone for zone in book.zones.values() if muscle in zone.muscles]
        sides = tuple(dict.fromkeys(side for zone in zones for side in zone.muscles[muscle])) or ("left", "right", "midline")
        bands = tuple(dict.fromkeys(band for zone in zones for band in zone.bands))
        for side, band in product((None, *sides), (None, *bands)):
            yield PastDose(muscle=muscle, side=side, band=band)  # type: ignore[arg-type]


def outside(old: Protocol, new: Protocol, book: Rulebook) -> str | None:
    """Why a protocol with another list of muscles is counted the same; None where that is not proved."""
    if _without_lists(old) != _without_lists(new):
        return None
    inside = {muscle for zone in book.zones.values() for muscle in zone.muscles}
    filtered = {
        word
        for fact in book.facts.values()
        if fact.computation
        for field, words, _ in fact.computation.where
        if field == "muscle"
        for word in words
    }
    for before, after in ((old.muscles, new.muscles), (old.above_split, new.above_split)):
        if before == after:
            continue
        if not before or not after or filtered & {*before, *after}:
            return None
        if {*before} & inside != {*after} & inside or not ({*before} - inside and {*after} - inside):
            return None
    return "the muscles that it names otherwise are in no zone, and no fact tells them apart"


def _without_lists(protocol: Protocol) -> Protocol:
    """The protocol without its lists of muscles, and without what is only said."""
    return protocol._replace(muscles=(), above_split=(), note="")
