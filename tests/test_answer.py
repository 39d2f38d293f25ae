"""What an advisory holds besides verdict and rules: ranges, positions, totals, dates, options, questions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dose_engine import Advisory, Engine, EvaluatorFault, Verdict
from dose_engine.evaluators import rete
from dose_engine.workbench.cases import STANDARD, laid_over

from .strategies import as_case, engine, shipped


def advise(**given: Any) -> Advisory:
    return engine().advise(as_case(laid_over(STANDARD, given), shipped()))


def frontalis(units: float | str | None = 3, **more: Any) -> dict[str, Any]:
    from decimal import Decimal

    dose: dict[str, Any] = {"zone": "frontalis", "side": "left", **more}
    return dose if units is None else dose | {"units": Decimal(str(units))}


# ranges and positions (D5, D6, D8)


@pytest.mark.parametrize(
    ("units", "position"), [(0.5, "below"), (1, "within"), (4, "within"), (4.5, "above"), (10, "above"), (10.5, "over_limit")]
)
def test_the_position_is_told_against_what_is_suggested_and_the_stop_line(units: float, position: str) -> None:
    (dose,) = advise(plan=[frontalis(units, points=6)]).doses
    assert dose.position == position


def test_a_dose_without_units_gets_a_suggestion_and_says_it_is_no_check() -> None:
    advisory = advise(plan=[frontalis(None)])
    (dose,) = advisory.doses
    assert dose.position == "suggestion"
    assert dose.suggested is not None
    assert (dose.suggested.min, dose.suggested.max) == (200, 800)
    assert "no units yet" in advisory.summary


def test_points_are_proposed_so_that_none_is_above_its_line() -> None:
    (dose,) = advise(plan=[{"zone": "lateral_canthal", "side": "left", "units": 10}]).doses
    assert (dose.points.planned, dose.points.proposed, dose.points.units_each) == (None, 5, 400)


def test_a_touch_up_is_suggested_for_today_alone() -> None:
    first = {"date": "2026-02-16", "purpose": "aesthetic", "doses": [{"zone": "frontalis", "side": "left", "units": 3}]}
    (dose,) = advise(visit="touch_up", plan=[frontalis(1)], history={"treatments": [first]}).doses
    assert dose.suggested is not None
    assert (dose.suggested.min, dose.suggested.max, dose.position) == (100, 200, "within")  # 1 U is left below the line of 4 U


def test_a_touch_up_has_no_suggestion_when_the_first_pass_is_at_the_line() -> None:
    first = {"date": "2026-02-16", "purpose": "aesthetic", "doses": [{"zone": "brow_tail", "side": "left", "units": 5}]}
    (dose,) = advise(visit="touch_up", plan=[{"zone": "brow_tail", "side": "left"}], history={"treatments": [first]}).doses
    assert dose.suggested is None
    assert dose.because


def test_a_stop_shows_no_timeline_of_a_treatment() -> None:
    assert advise(patient={"screening": {"pregnant": "yes"}}, plan=[frontalis()]).timeline == ()


def test_nothing_is_said_of_the_units_of_another_product() -> None:
    advisory = advise(
        product="abobotulinumtoxinA", plan=[frontalis(30, points=2), {"zone": "lateral_canthal", "side": "left", "units": 30}]
    )
    assert [finding.rule for finding in advisory.findings if finding.counts_as is not Verdict.OK] == ["PRODUCT-LOCK"]
    assert all(dose.limits == () and dose.points.proposed is None and dose.points.split == () for dose in advisory.doses)


def test_a_dose_that_is_not_decided_yet_is_not_read_as_nothing() -> None:
    plan = [frontalis(None, activity="overactive"), {"zone": "frontalis", "side": "right", "units": 1, "activity": "quieter"}]
    advisory = advise(plan=plan)
    (finding,) = [finding for finding in advisory.findings if finding.rule == "QUIET-SIDE-MORE"]
    assert (finding.certainty, finding.counts_as) == ("possible", "ok")
    assert any(question.prompt == "How many units are planned for Forehead, left?" for question in advisory.questions)


def test_too_much_at_a_point_is_offered_more_points() -> None:
    advisory = advise(plan=[{"zone": "lateral_canthal", "side": "left", "units": 6, "points": 2}])
    assert ("Crow's feet, left: 3 points instead of 2", Verdict.OK) in [
        (option.what, option.verdict_if_done) for option in advisory.options
    ]


def test_proposed_points_can_be_drawn_up() -> None:
    (dose,) = advise(
        plan=[
            {"zone": "dao", "side": "left", "units": 2},
        ][:1]
    ).doses
    assert dose.points.split == (400,)
    (dose,) = advise(plan=[{"zone": "lateral_canthal", "side": "left", "units": 5}]).doses
    assert dose.points.split == (400, 300, 300)


def test_waiting_is_no_way_out_of_a_migraine_cycle() -> None:
    advisory = advise(
        plan=[frontalis()],
        history={"treatments": [{"date": "2026-01-20", "protocol": "chronic_migraine", "units": 155}]},
        scheduled=[{"date": "2026-04-14", "protocol": "chronic_migraine", "units": 155}],
    )
    assert advisory.earliest_date is None
    assert not any(change.kind == "defer" for option in advisory.options for change in option.changes)


def test_a_total_is_mended_at_one_dose_and_not_by_cutting_the_plan_down() -> None:
    advisory = advise(
        plan=[{"zone": "masseter", "side": "left", "units": 20, "points": 4, "activity": "overactive"}],
        history={
            "treatments": [
                {"date": "2026-01-10", "purpose": "spasticity", "units": 380},
                {"date": "2026-01-11", "purpose": "spasticity", "units": 1},
            ]
        },
    )
    assert [option.what for option in advisory.options if option.changes[0].kind == "lower"] == [
        "Jaw (masseter), left: 19 U instead of 20 U"
    ]


def test_less_on_the_quieter_side_is_offered() -> None:
    plan = [{"zone": "frontalis", "side": "left", "units": 2, "activity": "overactive"}, {"zone": "frontalis", "side": "right", "units": 3}]
    advisory = advise(plan=plan)
    assert advisory.verdict is Verdict.STOP
    assert any(option.what == "Forehead, right: 2 U instead of 3 U" for option in advisory.options)


def test_a_touch_up_without_a_first_pass_is_offered_as_a_new_treatment() -> None:
    advisory = advise(visit="touch_up", plan=[frontalis(1)])
    assert advisory.earliest_date is None
    assert ("Plan it as a new treatment today, not as a touch-up", Verdict.OK) in [(o.what, o.verdict_if_done) for o in advisory.options]


def test_a_withheld_suggestion_says_why() -> None:
    (dose,) = advise(patient={"screening": {"toxin_warning_signs": "yes"}}, plan=[frontalis()]).doses
    assert dose.suggested is None
    assert dose.position == "withheld"
    assert any("Withheld" in reason for reason in dose.because)


def test_a_finding_of_the_case_counts_for_every_dose() -> None:
    advisory = advise(patient={"screening": {"pregnant": "yes"}}, plan=[frontalis(), {"zone": "mentalis", "units": 2}])
    assert {dose.verdict for dose in advisory.doses} == {Verdict.STOP}


def test_a_stop_at_one_place_is_not_a_stop_at_another() -> None:
    advisory = advise(patient={"screening": {"site_infection": ["chin"]}}, plan=[frontalis(), {"zone": "mentalis", "units": 2}])
    assert {dose.place.zone: dose.verdict for dose in advisory.doses} == {"frontalis": Verdict.OK, "mentalis": Verdict.STOP}
    assert advisory.verdict is Verdict.STOP


# totals


def test_the_exposure_adds_up_every_purpose_and_names_what_it_cannot_count() -> None:
    advisory = advise(
        plan=[frontalis()],
        history={
            "treatments": [
                {"date": "2026-01-10", "purpose": "axillary_hyperhidrosis", "units": 100},
                {"date": "2025-12-10", "purpose": "trapezius"},
                {"date": "2025-10-01", "purpose": "spasticity", "units": 300},
                {"date": "2025-10-20", "product": "daxibotulinumtoxinA", "units": 40, "purpose": "aesthetic"},
            ]
        },
        scheduled=[{"date": "2026-03-20", "protocol": "chronic_migraine"}],
    )
    shown = advisory.exposure
    assert shown.planned == 600
    assert {recent.purpose: (recent.units.low, recent.units.high) for recent in shown.recent} == {
        "axillary_hyperhidrosis": (20000, 20000),
        "trapezius": (0, None),
    }
    assert (shown.total.low, shown.total.high) == (20600, None)
    assert shown.peak.date == dt.date(2026, 3, 20)
    assert shown.peak.units.low == 20600 + 31000
    assert shown.remaining is None
    assert any("trapezius" in line and "not known" in line for line in shown.uncountable)


def test_a_muscle_says_when_it_was_last_treated_and_when_it_is_free() -> None:
    treated = {"date": "2026-01-05", "purpose": "aesthetic", "doses": [{"zone": "frontalis", "side": "left", "units": 3}]}
    (muscle,) = advise(plan=[frontalis()], history={"treatments": [treated]}).exposure.muscles
    assert (muscle.last_treated, muscle.free_from) == (dt.date(2026, 1, 5), dt.date(2026, 4, 5))


# dates (D7, D24)


def test_the_earliest_date_is_when_the_interval_has_passed() -> None:
    treated = {"date": "2026-01-05", "purpose": "aesthetic", "doses": [{"zone": "frontalis", "side": "left", "units": 3}]}
    advisory = advise(plan=[frontalis()], history={"treatments": [treated]})
    assert advisory.verdict is Verdict.STOP
    assert advisory.earliest_date == dt.date(2026, 4, 5)
    assert any(option.verdict_if_done is Verdict.OK and "2026-04-05" in option.what for option in advisory.options)


def test_there_is_no_earliest_date_when_a_stop_does_not_wait_for_time() -> None:
    treated = {"date": "2026-01-05", "purpose": "aesthetic", "doses": [{"zone": "frontalis", "side": "left", "units": 3}]}
    advisory = advise(patient={"screening": {"pregnant": "yes"}}, plan=[frontalis()], history={"treatments": [treated]})
    assert advisory.earliest_date is None


def test_a_touch_up_that_comes_too_early_may_come_on_day_10() -> None:
    first = {"date": "2026-02-25", "purpose": "aesthetic", "doses": [{"zone": "frontalis", "side": "left", "units": 3}]}
    assert advise(visit="touch_up", plan=[frontalis(1)], history={"treatments": [first]}).earliest_date == dt.date(2026, 3, 7)


def test_after_the_time_for_a_touch_up_the_next_day_to_ask_is_90_days_after_the_latest_injection() -> None:
    first = {"date": "2026-01-20", "purpose": "aesthetic", "doses": [{"zone": "frontalis", "side": "left", "units": 3}]}
    again = {
        "date": "2026-02-05",
        "purpose": "aesthetic",
        "visit": "touch_up",
        "doses": [{"zone": "frontalis", "side": "left", "units": 1}],
    }
    advisory = advise(visit="touch_up", plan=[frontalis(1)], history={"treatments": [first, again]})
    assert advisory.earliest_date == dt.date(2026, 5, 6)
    assert any("as a new treatment" in option.what for option in advisory.options)


# options


def test_a_dose_that_is_too_high_is_offered_lower_and_the_verdict_is_that_of_the_lower_dose() -> None:
    advisory = advise(plan=[frontalis(11, points=6)])
    whats = {option.what: option.verdict_if_done for option in advisory.options}
    assert whats == {"Forehead, left: 4 U instead of 11 U": Verdict.OK, "Forehead, left: 10 U instead of 11 U": Verdict.CAUTION}


def test_in_a_running_migraine_cycle_the_option_is_to_ask_the_migraine_clinician() -> None:
    advisory = advise(
        plan=[frontalis()],
        history={"treatments": [{"date": "2026-01-20", "protocol": "chronic_migraine", "units": 155}]},
        scheduled=[{"date": "2026-04-14", "protocol": "chronic_migraine", "units": 155}],
    )
    assert advisory.verdict is Verdict.STOP
    assert any("ask the migraine clinician" in option.what for option in advisory.options)


def test_too_many_goals_are_staged() -> None:
    advisory = advise(goals=["brows", "smile", "jaw"], plan=[frontalis()])
    assert [(option.what, option.verdict_if_done) for option in advisory.options] == [
        ("Agree on 2 goals now and leave the rest for a later stage", Verdict.OK)
    ]


def test_both_jaw_sides_are_staged() -> None:
    plan = [{"zone": "masseter", "side": "left", "units": 15, "points": 3, "activity": "overactive"}]
    advisory = advise(plan=[*plan, {"zone": "masseter", "side": "right", "units": 8, "points": 3}])
    assert advisory.verdict is Verdict.CAUTION
    assert [option.what for option in advisory.options] == ["Leave Jaw (masseter), right for a later stage"]


# questions


def test_the_questions_say_which_answer_decides() -> None:
    advisory = advise(patient={"screening": {"everything_else": "no", "pregnant": "unknown", "dry_eye": "unknown"}}, plan=[frontalis()])
    (question,) = advisory.questions  # dry eye is not asked for a forehead
    assert question.name == "pregnant"
    assert question.decisive
    assert question.verdicts == {"yes": Verdict.STOP, "no": Verdict.OK}
    assert advisory.verdict is Verdict.INCOMPLETE


def test_a_field_that_was_left_out_is_shown_as_it_was_read() -> None:
    advisory = advise(plan=[frontalis()])
    assert {"activity", "placement", "performer"} <= {assumed.fact for assumed in advisory.assumed}


# the second evaluator


class Lying(rete.Network):
    def fired(self, facts: Any) -> dict[str, bool]:
        found = super().fired(facts)
        return dict(list(found.items())[1:]) if found else {"DAO-MEDIAL": True}


class Failing(rete.Network):
    def fired(self, facts: Any) -> dict[str, bool]:
        raise rete.ReteFault("made up")


@pytest.mark.parametrize("where", [None, ("frontalis", "frontalis")])
@pytest.mark.parametrize("network", [Lying, Failing])
def test_a_second_evaluator_that_differs_or_fails_is_a_stop(network: type[rete.Network], where: tuple[str, str] | None) -> None:
    confirming = Engine(shipped())
    case = as_case(laid_over(STANDARD, {"plan": [frontalis()]}), shipped())
    assert confirming.advise(case).verdict is Verdict.OK
    confirming._confirmer._networks[where].__class__ = network
    advisory = confirming.advise(case)
    assert advisory.verdict is Verdict.STOP
    assert advisory.findings[0].rule == "ENGINE-FAULT"
    assert advisory.evaluators.agreed is False
    assert advisory.options == ()
    assert advisory.earliest_date is None


def test_without_the_second_evaluator_every_advisory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dose_engine.confirm.available", lambda: False)
    advisory = Engine(shipped()).advise(as_case(laid_over(STANDARD, {"plan": [frontalis()]}), shipped()))
    assert advisory.verdict is Verdict.OK
    assert advisory.evaluators.agreed is None
    assert advisory.evaluators.note.startswith("not independently confirmed")


def test_the_fault_of_an_evaluator_is_one_of_the_published_errors() -> None:
    assert issubclass(rete.ReteFault, EvaluatorFault)


def test_without_trying_answers_the_same_questions_are_asked_with_their_bounds() -> None:
    case = as_case(
        {"product": "onabotulinumtoxinA", "patient": {"age": 34}, "plan": [{"zone": "dao", "side": "left", "units": 1}]}, shipped()
    )
    tried, listed = engine().advise(case, options=False), engine().advise(case, options=False, answers=False)
    assert {one.name for one in listed.questions} == {one.name for one in tried.questions} != set()
    assert (listed.verdict, listed.findings) == (tried.verdict, tried.findings)
    worst = {one.name: one.verdicts["at worst"] for one in listed.questions}
    for one in tried.questions:
        assert max(verdict.rank for verdict in one.verdicts.values()) <= worst[one.name].rank
