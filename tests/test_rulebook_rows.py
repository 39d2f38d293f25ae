"""Every statement of the domain ends in the book: as a rule, a limit, a suggestion, a fact, or a note that says why it is none of these."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final

import pytest

from dose_engine.advisory import Severity
from dose_engine.rulebook.model import Rule, Tell

from .strategies import shipped

ROWS: Final = (
    *(f"S{number}" for number in range(1, 89)),
    *("S16b", "S19b", "S26b"),
    *(f"L{number}" for number in (*range(1, 25), *range(30, 55))),
    *(f"R{number}" for number in range(1, 40)),
    *(f"D{number}" for number in range(1, 28)),
)
"""The article (S), the label (L), where they disagree or leave a gap (R), and what is decided beyond (D)."""

SOURCE_ONLY: Final = "Source only:"
"""How a note begins that says why nothing rests on its source. It may stand after another sentence."""

TEXTS: Final = {
    "R28": "up to 12 weeks",
    "R29": "5-6 weeks",
    "R30": "low evidence",
    "R32": "No range here is ever raised",
    "R38": "get emergency help",
    "R39": "the lowest level of evidence",
}
"""Rows that a patient or injector must read in words."""


@cache
def cited() -> frozenset[str]:
    book = shipped()
    things: Iterable[Iterable[str]] = (
        *(rule.sources for rule in book.rules),
        *(line.sources for zone in book.zones.values() for line in zone.suggest),
        *(fact.sources for fact in book.facts.values()),
        *(constant.sources for constant in book.constants.values()),
        *(hazard.sources for hazard in book.hazards.values()),
        *(product.sources for product in book.products.values()),
        *(protocol.sources for protocol in book.protocols.values()),
    )
    return frozenset(source for sources in things for source in sources)


def deciding() -> list[Rule]:
    return [rule for rule in shipped().rules if rule.severity in (Severity.CAUTION, Severity.STOP)]


@pytest.mark.parametrize("row", ROWS)
def test_every_statement_and_decision_is_in_the_book(row: str) -> None:
    assert row in shipped().sources


@pytest.mark.parametrize("source", shipped().sources)
def test_every_source_is_cited_or_says_why_not(source: str) -> None:
    assert source in cited() or SOURCE_ONLY in shipped().sources[source].note


@pytest.mark.parametrize("source", shipped().sources)
def test_no_cited_source_says_that_nothing_rests_on_it(source: str) -> None:
    assert not (source in cited() and SOURCE_ONLY in shipped().sources[source].note)


@pytest.mark.parametrize("hazard", shipped().hazards)
def test_every_hazard_is_named_by_a_rule(hazard: str) -> None:
    assert any(rule.hazard == hazard for rule in shipped().rules)


@pytest.mark.parametrize("question", [fact.name for fact in shipped().facts.values() if fact.origin == "asked"])
def test_every_question_is_read_by_a_rule(question: str) -> None:
    assert any(question in rule.reads for rule in deciding())


@pytest.mark.parametrize("rule", [rule.id for rule in deciding()])
def test_every_caution_and_stop_says_what_can_go_wrong_what_to_do_and_on_what_basis(rule: str) -> None:
    found, book = shipped().rule_by_id[rule], shipped()
    assert found.hazard in book.hazards
    assert found.advise
    assert found.because
    assert found.sources
    assert set(found.sources) <= book.sources.keys()


@pytest.mark.parametrize("rule", [rule.id for rule in shipped().rules if rule.limit])
def test_every_limit_rests_on_article_label_paper_or_says_that_it_is_an_engine_cap(rule: str) -> None:
    found = shipped().rule_by_id[rule]
    outside = [source for source in found.sources if source.startswith(("S", "L"))]
    assert outside or "engine cap" in found.because
    assert set(found.sources) & set(ROWS)


@pytest.mark.parametrize(("row", "words"), TEXTS.items(), ids=TEXTS)
def test_a_row_that_must_be_read_is_told(row: str, words: str) -> None:
    tells = [rule.tell for rule in shipped().rules if row in rule.sources and isinstance(rule.tell, Tell)]
    assert any(words in tell.text for tell in tells)


def test_the_sums_of_the_window_spell_the_number_of_its_constant() -> None:
    book = shipped()
    peak = book.facts["units_peak"].computation
    assert peak is not None
    assert peak.within_days == book.constants["window_days"].value
