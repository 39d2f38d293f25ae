"""The routes as OpenAPI describes them: held by what is accepted and answered."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from jsonschema import Draft202012Validator

from dose_engine.service.cds.routes import router
from dose_engine.service.settings import Settings

from ..client import Client
from ..requests import SERVICE_OF, order, request


def test_the_description_names_every_address_and_its_example_is_answered(client: Client, settings: Settings, answering: Any):
    app = FastAPI()
    app.include_router(router(settings, answering))
    paths = app.openapi()["paths"]
    assert paths.keys() == {"/cds-services", *SERVICE_OF.values(), *(f"{path}/feedback" for path in SERVICE_OF.values())}
    for path in paths.keys() - {"/cds-services"}:
        body = paths[path]["post"]["requestBody"]["content"]["application/json"]
        assert client.post(path, body["example"]).status == 200


def test_the_description_is_held_by_what_is_accepted_and_answered(client: Client, settings: Settings, answering: Any):
    app = FastAPI()
    app.include_router(router(settings, answering))
    for hook, path in SERVICE_OF.items():
        operation = app.openapi()["paths"][path]["post"]
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        Draft202012Validator.check_schema(body)
        call = json.loads(json.dumps(request(hook, order(units=300))))
        Draft202012Validator(body).validate(call)
        for wrong in (
            {"hook": "x"},
            {"hookInstance": "x"},
            {"prefetch": []},
            {"context": {}},
            {"fhirServer": "x"},
            {"fhirAuthorization": {}},
        ):
            assert not Draft202012Validator(body).is_valid(call | wrong)
            assert client.post(path, call | wrong).status == 400
        answered = json.loads(client.post(path, call).body)
        Draft202012Validator(operation["responses"]["200"]["content"]["application/json"]["schema"]).validate(answered)
        refused = json.loads(client.post(path, {}).body)
        Draft202012Validator(operation["responses"]["400"]["content"]["application/fhir+json"]["schema"]).validate(refused)
