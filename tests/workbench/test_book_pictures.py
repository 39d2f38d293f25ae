"""The picture of a zone: every number of the zone is in it, at its place, and readable without colour."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dose_engine.advisory import Severity
from dose_engine.rulebook.model import Zone
from dose_engine.units import STEPS, Units
from dose_engine.workbench.book.drawing import _LETTER, _tiers, _x
from dose_engine.workbench.book.markup import anchor
from dose_engine.workbench.book.pictures import TOPS, Line, picture_of

from .book_reader import Element, by_id, shipped
from .small_book import edited

BOOK = shipped().book
DRAWN = [zone for zone in BOOK.zones.values() if zone.suggest]


def svg(zone: Zone) -> Element:
    return next(element for element in by_id()[anchor("zone", zone.name)].every("svg") if element.attributes.get("role") == "img")


@pytest.mark.parametrize("zone", DRAWN, ids=lambda zone: zone.name)
def test_every_number_of_a_zone_is_written_in_its_picture_and_said_in_its_description(zone: Zone) -> None:
    written = [element.text for element in svg(zone).every("text")]
    described = next(svg(zone).every("desc")).text
    wanted = [f"suggested {line.min} to {line.max} U" for line in zone.suggest]
    wanted += [f"{rule.severity} above {rule.limit.units} U" for rule in BOOK.rules if rule.limit and rule.limit.zone == zone.name]
    assert len(wanted) > 2
    for words in wanted:
        assert any(re.fullmatch(rf"{words}(?: \(\d\))?", said) for said in written), words
        assert words in described


@pytest.mark.parametrize("zone", DRAWN, ids=lambda zone: zone.name)
def test_every_number_of_a_zone_is_listed_with_its_sources(zone: Zone) -> None:
    rows = [row.text for row in by_id()[anchor("zone", zone.name)].every("tr")]
    for line in zone.suggest:
        row = next(row for row in rows if row.startswith(f"Suggested {line.min} to {line.max} U") and line.because in row)
        assert all(re.search(rf"\b{re.escape(name)}\b", row) for name in line.sources)
    for rule in BOOK.rules:
        if rule.limit and rule.limit.zone == zone.name:
            row = next(row for row in rows if rule.id in row.split())
            assert f"above {rule.limit.units} U" in row
            assert all(re.search(rf"\b{re.escape(name)}\b", row) for name in rule.sources)


@pytest.mark.parametrize("zone", [zone for zone in BOOK.zones.values() if not zone.suggest], ids=lambda zone: zone.name)
def test_a_zone_without_a_dose_has_no_picture(zone: Zone) -> None:
    assert picture_of(zone, BOOK) is None
    assert not list(by_id()[anchor("zone", zone.name)].every("svg"))


def test_small_zones_share_one_axis_and_the_jaw_has_its_own() -> None:
    tops = {zone.name: picture.top for zone in DRAWN if (picture := picture_of(zone, BOOK))}
    assert {tops[name] for name in ("brow_tail", "nasalis", "gummy_smile", "dao", "mentalis")} == {12}
    assert tops["frontalis"] == tops["glabella"] == tops["lateral_canthal"] < tops["platysma"] < tops["masseter"]


def test_what_depends_on_the_case_is_a_row_of_its_own() -> None:
    masseter, frontalis = (picture_of(BOOK.zones[name], BOOK) for name in ("masseter", "frontalis"))
    assert masseter is not None
    assert frontalis is not None
    first, second = masseter.rows[:2]
    assert first.says == "Each side, when this side is stated as overactive: suggested 10 to 20 U, caution above 20 U, stop above 36 U."
    assert second.says == "Each side, otherwise: suggested 5 to 10 U, caution above 10 U (1), stop above 36 U."
    assert masseter.notes == ("when this side is not stated as overactive",)
    assert frontalis.rows[-1].says == "In total, when the visit is a touch-up; counts today only: suggested 0.5 to 2 U."


def test_a_line_that_does_not_always_hold_has_a_footnote() -> None:
    picture = picture_of(BOOK.zones["gummy_smile"], BOOK)
    assert picture is not None
    assert "caution above 3 U (1)" in [line.says for row in picture.rows for line in row.lines]
    assert picture.notes == ("when the visit is not a touch-up",)


def test_a_changed_number_changes_the_picture() -> None:
    whole = edited(("zones.yaml", "stop_above: 20", "stop_above: 19.5"))
    zone = whole.book.zones["glabella"]
    picture = picture_of(zone, whole.book)
    assert picture is not None
    assert "stop above 19.5 U" in [line.says for row in picture.rows for line in row.lines]


LINES = st.lists(st.integers(1, 1000 * STEPS), min_size=1, max_size=6, unique=True).map(
    lambda found: [Line(Severity.STOP if place % 2 else Severity.CAUTION, Units(units), 1) for place, units in enumerate(sorted(found))]
)


@given(LINES, st.sampled_from(TOPS))
def test_the_words_of_two_lines_never_lie_over_each_other_or_over_a_line(lines: list[Line], top: int) -> None:
    lines = [line for line in lines if line.units <= top * STEPS]
    tiers = _tiers(lines, top)
    spans = [(_x(line.units / STEPS, top), _x(line.units / STEPS, top) + 5 + len(line.says) * _LETTER) for line in lines]
    for (left, a), (right, b) in combinations(zip(spans, tiers, strict=True), 2):
        if left[0] == right[0]:
            continue
        assert left[1] <= right[0] or a > b  # side by side, or the left one below the end of the right one's line


@given(st.integers(1, 1000 * STEPS))
def test_no_line_falls_off_the_end_of_its_axis(units: int) -> None:
    top = next(top for top in TOPS if units / STEPS * 1.08 <= top)
    assert _x(0, top) < _x(units / STEPS, top) < _x(top, top)
