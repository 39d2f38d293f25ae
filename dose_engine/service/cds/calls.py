"""One call of the CDS Hooks routes, without any web framework: what is called, may it be, and what is answered.

`handle` is the whole way. Every exception ends as an answer: `Refused` with its status, anything else as a 500 that says nothing of
the call.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any, Final

from ..observing.logs import fault_fields
from ..security.caller import Caller, NotAuthenticated
from ..settings import Settings
from ..strict_json import Refused, write_json
from ..web.work import WORK
from .cors import cors_headers, preflight_headers
from .discovery import discovery
from .envelope import CdsRequest, read_request
from .feedback import read_feedback
from .feedback_log import FeedbackLog, ToLog
from .hooks import HookService, services
from .outcome import MEDIA_TYPE, fault, outcome

ROOT: Final = "/cds-services"

Headers = Mapping[str, str]
"""Names in small letters."""
Answering = Callable[[HookService, CdsRequest], Sequence[Mapping[str, Any]]]
"""The cards for a call. May raise `Refused` (412); anything else it raises is a fault."""
Admit = Callable[[Headers, str], Caller]
"""Who calls this path with these headers. Raises `NotAuthenticated`, or `Refused` (429) for one who calls too often."""

_LOG: Final = logging.getLogger(__name__)


class Kind(Enum):
    DISCOVERY = "discovery"
    SERVICE = "service"
    FEEDBACK = "feedback"

    @property
    def methods(self) -> tuple[str, ...]:
        return ("GET", "HEAD", "OPTIONS") if self is Kind.DISCOVERY else ("OPTIONS", "POST")


@dataclass(frozen=True)
class Endpoints:
    """All that the routes need. `clock` gives the moment at which feedback came in; `refusing` hears the code of each refusal and fault."""

    settings: Settings
    answering: Answering
    admit: Admit
    feedback: FeedbackLog = field(default_factory=ToLog)
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    refusing: Callable[[str], None] = lambda _: None

    @cached_property
    def services(self) -> Mapping[str, HookService]:
        return {service.id: service for service in services(self.settings)}

    @cached_property
    def discovery(self) -> bytes:
        return discovery(self.services.values())


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it goes out. The body of an answer to HEAD is empty, its headers are those of GET."""

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """A call that may be made and whose body is now wanted."""

    kind: Kind
    service: HookService
    headers: Headers
    caller: Caller


def handle(endpoints: Endpoints, method: str, path: str, headers: Headers, body: bytes) -> Reply:
    """The answer to a call. `path` begins with `/cds-services`, whatever stands before it in the public URL."""
    call = opened(endpoints, method, path, headers)
    return call if isinstance(call, Reply) else answered(endpoints, call, body)


def opened(endpoints: Endpoints, method: str, path: str, headers: Headers) -> Call | Reply:
    """A call as far as it goes without its body: who calls, what, and how."""
    try:
        return _opened(endpoints, method, path, headers)
    except Exception as error:
        return failed(endpoints, headers, error, method)


def answered(endpoints: Endpoints, call: Call, body: bytes) -> Reply:
    """The answer to a call whose body is there."""
    try:
        if call.kind is Kind.FEEDBACK:
            return _reply(endpoints, call.headers, _store(endpoints, call.service, body))
        cards = endpoints.answering(call.service, read_request(body, call.service, endpoints.settings))
        return _reply(endpoints, call.headers, write_json({"cards": list(cards)}))
    except Exception as error:
        return failed(endpoints, call.headers, error)


