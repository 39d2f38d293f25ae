"""Request ids and security headers are on every answer, whatever becomes of the request."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dose_engine.service.settings import Settings
from dose_engine.service.web.request_ids import request_id

from ..client import Client

CALLS = [
    ("GET", "/v1/zones"),
    ("GET", "/healthz"),
    ("GET", "/nothing"),
    ("PUT", "/v1/zones"),
    ("POST", "/v1/advisories"),
    ("GET", "/cds-services"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_every_answer_has_the_security_headers(api: Client, method: str, path: str) -> None:
    headers = api.call(method, path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["referrer-policy"] == "no-referrer"
    assert "cache-control" in headers
    assert "server" not in headers


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_no_header_stands_twice(api: Client, method: str, path: str) -> None:
    names = [name for name, _ in api.call(method, path).header_list]
    assert len(names) == len(set(names))


def test_browsers_are_told_to_stay_on_tls_where_there_is_tls(api: Client, serve: Callable[..., Client], tmp_path: Path) -> None:
    assert "strict-transport-security" not in api.get("/healthz").headers
    keys = tmp_path / "keys.yaml"
    keys.write_text("")
    keys.chmod(0o600)
    behind = serve(Settings(api_keys=keys, behind_proxy=True, reload_seconds=0))
    assert behind.get("/healthz").headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_the_request_id_of_the_caller_comes_back(api: Client, method: str, path: str) -> None:
    assert api.call(method, path, headers={"x-request-id": "north.2026-11-24_7"}).headers["x-request-id"] == "north.2026-11-24_7"


@pytest.mark.parametrize("sent", ["", "a" * 65, "a b", "a\n", "{}", "-a", "ä", '"a"', "a,b"])
def test_an_id_that_is_not_a_plain_token_is_not_repeated(sent: str) -> None:
    made = request_id(sent.encode("latin-1"))
    assert len(made) == 32
    assert made != request_id(sent.encode("latin-1"))


def test_a_request_without_an_id_gets_one_of_its_own(api: Client) -> None:
    assert len({api.get("/healthz").headers["x-request-id"] for _ in range(20)}) == 20


def test_no_other_site_may_call_the_native_api_from_a_browser(api: Client, case: dict[str, Any]) -> None:
    answer = api.post("/v1/advisories", case, {"origin": "https://elsewhere.example", "content-type": "application/json"})
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert api.options("/v1/advisories", {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}).status == 405
