"""The topic of a card: letters and digits, stable for ever. A client may remember an override against it, so it names every rule on
the card: setting one card aside never silences another rule."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any, Final

TOPIC_SYSTEM: Final = "https://example.org/fhir/CodeSystem/bont-topic"
LONGEST: Final = 100


def topic_of(names: Iterable[str]) -> dict[str, Any]:
    """The topic for these rules and reasons, the same whatever their order."""
    ordered = sorted(set(names))
    code = "bont" + "".join(map(_camel, ordered))
    if len(code) > LONGEST:
        digest = hashlib.sha256("\n".join(ordered).encode()).hexdigest()[:16]
        code = f"bont{_camel(ordered[0])[:60]}And{len(ordered) - 1}More{digest}"
    return {"system": TOPIC_SYSTEM, "code": code}


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:].lower() for part in re.split(r"[^A-Za-z0-9]+", name) if part)
