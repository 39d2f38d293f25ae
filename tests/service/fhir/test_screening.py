"""Age and screening answers: a record says yes or nothing; only a fresh status says no; an incomplete date is read the careful way."""

from __future__ import annotations

from typing import Any

import pytest

from dose_engine.service.fhir.patient import ages_on

from .making import (
    ATC,
    ICD,
    PATIENT,
    TODAY,
    advise,
    allergy,
    coded,
    condition,
    gap,
    gap_codes,
    observation,
    order,
    reading,
    stops,
)

LOINC = "http://loinc.org"
ACTIVE, REFUTED = {"coding": [{"code": "active"}]}, {"coding": [{"code": "refuted"}]}


def screening(**keys: Any) -> dict[str, str]:
    return dict(reading(order(), **keys).document["patient"]["screening"])


def notes(**keys: Any) -> list[str]:
    return [one.says for one in reading(order(), **keys).known if not one.path and "nothing on record" not in one.says]


# age


@pytest.mark.parametrize(
    ("birth", "ages"),
    [
        ("1988-05-17", (37, 37)),
        ("2008-03-02", (18, 18)),
        ("2008-03-03", (17, 17)),
        ("2008", (17, 18)),
        ("2008-03", (17, 18)),
        ("2008-02", (18, 18)),
        ("2007", (18, 19)),
        ("2026", (0, 0)),
        ("2026-03", (0, 0)),
        ("2026-03-02", (0, 0)),
        ("1896-03-03", (129, 129)),
    ],
)
def test_the_youngest_and_the_oldest_age_that_a_birth_date_allows(birth: str, ages: tuple[int, int]) -> None:
    assert ages_on(birth, TODAY) == ages


@pytest.mark.parametrize(
    "birth",
    [
        "",
        "2026-03-03",
        "2027",
        "1895",
        "1850-01-01",
        "88",
        "1988-5-17",
        "1988-13",
        "1988-02-30",
        "17.05.1988",
        "1988-05-17T10:00:00Z",
        1988,
        None,
        ["1988"],
        "\u0661\u0669\u0668\u0668",
    ],
)
def test_a_birth_date_that_cannot_be_used_leaves_the_age_unknown(birth: Any) -> None:
    assert ages_on(birth, TODAY) is None
    read = reading(order(), patient={**PATIENT, "birthDate": birth})
    assert "age" not in read.document["patient"]
    assert gap(read, "age-not-known").counts_as == "incomplete"
    assert advise(read)


def test_an_incomplete_birth_date_is_read_as_the_youngest_age_and_said() -> None:
    read = reading(order(), patient={**PATIENT, "birthDate": "2008"})
    assert read.document["patient"]["age"] == 17
    assert "AGE-UNDER-18" in stops(read)
    assert "may be 18" in gap(read, "age-not-exact").says


def test_an_incomplete_birth_date_near_the_upper_line_is_no_better_than_a_caution() -> None:
    read = reading(order(), patient={**PATIENT, "birthDate": "1961"})
    assert read.document["patient"]["age"] == 64
    assert gap(read, "age-not-exact").counts_as == "caution"


def test_the_birth_date_stands_nowhere_in_a_reading() -> None:
    assert "1988" not in str(reading(order()))


# diagnoses


@pytest.mark.parametrize("code", ["G70.0", "G7000", "g70.01", "G70.80", "G73.1", "G12.21"])
def test_a_nerve_or_muscle_disease_is_a_yes_by_the_beginning_of_its_code(code: str) -> None:
    assert screening(conditions=[condition(code)]) == {"neuromuscular_disorder": "yes"}
    assert "NMJ-DISEASE" in stops(reading(order(), conditions=[condition(code)]))


@pytest.mark.parametrize(
    "system",
    [
        ICD,
        f"{ICD}-cm",
        "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
        "urn:oid:2.16.840.1.113883.6.90",
        "urn:oid:2.16.840.1.113883.6.3",
        f"{ICD}/",
    ],
)
def test_the_systems_of_icd_10_are_known_by_any_of_their_names(system: str) -> None:
    assert screening(conditions=[condition(coded("G70.00", system))]) == {"neuromuscular_disorder": "yes"}


