"""A case in one order: anatomical for the plan, by date for the rest, so that order never matters and one case has one hash."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from .case import Case, Model, PlannedDose, Treatment
from .rulebook.model import Rulebook
from .rulebook.vocabulary import SIDES

_M = TypeVar("_M", bound=Model)

_SIDE = {side: index for index, side in enumerate(SIDES)}


def canonical(case: Case, book: Rulebook) -> Case:
    """The same case, ordered, with `visit` written in."""
    patient, history = case.patient, case.history
    screening = {
        name: tuple(sorted(set(answer))) if isinstance(answer, tuple) else answer for name, answer in sorted(patient.screening.items())
    }
    performer = tuple(sorted(set(patient.performer))) if isinstance(patient.performer, tuple) else patient.performer
    return case.model_copy(
        update={
            "visit": case.visit or "first_pass",
            "patient": patient.model_copy(update={"screening": screening, "performer": performer}),
            "goals": tuple(sorted(case.goals)) if case.goals is not None else None,
            "history": history.model_copy(update={"treatments": _treatments(history.treatments)}) if history else None,
            "scheduled": _treatments(case.scheduled),
            "plan": tuple(sorted(map(_placed, case.plan), key=lambda dose: _anatomical(dose, book))),
        }
    )


def _placed(dose: PlannedDose) -> PlannedDose:
    placement = tuple(sorted(set(dose.placement)))
    return dose if placement == dose.placement else dose.model_copy(update={"placement": placement})


def _anatomical(dose: PlannedDose, book: Rulebook) -> tuple[object, ...]:
    zone = book.zones[dose.zone]
    muscles = list(zone.muscles)
    return (
        zone.order,
        muscles.index(dose.muscle) if dose.muscle else 0,
        _SIDE.get(dose.side or "", len(_SIDE)),
        dose.band or "",
        dose.placement,
    )


def _treatments(treatments: tuple[Treatment, ...]) -> tuple[Treatment, ...]:
    """By date, and by all else where two are of one day."""
    inside = [t.model_copy(update={"doses": _by_content(t.doses)}) if len(t.doses) > 1 else t for t in treatments]
    if len({treatment.date for treatment in inside}) < len(inside):  # rare, and to spell a treatment out takes time
        inside = list(_by_content(inside))
    return tuple(sorted(inside, key=lambda treatment: str(treatment.date)))


def _by_content(models: Iterable[_M]) -> tuple[_M, ...]:
    return tuple(sorted(models, key=lambda model: model.model_dump_json()))
