"""Summary
    A source that nothing in the book rests on.

Why it matters
    Either a rule or a number lost its source, or the source was never needed. A reader of the book takes it for a
    basis that it is not.

What to do
    Name it under `sources` where it belongs, or take it out. If it is kept as a reading that sets no number, begin a
    sentence of its `note` with `Source only:` and say why.

Example
    LIT-XIE-2014: {title: "Masseter: 20-40 U per muscle", document: "Xie, PRS 2014", checked: primary}
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Found, Severity
from ..reading import SET_ASIDE, Reading

SEVERITY = Severity.WARNING


def check(reading: Reading) -> Iterator[Found]:
    for source in reading.book.sources.values():
        if source.id not in reading.cited and SET_ASIDE not in source.note:
            help = f"name it where it belongs, take it out, or say in its note `{SET_ASIDE} …` and why nothing rests on it"
            yield Found(
                "nothing in the book rests on this source", reading.at("rules/sources.yaml", source.id), f"source {source.id}", help
            )
