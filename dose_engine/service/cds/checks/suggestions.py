"""The suggestions of a card and their actions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from .answer import Answer, Found
from .forms import is_uuid, missing

_REFERENCE: Final = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9._-]+")


def suggestion(answer: Answer) -> Iterator[Found]:
    """C36: objects with a label; `uuid` a UUID, `isRecommended` a boolean, `actions` a list of objects, where they are there."""
    for where, card in answer.cards():
        if not _is_list_of_objects(card.get("suggestions")):
            yield f"{where}.suggestions", "a list of objects"
    for where, one in answer.suggestions():
        if not isinstance(one.get("label"), str):
            yield f"{where}.label", "a text"
        if not missing(one.get("uuid")) and not is_uuid(one["uuid"]):
            yield f"{where}.uuid", "a UUID of RFC 4122"
        if one.get("isRecommended") is not None and not isinstance(one["isRecommended"], bool):
            yield f"{where}.isRecommended", "true or false"
        if not _is_list_of_objects(one.get("actions")):
            yield f"{where}.actions", "a list of objects"


def selection_behavior(answer: Answer) -> Iterator[Found]:
    """C37: `selectionBehavior` stands beside suggestions and only there; it is `at-most-one` or `any`."""
    for where, card in answer.cards():
        at = f"{where}.selectionBehavior"
        if missing(card.get("suggestions")):
            if "selectionBehavior" in card:
                yield at, "there is nothing to select"
        elif card.get("selectionBehavior") not in ("at-most-one", "any"):
            yield at, "at-most-one or any"


def at_most_one_recommended(answer: Answer) -> Iterator[Found]:
    """C38: with `at-most-one`, at most one suggestion is recommended."""
    for where, card in answer.cards():
        if card.get("selectionBehavior") == "at-most-one" and isinstance(card.get("suggestions"), list):
            marked = [one for one in card["suggestions"] if isinstance(one, dict) and one.get("isRecommended") is True]
            if len(marked) > 1:
                yield f"{where}.suggestions", f"{len(marked)} are recommended where one can be chosen"


def nothing_recommended(answer: Answer) -> Iterator[Found]:
    """Our own: clients select beforehand what is recommended, so nothing is."""
    for where, one in answer.suggestions():
        if one.get("isRecommended") is True:
            yield f"{where}.isRecommended", "never true: the clinician chooses"


def action(answer: Answer) -> Iterator[Found]:
    """C39: a type and a description; create and update hold a whole resource, delete a `resourceId` and no resource."""
    for where, one in answer.actions():
        if not isinstance(one.get("description"), str):
            yield f"{where}.description", "a text"
        resource = one.get("resource")
        match one.get("type"):
            case "create" | "update" as kind:
                if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
                    yield f"{where}.resource", "a FHIR resource"
                elif kind == "update" and not isinstance(resource.get("id"), str):
                    yield f"{where}.resource.id", "the id of the order that is changed"
                elif len(resource.keys() - {"resourceType", "id"}) == 0:
                    yield f"{where}.resource", "the whole resource, not only its name"
                if "resourceId" in one:
                    yield f"{where}.resourceId", "only for delete"
            case "delete":
                if not isinstance(one.get("resourceId"), str) or not _REFERENCE.fullmatch(one["resourceId"]):
                    yield f"{where}.resourceId", "a relative reference such as `MedicationRequest/123`"
                if "resource" in one:
                    yield f"{where}.resource", "not for delete"
            case _:
                yield f"{where}.type", "create, update or delete"


def nothing_created_or_deleted(answer: Answer) -> Iterator[Found]:
    """Our own: no order is made or taken away."""
    for where, one in answer.actions():
        if one.get("type") in ("create", "delete"):
            yield f"{where}.type", "never sent: at most an order's dose is lowered"


def _is_list_of_objects(value: object) -> bool:
    return missing(value) or (isinstance(value, list) and all(isinstance(one, dict) for one in value))
