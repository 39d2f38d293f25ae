"""Orders: which are for a botulinum toxin, at which sites, with which doses; and which are not evaluated, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ...rulebook.model import Rulebook
from .codes import Codes
from .doses import MISSHAPEN, MODIFIED, NOT_STATED, Dose, of_instruction
from .elements import Raw, distinct, items, mapping, modified, name_of, reference, status_codes, whole, word
from .products import Medicine, Medicines
from .purposes import purpose_of
from .references import Person, Resolver
from .repeats import is_repeated
from .sites import NO_SITE, UNREADABLE, Site, Sites

OVER: Final = frozenset(("cancelled", "stopped", "entered-in-error", "completed", "revoked"))
"""The states of a request that is not carried out any more."""

_KINDS: Final = ("MedicationRequest", "ServiceRequest")


@dataclass(frozen=True, slots=True)
class OrderedDose:
    site: Site
    dose: Dose


@dataclass(frozen=True, slots=True)
class Order:
    """An order for a botulinum toxin, or one whose medicine nothing names. `refusal`: why none of it is evaluated; empty when it is."""

    source: str
    medicine: Medicine
    doses: tuple[OrderedDose, ...] = ()
    purpose: str | None = None
    refusal: str = ""
    selected: bool = True


@dataclass(frozen=True, slots=True)
class Words:
    """What resources are read with: the rulebook, the meaning of codes, medicines and sites, the way along references, the patient."""

    book: Rulebook
    codes: Codes
    medicines: Medicines
    sites: Sites
    resolve: Resolver
    person: Person


def is_open(request: Raw) -> bool:
    """Is a request still to be carried out, as far as its state says?"""
    states = status_codes(request.get("status"))
    return not (states and states <= OVER) and request.get("doNotPerform") is not True


def read_orders(resources: Iterable[Raw], selections: Iterable[str], words: Words) -> Iterator[Order]:
    """The toxin orders, each resource once. Orders of other drugs are left out without a word."""
    chosen = frozenset(selections)
    for resource in distinct(one for one in resources if word(one.get("resourceType")) in _KINDS):
        if not is_open(resource):
            continue
        kind = word(resource.get("resourceType"))
        medicine = _medicine(resource, kind, words)
        if not medicine.toxin and (medicine.readable or kind == "ServiceRequest"):
            continue
        selected = not chosen or name_of(resource) in chosen or word(resource.get("id")) in chosen
        yield _order(resource, kind, medicine, selected, words)


def _medicine(resource: Raw, kind: str, words: Words) -> Medicine:
    if kind == "ServiceRequest":
        return words.medicines.of_service([mapping(resource.get("code"))])
    return words.medicines.of_resource(resource, words.resolve)


def _order(resource: Raw, kind: str, medicine: Medicine, selected: bool, words: Words) -> Order:
    source = reference(resource)
    if words.person.is_another(resource):
        return Order(source, medicine, refusal="it is for another patient than the one it was sent for", selected=selected)
    if not medicine.toxin:
        return Order(source, medicine, refusal="nothing names its medicine, so it could be a botulinum toxin", selected=selected)
    if modified(resource):
        return Order(source, medicine, refusal="it carries a modifier that this service does not know", selected=selected)
    doses = tuple(_of_request(resource, medicine, words) if kind == "MedicationRequest" else _of_service(resource, words))
    return Order(source, medicine, doses, purpose_of(resource, words.codes, words.book, words.resolve), selected=selected)


def _of_request(resource: Raw, medicine: Medicine, words: Words) -> Iterator[OrderedDose]:
    written = resource.get("dosageInstruction")
    instructions = items(written)
    if not whole(written):
        yield OrderedDose(NO_SITE, MISSHAPEN)
    elif not instructions:
        yield OrderedDose(NO_SITE, NOT_STATED)
    for instruction in instructions:
        site = words.sites.of_concept(instruction.get("site"))
        if modified(instruction):
            yield OrderedDose(site, MODIFIED)
        elif is_repeated(instruction.get("timing")):
            yield OrderedDose(site, Dose(None, "it is ordered to be repeated; only a single injection is read"))
        else:
            yield OrderedDose(site, of_instruction(instruction, medicine.product))


def _of_service(resource: Raw, words: Words) -> Iterator[OrderedDose]:
    """A service has sites and no dose."""
    written = resource.get("bodySite")
    sites = [words.sites.of_concept(site) for site in items(written)] or [NO_SITE]
    yield from (OrderedDose(site, NOT_STATED) for site in sites)
    if not whole(written):
        yield OrderedDose(UNREADABLE, NOT_STATED)