@pytest.mark.parametrize(
    "code", [coded("G70", ICD), coded("G71.0", ICD), coded("G70.0", "urn:other"), coded("91637004", "http://snomed.info/sct")]
)
def test_any_other_code_answers_nothing(code: Any) -> None:
    assert screening(conditions=[condition(code)]) == {}


def test_a_diagnosis_is_also_known_by_its_exact_name_and_not_by_a_longer_text() -> None:
    assert screening(conditions=[condition({"text": "Myasthenia gravis"})]) == {"neuromuscular_disorder": "yes"}
    for text in ("no myasthenia gravis", "mother had myasthenia gravis", "suspected myasthenia gravis?", "rule out ALS"):
        assert screening(conditions=[condition({"text": text})]) == {}


@pytest.mark.parametrize(
    "status", [None, ACTIVE, {"coding": [{"code": "recurrence"}]}, {"coding": [{"code": "relapse"}]}, "active", {}, {"text": "?"}]
)
def test_a_diagnosis_without_a_clinical_status_counts_as_present(status: Any) -> None:
    assert screening(conditions=[condition(clinicalStatus=status)]) == {"neuromuscular_disorder": "yes"}


@pytest.mark.parametrize("status", ["inactive", "remission", "resolved"])
def test_a_diagnosis_recorded_as_past_leaves_the_question_open_and_is_said(status: str) -> None:
    past = condition(clinicalStatus={"coding": [{"code": status}]}, code={"text": "myasthenia gravis"})
    assert screening(conditions=[past]) == {}
    assert notes(conditions=[past]) == ["myasthenia gravis is recorded as past"]


@pytest.mark.parametrize("status", ["refuted", "entered-in-error"])
def test_a_diagnosis_that_was_refuted_is_no_answer(status: str) -> None:
    assert screening(conditions=[condition(verificationStatus={"coding": [{"code": status}]})]) == {}


@pytest.mark.parametrize("status", ["confirmed", "provisional", "unconfirmed", "differential"])
def test_a_diagnosis_that_was_not_refuted_counts(status: str) -> None:
    assert screening(conditions=[condition(verificationStatus={"coding": [{"code": status}]})]) == {"neuromuscular_disorder": "yes"}


def test_a_status_that_says_two_things_never_takes_a_diagnosis_away() -> None:
    both = {"coding": [{"code": "refuted"}, {"code": "confirmed"}]}
    assert screening(conditions=[condition(verificationStatus=both)]) == {"neuromuscular_disorder": "yes"}
    again = {"coding": [{"code": "remission"}, {"code": "relapse"}]}
    assert screening(conditions=[condition(clinicalStatus=again)]) == {"neuromuscular_disorder": "yes"}


def test_a_diagnosis_with_a_modifier_is_said_and_answers_nothing() -> None:
    read = condition(modifierExtension=[{"url": "urn:negated"}])
    assert screening(conditions=[read]) == {}
    assert "modifier" in notes(conditions=[read])[0]


def test_a_diagnosis_that_toxin_is_given_for_asks_for_earlier_treatments() -> None:
    assert notes(conditions=[condition("G43.709")]) == ["chronic migraine is on record: ask for earlier botulinum toxin treatment of it"]


def test_that_a_record_holds_no_diagnosis_answers_nothing() -> None:
    assert screening(conditions=[]) == {}
    assert "no" not in screening(conditions=[condition("J30.1")]).values()


# allergies


@pytest.mark.parametrize(
    "substance",
    ["Botox", "botulinum toxin type A", "Albumin human", "human albumin", coded("M03AX01", ATC), coded("B05AA01", ATC), "Xeomin 100 units"],
)
def test_an_allergy_to_a_toxin_or_to_human_albumin_is_a_yes(substance: Any) -> None:
    assert screening(allergies=[allergy(substance)]) == {"toxin_hypersensitivity": "yes"}


def test_the_substance_of_a_reaction_counts_like_that_of_the_allergy() -> None:
    by_reaction = allergy("drug allergy", reaction=[{"substance": {"text": "Dysport"}}])
    assert screening(allergies=[by_reaction]) == {"toxin_hypersensitivity": "yes"}


