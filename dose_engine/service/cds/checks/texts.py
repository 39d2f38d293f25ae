"""What a person reads: nothing in it may run, load, lead elsewhere, or be read otherwise than it looks."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from ..rfc3339 import moment
from .answer import Answer, Found
from .forms import host

_PLAIN_TAG: Final = re.compile(r"<[A-Za-z/!?]")
_UNESCAPED: Final = r"(?<!\\)(?:\\\\)*"
_TAG: Final = re.compile(_UNESCAPED + r"<[A-Za-z/!?]")
_IMAGE: Final = re.compile(_UNESCAPED + r"!\[")
_TARGETS: Final = re.compile(
    _UNESCAPED + r"\]\(\s*<?(?P<inline>[^)\s>]*)"  # [text](target)
    r"|^[ ]{0,3}\[[^\]]+\]:\s*<?(?P<reference>[^\s>]+)"  # [name]: target
    r"|(?<![A-Za-z0-9])(?P<bare>(?:https?|ftp)://[^\s<>)\]]*|www\.[^\s<>)\]]+|mailto:\S+)"  # GitHub links these by themselves
    r"|(?P<mail>[A-Za-z0-9._+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]+)",
    re.MULTILINE | re.IGNORECASE,
)
_DAY: Final = re.compile(r"(?<![0-9A-Za-z-])([0-9]{4}-[0-9]{2}-[0-9]{2})(T[0-9A-Za-z:.+-]*[0-9A-Za-z])?(?![0-9A-Za-z-])")
_STEERING: Final = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u2060\ufeff")


def printable(answer: Answer) -> Iterator[Found]:
    """Our own: no control characters, lone surrogates, or marks that turn a text around; a detail may have line breaks and tabs."""
    for where, text in (*answer.texts(), *answer.details()):
        allowed = "\n\t" if where.endswith(".detail") else "\n"  # a line break in a summary is another rule's
        bad = next((c for c in text if (unicodedata.category(c) in ("Cc", "Cs") or c in _STEERING) and c not in allowed), None)
        if bad is not None:
            yield where, f"holds U+{ord(bad):04X}"


def no_html(answer: Answer) -> Iterator[Found]:
    """C34: no HTML. In a detail a `<` before a letter is escaped; in plain texts it does not occur."""
    for where, text in answer.texts():
        if _PLAIN_TAG.search(text):
            yield where, "looks like HTML"
    for where, text in answer.details():
        if _TAG.search(text):
            yield where, "HTML, or a `<` that is not escaped"


def no_images(answer: Answer) -> Iterator[Found]:
    """Our own: no image is loaded from a detail."""
    for where, text in answer.details():
        if _IMAGE.search(text):
            yield where, "an image"


def links_lead_to_known_hosts(answer: Answer) -> Iterator[Found]:
    """Our own: links in a detail lead to the card's source, to a host of its links, or to a host the caller names."""
    for where, card in answer.cards():
        if not isinstance(card.get("detail"), str):
            continue
        source, links = card.get("source"), card.get("links")
        urls = [source.get("url")] if isinstance(source, dict) else []
        urls += [one.get("url") for one in links if isinstance(one, dict)] if isinstance(links, list) else []
        known = answer.known_hosts | {name for url in urls if (name := host(url))}
        for found in _TARGETS.finditer(card["detail"]):
            target = found["inline"] or found["reference"] or found["bare"] or ""
            if host(f"https://{target}" if target.lower().startswith("www.") else target.rstrip(".,;:!?'\"")) not in known:
                yield f"{where}.detail", "a link to somewhere else"
                break


def dates_exist(answer: Answer) -> Iterator[Found]:
    """Our own: what looks like a date is in the calendar, and a time is whole, as in RFC 3339. What the request says may be repeated."""
    for where, text in (*answer.texts(), *answer.details()):
        for found in _DAY.finditer(text):
            exists = _is_day(found[1]) if found[2] is None else moment(found[0]) is not None
            if not exists and found[0] not in answer.request:
                yield where, "a date or time that does not exist"


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
