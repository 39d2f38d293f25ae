"""The record of earlier treatments: what was given where and when, as far as administrations, procedures and statements say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from ...case import EARLIEST
from .doses import MODIFIED, NOT_STATED, Dose, of_administration
from .elements import Raw, distinct, fingerprint, items, mapping, modified, moment, name_of, reference, status_codes, word
from .given import UNKNOWN, Given
from .orders import Words
from .products import Medicine
from .purposes import purpose_of
from .sessions import Sessions, with_parts
from .sites import NO_SITE

_NOT_GIVEN: Final = frozenset(("entered-in-error", "not-done", "not-taken", "preparation", "intended"))


@dataclass
class Record:
    """What the record of earlier treatments holds, and what of it could not be read."""

    given: list[Given] = field(default_factory=list)
    others: int = 0
    """Entries of another patient."""
    unnamed: int = 0
    """Entries whose medicine nothing names."""


def read_record(
    administrations: Iterable[Raw], procedures: Iterable[Raw], statements: Iterable[Raw], today: dt.date, words: Words
) -> Record:
    """Every toxin that was given, each resource once. What a procedure or statement adds to the administrations of its session is kept."""
    record = Record()
    given = [_administered(one, medicine, today, words) for one, medicine in _toxins(administrations, record, words)]
    held = with_parts(given)
    sessions = Sessions(held)
    beside = [*_toxins(procedures, record, words), *_toxins(statements, record, words)]
    for one, medicine in sorted(beside, key=lambda pair: fingerprint(pair[0])):
        sessions.add(_said(one, medicine, today, words))
    record.given = sessions.given
    return record


def _toxins(resources: Iterable[Raw], record: Record, words: Words) -> Iterator[tuple[Raw, Medicine]]:
    """The resources of this patient that say a toxin was given."""
    for one in distinct(resources):
        states = status_codes(one.get("status"))
        if words.person.is_another(one):
            record.others += 1
        elif states and states <= _NOT_GIVEN:
            continue
        elif (medicine := _medicine(one, words)).toxin:
            yield one, medicine
        elif not medicine.readable and word(one.get("resourceType")) != "Procedure":
            record.unnamed += 1


def _medicine(one: Raw, words: Words) -> Medicine:
    if word(one.get("resourceType")) == "Procedure":
        return words.medicines.of_service([mapping(one.get("code")), *items(one.get("usedCode"))])
    return words.medicines.of_resource(one, words.resolve)


def _administered(one: Raw, medicine: Medicine, today: dt.date, words: Words) -> Given:
    site = words.sites.of_concept(mapping(one.get("dosage")).get("site"))
    if modified(one):
        dose = MODIFIED
    elif status_codes(one.get("status")) != {"completed"}:  # of one that was stopped or still runs the amount is not known
        dose = Dose(None, "it is not recorded as completed")
    else:
        dose = of_administration(one.get("dosage"), medicine.product)
    session = next((_named(part, one, words) for part in items(one.get("partOf"))), "")
    return Given(reference(one), name_of(one), _dated(one, "effective", today), *_about(one, medicine, words), session, (site,), dose)


def _said(one: Raw, medicine: Medicine, today: dt.date, words: Words) -> Given:
    """A procedure or statement says that toxin was given, and a procedure where; never how much."""
    name = "performed" if word(one.get("resourceType")) == "Procedure" else "effective"
    sites = tuple(words.sites.of_concept(site) for site in items(one.get("bodySite"))) or (NO_SITE,)
    return Given(reference(one), name_of(one), _dated(one, name, today), *_about(one, medicine, words), name_of(one), sites, NOT_STATED)


def _about(one: Raw, medicine: Medicine, words: Words) -> tuple[str, str | None]:
    return medicine.product or UNKNOWN, purpose_of(one, words.codes, words.book, words.resolve)


def _named(part: Any, holder: Raw, words: Words) -> str:
    """The resource that a reference leads to, by type and id."""
    written = word(mapping(part).get("reference"))
    target = words.resolve(written, holder)
    return name_of(target) if target is not None else "/".join(written.split("/_history/")[0].rsplit("/", 2)[-2:])


def _dated(one: Raw, name: str, today: dt.date) -> dt.date | None:
    found = moment(one, name)
    return found if found is not None and EARLIEST <= found <= today else None
