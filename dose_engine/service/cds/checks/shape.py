"""The frame of a response: members, empties, extensions, and what is never sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from .answer import Answer, Found, Part

_MEMBERS: Final[Mapping[str, frozenset[str]]] = {
    kind: frozenset({*members.split(), "extension"})
    for kind, members in {
        "response": "cards systemActions",
        "card": "uuid summary detail indicator source suggestions selectionBehavior overrideReasons links",
        "source": "label url icon topic",
        "coding": "code system display",
        "suggestion": "label uuid isRecommended actions",
        "action": "type description resource resourceId",
        "link": "label url type appContext autolaunchable",
    }.items()
}
_REVERSE_DOMAIN: Final = re.compile(r"[a-z]{2,}(?:\.[A-Za-z0-9][A-Za-z0-9-]*)+")


def answers_with_cards(answer: Answer) -> Iterator[Found]:
    """C30: an object with an array `cards` of objects; with nothing to say it is empty."""
    if not isinstance(answer.response, dict):
        yield "", "a response is an object"
    elif not isinstance(answer.whole.get("cards"), list):
        yield "cards", "a response has an array `cards`"
    else:
        for index, card in enumerate(answer.whole["cards"]):
            if not isinstance(card, dict):
                yield f"cards[{index}]", "a card is an object"


def known_members(answer: Answer) -> Iterator[Found]:
    """Members of CDS Hooks 2.0 and no others; what else is to be said goes into `extension`."""
    for kind, (where, part) in _parts(answer):
        for name in part.keys() - _MEMBERS[kind]:
            yield f"{where}.{name}".lstrip("."), f"CDS Hooks 2.0 has no such member of a {kind}"


def nothing_empty(answer: Answer) -> Iterator[Found]:
    """C43: no member is null, an empty text, list or object, save `cards: []`."""
    for where, value in answer.nodes(resources=False):
        if where and where != "cards" and (value is None or value in ("", [], {})):
            yield where, "empty; leave it out"


def extensions(answer: Answer) -> Iterator[Found]:
    """C44: `extension` is an object of objects; their names are reverse domain names."""
    for _, (where, part) in _parts(answer):
        at = f"{where}.extension".lstrip(".")
        given = part.get("extension")
        if given is not None and not isinstance(given, dict):
            yield at, "an object"
        for name, value in given.items() if isinstance(given, dict) else ():
            if not _REVERSE_DOMAIN.fullmatch(name):
                yield f"{at}.{name}", "not a reverse domain name"
            elif not isinstance(value, dict):
                yield f"{at}.{name}", "an extension is an object"


def no_system_actions(answer: Answer) -> Iterator[Found]:
    """C45: `systemActions` are applied without the user; an adviser sends none."""
    if "systemActions" in answer.whole:
        yield "systemActions", "never sent: nothing is applied without the user"


def _parts(answer: Answer) -> Iterator[tuple[str, Part]]:
    """Every object that CDS Hooks describes, with its kind."""
    yield "response", ("", answer.whole)
    for kind, parts in (
        ("card", answer.cards()),
        ("source", answer.sources()),
        ("coding", answer.topics()),
        ("coding", answer.override_reasons()),
        ("suggestion", answer.suggestions()),
        ("action", answer.actions()),
        ("link", answer.links()),
    ):
        yield from ((kind, part) for part in parts)
