"""From toxin orders to the plan of a case: one entry a place, with what had to be assumed and what could not be read.

What is ordered today but cannot stand in the plan (no site, another purpose, another product) counts as given today: it is in the totals.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...advisory import Verdict
from ...case import MOST_PLANNED
from ...rulebook.model import Rulebook
from ...units import LARGEST, Units
from .doses import plain_number, shared
from .orders import Order, OrderedDose
from .provenance import Gap
from .purposes import is_therapy
from .sites import Place, stop_lines


@dataclass(frozen=True, slots=True)
class Planned:
    """One entry of a plan, or of what counts as given today: as a case has it, in words, and the orders it comes from."""

    entry: dict[str, Any]
    says: str
    sources: tuple[str, ...]


@dataclass
class Plan:
    """The plan that orders make together.

    `entries` is what is checked, a dose whose place is not all stated being shared among its places; `assumed` the places that hold such a
    share. `stated` is the plan without these shares, and `open` the doses they come from, as far as their place is stated.
    """

    product: str
    entries: tuple[Planned, ...] = ()
    assumed: frozenset[Place] = frozenset()
    stated: tuple[Planned, ...] = ()
    open: tuple[Planned, ...] = ()
    otherwise: tuple[tuple[dict[str, Any], ...], ...] = ()
    """The plan as it is when each dose whose place is not all stated goes to one of its places whole."""
    today: list[Planned] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


_Part = tuple[Units | None, str]
_Parts = dict[Place, list[_Part]]


def read_plan(orders: Sequence[Order], book: Rulebook, today: dt.date) -> Plan:
    """The plan that the orders make together."""
    return _Planner(orders, book, today).plan()


def _product(orders: Iterable[Order], book: Rulebook) -> str:
    """The product of the plan: the one that is ordered, of several the rulebook's; `unknown` when toxin is ordered and none is named."""
    toxins = [order for order in orders if order.medicine.toxin]
    known = {order.medicine.product for order in toxins if order.medicine.product and not order.refusal}
    return book.product if not toxins or book.product in known else min(known, default="unknown")


