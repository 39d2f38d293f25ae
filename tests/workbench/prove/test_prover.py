"""A claim that does not hold is broken by a patient that the engine confirms; one that is not settled is never called proved."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from dose_engine import Verdict
from dose_engine.rulebook.model import Fact, Rising
from dose_engine.workbench.claims import WHOLE_BOOK, Claim
from dose_engine.workbench.prove.dosing_claims import falling_facts
from dose_engine.workbench.prove.judge import Judge
from dose_engine.workbench.prove.patient import Bounds
from dose_engine.workbench.prove.prover import Prover
from dose_engine.workbench.prove.result import Proof
from dose_engine.workbench.prove.shown import witness_text
from dose_engine.workbench.prove.whole_book import prove
from dose_engine.workbench.whole import Whole, load_whole, whole_of

from ...strategies import REPOSITORY

BOUNDS = Bounds(4, 3, 1)
"""Small, so that the tests are quick; `rules prove` uses larger ones."""


@cache
def shipped_texts() -> Mapping[str, str]:
    return dict(load_whole(REPOSITORY).texts)


def book(*changes: tuple[str, str, str], claims: str | None = None) -> Whole:
    """The shipped book with texts replaced, each once, and, where given, other claims."""
    texts = dict(shipped_texts())
    for file, old, new in changes:
        assert texts[file].count(old) == 1, (file, old)
        texts[file] = texts[file].replace(old, new)
    return whole_of(texts if claims is None else texts | {"rules/claims.yaml": claims})


def outcome(whole: Whole, claim: str, bounds: Bounds = BOUNDS, seconds: float = 20) -> Proof:
    (proof,) = prove(whole, [one for one in whole.claims if one.id == claim], bounds, seconds)
    return proof


HOLDS = ("WINDOW-WITH-SCHEDULED-OVER-400-STOPS", "MOUTH-CORNER-SIDE-OVER-4-STOPS", "OPEN-CONTRAINDICATIONS-ARE-NEVER-OK")


@pytest.mark.parametrize("claim", HOLDS)
def test_what_holds_is_proved_and_says_within_which_bounds(claim: str) -> None:
    proof = outcome(book(), claim)
    assert (proof.outcome, proof.witnesses) == ("proved", ())
    assert proof.bounds == "4 planned doses, 3 earlier and 1 scheduled treatments"


LAST = "this: [muscle, side]\n  says: Days since this muscle was last"
VOICE = "when: {voice_problem: yes, region: neck}"
FEEDING = "open: incomplete\n  sources: [R24, L39, L47]"
DAO = "stop_above: 4, sources: [S61"
PALSY = "when: {facial_palsy: yes}"
BROKEN = {
    "WINDOW-OVER-400-STOPS": ("rules/rulebook.yaml", "value: 92", "value: 91"),
    "MOUTH-CORNER-SIDE-OVER-4-STOPS": ("zones.yaml", DAO, DAO.replace("4", "4.5")),
    "FOREHEAD-OVER-20-STOPS": ("zones.yaml", "{of: total, stop_above: 20, sources: [R7", "{of: total, stop_above: 20.5, sources: [R7"),
    "CONTRAINDICATIONS-STOP-EVERYWHERE": ("rules/screening.yaml", PALSY, PALSY.replace("}", ", visit: first_pass}")),
    "THROAT-STOPS-NECK": ("rules/screening.yaml", VOICE, VOICE.replace("region: neck", "zone: mentalis")),
    "THROAT-STOPS-NOTHING-OUTSIDE-NECK": ("rules/screening.yaml", VOICE, VOICE.replace("neck", "[neck, jaw]")),
    "SAME-MUSCLE-WITHIN-90-DAYS-STOPS": ("rules/facts.yaml", LAST, LAST.replace("\n", "\n  where: {visit: first_pass}\n", 1)),
    "OPEN-CONTRAINDICATIONS-ARE-NEVER-OK": ("rules/facts.yaml", FEEDING, FEEDING.replace("incomplete", "caution")),
}


@pytest.mark.parametrize("claim", BROKEN)
def test_a_broken_claim_shows_a_patient_whom_the_engine_judges_otherwise(claim: str) -> None:
    whole = book(BROKEN[claim])
    proof = outcome(whole, claim)
    assert proof.outcome == "broken"
    (witness,) = proof.witnesses
    judge = Judge(whole.book)
    (stated,) = [one for one in whole.claims if one.id == claim]
    assert judge.breaks(stated, judge.evaluation(witness.values))
    sound = Judge(book().book)
    assert not sound.breaks(stated, sound.evaluation(witness.values)), "the book before the change keeps the claim"


def test_the_shown_case_can_be_saved_beside_the_rules() -> None:
    claim = "MOUTH-CORNER-SIDE-OVER-4-STOPS"
    whole = book(BROKEN[claim])
    proof = outcome(whole, claim)
    text = witness_text(proof, proof.witnesses[0], whole)
    saved = whole_of({**whole.texts, "rules/found.cases.yaml": text})
    (case,) = [one for one in saved.cases if one.file == "rules/found.cases.yaml"]
    assert case.expect.verdict is Verdict.STOP
    assert text.startswith("# now: ")


@pytest.mark.parametrize("claim", ["SAME-MUSCLE-WITHIN-90-DAYS-STOPS", "SUGGESTIONS-STAY-BELOW-LIMITS", "AN-ANSWER-ONLY-SETTLES"])
def test_a_time_out_is_not_proved(claim: str) -> None:
    proof = outcome(book(), claim, seconds=0.001)
    assert proof.outcome == "not proved"
    assert "solver was not done" in proof.note or "time was not enough" in proof.note


def test_a_claim_that_hangs_on_an_unlisted_finding_is_broken() -> None:
    """A claim is held against the verdict, not against the rule that happens to give it."""
    claims = (
        "- {id: C, says: Any chin dose is a caution., where: {zone: mentalis}, verdict: caution, sources: [R11]}\n"
        "- {id: D, says: Any lip dose is a stop., where: {zone: perioral}, verdict: stop, fires: [PERIORAL-NO-DOSE], sources: [R15]}\n"
    )
    whole = book(claims=claims)
    assert outcome(whole, "C").outcome == "broken"
    assert outcome(whole, "D").outcome == "proved"


def test_a_claim_with_two_conclusions_is_proved_only_when_both_hold() -> None:
    claims = (
        "- {id: C, says: By another rule., where: {zone: perioral}, verdict: stop, fires: [LOWER-LIP-NO-DOSE], sources: [R15]}\n"
        "- {id: D, says: By no rule., where: {zone: perioral}, verdict: stop, never: [PERIORAL-NO-DOSE], sources: [R15]}\n"
    )
    whole = book(claims=claims)
    assert [outcome(whole, name).outcome for name in "CD"] == ["broken", "broken"]


def test_a_claim_about_the_case_is_held_against_every_dose() -> None:
    claims = (
        "- {id: C, says: A voice problem stops nothing., where: {age: {at_least: 18}}, no_stop_from: [voice_problem], sources: [R18]}\n"
    )
    proof = outcome(book(claims=claims), "C", Bounds(2, 1, 0))
    assert proof.outcome == "broken"
    assert any(dose["zone"] == "platysma" for dose in proof.witnesses[0].values["plan"])


def test_a_claim_that_is_about_no_patient_is_not_proved() -> None:
    claims = "- {id: C, says: A chin dose on the left is a stop., where: {zone: mentalis, side: left}, verdict: stop, sources: [R11]}\n"
    proof = outcome(book(claims=claims), "C")
    assert (proof.outcome, proof.note) == ("broken", "It says nothing: no patient within the bounds meets `where`.")


# claims about the whole book


def whole_claim(word: str, *but: tuple[str, str]) -> str:
    left = "{" + ", ".join(f"{name}: {reason}" for name, reason in but) + "}"
    return f"- {{id: C, says: {word}, prove: {word}, sources: [R39]{f', but: {left}' if but else ''}}}\n"


def with_claim(word: str, *changes: tuple[str, str, str]) -> Proof:
    return outcome(book(*changes, claims=whole_claim(word)), "C")


@pytest.mark.parametrize("word", sorted(WHOLE_BOOK.keys() - {"no_rule_is_implied", "an_answer_only_settles", "more_is_never_safer"}))
def test_the_shipped_book_keeps_what_is_claimed_of_it(word: str) -> None:
    assert with_claim(word).outcome == "proved"


def test_a_rule_that_no_patient_fires_is_found() -> None:
    dead = (
        "rules/neck.yaml",
        "when: {zone: platysma, platysma_bands: {more_than: 2}}",
        "when: {zone: platysma, platysma_bands: {more_than: 60}}",
    )
    proof = with_claim("every_rule_can_fire", dead)
    assert proof.outcome == "broken"
    assert "PLATYSMA-MORE-BANDS (rules/neck.yaml:" in proof.note


def test_a_rule_that_only_repeats_another_is_found_and_one_with_a_reason_is_left_out() -> None:
    proof = with_claim("no_rule_is_implied")
    assert proof.outcome == "broken"
    assert "DAO-POINT-STOP (zones.yaml:" in proof.note
    assert "fires only where DAO-SIDE-STOP does" in proof.note


def test_a_suggestion_above_its_line_is_found_with_a_plan_that_keeps_to_it() -> None:
    change = (
        "zones.yaml",
        "min: 2\n      max: 4\n      because: Enough to smooth",
        "min: 2\n      max: 9\n      because: Enough to smooth",
    )
    proof = with_claim("suggestions_stay_below_limits", change)
    assert proof.outcome == "broken"
    assert "MENTALIS-TOTAL-CAUTION fires" in proof.witnesses[0].says
    assert {dose["zone"] for dose in proof.witnesses[0].values["plan"]} >= {"mentalis"}


def test_a_rule_that_lowers_a_maximum_below_the_start_of_a_range_is_found() -> None:
    change = ("rules/upper_face.yaml", "lower_max_to: {of: side, units: 2}", "lower_max_to: {of: side, units: 0.5}")
    proof = with_claim("suggestions_are_ordered", change)
    assert proof.outcome == "broken"
    assert "UPPER-FACE-OTHER-SIDE lowers the maximum to 0.5 U" in proof.note


def test_each_rule_that_expects_a_dose_is_shown_by_a_patient_for_whom_a_dose_clears_it() -> None:
    whole = book(claims=whole_claim("more_is_never_safer"))
    proof = outcome(whole, "C")
    assert proof.outcome == "proved"
    judge = Judge(whole.book)
    expecting = {rule.id for rule in whole.book.rules if rule.expects_dose}
    assert {witness.says.partition(":")[0] for witness in proof.witnesses} == expecting
    for witness in proof.witnesses:
        assert witness.then is not None
        rule = witness.says.partition(":")[0]
        before, after = judge.evaluation(witness.values), judge.evaluation(witness.then)
        fired = [[one.index for one in run.fired if one.rule.id == rule and one.certain] for run in (before, after)]
        assert fired[0]
        assert fired[0] != fired[1]


def test_a_fact_that_falls_when_a_dose_is_added_breaks_the_law_it_rests_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The polarity of a rule rests on how its facts move; one that is declared to rise and falls is found."""
    prover = Prover(book().book, BOUNDS, 20)
    monkeypatch.setattr(Fact, "rises", property(lambda fact: Rising.UP))
    assert "days_since_this_muscle (rules/facts.yaml:" in falling_facts(prover)


def test_proofs_come_in_the_order_of_the_claims_also_from_two_processes() -> None:
    whole = book()
    claims: list[Claim] = [one for one in whole.claims if one.id in HOLDS][::-1]
    assert [proof.claim for proof in prove(whole, claims, BOUNDS, 20, processes=2)] == [claim.id for claim in claims]
