"""A dose is one number, exact, in units of a known product; everything else is a reason, never a number."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from dose_engine.service.fhir import Reading
from dose_engine.service.fhir.doses import shared
from dose_engine.service.strict_json import Refused, read_json
from dose_engine.units import Units

from .making import ONA, UCUM, gap, gap_codes, given, history_of, instruction, order, plan_of, quantity, reading, verdict

EPIC, HL7 = "http://epic.com/CodeSystem/dose-rate-type", "http://terminology.hl7.org/CodeSystem/dose-rate-type"


def rate(kind: str | None, value: Any, unit: str = "Units", code: str = "{unit}", system: str = EPIC) -> dict[str, Any]:
    typed = {"type": {"text": kind, "coding": [{"system": system, "code": kind}]}} if kind else {}
    return {**typed, "doseQuantity": quantity(value, unit, code)}


def of_rates(*rates: dict[str, Any], medicine: str = ONA) -> Reading:
    return reading(order("o1", {"site": instruction()["site"], "doseAndRate": list(rates)}, medicine=medicine))


def why(read: Reading) -> str:
    """Why the one dose of an order is not read; and it must not be read."""
    assert plan_of(read) == {"masseter left": None}
    assert verdict(read).rank >= 2
    return gap(read, "dose-not-read").says


def of(value: Any, **more: Any) -> Reading:
    return reading(order("o1", instruction(dose=quantity(value, **more))))


@pytest.mark.parametrize("system", [EPIC, HL7])
def test_the_triple_of_one_dose_is_read_once_and_never_summed(system: str) -> None:
    three = (
        rate("calculated", 20, system=system),
        rate("admin-amount", Decimal("0.5"), "mL", "mL", system=system),
        rate("ordered", 20, system=system),
    )
    for rates in (three, three[::-1]):
        read = of_rates(*rates)
        assert plan_of(read) == {"masseter left": 20}
        assert "dose-not-read" not in gap_codes(read)


def test_the_dose_marked_as_ordered_is_taken_even_where_another_is_larger() -> None:
    assert plan_of(of_rates(rate("calculated", 90), rate("ordered", 20))) == {"masseter left": 20}


def test_several_doses_of_one_injection_without_a_mark_are_refused() -> None:
    assert "2 doses are given" in why(of_rates(rate("calculated", 20), rate(None, 20)))
    assert "2 doses are given" in why(of_rates(rate("ordered", 20), rate("ordered", 20)))


def test_a_mark_of_a_code_system_that_is_not_known_is_no_mark() -> None:
    assert "2 doses are given" in why(of_rates(rate("ordered", 20, system="urn:other"), rate("calculated", 90, system="urn:other")))


def test_the_only_dose_is_taken_whatever_its_mark() -> None:
    assert plan_of(of_rates(rate("calculated", 20))) == {"masseter left": 20}


def test_a_dose_beside_a_list_of_doses_is_refused() -> None:
    both = instruction() | {"doseQuantity": quantity(5)}
    assert "in two places" in why(reading(order("o1", both)))


def test_a_dose_straight_under_the_instruction_as_older_senders_write_it_is_read() -> None:
    assert plan_of(reading(order("o1", {"site": instruction()["site"], "doseQuantity": quantity(5)}))) == {"masseter left": 5}


@pytest.mark.parametrize("unit", ["mg", "g", "ug", "mcg", "ng", "milligrams"])
def test_a_mass_is_never_read_as_units(unit: str) -> None:
    assert f"'100 {unit}' is a mass" in why(of(100, unit=unit, code=None))
    assert "is a mass" in why(of(100, unit=None, code=unit))


@pytest.mark.parametrize("unit", ["mL", "ml", "L", "cc", "uL", "milliliter"])
def test_a_volume_is_never_read_as_units(unit: str) -> None:
    assert "is a volume" in why(of(Decimal("0.5"), unit=unit, code=None))
    assert "is a volume" in why(of(Decimal("0.5"), unit=None, code=unit))


@pytest.mark.parametrize(
    "unit", ["U/kg", "U/mL", "units/side", "k[arb'U]", "[arb'U]/mL", "vial", "%", "IU/mL", "units x2", "E", "{mg}", "MU", "ampoule"]
)
def test_any_other_unit_is_refused(unit: str) -> None:
    assert "is not in units of toxin" in why(of(8, unit=unit, code=None))
    assert "is not in units of toxin" in why(of(8, unit=None, code=unit))


@pytest.mark.parametrize("unit", ["U", "u", "Unit", "units", "UNITS", "UNT", "units.", "{unit}", "{Units}", "Allergan units"])
def test_the_listed_words_for_units_are_read(unit: str) -> None:
    assert plan_of(of(8, unit=unit, code=None, system=None)) == {"masseter left": 8}


@pytest.mark.parametrize("code", ["[arb'U]", "[ARB'U]", "[USP'U]", "U", "[iU]", "[IU]", "{unit}", "{U}", "{Units}"])
def test_the_listed_codes_for_units_are_read(code: str) -> None:
    assert plan_of(of(8, unit=None, code=code)) == {"masseter left": 8}


def test_the_invalid_code_is_accepted_with_a_note_where_the_product_is_known() -> None:
    read = of(8, code="[U]")
    assert plan_of(read) == {"masseter left": 8}
    assert "no valid code" in gap(read, "dose-read-with-care").says
    assert gap(read, "dose-read-with-care").counts_as == "ok"
    unknown = reading(order("o1", instruction(dose=quantity(8, code="[U]")), medicine="botulinum toxin"))
    assert plan_of(unknown) == {"masseter left": None}


def test_the_atomic_mass_unit_is_no_unit_of_toxin() -> None:
    assert "is a mass" in why(of(8, unit=None, code="u"))


def test_units_that_name_another_maker_are_refused() -> None:
    assert "is in units of another product" in why(of(8, unit="Speywood units", code=None))
    read = reading(order("o1", instruction(dose=quantity(8, unit="Speywood units", code=None)), medicine="Dysport"))
    assert plan_of(read) == {"masseter left": 8}


@pytest.mark.parametrize(("unit", "code"), [("mL", "{unit}"), ("U", "mg"), ("units", "mL"), ("mg", "[arb'U]"), ("Einheiten", "U")])
def test_a_unit_and_a_code_that_disagree_are_refused(unit: str, code: str) -> None:
    assert "disagree" in why(of(8, unit=unit, code=code))


def test_a_code_of_another_system_is_not_a_unit() -> None:
    assert "code system that is not read" in why(of(8, unit=None, code="258666001", system="urn:other"))


def test_a_dose_without_a_unit_is_refused() -> None:
    assert "has no unit" in why(of(8, unit=None, code=None))


@pytest.mark.parametrize("wrong", [{"unit": 5}, {"code": ["U"]}, {"unit": "U", "code": {"a": 1}}, {"system": 7}])
def test_a_unit_of_a_wrong_shape_is_refused_and_not_passed_over(wrong: dict[str, Any]) -> None:
    assert "cannot be read" in why(reading(order("o1", instruction(dose=quantity(8) | wrong))))


def test_a_number_in_quotes_is_refused() -> None:
    assert "text in quotes" in why(of("8"))


@pytest.mark.parametrize("value", [-8, Decimal("-0.5"), 0, Decimal("0.0"), 1001, Decimal("1e400"), Decimal("1E+999999"), 10**400])
def test_a_number_outside_what_a_dose_can_be_is_refused(value: Any) -> None:
    assert "'" in why(of(value))


@pytest.mark.parametrize("value", ["0.125", "7.999", "20.0000000000000001", "1E-400", "0.005"])
def test_more_than_two_decimals_are_refused_and_never_rounded(value: str) -> None:
    assert "two decimals" in why(of(Decimal(value)))


@pytest.mark.parametrize(("value", "read"), [("2.50", "2.5"), ("8.000", "8"), ("0.01", "0.01"), ("1e2", "100"), ("1000", "1000")])
def test_the_same_number_written_otherwise_is_the_same_dose(value: str, read: str) -> None:
    assert plan_of(of(Decimal(value))) == {"masseter left": Decimal(read)}


@pytest.mark.parametrize("value", [True, None, [8], {"value": 8}, 8.0])
def test_what_is_no_exact_number_is_refused(value: Any) -> None:
    made = quantity(8) | {"value": value}
    assert "amount" in why(reading(order("o1", instruction(dose=made))))


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_nan_and_infinity_do_not_get_into_a_reading(text: str) -> None:
    with pytest.raises(Refused):
        read_json(b'{"value": ' + text.encode() + b"}", deepest=9, most_values=99)
    assert why(of(Decimal(text)))


@pytest.mark.parametrize("comparator", ["<", "<=", ">", ">=", "ad", "", 5, {}])
def test_a_dose_with_a_comparator_is_not_exact(comparator: Any) -> None:
    assert "is not exact" in why(of(8, comparator=comparator))


def of_range(low: Any, high: Any) -> Reading:
    made = {key: value for key, value in {"low": low, "high": high}.items() if value is not None}
    return reading(order("o1", {"site": instruction()["site"], "doseAndRate": [{"doseRange": made}]}))


def test_a_range_is_read_at_its_high_end_and_said() -> None:
    read = of_range(quantity(5), quantity(8))
    assert plan_of(read) == {"masseter left": 8}
    assert "high end, 8 U, was checked" in gap(read, "dose-read-with-care").says


def test_a_range_without_a_low_end_is_read_and_one_without_a_high_end_is_not() -> None:
    assert plan_of(of_range(None, quantity(8))) == {"masseter left": 8}
    assert "no high end" in why(of_range(quantity(5), None))


def test_a_range_whose_low_end_is_above_its_high_end_is_refused() -> None:
    assert "low end" in why(of_range(quantity(9), quantity(8)))


def test_a_range_of_one_number_is_that_number() -> None:
    assert plan_of(of_range(quantity(8), quantity(8))) == {"masseter left": 8}


@pytest.mark.parametrize("junk", ["5-8 U", [quantity(8)], 8, {"high": "8 U"}, {"high": quantity(8), "low": "5 U"}])
def test_a_range_of_a_wrong_shape_is_not_read(junk: Any) -> None:
    assert why(reading(order("o1", {"site": instruction()["site"], "doseAndRate": [{"doseRange": junk}]})))


def test_a_range_whose_ends_are_in_different_units_is_refused() -> None:
    assert "low end" in why(of_range(quantity(5, "mL", "mL"), quantity(8)))


def test_a_range_beside_a_dose_is_refused() -> None:
    both = {"doseQuantity": quantity(5), "doseRange": {"high": quantity(8)}}
    assert "more than once" in why(reading(order("o1", {"site": instruction()["site"], "doseAndRate": [both]})))


def test_units_of_a_product_that_is_not_known_are_not_read() -> None:
    read = reading(order("o1", medicine="botulinum toxin type A"))
    assert plan_of(read) == {"masseter left": None}
    assert "product-not-known" in gap_codes(read)
    assert read.document["product"] == "unknown"


def test_the_most_that_may_be_given_is_no_dose() -> None:
    read = reading(order("o1", instruction(dose=None, maxDosePerAdministration=quantity(50))))
    assert plan_of(read) == {"masseter left": None}
    assert "dose-not-stated" in gap_codes(read)


def test_a_dose_in_words_is_not_read() -> None:
    assert "dose-not-stated" in gap_codes(reading(order("o1", instruction(dose=None, text="10 U into the left masseter"))))


@pytest.mark.parametrize("junk", ["8 U", 8, [quantity(8)], True])
def test_a_dose_of_a_wrong_shape_is_said_to_be_unread(junk: Any) -> None:
    assert "not written as FHIR" in why(reading(order("o1", {"site": instruction()["site"], "doseAndRate": [{"doseQuantity": junk}]})))


def test_an_entry_of_a_wrong_shape_among_the_doses_is_not_passed_over() -> None:
    made = {"site": instruction()["site"], "doseAndRate": [{"doseQuantity": quantity(8)}, "and 8 more"]}
    assert "not written as FHIR" in why(reading(order("o1", made)))
    read = reading(order("o1", instruction(), "and the other side"))  # type: ignore[arg-type]
    assert {"dose-not-read", "site-not-stated"} <= set(gap_codes(read))


@pytest.mark.parametrize(
    "repeat",
    [
        {"count": 2},
        {"countMax": 3},
        {"frequency": 2, "period": 1, "periodUnit": "d"},
        {"frequency": 1, "period": 1, "periodUnit": "d"},
        {"period": 2, "periodUnit": "wk"},
        {"count": "1"},
        {"frequency": 1, "period": Decimal("3.9"), "periodUnit": "wk"},
    ],
)
def test_a_dose_ordered_to_be_repeated_is_not_one_injection(repeat: dict[str, Any]) -> None:
    assert "to be repeated" in why(reading(order("o1", instruction(timing={"repeat": repeat}))))


@pytest.mark.parametrize(
    "timing", [{"event": ["2026-03-02", "2026-03-09"]}, {"code": {"coding": [{"code": "BID"}]}}, {"code": {"text": "qd"}}]
)
def test_a_dose_on_several_days_or_several_times_a_day_is_not_one_injection(timing: dict[str, Any]) -> None:
    assert "to be repeated" in why(reading(order("o1", instruction(timing=timing))))


@pytest.mark.parametrize(
    "timing",
    [
        {"repeat": {"count": 1}},
        {"repeat": {"frequency": 1, "period": 12, "periodUnit": "wk"}},
        {"repeat": {"frequency": 1, "period": 3, "periodUnit": "mo"}},
        {"code": {"text": "ONCE"}},
        {"event": ["2026-03-02"]},
        {"repeat": {"count": 1, "frequency": 1, "period": 1, "periodUnit": "d"}},
    ],
)
def test_a_single_injection_is_read_also_where_the_next_one_is_weeks_away(timing: dict[str, Any]) -> None:
    assert plan_of(reading(order("o1", instruction(timing=timing)))) == {"masseter left": 10}


@pytest.mark.parametrize(
    "make",
    [
        lambda extra: order("o1", instruction(**extra)),
        lambda extra: order("o1", instruction(dose=quantity(8) | extra)),
        lambda extra: order("o1", {"site": instruction()["site"], "doseAndRate": [{"doseQuantity": quantity(8), **extra}]}),
    ],
)
def test_a_modifier_that_is_not_known_keeps_a_dose_from_being_read(make: Any) -> None:
    assert "modifier" in why(reading(make({"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]})))


def test_the_dose_of_an_administration_is_read_by_the_same_rules() -> None:
    for dose in (quantity(100, "mg", "mg"), quantity("8"), quantity(8, comparator="<"), quantity(8, "mL", "{unit}")):
        read = reading(administrations=[given(dose=dose)])
        (treatment,) = history_of(read)
        assert "units" not in json.dumps(treatment)
        assert "treatment-dose-unread" in gap_codes(read)


@drawn(st.integers(1, 100_000), st.lists(st.integers(1, 2_000), min_size=1, max_size=8))
def test_a_shared_dose_adds_up_to_itself_and_no_part_crosses_its_line_before_all_do(hundredths: int, lines: list[int]) -> None:
    units = Units.of(Decimal(hundredths) / 100)
    parts = shared(units, lines)
    assert sum(parts) == Decimal(hundredths) / 100
    assert all(part >= 0 for part in parts)
    if hundredths <= sum(lines):
        assert all(part * 100 <= line for part, line in zip(parts, lines, strict=True))


def test_the_unit_of_our_own_orders_is_one_that_we_read() -> None:
    assert plan_of(of(Decimal("2.5"), unit="U", system=UCUM, code="[arb'U]")) == {"masseter left": Decimal("2.5")}
