"""Calls from browsers: C65."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from dose_engine.errors import SettingsError
from dose_engine.service.cds.cors import cors_headers, preflight_headers
from dose_engine.service.security.caller import Caller, NotAuthenticated
from dose_engine.service.settings import Settings

from ..client import Answer, Client
from ..requests import feedback, request

ORIGIN = "https://sandbox.cds-hooks.example"
SETTINGS = Settings(insecure_local=True, cors_origins=(ORIGIN, "http://localhost:8080"))
ADDRESS = "/cds-services/bont-order-sign"
OTHERS = (
    "https://evil.example",
    f"{ORIGIN}:444",
    f"{ORIGIN}/",
    f"{ORIGIN}.evil.example",
    ORIGIN.upper(),
    "http://sandbox.cds-hooks.example",
    "null",
    "*",
    "",
)

Make = Callable[..., Client]


def _nobody(headers: Mapping[str, str], path: str) -> Caller:
    raise NotAuthenticated("no-token")


def preflight(client: Client, path: str, origin: str, method: str, headers: str) -> Answer:
    asked = {"origin": origin, "access-control-request-method": method, "access-control-request-headers": headers}
    return client.options(path, asked)


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        ("/cds-services", "GET", "authorization"),
        (ADDRESS, "POST", "authorization,content-type"),
        (f"{ADDRESS}/feedback", "POST", "content-type"),
    ],
)
def test_c65_a_preflight_of_a_named_origin_is_answered_without_a_token(cds: Make, path: str, method: str, headers: str):
    answer = preflight(cds(settings=SETTINGS, admit=_nobody), path, ORIGIN, method, headers)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert method in answer.headers["access-control-allow-methods"].split(", ")
    assert {one.strip() for one in headers.split(",")} <= {
        one.lower() for one in answer.headers["access-control-allow-headers"].split(", ")
    }
    assert "Origin" in answer.headers["vary"]


def test_c65_answers_to_a_named_origin_say_so_errors_too(cds: Make):
    client = cds(settings=SETTINGS)
    for answer in (
        client.get("/cds-services", {"origin": ORIGIN, "authorization": "Bearer x"}),
        client.post(ADDRESS, request(), {"origin": ORIGIN}),
        client.post(ADDRESS, raw=b"{", headers={"origin": ORIGIN}),
        client.post(f"{ADDRESS}/feedback", feedback(), {"origin": ORIGIN}),
        client.get("/cds-services/none", {"origin": ORIGIN}),
        client.get(ADDRESS, {"origin": ORIGIN}),
        cds(settings=SETTINGS, admit=_nobody).get("/cds-services", {"origin": ORIGIN}),
    ):
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("origin", OTHERS)
def test_c65_another_origin_gets_no_leave(cds: Make, origin: str):
    client = cds(settings=SETTINGS)
    for answer in (
        preflight(client, ADDRESS, origin, "POST", "content-type"),
        client.get("/cds-services", {"origin": origin}),
        client.post(ADDRESS, request(), {"origin": origin}),
    ):
        assert not any(name.startswith("access-control-") for name in answer.headers)
        assert answer.headers["vary"] == "Origin"


def test_c65_without_named_origins_there_is_no_leave_at_all(cds: Make):
    client = cds()
    for answer in (preflight(client, ADDRESS, ORIGIN, "POST", "content-type"), client.post(ADDRESS, request(), {"origin": ORIGIN})):
        assert answer.status in (200, 204)
        assert not any(name.startswith("access-control-") or name == "vary" for name in answer.headers)


def test_c65_leave_is_never_given_to_everybody():
    with pytest.raises(SettingsError):
        Settings(insecure_local=True, cors_origins=("*",))
    for everybody in ("*", "null"):
        assert cors_headers({"origin": everybody}, ("*", "null")) == {"vary": "Origin"}
        assert preflight_headers({"origin": everybody, "access-control-request-method": "POST"}, ("*", "null"), ["POST"]) == {
            "vary": "Origin"
        }


def test_c65_no_cookies_are_asked_for(cds: Make):
    answer = preflight(cds(settings=SETTINGS), ADDRESS, ORIGIN, "POST", "content-type")
    assert "access-control-allow-credentials" not in answer.headers


def test_c65_a_call_without_an_origin_is_answered_as_ever(cds: Make):
    answer = cds(settings=SETTINGS).post(ADDRESS, request())
    assert (answer.status, answer.headers["vary"]) == (200, "Origin")
    assert "access-control-allow-origin" not in answer.headers


def test_c65_a_preflight_of_an_address_that_is_not_there_is_a_404(cds: Make):
    assert preflight(cds(settings=SETTINGS), "/cds-services/none", ORIGIN, "POST", "content-type").status == 404
