"""Feedback: C50 to C53."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from dose_engine.service.cds.feedback import LONGEST_COMMENT, LONGEST_TEXT, MOST_SUGGESTIONS, read_feedback
from dose_engine.service.cds.feedback_log import Record
from dose_engine.service.cds.rfc3339 import moment
from dose_engine.service.settings import Settings
from dose_engine.service.strict_json import Refused, write_json

from ..client import Answer, Client
from ..requests import SERVICE_OF, accepted, feedback, overridden, request

ADDRESS = "/cds-services/bont-order-sign/feedback"
CARD = "4e0a3a1e-3283-4575-ab82-028d55fe2719"
COMMENT = "Mrs Example says otherwise"

Make = Callable[..., Client]


class Kept:
    """A log in memory."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def add(self, records: Sequence[Record]) -> None:
        self.records += records


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def client(cds: Make, kept: Kept) -> Client:
    return cds(feedback=kept)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def faults(answer: Answer) -> set[str]:
    assert answer.status == 400, answer.text
    return {issue["expression"][0] for issue in answer.json()["issue"] if "expression" in issue}


@pytest.mark.parametrize("path", SERVICE_OF.values())
def test_c50_every_service_takes_feedback(cds: Make, kept: Kept, path: str):
    answer = cds(feedback=kept).post(f"{path}/feedback", feedback(overridden(), accepted()))
    assert (answer.status, answer.headers["content-type"], answer.json()) == (200, "application/json", {})
    assert [record["service"] for record in kept.records] == [path.rsplit("/", 1)[1]] * 2


def test_c50_what_became_of_a_card_is_kept(client: Client, kept: Kept):
    reason = {"code": "record-wrong", "system": "https://example.org/r", "display": "The record is wrong"}
    answer = client.post(ADDRESS, feedback(accepted(CARD, "a", "b"), overridden(CARD, overrideReason={"reason": reason})))
    assert answer.status == 200
    first, second = ({name: value for name, value in record.items() if name != "received"} for record in kept.records)
    common = {"service": "bont-order-sign", "card": CARD, "matched": "unknown", "outcomeTimestamp": "2026-05-19T19:44:04Z"}
    assert first == common | {"outcome": "accepted", "acceptedSuggestions": ["a", "b"]}
    assert second == common | {"outcome": "overridden", "reason": reason}
    assert all(moment(str(record["received"])) for record in kept.records)


@pytest.mark.parametrize("name", ["card", "outcome", "outcomeTimestamp"])
@pytest.mark.parametrize("value", [..., None, "", 7, [], {}, True])
def test_c50_card_outcome_and_moment_are_required(client: Client, kept: Kept, name: str, value: Any):
    assert faults(client.post(ADDRESS, feedback(overridden(**{name: value})))) == {f"feedback[0].{name}"}
    assert kept.records == []


@pytest.mark.parametrize("outcome", ["ignored", "Accepted", "rejected"])
def test_c50_an_outcome_is_accepted_or_overridden(client: Client, outcome: str):
    assert faults(client.post(ADDRESS, feedback(overridden(outcome=outcome)))) == {"feedback[0].outcome"}


@pytest.mark.parametrize(
    "stamp",
    [
        "2026-05-19",
        "2026-05-19T19:44:04",
        "2026-05-19 19:44:04Z",
        "2026-02-30T00:00:00Z",
        "2026-05-19T24:00:00Z",
        "2026-05-19T19:44Z",
        "now",
        "1779219844",
        "2026-05-19T19:44:04+24:00",
        "0001-01-01T00:00:00+01:00",
        "٢٠٢٦-05-19T19:44:04Z",
    ],
)
def test_c50_a_moment_is_one_of_rfc_3339(client: Client, stamp: str):
    assert faults(client.post(ADDRESS, feedback(overridden(outcomeTimestamp=stamp)))) == {"feedback[0].outcomeTimestamp"}


