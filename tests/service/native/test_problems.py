"""Every error is problem details with a stable type, says what to do, and repeats nothing of the request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dose_engine.engine import Engine
from dose_engine.errors import CODES
from dose_engine.service.native.routes import BATCH
from dose_engine.service.strict_json import Refused
from dose_engine.service.web.problems import TITLES, ProblemDetails, details

from ..client import Answer, Client

GETS = ["/v1/zones", "/v1/rules", "/v1/rules/X", "/v1/questions", "/v1/rulebook", "/v1/schemas/case", "/v1/schemas/advisory"]
GETS += ["/openapi.json", "/metrics", "/healthz", "/readyz", "/about"]
POSTS = ["/v1/advisories", BATCH]


def problem(answer: Answer, status: int, code: str) -> dict[str, Any]:
    """The problem details of an answer, which must be whole and right."""
    assert answer.status == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = json.loads(answer.body)
    jsonschema.validate(found, ProblemDetails.model_json_schema())
    assert (found["status"], found["type"]) == (status, f"urn:dose-engine:problem:{code}")
    assert found["instance"] == answer.headers["x-request-id"]
    assert answer.headers["cache-control"] == "no-store"
    return found


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/", "/v1/zones/", "/v1/rules/", "/v1/rules/A/B", "/docs", "/redoc", "/v2/zones", "//", "/%2e%2e/x", "/Healthz"]
)
def test_a_path_that_is_not_there_is_a_404(api: Client, path: str) -> None:
    problem(api.get(path), 404, "not-found")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
@pytest.mark.parametrize("path", GETS)
def test_a_method_that_is_not_accepted_is_a_405_that_says_which_are(api: Client, path: str, method: str) -> None:
    answer = api.call(method, path)
    assert "GET, HEAD" in problem(answer, 405, "wrong-method")["detail"]
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS"])
@pytest.mark.parametrize("path", POSTS)
def test_advice_is_only_given_to_post(api: Client, path: str, method: str) -> None:
    answer = api.call(method, path)
    assert answer.status == 405
    assert answer.headers["allow"] == "POST"


def test_an_internal_fault_says_nothing_of_the_patient_and_names_the_request(
    api: Client, case: dict[str, Any], monkeypatch: pytest.MonkeyPatch, logged: Callable[[], list[dict[str, Any]]]
) -> None:
    def failing(*_: Any) -> None:
        raise ValueError(f"cannot work with {case}") from KeyError("raised-left-brow")

    monkeypatch.setattr(Engine, "_advisory", failing)
    answer = api.post("/v1/advisories", case, {"x-request-id": "my-id-7", "content-type": "application/json"})
    found = problem(answer, 500, "fault")
    assert found["instance"] == "my-id-7"
    assert "raised-left-brow" not in answer.text
    (told,) = [one for one in logged() if one["level"] == "error"]
    assert told["request"] == "my-id-7"
    assert told["fault"] == "ValueError from KeyError"
    assert any(place.startswith("dose_engine.engine.advise:") for place in told["trace"])
    assert "raised-left-brow" not in json.dumps(logged())


def test_a_fault_is_counted(api: Client, case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def faults() -> float:
        return float(re.search(r"^dose_engine_faults_total (\S+)", api.get("/metrics").text, re.MULTILINE)[1])  # type: ignore[index]

    before = faults()
    monkeypatch.setattr(Engine, "_advisory", lambda *_: 1 / 0)
    assert api.post("/v1/advisories", case).status == 500
    assert faults() == before + 1


@pytest.mark.parametrize("code", sorted(TITLES | CODES))
def test_every_code_has_a_title_that_is_a_sentence(code: str) -> None:
    title = details(Refused(400, "x", code))["title"]
    assert title[0].isupper()
    assert not title.endswith(".")
    assert title != "The request cannot be answered"


@given(st.text(max_size=30), st.text(max_size=30), st.sampled_from(["GET", "POST", "PUT", "HEAD"]), st.binary(max_size=50))
def test_no_path_query_or_body_gives_a_fault(api: Client, path: str, query: str, method: str, body: bytes) -> None:
    from urllib.parse import quote

    answer = api.call(method, f"/{quote(path)}?{quote(query)}", body, {"content-type": "application/json"})
    assert 400 <= answer.status < 500


@given(
    st.sampled_from([*GETS, *POSTS]),
    st.lists(st.tuples(st.from_regex(r"[a-z-]{1,20}", fullmatch=True), st.text(st.characters(max_codepoint=255), max_size=40))),
)
def test_no_header_gives_a_fault(api: Client, path: str, headers: list[tuple[str, str]]) -> None:
    answer = api.call("POST" if path in POSTS else "GET", path, b"", headers)
    assert answer.status < 500
    for name, value in answer.header_list:
        assert value.isprintable(), name
