"""Summary
    A text that is longer than what is comfortably read.

Why it matters
    The advisory is one screen, read with a patient in the chair. A long title is cut by the eye, a long message is
    not read to its end.

What to do
    Say one thing. What explains goes to `because`, what to do goes to `advise`, what is background goes to the note
    of a source.

Example
    title: Dose planned in the upper face of a patient who has been treated for migraine in the same muscles
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Found, Severity
from ..reading import Reading
from ..texts import texts

SEVERITY = Severity.WARNING

COMFORTABLE = {
    "title": 70,
    "message": 140,
    "because": 150,
    "advise": 140,
    "instead": 100,
    "tell": 180,
    "label": 30,
    "asked": 120,
    "says": 120,
    "note": 160,
    "hazard title": 60,
    "hazard says": 160,
    "source title": 110,
    "source note": 140,
}
"""Characters, by kind of text: a title is one line of 80 columns, a message two. A rulebook is refused well above these."""


def check(reading: Reading) -> Iterator[Found]:
    for text in texts(reading):
        length, most = len(text.text), COMFORTABLE[text.kind]
        if length > most:
            help = "say one thing; what explains goes to `because`, what to do to `advise`"
            yield Found(f"the {text.kind} has {length} characters; up to {most} are comfortably read", text.place, text.about, help)
