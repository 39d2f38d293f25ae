"""Summary
    A review of a zone that does not say who, when and until when, or that lies in the future.

Why it matters
    The name and the day are what stands behind the numbers of a zone. Half a signature is none, and without
    `review_by` nobody will ever look again.

What to do
    Fill in `reviewed_by`, `reviewed_on` and `review_by`, or leave all three `null`.

Example
    review: {reviewed_by: Dr. A. Example, reviewed_on: null, review_by: null}
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Found, Severity
from ..reading import ZONES, Reading

SEVERITY = Severity.WARNING


def check(reading: Reading) -> Iterator[Found]:
    for zone in reading.book.zones.values():
        review = zone.review
        missing = [key for key, value in zip(review._fields, review, strict=True) if value is None]
        if 0 < len(missing) < len(review):
            wrong, help = f"the review lacks {' and '.join(f'`{key}`' for key in missing)}", "fill it in, or leave all three `null`"
        elif review.reviewed_on is not None and review.reviewed_on > reading.day:
            wrong, help = f"`reviewed_on: {review.reviewed_on}` has not come yet", "enter the day on which it was signed"
        elif review.reviewed_on is not None and review.review_by is not None and review.review_by <= review.reviewed_on:
            wrong, help = f"`review_by: {review.review_by}` is not after `reviewed_on: {review.reviewed_on}`", "set the next day of review"
        else:
            continue
        yield Found(wrong, reading.at(ZONES, zone.name, "review"), f"zone {zone.name}", help)
