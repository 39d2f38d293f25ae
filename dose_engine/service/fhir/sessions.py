"""Which doses on record belong together: parts of a whole, and what a procedure or statement adds to the administrations of its session."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from itertools import product as product_of

from .given import UNKNOWN, Given
from .sites import NO_SITE


def with_parts(given: Sequence[Given]) -> list[Given]:
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
"""What a session is found by: its name, day and product. No name: any of that day; None: any."""


class Sessions:
    """Puts what procedures and statements say to the administrations of the same session, by reference or else by day and product.

    An administration that says it is part of a procedure takes from it the day and the product that it does not say itself. Where they
    disagree, each stands for itself.
    """

    def __init__(self, given: Iterable[Given]) -> None:
        self.given: list[Given] = []
        self._at: dict[_Key, list[int]] = defaultdict(list)
        self._covered: dict[_Key, set[frozenset[tuple[str, str]]]] = defaultdict(set)
        for one in given:
            self._hold(one)

    def add(self, said: Given) -> None:
        """A procedure or statement: all of it where it stands alone, else the sites that the session does not name."""
        if said.name and (said.date is not None or said.product != UNKNOWN):
            for index in self._at.get((said.name, None, None), ()):
                self._complete(index, said)
        key = next((key for key in _sought(said) if key in self._at), None)
        if key is None:
            for site in said.sites:
                self._hold(replace(said, sites=(site,)))
            return
        at = self._at[key]
        first = self.given[at[0]]
        missing = [site for site in said.sites if site.recorded and frozenset(site.recorded.entry().items()) not in self._covered[key]]
        if len(at) == 1 and first.sites == (NO_SITE,) and not first.parts and len(missing) == len(said.sites):
            self._put(at[0], replace(first, sites=tuple(missing)))
        else:
            like = _as_in(said, [self.given[index] for index in at]) if missing else said
            for site in missing:
                self._hold(replace(like, sites=(site,)))

    def _complete(self, index: int, said: Given) -> None:
        """Gives an administration the day and product of the procedure that it is part of, where it has none."""
        one = self.given[index]
        date, product = one.date or said.date, said.product if one.product == UNKNOWN else one.product
        if (date, product) != (one.date, one.product):
            self._put(index, replace(one, date=date, product=product))

    def _hold(self, one: Given) -> None:
        self.given.append(one)
        self._put(len(self.given) - 1, one)

    def _put(self, index: int, one: Given) -> None:
        """A dose at its index, found by its keys; and every place that it lies in, or that is a wider one."""
        self.given[index] = one
        wider = {some for part in (one, *one.parts) for place in part.places for some in _wider(tuple(place.entry().items()))}
        for key in _keys(one):
            self._covered[key] |= wider
            if index not in self._at[key][-1:]:
                self._at[key].append(index)


def _as_in(said: Given, session: Iterable[Given]) -> Given:
    """A procedure or statement with what it does not say itself, where all of its session agrees on it."""
    seen = [(one.date, one.product, one.purpose) for one in session]
    (date, *dates), (product, *products), (purpose, *purposes) = (list(dict.fromkeys(column)) for column in zip(*seen, strict=True))
    return replace(
        said,
        date=said.date or (None if dates else date),
        product=said.product if said.product != UNKNOWN or products else product,
        purpose=said.purpose or (None if purposes else purpose),
    )


def _keys(one: Given) -> Iterator[_Key]:
    """Everything that a dose is found by."""
    days, products = {one.date, None}, {one.product, None}
    if one.session:
        yield from product_of((one.session,), days, products)
    if one.date is not None:
        yield from product_of(("",), (one.date,), products)


def _sought(said: Given) -> Iterator[_Key]:
    """What the session of a procedure or statement is found by; what it does not say fits any."""
    product = None if said.product == UNKNOWN else said.product
    if said.name:
        yield said.name, said.date, product
    if said.date is not None:
        yield "", said.date, product


def _wider(entry: tuple[tuple[str, str], ...]) -> Iterator[frozenset[tuple[str, str]]]:
    """A place with everything that it may leave out left out."""
    for count in range(1, len(entry) + 1):
        yield from map(frozenset, combinations(entry, count))
