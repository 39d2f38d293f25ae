"""What a record says of doses, and what it leaves open: nothing named is lost, nothing left out is read as zero."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dose_engine import Advisory, Verdict
from dose_engine.facts import Facts
from dose_engine.workbench.cases import STANDARD, laid_over

from .strategies import as_case, engine, shipped

MIGRAINE = {"date": "2026-01-01", "protocol": "chronic_migraine"}
PROCERUS = {"zone": "glabella", "muscle": "procerus", "units": 2, "points": 1}
FOREHEAD = {"zone": "frontalis", "side": "left", "units": 2, "points": 1}


def with_history(*treatments: dict[str, Any], **given: Any) -> dict[str, Any]:
    return laid_over(STANDARD, {"plan": [FOREHEAD], "history": {"treatments": list(treatments)}, **given})


def advise(values: dict[str, Any]) -> Advisory:
    return engine().advise(as_case(values, shipped()))


def fact(values: dict[str, Any], name: str, dose: int | None = None) -> Any:
    facts = Facts(as_case(values, shipped()), shipped())
    return facts.value(shipped().facts[name], facts.doses[dose] if dose is not None else None)


def test_a_protocol_brings_its_units_and_its_split() -> None:
    values = with_history(MIGRAINE)
    assert fact(values, "units_in_window") == ((155 + 2) * 200, (195 + 2) * 200)
    assert fact(values, "days_since_this_muscle", 0) == (60, 60)


def test_naming_one_dose_of_a_protocol_does_not_lose_the_rest() -> None:
    listed = MIGRAINE | {"doses": [{"zone": "frontalis", "side": "left", "units": 10}]}
    values = with_history(listed, plan=[PROCERUS])
    assert fact(values, "units_in_window") == ((155 + 2) * 200, (195 + 2) * 200)
    assert advise(values).verdict is Verdict.INCOMPLETE  # the rest may be in the procerus


def test_a_protocol_with_fewer_units_was_still_given_at_its_sites() -> None:
    values = with_history(MIGRAINE | {"units": 100})
    assert fact(values, "units_in_window") == (102 * 200, 102 * 200)
    assert fact(values, "days_since_migraine_here", 0) == (60, 60)
    assert advise(values).verdict is Verdict.STOP


def test_a_treatment_counts_once_however_finely_it_is_listed() -> None:
    twice = [{"zone": "frontalis", "side": "left", "units": 5}, {"zone": "frontalis", "side": "left", "units": 5}]
    values = with_history(MIGRAINE | {"units": 155, "doses": twice})
    assert fact(values, "migraine_treatments_here", 0) == (1, 1)
    assert all(finding.rule != "MIG-CYCLE-PAST" for finding in advise(values).findings)


def test_doses_without_units_share_what_the_treatment_leaves() -> None:
    jaw = {
        "date": "2026-01-01",
        "purpose": "aesthetic",
        "units": 40,
        "doses": [{"zone": "masseter", "side": side} for side in ("left", "right")],
    }
    values = with_history(jaw)
    assert fact(values, "units_in_window") == (42 * 200, 42 * 200)


def test_a_purpose_without_units_is_uncountable_and_never_zero() -> None:
    values = with_history({"date": "2026-01-01", "purpose": "axillary_hyperhidrosis"})
    low, high = fact(values, "units_in_window")
    assert (low, high) == (400, 2**31 - 1)
    assert advise(values).verdict is Verdict.INCOMPLETE


def test_a_band_counts_for_a_dose_that_names_only_the_muscle() -> None:
    past = {"date": "2026-02-10", "purpose": "aesthetic"}
    lateral = past | {"doses": [{"muscle": "platysma", "side": "left", "band": "lateral", "units": 8}]}
    values = with_history(lateral, plan=[{"zone": "platysma", "side": "left", "band": "medial", "units": 5, "points": 5}])
    assert fact(values, "units_in_this_band", 0) == (1000, 1000)


@pytest.mark.parametrize(("points", "expected"), [(None, (0, 0)), (2, (0, 2**31 - 1))])
def test_units_that_are_not_decided_may_be_anything_at_a_point(points: int | None, expected: tuple[int, int]) -> None:
    dose = {"zone": "frontalis", "side": "left"} | ({"points": points} if points else {})
    assert fact(with_history(plan=[dose]), "units_each_point", 0) == expected


def test_half_of_the_procerus_counts_to_each_side() -> None:
    plan = [PROCERUS | {"units": Decimal("0.01")}, FOREHEAD]
    assert fact(with_history(plan=plan), "units_upper_face_this_side", 1) == (401, 401)


def test_a_performer_who_waits_past_a_performance_may_perform_again() -> None:
    values = laid_over(
        STANDARD,
        {
            "plan": [{"zone": "dao", "side": "left", "units": 2, "points": 1}],
            "patient": {"performer": ["singer"], "next_performance": "2026-03-03"},
        },
    )
    advisory = advise(values)
    assert advisory.verdict is Verdict.CAUTION
    assert not any(change.kind == "defer" for option in advisory.options for change in option.changes)


def test_an_open_number_says_whether_its_answer_decides() -> None:
    values = laid_over(STANDARD, {"plan": [{"zone": "dao", "side": "left", "units": 2, "points": 1}], "patient": {"performer": ["singer"]}})
    (question,) = advise(values).questions
    assert question.name == "days_to_performance"
    assert question.decisive
    assert question.verdicts["none"] is Verdict.OK


def test_a_product_that_is_not_known_is_said_to_count_perhaps() -> None:
    past = {"date": "2026-01-11", "purpose": "aesthetic", "product": "unknown", "units": 50}
    advisory = advise(with_history(past))
    assert (advisory.exposure.total.low, advisory.exposure.total.high) == (400, 52 * 200)
    assert any("its units may count" in line for line in advisory.exposure.uncountable)
    assert advisory.verdict is Verdict.STOP
