"""Thin, tolerant access to FHIR JSON: only the elements used are looked at, and one of a wrong shape is as if it were not there.

Where that would hide a dose, `whole` tells whether anything was passed over.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple

Raw = Mapping[str, Any]

EMPTY: Final[Raw] = {}
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T.*)?\Z", re.DOTALL)
_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_LONGEST_TEXT = 200
_MARKS: Final = {ord("\u2019"): "'", **dict.fromkeys(map(ord, "\u2122\u00ae\u2120\u00a9"), " ")}


def mapping(value: Any) -> Raw:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else EMPTY


def items(value: Any) -> tuple[Raw, ...]:
    """The objects of a list. One object alone is a list of one, as older senders write it."""
    if isinstance(value, list):
        return tuple(item for item in value if isinstance(item, dict))
    return (value,) if isinstance(value, dict) else ()


def whole(value: Any) -> bool:
    """Is there nothing in a list but what `items` gives? What is left out is whole too."""
    return value is None or isinstance(value, dict) or (isinstance(value, list) and all(isinstance(item, dict) for item in value))


def word(value: Any) -> str:
    """A text, trimmed; anything else is none."""
    return value.strip() if isinstance(value, str) else ""


def short(text: str) -> str:
    """A sender's text as it may be shown: one line, and not longer than a line or two."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST_TEXT else f"{plain[: _LONGEST_TEXT - 3]}..."


class Coding(NamedTuple):
    system: str
    code: str
    display: str


class Concept(NamedTuple):
    """A CodeableConcept: what it says in words (its text, then the displays, each once), and its codings that have a code."""

    said: tuple[str, ...] = ()
    codings: tuple[Coding, ...] = ()


NOTHING: Final = Concept()


def concept_of(value: Any) -> Concept:
    """A CodeableConcept of any shape, as far as it can be read."""
    if not isinstance(value, dict):
        return NOTHING
    said, coded = [word(value.get("text"))], []
    for one in items(value.get("coding")):
        display = word(one.get("display"))
        said.append(display)
        if code := word(one.get("code")):
            coded.append(Coding(word(one.get("system")), code, display))
    return Concept(tuple(dict.fromkeys(text for text in said if text)), tuple(coded))


def codings(concept: Any) -> tuple[Coding, ...]:
    """The codings of a CodeableConcept that have a code."""
    return concept_of(concept).codings


def texts(concept: Any) -> tuple[str, ...]:
    """What a CodeableConcept says in words."""
    return concept_of(concept).said


def first_text(concept: Any) -> str:
    """The first thing a CodeableConcept says, as it may be shown."""
    return short(next(iter(concept_of(concept).said), ""))


def status_codes(concept: Any) -> frozenset[str]:
    """The bare codes of a status, which senders also write as a plain word."""
    if isinstance(concept, str):
        return frozenset((concept.strip(),)) if concept.strip() else frozenset()
    return frozenset(one.code for one in codings(concept))


def day(value: Any) -> dt.date | None:
    """The day of a date or dateTime, as written where it was written. None when it is not known to the day."""
    found = _DAY.match(word(value))
    if not found:
        return None
    try:
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def moment(resource: Raw, name: str = "effective") -> dt.date | None:
    """The day of `effective[x]` and its like. None when it is not known to the day, as of a period over several days."""
    dated = resource.get(f"{name}DateTime")
    if dated is not None:
        return day(dated)
    period = mapping(resource.get(f"{name}Period"))
    start, end = period.get("start"), period.get("end")
    if start is None or end is None:
        return day(end if start is None else start)
    return day(start) if day(start) == day(end) else None


def name_of(resource: Raw) -> str:
    """What tells a resource from others, `Type/id`; empty where it has no id."""
    id = word(resource.get("id"))
    return f"{word(resource.get('resourceType'))}/{id}" if id else ""


def reference(resource: Raw) -> str:
    """How a resource is shown in provenance: `Type/id`, in a line of usual length."""
    return short(f"{word(resource.get('resourceType')) or 'resource'}/{word(resource.get('id')) or '?'}")


def distinct(resources: Iterable[Raw]) -> list[Raw]:
    """Each resource once. Only an id tells that two equal ones are the same; without it they are two."""
    kept: list[Raw] = []
    first: dict[tuple[str, str], Raw] = {}
    prints: dict[tuple[str, str], set[str]] = {}
    for one in resources:
        name = word(one.get("resourceType")), word(one.get("id"))
        if name[1] and name in first:
            seen = prints.setdefault(name, {fingerprint(first[name])})
            mine = fingerprint(one)
            if mine in seen:
                continue
            seen.add(mine)
        first.setdefault(name, one)
        kept.append(one)
    return kept


def fingerprint(resource: Raw) -> str:
    """The same text for equal resources, whatever the order of their members. One too deep to be written out is like no other."""
    with suppress(RecursionError):
        return json.dumps(resource, sort_keys=True, default=lambda number: {"exact": str(number)})
    return f"at {id(resource)}"


def modified(element: Raw) -> bool:
    """Does it carry something that changes its meaning in a way that is not known here?"""
    return "modifierExtension" in element or "implicitRules" in element


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, without punctuation; an apostrophe stays inside its word."""
    return tuple(_WORDS.findall((text if text.isascii() else _settled(text)).casefold()))


def _settled(text: str) -> str:
    """A text with each letter in its one usual form, and without marks and what cannot be seen."""
    visible = "".join(c for c in text.translate(_MARKS) if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFKC", visible)
