"""A toxin and its product are known by an exact code, name or brand, or not at all; another drug is never taken for one."""

from __future__ import annotations

from typing import Any

import pytest

from dose_engine.service.fhir import Reading

from ...strategies import shipped
from .making import ATC, ONA, coded, gap, gap_codes, given, history_of, order, plan_of, reading, verdict

NDC, RXNORM = "http://hl7.org/fhir/sid/ndc", "http://www.nlm.nih.gov/research/umls/rxnorm"


def product_of(medicine: Any, **more: Any) -> str | None:
    """The product an order is read as; None where it is a toxin of an unknown product. Fails where it is no toxin."""
    read = reading(order(medicine=medicine, **more))
    (one,) = read.orders
    assert one.medicine.toxin
    assert (one.medicine.product is None) == ("product-not-known" in gap_codes(read))
    return one.medicine.product


def is_other_drug(medicine: Any) -> bool:
    """Is an order read as one of another drug, about which nothing is said?"""
    read = reading(order(medicine=medicine))
    return read.orders == () and read.gaps == ()


@pytest.mark.parametrize("name", [name for one in shipped().products.values() for name in (one.name, *one.brands)])
def test_every_name_and_brand_of_the_rulebook_is_known(name: str) -> None:
    wanted = next(one.name for one in shipped().products.values() if name in (one.name, *one.brands))
    for text in (name, name.upper(), f"{name} 100 UNIT IJ SOLR", f"injection, {name.lower()} (powder)"):
        assert product_of(text) == wanted


@pytest.mark.parametrize(
    "text", ["onabotulinumtoxin A", "OnabotulinumtoxinA (BOTOX\u00ae) injection 100 units", "BOTOX-Cosmetic", "  botox\u2122  "]
)
def test_a_name_is_known_however_it_is_typeset(text: str) -> None:
    assert product_of(text) == ONA


@pytest.mark.parametrize("code", ["M03AX01", "M03AX21", "M03AX22", "m03ax01"])
def test_an_atc_code_tells_a_toxin_and_never_the_product(code: str) -> None:
    assert product_of(coded(code, ATC)) is None


def test_the_toxins_are_no_muscle_relaxants_though_their_codes_stand_among_them() -> None:
    assert (
        "neuromuscular_blocker" not in reading(medications=[order("m1", medicine=coded("M03AX01", ATC))]).document["patient"]["screening"]
    )
    read = reading(medications=[order("m1", medicine=coded("M03AC09", ATC))])
    assert read.document["patient"]["screening"] == {"neuromuscular_blocker": "yes"}


@pytest.mark.parametrize(
    ("code", "system", "product"),
    [
        ("0023-1145-01", NDC, ONA),
        ("00023114501", NDC, ONA),
        ("15054-0530-06", NDC, "abobotulinumtoxinA"),
        ("46783-160", NDC, "incobotulinumtoxinA"),
        ("2117871", RXNORM, "prabotulinumtoxinA"),
        ("J0585", "urn:oid:2.16.840.1.113883.6.285", ONA),
        ("2689290", "urn:oid:2.16.840.1.113883.6.88", "letibotulinumtoxinA"),
    ],
)
def test_a_listed_code_tells_the_product(code: str, system: str, product: str) -> None:
    assert product_of(coded(code, system)) == product


@pytest.mark.parametrize("code", ["15054-05301", "015054-530", "1505-4053-06", "15054-530-06-1", "150540530", "0023-1145-01-9", "23-1145x"])
def test_a_national_drug_code_of_another_form_is_not_guessed_at(code: str) -> None:
    (one,) = reading(order(medicine=coded(code, NDC))).orders
    assert not one.medicine.toxin
    assert one.refusal


def test_codes_and_texts_that_name_different_products_leave_it_unknown() -> None:
    assert product_of(coded("0023-1145-01", NDC, "Dysport 300 units")) is None
    assert product_of({"text": "Botox", "coding": [{"system": "urn:x", "code": "1", "display": "Xeomin"}]}) is None
    assert product_of(coded("M03AX01", ATC, "Botox")) == ONA


