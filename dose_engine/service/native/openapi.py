"""The OpenAPI 3.1 document of the whole service, for the book in use: a real case and its real advisory stand in it as examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ... import __version__
from ...schemas import case_schema
from ..served_engine import Loaded
from ..settings import Settings
from ..web.etags import Fixed
from ..web.problems import ProblemDetails

_ABOUT: Final = """\
Advice on botulinum toxin micro-dosing for facial asymmetry. It shows ranges, findings and options; a clinician decides.

Every error of the native API is problem details (RFC 9457), also 404 and 405; those of CDS Hooks are a FHIR OperationOutcome. Every answer
has an `X-Request-Id`: yours, where you sent one of at most 64 letters, digits, dots, dashes and underscores."""

_REQUEST_ID: Final = {"description": "The id of the request.", "schema": {"type": "string", "maxLength": 64}}
_SCHEMES: Final = {
    "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "Bearer": {"type": "http", "scheme": "bearer", "description": "An API key for the native API; a JWT of the client for CDS Hooks."},
}
_OPEN: Final = ("/healthz", "/readyz", "/about")
_MODELS: Final = "#/components/schemas/"


class Description:
    """Describes an app; made once for each book, when it is first asked for."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._made: tuple[Loaded, Fixed] | None = None

    def of(self, loaded: Loaded) -> Fixed:
        if self._made is None or self._made[0] is not loaded:
            document = described(self._app, self._settings, loaded)
            self._made = loaded, Fixed.of(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())
        return self._made[1]


def described(app: FastAPI, settings: Settings, loaded: Loaded) -> dict[str, Any]:
    document: dict[str, Any] = get_openapi(
        title="dose-engine",
        version=__version__,
        openapi_version="3.1.0",
        description=_ABOUT,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        servers=[{"url": settings.public_url}],
        routes=app.routes,
    )
    components = document.setdefault("components", {})
    components["schemas"] = {**components.get("schemas", {}), **dict(_case(loaded)), **dict(_problems())}
    if not settings.insecure_local:
        components["securitySchemes"] = _SCHEMES
    for path, method, operation in _operations(document):
        for response in operation["responses"].values():
            response.setdefault("headers", {})["X-Request-Id"] = _REQUEST_ID
        if not settings.insecure_local and path not in _OPEN:
            operation["security"] = [{"Bearer": []}] if path.startswith("/cds-services") else [{"ApiKey": []}, {"Bearer": []}]
        if (path, method) == ("/v1/advisories", "post"):
            _exemplify(operation, loaded)
        elif (path, method) == ("/v1/advisories:batch", "post"):
            _exemplify_lines(operation, loaded)
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _exemplify(operation: dict[str, Any], loaded: Loaded) -> None:
    operation["requestBody"]["content"]["application/json"]["example"] = json.loads(loaded.example)
    operation["responses"]["200"]["content"]["application/json"]["example"] = json.loads(loaded.example_advisory)


def _exemplify_lines(operation: dict[str, Any], loaded: Loaded) -> None:
    lines = [b'{"line":1,"advisory":%s}' % loaded.example_advisory, b'{"end":true,"lines":1,"advisories":1,"problems":0}']
    operation["requestBody"]["content"]["application/x-ndjson"]["example"] = f"{loaded.example.decode()}\n"
    operation["responses"]["200"]["content"]["application/x-ndjson"]["example"] = b"".join(line + b"\n" for line in lines).decode()


def _case(loaded: Loaded) -> Iterator[tuple[str, Any]]:
    """The schema of a case with the words of the book, and the models in it."""
    yield from _moved({key: value for key, value in case_schema(loaded.book).items() if key != "$schema"}, "Case")


def _problems() -> Iterator[tuple[str, Any]]:
    yield from _moved(ProblemDetails.model_json_schema(), "ProblemDetails")


def _moved(schema: dict[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    """The models of a schema as components, which point to each other there."""
    models = schema.pop("$defs", {})
    for model, body in {**models, name: schema}.items():
        yield model, json.loads(json.dumps(body).replace('"#/$defs/', f'"{_MODELS}'))
