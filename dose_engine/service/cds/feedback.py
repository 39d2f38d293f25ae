"""What clients say became of a card: read strictly where it counts, tolerant of real clients' habits.

Any number of cards, hook instances and repeats is accepted: the log is a record of what was said, and whoever counts drops repeats.

The service keeps no record of the cards it gave, so it cannot tell whether it gave the one that is named. It says so: `matched` is `no` for
an id that cannot be ours (ours are UUIDs), and `unknown` for any other. Whoever keeps the answers can match the ids later.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..settings import Settings
from ..strict_json import read_json
from .refusal import Faults, Refused
from .rfc3339 import moment, written

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}")
_EPIC_CATEGORY: Final = "com.epic.cdshooks.feedback.overrideReason.reasonCategory"

LONGEST_TEXT: Final = 256
LONGEST_URI: Final = 1_024
LONGEST_COMMENT: Final = 4_000
MOST_SUGGESTIONS: Final = 50
"""Bounds of one entry, so that a line of the log is bounded too."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What became of one card. The comment is free text and may hold patient data; it is None unless the operator keeps comments."""

    card: str
    outcome: str
    at: dt.datetime
    accepted: tuple[str, ...] = ()
    reason: Mapping[str, str] | None = None
    """The Coding that was chosen: code, and system and display where they were sent; or Epic's category."""
    comment: str | None = None

    @property
    def matched(self) -> str:
        return "unknown" if _UUID.fullmatch(self.card) else "no"

    def record(self, service: str, received: dt.datetime) -> dict[str, object]:
        """The line of the log."""
        line: dict[str, object] = {
            "received": written(received),
            "service": service,
            "card": self.card,
            "matched": self.matched,
            "outcome": self.outcome,
            "outcomeTimestamp": written(self.at),
        }
        if self.accepted:
            line["acceptedSuggestions"] = list(self.accepted)
        if self.reason:
            line["reason"] = dict(self.reason)
        if self.comment:
            line["comment"] = self.comment
        return line


def read_feedback(raw: bytes, settings: Settings) -> tuple[Feedback, ...]:
    """The entries of a body. Raises `Refused` (400, 413) with everything that is wrong; then nothing of the body counts."""
    body = read_json(raw, deepest=settings.deepest, most_values=settings.most_values)
    given = body.get("feedback") if isinstance(body, dict) else None
    if not isinstance(given, list) or not given:
        raise Refused(400, "a JSON object with a list `feedback` that is not empty", "missing-key", where="feedback")
    faults = Faults()
    read = [_entry(one, f"feedback[{index}]", settings.feedback_comments, faults) for index, one in enumerate(given)]
    faults.refuse_if_any()
    return tuple(entry for entry in read if entry is not None)


def _entry(given: Any, at: str, keeps_comments: bool, faults: Faults) -> Feedback | None:
    if not isinstance(given, dict):
        faults.add(at, "an object with `card`, `outcome` and `outcomeTimestamp`")
        return None
    card = _text(given, "card", at, faults)
    outcome = _text(given, "outcome", at, faults)
    if outcome and outcome not in ("accepted", "overridden"):
        faults.add(f"{at}.outcome", "accepted: `accepted`, `overridden`", "wrong-word")
    stamp = _text(given, "outcomeTimestamp", at, faults)
    when = moment(stamp) if stamp else None
    if stamp and when is None:
        faults.add(f"{at}.outcomeTimestamp", "a moment as in RFC 3339, such as `2026-05-19T19:44:04Z`", "wrong-date")
    accepted = _accepted(given, at, faults) if outcome == "accepted" or given.get("acceptedSuggestions") is not None else ()
    reason, comment = _override(given, at, keeps_comments, faults)
    return Feedback(card, outcome, when, accepted, reason, comment) if when is not None else None


def _accepted(given: Mapping[str, Any], at: str, faults: Faults) -> tuple[str, ...]:
    at = f"{at}.acceptedSuggestions"
    chosen = given.get("acceptedSuggestions")
    if not isinstance(chosen, list) or not chosen or len(chosen) > MOST_SUGGESTIONS:
        wanted = f"a list of 1 to {MOST_SUGGESTIONS} objects with an `id`; needed when the outcome is `accepted`"
        faults.add(at, wanted, "missing-key" if not chosen else "wrong-type")
        return ()
    ids = []
    for index, one in enumerate(chosen):
        if isinstance(one, dict):
            ids.append(_text(one, "id", f"{at}[{index}]", faults))
        else:
            faults.add(f"{at}[{index}]", "an object with an `id`")
    return tuple(ids)


def _override(given: Mapping[str, Any], at: str, keeps_comments: bool, faults: Faults) -> tuple[dict[str, str] | None, str | None]:
    """The reason and the comment. Epic writes `overrideReasons` for the one object that the specification calls `overrideReason`."""
    name = next((name for name in ("overrideReason", "overrideReasons") if given.get(name) is not None), "")
    if not name:
        return None, None
    override, at = given[name], f"{at}.{name}"
    if not isinstance(override, dict):
        faults.add(at, "an object with `reason` or `userComment`, or left out")
        return None, None
    comment = override.get("userComment")
    if comment is not None and not isinstance(comment, str):
        faults.add(f"{at}.userComment", "a text, or left out")
    kept = _text(override, "userComment", at, faults, LONGEST_COMMENT, needed=False) if keeps_comments else ""
    return _reason(override, at, faults), kept or None


def _reason(override: Mapping[str, Any], at: str, faults: Faults) -> dict[str, str] | None:
    coding = override.get("reason")
    if coding is None:
        extension = override.get("extension")
        category = extension.get(_EPIC_CATEGORY) if isinstance(extension, dict) else None
        return {"epicCategory": category} if isinstance(category, str) and 0 < len(category) <= LONGEST_TEXT else None
    at = f"{at}.reason"
    if not isinstance(coding, dict):
        faults.add(at, "a Coding with a `code`")
        return None
    read = {
        "code": _text(coding, "code", at, faults),
        "system": _text(coding, "system", at, faults, LONGEST_URI, needed=False),
        "display": _text(coding, "display", at, faults, needed=False),
    }
    return {name: text for name, text in read.items() if text}


def _text(holder: Mapping[str, Any], name: str, at: str, faults: Faults, longest: int = LONGEST_TEXT, *, needed: bool = True) -> str:
    value = holder.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or (needed and not value):
        faults.add(f"{at}.{name}", "a text", "wrong-type" if value else "missing-key")
        return ""
    if len(value) > longest:
        faults.add(f"{at}.{name}", f"longer than {longest:,} characters", "too-many")
    return value
