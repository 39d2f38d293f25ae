"""Cross-origin calls from browsers: off unless origins are named, never `*`, and no cookies.

Only the CDS Hooks routes have it. A token in `Authorization` is what lets a caller in, so credentials mode is not needed and not allowed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

_HEADERS: Final = "Authorization, Content-Type"
_SECONDS: Final = "600"
_NO_ORIGIN: Final = frozenset({"*", "null", ""})
"""Sent by pages without an origin of their own, or by nobody; named in no list."""


def cors_headers(headers: Mapping[str, str], origins: Collection[str]) -> dict[str, str]:
    """The headers of every answer to a call with these headers; `Vary` also for those without an origin, because caches ask later."""
    if not origins:
        return {}
    origin = headers.get("origin", "")
    allowed = origin in origins and origin not in _NO_ORIGIN
    return {"vary": "Origin", **({"access-control-allow-origin": origin} if allowed else {})}


def preflight_headers(headers: Mapping[str, str], origins: Collection[str], methods: Iterable[str]) -> dict[str, str]:
    """What an answer to OPTIONS adds: nothing for an origin that is not named, so that its browser makes no call."""
    found = cors_headers(headers, origins)
    if "access-control-allow-origin" not in found or "access-control-request-method" not in headers:
        return found
    return found | {
        "vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
        "access-control-allow-methods": ", ".join(methods),
        "access-control-allow-headers": _HEADERS,
        "access-control-max-age": _SECONDS,
    }