def failed(endpoints: Endpoints, headers: Headers, error: Exception, method: str = "POST") -> Reply:
    """The answer to a call that is refused, or in which the program failed; the log learns of a fault, without what the call said."""
    match error:
        case Refused():
            refused = error
        case NotAuthenticated():
            _LOG.warning("a call without a token that lets it in", extra={"fields": _request() | _unproved(error)})
            refused = Refused(401, "not authenticated", "not-authenticated", headers={"www-authenticate": "Bearer"})
        case _:
            _LOG.error("a fault: a call was answered with 500", extra={"fields": _request() | fault_fields(error)})
            refused = fault()
    endpoints.refusing(refused.code)
    if (work := WORK.get()) is not None:
        work.notes["problem"] = refused.code
    body = outcome(refused)
    sent = {
        "content-type": MEDIA_TYPE,
        "content-length": str(len(body)),
        **cors_headers(headers, endpoints.settings.cors_origins),
        **{name.lower(): value for name, value in refused.headers.items()},
    }
    return Reply(refused.status, sent, b"" if method == "HEAD" else body)


def _opened(endpoints: Endpoints, method: str, path: str, headers: Headers) -> Call | Reply:
    kind, service = _target(endpoints, path)
    origins = endpoints.settings.cors_origins
    if method == "OPTIONS" and kind is not None:
        return Reply(204, {"allow": ", ".join(kind.methods)} | preflight_headers(headers, origins, kind.methods), b"")
    if kind is Kind.DISCOVERY and method in kind.methods and "authorization" not in headers:
        return _reply(endpoints, headers, endpoints.discovery, method)  # always available, and it tells of nobody
    caller = endpoints.admit(headers, path)
    if kind is None:
        reason = f"no CDS service here; `GET {ROOT}` lists them, and an address has no slash at its end"
        raise Refused(404, reason, "not-found")
    if method not in kind.methods:
        allowed = ", ".join(kind.methods)
        raise Refused(405, f"accepted here: {allowed}", "wrong-method", headers={"allow": allowed})
    if kind is Kind.DISCOVERY:
        return _reply(endpoints, headers, endpoints.discovery, method)
    assert service is not None
    _require_json(headers)
    return Call(kind, service, headers, caller)


def _target(endpoints: Endpoints, path: str) -> tuple[Kind | None, HookService | None]:
    match path.split("/"):
        case ["", "cds-services"]:
            return Kind.DISCOVERY, None
        case ["", "cds-services", id] if id in endpoints.services:
            return Kind.SERVICE, endpoints.services[id]
        case ["", "cds-services", id, "feedback"] if id in endpoints.services:
            return Kind.FEEDBACK, endpoints.services[id]
    return None, None


def _require_json(headers: Headers) -> None:
    """JSON and nothing else, because a browser sends other types to any site without asking first."""
    accept = {"accept-post": "application/json"}
    kind, _, parameters = headers.get("content-type", "").partition(";")
    if kind.strip().lower() != "application/json":
        raise Refused(415, "send JSON, with the header Content-Type: application/json", "wrong-media-type", headers=accept)
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in ("utf-8", "utf8", "us-ascii"):
            raise Refused(415, "JSON is sent in UTF-8", "wrong-media-type", headers=accept)
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Refused(415, "a compressed body is not accepted", "wrong-media-type", headers={"accept-encoding": "identity"})


def _store(endpoints: Endpoints, service: HookService, body: bytes) -> bytes:
    entries = read_feedback(body, endpoints.settings)
    received = endpoints.clock()
    try:
        endpoints.feedback.add([entry.record(service.id, received) for entry in entries])
    except OSError as error:
        _LOG.error("feedback could not be kept", extra={"fields": _request() | fault_fields(error)})
        reason = "the feedback could not be kept, none of it; send it again later"
        raise Refused(503, reason, "unavailable", headers={"retry-after": "60"}) from None
    return write_json({})


def _reply(endpoints: Endpoints, headers: Headers, body: bytes, method: str = "POST") -> Reply:
    sent = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        **cors_headers(headers, endpoints.settings.cors_origins),
    }
    return Reply(200, sent, b"" if method == "HEAD" else body)


def _request() -> dict[str, str]:
    """The id under which the log has this call."""
    work = WORK.get()
    return {} if work is None else {"request": work.id}


def _unproved(error: NotAuthenticated) -> dict[str, str]:
    told = {"reason": error.reason, "issuer": error.issuer, "tenant": error.tenant, "jti": error.jti}
    return {name: value for name, value in told.items() if value is not None}