class _Planner:
    def __init__(self, orders: Sequence[Order], book: Rulebook, today: dt.date) -> None:
        self.orders, self.book, self.today = orders, book, today
        self.made = Plan(_product(orders, book))
        self.settled: _Parts = defaultdict(list)
        self.shares: _Parts = defaultdict(list)
        self.open: list[Planned] = []
        self.spread: _Parts = defaultdict(list)
        self.unsettled: list[tuple[Sequence[Place], _Part]] = []

    def plan(self) -> Plan:
        for order in self.orders:
            medicine = order.medicine
            if order.refusal:
                says = f"The order for {medicine.said or 'a medicine'} was not checked: {order.refusal}."
                self._gap("order-not-checked", says, order.source)
                continue
            if medicine.product is None:
                says = f"The product of the order for {medicine.said} is not known: {medicine.why}. Name the product."
                self._gap("product-not-known", says, order.source)
            for one in order.doses:
                self._take(order, one)
        made = self.made
        both = {place: [*self.settled.get(place, ()), *self.shares.get(place, ())] for place in {**self.settled, **self.shares}}
        kept = self._kept(both)
        made.entries = tuple(self._entry(place, both[place]) for place in kept)
        made.stated = tuple(self._entry(place, self.settled[place]) for place in kept if place in self.settled)
        made.open, made.assumed = tuple(self.open), frozenset(self.shares)
        gaps = list(dict.fromkeys(made.gaps))
        most = max((len(places) for places, _ in self.unsettled), default=0)
        made.otherwise = tuple(tuple(self._whole(index)) for index in range(most))
        made.gaps = gaps  # what is too large or too long only in another plan is not said: nobody ordered that
        return made

    def _gap(self, code: str, says: str, source: str, counts_as: Verdict = Verdict.INCOMPLETE) -> None:
        self.made.gaps.append(Gap(code, says, counts_as, (source,)))

    def _take(self, order: Order, one: OrderedDose) -> None:
        where = one.site.label or one.site.said or "a site that is not named"
        if one.dose.note:
            self._gap("dose-read-with-care", f"{_capital(where)}: {one.dose.note}.", order.source, Verdict.OK)
        if apart := self._apart(order, one):
            self._gap(*apart, order.source)
            self._counts_today(order, one)
            return
        if one.dose.units is None and order.medicine.product is not None:
            code = "dose-not-read" if one.dose.stated else "dose-not-stated"
            self._gap(code, f"The dose at {where} was not checked: {one.dose.why}.", order.source)
        places = one.site.places
        if not places:
            if one.site.said:
                self._gap("site-not-read", f"{_capital(where)}: {one.site.why}. The dose there was not checked.", order.source)
            else:
                says = "No site is named, so the dose was not checked where it goes. Name the site."
                self._gap("site-not-stated", says, order.source)
            if one.dose.units is not None:
                self._counts_today(order, one)
        elif len(places) == 1:
            self.settled[places[0]].append((one.dose.units, order.source))
        else:
            self._share(one, where, order.source)

    def _whole(self, index: int) -> Iterator[dict[str, Any]]:
        """The entries of the plan when every unsettled dose lies in its place of this number, counted round; one for both sides
        stays in both."""
        parts: _Parts = defaultdict(list)
        for settled in (self.settled, self.spread):
            for place, doses in settled.items():
                parts[place] += doses
        for places, part in self.unsettled:
            parts[places[index % len(places)]].append(part)
        yield from (self._entry(place, parts[place]).entry for place in self._kept(parts))

    def _apart(self, order: Order, one: OrderedDose) -> tuple[str, str] | None:
        """Why a dose cannot be held against the lines of the plan, wherever it goes."""
        counted = "counts in the totals" if one.dose.units is not None else f"was not read: {one.dose.why}"
        if is_therapy(order.purpose, self.book):
            label = self.book.protocols[order.purpose or ""].label.lower()
            return "other-purpose", f"An order is for {label}: its dose is not checked here. It {counted}."
        if order.medicine.product not in (None, self.made.product):
            both = f"{self.made.product} and {order.medicine.product}"
            return "two-products", f"Two products are ordered together: {both}. Units are never added or converted."
        return None

    def _share(self, one: OrderedDose, where: str, source: str) -> None:
        """Shares a dose among the places it may go to."""
        places, units = one.site.places, one.dose.units
        if not one.site.both:
            self.unsettled.append((places, (units, source)))
        parts = shared(units, stop_lines(places, self.book)) if units is not None else [None] * len(places)
        for place, part in zip(places, parts, strict=True):
            if part != 0:
                share: _Part = (None if part is None else Units.of(part), source)
                self.shares[place].append(share)
                if one.site.both:
                    self.spread[place].append(share)
        lines = ", ".join(f"{_in_words(place)} {part} U" for place, part in zip(places, parts, strict=True) if part)
        checked = f" It was checked as {lines}." if lines else ""
        if one.site.both:
            missing, ask = f"At {where} one dose is ordered for both sides, so it is not known what each of them gets.", "State each."
        else:
            missing, ask = f"At {where} the {_not_stated(places)} is not stated.", "State it."
        says = f"{missing}{checked} {ask}"
        self.made.gaps.append(Gap("place-not-stated", says, Verdict.INCOMPLETE, (source,), f"{missing} {ask}"))
        entry = (one.site.recorded or places[0]).entry()
        says = f"{units} U" if units is not None else f"dose not read: {one.dose.why}"
        self.open.append(Planned(entry | ({"units": plain_number(units)} if units is not None else {}), f"{says}, {where}", (source,)))

    def _counts_today(self, order: Order, one: OrderedDose) -> None:
        """What will be given today and is not in the plan. Of a product that is not known there are no units to count."""
        if order.medicine.product is None:
            return
        given: dict[str, Any] = {"date": self.today.isoformat(), "product": order.medicine.product}
        if order.purpose is not None:
            given["purpose"] = order.purpose
        units = {"units": plain_number(one.dose.units)} if one.dose.units is not None else {}
        if one.site.recorded is not None:
            given["doses"] = [one.site.recorded.entry() | units]
        else:
            given |= units
        amount = f"{one.dose.units} U" if one.dose.units is not None else f"dose not read: {one.dose.why}"
        says = f"ordered for today: {amount}, {one.site.label or one.site.said or 'no site named'}, {order.medicine.product}"
        self.made.today.append(Planned(given, says, (order.source,)))

    def _kept(self, parts: _Parts) -> list[Place]:
        """The places in anatomical order, as many as a case holds."""
        zones = list(self.book.zones)

        def anatomical(place: Place) -> tuple[Any, ...]:
            muscles = self.book.zones[place.zone or ""].muscles
            return zones.index(place.zone or ""), list(muscles).index(place.muscle or ""), place.side or "", place.band or ""

        ordered = sorted(parts, key=anatomical)
        if len(ordered) > MOST_PLANNED:
            says = f"Doses are ordered at {len(ordered)} places; only {MOST_PLANNED} of them were checked."
            self.made.gaps.append(Gap("plan-too-long", says))
        return ordered[:MOST_PLANNED]

    def _entry(self, place: Place, parts: Sequence[_Part]) -> Planned:
        known = sorted(units for units, _ in parts if units is not None)
        sources = tuple(sorted({source for _, source in parts}))
        entry = place.entry()
        if known:
            total = Units(sum(known))
            if total > LARGEST:
                says = f"{total} U are ordered at {_in_words(place)}: it was checked as {Units(LARGEST)} U, the most that a plan may state."
                self.made.gaps.append(Gap("dose-too-large", says, Verdict.INCOMPLETE, sources))
            entry["units"] = plain_number(min(total, Units(LARGEST)))
        amount = f"{' + '.join(map(str, known))} U" if known else "dose not read"
        unread = " + a dose that was not read" if known and len(known) < len(parts) else ""
        return Planned(entry, f"{amount}{unread}, {_in_words(place)}", sources)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _in_words(place: Place) -> str:
    parts = (place.zone, place.muscle if place.muscle != place.zone else "", place.side, place.band)
    return " ".join(part.replace("_", " ") for part in parts if part)


def _not_stated(places: Sequence[Place]) -> str:
    names = ("zone", "muscle", "band", "side")
    return " and the ".join(name for name in names if len({getattr(place, name) for place in places}) > 1)
