"""How often a caller may call; too often is a 429 that says when to try again."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import MutableMapping
from typing import Any, Final

from ..security.caller import Caller
from ..security.rates import RateLimiter
from ..settings import Settings
from ..strict_json import Refused

_ADDRESSES: Final = 10
"""Callers at one address, behind one router, that may call at their full rate."""


class Rates:
    """How often one caller may call, and how often one address, before it is known who calls. Each worker counts for itself."""

    def __init__(self, settings: Settings) -> None:
        self._callers = RateLimiter(settings.rate_per_minute, settings.burst)
        self._addresses = RateLimiter(settings.rate_per_minute * _ADDRESSES, settings.burst * _ADDRESSES)

    def of_address(self, scope: MutableMapping[str, Any]) -> None:
        """Raises `Refused` (429)."""
        client = scope.get("client")
        _refuse(self._addresses.wait(network(client[0]) if client else "unknown"))

    def of_caller(self, caller: Caller) -> None:
        """Raises `Refused` (429)."""
        _refuse(self._callers.wait(f"{caller.kind} {caller.name}"))


def network(address: str) -> str:
    """Whom an address stands for: itself, or of IPv6 its /64, because one caller has all of it."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.ip_network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address


def _refuse(wait: float) -> None:
    if wait > 0:
        seconds = max(1, math.ceil(wait))
        raise Refused(429, f"too many requests; try again in {seconds} seconds", "too-often", headers={"Retry-After": str(seconds)})
