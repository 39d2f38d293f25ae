"""The record of earlier treatments: what was given where and when, as far as administrations, procedures and statements say."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any, Final

from ...case import EARLIEST
from .doses import MODIFIED, NOT_STATED, Dose, of_administration
from .elements import Raw, distinct, fingerprint, items, mapping, modified, moment, name_of, reference, status_codes, word
from .orders import Words
from .products import Medicine
from .purposes import purpose_of
from .sites import NO_SITE, Place, Site

UNKNOWN: Final = "unknown"
_NOT_GIVEN: Final = frozenset(("entered-in-error", "not-done", "not-taken", "preparation", "intended"))


@dataclass(frozen=True, slots=True)
class Given:
    """One dose on record, or the whole of a session. `date` None: not known to the day. `sites`: where it went, all of them together.

    `name` and `session` tell it and what it is a part of from all others. `parts` are the doses recorded as parts of it, which are in its
    dose.
    """

    source: str
    name: str
    date: dt.date | None
    product: str
    purpose: str | None
    session: str
    sites: tuple[Site, ...]
    dose: Dose
    parts: tuple[Given, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it went, as far as the record says it in words that are known."""
        return tuple(site.recorded for site in self.sites if site.recorded is not None)


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
    held = _with_parts(given)
    sessions = _Sessions(held)
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


def _with_parts(given: Sequence[Given]) -> list[Given]:
    """Doses recorded as parts of another administration are in its dose, where they fit in it. Else each counts for itself."""
    inside: dict[str, list[Given]] = defaultdict(list)
    for one in given:
        inside[one.session].append(one)
    names = Counter(one.name for one in given)
    held: list[Given] = []
    taken: set[int] = set()
    for one in given:
        parts = inside[one.name] if one.name and names[one.name] == 1 and one.name in inside else []
        if parts and _fits(one, parts):
            held.append(replace(one, parts=tuple(parts)))
            taken.update(id(part) for part in parts)
        else:
            held.append(one)
    return [one for one in held if id(one) not in taken]


def _fits(whole: Given, parts: Sequence[Given]) -> bool:
    """Is a dose of a whole session, whose site is not known, plainly the sum of these and more?"""
    if whole.dose.units is None or whole.places or whole.session == whole.name:
        return False
    known = [part.dose.units for part in parts if part.places and part.dose.units is not None]
    same = all((part.date, part.product, part.purpose) == (whole.date, whole.product, whole.purpose) for part in parts)
    return same and len(known) == len(parts) and sum(known) <= whole.dose.units


_Key = tuple[str, dt.date | None, str | None]
"""A session by its name; or by its day and product, or by its day alone."""


class _Sessions:
    """Puts what procedures and statements say to the administrations of the same session, by reference or else by day and product."""

    def __init__(self, given: Iterable[Given]) -> None:
        self.given: list[Given] = []
        self._at: dict[_Key, list[int]] = defaultdict(list)
        self._covered: dict[_Key, set[frozenset[tuple[str, str]]]] = defaultdict(set)
        for one in given:
            self._hold(one)

    def add(self, said: Given) -> None:
        """A procedure or statement: all of it where it stands alone, else the sites that the session does not name."""
        key = next((key for key in _sought(said) if self._at.get(key)), None)
        if key is None:
            for site in said.sites:
                self._hold(replace(said, sites=(site,)))
            return
        at = self._at[key]
        first = self.given[at[0]]
        missing = [site for site in said.sites if site.recorded and frozenset(site.recorded.entry().items()) not in self._covered[key]]
        if len(at) == 1 and first.sites == (NO_SITE,) and not first.parts and len(missing) == len(said.sites):
            self.given[at[0]] = replace(first, sites=tuple(missing))
            self._cover(self.given[at[0]])
        else:
            like = _as_in(said, [self.given[index] for index in at])
            for site in missing:
                self._hold(replace(like, sites=(site,)))

    def _hold(self, one: Given) -> None:
        for key in _keys(one):
            self._at[key].append(len(self.given))
        self.given.append(one)
        self._cover(one)

    def _cover(self, one: Given) -> None:
        """Every place that a dose lies in, or that is a wider one."""
        wider = {some for part in (one, *one.parts) for place in part.places for some in _wider(tuple(place.entry().items()))}
        for key in _keys(one):
            self._covered[key] |= wider


def _as_in(said: Given, session: Sequence[Given]) -> Given:
    """A procedure or statement with the day, product and purpose of its session where all of that agrees; else as it says itself."""
    dates, products = {one.date for one in session}, {one.product for one in session}
    purposes = {one.purpose for one in session}
    return replace(
        said,
        date=dates.pop() if len(dates) == 1 else said.date,
        product=products.pop() if len(products) == 1 else said.product,
        purpose=purposes.pop() if len(purposes) == 1 else said.purpose,
    )


def _keys(one: Given) -> Iterator[_Key]:
    """What a session is found by."""
    if one.session:
        yield one.session, None, None
    if one.date is not None:
        yield "", one.date, one.product
        yield "", one.date, None


def _sought(said: Given) -> Iterator[_Key]:
    """What the session of a procedure or statement would be found by. One that names no product fits every session of its day."""
    if said.name:
        yield said.name, None, None
    if said.date is not None:
        yield "", said.date, None if said.product == UNKNOWN else said.product


def _wider(entry: tuple[tuple[str, str], ...]) -> Iterator[frozenset[tuple[str, str]]]:
    """A place with everything that it may leave out left out."""
    for count in range(1, len(entry) + 1):
        yield from map(frozenset, combinations(entry, count))
