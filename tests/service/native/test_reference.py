"""The rulebook as JSON: all of it, as the models say, and only sent when it has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from dose_engine.cli.rule import in_json as rule_of_cli
from dose_engine.cli.zones import in_json as zone_of_cli
from dose_engine.rulebook.model import Rulebook
from dose_engine.schemas import advisory_schema, case_schema
from dose_engine.service.native.models import BookShown, Questions, Rules, RuleShown, Zones

from ..client import Client

PATHS = ["/v1/zones", "/v1/rules", "/v1/rules/INTERVAL-90", "/v1/questions", "/v1/rulebook", "/v1/schemas/case", "/v1/schemas/advisory"]


def test_every_zone_is_there_with_the_numbers_that_the_command_line_shows(api: Client, book: Rulebook) -> None:
    answer = api.get("/v1/zones")
    shown = json.loads(answer.body)["zones"]
    assert [zone["zone"] for zone in shown] == list(book.zones)
    for zone in shown:
        cli = json.loads(json.dumps(zone_of_cli(book.zones[zone["zone"]], book)))
        assert {key: zone[key] for key in ("zone", "label", "region", "muscles", "bands", "suggest", "limits", "rules")} == {
            key: cli[key] for key in ("zone", "label", "region", "muscles", "bands", "suggest", "limits", "rules")
        }
        assert zone["review"] == {key: cli[key] for key in ("reviewed_by", "reviewed_on", "review_by")}


def test_a_zone_without_a_dose_says_which_rules_always_stop(api: Client) -> None:
    zones = {zone["zone"]: zone for zone in api.get("/v1/zones").json()["zones"]}
    assert zones["nasal_tip"]["suggest"] == []
    assert zones["nasal_tip"]["always_stops"]
    assert zones["frontalis"]["always_stops"] == []


def test_every_rule_is_there_in_the_words_that_the_command_line_shows(api: Client, book: Rulebook) -> None:
    brief = api.get("/v1/rules").json()["rules"]
    assert [rule["id"] for rule in brief] == [rule.id for rule in book.rules]
    for rule in brief:
        shown = json.loads(api.get(f"/v1/rules/{rule['id']}").body)
        cli = json.loads(json.dumps(rule_of_cli(book.rule_by_id[rule["id"]], book)))
        assert rule == {key: shown[key] for key in rule}
        assert [(line["depth"], line["text"]) for line in shown["when"]] == [(line["depth"], line["text"]) for line in cli["when"]]
        assert shown["then"] == cli["then"]
        assert shown["hazard"] == cli["hazard"]
        assert [source["id"] for source in shown["sources"]] == [source["id"] for source in cli["sources"]]
        assert (shown["because"] or None, shown["advise"] or None) == (cli["because"], cli["advise"])
        assert (shown["file"], shown["line"]) == (cli["file"], cli["line"])


def test_every_question_is_there_with_its_prompt(api: Client, book: Rulebook) -> None:
    asked = {fact.name: fact for fact in book.facts.values() if fact.origin == "asked"}
    shown = api.get("/v1/questions").json()["questions"]
    assert {one["name"]: one["prompt"] for one in shown} == {name: fact.says for name, fact in asked.items()}
    assert {one["name"] for one in shown if one["about_place"]} == {name for name, fact in asked.items() if fact.about_place}


def test_the_rulebook_says_that_it_is_a_draft_and_names_every_source(api: Client, book: Rulebook) -> None:
    shown = json.loads(api.get("/v1/rulebook").body)
    assert (shown["version"], shown["sha256"]) == (book.version, book.sha256)
    assert shown["seal"] == {"state": "none", "sealed_by": None, "note": ""}
    assert {source["id"] for source in shown["sources"]} == set(book.sources)
    assert {one["name"]: one["value"] for one in shown["constants"]}["window_units_stop"] == 400


def test_the_schemas_are_the_published_ones(api: Client, book: Rulebook) -> None:
    assert json.loads(api.get("/v1/schemas/case").body) == case_schema(book)
    assert json.loads(api.get("/v1/schemas/advisory").body) == advisory_schema()
    assert api.get("/v1/schemas/case").headers["content-type"] == "application/schema+json"


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/v1/zones", Zones),
        ("/v1/rules", Rules),
        ("/v1/rules/INTERVAL-90", RuleShown),
        ("/v1/questions", Questions),
        ("/v1/rulebook", BookShown),
    ],
)
def test_what_is_answered_fits_the_schema_that_documents_it(api: Client, path: str, model: Any) -> None:
    jsonschema.validate(json.loads(api.get(path).body), model.model_json_schema(mode="serialization"))


@pytest.mark.parametrize("path", [*PATHS, "/openapi.json"])
def test_an_answer_that_the_caller_has_is_not_sent_again(api: Client, path: str) -> None:
    whole = api.get(path)
    etag = whole.headers["etag"]
    assert whole.status == 200
    assert whole.headers["cache-control"] == "private, no-cache"
    assert etag.startswith('"')
    for sent in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = api.get(path, {"if-none-match": sent})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    for sent in ('"other"', etag.strip('"'), ""):
        assert api.get(path, {"if-none-match": sent}).body == whole.body


def test_the_etags_of_different_answers_differ(api: Client) -> None:
    assert len({api.get(path).headers["etag"] for path in PATHS}) == len(PATHS)


def test_the_etag_is_the_same_in_every_process(api: Client, serve: Callable[..., Client]) -> None:
    other = serve()
    assert [api.get(path).headers["etag"] for path in PATHS] == [other.get(path).headers["etag"] for path in PATHS]


@pytest.mark.parametrize("path", ["/v1/zones", "/v1/rules/INTERVAL-90", "/healthz"])
def test_head_is_get_without_a_body(api: Client, path: str) -> None:
    get, head = api.get(path), api.head(path)
    assert (head.status, head.body) == (200, b"")
    same = [name for name in get.headers if name != "x-request-id"]
    assert {name: head.headers[name] for name in same} == {name: get.headers[name] for name in same}


@pytest.mark.parametrize(
    ("id", "told"),
    [("INTERVAL-9", "did you mean `INTERVAL-90`?"), ("interval-90", "did you mean `INTERVAL-90`?"), ("%00", "is not a rule")],
)
def test_a_rule_that_is_not_there_is_told_with_the_nearest(api: Client, id: str, told: str) -> None:
    answer = api.get(f"/v1/rules/{id}")
    assert answer.status == 404
    assert told in answer.json()["detail"]
    assert "`GET /v1/rules` lists them" in answer.json()["detail"]


def test_a_question_to_a_list_that_nothing_reads_is_refused(api: Client) -> None:
    answer = api.get("/v1/rules?zone=dao")
    assert answer.status == 400
    assert "no query parameters are accepted here" in answer.json()["detail"]
