"""Screening answers that a record gives: a diagnosis, an allergy, a drug. It says yes, or nothing.

That a record holds no diagnosis is no answer: the question stays open, and the reading says that the record was searched.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .codes import Codes, meaning
from .elements import Raw, codings, day, first_text, items, mapping, modified, moment, reference, status_codes, texts, tokens
from .medicine_words import LOCAL_ROUTES
from .products import Medicines
from .references import Resolver

_NOT_MEANT: Final = frozenset(("refuted", "entered-in-error"))
_MEANT: Final = frozenset(("confirmed", "unconfirmed", "provisional", "differential"))
_PAST: Final = frozenset(("inactive", "remission", "resolved"))
_PRESENT: Final = frozenset(("active", "recurrence", "relapse"))
_DRUG_OVER: Final = frozenset(("entered-in-error", "cancelled", "stopped", "completed", "not-taken", "not-done"))
ALLERGY: Final = "toxin_hypersensitivity"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer with what it rests on. `answer` None: the record says something that is no answer; `note` says what."""

    question: str
    answer: str | None
    source: str
    said: str
    dated: dt.date | None = None
    note: str = ""


def is_meant(resource: Raw) -> bool:
    """Is a diagnosis or allergy not refuted, and not entered in error?"""
    states = status_codes(resource.get("verificationStatus"))
    return states.isdisjoint(_NOT_MEANT) or not states.isdisjoint(_MEANT)


def _doubt(resource: Raw) -> str:
    """What keeps a diagnosis or allergy from being a yes. Without a clinical status it counts as present."""
    if modified(resource):
        return "is recorded with a modifier that this service does not know"
    states = status_codes(resource.get("clinicalStatus"))
    return "is recorded as past" if not states.isdisjoint(_PAST) and states.isdisjoint(_PRESENT) else ""


def of_condition(condition: Raw, codes: Codes) -> Iterator[Answer]:
    """Diagnoses that answer a question with yes, unless refuted; one recorded as past leaves it open."""
    if not is_meant(condition):
        return
    said = first_text(condition.get("code"))
    dated = day(condition.get("recordedDate")) or moment(condition, "onset")
    for question in meaning(meant_by(condition.get("code"), codes), "question"):
        if doubt := _doubt(condition):
            yield Answer(question, None, reference(condition), said, dated, f"{said or 'a diagnosis'} {doubt}")
        else:
            yield Answer(question, "yes", reference(condition), said, dated)


def of_allergy(allergy: Raw, medicines: Medicines) -> Iterator[Answer]:
    """An allergy to a botulinum toxin or to human albumin."""
    if not is_meant(allergy):
        return
    dated = day(allergy.get("recordedDate"))
    for substance in (allergy.get("code"), *(one.get("substance") for one in items(allergy.get("reaction")))):
        medicine = medicines.of_concepts([mapping(substance)])
        if not (medicine.toxin or "allergen" in medicine.meant):
            continue
        source = reference(allergy)
        if doubt := _doubt(allergy):
            yield Answer(ALLERGY, None, source, medicine.said, dated, f"an allergy to {medicine.said} {doubt}")
        elif not medicine.plain:
            yield Answer(ALLERGY, None, source, medicine.said, dated, f"an entry among the allergies says: {medicine.said}")
        else:
            yield Answer(ALLERGY, "yes", source, medicine.said, dated)


def of_drug(request: Raw, medicines: Medicines, resolve: Resolver) -> Iterator[Answer]:
    """Another drug that matters, from a request or statement that is not over."""
    states = status_codes(request.get("status"))
    if (states and states <= _DRUG_OVER) or request.get("doNotPerform") is True:
        return
    medicine = medicines.of_resource(request, resolve)
    if medicine.toxin:
        return
    for question in meaning(medicine.meant, "question"):
        dated = day(request.get("authoredOn")) or moment(request)
        if _is_local(request):
            note = f"{medicine.said} is ordered for local use, which was not taken for an answer: ask"
            yield Answer(question, None, reference(request), medicine.said, dated, note)
        else:
            yield Answer(question, "yes", reference(request), medicine.said, dated)


def _is_local(request: Raw) -> bool:
    """Does every dose of it go on the skin, into the eye or the ear?"""
    dosages = [*items(request.get("dosageInstruction")), *items(request.get("dosage"))]
    said = [{word for text in texts(one.get("route")) for word in tokens(text)} for one in dosages]
    return bool(said) and all(not words.isdisjoint(LOCAL_ROUTES) for words in said)


def meant_by(concept: object, codes: Codes) -> frozenset[str]:
    """Everything that the codes and exact names of a concept mean."""
    found = frozenset[str]().union(*map(codes.of_coding, codings(concept)))
    return found.union(*map(codes.of_text, texts(concept)))
