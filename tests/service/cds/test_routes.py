"""The routes: C10 and C20, and who may call them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

import pytest
from fastapi import FastAPI

from dose_engine.errors import SettingsError
from dose_engine.service.cds.calls import Endpoints, Reply, handle
from dose_engine.service.cds.routes import router
from dose_engine.service.security.caller import Caller, NotAuthenticated
from dose_engine.service.settings import Settings
from dose_engine.service.strict_json import Refused

from ..client import Client
from ..requests import feedback, request
from .outcomes import outcome

ADDRESS = "/cds-services/bont-order-sign"
SECRET = "Willow-Eric-1981"

Make = Callable[..., Client]


def test_c10_a_call_is_json_over_post(cds: Make):
    answer = cds().post(ADDRESS, request())
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "application/json", b'{"cards":[]}')


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"', "application/json; x=y"]
)
def test_c10_json_is_accepted_however_its_type_is_written(cds: Make, kind: str):
    assert cds().post(ADDRESS, request(), {"content-type": kind}).status == 200


def test_c10_without_https_nobody_outside_this_machine_is_answered():
    for members in (
        {"host": "0.0.0.0"},
        {"base_url": "http://advice.clinic.example"},
        {"host": "10.0.0.7", "base_url": "https://advice.clinic.example"},
    ):
        with pytest.raises(SettingsError):
            Settings(cds_clients="clients.yaml", **{"base_url": "https://advice.clinic.example"} | members)


def test_c20_what_is_not_there_is_a_404(cds: Make):
    for path in (
        "/cds-services/",
        "/cds-services/none",
        f"{ADDRESS}/",
        f"{ADDRESS}/feedback/",
        f"{ADDRESS}/other",
        f"{ADDRESS}/feedback/x",
        "/cds-services/../x",
    ):
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"):
            answer = cds().call(method, path, b"{}", {"content-type": "application/json"})
            assert answer.status == 404
            assert "allow" not in answer.headers
            if method != "HEAD":
                assert outcome(answer)[0]["code"] == "not-found"


@pytest.mark.parametrize(
    ("path", "allowed"), [("/cds-services", "GET, HEAD, OPTIONS"), (ADDRESS, "OPTIONS, POST"), (f"{ADDRESS}/feedback", "OPTIONS, POST")]
)
def test_c20_another_method_is_a_405_that_says_which_are_allowed(cds: Make, path: str, allowed: str):
    for method in {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "BREW", "post"} - set(allowed.split(", ")):
        answer = cds().call(method, path, b"{}", {"content-type": "application/json"})
        assert (answer.status, answer.headers["allow"]) == (405, allowed)
        if method != "HEAD":
            assert outcome(answer)[0]["code"] == "not-supported"
    assert cds().options(path).headers["allow"] == allowed
    assert (cds().options(path).status, cds().options(path).body) == (204, b"")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": ""},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/jsonp"},
        {"content-type": "application/json, text/plain"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        [("content-type", "application/json"), ("content-type", "text/plain")],
    ],
    ids=str,
)
@pytest.mark.parametrize("path", [ADDRESS, f"{ADDRESS}/feedback"])
def test_c20_another_media_type_is_a_415(cds: Make, headers: Any, path: str):
    answer = cds().call("POST", path, b"{}", headers)
    assert answer.status == 415
    assert answer.headers.keys() & {"accept-post", "accept-encoding"}
    assert outcome(answer)[0]["code"] == "not-supported"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "empty"),
        (b"{", "not JSON"),
        (b'{"hook": "order-sign", "hook": "order-sign"}', "`hook` stands twice"),
        (b'{"a": NaN}', "not a JSON number"),
        (b'{"a": Infinity}', "not a JSON number"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b'{"a": 1e1001}', "exponent"),
        (b"[]", "object"),
        (b"null", "object"),
        (b'"\xff"', "UTF-8"),
        (b"[" * 100 + b"]" * 100, "deep"),
    ],
)
def test_c20_a_body_that_cannot_be_read_is_a_400_that_says_why(cds: Make, raw: bytes, says: str):
    answer = cds().post(ADDRESS, raw=raw)
    assert answer.status == 400
    assert says in outcome(answer)[0]["details"]["text"]


def test_c20_a_missing_field_is_named(cds: Make):
    answer = cds().post(ADDRESS, request(hookInstance=..., context={"userId": ...}))
    assert answer.status == 400
    assert [issue["expression"] for issue in outcome(answer)] == [["hookInstance"], ["context.userId"]]
    assert {issue["code"] for issue in outcome(answer)} == {"required"}


def test_c20_too_many_values_are_a_413(cds: Make):
    answer = cds(settings=Settings(insecure_local=True, most_values=100)).post(ADDRESS, request(extension=list(range(100))))
    assert answer.status == 413
    assert outcome(answer)[0]["code"] == "too-long"


def test_c20_what_a_layer_before_refuses_is_told_in_the_same_way():
    """The layer that counts bytes raises while the body is read."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def too_much() -> Any:
            raise Refused(413, "the body is larger than 1,000,000 bytes", "too-large")

        routes = FastAPI(openapi_url=None)
        routes.include_router(router(Settings(insecure_local=True), lambda *_: []))
        await routes(scope, too_much, send)

    with closing(Client(app)) as client:
        answer = client.post(ADDRESS, request())
    assert answer.status == 413
    assert outcome(answer)[0]["details"]["text"] == "the body is larger than 1,000,000 bytes"


