"""Moments as RFC 3339 writes them, held against the calendar."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

_FORM: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}):([0-9]{2})(\.[0-9]{1,12})?(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)


def moment(text: str) -> dt.datetime | None:
    """The moment in UTC, to the second; None when the text is not one, or names a day or time that does not exist. A leap second is :59."""
    found = _FORM.fullmatch(text)
    if not found:
        return None
    day, minutes, seconds, _, sign, hours_off, minutes_off = found.groups()
    offset = dt.timedelta(hours=int(hours_off or 0), minutes=int(minutes_off or 0)) * (-1 if sign == "-" else 1)
    try:
        local = dt.datetime.fromisoformat(f"{day}T{minutes}:{'59' if seconds == '60' else seconds}")
        return (local - offset).replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):
        return None


def written(when: dt.datetime) -> str:
    """A moment as text, in UTC with `Z`."""
    return when.astimezone(dt.UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
