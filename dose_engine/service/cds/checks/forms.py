"""Forms of single values that several rules hold."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

_RFC_4122: Final = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}")
_URI: Final = re.compile(r"(?:https?://[^\s/]+\S*|urn:[a-z0-9][a-z0-9-]+:\S+)")


def missing(value: Any) -> bool:
    """Is there no value? An empty text, list or object and null are left to the rule that forbids them."""
    return value is None or value == "" or value == [] or value == {}


def is_uuid(value: Any) -> bool:
    """A UUID of RFC 4122, versions 1 to 5."""
    return isinstance(value, str) and _RFC_4122.fullmatch(value) is not None


def is_uri(value: Any) -> bool:
    """The name of a code system: an absolute http, https or urn URI."""
    return isinstance(value, str) and _URI.fullmatch(value) is not None


def host(value: Any) -> str | None:
    """The host of an absolute http or https URL; None when it is anything else, or names a user."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or any(c in value for c in ' "<>\\^`{|}'):
        return None
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return None
    return parts.hostname if parts.scheme in ("http", "https") and parts.hostname and parts.username is None else None
