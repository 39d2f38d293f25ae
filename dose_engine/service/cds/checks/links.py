"""The links of a card."""

from __future__ import annotations

from collections.abc import Iterator

from .answer import Answer, Found
from .forms import host, missing


def link(answer: Answer) -> Iterator[Found]:
    """C42: a label, an absolute URL, and a type, `absolute` or `smart`."""
    for where, card in answer.cards():
        given = card.get("links")
        if not missing(given) and not (isinstance(given, list) and all(isinstance(one, dict) for one in given)):
            yield f"{where}.links", "a list of objects"
    for where, one in answer.links():
        if not isinstance(one.get("label"), str):
            yield f"{where}.label", "a text"
        if host(one.get("url")) is None:
            yield f"{where}.url", "an absolute http or https URL"
        if one.get("type") not in ("absolute", "smart"):
            yield f"{where}.type", "absolute or smart"


def app_context(answer: Answer) -> Iterator[Found]:
    """C42: `appContext` is a text, and only for a link of type smart."""
    for where, one in answer.links():
        if "appContext" in one and (one.get("type") != "smart" or not isinstance(one["appContext"], str)):
            yield f"{where}.appContext", "a text, and only where the type is smart"


def no_smart_links(answer: Answer) -> Iterator[Found]:
    """Our own: no link starts an app."""
    for where, one in answer.links():
        if one.get("type") == "smart":
            yield f"{where}.type", "never sent: no app is started"


def nothing_launches_itself(answer: Answer) -> Iterator[Found]:
    """Our own: `autolaunchable` would hide the card."""
    for where, one in answer.links():
        if "autolaunchable" in one:
            yield f"{where}.autolaunchable", "never sent: nothing starts by itself"
