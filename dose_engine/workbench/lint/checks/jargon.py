"""Summary
    A word that its reader has to translate.

Why it matters
    The injector reads an advisory with a patient in the chair, and reads some of it aloud. A word of textbooks,
    letters or programs costs time and is misunderstood. Names of muscles and conditions are fine for a clinician; a
    patient is told in everyday words.

What to do
    Write the plain word that the finding offers. The list is in `dose_engine/workbench/lint/plain_words.py`, with the
    reason for each.

Example
    # better: Do not treat the other side.
    message: Chemodenervation of the contralateral side is contraindicated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..finding import Found, Severity
from ..plain_words import JARGON, TO_A_PATIENT, Plain
from ..reading import Reading
from ..texts import Text, texts

SEVERITY = Severity.WARNING


def check(reading: Reading) -> Iterator[Found]:
    everybody, patients = _any_of(JARGON), _any_of(TO_A_PATIENT)
    for text in texts(reading):
        if text.read_by == "lead":
            continue
        yield from _found(text, everybody, JARGON, "")
        if text.read_by == "patient":
            yield from _found(text, patients, TO_A_PATIENT, " to a patient")


def _any_of(words: Mapping[str, Plain]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})\b", re.I)


def _found(text: Text, pattern: re.Pattern[str], words: Mapping[str, Plain], whom: str) -> Iterator[Found]:
    for word in dict.fromkeys(match.lower() for match in pattern.findall(text.text)):
        plain = words[word]
        yield Found(f"`{word}` is jargon{whom}: {plain.why}", text.place, text.about, f"better: {plain.instead}")