@pytest.mark.parametrize(
    "text",
    [
        "Botox or Dysport",
        "not Botox",
        "Dysport-like",
        "Xeomin, formerly Botox",
        "generic Botox",
        "Botox biosimilar",
        "no more Botox",
        "kein Botox",
    ],
)
def test_a_text_that_does_not_plainly_name_one_product_leaves_it_unknown(text: str) -> None:
    assert product_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "botulinum toxin",
        "Botulinumtoxin Typ A",
        "toxine botulique",
        "toxina botul\u00ednica",
        "BTX-A 50",
        "BoNT/A",
        "NeuroBloc 5000",
        "Botulax 100",
    ],
)
def test_a_toxin_without_a_product_that_is_known_is_a_toxin_all_the_same(text: str) -> None:
    assert product_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Botulism antitoxin heptavalent",
        "botulinum antitoxin",
        "Botulismus-Antitoxin",
        "human botulinum immune globulin",
        "botulinum toxoid vaccine",
        "Tetanus toxoid",
        "amoxicillin 500 mg",
        "Bot ox",
        "Botoxx",
        "xeominx",
        "dis port",
    ],
)
def test_a_drug_named_after_the_toxin_or_like_it_is_no_toxin(text: str) -> None:
    assert is_other_drug(text)


def test_a_product_beside_a_word_for_an_antitoxin_is_a_toxin_that_is_not_certain() -> None:
    assert product_of("Botox, patient has had botulism antitoxin") is None


def test_an_order_without_any_medicine_is_not_evaluated_and_said() -> None:
    for nothing in (
        None,
        {},
        {"text": ""},
        {"text": "  "},
        {"coding": []},
        {"text": "Medication 100 units IM, see note"},
        {"coding": "Botox"},
    ):
        read = reading(order(medicine=nothing))
        assert "nothing names its medicine" in gap(read, "order-not-checked").says
        assert plan_of(read) == {}


def test_a_code_that_no_table_here_knows_names_nothing_by_itself() -> None:
    read = reading(order(medicine=coded("860092", RXNORM)))
    assert "nothing names its medicine" in gap(read, "order-not-checked").says
    assert is_other_drug(coded("860092", RXNORM, "ketorolac"))
    assert is_other_drug(coded("J01CA04", ATC))


def referring(reference: str, display: str | None = None, **more: Any) -> dict[str, Any]:
    made = {"reference": reference, **({"display": display} if display else {})}
    return order(medicine=None, medicationReference=made, **more)


MEDICATION = {"resourceType": "Medication", "id": "m1", "code": {"text": "onabotulinumtoxinA"}}


def one_product(read: Reading) -> str | None:
    (one,) = read.orders
    return one.medicine.product


def test_a_contained_medication_is_found() -> None:
    assert one_product(reading(referring("#m1", contained=[MEDICATION]))) == ONA


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("Medication/m1", None),
        ("Medication/m1", "https://ehr.example.org/fhir/Medication/m1"),
        ("https://ehr.example.org/fhir/Medication/m1", "https://ehr.example.org/fhir/Medication/m1"),
        ("https://ehr.example.org/fhir/Medication/m1", None),
        ("urn:uuid:7b8a", "urn:uuid:7b8a"),
        ("Medication/m1/_history/3", None),
    ],
)
def test_a_medication_in_the_bundle_is_found_by_any_of_its_names(reference: str, url: str | None) -> None:
    entry = {"resource": MEDICATION, **({"fullUrl": url} if url else {})}
    assert one_product(reading(referring(reference), beside=(entry,))) == ONA


def test_a_medication_of_another_server_is_not_found_by_its_id_alone() -> None:
    entry = {"resource": MEDICATION, "fullUrl": "https://ehr.example.org/fhir/Medication/m1"}
    read = reading(referring("https://other.example.org/fhir/Medication/m1"), beside=(entry,))
    assert "nothing names its medicine" in gap(read, "order-not-checked").says


