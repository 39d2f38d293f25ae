# ruff: noqa: E501 - a table of faults, one a line
"""Faults of more than twenty kinds, planted in the shipped rulebook: each is found, and by the tool that is there to find it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

import pytest

from dose_engine import Engine
from dose_engine.workbench.diff import changes
from dose_engine.workbench.lint import lint
from dose_engine.workbench.prove.patient import Bounds
from dose_engine.workbench.prove.whole_book import prove
from dose_engine.workbench.testing import run_all
from dose_engine.workbench.whole import Whole, whole_of

from .planting import TODAY, Edit, planted, shipped_texts


class Fault(NamedTuple):
    """Something wrong, who is there to find it, and what that one says."""

    tool: str
    edits: tuple[Edit, ...]
    sign: str


REVIEW = "review: {reviewed_by: null, reviewed_on: null, review_by: null}\n\nglabella"
DAO = "{of: side, caution_above: 2, stop_above: 4, sources: [S61, S20"
MENTALIS = "of: total\n      min: 2\n      max: 4\n      because: Enough to smooth"
DRY = "when: {dry_eye: yes, zone: [lateral_canthal, brow_tail]}\n  then:\n    caution"
EVERYWHERE = "when: {breastfeeding: yes}"
THERAPY = "where: {purpose: {is_not: aesthetic}}\n  this: [muscle, side]\n  says: Days since this muscle was treated for a purpose"
SESSION = "where: {purpose: aesthetic}\n  within_days: 7"
SMILE = '"The aim is balance, not a new face: soften without freezing expression"\n  document: Article "Botox for Face Asymmetry", opening\n  checked: secondary'


def rule(name: str, when: str, advise: str = "Do not treat.", title: str = "", stop: str = "No dose here.") -> str:
    return (
        f'\n- id: {name}\n  title: {title or name.replace("-", " ").capitalize()}\n  when: {when}\n  then:\n    stop: "{stop}"\n'
        f"  because: The lid closes less well.\n  advise: {advise}\n  sources: [D2]\n  hazard: H-DRY-EYE\n"
    )


FAULTS: Final[dict[str, Fault]] = {
    # lint: what can be seen without a patient
    "a rule no patient can meet": Fault("lint", (("rules/neck.yaml", "", rule("NECK-DEAD", "{zone: platysma, muscle: mentalis}")),), "dead-rule: rule NECK-DEAD"),
    "a rule that another covers": Fault("lint", (("rules/neck.yaml", "", rule("NECK-SHADOW", "{voice_problem: yes, region: neck, visit: touch_up}")),), "shadowed-rule: rule NECK-SHADOW"),
    "two lines that both hold": Fault("lint", (("zones.yaml", "    - {of: side, when: {visit: {is_not: touch_up}}, caution_above: 3, sources: [R13, D9]}\n", "    - {of: side, when: {visit: {is_not: touch_up}}, caution_above: 3, sources: [R13, D9]}\n    - {of: side, called: again, when: {visit: first_pass}, caution_above: 2.5, sources: [R13]}\n"),), "overlapping-limits"),
    "a question that changes nothing": Fault("lint", (("rules/facts.yaml", "", "\nleft_handed:\n  asked: Is the patient left-handed?\n  open: caution\n  sources: [R24]\n"),), "unused-question"),
    "a source nothing rests on": Fault("lint", (("rules/sources.yaml", "", "\nLIT-NOBODY-2020:\n  title: A paper nobody uses\n  document: Journal of Nothing 2020;1:1\n  checked: unchecked\n"),), "unused-source"),
    "a review that is overdue": Fault("lint", (("zones.yaml", REVIEW, REVIEW.replace("reviewed_by: null, reviewed_on: null, review_by: null", "reviewed_by: Dr A. Example, reviewed_on: 2025-01-01, review_by: 2026-01-01")),), "review-overdue"),
    "a text nobody can take in": Fault("lint", (("rules/screening.yaml", "advise: Do not treat during pregnancy.", "advise: Do not treat during pregnancy and also not in the weeks before it in which the patient may not yet know of it, whoever asks and however often, and however small the dose may be in the end."),), "long-"),
    "a word to translate": Fault("lint", (("rules/screening.yaml", "because: Less blinking leaves the cornea exposed.", "because: The pharmacodynamics leave the cornea exposed."),), "jargon"),
    "advice without an action": Fault("lint", (("rules/screening.yaml", "advise: Refer to a facial palsy specialist.", "advise: A difficult situation."),), "no-action"),
    "a rule without a case": Fault("lint", (("rules/neck.yaml", "", rule("NECK-NO-CASE", "{zone: platysma, cause: volume}")),), "rule-without-case: rule NECK-NO-CASE"),
    "a regimen that does not add up": Fault("lint", (("rules/protocols.yaml", "note: 155 U in total", "note: 165 U in total"),), "protocol-sum"),
    "a suggestion over its line": Fault("lint", (("zones.yaml", MENTALIS, MENTALIS.replace("max: 4", "max: 5")),), "suggested-above-limit"),
    # test: what a case beside the rules knows
    "a line half a unit higher": Fault("test", (("zones.yaml", DAO, DAO.replace("caution_above: 2", "caution_above: 2.5")),), "DAO-SIDE"),
    "a stop that became a caution": Fault("test", (("rules/screening.yaml", EVERYWHERE + "\n  then:\n    stop", EVERYWHERE + "\n  then:\n    caution"),), "BREASTFEEDING"),
    "a comparison turned": Fault("test", (("rules/timing.yaml", "days_since_touch_up_here: {at_most: touch_up_last_day}", "days_since_touch_up_here: {less_than: touch_up_last_day}"),), "TOUCH-UP-SECOND"),
    "a zone left out of a rule": Fault("test", (("rules/screening.yaml", DRY, DRY.replace("[lateral_canthal, brow_tail]", "lateral_canthal")),), "DRY-EYE"),
    "a range that ends earlier": Fault("test", (("zones.yaml", "of: side\n      min: 1\n      max: 4\n", "of: side\n      min: 1\n      max: 3.5\n"),), "frontalis"),
    # prove: what no case may think of
    "a total that leaves a purpose out": Fault("prove", (("rules/facts.yaml", "units_peak:\n  sum: [planned, history, scheduled]\n", "units_peak:\n  sum: [planned, history, scheduled]\n  where: {purpose: {is_not: other}}\n"),), "WINDOW-OVER-400-STOPS"),
    "an interval that leaves a purpose out": Fault("prove", (("rules/facts.yaml", THERAPY, THERAPY.replace("aesthetic", "[aesthetic, bruxism]")),), "TOUCH-UP-AFTER-THERAPY-STOPS"),
    "a session that forgets the week before": Fault("prove", (("rules/facts.yaml", SESSION, SESSION.replace("aesthetic}", "aesthetic, visit: [first_pass, touch_up]}")),), "SESSION-OVER-100-STOPS"),
    "a rule that no patient within bounds fires": Fault("prove", (("rules/neck.yaml", "platysma_bands: {more_than: 2}", "platysma_bands: {more_than: 60}"),), "EVERY-RULE-CAN-FIRE"),
    # diff: what only a comparison shows
    "a grade raised without a reviewer": Fault("diff", (("rules/sources.yaml", SMILE, SMILE.replace("secondary", "primary")),), "S1"),
    "a message that no longer says why to stop": Fault("diff", (("rules/screening.yaml", "stop: The patient is or may be pregnant.", "stop: Please think about this again."),), "Please think about this again."),
    "a source taken from a stop": Fault("diff", (("rules/timing.yaml", "sources: [R26, D1, L40, L43, L48]", "sources: [R26, D1, L43, L48]"),), "L40"),
}  # fmt: skip


def found_by_lint(whole: Whole, _: Fault) -> str:
    return "\n".join(f"{one.code}: {one.about}" for one in lint(whole, TODAY).findings)


def found_by_test(whole: Whole, _: Fault) -> str:
    return "\n".join(f"{one.case.id} {one.outcome.missed}" for one in run_all(whole.cases, Engine(whole.book, confirm=False)).failures)


def found_by_prove(whole: Whole, fault: Fault) -> str:
    claims = [claim for claim in whole.claims if claim.id == fault.sign]
    return "\n".join(proof.claim for proof in prove(whole, claims, Bounds(3, 3, 1), 30) if proof.outcome == "broken")


def found_by_diff(whole: Whole, _: Fault) -> str:
    return "\n".join(f"{change.sentence} {change.details}" for change in changes(shipped_whole(), whole))


TOOLS: Final[dict[str, Callable[[Whole, Fault], str]]] = {
    "lint": found_by_lint,
    "test": found_by_test,
    "prove": found_by_prove,
    "diff": found_by_diff,
}


@cache
def shipped_whole() -> Whole:
    return whole_of(shipped_texts())


@cache
def one_copy() -> Whole:
    """All the faults together in one copy of the rulebook."""
    return whole_of(planted(*(edit for fault in FAULTS.values() for edit in fault.edits), cases=True))


@pytest.mark.parametrize("kind", FAULTS)
def test_a_planted_fault_is_found_by_the_tool_that_is_there_for_it(kind: str) -> None:
    fault = FAULTS[kind]
    assert fault.sign in TOOLS[fault.tool](whole_of(planted(*fault.edits, cases=True)), fault)


@pytest.mark.parametrize("kind", FAULTS)
def test_it_is_found_among_all_the_others(kind: str) -> None:
    fault = FAULTS[kind]
    assert fault.sign in TOOLS[fault.tool](one_copy(), fault)


@pytest.mark.parametrize("kind", FAULTS)
def test_nothing_of_the_sort_is_found_in_the_book_as_it_is(kind: str) -> None:
    fault = FAULTS[kind]
    assert fault.sign not in TOOLS[fault.tool](shipped_whole(), fault)


def test_there_are_twenty_kinds_and_each_tool_finds_some() -> None:
    assert len(FAULTS) >= 20
    assert {fault.tool for fault in FAULTS.values()} == set(TOOLS)
