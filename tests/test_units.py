"""Units are exact from text to text."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dose_engine import Units

hundredths = st.integers(0, 100_000)


@given(hundredths)
def test_what_is_written_is_what_is_read(number: int) -> None:
    text = str(Decimal(number) / 100)
    assert str(Units.parse(text)) == str(Units.of(Decimal(text)))
    assert Decimal(str(Units.parse(text))) == Decimal(text)


@given(hundredths)
def test_half_a_dose_is_whole(number: int) -> None:
    assert Units.of(Decimal(number) / 100) % 2 == 0


@given(st.integers(0, 10**9))
def test_the_json_number_is_the_exact_decimal(steps: int) -> None:
    assert Decimal(repr(Units(steps).number())) == Decimal(steps) / 200


@pytest.mark.parametrize("text", ["", "-1", "1.005", "1e2", "\u0661", "1_0", " 1", "1.", ".5", "0x1", "NaN", "20.0000000000000001"])
def test_a_text_that_is_not_plain_digits_with_two_decimals_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="units"):
        Units.parse(text)


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("Infinity"), Decimal("1e400"), Decimal("0.001"), Decimal(-1), -1, True])
def test_a_number_that_is_no_amount_is_refused(number: Decimal) -> None:
    with pytest.raises(ValueError, match="units"):
        Units.of(number)
