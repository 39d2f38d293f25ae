"""From an advisory and what it was read from to cards: at most one a severity, text only, the first saying what was not checked.

`critical` is a stop that certainly holds. `warning` is a caution that certainly holds, or an order that could not be checked as it stands.
`info` is all that is open; it stands alone only where nothing else is said. There is no card that says all is well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ...advisory import Advisory, Certainty, Finding, Severity, Verdict
from ..fhir import Gap, Reading
from .detail import (
    earlier_in_words,
    findings_in_words,
    footer,
    gap_in_words,
    open_count,
    orders_in_words,
    scope_in_words,
)
from .markdown import section, summary
from .overrides import override_reasons
from .policy import Indicator, Policy
from .topics import topic_of

_OPENINGS: Final[dict[Indicator, str]] = {
    "critical": "Botulinum toxin, do not treat as planned",
    "warning": "Botulinum toxin, check the plan",
    "info": "Botulinum toxin, not all could be checked",
}
_GENERIC: Final[dict[Indicator, str]] = {indicator: f"{opening}: see the details." for indicator, opening in _OPENINGS.items()}
_ORDER_GAPS: Final = {
    "order-not-checked": "an order was not checked",
    "product-not-known": "the product is not known",
    "dose-not-read": "a dose could not be read",
    "dose-not-stated": "a dose is not stated",
    "site-not-stated": "a dose names no site",
    "site-not-read": "a site was not recognised",
    "place-not-stated": "the side or place of a dose is not stated",
    "two-products": "two products are ordered together",
    "another-patients-record": "the record holds an entry of another patient",
}
"""Gaps that make a warning, because something can be put right; each as a summary says it. The others are said, and stay open."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who speaks: the name and address that stand under each card, and where its uuid comes from."""

    label: str
    url: str
    new_uuid: Callable[[], str]


def cards(reading: Reading, advisory: Advisory, policy: Policy, publisher: Publisher) -> list[dict[str, Any]]:
    """The cards that the policy lets through, the gravest first."""
    certain = [one for one in advisory.findings if one.certainty is Certainty.CERTAIN and _concerns(one, reading, policy)]
    stops = sorted((one for one in certain if one.severity is Severity.STOP), key=lambda one: bool(one.places))
    cautions = [one for one in certain if one.severity is Severity.CAUTION and one.counts_as is not Verdict.OK]
    faulty = [gap for gap in reading.gaps if gap.code in _ORDER_GAPS]
    others = [gap for gap in reading.gaps if gap.code not in _ORDER_GAPS]
    drawn: list[tuple[Indicator, Sequence[Finding], Sequence[Gap]]] = [("critical", stops, ()), ("warning", cautions, faulty)]
    chosen = [one for one in drawn if one[0] in policy.indicators and (one[1] or one[2])]
    scope = scope_in_words(others, reading, advisory, asking=not policy.patient_only)
    if not chosen and policy.gaps and (scope or reading.gaps):
        chosen = [("info", (), others)]
    found = []
    for index, (indicator, findings, gaps) in enumerate(chosen):
        parts = [
            *findings_in_words(findings, reading, advisory),
            section("Could not be checked as ordered", [gap_in_words(gap) for gap in gaps if gap.code in _ORDER_GAPS]),
            *([earlier_in_words(reading) if policy.patient_only else orders_in_words(advisory, reading), *scope] if index == 0 else []),
            footer(advisory.rulebook.version, advisory),
        ]
        names = [*(one.rule for one in findings), *(gap.code for gap in gaps)] or ["open-questions"]
        title = summary(_opening(indicator, policy), _titles(findings, gaps, advisory), _GENERIC[indicator])
        found.append(_card(indicator, title, parts, names, publisher))
    return found


def unnamed_card(reading: Reading, publisher: Publisher, version: str) -> dict[str, Any]:
    """The card for orders whose medicine nothing names: they may be a toxin, and nobody checked them."""
    lines = [gap_in_words(gap) for gap in reading.gaps if gap.code == "order-not-checked"]
    title = summary(_OPENINGS["info"], ["an order does not name its medicine"], _GENERIC["info"])
    return _card("info", title, [section("Not checked", lines), footer(version)], ["order-not-checked"], publisher)


def _concerns(finding: Finding, reading: Reading, policy: Policy) -> bool:
    """Is a finding for the reader of this hook?"""
    if policy.patient_only:  # age alone, at every opening of a child's chart, would be noise
        return not finding.places and (reading.had_toxin or not {fact.name for fact in finding.facts} <= {"age"})
    if policy.selected_only and finding.places:
        selected = {order.source for order in reading.orders if order.selected}
        places = finding.places
        return any(source in selected for at in places for source in reading.orders_at(at.zone, at.muscle, at.side, at.band))
    return True


def _opening(indicator: Indicator, policy: Policy) -> str:
    return "Botulinum toxin, do not treat" if policy.patient_only and indicator == "critical" else _OPENINGS[indicator]


def _titles(findings: Sequence[Finding], gaps: Sequence[Gap], advisory: Advisory) -> list[str]:
    titles = [*(one.title for one in findings), *(_ORDER_GAPS[gap.code] for gap in gaps if gap.code in _ORDER_GAPS)]
    count = open_count(advisory)
    if not titles and count:
        titles = ["one question is open that could be a stop" if count == 1 else f"{count} questions are open that could be a stop"]
    return list(dict.fromkeys(titles))


def _card(indicator: Indicator, title: str, parts: Sequence[str], names: Sequence[str], publisher: Publisher) -> dict[str, Any]:
    return {
        "uuid": publisher.new_uuid(),
        "summary": title,
        "detail": "\n\n".join(part for part in parts if part),
        "indicator": indicator,
        "source": {"label": publisher.label, "url": publisher.url, "topic": topic_of(names)},
        "overrideReasons": override_reasons(),
    }
