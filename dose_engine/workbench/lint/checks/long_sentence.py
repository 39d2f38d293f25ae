"""Summary
    A sentence of more than 25 words.

Why it matters
    What takes a second reading is read wrongly in a hurry.

What to do
    Make two sentences of it, or cut what the reader knows.

Example
    advise: Before treating, ask the patient and, if the patient agrees, the prescriber, whether the drug that was
      given for the heart can be left out, and only then decide whether to wait or to lower the dose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..finding import Found, Severity
from ..reading import Reading
from ..texts import texts

SEVERITY = Severity.WARNING
MOST_WORDS = 25
_ENDS = re.compile(r"(?<=[.!?;:])\s+")


def check(reading: Reading) -> Iterator[Found]:
    for text in texts(reading):
        longest = max(_ENDS.split(text.text), key=lambda sentence: len(sentence.split()))
        words = len(longest.split())
        if words > MOST_WORDS:
            message = f"a sentence of {words} words in the {text.kind}; up to {MOST_WORDS} are read in one go"
            yield Found(message, text.place, text.about, "make two sentences of it, or cut what the reader knows")
