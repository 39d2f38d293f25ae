"""The checker of responses, and the rows that it holds: C31 to C33 and C36 to C44."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dose_engine.service.cds.checker import every_rule, problems_in

from ..client import Client
from ..requests import SERVICE_OF, order, request
from .responses import BROKEN, CARD, DRAFTS, GOOD, HOST, TWO_RECOMMENDED, card, response


def rules_broken(value: Any, **given: Any) -> list[str]:
    """The codes of the rules that find something, each once."""
    return list(
        dict.fromkeys(
            problem.partition(":")[0] for problem in problems_in(value, **{"draft_orders": DRAFTS, "known_hosts": [HOST], **given})
        )
    )


def caught(rule: str) -> bool:
    """Does the rule catch, alone, every response that is broken for it?"""
    broken = [value for meant, _, value in BROKEN if meant == rule]
    return bool(broken) and all(rules_broken(value) == [rule] for value in broken)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_response_passes(name: str):
    assert problems_in(GOOD[name], draft_orders=DRAFTS) == []


@pytest.mark.parametrize(("rule", "what", "broken"), BROKEN, ids=[f"{rule}-{what}" for rule, what, _ in BROKEN])
def test_a_broken_response_is_caught_by_the_rule_meant_and_no_other(rule: str, what: str, broken: Any):
    assert rules_broken(broken) == [rule], what


def test_two_recommended_where_one_can_be_chosen_break_the_specification_and_our_own_rule():
    assert rules_broken(TWO_RECOMMENDED) == ["at-most-one-recommended", "nothing-recommended"]


def test_every_rule_has_a_broken_response():
    assert {rule for rule, _, _ in BROKEN} | {"at-most-one-recommended"} == every_rule().keys()


def test_every_rule_says_what_is_right():
    assert all(rule.says for rule in every_rule().values())


def test_broken_responses_differ():
    assert len({repr(value) for _, _, value in BROKEN}) == len(BROKEN)


def test_a_problem_says_rule_place_and_what():
    problems = problems_in(response(card(), card(uuid="x", indicator="bad")))
    assert problems == [
        "card-uuid: cards[1].uuid: a UUID of RFC 4122",
        "indicator: cards[1].indicator: one of info, warning, critical",
    ]


def test_a_host_that_is_named_may_be_linked():
    linked = response(card(detail="[a](https://doi.org/10.1000/1) and https://doi.org/10.1000/2"))
    assert rules_broken(linked) == ["links-lead-to-known-hosts"]
    assert rules_broken(linked, known_hosts=[HOST, "doi.org"]) == []


def test_what_looks_like_a_date_in_the_request_may_be_repeated():
    odd = response(card(detail="unit 2026-02-30"))
    assert rules_broken(odd) == ["dates-exist"]
    assert rules_broken(odd, request='{"unit": "2026-02-30"}') == []


def test_without_the_orders_an_update_is_not_held_against_them():
    higher = next(value for rule, what, value in BROKEN if what == "a higher dose")
    assert problems_in(higher) == []


@pytest.mark.parametrize("value", [None, 1, "x", [], {"cards": None}, {"cards": [None, 1, [], {}]}, {"cards": [dict.fromkeys(CARD, 7)]}])
def test_the_checker_has_something_to_say_of_any_rubbish(value: Any):
    assert problems_in(value)


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    match value:
        case dict():
            inner = value.items()
        case list():
            inner = enumerate(value)
        case _:
            return [path]
    return [path, *(one for key, member in inner for one in _paths(member, (*path, key)))]


RUBBISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*CARD, "cards", "label", "code", "actions"]) | st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.data())
def test_the_checker_never_raises(data: st.DataObject):
    whole: Any = deepcopy(data.draw(st.sampled_from([*GOOD.values(), TWO_RECOMMENDED])))
    path = data.draw(st.sampled_from(_paths(whole)))
    rubbish = data.draw(RUBBISH)
    if not path:
        whole = rubbish
    else:
        holder = whole
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = rubbish
    assert all(isinstance(problem, str) for problem in problems_in(whole, draft_orders=DRAFTS))
    assert isinstance(problems_in(response(), draft_orders=rubbish if isinstance(rubbish, dict) else None), list)


# what is sent


@pytest.fixture
def sent(client: Client) -> list[dict[str, Any]]:
    """The responses to calls of every hook that have something to say; the client has held each against the checker."""
    heavy = order("heavy", units=300)
    calls = [
        request("order-sign", heavy, order("odd", site="procerus", units=Decimal("0.5"), unit="mg")),
        request("order-sign", order("<b>x</b> ![a](https://elsewhere.example.net)", medicine="Botox <script>", units="8")),
        request("order-sign", order(units=1), prefetched={"patient": {"resourceType": "Patient", "id": "p1", "birthDate": "1981"}}),
        request("order-select", heavy),
        request("org.example.injection-plan-review", heavy),
    ]
    return [client.post(SERVICE_OF[call["hook"]], call).json() for call in calls]


@pytest.fixture
def cards(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = [one for whole in sent for one in whole["cards"]]
    assert {one["indicator"] for one in found} == {"critical", "warning", "info"}
    return found


def test_c31_every_summary_is_one_sentence_of_at_most_139_characters(cards: list[dict[str, Any]]):
    assert all(0 < len(one["summary"]) <= 139 for one in cards)
    assert caught("summary")
    assert caught("summary-is-one-sentence")


def test_c32_every_indicator_is_info_warning_or_critical(cards: list[dict[str, Any]]):
    assert all(one["indicator"] in ("info", "warning", "critical") for one in cards)
    assert caught("indicator")


def test_c33_every_source_has_a_label_absolute_urls_and_a_topic(cards: list[dict[str, Any]]):
    for one in cards:
        assert one["source"]["label"]
        assert one["source"]["url"].startswith(("https://", "http://127.0.0.1"))
        assert one["source"]["topic"].keys() >= {"code", "system"}
    assert all(map(caught, ("source-label", "source-urls", "source-topic")))


def test_c36_no_suggestion_is_made_and_one_without_label_would_be_caught(cards: list[dict[str, Any]]):
    assert not any("suggestions" in one for one in cards)
    assert caught("suggestion")


def test_c37_suggestions_without_how_many_may_be_chosen_are_caught(cards: list[dict[str, Any]]):
    assert not any("selectionBehavior" in one for one in cards)
    assert caught("selection-behavior")


def test_c38_two_recommended_of_which_one_can_be_chosen_are_caught():
    assert "at-most-one-recommended" in rules_broken(TWO_RECOMMENDED)
    one = deepcopy(TWO_RECOMMENDED)
    del one["cards"][0]["suggestions"][1]["isRecommended"]
    assert "at-most-one-recommended" not in rules_broken(one)
    several = deepcopy(TWO_RECOMMENDED)
    several["cards"][0]["selectionBehavior"] = "any"
    assert "at-most-one-recommended" not in rules_broken(several)


def test_c39_an_action_without_what_its_type_needs_is_caught():
    assert caught("action")
    assert caught("nothing-created-or-deleted")


def test_c40_an_update_that_is_not_the_whole_order_is_caught():
    assert caught("update-is-whole")
    assert caught("update-only-lowers")


def test_c41_every_override_reason_has_code_system_and_display(cards: list[dict[str, Any]]):
    reasons = [reason for one in cards for reason in one["overrideReasons"]]
    assert reasons
    assert all(reason.keys() == {"code", "system", "display"} for reason in reasons)
    assert caught("override-reasons")


def test_c42_a_link_without_label_absolute_url_or_type_is_caught(cards: list[dict[str, Any]]):
    assert not any("links" in one for one in cards)
    assert caught("link")
    assert caught("app-context")


def test_c43_no_member_is_empty(sent: list[dict[str, Any]]):
    assert not any(value in (None, "", [], {}) for whole in sent for _, value in _members(whole["cards"]))
    assert caught("nothing-empty")


def test_c44_an_extension_that_is_no_object_of_objects_is_caught(sent: list[dict[str, Any]]):
    assert not any(name == "extension" for whole in sent for name, _ in _members(whole))
    assert caught("extensions")


def test_nothing_acts_without_the_user(sent: list[dict[str, Any]]):
    assert all(whole.keys() == {"cards"} for whole in sent)
    assert all(map(caught, ("no-system-actions", "no-smart-links", "nothing-launches-itself", "nothing-recommended")))


def test_a_client_that_gets_a_broken_card_fails_the_test(cds: Callable[..., Client]):
    broken = cds(lambda *_: [card(indicator="error")])
    with pytest.raises(AssertionError, match="indicator: "):
        broken.post("/cds-services/bont-order-sign", request())


def _members(value: Any) -> list[tuple[Any, Any]]:
    match value:
        case dict():
            return [*value.items(), *(one for member in value.values() for one in _members(member))]
        case list():
            return [(None, value), *(one for member in value for one in _members(member))]
    return []
