"""The printed book holds everything, needs nothing else, says it as text, and is the same each time."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from dose_engine.workbench.book import page
from dose_engine.workbench.book.comments import headings
from dose_engine.workbench.book.gather import gather
from dose_engine.workbench.book.markup import anchor, css_string, tag, text
from dose_engine.workbench.whole import load_whole, whole_of

from .book_reader import DAY, by_id, edition, shipped, shipped_page, shipped_tree, tree
from .small_book import base, edited

BOOK = shipped().book


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("rule", list(BOOK.rule_by_id)),
        ("zone", list(BOOK.zones)),
        ("source", list(BOOK.sources)),
        ("case", [case.id for case in shipped().whole.cases]),
        ("claim", [claim.id for claim in shipped().whole.claims]),
        ("hazard", list(BOOK.hazards)),
        ("constant", list(BOOK.constants)),
        ("protocol", list(BOOK.protocols)),
        ("fact", list(BOOK.facts)),
    ],
)
def test_everything_of_the_book_has_its_place_in_it(kind: str, names: list[str]) -> None:
    missing = [name for name in names if anchor(kind, name) not in by_id() or name not in by_id()[anchor(kind, name)].text]
    assert names
    assert not missing


def test_each_rule_says_its_message_reason_advice_hazard_and_every_source() -> None:
    for rule in BOOK.rules:
        said = by_id()[anchor("rule", rule.id)].text
        assert all(re.search(rf"\b{re.escape(name)}\b", said) for name in rule.sources), rule.id
        if rule.limit is None:
            message = re.sub(r"\{(\w+)\}", lambda found: f"[{found[1].replace('_', ' ')}]", f"{rule.message} {rule.because}")
            assert all(part in said for part in message.split(" ") if part), rule.id
            assert f"({rule.hazard})" in said if rule.hazard else True
            assert f"{rule.file}:{rule.line}" in said


def test_each_rule_with_a_card_shows_the_cases_around_it_with_their_words_and_lines() -> None:
    cards = [rule for rule in BOOK.rules if by_id()[anchor("rule", rule.id)].name == "article"]
    assert len(cards) > 80
    for rule in cards:
        said = by_id()[anchor("rule", rule.id)].text
        for role in shipped().roles[rule.id]:
            assert " ".join(f"{role.case.id} {role.case.says} {role.case.file}:{role.case.line}".split()) in said


def test_questions_stand_in_the_order_in_which_they_are_asked() -> None:
    said = by_id()["questions"].text
    places = [said.index(fact.says) for fact in BOOK.facts.values() if fact.origin == "asked"]
    assert places == sorted(places)


def test_every_product_is_there_with_its_brands() -> None:
    said = by_id()["products"].text
    assert all(product.name in said and all(brand in said for brand in product.brands) for product in BOOK.products.values())


def test_each_split_adds_up() -> None:
    said = by_id()[anchor("protocol", "chronic_migraine")].text
    assert "Together 155 U" in said


def test_the_page_is_well_formed_and_names_each_place_once() -> None:
    ids = Counter(element.attributes["id"] for element in shipped_tree().every() if "id" in element.attributes)
    assert [name for name, count in ids.items() if count > 1] == []


def test_every_link_leads_to_a_place_in_the_page() -> None:
    links = {element.attributes["href"] for element in shipped_tree().every("a")}
    assert len(links) > 500
    assert [link for link in links if not link.startswith("#") or link[1:] not in by_id()] == []


def test_the_page_needs_no_network_no_script_and_no_font() -> None:
    for element in shipped_tree().every():
        assert element.name not in ("script", "link", "iframe", "object", "img", "base")
        assert not {"src", "srcset", "onload", "onclick", "style"} & element.attributes.keys()
    style = next(shipped_tree().every("style")).text
    assert re.findall(r"url\(|@import|@font-face|https?:", style) == []


def test_headings_go_down_one_step_at_a_time() -> None:
    levels = [int(element.name[1]) for element in shipped_tree().every() if re.fullmatch("h[1-6]", element.name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_every_table_heads_its_columns_and_rows() -> None:
    for table in shipped_tree().every("table"):
        assert all(cell.attributes["scope"] == "col" for head in table.every("thead") for cell in head.every("th"))
        rows = [row for body in table.every("tbody") for row in body.every("tr")]
        assert all(getattr(row.children[0], "name", "") == "th" for row in rows)


_FREE = re.compile(r"^(\s*(?:- )?(?:title|says|because|advise|note|document|label|asked): )([A-Za-z][^\"'#{}\n]*)$", re.MULTILINE)


def test_text_of_the_rulebook_is_never_markup() -> None:
    texts = {name: _FREE.sub(lambda found: f"{found[1]}'<script>&{found[2]}'", text) for name, text in base().texts.items()}
    assert sum(text.count("'<script>&") for text in texts.values()) > 20
    printed = page(edition(whole_of(texts)))
    read = tree(printed)
    assert not list(read.every("script"))
    missing = [
        value for name, text in texts.items() for value in re.findall(r"'(<script>&[^']*)'", text) if value.rstrip(".?") not in read.text
    ]
    assert missing == []
    assert printed.count("</style>") == 1


@pytest.mark.parametrize("value", ["a & b", "<script>", '"', "'", "\u202eright to left", "nul\x00", "two\nlines"])
def test_text_and_attributes_are_escaped_and_stay_on_one_line(value: str) -> None:
    made = tag("p", value, title=value)
    assert "<script" not in made
    assert not re.search("[\x00-\x1f\u202e]", made)
    assert text(made) == made


@pytest.mark.parametrize("value", ['" } * { color: red', "</style><script>", "a\\b", "\n@import x;"])
def test_a_title_cannot_leave_its_css_string(value: str) -> None:
    inside = css_string(value)[1:-1]
    assert not re.search('["<>\n{};@/*]', inside)
    assert re.fullmatch(r"(?:[A-Za-z0-9 .,:()-]|\\[0-9a-f]+ )*", inside)


def test_names_that_differ_have_anchors_that_differ() -> None:
    names = ["A B", "A-B", "A.B", "A_B", "A", "a", "<A>", "A.20.B"]
    assert len({anchor("case", name) for name in names}) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", anchor("case", name)) for name in names)


def test_the_same_book_on_the_same_day_is_the_same_page() -> None:
    assert page(gather(load_whole(), DAY)) == shipped_page()


def test_the_page_does_not_say_where_the_book_lay() -> None:
    whole = base()
    assert page(edition(whole)) == page(edition(replace(whole, name="/home/someone/book")))


def test_the_order_of_files_changes_nothing() -> None:
    texts = dict(reversed(base().texts.items()))
    assert page(edition(whole_of(texts, base().name))) == page(edition(base()))


def test_a_source_whose_review_is_past_is_marked_wherever_it_is_cited() -> None:
    whole = edited(("rules/sources.yaml", "S2:\n", "S2:\n  review_by: 2026-11-23\n"))
    later, before = (tree(page(replace(edition(whole), today=day))) for day in (dt.date(2026, 11, 24), dt.date(2026, 11, 23)))
    assert "overdue since 2026-11-23" in later.text
    assert "1: S2" in later.text
    assert "overdue since" not in before.text


def test_a_zone_without_a_dose_says_so_and_names_the_rule_that_stops_it() -> None:
    for name in ("alar", "nasal_tip", "perioral", "lower_lip"):
        said = by_id()[anchor("zone", name)].text
        assert "No dose is offered here." in said
        assert f"({name.upper().replace('_', '-')}-NO-DOSE)" in said


def test_there_is_room_to_sign_for_the_book_and_for_each_zone() -> None:
    tables = list(by_id()["sign-off"].every("table"))
    assert tables[0].text.startswith("Name Role Date Signature")
    assert all(zone.label in tables[1].text for zone in BOOK.zones.values())
    assert shipped().sealed_digest in by_id()["sign-off"].text


def test_the_title_page_names_the_meaning_and_that_the_book_is_a_draft() -> None:
    cover = next(shipped_tree().every("header"))
    assert shipped().digest in cover.text.replace(" ", "")
    assert "Draft" in cover.text
    assert BOOK.product in cover.text
    assert f"Printed for {DAY}" in cover.text


def test_headings_of_a_file_are_its_comments_and_never_what_is_for_tools() -> None:
    modeline, opening, first = (
        "# yaml-language-server: $schema=x\n",
        "# What this holds.\n\n",
        "# First group.\n\n- id: A\n  # not this\n\n",
    )
    read = headings(f"{modeline}{opening}{first}# lint: allow x because y\n- id: B\n# Second\n# group.\n- id: C\n")
    assert read.opening == "What this holds."
    assert [read.group_of(line) for line in (6, 10, 13)] == ["First group.", "First group.", "Second group."]
