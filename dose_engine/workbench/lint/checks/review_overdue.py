"""Summary
    A zone or a source whose day of review has passed.

Why it matters
    Labels change. A number that was right on the day it was read may not be right today, and every advisory says that
    it is overdue.

What to do
    Read the source again, or have the zone signed again, and set `review_by` to the next day of review. `--date` asks
    for another day.

Example
    L12: {title: Use is not established under 18 years, document: US label, checked: primary, review_by: 2024-10-01}
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Found, Severity
from ..reading import ZONES, Reading

SEVERITY = Severity.WARNING


def check(reading: Reading) -> Iterator[Found]:
    book = reading.book
    for zone in book.zones.values():
        if zone.review.review_by is not None and zone.review.review_by < reading.day:
            place = reading.at(ZONES, zone.name, "review", "review_by")
            yield Found(_message(str(zone.review.review_by)), place, f"zone {zone.name}", "have its numbers signed again")
    for source in book.sources.values():
        if source.review_by is not None and source.review_by < reading.day:
            place = reading.at("rules/sources.yaml", source.id, "review_by")
            yield Found(_message(str(source.review_by)), place, f"source {source.id}", "read it again, and set the next day of review")


def _message(day: str) -> str:
    return f"was to be reviewed by {day}"
