"""Is it a botulinum toxin, and whose? Known by an exact code, international name or brand, or not known: nothing is guessed from a text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ...rulebook.model import Rulebook
from .codes import ATC, Codes, meaning, system_key
from .elements import EMPTY, Coding, Concept, Raw, concept_of, items, mapping, short, status_codes, tokens, word
from .medicine_words import DOES_NOT_NAME, NOT_A_TOXIN, NOT_INJECTED, UNSURE
from .references import Resolver


@dataclass(frozen=True, slots=True)
class Medicine:
    """What a medicine was read as. `product` None: not known, and `why` says so. `readable` is False when nothing names it."""

    toxin: bool
    product: str | None = None
    why: str = ""
    readable: bool = True
    meant: frozenset[str] = field(default=frozenset())
    """Everything its codes and exact names mean."""
    said: str = ""
    plain: bool = True
    """False where a text names a toxin beside a word such as `not` or `or`."""


@dataclass(frozen=True, slots=True)
class _Text:
    """What one text says."""

    meant: frozenset[str]
    products: frozenset[str]
    toxin: bool
    unsure: bool
    names: bool


class Medicines:
    """Reads medicines under one rulebook, whose products and brands are the names that count."""

    def __init__(self, book: Rulebook, codes: Codes) -> None:
        self._book, self._codes = book, codes
        self._names: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        self._texts: dict[str, _Text] = {}
        self._read: dict[tuple[tuple[Concept, ...], str], Medicine] = {}
        for product in book.products.values():
            for name in (product.name, *_apart(product.name), *product.brands):
                if words := tokens(name):
                    self._names[words[0]].append((words, product.name))

    def of_resource(self, resource: Raw, resolve: Resolver) -> Medicine:
        """The medicine of a request or administration: its concept, or what its reference leads to, or what the reference is called."""
        referred = mapping(resource.get("medicationReference"))
        if not referred:
            return self.of_concepts([mapping(resource.get("medicationCodeableConcept"))])
        target = _medication(resolve(word(referred.get("reference")), resource))
        concepts = [mapping(resource.get("medicationCodeableConcept")), mapping(target.get("code")), *_ingredients(target)]
        read = self.of_concepts(concepts, word(referred.get("display")))
        if read.toxin and read.product is None and not target:
            why = f"{read.why}; the reference to the medicine could not be followed"
            return Medicine(True, None, why, True, read.meant, read.said, read.plain)
        return read

    def of_service(self, concepts: Iterable[Raw]) -> Medicine:
        """The medicine that a service or procedure gives. One that only talks about it, such as a referral, gives none."""
        written = list(concepts)
        if any(not NOT_INJECTED.isdisjoint(tokens(text)) for one in written for text in concept_of(one).said):
            return Medicine(False)
        return self.of_concepts(written)

    def of_concepts(self, concepts: Iterable[Raw], display: str = "") -> Medicine:
        """The medicine that these say together; a disagreement is a toxin whose product is not known."""
        key = tuple(map(concept_of, concepts)), display
        if key not in self._read:
            self._read[key] = self._together(*key)
        return self._read[key]

    def _together(self, concepts: Iterable[Concept], display: str) -> Medicine:
        said = [text for concept in concepts for text in concept.said] + ([display] if display else [])
        coded = [one for concept in concepts for one in concept.codings]
        by_code = frozenset[str]().union(*map(self._codes.of_coding, coded))
        read = [self._text(text) for text in said]
        meant = by_code | self._by_name(read, coded)
        products = {one if one in self._book.products else "" for one in meaning(meant, "product")}.union(*(one.products for one in read))
        label = short(said[0]) if said else ""
        if not ("toxin" in meant or products or any(one.toxin for one in read)):
            return Medicine(False, None, "", _is_named(read, coded, meant), meant, label)
        plain = not any(one.unsure for one in read)
        match sorted(products):
            case [one] if plain and one:
                return Medicine(True, one, "", True, meant, label or one)
            case []:
                why = "it names a botulinum toxin, but not the product"
            case [""]:
                why = "the rulebook does not know its product"
            case [_]:
                why = "its text does not plainly name one product"
            case _:
                why = "its codes and texts name different products"
        return Medicine(True, None, why, True, meant, label or "botulinum toxin", plain)

    def _by_name(self, read: Iterable[_Text], coded: Iterable[Coding]) -> frozenset[str]:
        """What the names mean. The ATC class tells an injection from an eye drop of the same name, so where it is given, it decides."""
        meant = frozenset[str]().union(*(one.meant for one in read))
        return frozenset(one for one in meant if not one.startswith("question:")) if any(map(_is_whole_atc, coded)) else meant

    def _text(self, text: str) -> _Text:
        if text not in self._texts:
            words = tokens(text)
            products = frozenset(self._products(words))
            meant = self._codes.of_name(words) | self._codes.of_words(words)
            toxin = "toxin" in meant or bool(products) or any("botul" in one for one in words)
            against = any(stem in one for one in words for stem in NOT_A_TOXIN)
            if against and not products:  # an antitoxin, an antibody or a vaccine is named after what it is against
                meant, toxin = meant - {"toxin"}, False
            unsure = bool(toxin and (against or UNSURE.intersection(words)))
            names = any(one not in DOES_NOT_NAME and not one.isdigit() for one in words)
            self._texts[text] = _Text(meant, products, toxin, unsure, names)
        return self._texts[text]

    def _products(self, words: tuple[str, ...]) -> Iterator[str]:
        for start, first in enumerate(words):
            for name, product in self._names.get(first, ()):
                if words[start : start + len(name)] == name:
                    yield product


def _apart(name: str) -> Iterable[str]:
    """An international name is also written with its type apart: onabotulinumtoxin A."""
    return (f"{name[:-1]} {name[-1]}",) if name[-1:] in ("A", "B") else ()


def _medication(target: Raw | None) -> Raw:
    """The Medication that a reference led to; one entered in error, or of another kind, is none."""
    read = target or EMPTY
    usable = word(read.get("resourceType")) == "Medication" and "entered-in-error" not in status_codes(read.get("status"))
    return read if usable else EMPTY


def _ingredients(medication: Raw) -> Iterator[Raw]:
    yield from (mapping(one.get("itemCodeableConcept")) for one in items(medication.get("ingredient")))


def _is_named(read: Iterable[_Text], coded: Iterable[Coding], meant: frozenset[str]) -> bool:
    """Does anything tell what the medicine is? A code that is in no table here may be anything; a whole ATC code outside ours is not."""
    if meant or any(one.names for one in read):
        return True
    return any(map(_is_whole_atc, coded))


def _is_whole_atc(coding: Coding) -> bool:
    """Is it a code of one substance, not of a group of them?"""
    return system_key(coding.system) == ATC and len(coding.code) == 7
