"""The record of earlier treatments: what is not known of one widens what may have been, and nothing is ever taken for zero."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dose_engine.service.fhir import Reading

from .making import at, gap, gap_codes, given, history_of, instruction, order, procedure, quantity, reading, stops, verdict

ONA = "onabotulinumtoxinA"
MASSETER = {"zone": "masseter", "muscle": "masseter", "side": "left"}


def past(*resources: Any, procedures: Any = (), **more: Any) -> Reading:
    return reading(order("o1", instruction("masseter.left", 5)), administrations=list(resources), procedures=list(procedures), **more)


def only(read: Reading) -> dict[str, Any]:
    (treatment,) = history_of(read)
    return treatment


def test_an_administration_is_a_dose_at_its_place_on_its_day() -> None:
    read = past(given())
    assert only(read) == {"date": "2026-01-20", "product": ONA, "doses": [MASSETER | {"units": 10}]}
    assert read.treatment_sources == (("MedicationAdministration/a1",),)
    assert "INTERVAL-90" in stops(read)


def test_doses_of_one_session_stand_together_and_their_sum_is_whole() -> None:
    parts = [given(f"a{n}", site, n, partOf=[{"reference": "Procedure/x"}]) for n, site in enumerate(("masseter.left", "procerus"), 3)]
    (treatment,) = history_of(past(*parts))
    assert sorted(dose["units"] for dose in treatment["doses"]) == [3, 4]


def test_two_equal_doses_are_two_and_one_resource_twice_is_one() -> None:
    assert [dose["units"] for dose in only(past(given("a1"), given("a2")))["doses"]] == [10, 10]
    assert [dose["units"] for dose in only(past(given(None), given(None)))["doses"]] == [10, 10]
    assert [dose["units"] for dose in only(past(given("a1"), given("a1")))["doses"]] == [10]


@pytest.mark.parametrize("status", ["entered-in-error", "not-done"])
def test_what_was_not_given_is_no_dose_and_no_zero(status: str) -> None:
    read = past(given(status=status))
    assert history_of(read) == []
    assert gap_codes(read) == []


@pytest.mark.parametrize("status", ["in-progress", "on-hold", "stopped", "unknown", "", None, "banana"])
def test_of_what_is_not_recorded_as_completed_the_amount_is_not_known(status: Any) -> None:
    read = past(given(status=status))
    assert only(read)["doses"] == [MASSETER]
    assert "treatment-dose-unread" in gap_codes(read)
    assert "INTERVAL-90" in stops(read)


def test_a_status_that_says_two_things_is_not_taken_for_not_given() -> None:
    both = {"coding": [{"code": "not-done"}, {"code": "completed"}]}
    assert only(past(given(status=both)))["doses"] == [MASSETER]


def test_an_administration_without_a_site_may_have_been_in_any_muscle() -> None:
    read = past(given(site=None, dose=100))
    assert only(read) == {"date": "2026-01-20", "product": ONA, "units": 100}
    assert "INTERVAL-90" not in stops(read)
    assert verdict(read).rank >= 2


def test_an_administration_without_a_dose_is_uncountable() -> None:
    for missing in (given(dose=None), given(dose={}), given(dosage=None)):
        read = past(missing)
        assert "units" not in str(history_of(read))
        assert "treatment-dose-unread" in gap_codes(read)


@pytest.mark.parametrize("dosage", ["10 U", [{"dose": quantity(10)}], 10])
def test_a_dosage_of_a_wrong_shape_is_not_read(dosage: Any) -> None:
    read = past(given(dosage=dosage))
    assert "units" not in only(read)
    assert "treatment-dose-unread" in gap_codes(read)


@pytest.mark.parametrize("where", [{"modifierExtension": [{}]}, {"dosage": {"dose": quantity(10), "modifierExtension": [{}]}}])
def test_a_modifier_leaves_the_amount_unknown(where: Any) -> None:
    assert "treatment-dose-unread" in gap_codes(past(given() | where))


@pytest.mark.parametrize(
    "when",
    [
        {"effectiveDateTime": None},
        {"effectiveDateTime": "2026-01"},
        {"effectiveDateTime": "2026"},
        {"effectiveDateTime": "2026-02-30"},
        {"effectiveDateTime": "2026-03-03"},
        {"effectiveDateTime": "1899-12-31"},
        {"effectiveDateTime": "yesterday"},
        {"effectiveDateTime": 20260120},
        {"effectiveDateTime": None, "effectivePeriod": {"start": "2025-01-01", "end": "2026-02-01"}},
        {"effectiveDateTime": "2026-01", "effectivePeriod": {"start": "2024-01-01"}},
    ],
)
def test_a_treatment_whose_day_is_not_known_may_have_been_any_day(when: Any) -> None:
    read = past(given(**when))
    assert only(read)["date"] == "unknown"
    assert "treatment-undated" in gap_codes(read)
    assert verdict(read).rank >= 2


@pytest.mark.parametrize(
    ("when", "day"),
    [
        ({"effectiveDateTime": "2026-03-02T23:59:00-08:00"}, "2026-03-02"),
        ({"effectiveDateTime": None, "effectivePeriod": {"start": "2026-01-20T09:00:00Z", "end": "2026-01-20T10:00:00Z"}}, "2026-01-20"),
        ({"effectiveDateTime": None, "effectivePeriod": {"start": "2026-01-20"}}, "2026-01-20"),
        ({"effectiveDateTime": None, "effectivePeriod": {"end": "2026-01-20"}}, "2026-01-20"),
    ],
)
def test_the_day_is_the_one_that_was_written(when: Any, day: str) -> None:
    assert only(past(given(**when)))["date"] == day


def test_an_administration_of_another_patient_is_said_and_not_used() -> None:
    read = past(given(subject={"reference": "Patient/p2"}))
    assert history_of(read) == []
    assert gap_codes(read) == ["another-patients-record"]


def test_a_dose_of_another_product_keeps_its_own_units() -> None:
    treatment = only(past(given(medicine="Dysport", dose=50)))
    assert (treatment["product"], treatment["doses"][0]["units"]) == ("abobotulinumtoxinA", 50)


# procedures and statements


def test_a_procedure_alone_says_that_toxin_was_given_and_where_and_never_how_much() -> None:
    read = past(procedures=[procedure("masseter.left", "masseter.right")])
    assert [one for treatment in history_of(read) for one in treatment["doses"]] == [MASSETER, MASSETER | {"side": "right"}]
    assert "treatment-dose-unread" in gap_codes(read)
    assert "INTERVAL-90" in stops(read)


def test_a_procedure_without_sites_is_a_treatment_anywhere() -> None:
    assert only(past(procedures=[procedure()])) == {"date": "2026-01-20", "product": ONA}


def test_a_procedure_for_something_else_is_left_alone() -> None:
    assert history_of(past(procedures=[procedure("masseter.left", code="Filler injection"), procedure(code="")])) == []


@pytest.mark.parametrize("status", ["not-done", "entered-in-error", "preparation"])
def test_a_procedure_that_was_not_done_is_no_treatment(status: str) -> None:
    assert history_of(past(procedures=[procedure(status=status)])) == []


@pytest.mark.parametrize(
    "part", [{"partOf": [{"reference": "Procedure/pr1"}]}, {"partOf": [{"reference": "https://e.example/Procedure/pr1"}]}, {}]
)
def test_a_procedure_and_its_administration_are_one_treatment(part: Any) -> None:
    read = past(given(**part), procedures=[procedure("masseter.left")])
    assert only(read) == {"date": "2026-01-20", "product": ONA, "doses": [MASSETER | {"units": 10}]}
    assert "treatment-dose-unread" not in gap_codes(read)


@pytest.mark.parametrize("performed", [None, "2026-01"])
def test_an_administration_is_part_of_the_procedure_it_names_also_where_that_has_no_day(performed: str | None) -> None:
    read = past(given(partOf=[{"reference": "Procedure/pr1"}]), procedures=[procedure("masseter.left", performedDateTime=performed)])
    assert only(read)["doses"] == [MASSETER | {"units": 10}]
    assert gap_codes(read) == []
    apart = past(given(), procedures=[procedure("masseter.left", performedDateTime=performed)])
    assert len(history_of(apart)) == 2


def test_an_administration_takes_day_and_product_from_the_procedure_it_is_part_of_and_never_hides_them() -> None:
    part = {"partOf": [{"reference": "Procedure/pr1"}]}
    unsaid = given("a1", **part, medicine="botulinum toxin", effectiveDateTime=None)
    read = past(unsaid, procedures=[procedure(code="Dysport injection")])
    assert (only(read)["date"], only(read)["product"], "units" in str(only(read))) == ("2026-01-20", "abobotulinumtoxinA", False)
    assert "OTHER-PRODUCT-RECENT" in stops(read)


@pytest.mark.parametrize("other", [{"effectiveDateTime": "2025-06-01"}, {"medicine": "Xeomin"}])
def test_an_administration_that_disagrees_with_its_procedure_does_not_take_it_away(other: Any) -> None:
    dose = given("a1", "frontalis.left", partOf=[{"reference": "Procedure/pr1"}], **other)
    read = past(dose, procedures=[procedure("masseter.left", "frontalis.left")])
    assert len([one for treatment in history_of(read) for one in treatment["doses"]]) == 3
    assert "INTERVAL-90" in stops(read)


def test_a_procedure_that_names_no_product_does_not_make_the_session_one_of_an_unknown_product() -> None:
    read = past(given(), procedures=[procedure("masseter.left", code="botulinum toxin injection")])
    assert only(read)["product"] == ONA
    assert "OTHER-PRODUCT-RECENT" not in stops(read)
    alone = past(procedures=[procedure("masseter.left", code="botulinum toxin injection")])
    assert only(alone)["product"] == "unknown"


def test_the_dose_of_a_whole_session_went_where_its_procedure_says() -> None:
    read = past(given(site=None, dose=30), procedures=[procedure("masseter.left", "masseter.right")])
    assert only(read) == {"date": "2026-01-20", "product": ONA, "doses": [MASSETER, MASSETER | {"side": "right"}], "units": 30}
    assert "treatment-dose-unread" not in gap_codes(read)
    assert "INTERVAL-90" in stops(read)


def test_where_a_procedure_names_a_site_that_is_not_known_the_dose_may_be_anywhere() -> None:
    unknown = procedure() | {"bodySite": [at("masseter.left"), {"text": "left cheek"}]}
    read = past(given(site=None, dose=30), procedures=[unknown])
    assert {"date": "2026-01-20", "product": ONA, "units": 30} in history_of(read)
    assert "INTERVAL-90" in stops(read)


def test_a_site_of_a_procedure_that_no_administration_covers_is_kept() -> None:
    read = past(given(site="masseter.left"), procedures=[procedure("masseter", "frontalis")])
    doses = [dose for treatment in history_of(read) for dose in treatment["doses"]]
    assert sorted(dose["zone"] for dose in doses) == ["frontalis", "masseter"]


@pytest.mark.parametrize("turned", [False, True])
def test_what_a_procedure_adds_to_a_session_of_several_days_or_products_is_as_it_says_itself(turned: bool) -> None:
    part = {"partOf": [{"reference": "Procedure/pr1"}]}
    doses = [given("a1", **part, effectiveDateTime="2025-12-02"), given("a2", "procerus", 1, "Dysport", **part)]
    asked = procedure("frontalis.left", code="botulinum toxin injection", performedDateTime="2025-11-11")
    (added,) = [one for one in history_of(past(*(doses[::-1] if turned else doses), procedures=[asked])) if "frontalis" in str(one)]
    assert (added["date"], added["product"]) == ("2025-11-11", "unknown")


def test_another_day_or_another_product_is_another_session() -> None:
    assert len(history_of(past(given(), procedures=[procedure("masseter.left", performedDateTime="2025-10-01")]))) == 2
    assert len(history_of(past(given(), procedures=[procedure("masseter.left", code="Dysport injection")]))) == 2


def test_parts_of_a_whole_session_are_in_its_dose_and_not_added_to_it() -> None:
    part = {"partOf": [{"reference": "MedicationAdministration/w"}]}
    read = past(given("w", None, 300), given("a1", "masseter.left", 100, **part), given("a2", "masseter.right", 100, **part))
    assert only(read)["units"] == 300
    assert sorted(dose["units"] for dose in only(read)["doses"]) == [100, 100]
    assert "WINDOW-400" not in stops(read)
    too_much = past(given("w", None, 150), given("a1", "masseter.left", 100, **part), given("a2", "masseter.right", 100, **part))
    assert len(history_of(too_much)) == 2
    for unfit in (given("a1", None, 100, **part), given("a1", dose=None, **part), given("a1", medicine="Dysport", **part)):
        assert len(history_of(past(given("w", None, 300), unfit))) == 2
    twice = past(given("w", None, 300), given("w", None, 200), given("a1", "masseter.left", 100, **part))
    assert len(history_of(twice)) == 3


def statement(**more: Any) -> dict[str, Any]:
    made = {"resourceType": "MedicationStatement", "id": "st1", "status": "completed", "subject": {"reference": "Patient/p1"}}
    return made | {"medicationCodeableConcept": {"text": "Botox"}, "effectiveDateTime": "2026-01-20"} | more


def test_a_statement_that_toxin_was_taken_is_a_treatment_of_unknown_amount() -> None:
    read = past(medications=[statement()])
    assert only(read) == {"date": "2026-01-20", "product": ONA}
    assert only(past(given(), medications=[statement()]))["doses"] == [MASSETER | {"units": 10}]


def test_a_statement_that_toxin_was_not_taken_is_none_and_one_that_it_will_be_is_scheduled() -> None:
    for status in ("not-taken", "entered-in-error"):
        assert history_of(past(medications=[statement(status=status)])) == []
    read = past(medications=[statement(status="intended")])
    assert (history_of(read), len(read.document["scheduled"])) == ([], 1)
    assert "active-toxin-order" in gap_codes(read)


# how much fits


def test_of_more_than_a_case_holds_the_latest_are_kept_and_the_rest_is_said() -> None:
    first = dt.date(2024, 1, 1)
    doses = [given(f"a{n}", effectiveDateTime=(first + dt.timedelta(days=n)).isoformat()) for n in range(160)]
    undated = given("u", effectiveDateTime=None)
    read = past(*doses, undated)
    assert len(history_of(read)) == 150
    assert history_of(read)[0]["date"] == (first + dt.timedelta(days=159)).isoformat()
    assert "Left out: 11." in gap(read, "history-too-long").says
    assert history_of(read) == history_of(past(undated, *reversed(doses)))


def test_a_session_of_many_doses_keeps_every_one() -> None:
    read = past(*(given(f"a{n}") for n in range(95)))
    assert sum(len(treatment["doses"]) for treatment in history_of(read)) == 95
    assert "WINDOW-400" in stops(read)