def test_c20_the_advice_may_be_refused_with_412(cds: Make):
    def refuse(*_: object) -> Any:
        raise Refused(412, "the patient's own resource is required", "missing-prefetch", where="prefetch.patient")

    answer = cds(refuse).post(ADDRESS, request())
    assert answer.status == 412
    assert outcome(answer) == [
        {
            "severity": "error",
            "code": "incomplete",
            "details": {"text": "prefetch.patient: the patient's own resource is required"},
            "diagnostics": "missing-prefetch",
            "expression": ["prefetch.patient"],
        }
    ]


def _fails(*_: object) -> Any:
    raise RuntimeError(f"no such patient: {SECRET}")


def _nobody(headers: Mapping[str, str], path: str) -> Caller:
    raise NotAuthenticated("signature", "https://ehr.example.org", None, "a-jti")


def test_nothing_is_told_to_who_is_not_authenticated(cds: Make, caplog: pytest.LogCaptureFixture):
    client = cds(_fails, admit=_nobody)
    answers = [
        client.get("/cds-services", {"authorization": f"Bearer {SECRET}"}),
        client.post(ADDRESS, request()),
        client.post(ADDRESS, raw=b"{"),
        client.call("POST", ADDRESS, b"x" * 10, {"content-type": "text/plain"}),
        client.post(f"{ADDRESS}/feedback", feedback()),
        client.get("/cds-services/none"),
        client.get(ADDRESS),
    ]
    assert {(answer.status, answer.headers["www-authenticate"], answer.body) for answer in answers} == {(401, "Bearer", answers[0].body)}
    assert outcome(answers[0]) == [
        {"severity": "error", "code": "login", "details": {"text": "not authenticated"}, "diagnostics": "not-authenticated"}
    ]
    assert {record.fields["reason"] for record in caplog.records} == {"signature"}
    assert {record.fields["jti"] for record in caplog.records} == {"a-jti"}
    assert SECRET not in repr([vars(record) for record in caplog.records])


def test_the_caller_is_asked_for_once_with_the_address_and_before_the_body_is_read(cds: Make):
    asked: list[tuple[str, str]] = []

    def admit(headers: Mapping[str, str], path: str) -> Caller:
        asked.append((headers["authorization"], path))
        return Caller("ehr", "cds-client")

    client = cds(admit=admit)
    for path in (ADDRESS, f"{ADDRESS}/feedback"):
        client.post(path, raw=b"{", headers={"authorization": "Bearer t"})
    client.get("/cds-services", {"authorization": "Bearer t"})
    assert asked == [("Bearer t", ADDRESS), ("Bearer t", f"{ADDRESS}/feedback"), ("Bearer t", "/cds-services")]


def test_without_somebody_who_admits_there_are_no_routes(tmp_path: Any):
    settings = Settings(cds_clients=tmp_path / "clients.yaml", base_url="https://advice.clinic.example")
    with pytest.raises(ValueError, match="authenticated"):
        router(settings, lambda *_: [])


def test_below_a_mounted_path_the_addresses_are_the_same():
    outer, inner = FastAPI(openapi_url=None), FastAPI(openapi_url=None)
    asked: list[str] = []

    def admit(headers: Mapping[str, str], path: str) -> Caller:
        asked.append(path)
        return Caller("ehr", "cds-client")

    inner.include_router(router(Settings(insecure_local=True), lambda *_: [], admit=admit))
    outer.mount("/advice", inner)
    with closing(Client(outer)) as client:
        assert client.post(f"/advice{ADDRESS}", request()).cards == []
        assert client.get("/advice/cds-services", {"authorization": "Bearer t"}).status == 200
        assert client.get("/advice/cds-services/").status == 404
    assert asked[:2] == [ADDRESS, "/cds-services"]


def test_every_refusal_and_fault_is_counted_by_its_code():
    heard: list[str] = []
    endpoints = Endpoints(Settings(insecure_local=True), _fails, lambda *_: Caller("local", "local"), refusing=heard.append)
    for path, headers, body in (
        ("/cds-services/none", {}, b""),
        (ADDRESS, {}, b""),
        (ADDRESS, {"content-type": "application/json"}, b"{"),
        (ADDRESS, {"content-type": "application/json"}, json.dumps(request()).encode()),
    ):
        handle(endpoints, "POST", path, headers, body)
    handle(endpoints, "GET", "/cds-services", {}, b"")
    assert heard == ["not-found", "wrong-media-type", "not-json", "fault"]


def test_the_whole_way_needs_no_web_framework():
    endpoints = Endpoints(Settings(insecure_local=True), lambda *_: [], lambda *_: Caller("local", "local"))
    headers = {"content-type": "application/json"}
    assert handle(endpoints, "POST", ADDRESS, headers, json.dumps(request()).encode()) == Reply(
        200, {"content-type": "application/json", "content-length": "12"}, b'{"cards":[]}'
    )
    for path in ("/elsewhere", "x/cds-services", f"x{ADDRESS}", "cds-services"):
        assert handle(endpoints, "POST", path, headers, b"").status == 404
