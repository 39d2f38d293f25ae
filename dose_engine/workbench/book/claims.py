"""How each claim stands in this edition, and which rules are behind it."""

from __future__ import annotations

from collections.abc import Sequence

from ...rulebook.model import Rule
from ..claims import Claim
from .edition import Edition
from .markup import Html, link, tag, together

NOT_YET = "not proved yet"
OTHER_VERSION = "proved for another version"


def standing(claim: Claim, edition: Edition) -> str:
    """`proved`, `broken`, `not proved`, or why the certificate says nothing of this claim in this book."""
    certificate = edition.certificate
    if certificate is None or claim.id not in certificate.claims:
        return NOT_YET
    result = certificate.claims[claim.id].outcome
    if certificate.rulebook != edition.digest:
        return OTHER_VERSION if result == "proved" else NOT_YET
    return result


def claims_of(rule: Rule, edition: Edition) -> list[Claim]:
    """The claims that the rule is behind."""
    return [claim for claim in edition.whole.claims if rule.id in edition.behind[claim.id]]


def named(claims: Sequence[Claim], edition: Edition) -> Html | None:
    """Claims by their ids, each with how it stands."""
    parts = (together([link("claim", claim.id, class_="id"), " ", result_tag(standing(claim, edition))]) for claim in claims)
    return together(parts, ", ") if claims else None


def result_tag(result: str) -> Html:
    """How a claim stands, as a word; anything but proved is marked."""
    return tag("span", result, class_="result" if result == "proved" else "result gap")
