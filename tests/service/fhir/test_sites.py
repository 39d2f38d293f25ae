"""A site is one of our places, or several of which the record does not say which, or no place; two that disagree are none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dose_engine.service.fhir import CodeMap, Reading
from dose_engine.service.fhir.codes import Codes, shipped
from dose_engine.service.fhir.site_table import rows, site_codes

from ...strategies import shipped as book
from .making import SITES, TODAY, advise, at, coded, gap, gap_codes, given, history_of, instruction, order, plan_of, reading, stops, verdict


def ordered(*sites: Any, dose: Any = 10) -> Reading:
    return reading(order("o1", *(instruction(site, dose) for site in sites)))


def text(*said: str) -> dict[str, Any]:
    first, *displays = said
    return {"text": first, "coding": [{"display": one} for one in displays]}


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("left masseter", "masseter left"),
        ("Masseter muscle, left", "masseter left"),
        ("Structure of left masseter muscle", "masseter left"),
        ("M. masseter sinister", "masseter left"),
        ("masseter (L)", "masseter left"),
        ("RT frontalis", "frontalis right"),
        ("procerus", "procerus midline"),
        ("Chin", "mentalis midline"),
        ("left DAO", "depressor_anguli_oris left"),
        ("lateral platysma band right", "platysma right lateral"),
        ("crow\u2019s feet, left", "orbicularis_oculi left"),
        ("corrugator supercilii dextra", "corrugator right"),
    ],
)
def test_an_exact_name_is_known_with_the_side_it_says(said: str, place: str) -> None:
    assert plan_of(ordered(text(said))) == {place: 10}


@pytest.mark.parametrize(
    "said",
    [
        "left cheek",
        "near the left masseter",
        "not masseter left",
        "masseter left or right side unclear",
        "face",
        "left",
        "masseter temporalis",
        "x",
    ],
)
def test_any_other_text_is_no_site_and_the_dose_there_is_said_not_to_be_checked(said: str) -> None:
    read = ordered(text(said))
    assert plan_of(read) == {}
    assert "not a site that this service knows" in gap(read, "site-not-read").says
    assert history_of(read) == [{"date": "2026-03-02", "product": "onabotulinumtoxinA", "units": 10}]
    assert verdict(read).rank >= 2


def test_an_order_that_names_no_site_counts_in_the_totals_and_says_nothing_of_its_purpose() -> None:
    read = ordered(None, dose=450)
    assert gap_codes(read) == ["site-not-stated"]
    assert history_of(read) == [{"date": "2026-03-02", "product": "onabotulinumtoxinA", "units": 450}]
    assert "WINDOW-400" in stops(read)
    assert "SESSION-100" not in stops(read)


@pytest.mark.parametrize("junk", ["masseter left", ["masseter"], 7])
def test_a_site_of_a_wrong_shape_is_not_read(junk: Any) -> None:
    assert gap_codes(reading(order("o1", instruction() | {"site": junk}))) == ["site-not-read"]


def test_a_code_of_ours_beside_a_text_that_names_nothing_is_read() -> None:
    assert plan_of(ordered(coded("masseter.left", SITES, "jaw, outer part"))) == {"masseter left": 10}


@pytest.mark.parametrize(
    "site",
    [
        coded("masseter.left", SITES, "right masseter"),
        coded("masseter.left", SITES, "left temporalis"),
        {"coding": [{"system": SITES, "code": "masseter.left"}, {"system": SITES, "code": "masseter.right"}]},
        text("left masseter", "right masseter"),
        coded("masseter.left", SITES, "masseter, both"),
    ],
)
def test_a_site_whose_code_and_text_disagree_is_no_site(site: dict[str, Any]) -> None:
    read = ordered(site)
    assert plan_of(read) == {}
    assert "of different places" in gap(read, "site-not-read").says


def test_a_code_without_a_side_takes_the_side_of_its_text() -> None:
    assert plan_of(ordered(coded("masseter", SITES, "left masseter"))) == {"masseter left": 10}


def test_our_code_without_a_side_is_shared_and_said() -> None:
    read = ordered(at("frontalis"))
    assert plan_of(read) == {"frontalis left": 5, "frontalis right": 5}
    assert "the side is not stated" in gap(read, "place-not-stated").says
    assert verdict(read).rank >= 2


def test_the_middle_of_a_muscle_of_two_sides_is_shared_between_them() -> None:
    read = ordered(at("frontalis.midline"), dose=Decimal("0.25"))
    assert plan_of(read) == {"frontalis left": Decimal("0.13"), "frontalis right": Decimal("0.12")}


def test_the_eye_ring_muscle_is_shared_by_its_stop_lines_between_brow_tail_and_crows_feet() -> None:
    read = ordered(at("orbicularis-oculi.left"), dose=17)
    assert [(entry["zone"], entry["units"]) for entry in read.document["plan"]] == [("brow_tail", 5), ("lateral_canthal", 12)]
    assert stops(read) == set()
    assert stops(ordered(at("orbicularis-oculi.left"), dose=18)) != set()


def test_frown_lines_are_shared_as_the_label_has_them() -> None:
    assert plan_of(ordered(text("glabellar lines"), dose=20)) == {"corrugator left": 8, "corrugator right": 8, "procerus midline": 4}
    assert plan_of(ordered(text("glabella, left"), dose=5)) == {"corrugator left": 5}


def test_platysma_without_a_band_is_shared_between_the_bands_of_its_side() -> None:
    read = ordered(at("platysma.left"))
    assert plan_of(read) == {"platysma left medial": 5, "platysma left lateral": 5}
    assert "the band is not stated" in gap(read, "place-not-stated").says


def test_left_and_right_of_a_muscle_in_the_middle_are_one_place() -> None:
    read = ordered(at("mentalis.left"), at("mentalis.right"), dose=3)
    assert plan_of(read) == {"mentalis midline": 6}
    assert plan_of(ordered(text("left mentalis"), text("right mentalis"), dose=3)) == {"mentalis midline": 6}


@pytest.mark.parametrize("said", ["bilateral masseter", "masseters of both sides", "left and right masseter", "masseter, both"])
def test_one_dose_for_both_sides_is_not_taken_for_certain(said: str) -> None:
    if said.startswith("masseters"):
        said = "masseter of both sides"
    read = ordered(text(said), dose=30)
    assert plan_of(read) == {"masseter left": 15, "masseter right": 15}
    assert "for both sides" in gap(read, "place-not-stated").says
    past = reading(administrations=[given(site=text(said))])
    assert history_of(past)[0]["doses"] == [{"zone": "masseter", "muscle": "masseter", "units": 10}]
    assert "treatment-on-both-sides" in gap_codes(past)


def test_what_rests_on_a_shared_dose_can_be_told_from_what_is_certain() -> None:
    recent = given(site="masseter.left")
    shared = reading(order("o1", instruction(at("masseter"), 10)), administrations=[recent])
    assert "INTERVAL-90" in stops(shared)
    assert shared.is_assumed("masseter", "masseter", "left", None)
    assert "INTERVAL-90" not in stops(shared, only_stated=True)
    stated = reading(order("o1", instruction("masseter.left", 40), instruction(at("masseter"), 10)))
    assert stops(stated) == stops(stated, only_stated=True) != set()
    assert [one.entry for one in stated.open] == [{"zone": "masseter", "muscle": "masseter", "units": 10}]


def test_the_other_cases_have_a_dose_whole_in_each_place_it_may_be_at() -> None:
    read = reading(order("o1", instruction("masseter.left", 4)), order("o2", instruction(at("masseter"), 10)))
    others = [{dose.side: str(dose.units) for dose in case.plan} for case in read.other_cases(book(), TODAY)]
    assert others == [{"left": "14"}, {"left": "4", "right": "10"}]
    assert list(reading(order()).other_cases(book(), TODAY)) == []


def test_what_only_another_plan_would_hold_too_much_of_is_not_said_to_be_ordered() -> None:
    read = reading(*(order(f"o{n}", instruction(at("masseter"), 600)) for n in range(2)))
    assert plan_of(read) == {"masseter left": 600, "masseter right": 600}
    assert set(gap_codes(read)) == {"place-not-stated"}


def test_an_unstated_dose_beside_a_stated_one_never_makes_a_certain_stop_less() -> None:
    alone = reading(order("o1", instruction("masseter.left", 40)))
    beside = reading(order("o1", instruction("masseter.left", 40)), order("o2", instruction(at("masseter"), 5)))
    assert stops(alone) <= stops(beside, only_stated=True)


def test_a_muscle_outside_our_zones_counts_where_it_is_and_is_not_planned() -> None:
    read = ordered(at("temporalis.left"))
    assert plan_of(read) == {}
    assert "no dose is planned in this muscle here" in gap(read, "site-not-read").says
    assert history_of(read)[0]["doses"] == [{"muscle": "temporalis", "side": "left", "units": 10}]


@pytest.mark.parametrize(
    ("code", "entry"),
    [
        ("masseter", {"zone": "masseter", "muscle": "masseter"}),
        ("orbicularis-oculi.left", {"muscle": "orbicularis_oculi", "side": "left"}),
        ("glabella", {"zone": "glabella"}),
        ("platysma.right", {"zone": "platysma", "muscle": "platysma", "side": "right"}),
        ("frontalis.midline", {"zone": "frontalis", "muscle": "frontalis"}),
        ("trapezius", {"muscle": "trapezius"}),
        ("mentalis.left", {"zone": "mentalis", "muscle": "mentalis", "side": "midline"}),
    ],
)
def test_a_past_site_leaves_out_what_it_does_not_say(code: str, entry: dict[str, Any]) -> None:
    (treatment,) = history_of(reading(administrations=[given(site=code)]))
    assert treatment["doses"] == [entry | {"units": 10}]
    assert advise(reading(administrations=[given(site=code)]))


@pytest.mark.parametrize("code", sorted(site_codes()))
def test_every_code_of_ours_is_read_in_an_order_and_in_the_past(code: str) -> None:
    read = reading(order("o1", instruction(code, 1)), administrations=[given(site=code, dose=1)])
    assert "not a site that this service knows" not in str(read.gaps)
    assert history_of(read)[-1]["doses"]
    assert advise(read)


def test_every_muscle_of_the_rulebook_has_a_code_and_every_code_a_muscle() -> None:
    assert {muscle for row in rows() for _, muscle, _ in row.places} == set(book().muscles)
    for row in rows():
        for zone, muscle, band in row.places:
            assert zone is None or (muscle in book().zones[zone].muscles and band in (*book().zones[zone].bands, None))


def test_a_site_of_a_licensed_system_is_known_by_the_deployers_map_alone() -> None:
    site = coded("900000000000001", "http://terms.example.org/anatomy", "left jaw-closing muscle")
    assert gap_codes(ordered(site)) == ["site-not-read"]
    own = CodeMap(Codes.of([*shipped(), ("http://terms.example.org/anatomy", "900000000000001", "site:masseter.left")]))
    assert plan_of(reading(order("o1", instruction(site)), codes=own)) == {"masseter left": 10}
