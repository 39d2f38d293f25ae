"""The native routes as OpenAPI describes them: what each answers, and every way in which it can fail."""

from __future__ import annotations

from typing import Any, Final

from ...advisory import Advisory
from ..web.problems import MEDIA_TYPE as PROBLEM
from .health import Alive, Ready
from .models import BookShown, Questions, Rules, RuleShown, Zones

_ERRORS: Final[dict[int, str]] = {
    400: "Something in the query that nothing reads, or no body.",
    401: "No API key, or none that counts.",
    404: "The rulebook has no such rule.",
    408: "The body did not arrive in time.",
    413: "The body is too large, or holds too many values.",
    415: "Another media type, another encoding than UTF-8, or a compressed body.",
    422: "The case cannot be used: every problem, each with its path and line. Nothing of it was used.",
    429: "Too many requests; `Retry-After` says in how many seconds to try again.",
    500: "A fault in the service. Nothing was worked out.",
    503: "Not now: it would take too long, too much is being worked on, or the rulebook's seal does not hold.",
}

_ALWAYS: Final = (400, 401, 429, 500)
_BODY: Final = (*_ALWAYS, 408, 413, 415, 503)


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}}


def _errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: _problem(_ERRORS[status]) for status in sorted(statuses)}


def _documentation(
    id: str, tag: str, summary: str, description: str, ok: dict[str, Any], errors: dict[int | str, dict[str, Any]], **extra: Any
) -> dict[str, Any]:
    return {
        "operation_id": id,
        "tags": [tag],
        "summary": summary,
        "description": description,
        "responses": {200: ok, **errors},
        "openapi_extra": extra or None,
    }


def _shown(id: str, summary: str, description: str, model: type, says: str, **extra: Any) -> dict[str, Any]:
    """A part of the rulebook: the same until the rulebook changes."""
    ok = {
        "description": says,
        "model": model,
        "headers": {"ETag": {"description": "Changes with the answer.", "schema": {"type": "string"}}},
    }
    unchanged: dict[int | str, dict[str, Any]] = {304: {"description": "As the `If-None-Match` of the request has it."}}
    errors = _errors(*_ALWAYS, 503, *((404,) if "parameters" in extra else ()))
    return _documentation(id, "Rulebook", summary, description, ok, {**unchanged, **errors}, **extra)


def _schema(id: str, of: str) -> dict[str, Any]:
    shown = _shown(id, f"The JSON Schema of {of}", "", dict[str, Any], "JSON Schema 2020-12")
    ok = shown["responses"][200]
    del ok["model"]
    ok["content"] = {"application/schema+json": {"schema": {"type": "object"}}}
    return shown


_OPTIONS: Final = {
    "name": "options",
    "in": "query",
    "required": False,
    "description": "`false` leaves out what would clear the findings, which takes long for a long history.",
    "schema": {"type": "boolean", "default": True},
}
_ID: Final = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The id of a rule, as a finding names it.",
    "schema": {"type": "string"},
    "example": "INTERVAL-90",
}

_LINES: Final = """\
One case a line (NDJSON); the answer has one line for each that is not empty, in order: `{"line": n, "advisory": …}`, or
`{"line": n, "problem": …}` with problem details. Lines are counted from 1, empty ones too.

The last line is `{"end": true, "lines": …, "advisories": …, "problems": …}`. An answer without it is not whole, whatever its status
says: then the service ended, or its last line is `{"line": n, "fault": …}`, and from line n on nothing is answered.

Any number of lines, in bounded memory: the service reads on when what it has written is read. So read while you send. A line may take as
long as a single case may."""

DESCRIBED: Final[dict[str, dict[str, Any]]] = {
    "/v1/advisories": _documentation(
        "advise",
        "Advisories",
        "Hold a case against the rulebook",
        'Shows ranges, findings and options; a clinician decides. A question that is left out is unknown, not "no". Nothing is kept.',
        {"description": "The advisory", "model": Advisory},
        _errors(*_BODY, 422),
        parameters=[_OPTIONS],
        requestBody={"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Case"}}}},
    ),
    "/v1/advisories:batch": _documentation(
        "adviseBatch",
        "Advisories",
        "Hold many cases against the rulebook",
        _LINES,
        {"description": "One line for each case, and an ending", "content": {"application/x-ndjson": {"schema": {"type": "string"}}}},
        _errors(*_ALWAYS, 415, 503),
        parameters=[_OPTIONS],
        requestBody={"required": True, "content": {"application/x-ndjson": {"schema": {"type": "string"}}}},
    ),
    "/v1/zones": _shown("zones", "Every zone with its ranges and lines", "", Zones, "The zones, in anatomical order"),
    "/v1/rules": _shown("rules", "Every rule", "", Rules, "The rules, by id"),
    "/v1/rules/{id}": _shown("rule", "A rule in plain sentences", "", RuleShown, "The rule", parameters=[_ID]),
    "/v1/questions": _shown("questions", "The questions of the screening", "", Questions, "The questions, in the order they are asked"),
    "/v1/rulebook": _shown("rulebook", "The rulebook that advises now", "", BookShown, "The rulebook"),
    "/v1/schemas/case": _schema("caseSchema", "a case"),
    "/v1/schemas/advisory": _schema("advisorySchema", "an advisory"),
    "/openapi.json": _documentation(
        "openapi",
        "Service",
        "This description",
        "",
        {"description": "OpenAPI 3.1", "content": {"application/json": {"schema": {"type": "object"}}}},
        {304: {"description": "As the `If-None-Match` of the request has it."}, **_errors(*_ALWAYS, 503)},
    ),
    "/metrics": _documentation(
        "metrics",
        "Service",
        "Numbers for Prometheus",
        "",
        {"description": "The text format", "content": {"text/plain": {"schema": {"type": "string"}}}},
        _errors(*_ALWAYS),
    ),
    "/about": _documentation(
        "about",
        "Service",
        "Who speaks",
        "For a person who follows the source of a card.",
        {"description": "Plain text", "content": {"text/plain": {"schema": {"type": "string"}}}},
        _errors(400, 429, 500),
    ),
    "/healthz": _documentation("alive", "Service", "Is the process alive", "", {"description": "It is", "model": Alive}, _errors(400, 500)),
    "/readyz": _documentation(
        "ready",
        "Service",
        "May it be sent requests",
        "Advises on a known case; both evaluators must agree. Says also whether the last change of the rulebook was refused.",
        {"description": "It may", "model": Ready},
        {**_errors(400, 500), 503: _problem("It may not: the detail says why.")},
    ),
}
