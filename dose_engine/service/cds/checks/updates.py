"""An update against the order it changes. Without the orders of the request there is nothing to hold it against."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from .answer import Answer, Found

_DOSE: Final = re.compile(r"dosageInstruction\[\d+\]\.(?:doseAndRate\[\d+\]\.)?(?:doseQuantity|doseRange\.(?:low|high))\.value")
_DOSE_IN_WORDS: Final = re.compile(r"dosageInstruction\[\d+\]\.text")

Difference = tuple[str, Any, Any]


def update_is_whole(answer: Answer) -> Iterator[Found]:
    """C40: the resource is the order of the request, type and id included, and nothing but the dose and its wording differs."""
    for where, resource, order in _updates(answer):
        if order is None:
            yield where, "no order of the request has this type and id"
            continue
        for place, _, _ in _differences(order, resource):
            if not _DOSE.fullmatch(place) and not _DOSE_IN_WORDS.fullmatch(place):
                yield f"{where}.{place}", "differs from the order of the request"


def update_only_lowers(answer: Answer) -> Iterator[Found]:
    """Our own: a suggested dose is a number below the sender's."""
    for where, resource, order in _updates(answer):
        for place, before, after in _differences(order, resource) if order is not None else ():
            if _DOSE.fullmatch(place) and not (_is_number(before) and _is_number(after) and 0 < after < before):
                yield f"{where}.{place}", "not a lower dose"


def _updates(answer: Answer) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any] | None]]:
    if answer.draft_orders is None:
        return
    entries = answer.draft_orders.get("entry")
    resources = [entry.get("resource") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    orders = {name: one for one in resources if (name := _name(one)) is not None}
    for where, action in answer.actions():
        resource: Any = action.get("resource")
        if action.get("type") == "update" and (name := _name(resource)) is not None:
            yield f"{where}.resource", resource, orders.get(name)


def _name(resource: Any) -> tuple[str, str] | None:
    """Type and id of a resource that has both."""
    match resource:
        case {"resourceType": str(kind), "id": str(id)}:
            return kind, id
    return None


def _differences(before: Any, after: Any) -> Iterator[Difference]:
    """Every place at which two values differ; a number and the same number written otherwise do not."""
    waiting: list[Difference] = [("", before, after)]
    while waiting:
        where, old, new = waiting.pop()
        match old, new:
            case dict(), dict():
                keys = sorted(old.keys() | new.keys(), key=str)
                waiting += [(f"{where}.{key}".lstrip("."), old.get(key, ...), new.get(key, ...)) for key in keys]
            case list(), list() if len(old) == len(new):
                waiting += [(f"{where}[{index}]", *pair) for index, pair in enumerate(zip(old, new, strict=True))]
            case _ if not _same(old, new):
                yield where, old, new


def _same(old: Any, new: Any) -> bool:
    """Are two values alike? Python takes true for 1, and cannot compare a Decimal that is no number."""
    if any(isinstance(one, bool) or (isinstance(one, Decimal) and not one.is_finite()) for one in (old, new)):
        return old is new
    return bool(old == new)


def _is_number(value: Any) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, Decimal) and value.is_finite())
