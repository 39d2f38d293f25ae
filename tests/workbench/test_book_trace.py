"""The traceability table: one row a hazard, from rules over cases to claims, gaps marked; and which rules are behind a claim."""

from __future__ import annotations

import pytest

from dose_engine.workbench.book import page
from dose_engine.workbench.book.behind import rules_behind
from dose_engine.workbench.book.claims import NOT_YET, OTHER_VERSION, standing
from dose_engine.workbench.book.markup import anchor
from dose_engine.workbench.book.proofs import Certificate, Proved
from dose_engine.workbench.book.trace import chains
from dose_engine.workbench.whole import Whole

from .book_reader import by_id, edition, shipped, tree
from .small_book import base, edited

EDITION = shipped()


def behind(whole: Whole, claim: str) -> tuple[str, ...]:
    return rules_behind(next(one for one in whole.claims if one.id == claim), whole.book)


@pytest.mark.parametrize("chain", chains(EDITION), ids=lambda chain: chain.hazard.id)
def test_each_hazard_has_one_row_with_its_rules_their_cases_and_their_claims(chain: object) -> None:
    row = by_id()[anchor("hazard", chain.hazard.id)]  # type: ignore[attr-defined]
    assert row.name == "tr"
    rules = [rule for rule in EDITION.book.rules if rule.hazard == chain.hazard.id]  # type: ignore[attr-defined]
    for rule in rules:
        assert rule.id in row.text
        assert all(role.case.id in row.text for role in EDITION.roles[rule.id])
        assert all(claim in row.text for claim, found in EDITION.behind.items() if rule.id in found)


def test_the_rows_are_the_hazards_of_the_book() -> None:
    assert [chain.hazard.id for chain in chains(EDITION)] == list(EDITION.book.hazards)


def _gaps(whole: Whole, hazard: str) -> tuple[str, ...]:
    return next(chain.gaps for chain in chains(edition(whole)) if chain.hazard.id == hazard)


def test_a_rule_without_a_case_is_a_gap_and_is_marked() -> None:
    gaps = _gaps(base(), "H-LID")
    assert "no case for MUCH-IN-UPPER-FACE" in gaps
    assert not any("PREGNANT" in gap and "case" in gap for gap in gaps)
    row = next(element for element in tree(page(edition(base()))).every("tr") if element.attributes.get("id") == "hazard-H-LID")
    marked = [element.text for element in row.every("strong") if "gap" in element.attributes.get("class", "")]
    assert "no case for MUCH-IN-UPPER-FACE" in marked


def test_a_rule_that_fires_in_no_case_is_a_gap() -> None:
    whole = edited(("rules/neck.cases.yaml", "{verdict: caution, fires: [GLABELLA-TOTAL-CAUTION]}", "{verdict: caution}"))
    assert "GLABELLA-TOTAL-CAUTION fires in no case" in _gaps(whole, "H-LID")
    assert "GLABELLA-TOTAL-CAUTION fires in no case" not in _gaps(base(), "H-LID")


def test_a_hazard_that_no_rule_names_is_a_gap() -> None:
    whole = edited(("rules/hazards.yaml", "H-LID:", "H-NEW:\n  title: New\n  says: New.\n  sources: [S1]\n\nH-LID:"))
    assert _gaps(whole, "H-NEW") == ("no caution or stop names this hazard", "no claim rests on a rule of it")


def test_a_claim_that_is_not_proved_is_a_gap() -> None:
    assert f"claim PREGNANT-STOPS: {NOT_YET}" in _gaps(base(), "H-LID")


def test_a_proof_counts_only_for_the_meaning_that_was_proved() -> None:
    claim = base().claims[0]
    for meaning, outcome, said in (
        (edition(base()).digest, "proved", "proved"),
        (edition(base()).digest, "broken", "broken"),
        ("0" * 64, "proved", OTHER_VERSION),
        ("0" * 64, "broken", NOT_YET),
    ):
        certificate = Certificate(meaning, "z3", "5.4", {claim.id: Proved(outcome, "every patient", "")})  # type: ignore[arg-type]
        printed = edition(base(), certificate=certificate)
        assert standing(claim, printed) == said
        row = next(one for one in tree(page(printed)).every("tr") if one.attributes.get("id") == f"claim-{claim.id}")
        assert said in row.text
        assert bool([one for one in row.every("span") if "gap" in one.attributes.get("class", "")]) is (said != "proved")


@pytest.mark.parametrize(
    ("claim", "rules"),
    [
        ("WINDOW-OVER-400-STOPS", ["WINDOW-400"]),
        ("WINDOW-WITH-SCHEDULED-OVER-400-STOPS", ["WINDOW-400"]),
        ("PROCERUS-OVER-4-STOPS", ["GLABELLA-PROCERUS-SIDE-STOP"]),
        ("QUIET-SIDE-ALONE-STOPS", ["QUIET-SIDE-MORE"]),
        ("TOUCH-UP-AFTER-DAY-28-STOPS", ["TOUCH-UP-TOO-LATE"]),
        ("MOUTH-CORNER-SIDE-OVER-4-STOPS", ["DAO-SIDE-STOP"]),
        ("MOUTH-CORNER-SIDE-OVER-2-CAUTIONS", ["DAO-SIDE-CAUTION"]),
        ("UPPER-FACE-QUIET-SIDE-OVER-2-CAUTIONS", ["UPPER-FACE-OTHER-SIDE-SUM"]),
        ("NO-DOSE-ZONES-STOP", ["ALAR-NO-DOSE", "LOWER-LIP-NO-DOSE", "NASAL-TIP-NO-DOSE", "PERIORAL-NO-DOSE"]),
        ("LOWER-LID-POINT-STOPS-WITH-DRY-EYE-OR-SURGERY", ["DRY-EYE-LOWER-LID", "EYELID-SURGERY-LOWER-LID"]),
        ("BREATHING-STOPS-NOTHING-OUTSIDE-NECK-AND-NOSE", ["BREATHING-NECK-NOSE"]),
        ("EVERY-RULE-CAN-FIRE", []),
    ],
)
def test_the_rules_behind_a_claim_are_those_by_which_it_holds(claim: str, rules: list[str]) -> None:
    assert list(EDITION.behind[claim]) == rules


CLAIM = """\
- id: SUM
  says: A claim.
  where: {{zone: glabella, total: {{sum: [planned, history], where: {{zone: glabella}}, within_days: {days}, more_than: {units}}}}}
  verdict: {verdict}
  sources: [S1]
"""


@pytest.mark.parametrize(
    ("days", "units", "verdict", "rules"),
    [
        (28, 20, "stop", ("GLABELLA-TOTAL-STOP",)),
        (28, 19.99, "stop", ()),
        (27, 20, "stop", ()),
        (28, 20, "caution", ("GLABELLA-TOTAL-CAUTION", "GLABELLA-TOTAL-STOP")),
        (28, 12, "caution", ("GLABELLA-TOTAL-CAUTION",)),
    ],
)
def test_a_claim_that_asks_half_a_step_less_has_no_rule_behind_it(days: int, units: float, verdict: str, rules: tuple[str, ...]) -> None:
    assert behind(edited(claims=CLAIM.format(days=days, units=units, verdict=verdict)), "SUM") == rules
