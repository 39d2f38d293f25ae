"""Summary
    A source that something rests on, although its note says that nothing does.

Why it matters
    `Source only:` in a note says that no number comes from this source, because it is doubtful, or about something
    else. One of the two is no longer true.

What to do
    Take the source away from what cites it, or take the sentence out of its note.

Example
    # and a limit with sources: [LIT-ZONE-MASSETER-UNEQUAL]
    note: "Source only: one case above the suggested range."
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Found, Severity
from ..reading import SET_ASIDE, Reading

SEVERITY = Severity.ERROR


def check(reading: Reading) -> Iterator[Found]:
    for source in reading.book.sources.values():
        if source.id in reading.cited and SET_ASIDE in source.note:
            place = reading.at("rules/sources.yaml", source.id, "note")
            message = f"its note says `{SET_ASIDE}`, but something in the book rests on it"
            yield Found(message, place, f"source {source.id}", "take it away from what cites it, or take the sentence out of the note")
