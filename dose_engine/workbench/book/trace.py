"""Traceability: from each hazard to the rules that guard against it, the cases that try them and the claims about them; what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...advisory import Severity
from ...report.words import plural
from ...rulebook.model import Hazard, Rule
from ..claims import Claim
from .claims import claims_of, named, standing
from .edition import Edition
from .markup import Content, Html, anchor, items, link, literal, table, tag, together
from .references import case_ids, severity_tag, sources


@dataclass(frozen=True, slots=True)
class Chain:
    """One hazard with everything that guards against it, and the gaps in it, in words."""

    hazard: Hazard
    rules: tuple[Rule, ...]
    claims: tuple[Claim, ...]
    gaps: tuple[str, ...]


def chains(edition: Edition) -> tuple[Chain, ...]:
    """One chain a hazard, in the order of the file."""
    return tuple(_chain(hazard, edition) for hazard in edition.book.hazards.values())


def _chain(hazard: Hazard, edition: Edition) -> Chain:
    rules = tuple(rule for rule in edition.rules if rule.hazard == hazard.id)
    claims = {claim.id: claim for rule in rules for claim in claims_of(rule, edition)}
    return Chain(hazard, rules, tuple(claims.values()), tuple(_gaps(rules, tuple(claims.values()), edition)))


def _gaps(rules: tuple[Rule, ...], claims: tuple[Claim, ...], edition: Edition) -> Iterator[str]:
    if not any(rule.severity in (Severity.CAUTION, Severity.STOP) for rule in rules):
        yield "no caution or stop names this hazard"
    for rule in rules:
        if not edition.roles[rule.id]:
            yield f"no case for {rule.id}"
        elif rule.severity is not None and not any(role.fires for role in edition.roles[rule.id]):
            yield f"{rule.id} fires in no case"
    if not claims:
        yield "no claim rests on a rule of it"
    for claim in claims:
        if (result := standing(claim, edition)) != "proved":
            yield f"claim {claim.id}: {result}"


def chapter(edition: Edition) -> Html:
    found = chains(edition)
    whole = sum(not chain.gaps for chain in found)
    opening = (
        f"One row for each hazard: what can go wrong, the rules that guard against it with the cases that try each, the claims about "
        f"them, and what is missing. {plural(whole, 'hazard')} of {len(found)} without a gap. "
    )
    about = "Claims about the book as a whole hold for every rule and are not repeated in each row"
    whole_book = [claim for claim in edition.whole.claims if claim.prove]
    also: Content = together([f"{about}: ", named(whole_book, edition), "."]) if whole_book else None
    rows = (_row(chain, edition) for chain in found)
    return together(
        [
            tag("p", opening, also),
            table(("Hazard", "Rules, and the cases of each", "Claims", "Gaps"), rows, class_="trace"),
        ]
    )


def _row(chain: Chain, edition: Edition) -> Html:
    hazard = chain.hazard
    return tag(
        "tr",
        tag(
            "th",
            tag("strong", hazard.title),
            literal("<br>"),
            tag("code", hazard.id, class_="id"),
            tag("p", hazard.says),
            tag("p", sources(hazard.sources, edition), class_="aside"),
            scope="row",
        ),
        tag("td", items((_rule(rule, edition) for rule in chain.rules), class_="chain") or tag("strong", "none", class_="gap")),
        tag("td", items((named([claim], edition) for claim in chain.claims), class_="chain") or tag("strong", "none", class_="gap")),
        tag("td", items((tag("strong", gap, class_="gap") for gap in chain.gaps), class_="chain") or "none"),
        id=anchor("hazard", hazard.id),
    )


def _rule(rule: Rule, edition: Edition) -> Html:
    cases: Content = case_ids(edition.roles[rule.id]) or tag("strong", "no case", class_="gap")
    return together([severity_tag(rule), " ", tag("strong", link("rule", rule.id, class_="id")), ": ", cases])
