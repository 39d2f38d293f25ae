"""Every error as problem details (RFC 9457). `type` is a stable URN for each code; what a request held stands in its own answer only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, Field

from ...errors import CODES, BadInput, Problem
from ..strict_json import Refused

MEDIA_TYPE: Final = "application/problem+json"
URN: Final = "urn:dose-engine:problem:"

TITLES: Final[dict[str, str]] = {
    "case": "The case cannot be used",
    "fault": "A fault in the service",
    "file-empty": "There is no body",
    "not-authenticated": "No key that lets the caller in",
    "not-found": "Nothing is here",
    "not-ready": "The service is not ready",
    "too-large": "The body is too large",
    "too-often": "Too many requests",
    "too-slow": "It took too long",
    "unavailable": "Not available just now",
    "wrong-media-type": "Another media type is needed",
    "wrong-method": "Another method is needed",
}
"""What the codes of the service mean; the others are those of `dose_engine.errors.CODES`."""


class CaseProblem(BaseModel):
    """One thing that is wrong with a case."""

    code: str = Field(description="Stable; what sort of problem it is.", examples=["wrong-word"])
    message: str = Field(description="What is wrong, with what was got in backticks.", examples=["`frontalus` is not a zone"])
    help: str | None = Field(None, description="What is accepted, or what to do.", examples=["did you mean `frontalis`?"])
    path: str | None = Field(None, description="Where in the case.", examples=["plan[0].zone"])
    line: int | None = Field(None, description="In which line of the body.", examples=[7])


class ProblemDetails(BaseModel):
    """An error (RFC 9457)."""

    type: str = Field(description="A stable URN.", examples=[f"{URN}case"])
    title: str = Field(description="The same for each type.", examples=[TITLES["case"]])
    status: int = Field(description="The HTTP status.", examples=[422])
    detail: str = Field(description="What is wrong, and what to do.")
    instance: str | None = Field(None, description="The id of the request, as in `X-Request-Id`: name it when you report the error.")
    problems: list[CaseProblem] | None = Field(None, description="Everything that is wrong, where it is more than `detail` says.")


class BadCase(Refused):
    """A case that cannot be used; carries every problem."""

    def __init__(self, error: BadInput) -> None:
        count = len(error.problems)
        detail = f"the case has {count} problems; none of it was used" if count != 1 else "the case has a problem; none of it was used"
        super().__init__(422, detail, "case")
        self.problems = error.problems


class NotReady(Refused):
    """The service cannot advise; `state` says why, without anything of a request."""

    def __init__(self, reason: str, state: Mapping[str, Any]) -> None:
        super().__init__(503, reason, "not-ready", headers={"Retry-After": "5"})
        self.state = state


def details(refused: Refused, instance: str | None = None) -> dict[str, Any]:
    """The members of the problem details, those that are empty left out."""
    body: dict[str, Any] = {
        "type": f"{URN}{refused.code}",
        "title": TITLES.get(refused.code) or _sentence(CODES.get(refused.code, "The request cannot be answered")),
        "status": refused.status,
        "detail": str(refused),
    }
    if instance is not None:
        body["instance"] = instance
    match refused:
        case BadCase():
            body["problems"] = [_problem(one) for one in refused.problems]
        case NotReady():
            body |= refused.state
        case _ if refused.more:
            body["problems"] = [_shown({"code": one.code, "message": one.reason, "path": one.where}) for one in (refused, *refused.more)]
    return body


def written(refused: Refused, instance: str | None = None) -> bytes:
    return json.dumps(details(refused, instance), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def _problem(problem: Problem) -> dict[str, Any]:
    return _shown(
        {"code": problem.code, "message": problem.message, "help": problem.help, "path": problem.path, "line": problem.line or None}
    )


def _shown(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
