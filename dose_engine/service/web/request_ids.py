"""A request id on every answer and in every log line: the caller's own, where it is a plain token, else a new one."""

from __future__ import annotations

import re
import secrets
from typing import Final

HEADER: Final = b"x-request-id"

_PLAIN: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def request_id(sent: bytes | None) -> str:
    """At most 64 letters, digits, dots, dashes and underscores; whatever else was sent is not repeated."""
    return sent.decode() if sent is not None and _PLAIN.fullmatch(sent) else secrets.token_hex(16)
