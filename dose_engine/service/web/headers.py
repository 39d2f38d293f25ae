"""The headers of a request as ASGI has them, and those that every answer has."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Any, Final

Headers = Iterable[tuple[bytes, bytes]]

NO_STORE: Final = (b"cache-control", b"no-store")
"""For answers about a patient; also where a route says nothing."""

_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_TLS: Final = (b"strict-transport-security", b"max-age=31536000")


def security_headers(encrypted: bool) -> tuple[tuple[bytes, bytes], ...]:
    return (*_ALWAYS, _TLS) if encrypted else _ALWAYS


def header(scope: MutableMapping[str, Any], name: bytes) -> bytes | None:
    """The value of a header, or None when it is not there. Of several, the first."""
    return next((value for key, value in scope["headers"] if key == name), None)


def headers_named(scope: MutableMapping[str, Any], name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]
