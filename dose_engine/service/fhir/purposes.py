"""What an injection is for: the codes and exact names of its reasons, and of the diagnoses that its reasons refer to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ...rulebook.model import Rulebook
from .codes import PURPOSE_SYSTEM, Codes, meaning
from .elements import Raw, codings, items, mapping, texts, word
from .references import Resolver

AESTHETIC: Final = "aesthetic"
OTHER: Final = "other"


def purpose_of(resource: Raw, codes: Codes, book: Rulebook, resolve: Resolver) -> str | None:
    """The purpose, or None where the reasons do not say. One beside aesthetic wins; two of those are another purpose."""
    found = {purpose for reason in _reasons(resource, resolve) for purpose in purposes(reason, codes, book)}
    others = found - {AESTHETIC}
    if len(others) > 1:
        return OTHER if OTHER in book.protocols else None
    return next(iter(others or found), None)


def _reasons(resource: Raw, resolve: Resolver) -> Iterator[Raw]:
    yield from items(resource.get("reasonCode"))
    for reason in items(resource.get("reasonReference")):
        yield mapping(mapping(resolve(word(reason.get("reference")), resource)).get("code"))


def purposes(concept: Any, codes: Codes, book: Rulebook) -> Iterator[str]:
    """The purposes that a diagnosis or reason means; one that the rulebook has no name for is another purpose."""
    for coding in codings(concept):
        if coding.system.rstrip("/") == PURPOSE_SYSTEM:
            yield from _known(coding.code, book)
        for purpose in meaning(codes.of_coding(coding), "purpose"):
            yield from _known(purpose, book)
    for text in texts(concept):
        for purpose in meaning(codes.of_text(text), "purpose"):
            yield from _known(purpose, book)


def _known(purpose: str, book: Rulebook) -> Iterator[str]:
    if purpose in book.protocols or OTHER in book.protocols:
        yield purpose if purpose in book.protocols else OTHER


def is_therapy(purpose: str | None, book: Rulebook) -> bool:
    """Is it for a therapy, whose doses are not held against the lines for faces?"""
    return purpose is not None and book.protocols[purpose].therapeutic