def test_a_reference_that_leads_nowhere_is_known_by_its_display_or_not_at_all() -> None:
    assert one_product(reading(referring("Medication/m1", "ONABOTULINUMTOXINA 100 UNIT IJ SOLR"))) == ONA
    unnamed = reading(referring("Medication/m1", "botulinum toxin"))
    assert one_product(unnamed) is None
    assert "could not be followed" in gap(unnamed, "product-not-known").says
    assert gap_codes(reading(referring("Medication/m1"))) == ["order-not-checked"]


def test_a_display_that_differs_from_what_the_reference_leads_to_leaves_the_product_unknown() -> None:
    assert one_product(reading(referring("Medication/m1", "Dysport"), beside=({"resource": MEDICATION},))) is None


def test_two_medications_of_one_name_are_neither() -> None:
    other = {**MEDICATION, "code": {"text": "Dysport"}}
    read = reading(referring("Medication/m1"), beside=({"resource": MEDICATION}, {"resource": other}))
    assert gap_codes(read) == ["order-not-checked"]
    twice = reading(referring("#m1", contained=[MEDICATION, other]))
    assert gap_codes(twice) == ["order-not-checked"]


def test_a_reference_to_itself_or_around_in_a_circle_ends() -> None:
    loop = {"resourceType": "Medication", "id": "m1", "contained": [{"resourceType": "Medication", "id": "m1"}]}
    assert gap_codes(reading(referring("#m1", contained=[loop]))) == ["order-not-checked"]
    assert gap_codes(reading(referring("MedicationRequest/o1"))) == ["order-not-checked"]
    assert gap_codes(reading(referring("#"))) == ["order-not-checked"]


def test_what_a_reference_leads_to_is_a_medication_or_nothing() -> None:
    other = {"resourceType": "Device", "id": "m1", "code": {"text": "Botox"}}
    assert gap_codes(reading(referring("Device/m1"), beside=({"resource": other},))) == ["order-not-checked"]
    wrong = {**MEDICATION, "status": "entered-in-error"}
    assert gap_codes(reading(referring("Medication/m1"), beside=({"resource": wrong},))) == ["order-not-checked"]


def test_a_medication_is_also_known_by_its_ingredients() -> None:
    mixed = {"resourceType": "Medication", "id": "m1", "ingredient": [{"itemCodeableConcept": {"text": "onabotulinumtoxinA"}}]}
    assert one_product(reading(referring("Medication/m1"), beside=({"resource": mixed},))) == ONA


def test_two_products_ordered_together_are_said_and_never_added() -> None:
    read = reading(order("o1"), order("o2", medicine="Dysport"))
    assert plan_of(read) == {"masseter left": 10}
    assert "Units are never added or converted" in gap(read, "two-products").says
    (other,) = history_of(read)
    assert (other["product"], other["date"]) == ("abobotulinumtoxinA", "2026-03-02")
    assert verdict(read) == "stop"


def test_a_plan_with_one_other_product_is_a_plan_with_that_product() -> None:
    read = reading(order(medicine="Xeomin"))
    assert read.document["product"] == "incobotulinumtoxinA"
    assert plan_of(read) == {"masseter left": 10}


def test_a_past_treatment_of_an_unknown_product_is_of_an_unknown_product() -> None:
    (treatment,) = history_of(reading(administrations=[given(medicine=coded("M03AX01", ATC))]))
    assert treatment["product"] == "unknown"
    assert "units" not in str(treatment)


def test_a_past_administration_that_nothing_names_may_have_been_a_toxin() -> None:
    read = reading(administrations=[given(medicine=None), given("a2", medicine="gentamicin")])
    assert history_of(read) == []
    assert gap_codes(read) == ["treatment-unnamed"]
    assert verdict(read).rank >= 2
