"""A token's text into its parts, strictly, before anything in it is believed."""

from __future__ import annotations

import binascii
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any, Final

from .authorization import bearer
from .caller import NotAuthenticated

_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
"""RFC 7515, compact: no padding and no empty part, so no token without a signature."""


@dataclass(frozen=True, slots=True)
class Unproved:
    """A token as it was sent. Nothing in it is true before its signature is verified."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    """What the signature is over."""
    signature: bytes


def take_apart(authorization: str | None) -> Unproved:
    """The token in an `Authorization` header. Raises `NotAuthenticated`."""
    text = bearer(authorization)
    if text is None or not _COMPACT.fullmatch(text):
        raise NotAuthenticated("no-token")
    header, claims, signature = map(_bytes, text.split("."))
    return Unproved(_object(header), _object(claims), text.rpartition(".")[0].encode(), signature)


def _bytes(part: str) -> bytes:
    """Base64url in its one canonical spelling, so that no token can be written in two ways."""
    try:
        raw = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:
        raise NotAuthenticated("no-token") from None
    if urlsafe_b64encode(raw).rstrip(b"=") != part.encode():
        raise NotAuthenticated("no-token")
    return raw


def _object(raw: bytes) -> dict[str, Any]:
    """One JSON object without repeated keys, NaN or Infinity: what two readers could read in two ways is not read."""
    try:
        found = json.loads(raw.decode(), object_pairs_hook=_once, parse_constant=_never)
    except (ValueError, RecursionError):
        raise NotAuthenticated("not-json") from None
    if not isinstance(found, dict):
        raise NotAuthenticated("not-json")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _never(word: str) -> None:
    raise ValueError(word)