@pytest.mark.parametrize("substance", ["penicillin", "egg albumin", "botulism antitoxin", "no known allergies", "cow's milk protein", {}])
def test_an_allergy_to_something_else_answers_nothing(substance: Any) -> None:
    assert screening(allergies=[allergy(substance)]) == {}


def test_an_allergy_that_was_refuted_is_no_answer_and_a_resolved_one_leaves_the_question_open() -> None:
    assert screening(allergies=[allergy(verificationStatus=REFUTED)]) == {}
    resolved = allergy(clinicalStatus={"coding": [{"code": "resolved"}]})
    assert screening(allergies=[resolved]) == {}
    assert notes(allergies=[resolved]) == ["an allergy to Botox is recorded as past"]


def test_an_entry_that_denies_an_allergy_to_toxin_is_not_taken_for_one() -> None:
    denied = allergy("no allergy to Botox")
    assert screening(allergies=[denied]) == {}
    assert notes(allergies=[denied]) == ["an entry among the allergies says: no allergy to Botox"]


# other drugs


@pytest.mark.parametrize("medicine", [coded("J01GB03", ATC), "gentamicin", coded("J01XX04", ATC)])
def test_an_aminoglycoside_is_a_yes_whether_it_is_on_record_or_just_drafted(medicine: Any) -> None:
    drug = order("m1", medicine=medicine)
    assert screening(medications=[drug]) == {"aminoglycoside": "yes"}
    assert reading(order(), drug).document["patient"]["screening"] == {"aminoglycoside": "yes"}


def test_an_eye_drop_of_the_same_name_is_told_by_its_code_or_its_route() -> None:
    assert screening(medications=[order("m1", medicine=coded("S01AA11", ATC, "gentamicin"))]) == {}
    drops = order("m1", {"route": {"text": "Ophthalmic route"}}, medicine="gentamicin")
    assert screening(medications=[drops]) == {}
    assert "for local use" in notes(medications=[drops])[0]
    assert screening(medications=[order("m1", {"route": {"text": "intravenous"}}, medicine="gentamicin")]) == {"aminoglycoside": "yes"}


def test_a_drug_is_known_with_the_day_it_was_ordered_or_stated() -> None:
    stated = {"resourceType": "MedicationStatement", "id": "m2", "status": "active", "effectiveDateTime": "2026-02-03"}
    stated |= {"subject": {"reference": "Patient/p1"}, "medicationCodeableConcept": {"text": "warfarin"}}
    read = reading(order(), medications=[order("m1", medicine="gentamicin", authoredOn="2026-01-02"), stated])
    dated = {one.path: str(one.dated) for one in read.known if one.path.startswith("patient.screening")}
    assert dated == {"patient.screening.aminoglycoside": "2026-01-02", "patient.screening.blood_thinner": "2026-02-03"}


@pytest.mark.parametrize("status", ["completed", "stopped", "cancelled", "entered-in-error", "not-taken"])
def test_a_drug_that_is_over_answers_nothing(status: str) -> None:
    assert screening(medications=[order("m1", medicine="gentamicin", status=status)]) == {}


@pytest.mark.parametrize("status", ["active", "on-hold", "unknown", None, ""])
def test_a_drug_that_may_still_be_taken_counts(status: Any) -> None:
    assert screening(medications=[order("m1", medicine="gentamicin", status=status)]) == {"aminoglycoside": "yes"}


def test_a_drug_not_to_be_given_answers_nothing() -> None:
    assert screening(medications=[order("m1", medicine="gentamicin", doNotPerform=True)]) == {}


# pregnancy

PREGNANT, NOT_PREGNANT = coded("LA15173-0", LOINC), coded("LA26683-5", LOINC)


def pregnancy(*seen: tuple[Any, str | None], days: int = 0) -> tuple[str | None, list[str]]:
    """What is read from statuses with their days: the answer, and the notes."""
    resources = [observation("82810-3", value, f"ob{n}", day) for n, (value, day) in enumerate(seen)]
    read = reading(order(), observations=resources, pregnancy_days=days)
    return read.document["patient"]["screening"].get("pregnant"), [one.says for one in read.known if "ask again" in one.says]


