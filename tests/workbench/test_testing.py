"""Running the cases: a case that fails names the facts that made the difference."""

from __future__ import annotations

import pytest

from dose_engine import Engine
from dose_engine.errors import BadInput
from dose_engine.workbench.testing import FailedHalf, Results, chosen, run_all
from dose_engine.workbench.whole import Whole
from tests.workbench.small_book import base, edited

LIMIT = ("zones.yaml", "caution_above: 12, stop_above: 20", "caution_above: 13, stop_above: 20")


def run(whole: Whole) -> Results:
    return run_all(whole.cases, Engine(whole.book, confirm=False))


def failed(whole: Whole) -> list[FailedHalf]:
    return list(run(whole).failures)


def said(half: FailedHalf) -> list[str]:
    return [str(reason) for one in half.failed for reason in one.reasons]


def one_case(given: str, expect: str) -> Whole:
    text = f"- id: ONE\n  says: One.\n  given: {{{given}}}\n  expect: {{{expect}}}\n"
    return edited(**{"neck.cases": text})


def test_when_all_is_well_nothing_failed_and_both_halves_of_a_pair_are_counted() -> None:
    assert run(base()) == Results(2, 3, ())


def test_a_rule_that_should_have_fired_shows_the_fact_that_did_not_hold_with_its_value() -> None:
    (half,) = failed(edited(LIMIT))
    assert (half.name, half.case.file, half.line) == ("FROWN-12 with plan[0].units: 6.5", "rules/neck.cases.yaml", 6)
    assert [one.miss.what for one in half.failed] == ["verdict ok, expected caution", "GLABELLA-TOTAL-CAUTION should fire, and did not"]
    assert half.failed[1].rule_at.startswith("zones.yaml:")
    assert said(half) == ["Frown lines, corrugator, left: units in this zone: 12.5 U; the rule asks more than 13 U"]


def test_a_rule_that_should_not_have_fired_shows_the_facts_that_carried_it() -> None:
    (half,) = failed(edited((LIMIT[0], LIMIT[1], "caution_above: 11, stop_above: 20")))
    assert not half.outcome.changed
    assert half.behind == ("GLABELLA-TOTAL-CAUTION",)
    carried = [str(reason) for reason in half.failed[1].reasons]
    assert "Frown lines, corrugator, left: units in this zone: 12 U; the rule asks more than 11 U" in carried


def test_a_rule_that_should_be_certain_shows_what_is_open() -> None:
    (half,) = failed(
        one_case(
            "patient: {screening: {pregnant: unknown}}, plan: [{zone: platysma, side: left, band: medial, units: 1}]",
            "verdict: incomplete, fires: [PREGNANT]",
        )
    )
    assert [one.miss.what for one in half.failed] == ["PREGNANT should fire, and is only possible"]
    assert said(half) == ["is the patient pregnant: not known; the rule asks yes"]


def test_of_several_doses_the_one_at_which_the_rule_came_nearest_is_shown() -> None:
    plan = "plan: [{zone: platysma, side: left, band: medial, units: 1}, {zone: glabella, muscle: corrugator, side: left, units: 8}]"
    (half,) = failed(one_case(plan, "verdict: ok, fires: [GLABELLA-CORRUGATOR-SIDE-STOP]"))
    assert said(half) == ["Frown lines, corrugator, left: units in this muscle on this side: 8 U; the rule asks more than 8 U"]


def test_a_dose_in_another_zone_is_what_kept_a_rule_of_a_zone_from_firing() -> None:
    (half,) = failed(one_case("plan: [{zone: platysma, side: left, band: medial, units: 1}]", "verdict: ok, fires: [GLABELLA-TOTAL-STOP]"))
    assert "Neck bands, medial band, left: zone of the dose: platysma; the rule asks glabella" in said(half)


def test_what_a_group_excludes_is_named_when_it_holds() -> None:
    rule = """
- id: OTHERWISE
  title: Nothing speaks against it
  when: {none: [{age: {less_than: 18}}, {pregnant: yes}]}
  then: {info: Nothing of it holds.}
  sources: [S1]
"""
    whole = edited(
        ("rules/neck.yaml", "- id: AFTERCARE", f"{rule.strip()}\n\n- id: AFTERCARE"),
        **{
            "neck.cases": """\
- id: ONE
  says: One.
  given: {patient: {age: 17}, plan: [{zone: platysma, side: left, band: medial, units: 1}]}
  expect: {verdict: ok, fires: [OTHERWISE]}
"""
        },
    )
    (half,) = failed(whole)
    assert said(half) == ["age of the patient in years: 17; the rule asks that it is not less than 18"]


def test_cases_are_chosen_by_id_by_rule_and_by_file() -> None:
    whole = base()
    for name in ("PREGNANT-ANY-DOSE", "PREGNANT"):
        assert [case.id for case in chosen(whole, [name])] == ["PREGNANT-ANY-DOSE"]
    for name in ("neck", "neck.yaml", "rules/neck.cases.yaml"):
        assert chosen(whole, [name]) == whole.cases
    assert [case.id for case in chosen(whole, ["zones.yaml"])] == ["FROWN-12"]
    assert chosen(whole, []) == whole.cases


def test_names_that_mean_no_case_are_all_reported_with_the_nearest() -> None:
    with pytest.raises(BadInput) as refused:
        chosen(base(), ["PREGNANT", "FROWN-13", "TOO-SOON"])
    one, other = sorted(str(problem) for problem in refused.value.problems)
    assert one.startswith("`FROWN-13` is no case")
    assert "did you mean `FROWN-12`?" in one
    assert other.startswith("no case names the rule `TOO-SOON`")
