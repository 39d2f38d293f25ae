"""Answers that are the same for everyone until the rulebook changes: a strong ETag each, and 304 for who has it already."""

from __future__ import annotations

import hashlib
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response

from .headers import headers_named

REVALIDATE: Final = "private, no-cache"
"""May be kept by the caller, and is asked for again each time: a rulebook can be reloaded at any moment."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """The bytes of an answer and their ETag: a digest of the bytes, so that it changes with the book, our version and nothing else."""

    body: bytes
    etag: str
    media_type: str = "application/json"

    @classmethod
    def of(cls, body: bytes, media_type: str = "application/json") -> Fixed:
        return cls(body, f'"{hashlib.sha256(body).hexdigest()[:40]}"', media_type)

    def answer(self, scope: MutableMapping[str, Any]) -> Response:
        """200, or 304 when the caller's `If-None-Match` names these bytes."""
        headers = {"ETag": self.etag, "Cache-Control": REVALIDATE}
        if _matches(headers_named(scope, b"if-none-match"), self.etag):
            return Response(status_code=304, headers=headers)
        return Response(self.body, media_type=self.media_type, headers=headers)


def _matches(sent: list[bytes], etag: str) -> bool:
    """Weak comparison, as RFC 9110 says for If-None-Match."""
    tags = [tag.strip().removeprefix("W/") for value in sent for tag in value.decode("latin-1").split(",")]
    return etag in tags or "*" in tags
