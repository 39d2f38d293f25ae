"""A patient's resources as a case: every fact with its provenance, and every fact that is missing with the reason.

The case is fail-closed: what a record cannot say (the asymmetry, most screening questions, whether the history is complete) is unknown, and
the engine counts with it. Beyond that, a `Gap` says what could not be read; its `counts_as` is the least that the verdict then is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ...advisory import Verdict
from ...case import MOST_SCHEDULED, MOST_TREATMENTS, Case
from ...intake import case_from
from ...rulebook.model import Rulebook
from .code_map import CodeMap
from .elements import Raw, name_of, reference, status_codes
from .history import gaps_of, known_of, treatments
from .orders import Order, Words, is_open, read_orders
from .patient import ANOTHER, PatientReader
from .plan import Plan, Planned, read_plan
from .products import Medicines
from .provenance import Gap, Known
from .purposes import purpose_of
from .record import read_record
from .references import Person, Resolver
from .searches import State, kind_of
from .sites import Place, Sites
from .sources import ASKED_OF, MAY_FAIL, Sources

STAND_IN_AGE: Final = 40
"""In place of an age that is not known, where a case needs one; the gap says so, and the verdict is then `incomplete` at best."""


@dataclass(frozen=True)
class Reading:
    """The case as far as it is given. `document` has no `plan` where nothing is planned in our zones, no age where it is not known."""

    document: Mapping[str, Any]
    known: tuple[Known, ...]
    gaps: tuple[Gap, ...]
    orders: tuple[Order, ...]
    plan_sources: tuple[tuple[str, ...], ...]
    """For each plan entry, the orders it comes from."""
    treatment_sources: tuple[tuple[str, ...], ...]
    """For each treatment of the history, what it comes from: administrations, procedures, or an order that counts as given today."""
    scheduled_sources: tuple[tuple[str, ...], ...]
    """For each scheduled treatment, the order it comes from."""
    patient: State
    """How the patient's own resource was obtained."""
    stated: tuple[Planned, ...] = ()
    """The plan without what had to be assumed: no share of a dose whose side, band, muscle or zone is not stated."""
    open: tuple[Planned, ...] = ()
    """The doses of which that is not stated, as far as they are."""
    assumed: frozenset[Place] = frozenset()
    """The places of the plan that hold a share of such a dose."""
    otherwise: tuple[tuple[Mapping[str, Any], ...], ...] = ()
    """Other plans that the orders may mean: each such dose whole in one of its places."""

    @property
    def concerns_toxin(self) -> bool:
        """Is any order for a botulinum toxin?"""
        return any(order.medicine.toxin for order in self.orders)

    @property
    def had_toxin(self) -> bool:
        """Is any botulinum toxin on record, given or ordered?"""
        return self.concerns_toxin or bool(self.document["history"]["treatments"]) or bool(self.document.get("scheduled"))

    def orders_at(self, zone: str, muscle: str, side: str, band: str | None) -> tuple[str, ...]:
        """The orders behind the dose of a place."""
        for entry, sources in zip(self.document.get("plan", ()), self.plan_sources, strict=True):
            if (entry["zone"], entry["muscle"], entry["side"], entry.get("band")) == (zone, muscle, side, band):
                return sources
        return ()

    def is_assumed(self, zone: str, muscle: str, side: str, band: str | None) -> bool:
        """Does the dose planned at a place hold a share of a dose whose place is not all stated? What is found there is then certain only
        where the case of what is stated shows it too."""
        return Place(zone, muscle, side, band) in self.assumed

    def least(self) -> Verdict:
        """The least that the verdict is, by what could not be read."""
        return max((gap.counts_as for gap in self.gaps), key=lambda verdict: verdict.rank, default=Verdict.OK)

    def case(self, book: Rulebook, today: dt.date, *, only_stated: bool = False) -> Case:
        """The case to advise on. Without a plan it has none, and only what concerns the whole patient can be found.

        `only_stated` leaves out every share that had to be assumed: what is found then rests on nothing assumed.
        """
        return self._case([one.entry for one in self.stated] if only_stated else self.document.get("plan", ()), book, today)

    def other_cases(self, book: Rulebook, today: dt.date) -> Iterator[Case]:
        """The case for each of the other plans that the orders may mean. What holds in all of them and in `case` is certain."""
        yield from (self._case(plan, book, today) for plan in self.otherwise)

    def _case(self, plan: Sequence[Mapping[str, Any]], book: Rulebook, today: dt.date) -> Case:
        whole = {**self.document, "patient": {"age": STAND_IN_AGE, **self.document["patient"]}, "plan": plan or [_any_place(book)]}
        case = case_from(whole, book, today)
        return case if plan else case.model_copy(update={"plan": ()})