@pytest.mark.parametrize(
    ("stamp", "written"),
    [
        ("2026-05-19T19:44:04Z", "2026-05-19T19:44:04Z"),
        ("2026-05-19t19:44:04.52z", "2026-05-19T19:44:04Z"),
        ("2026-05-19T19:44:04+00:00", "2026-05-19T19:44:04Z"),
        ("2026-05-19T00:30:00+02:00", "2026-05-18T22:30:00Z"),
        ("2026-05-19T19:44:04-05:30", "2026-05-20T01:14:04Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
    ],
)
def test_c50_a_moment_is_kept_in_utc(client: Client, kept: Kept, stamp: str, written: str):
    assert client.post(ADDRESS, feedback(overridden(outcomeTimestamp=stamp))).status == 200
    assert kept.records[0]["outcomeTimestamp"] == written


@pytest.mark.parametrize("given", [..., None, [], {}, "a", [1], [{}], [{"id": None}], [{"id": 7}], [{"id": "a"}] * (MOST_SUGGESTIONS + 1)])
def test_c50_what_was_accepted_is_named(client: Client, given: Any):
    places = faults(client.post(ADDRESS, feedback(accepted(acceptedSuggestions=given))))
    assert len(places) == 1
    assert places.pop().startswith("feedback[0].acceptedSuggestions")


@pytest.mark.parametrize(
    "body", [{}, [], None, 7, {"feedback": None}, {"feedback": {}}, {"feedback": []}, {"feedback": "x"}, [overridden()]]
)
def test_c50_feedback_is_an_object_with_a_list(client: Client, body: Any):
    assert faults(client.post(ADDRESS, body)) == {"feedback"}


@pytest.mark.parametrize(
    ("override", "place"),
    [
        ("x", ""),
        ([], ""),
        ({"reason": "x"}, ".reason"),
        ({"reason": {}}, ".reason.code"),
        ({"reason": {"code": 7}}, ".reason.code"),
        ({"reason": {"code": "a", "system": 7}}, ".reason.system"),
        ({"reason": {"code": "a", "display": []}}, ".reason.display"),
        ({"reason": {"code": "a" * (LONGEST_TEXT + 1)}}, ".reason.code"),
        ({"userComment": 7}, ".userComment"),
    ],
)
@pytest.mark.parametrize("name", ["overrideReason", "overrideReasons"])
def test_c50_a_reason_is_a_coding(client: Client, name: str, override: Any, place: str):
    assert faults(client.post(ADDRESS, feedback(overridden(**{name: override})))) == {f"feedback[0].{name}{place}"}


def test_c50_of_a_body_with_one_bad_entry_nothing_is_kept(client: Client, kept: Kept):
    assert faults(client.post(ADDRESS, feedback(overridden(), overridden(outcome="x"), overridden(card=7)))) == {
        "feedback[1].outcome",
        "feedback[2].card",
    }
    assert kept.records == []


def test_c50_an_entry_without_a_reason_is_feedback(client: Client, kept: Kept):
    assert client.post(ADDRESS, feedback(overridden(), overridden(overrideReason=None), overridden(overrideReason={}))).status == 200
    assert all("reason" not in record for record in kept.records)


def test_c51_many_cards_and_repeats_are_accepted(client: Client, kept: Kept):
    other = "0d3c7cf0-7c11-4a1e-8a55-0d7b0f2f6c01"
    body = feedback(overridden(), accepted(), overridden(), overridden(other))
    assert [client.post(ADDRESS, body).status for _ in range(3)] == [200] * 3
    assert [record["card"] for record in kept.records] == [CARD, CARD, CARD, other] * 3


def test_c51_the_file_is_a_log_to_which_repeats_are_added(cds: Make, tmp_path: Path):
    client = cds(settings=Settings(insecure_local=True, feedback=tmp_path / "feedback.jsonl"))
    for _ in range(3):
        assert client.post(ADDRESS, feedback(overridden(), accepted())).status == 200
    assert [line["outcome"] for line in lines(tmp_path / "feedback.jsonl")] == ["overridden", "accepted"] * 3


def test_c52_epics_habits_are_tolerated(client: Client, kept: Kept, own_fixture: Callable[[str], bytes]):
    assert client.post(ADDRESS, raw=own_fixture("feedback-epic-habits.json")).status == 200
    assert [record.get("reason") for record in kept.records] == [
        {"code": "record-wrong", "system": "https://example.org/fhir/CodeSystem/bont-override"},
        {"epicCategory": "45"},
    ]
    assert COMMENT not in repr(kept.records)


def test_c52_feedback_in_epics_shape_is_accepted(client: Client, kept: Kept, shared_example: Callable[[str], bytes]):
    assert client.post(ADDRESS, raw=shared_example("ours/epic-shaped-feedback.json")).status == 200
    assert [record["reason"] for record in kept.records] == [
        {"code": "contraindicated", "system": "https://example.org/fhir/CodeSystem/bont-override"},
        {"epicCategory": "45"},
    ]


@pytest.mark.parametrize("extension", [None, {}, [], "x", {"com.epic.cdshooks.feedback.overrideReason.reasonCategory": 45}])
def test_c52_an_extension_of_any_shape_is_tolerated(client: Client, kept: Kept, extension: Any):
    assert (
        client.post(
            ADDRESS,
            feedback(
                overridden(overrideReasons={"extension": extension}, extension=extension),
            ),
        ).status
        == 200
    )
    assert "reason" not in kept.records[0]


def test_c52_a_reason_without_display_is_accepted(client: Client, kept: Kept):
    assert client.post(ADDRESS, feedback(overridden(overrideReason={"reason": {"code": "a"}}))).status == 200
    assert kept.records[0]["reason"] == {"code": "a"}


@pytest.mark.parametrize(
    ("card", "matched"), [(CARD, "unknown"), (CARD.upper(), "unknown"), ("card-1", "no"), ("f6b95768-b1c8-40dc-0385-bf3504b82ffb", "no")]
)
def test_c52_a_card_that_cannot_be_ours_is_stored_as_unmatched(client: Client, kept: Kept, card: str, matched: str):
    assert client.post(ADDRESS, feedback(overridden(card))).status == 200
    assert kept.records[0]["matched"] == matched


def test_c52_the_card_of_an_answer_can_be_reported(client: Client, kept: Kept, cds: Make, answering: Any):
    card = cds(answering).post("/cds-services/bont-order-sign", request()).cards[0]
    assert client.post(ADDRESS, feedback(overridden(card["uuid"], overrideReason={"reason": card["overrideReasons"][0]}))).status == 200
    assert (kept.records[0]["card"], kept.records[0]["matched"]) == (card["uuid"], "unknown")


@pytest.mark.parametrize("name", ["overrideReason", "overrideReasons"])
def test_c53_a_comment_is_dropped(cds: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str):
    path = tmp_path / "feedback.jsonl"
    with caplog.at_level(logging.DEBUG):
        body = feedback(overridden(**{name: {"userComment": COMMENT}}))
        assert cds(settings=Settings(insecure_local=True, feedback=path)).post(ADDRESS, body).status == 200
        assert cds().post(ADDRESS, body).status == 200
    assert COMMENT not in path.read_text()
    assert COMMENT not in repr([vars(record) for record in caplog.records])


@pytest.mark.parametrize("name", ["overrideReason", "overrideReasons"])
def test_c53_a_comment_is_kept_where_the_operator_says_so(cds: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str):
    path = tmp_path / "feedback.jsonl"
    settings = Settings(insecure_local=True, feedback=path, feedback_comments=True)
    with caplog.at_level(logging.DEBUG):
        assert cds(settings=settings).post(ADDRESS, feedback(overridden(**{name: {"userComment": COMMENT}}))).status == 200
    assert lines(path)[0]["comment"] == COMMENT
    assert COMMENT not in repr([vars(record) for record in caplog.records])


def test_c53_a_comment_that_would_be_kept_is_bounded(tmp_path: Path):
    body = write_json(feedback(overridden(overrideReason={"userComment": "x" * (LONGEST_COMMENT + 1)})))
    assert read_feedback(body, Settings(insecure_local=True))[0].comment is None
    with pytest.raises(Refused):
        read_feedback(body, Settings(insecure_local=True, feedback=tmp_path / "f", feedback_comments=True))


def test_c53_without_a_file_the_log_learns_that_there_was_feedback_and_no_more(cds: Make, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO):
        assert cds().post(ADDRESS, feedback(overridden("Willow-Eric", overrideReason={"reason": {"code": "Willow"}}))).status == 200
    assert [record.fields for record in caplog.records] == [{"service": "bont-order-sign", "outcome": "overridden", "matched": "no"}]
    assert "Willow" not in repr([vars(record) for record in caplog.records])
