"""What a token claims, held against what was called and when. Only asked of a token whose signature is verified."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from .clients import CdsClient

LONGEST_ID: Final = 256
"""Characters in the longest `jti` or `tenant`."""

_LATEST: Final = 2.0**43
"""Seconds; beyond every calendar, and still exact."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds. A token may last at most `longest` from now on; the client's clock may be `leeway` ahead of ours."""

    longest: float = 3_600
    leeway: float = 60


class Claims(NamedTuple):
    """Claims in their forms."""

    jti: str
    tenant: str | None
    audience: tuple[str, ...]
    exp: float
    iat: float
    nbf: float | None


def read_claims(claims: Mapping[str, Any]) -> Claims | None:
    """The claims that are asked for, or None when one is missing or not in its form. All others are ignored."""
    jti, tenant, audience = claims.get("jti"), claims.get("tenant"), _audience(claims.get("aud"))
    exp, iat, nbf = (_moment(claims.get(name)) for name in ("exp", "iat", "nbf"))
    whole = _is_id(jti) and ("tenant" not in claims or _is_id(tenant)) and ("nbf" not in claims or nbf is not None)
    if not whole or exp is None or iat is None or exp <= iat or not audience:
        return None
    return Claims(str(jti), tenant, audience, exp, iat, nbf)


def wrong(claims: Claims, client: CdsClient, url: str, now: float, limits: Limits) -> str | None:
    """The reason why these claims do not count here and now, or None when they do."""
    if url not in claims.audience:
        return "audience"
    if claims.exp <= now:
        return "expired"
    if claims.exp > now + limits.longest + limits.leeway:
        return "lasts-too-long"
    if max(claims.iat, claims.nbf or claims.iat) > now + limits.leeway:
        return "not-yet"
    if client.tenants is not None and claims.tenant not in client.tenants:
        return "tenant"
    return None


def _is_id(value: object) -> bool:
    """A text that may stand in a log."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable()


def _audience(value: object) -> tuple[str, ...]:
    match value:
        case str():
            return (value,)
        case list() if all(isinstance(one, str) for one in value):
            return tuple(value)
        case _:
            return ()


def _moment(value: object) -> float | None:
    """Seconds since 1970 (RFC 7519: a number, also with a fraction); no texts and no booleans."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= _LATEST or not math.isfinite(value):
        return None
    return float(value)