def read(sources: Sources, book: Rulebook, codes: CodeMap, today: dt.date, *, pregnancy_days: int = 0) -> Reading:
    """Read a patient's resources under a rulebook. `today` is the day of treatment."""
    person = Person.among(sources.patient_id, sources.entries())
    words = Words(book, codes.codes, Medicines(book, codes.codes), Sites(book, codes.codes), Resolver(sources.entries), person)
    orders = tuple(sorted(read_orders(sources.drafts(), sources.selections, words), key=lambda order: order.source))
    plan = read_plan(orders, book, today)
    reader = PatientReader(sources, words, today, pregnancy_days)
    patient = reader.patient()
    medications = reader.own("medications")
    record = read_record(
        sources.search("administrations").resources,
        sources.search("procedures").resources,
        (one for one in medications if kind_of(one) == "MedicationStatement"),
        today,
        words,
    )
    past = treatments(record)
    given = [*((one.entry, one.sources) for one in plan.today), *((one.entry, one.sources) for one in past)]
    active = list(_active(medications, sources, words))
    scheduled = [one.entry for one in active if one.entry][:MOST_SCHEDULED]
    document: dict[str, Any] = {
        "case": "",
        "date": today.isoformat(),
        "product": plan.product,
        "patient": patient,
        "history": {"complete": "unknown", "treatments": [entry for entry, _ in given[:MOST_TREATMENTS]]},
        **({"scheduled": scheduled} if scheduled else {}),
        **({"plan": [one.entry for one in plan.entries]} if plan.entries else {}),
    }
    gaps = [*plan.gaps, *reader.gaps, *gaps_of(record), *(_gap_of(one) for one in active), *_not_checked(sources)]
    if record.others:
        gaps.append(ANOTHER)
    if len(given) > MOST_TREATMENTS:
        count = len(given) - MOST_TREATMENTS
        gaps.append(Gap("history-too-long", f"The history is longer than is read: only the latest treatments count. Left out: {count}."))
    return Reading(
        document,
        (*reader.known, *known_of(record), *_known_of(plan, orders), *_searched(sources)),
        tuple(dict.fromkeys(gaps)),
        orders,
        tuple(one.sources for one in plan.entries),
        tuple(sources for _, sources in given[:MOST_TREATMENTS]),
        tuple(one.sources for one in active if one.entry)[:MOST_SCHEDULED],
        reader.resource()[0],
        plan.stated,
        plan.open,
        plan.assumed,
        plan.otherwise,
    )


# other orders of the record


def _active(medications: list[Raw], sources: Sources, words: Words) -> Iterator[Planned]:
    """Active orders, not among the drafts, for a toxin that may be given soon, nobody says when; and those that nothing names."""
    drafts = [one for one in sources.drafts() if is_open(one)]
    named, in_hand = {name_of(one) for one in drafts} - {""}, {id(one) for one in drafts}
    for request in medications:
        source = reference(request)
        if not _may_be_given(request) or id(request) in in_hand or name_of(request) in named:
            continue
        medicine = words.medicines.of_resource(request, words.resolve)
        if medicine.toxin:
            purpose = purpose_of(request, words.codes, words.book, words.resolve)
            entry = {"date": "unknown", "product": medicine.product or "unknown", **({"purpose": purpose} if purpose else {})}
            yield Planned(entry, "Another order for a botulinum toxin is active; when it is given is not known. Ask.", (source,))
        elif not medicine.readable:
            says = "An active order does not name its medicine: it may be a botulinum toxin, or a drug that matters. Ask."
            yield Planned({}, says, (source,))


def _may_be_given(request: Raw) -> bool:
    if kind_of(request) == "MedicationStatement":
        return "intended" in status_codes(request.get("status"))
    return is_open(request)


def _gap_of(active: Planned) -> Gap:
    return Gap("active-toxin-order" if active.entry else "medicine-unnamed", active.says, Verdict.INCOMPLETE, active.sources)


# what else is said


def _known_of(plan: Plan, orders: tuple[Order, ...]) -> Iterator[Known]:
    if named := tuple(order.source for order in orders if order.medicine.product == plan.product and not order.refusal):
        yield Known("product", plan.product, named)
    for index, one in enumerate(plan.entries):
        yield Known(f"plan[{index}]", one.says, one.sources)
    for one in plan.today:
        yield Known("history.today", one.says, one.sources)


def _not_checked(sources: Sources) -> Iterator[Gap]:
    for key, what in MAY_FAIL.items():
        match sources.search(key).state:
            case State.ABSENT if key in ASKED_OF:
                yield Gap(f"not-sent-{key}", f"Not sent, so not checked: {what}.")
            case State.FAILED:
                yield Gap(f"failed-{key}", f"Could not be read, so not checked: {what}.")
            case State.PART:
                yield Gap(f"part-{key}", f"Only part was sent: {what}. What is missing was not checked.")


def _searched(sources: Sources) -> Iterator[Known]:
    for key, what in ASKED_OF.items():
        if sources.search(key).state is State.EMPTY:
            yield Known("", f"searched, nothing on record: {what}", ())


def _any_place(book: Rulebook) -> dict[str, Any]:
    """A plan entry that only stands in while a case without a plan is read."""
    zone = next(iter(book.zones.values()))
    muscle, sides = next(iter(zone.muscles.items()))
    return {"zone": zone.name, "muscle": muscle, "side": sides[0], **({"band": zone.bands[0]} if zone.bands else {})}
