"""Refusals that more than one layer makes."""

from __future__ import annotations

from ..strict_json import Refused


def too_slow(kind: str = "single") -> Refused:
    """What is answered when working it out would take longer than is allowed."""
    remedy = (
        "send fewer orders, or a shorter history"
        if kind == "cds"
        else "leave the options out (`?options=false`), or send a shorter history"
    )
    reason = f"working it out takes longer than is allowed, so nothing is answered: {remedy}"
    return Refused(503, reason, "too-slow", headers={"Retry-After": "30"})


def seal_does_not_hold() -> Refused:
    reason = "the seal of the rulebook does not hold, and one is required"
    return Refused(503, reason, "unavailable", headers={"Retry-After": "60"})
