"""A claim is read strictly: it writes its own numbers, and what is wrong with it is said with its line."""

from __future__ import annotations

import pytest

from dose_engine.rulebook import conditions
from dose_engine.workbench.claims import WHOLE_BOOK, claims_in
from dose_engine.workbench.prove.whole_book import PROOFS

from ..strategies import shipped

WHOLE = """\
- id: WINDOW
  says: More than 400 U in 92 days is a stop.
  where: {total: {sum: [planned, history], within_days: 92, more_than: 400}}
  verdict: stop
  sources: [L9]
"""


def read(text: str) -> tuple[list[str], list[str]]:
    claims, problems = claims_in({"rules/claims.yaml": text}, shipped())
    return [claim.id for claim in claims], [str(problem) for problem in problems]


def test_a_claim_brings_its_own_sum() -> None:
    (claim,), problems = claims_in({"rules/claims.yaml": WHOLE}, shipped())
    assert not problems
    assert claim.condition is not None
    (test,) = conditions.tests(claim.condition)
    assert test.fact == claim.facts[0].name
    assert test.fact not in shipped().facts
    assert test.number == 400 * 200


def test_a_rulebook_without_claims_has_none() -> None:
    assert claims_in({}, shipped()) == ([], [])


WRONG = {
    "a fact that the book works out": (
        "where: {total: {sum: [planned, history], within_days: 92, more_than: 400}}",
        "where: {units_in_window: {more_than: 400}}",
        "rules/claims.yaml:3: claim WINDOW: `units_in_window` is worked out by the book; a claim writes its own\n"
        "  write the sum itself: `total: {sum: [planned, history], within_days: 92, more_than: 400}`",
    ),
    "a constant of the book": (
        "more_than: 400",
        "more_than: window_units_stop",
        "rules/claims.yaml:3: claim WINDOW: `window_units_stop` is not a number, a constant or a fact",
    ),
    "a sum that is not compared": (", more_than: 400", "", "rules/claims.yaml:3: claim WINDOW: `total` is compared with a number"),
    "a sum over nothing": ("sum: [planned, history], ", "", "rules/claims.yaml:3: claim WINDOW: `total` says what it goes over"),
    "a misspelt question": (
        "{total: {sum: [planned, history], within_days: 92, more_than: 400}}",
        "{pregnat: yes}",
        "did you mean `pregnant`?",
    ),
    "no conclusion": ("verdict: stop", "fires: []", "an empty list"),
    "nothing follows": ("  verdict: stop\n", "", "rules/claims.yaml:1: claim WINDOW: a claim says what follows"),
    "a verdict that claims nothing": ("verdict: stop", "verdict: ok", "`ok` is not a verdict"),
    "a rule that is not there": ("verdict: stop", "never: [WINDOW-401]", "did you mean `WINDOW-400`?"),
    "a source that is not there": ("[L9]", "[L99]", "rules/claims.yaml:5: claim WINDOW: `L99` is not a source"),
    "two kinds of claim at once": (
        "verdict: stop",
        "verdict: stop\n  prove: every_rule_can_fire",
        "`where` and what follows, or `prove`, not both",
    ),
    "a proof that does not exist": (
        "where: {total: {sum: [planned, history], within_days: 92, more_than: 400}}\n  verdict: stop",
        "prove: every_rule_can_fir",
        "did you mean `every_rule_can_fire`?",
    ),
    "a rule of a dose in a claim about the case": (
        "verdict: stop",
        "never: [DAO-MEDIAL]",
        "`DAO-MEDIAL` belongs to a dose, and this claim to a case",
    ),
    "reasons for leaving out where nothing is left out": (
        "verdict: stop",
        "verdict: stop\n  but: {PREGNANT: why}",
        "here, say it in `where`",
    ),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_claim_is_refused_with_its_line(fault: str) -> None:
    old, new, expected = WRONG[fault]
    assert old in WHOLE
    _, problems = read(WHOLE.replace(old, new))
    assert any(expected in problem for problem in problems), problems
    assert all(problem.startswith("rules/claims.yaml:") for problem in problems)


def test_two_claims_do_not_share_an_id() -> None:
    _, problems = read(WHOLE + WHOLE)
    assert problems == ["rules/claims.yaml:6: claim WINDOW: `WINDOW` is the id of two claims\n  the first stands in line 1"]


def test_every_claim_about_a_whole_book_has_its_proof() -> None:
    assert PROOFS.keys() == WHOLE_BOOK.keys()
