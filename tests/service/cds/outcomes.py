"""The form of an OperationOutcome."""

from __future__ import annotations

from typing import Any

from ..client import Answer


def outcome(answer: Answer) -> list[dict[str, Any]]:
    """The issues of an OperationOutcome, whose form is held."""
    assert answer.headers["content-type"] == "application/fhir+json"
    assert int(answer.headers["content-length"]) == len(answer.body)
    body = answer.json()
    assert body.keys() == {"resourceType", "issue"}
    assert body["resourceType"] == "OperationOutcome"
    for issue in body["issue"]:
        assert issue["severity"] in ("error", "fatal")
        assert issue["code"] in ISSUE_TYPES.split()
        assert issue["details"]["text"]
    assert body["issue"]
    return body["issue"]


ISSUE_TYPES = (
    "invalid structure required value invariant security login unknown expired forbidden suppressed processing not-supported duplicate"
    " multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule conflict transient lock-error no-store"
    " exception timeout incomplete throttled informational"
)
"""The issue types of FHIR R4."""
