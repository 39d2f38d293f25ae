"""What a search brought, in one of five states. Absent, empty, whole, incomplete and failed are five different facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .elements import Raw, items, mapping, whole, word


class State(StrEnum):
    ABSENT = "absent"
    """Nobody searched, or the answer was not sent."""
    EMPTY = "empty"
    """Searched, and nothing there."""
    WHOLE = "whole"
    PART = "part"
    """The first page of several."""
    FAILED = "failed"
    """An error, or an answer of a wrong shape."""


@dataclass(frozen=True, slots=True)
class Searched:
    """The resources of one search, and how it went."""

    state: State
    resources: tuple[Raw, ...] = ()
    entries: tuple[Raw, ...] = ()
    """The bundle's entries, for references between them."""

    @property
    def answered(self) -> bool:
        return self.state not in (State.ABSENT, State.FAILED)


ABSENT = Searched(State.ABSENT)
FAILED = Searched(State.FAILED)
EMPTY = Searched(State.EMPTY)


def searched(prefetch: Mapping[str, Any], key: str, *kinds: str) -> Searched:
    """The answer to a search for resources of these kinds. `null` and an empty bundle are EMPTY, an OperationOutcome with errors FAILED."""
    if key not in prefetch:
        return ABSENT
    value = prefetch[key]
    if value is None:
        return EMPTY
    resource = mapping(value)
    match kind_of(resource):
        case "Bundle":
            return _of_bundle(resource, kinds)
        case "OperationOutcome":
            return FAILED if is_error(resource) else EMPTY
        case kind if kind in kinds:
            return Searched(State.WHOLE, (resource,), ({"resource": resource},))
    return FAILED


def together(found: Sequence[Searched]) -> Searched:
    """Answers to one question, sent under several keys, as one answer; where one went wrong it is in part."""
    if len(found) == 1:
        return found[0]
    states = {one.state for one in found}
    resources = tuple(resource for one in found for resource in one.resources)
    entries = tuple(entry for one in found for entry in one.entries)
    mixed = State.PART if states & {State.PART, State.FAILED} else State.WHOLE
    state = states.pop() if len(states) == 1 else mixed
    return Searched(state, resources, entries)


def _of_bundle(bundle: Raw, kinds: tuple[str, ...]) -> Searched:
    if not whole(bundle.get("entry")):
        return FAILED
    entries = items(bundle.get("entry"))
    resources = [mapping(entry.get("resource")) for entry in entries]
    if any(is_error(one) for one in resources if kind_of(one) == "OperationOutcome"):
        return FAILED
    found = tuple(one for one in resources if kind_of(one) in kinds)
    unread = any(not kind_of(one) for one in resources)
    if has_more(bundle, len(found)) or unread:
        return Searched(State.PART, found, entries)
    if not found and any(_is_stray(entry) for entry in entries):
        return FAILED
    return Searched(State.WHOLE if found else State.EMPTY, found, entries)


def _is_stray(entry: Raw) -> bool:
    """Is it a match of a kind that was not searched for?"""
    included = word(mapping(entry.get("search")).get("mode")) in ("include", "outcome")
    return not included and kind_of(mapping(entry.get("resource"))) != "OperationOutcome"


def kind_of(resource: Raw) -> str:
    """The type of a resource; empty where none is stated."""
    return word(resource.get("resourceType"))


def has_more(bundle: Raw, found: int) -> bool:
    """Is there a next page, or does the bundle count more matches than it holds?"""
    if any(word(link.get("relation")) == "next" for link in items(bundle.get("link"))):
        return True
    total = bundle.get("total")
    return isinstance(total, int) and not isinstance(total, bool) and total > found


def is_error(outcome: Raw) -> bool:
    """Is any issue of an OperationOutcome an error? Without a readable issue it is taken for one."""
    return any(severity not in ("warning", "information", "success") for severity in _severities(outcome))


def _severities(outcome: Raw) -> Iterable[str]:
    return [word(issue.get("severity")) for issue in items(outcome.get("issue"))] or [""]
