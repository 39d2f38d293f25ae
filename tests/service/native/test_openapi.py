"""The OpenAPI document is valid, its examples are real, and the service does as it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import schemathesis
from hypothesis import Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from dose_engine.rulebook.load import shipped_folder
from dose_engine.service.native.routes import BATCH
from dose_engine.service.settings import Settings

from ..client import Client, named_local
from .streaming import batch
from .test_problems import GETS, POSTS


@pytest.fixture(scope="module")
def document(api: Client) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(api.get("/openapi.json").body)
    return found


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(path, method): operation for path, methods in document["paths"].items() for method, operation in methods.items()}


def test_it_is_openapi_3_1_and_describes_every_route(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    described = {path for path, _ in operations(document) if not path.startswith("/cds-services")}
    assert described == {path.replace("/v1/rules/X", "/v1/rules/{id}") for path in [*GETS, *POSTS]}
    assert "/cds-services/bont-order-sign" in document["paths"]


def test_every_reference_in_it_leads_somewhere(document: dict[str, Any]) -> None:
    def references(value: Any) -> Any:
        if isinstance(value, dict):
            for key, part in value.items():
                if key == "$ref":
                    yield part
                else:
                    yield from references(part)
        elif isinstance(value, list):
            for part in value:
                yield from references(part)

    for reference in set(references(document)):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_every_operation_has_an_id_of_its_own(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for operation in operations(document).values()]
    assert len(ids) == len(set(ids))


def test_every_error_of_the_native_api_is_described_as_problem_details(document: dict[str, Any]) -> None:
    for (path, _), operation in operations(document).items():
        if path.startswith("/cds-services"):
            continue
        for status, response in operation["responses"].items():
            assert "X-Request-Id" in response["headers"]
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], (path, status)
        assert "500" in operation["responses"]


def test_the_example_case_gets_the_example_advisory(api: Client, document: dict[str, Any]) -> None:
    operation = document["paths"]["/v1/advisories"]["post"]
    case = operation["requestBody"]["content"]["application/json"]["example"]
    answer = api.post("/v1/advisories", raw=json.dumps(case).encode())
    assert json.loads(answer.body) == operation["responses"]["200"]["content"]["application/json"]["example"]


def test_the_example_lines_get_the_example_answer(api: Client, document: dict[str, Any]) -> None:
    operation = document["paths"][BATCH]["post"]
    lines = operation["requestBody"]["content"]["application/x-ndjson"]["example"]
    answer = batch(api, [lines.encode()])
    assert answer.body.decode() == operation["responses"]["200"]["content"]["application/x-ndjson"]["example"]


def test_the_examples_fit_the_schemas_beside_them(document: dict[str, Any]) -> None:
    operation = document["paths"]["/v1/advisories"]["post"]
    for holder in (operation["requestBody"], operation["responses"]["200"]):
        content = holder["content"]["application/json"]
        jsonschema.validate(content["example"], {**content["schema"], "components": document["components"]})


def test_the_words_of_the_rulebook_are_in_the_schema_of_a_case(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert "frontalis" in schemas["PlannedDose"]["properties"]["zone"]["enum"]
    assert "pregnant" in schemas["Patient"]["properties"]["screening"]["properties"]


def test_it_says_how_to_authenticate_where_that_is_needed(serve: Callable[..., Client], document: dict[str, Any], tmp_path: Path) -> None:
    from dose_engine.service.security.adding import add_key

    assert "securitySchemes" not in document["components"]
    keys = tmp_path / "keys.yaml"
    key = add_key(keys, "clinic-north", None).secret
    guarded = serve(Settings(api_keys=keys, reload_seconds=0, rules=shipped_folder()))
    found = json.loads(guarded.get("/openapi.json", {"x-api-key": key}).body)
    assert set(found["components"]["securitySchemes"]) == {"ApiKey", "Bearer"}
    for (path, _), operation in operations(found).items():
        assert ("security" in operation) == (path not in ("/healthz", "/readyz", "/about"))
    assert not [path for path in found["paths"] if path.startswith("/cds-services")]


def test_no_page_is_served_that_loads_anything_from_elsewhere(api: Client) -> None:
    for path in ("/docs", "/redoc", "/docs/oauth2-redirect"):
        assert api.get(path).status == 404


# the service does as it says


@pytest.fixture(scope="module")
def described(api: Client) -> Any:
    return schemathesis.openapi.from_asgi("/openapi.json", named_local(api.app))


ASKED = [(path.replace("/X", "/{id}"), GenerationMode.POSITIVE) for path in [*GETS, "/v1/advisories"]]
ASKED += [("/v1/advisories", GenerationMode.NEGATIVE)]


@pytest.mark.parametrize(("path", "mode"), ASKED)
def test_what_is_described_is_what_is_answered(described: Any, path: str, mode: GenerationMode) -> None:
    operation = described[path]["POST" if path in POSTS else "GET"]

    @settings(max_examples=50, phases=[Phase.generate])
    @given(operation.as_strategy(generation_mode=mode))
    def holds(request: Any) -> None:
        request.call_and_validate(excluded_checks=[positive_data_acceptance])  # a schema cannot say which doses go together

    holds()
