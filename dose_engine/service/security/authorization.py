"""The one header that proves a caller: `Authorization: Bearer …`, for API keys and tokens alike."""

from __future__ import annotations

import re
from typing import Final

LONGEST_TOKEN: Final = 8_192
"""Characters in the longest token that is looked at; those of real clients are about a thousand long."""

_BEARER: Final = re.compile(r"bearer +([A-Za-z0-9._~+/=-]+)", re.IGNORECASE)


def bearer(authorization: str | None) -> str | None:
    """What stands behind `Bearer` (RFC 6750), or None when the header is missing, too long, or anything else."""
    if authorization is None or len(authorization) > LONGEST_TOKEN + len("Bearer "):
        return None
    found = _BEARER.fullmatch(authorization)
    return found[1] if found else None
