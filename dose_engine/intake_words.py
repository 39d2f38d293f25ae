"""Holds the words of a case against the rulebook: zones, muscles, sides, bands, products, protocols and questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .case import Case, PastDose, PlannedDose, Treatment
from .errors import Problem, did_you_mean, quoted
from .intake_shape import spelled
from .rulebook.model import Fact, Rulebook, Zone
from .rulebook.vocabulary import PLACE_ALIASES, SIDES


def check_words(case: Case, book: Rulebook) -> list[Problem]:
    """Zones, muscles, sides, products, protocols and questions that the rulebook does not know, and places planned twice."""
    problems = [*_product("product", case.product, book), *_questions(case, book), *_planned(case, book)]
    for name, treatments in (("history.treatments", case.history.treatments if case.history else ()), ("scheduled", case.scheduled)):
        for index, treatment in enumerate(treatments):
            problems += _treatment(f"{name}[{index}]", treatment, book)
    return problems


def _planned(case: Case, book: Rulebook) -> Iterator[Problem]:
    taken: dict[tuple[Any, ...], int] = {}
    for index, dose in enumerate(case.plan):
        path = f"plan[{index}]"
        wrong = list(_place(path, dose.zone, dose.muscle, dose.side, book, planned=True))
        if not wrong:
            wrong = list(_planned_band(path, dose, book.zones[dose.zone]))
        yield from wrong
        if wrong:
            continue
        place = _settled(dose, book.zones[dose.zone])
        if place in taken:
            help = "make them one entry, or tell them apart by `placement`"
            yield Problem("twice", f"the same place as plan[{taken[place]}]", help, path=path)
        taken.setdefault(place, index)


def _settled(dose: PlannedDose, zone: Zone) -> tuple[Any, ...]:
    """The place of a dose with everything written out that a case may leave out."""
    muscle = dose.muscle or next(iter(zone.muscles))
    return dose.zone, muscle, dose.side or zone.muscles[muscle][0], dose.band, tuple(sorted(set(dose.placement))) or ("standard",)


def _planned_band(path: str, dose: PlannedDose, zone: Zone) -> Iterator[Problem]:
    if zone.bands and dose.band is None:
        yield Problem("missing-key", f"`band` is required in {zone.name}", f"accepted: {_listed(zone.bands)}", path=f"{path}.band")
    else:
        yield from _band(path, dose.band, zone.bands, zone.name)


def _treatment(path: str, treatment: Treatment, book: Rulebook) -> Iterator[Problem]:
    if treatment.product is not None:
        yield from _product(f"{path}.product", treatment.product, book)
    for key in ("protocol", "purpose"):
        word = getattr(treatment, key)
        if word is not None and word not in book.protocols:
            yield Problem("wrong-word", f"{quoted(word)} is not a {key}", did_you_mean(word, book.protocols), path=f"{path}.{key}")
    for index, dose in enumerate(treatment.doses):
        yield from _past_dose(f"{path}.doses[{index}]", dose, book)


def _past_dose(path: str, dose: PastDose, book: Rulebook) -> Iterator[Problem]:
    if dose.zone is not None:
        wrong = list(_place(path, dose.zone, dose.muscle, dose.side, book, planned=False))
        yield from wrong
        if not wrong:
            yield from _band(path, dose.band, book.zones[dose.zone].bands, dose.zone)
    elif dose.muscle not in book.muscles:
        word = dose.muscle or ""
        yield Problem("wrong-word", f"{quoted(word)} is not a muscle", did_you_mean(word, book.muscles), path=f"{path}.muscle")
    else:
        yield from _muscle_alone(path, dose.muscle, dose, book)


def _muscle_alone(path: str, muscle: str, dose: PastDose, book: Rulebook) -> Iterator[Problem]:
    """A muscle without its zone: a side and a band that any zone of the muscle has. Outside the zones every side is let pass."""
    zones = [zone for zone in book.zones.values() if muscle in zone.muscles]
    sides = [side for zone in zones for side in zone.muscles[muscle]] or SIDES
    if dose.side is not None and dose.side not in sides:
        yield _no_side(path, muscle, dose.side, sides)
    yield from _band(path, dose.band, tuple(dict.fromkeys(band for zone in zones for band in zone.bands)), muscle)


def _place(path: str, zone_name: str, muscle: str | None, side: str | None, book: Rulebook, planned: bool) -> Iterator[Problem]:
    zone = book.zones.get(zone_name)
    if zone is None:
        yield Problem("wrong-word", f"{quoted(zone_name)} is not a zone", did_you_mean(zone_name, book.zones), path=f"{path}.zone")
        return
    if muscle is not None and muscle not in zone.muscles:
        help = did_you_mean(muscle, zone.muscles)
        yield Problem("wrong-place", f"{quoted(muscle)} is not a muscle of {zone_name}", help, path=f"{path}.muscle")
        return
    if planned and muscle is None and len(zone.muscles) > 1:
        yield Problem("missing-key", f"`muscle` is required in {zone_name}", f"accepted: {_listed(zone.muscles)}", path=f"{path}.muscle")
        return
    sides = zone.muscles[muscle] if muscle else zone.sides
    if side is not None and side not in sides:
        yield _no_side(path, muscle or zone_name, side, sides)
    if planned and side is None and len(sides) > 1:
        yield Problem("missing-key", f"`side` is required in {zone_name}", f"accepted: {_listed(sides)}", path=f"{path}.side")


def _no_side(path: str, what: str, side: str, sides: Iterable[str]) -> Problem:
    return Problem("wrong-place", f"{what} has no side `{side}`", f"accepted: {_listed(dict.fromkeys(sides))}", path=f"{path}.side")


def _band(path: str, band: str | None, bands: tuple[str, ...], zone: str) -> Iterator[Problem]:
    if band is not None and band not in bands:
        help = f"accepted: {_listed(bands)}" if bands else "leave `band` out"
        yield Problem("wrong-place", f"{zone} has no band `{band}`", help, path=f"{path}.band")


def _product(path: str, word: str, book: Rulebook) -> Iterator[Problem]:
    if word != "unknown" and word not in book.products:
        brand = next((p.name for p in book.products.values() if word.casefold() in (b.casefold() for b in p.brands)), None)
        help = f"that is a brand of `{brand}`; write `{brand}`" if brand else did_you_mean(word, [*book.products, "unknown"])
        yield Problem("wrong-word", f"{quoted(word)} is not a product", help, path=path)


def _questions(case: Case, book: Rulebook) -> Iterator[Problem]:
    questions = book.asked
    for name, answer in case.patient.screening.items():
        path = spelled(("patient", "screening", name))
        if name == "everything_else":
            yield from _everything_else(path, answer)
        elif name not in questions:
            help = did_you_mean(name, [*questions, "everything_else"], "questions are listed in rules/facts.yaml")
            yield Problem("unknown-key", f"{quoted(name)} is not a screening question", help, path=path)
        elif isinstance(answer, tuple):
            yield from _places(path, questions[name], answer, book)


def _everything_else(path: str, answer: str | tuple[str, ...]) -> Iterator[Problem]:
    if answer != "no":
        got = quoted(answer) if isinstance(answer, str) else "a list"
        help = "it is the injector's word that every question not listed was asked and answered no"
        yield Problem("wrong-word", f"`everything_else` accepts only `no`, got {got}", help, path=path)


def _places(path: str, question: Fact, answer: tuple[str, ...], book: Rulebook) -> Iterator[Problem]:
    places = {*book.zones, *book.regions, *(name for name, zone in PLACE_ALIASES.items() if zone in book.zones)}
    if not question.about_place:
        yield Problem("wrong-type", "an answer is `yes`, `no` or `unknown`, got a list", "this question is not about a place", path=path)
    elif not answer:
        yield Problem("wrong-type", "an empty list of places", "write `no`, or name zones or regions", path=path)
    else:
        for index, place in enumerate(answer):
            if place not in places:
                yield Problem(
                    "wrong-word", f"{quoted(place)} is not a zone or region", did_you_mean(place, places), path=f"{path}[{index}]"
                )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
