"""Cards: short, escaped, stable, each naming its orders; text only, and never that all is well."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given as drawn
from hypothesis import strategies as st

from dose_engine import Engine
from dose_engine.service.cds.markdown import LONGEST_SUMMARY, plain, summary
from dose_engine.service.cds.topics import LONGEST, topic_of

from .drafts import WHOLE, call, cards_for, condition, found, given, indicators, order

HOSTILE = (
    "<img src=x onerror=alert(1)> [click](https://evil.example) ![x](http://evil.example/a.png) **bold** "
    "www.evil.example a@evil.example `x` | # -"
)


def test_c30_nothing_to_say_is_an_empty_list_of_cards(engine: Engine) -> None:
    assert cards_for(call(order(product="amoxicillin")), engine) == []


def test_c34_text_of_the_ehr_is_escaped_and_makes_no_markup_link_or_image(engine: Engine) -> None:
    marked = order(units=5, product=f"onabotulinumtoxinA {HOSTILE}")
    marked["dosageInstruction"].append({"site": {"text": HOSTILE}, "doseAndRate": [{"doseQuantity": {"value": 3, "unit": HOSTILE}}]})
    sick = condition("G70.0")
    sick["code"]["text"] = HOSTILE
    cards = cards_for(call(marked, prefetch={**WHOLE, "conditions": found(sick)}), engine)
    for card in cards:
        assert "<" not in card["summary"] + card["detail"]
        assert not re.search(r"(?<!\\)\[|://|\bwww\.", card["detail"].replace(card["source"]["url"], ""))


@drawn(st.text(max_size=200))
def test_c34_whatever_is_escaped_holds_no_live_mark(text: str) -> None:
    shown = plain(text)
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>#|~!]", shown.replace("\\\\", ""))
    assert "://" not in shown


def test_c35_every_card_has_its_own_fresh_uuid(engine: Engine) -> None:
    cards = cards_for(call(order(units=5), order("o2", None, 3), prefetch=WHOLE), engine)
    assert len({card["uuid"] for card in cards}) == len(cards) > 1


def test_c45_no_card_acts_by_itself(engine: Engine) -> None:
    cards = cards_for(call(order(units=5), order("o2", None, 3), prefetch=WHOLE), engine)
    assert not {"suggestions", "links", "systemActions", "selectionBehavior"} & {key for card in cards for key in card}


def test_c48_each_finding_names_the_orders_it_is_about_and_no_other(engine: Engine) -> None:
    orders = (order("left", units=5), order("right", "depressor-anguli-oris.right", 1), order("brow", "frontalis.left", 1))
    cards = cards_for(call(*orders, prefetch=WHOLE), engine)
    paragraph = cards[0]["detail"].split("**Orders checked**")[0]
    assert "MedicationRequest/left" in paragraph
    assert "MedicationRequest/brow" not in paragraph


def test_one_card_a_severity_however_many_findings(engine: Engine) -> None:
    past = [given(f"m{n}", "2026-04-20", site, 30) for n, site in enumerate(("masseter.left", "masseter.right", "frontalis.left"))]
    orders = [order(f"o{n}", site, 40) for n, site in enumerate(("masseter.left", "masseter.right", "frontalis.left", "mentalis"))]
    cards = cards_for(call(*orders, prefetch={**WHOLE, "administrations": found(*past)}), engine)
    assert indicators(cards) == ["critical", "warning"]
    assert all(len(card["summary"]) <= LONGEST_SUMMARY for card in cards)


def test_there_is_no_card_that_says_all_is_well(engine: Engine) -> None:
    for service in ("bont-order-sign", "bont-order-select", "bont-patient-view"):
        said = json.dumps(cards_for(call(order(units=1), service=service, prefetch=WHOLE), engine, service)).lower()
        assert not re.search(r"\b(no problem|all clear|safe|ok)\b", said)


def test_the_note_of_what_was_not_checked_stands_in_the_first_card_only(engine: Engine) -> None:
    cards = cards_for(call(order(units=5), order("o2", "frontalis.midline", 9), prefetch={"patient": WHOLE["patient"]}), engine)
    assert [card["detail"].count("Not sent, so not checked") for card in cards] == [5, 0]


def test_an_advisory_that_is_not_confirmed_says_so_on_the_card() -> None:
    alone = Engine.load(confirm=False)
    assert "Not independently confirmed" in cards_for(call(order(units=5), prefetch=WHOLE), alone)[0]["detail"]


def test_c66_the_topic_is_stable_for_the_same_rules_and_names_all_of_them(engine: Engine) -> None:
    def topic(*orders: dict[str, Any]) -> str:
        return str(cards_for(call(*orders, prefetch=WHOLE), engine)[0]["source"]["topic"]["code"])

    assert topic(order("a", units=5)) == topic(order("b", units=6)) == "bontDaoSideStop"
    assert topic(order("a", units=5), order("c", "mentalis", 9)) == "bontDaoSideStopMentalisTotalStop"


@drawn(st.lists(st.from_regex(r"[A-Z]{2,12}(-[A-Z0-9]{1,9}){0,3}", fullmatch=True), min_size=1, max_size=30))
def test_c66_a_topic_has_letters_and_digits_only_and_does_not_depend_on_the_order_of_rules(names: list[str]) -> None:
    code = topic_of(names)["code"]
    assert re.fullmatch(r"[A-Za-z0-9]{1,100}", code)
    assert code == topic_of(reversed(names))["code"]
    assert len(code) <= LONGEST


@drawn(st.lists(st.text(st.characters(categories=["L", "N", "Zs"]), min_size=1, max_size=160), max_size=12))
def test_c31_a_summary_is_short_and_never_cuts_a_title_in_two(titles: list[str]) -> None:
    made = summary("Botulinum toxin, check the plan", titles, "See the details.")
    assert len(made) <= LONGEST_SUMMARY
    assert made.endswith(".")
    if made != "See the details.":
        assert titles[0][1:] in made
