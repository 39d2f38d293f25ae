"""The body of every answer of the CDS Hooks routes that is not a 2xx: a FHIR OperationOutcome without patient data."""

from __future__ import annotations

from typing import Final

from ..strict_json import Refused, write_json

MEDIA_TYPE: Final = "application/fhir+json"

_ISSUE_TYPES: Final[dict[str, str]] = {
    "missing-key": "required",
    "duplicate-key": "structure",
    "file-empty": "structure",
    "not-json": "structure",
    "not-text": "structure",
    "wrong-type": "structure",
    "too-deep": "too-long",
    "too-large": "too-long",
    "too-many": "too-long",
    "wrong-date": "value",
    "wrong-number": "value",
    "wrong-word": "value",
    "contradiction": "invariant",
    "not-found": "not-found",
    "wrong-method": "not-supported",
    "wrong-media-type": "not-supported",
    "not-authenticated": "login",
    "too-often": "throttled",
    "too-slow": "timeout",
    "unavailable": "transient",
    "missing-prefetch": "incomplete",
    "fault": "exception",
}
"""Our codes as FHIR issue types; any other is `processing`."""


def outcome(refused: Refused) -> bytes:
    """The OperationOutcome of a refusal: one issue for each thing that is wrong, with our code and, where there is one, the place."""
    return write_json({"resourceType": "OperationOutcome", "issue": [_issue(one) for one in (refused, *refused.more)]})


def fault() -> Refused:
    """An internal fault as the caller sees it; what happened stands in the log, without patient data."""
    reason = "a fault in the service: no advice was worked out, so nothing may be read from its absence; please report it"
    return Refused(500, reason, "fault")


def _issue(refused: Refused) -> dict[str, object]:
    issue: dict[str, object] = {
        "severity": "fatal" if refused.status >= 500 else "error",
        "code": _ISSUE_TYPES.get(refused.code, "processing"),
        "details": {"text": str(refused)},
        "diagnostics": refused.code,
    }
    if refused.where:
        issue["expression"] = [refused.where]
    return issue