@pytest.mark.parametrize("day", ["2026-03-02", "2025-07-01", None, "2026-02", "2026-03-09"])
def test_pregnant_is_a_yes_on_any_day_and_without_one(day: str | None) -> None:
    assert pregnancy((PREGNANT, day)) == ("yes", [])
    assert pregnancy(({"text": "Pregnant"}, day)) == ("yes", [])


def test_a_recorded_pregnancy_is_a_yes_however_old_because_no_source_says_when_it_ends() -> None:
    assert pregnancy((PREGNANT, "2023-01-01")) == ("yes", [])


def test_not_pregnant_is_a_no_only_while_it_is_fresh() -> None:
    assert pregnancy((NOT_PREGNANT, "2026-03-02")) == ("no", [])
    assert pregnancy((NOT_PREGNANT, "2026-03-01")) == (None, ["the record says not pregnant on 2026-03-01; ask again today"])
    assert pregnancy((NOT_PREGNANT, "2026-02-23"), days=7) == ("no", [])
    assert pregnancy((NOT_PREGNANT, "2026-02-22"), days=7)[0] is None


@pytest.mark.parametrize("day", [None, "2026-03", "2026-03-03"])
def test_not_pregnant_without_a_usable_day_is_never_a_no(day: str | None) -> None:
    assert pregnancy((NOT_PREGNANT, day), days=365) == (None, ["the record says not pregnant, without a usable date; ask again today"])


def test_the_latest_status_counts_and_on_one_day_the_yes() -> None:
    assert pregnancy((PREGNANT, "2026-01-01"), (NOT_PREGNANT, "2026-03-02"))[0] == "no"
    assert pregnancy((NOT_PREGNANT, "2026-01-01"), (PREGNANT, "2026-03-02"))[0] == "yes"
    assert pregnancy((NOT_PREGNANT, "2026-03-02"), (PREGNANT, "2026-03-02"))[0] == "yes"


@pytest.mark.parametrize("day", [None, "2026", "2026-04-01"])
def test_a_status_without_a_usable_day_may_be_the_latest(day: str | None) -> None:
    assert pregnancy((NOT_PREGNANT, "2026-03-02"), (PREGNANT, day))[0] == "yes"
    assert pregnancy((NOT_PREGNANT, "2026-03-02"), (NOT_PREGNANT, day))[0] is None


@pytest.mark.parametrize(
    "value", [coded("LA4489-6", LOINC), {"text": "maybe"}, None, {"coding": [PREGNANT["coding"][0], NOT_PREGNANT["coding"][0]]}]
)
def test_any_other_status_leaves_the_question_open(value: Any) -> None:
    assert pregnancy((value, "2026-03-02")) == (
        None,
        ["the record says a status that does not answer the question on 2026-03-02; ask again today"],
    )


def test_a_status_that_was_entered_in_error_is_none() -> None:
    wrong = observation("82810-3", NOT_PREGNANT, status="entered-in-error")
    assert screening(observations=[wrong]) == {}


# occupation


@pytest.mark.parametrize(
    ("value", "performer"),
    [
        ({"text": "Singer"}, ["singer"]),
        ({"text": "trumpeter"}, ["wind_player"]),
        ({"text": "accountant"}, "unknown"),
        ({"text": "not a singer"}, "unknown"),
    ],
)
def test_an_occupation_is_known_by_its_exact_name_or_not_at_all(value: Any, performer: Any) -> None:
    assert reading(order(), observations=[observation("11341-5", value)]).document["patient"]["performer"] == performer


def test_an_occupation_in_a_plain_text_counts_too_and_several_are_kept() -> None:
    spoken = [observation("11341-5", id="a", valueString="actress"), observation("11341-5", {"text": "vocalist"}, id="b")]
    assert reading(order(), observations=spoken).document["patient"]["performer"] == ["actor", "singer"]


def test_observations_of_other_things_are_left_alone() -> None:
    assert screening(observations=[observation("8867-4", PREGNANT)]) == {}
    assert gap_codes(reading(order(), observations=[observation("8867-4", PREGNANT)])) == []
