"""JSON Schemas of the CDS Hooks routes: what is accepted, as `envelope` and `feedback` read it, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .feedback import LONGEST_TEXT, LONGEST_URI, MOST_SUGGESTIONS
from .hooks import HookService

Schema = Mapping[str, Any]

_TEXT: Final[Schema] = {"type": "string", "minLength": 1}
_SHORT: Final[Schema] = {**_TEXT, "maxLength": LONGEST_TEXT}
_UUID: Final = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
_REFERENCE: Final = "^[A-Z][A-Za-z]{1,63}/[A-Za-z0-9._-]{1,256}$"
_ID: Final = "^[A-Za-z0-9._-]{1,256}$"

OUTCOME: Final[Schema] = {
    "type": "object",
    "description": "A FHIR OperationOutcome, without patient data.",
    "required": ["resourceType", "issue"],
    "properties": {
        "resourceType": {"const": "OperationOutcome"},
        "issue": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["severity", "code", "details"],
                "properties": {
                    "severity": {"enum": ["fatal", "error"]},
                    "code": {"type": "string"},
                    "details": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}},
                    "diagnostics": {"type": "string", "description": "A stable word for what is wrong."},
                    "expression": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}
_CODING: Final[Schema] = {
    "type": "object",
    "required": ["code", "system"],
    "properties": {"code": {"type": "string"}, "system": {"type": "string"}, "display": {"type": "string"}},
}
CARDS: Final[Schema] = {
    "type": "object",
    "required": ["cards"],
    "additionalProperties": False,
    "properties": {
        "cards": {
            "type": "array",
            "description": "Text cards, the gravest first; empty when there is nothing to say, which is no statement of safety.",
            "items": {
                "type": "object",
                "required": ["uuid", "summary", "indicator", "source"],
                "properties": {
                    "uuid": {"type": "string", "format": "uuid"},
                    "summary": {"type": "string", "minLength": 1, "maxLength": 139},
                    "detail": {"type": "string", "description": "GitHub-flavoured Markdown without HTML."},
                    "indicator": {"enum": ["info", "warning", "critical"]},
                    "source": {
                        "type": "object",
                        "required": ["label", "url", "topic"],
                        "properties": {"label": {"type": "string"}, "url": {"type": "string"}, "topic": _CODING},
                    },
                    "overrideReasons": {"type": "array", "items": {**_CODING, "required": ["code", "system", "display"]}},
                },
            },
        }
    },
}
DISCOVERY: Final[Schema] = {
    "type": "object",
    "required": ["services"],
    "properties": {
        "services": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["hook", "description", "id"],
                "properties": {
                    **{name: {"type": "string"} for name in ("hook", "title", "description", "id", "usageRequirements")},
                    "prefetch": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            },
        }
    },
}
_OVERRIDE: Final[Schema] = {
    "type": ["object", "null"],
    "properties": {
        "reason": {
            "type": ["object", "null"],
            "required": ["code"],
            "properties": {
                "code": _SHORT,
                "system": {"type": ["string", "null"], "maxLength": LONGEST_URI},
                "display": {"type": ["string", "null"], "maxLength": LONGEST_TEXT},
            },
        },
        "userComment": {"type": ["string", "null"], "description": "Dropped, unless the operator keeps comments."},
    },
}
FEEDBACK: Final[Schema] = {
    "type": "object",
    "required": ["feedback"],
    "properties": {
        "feedback": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["card", "outcome", "outcomeTimestamp"],
                "properties": {
                    "card": _SHORT,
                    "outcome": {"enum": ["accepted", "overridden"]},
                    "outcomeTimestamp": {"type": "string", "format": "date-time"},
                    "acceptedSuggestions": {
                        "type": ["array", "null"],
                        "minItems": 1,
                        "maxItems": MOST_SUGGESTIONS,
                        "items": {"type": "object", "required": ["id"], "properties": {"id": _SHORT}},
                    },
                    "overrideReason": _OVERRIDE,
                    "overrideReasons": {**_OVERRIDE, "description": "Epic's name for overrideReason."},
                },
                "if": {"properties": {"outcome": {"const": "accepted"}}, "required": ["outcome"]},
                "then": {"required": ["acceptedSuggestions"], "properties": {"acceptedSuggestions": {"type": "array"}}},
            },
        }
    },
}

_BUNDLE: Final[Schema] = {
    "type": "object",
    "required": ["resourceType"],
    "properties": {
        "resourceType": {"const": "Bundle"},
        "entry": {
            "type": ["array", "null"],
            "items": {"type": "object", "properties": {"resource": {"type": ["object", "null"]}}},
        },
    },
}
_AUTHORIZATION: Final[Schema] = {
    "type": ["object", "null"],
    "description": "Held against its form, then dropped: the service fetches nothing.",
    "required": ["access_token", "token_type", "expires_in", "scope", "subject"],
    "properties": {
        **dict.fromkeys(("access_token", "scope", "subject"), _TEXT),
        "token_type": {"const": "Bearer"},
        "expires_in": {"type": "integer", "minimum": 0},
        "patient": {"type": ["string", "null"]},
    },
}


def request_schema(service: HookService) -> Schema:
    """The body of a call of this service."""
    context: dict[str, Any] = {
        "userId": {"type": "string", "pattern": _REFERENCE},
        "patientId": {"type": "string", "pattern": _ID},
        "encounterId": {"type": ["string", "null"]},
    }
    if service.takes_selections:
        context["selections"] = {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": _REFERENCE}}
    if service.takes_orders:
        context["draftOrders"] = _BUNDLE
    authorized = {"properties": {"fhirAuthorization": {"type": "object"}}, "required": ["fhirAuthorization"]}
    return {
        "type": "object",
        "required": ["hook", "hookInstance", "context"],
        "properties": {
            "hook": {"const": service.hook},
            "hookInstance": {"type": "string", "pattern": _UUID},
            "fhirServer": {"type": ["string", "null"], "pattern": r"^https?://[^\s/?#]+\S*$"},
            "fhirAuthorization": _AUTHORIZATION,
            "context": {"type": "object", "required": ["userId", "patientId", *service.context], "properties": context},
            "prefetch": {"type": ["object", "null"], "description": f"The keys {', '.join(service.prefetch)}."},
        },
        "if": authorized,
        "then": {"required": ["fhirServer"], "properties": {"fhirServer": {"type": "string"}}},
    }
