"""A card and its source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from .answer import Answer, Found
from .forms import host, is_uri, is_uuid, missing

LONGEST_SUMMARY: Final = 139
_NEXT_SENTENCE: Final = re.compile(r"(\w*)[.!?…]+[\"')\]]*\s+[\"'(\[]*[A-Z]")
_NO_END: Final = frozenset({"vs", "Dr", "No", "approx", "max", "min", "e", "g", "i"})
_TOPIC: Final = re.compile(r"[A-Za-z0-9]{1,100}")


def summary(answer: Answer) -> Iterator[Found]:
    """C31: a text of 1 to 139 characters, counted as browsers do (UTF-16)."""
    for where, card in answer.cards():
        text = card.get("summary")
        if not isinstance(text, str):
            yield f"{where}.summary", "a card has a summary, a text"
        elif (length := len(text.encode("utf-16-le", "surrogatepass")) // 2) > LONGEST_SUMMARY:
            yield f"{where}.summary", f"{length} characters; at most {LONGEST_SUMMARY}"


def summary_is_one_sentence(answer: Answer) -> Iterator[Found]:
    """C31: one sentence on one line."""
    for where, card in answer.cards():
        text = card.get("summary")
        if not isinstance(text, str):
            continue
        if len(text.splitlines()) > 1:
            yield f"{where}.summary", "more than one line"
        elif any(found[1] not in _NO_END for found in _NEXT_SENTENCE.finditer(text)):
            yield f"{where}.summary", "more than one sentence"


def indicator(answer: Answer) -> Iterator[Found]:
    """C32: `info`, `warning` or `critical`."""
    for where, card in answer.cards():
        if card.get("indicator") not in ("info", "warning", "critical"):
            yield f"{where}.indicator", "one of info, warning, critical"


def detail(answer: Answer) -> Iterator[Found]:
    """C34: where there is a detail, it is a text."""
    for where, card in answer.cards():
        if not missing(card.get("detail")) and not isinstance(card["detail"], str):
            yield f"{where}.detail", "a text"


def card_uuid(answer: Answer) -> Iterator[Found]:
    """C35 and our own: every card has a UUID of RFC 4122, without which no client sends feedback."""
    for where, card in answer.cards():
        if not is_uuid(card.get("uuid")):
            yield f"{where}.uuid", "a UUID of RFC 4122"


def uuids_differ(answer: Answer) -> Iterator[Found]:
    """C35: no UUID stands twice in a response."""
    seen: set[str] = set()
    for where, part in (*answer.cards(), *answer.suggestions()):
        if isinstance(part.get("uuid"), str):
            if part["uuid"].lower() in seen:
                yield f"{where}.uuid", "stands twice in this response"
            seen.add(part["uuid"].lower())


def source_label(answer: Answer) -> Iterator[Found]:
    """C33: a source with a label."""
    for where, card in answer.cards():
        source = card.get("source")
        if not isinstance(source, dict):
            yield f"{where}.source", "a card has a source"
        elif not isinstance(source.get("label"), str):
            yield f"{where}.source.label", "a source has a label, a text"


def source_urls(answer: Answer) -> Iterator[Found]:
    """C33 and our own: a source has an absolute `url`; so is `icon`, where there is one."""
    for where, source in answer.sources():
        for name in ("url", "icon"):
            if (name in source or name == "url") and host(source.get(name)) is None:
                yield f"{where}.{name}", "an absolute http or https URL"


def source_topic(answer: Answer) -> Iterator[Found]:
    """C33 and our own: a source has a topic with code and system; the code is letters and digits, which Epic needs, and never changes."""
    for where, source in answer.sources():
        topic = source.get("topic")
        if not isinstance(topic, dict):
            yield f"{where}.topic", "a source has a topic, a Coding"
            continue
        if not isinstance(topic.get("code"), str) or not _TOPIC.fullmatch(topic["code"]):
            yield f"{where}.topic.code", "1 to 100 letters and digits"
        if not is_uri(topic.get("system")):
            yield f"{where}.topic.system", "an absolute URI"
        if not missing(topic.get("display")) and not isinstance(topic["display"], str):
            yield f"{where}.topic.display", "a text"


def override_reasons(answer: Answer) -> Iterator[Found]:
    """C41: each reason is a Coding with code, system and display."""
    for where, card in answer.cards():
        given = card.get("overrideReasons")
        if missing(given):
            continue
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
            yield f"{where}.overrideReasons", "a list of Codings"
    for where, reason in answer.override_reasons():
        for name in ("code", "display"):
            if not isinstance(reason.get(name), str):
                yield f"{where}.{name}", "a text"
        if not is_uri(reason.get("system")):
            yield f"{where}.system", "an absolute URI"
