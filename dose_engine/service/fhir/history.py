"""The record of earlier treatments as treatments of a case, each with what it comes from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from ...case import MOST_DOSES
from .doses import plain_number
from .given import UNKNOWN, Given
from .provenance import Gap, Known
from .record import Record
from .sites import Site


@dataclass(frozen=True, slots=True)
class Dated:
    """One treatment of a case, and what it comes from."""

    entry: dict[str, Any]
    sources: tuple[str, ...]


def treatments(record: Record) -> list[Dated]:
    """The record as treatments of a case, the latest first and those without a date last. Doses of one session stand together."""
    sessions: dict[tuple[Any, ...], list[Given]] = defaultdict(list)
    made: list[Dated] = []
    for one in record.given:
        if len(one.places) == 1 and not one.parts:
            sessions[one.date, one.product, one.purpose, one.session].append(one)
        else:
            made += _whole(one)
    for given in sessions.values():
        ordered = sorted(given, key=lambda one: (_written(_dose(one)), one.source))
        for start in range(0, len(ordered), MOST_DOSES):
            some = ordered[start : start + MOST_DOSES]
            made.append(Dated(_treatment(some[0], map(_dose, some)), tuple(one.source for one in some)))
    made.sort(key=lambda one: (one.entry["date"] != UNKNOWN, one.entry["date"], _written(one.entry), one.sources), reverse=True)
    return made


def _whole(one: Given) -> Iterator[Dated]:
    """A whole session: its dose, and where it went as far as that is known."""
    doses = [*({**place.entry()} for place in one.places), *map(_dose, one.parts)]
    doses.sort(key=_written)
    entry = _treatment(one, doses[:MOST_DOSES])
    if one.dose.units is not None and len(doses) <= MOST_DOSES:
        entry["units"] = plain_number(one.dose.units)
    yield Dated(entry, (one.source, *(part.source for part in one.parts)))
    for start in range(MOST_DOSES, len(doses), MOST_DOSES):
        yield Dated(_treatment(one, doses[start : start + MOST_DOSES]), (one.source,))


def _treatment(one: Given, doses: Iterable[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {"date": one.date.isoformat() if one.date else UNKNOWN, "product": one.product}
    if one.purpose:
        found["purpose"] = one.purpose
    if inside := list(doses):
        found["doses"] = inside
    return found


def _dose(one: Given) -> dict[str, Any]:
    units = {"units": plain_number(one.dose.units)} if one.dose.units is not None else {}
    return one.places[0].entry() | units


def _written(entry: dict[str, Any]) -> str:
    return repr(entry)  # the keys of one sort of entry always come in one order


def known_of(record: Record) -> Iterator[Known]:
    """Each dose on record, with what it rests on."""
    for one in record.given:
        for given in (one, *one.parts):
            yield Known("history.treatments", _says(given), (given.source,), given.date)


def _says(one: Given) -> str:
    amount = f"{one.dose.units} U" if one.dose.units is not None else f"dose not read: {one.dose.why}"
    where = ", ".join(_where(site) for site in one.sites)
    return f"{amount}, {where}, {one.product if one.product != UNKNOWN else 'product not known'}"


def _where(site: Site) -> str:
    if site.recorded is not None:
        return site.label
    return f"site not read ({site.said})" if site.said else "site not stated"


_SAYS: Final = {
    "treatment-undated": "An earlier treatment has no usable day: it may have been at any time.",
    "treatment-dose-unread": "The dose of an earlier treatment could not be read: its units are not known.",
    "treatment-site-unread": "The site of an earlier treatment could not be read: it may have been in any muscle.",
    "treatment-on-both-sides": "An earlier dose is recorded for both sides: it counts once, and each may have had as much.",
    "treatment-unnamed": "An earlier administration does not name its medicine: it may have been a botulinum toxin.",
}


def gaps_of(record: Record) -> Iterator[Gap]:
    """What of the record could not be read."""
    sites = [site for one in record.given for given in (one, *one.parts) for site in given.sites]
    counts = {
        "treatment-undated": sum(one.date is None for one in record.given),
        "treatment-dose-unread": sum(one.dose.units is None for one in record.given),
        "treatment-site-unread": sum(bool(site.said) and site.recorded is None for site in sites),
        "treatment-on-both-sides": sum(site.both for site in sites),
        "treatment-unnamed": record.unnamed,
    }
    for code, count in counts.items():
        if count:
            yield Gap(code, f"{_SAYS[code]} Affected: {count}." if count > 1 else _SAYS[code])
