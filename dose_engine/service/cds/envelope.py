"""From the bytes of a call to what it asks: strict about the fields that are used, tolerant of everything else.

Members nobody here knows are ignored at every level, `extension` among them: leftovers of CDS Hooks 1.0, an EHR's own, and those of
versions to come. `null` in an optional field is as if the field were absent. What FHIR resources hold is not looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from ..settings import Settings
from ..strict_json import read_json
from .hooks import HookService
from .refusal import Faults, Refused

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,256}")
"""FHIR ends an id at 64 characters; ids of real systems have 190."""
_REFERENCE: Final = re.compile(r"[A-Z][A-Za-z]{1,63}/[A-Za-z0-9._-]{1,256}")
_URL: Final = re.compile(r"https?://[^\s/?#]+[^\s]*")

_AUTHORIZATION_TEXTS: Final = ("access_token", "token_type", "scope", "subject")
_BEARER: Final = "Bearer"


@dataclass(frozen=True, slots=True)
class CdsRequest:
    """One call of a service. `draft_orders` is a Bundle whose `entry`, where it has one, is a list of objects, each `resource` an object.

    The access token that a client may send is not here: it was held against its form and dropped.
    """

    hook: str
    hook_instance: str
    user_id: str
    """`Type/id`"""
    patient_id: str
    """A bare id"""
    fhir_server: str | None = None
    encounter_id: str | None = None
    selections: tuple[str, ...] = ()
    """`Type/id` of each order the user has just chosen; only for order-select"""
    draft_orders: Mapping[str, Any] | None = None
    prefetch: Mapping[str, Any] = field(default_factory=dict)
    """As it was sent; empty when nothing was."""


def read_request(raw: bytes, service: HookService, settings: Settings) -> CdsRequest:
    """The call in a body. Raises `Refused` (400, 413) with everything that is wrong, each with its place."""
    body = read_json(raw, deepest=settings.deepest, most_values=settings.most_values)
    if not isinstance(body, dict):
        raise Refused(400, "a call is a JSON object with `hook`, `hookInstance` and `context`", "wrong-type")
    faults = Faults()
    _check_hook(body, service, faults)
    instance = _matching(body, "hookInstance", _UUID, "a UUID, written 8-4-4-4-12 in hexadecimal digits", faults)
    server = _optional(body, "fhirServer", _URL, "an absolute http or https URL", faults)
    _check_authorization(body, faults)
    prefetch = body.get("prefetch")
    if prefetch is not None and not isinstance(prefetch, dict):
        faults.add("prefetch", "an object of the keys in discovery, or left out")
    context = body.get("context")
    if not isinstance(context, dict):
        faults.add("context", "an object with `userId` and `patientId`", "missing-key" if context is None else "wrong-type")
        context = None
    user, patient, encounter = _people(context, faults) if context is not None else ("", "", None)
    orders = _orders(context, faults) if context is not None and service.takes_orders else None
    selections = _selections(context, faults) if context is not None and service.takes_selections else ()
    faults.refuse_if_any()
    return CdsRequest(service.hook, instance, user, patient, server, encounter, selections, orders, prefetch or {})


def _check_hook(body: Mapping[str, Any], service: HookService, faults: Faults) -> None:
    hook = body.get("hook")
    if not isinstance(hook, str):
        faults.add("hook", f"the name of the hook, here `{service.hook}`", "missing-key" if hook is None else "wrong-type")
    elif hook != service.hook:
        faults.add("hook", f"this service answers `{service.hook}`; discovery names the service of each hook", "wrong-word")


def _check_authorization(body: Mapping[str, Any], faults: Faults) -> None:
    """Holds `fhirAuthorization` against its form. Nothing of it is kept, and the token is used for nothing."""
    given = body.get("fhirAuthorization")
    if given is None:
        return
    if body.get("fhirServer") is None:
        faults.add("fhirServer", "needed when there is a `fhirAuthorization`: a token is for a server", "missing-key")
    if not isinstance(given, dict):
        faults.add("fhirAuthorization", "an object, or left out")
        return
    for name in _AUTHORIZATION_TEXTS:
        if not isinstance(given.get(name), str) or not given[name]:
            faults.add(f"fhirAuthorization.{name}", "a text", "missing-key" if given.get(name) is None else "wrong-type")
    if isinstance(given.get("token_type"), str) and given["token_type"] != _BEARER:
        faults.add("fhirAuthorization.token_type", "accepted: `Bearer`", "wrong-word")
    expires = given.get("expires_in")
    if not _is_whole(expires):
        faults.add("fhirAuthorization.expires_in", "a whole number of seconds", "missing-key" if expires is None else "wrong-type")
    if given.get("patient") is not None and not isinstance(given["patient"], str):
        faults.add("fhirAuthorization.patient", "the id of the patient that the token is for, or left out")


def _is_whole(value: Any) -> bool:
    match value:
        case bool():
            return False
        case int():
            return value >= 0
        case Decimal():  # 300.0; no remainder is taken, because that of 1e400 is an error
            return value >= 0 and value == value.to_integral_value()
    return False


def _people(context: Mapping[str, Any], faults: Faults) -> tuple[str, str, str | None]:
    user = _matching(context, "userId", _REFERENCE, "a type and an id, such as `Practitioner/123`", faults, "context.")
    patient = _matching(context, "patientId", _ID, "the bare id of the patient, without `Patient/`", faults, "context.")
    encounter = context.get("encounterId")
    if encounter is not None and not isinstance(encounter, str):
        faults.add("context.encounterId", "the id of the encounter, or left out")
    return user, patient, encounter or None


def _selections(context: Mapping[str, Any], faults: Faults) -> tuple[str, ...]:
    where, wanted = "context.selections", "a list of the chosen orders, each a type and an id, such as `MedicationRequest/123`"
    given = context.get("selections")
    if not isinstance(given, list) or not given:
        faults.add(where, wanted, "missing-key" if not given else "wrong-type")
        return ()
    for index, one in enumerate(given):
        if not isinstance(one, str) or not _REFERENCE.fullmatch(one):
            faults.add(f"{where}[{index}]", "a type and an id, such as `MedicationRequest/123`", "wrong-word")
    return tuple(map(str, given))


def _orders(context: Mapping[str, Any], faults: Faults) -> Mapping[str, Any] | None:
    where = "context.draftOrders"
    bundle = context.get("draftOrders")
    if not isinstance(bundle, dict):
        faults.add(where, "a FHIR Bundle of all unsigned orders", "missing-key" if bundle is None else "wrong-type")
        return None
    if bundle.get("resourceType") != "Bundle":
        faults.add(f"{where}.resourceType", "accepted: `Bundle`", "missing-key" if bundle.get("resourceType") is None else "wrong-word")
    entries = bundle.get("entry")
    if entries is not None and not isinstance(entries, list):
        faults.add(f"{where}.entry", "a list of entries, or left out")
        return None
    for index, entry in enumerate(entries or ()):
        if not isinstance(entry, dict):
            faults.add(f"{where}.entry[{index}]", "an object with a `resource`")
        elif entry.get("resource") is not None and not isinstance(entry["resource"], dict):
            faults.add(f"{where}.entry[{index}].resource", "a FHIR resource")
    return bundle


def _matching(holder: Mapping[str, Any], name: str, form: re.Pattern[str], wanted: str, faults: Faults, at: str = "") -> str:
    value = holder.get(name)
    if isinstance(value, str) and form.fullmatch(value):
        return value
    code = "missing-key" if value is None else "wrong-word" if isinstance(value, str) else "wrong-type"
    faults.add(f"{at}{name}", wanted, code)
    return ""


def _optional(holder: Mapping[str, Any], name: str, form: re.Pattern[str], wanted: str, faults: Faults) -> str | None:
    return None if holder.get(name) is None else _matching(holder, name, form, f"{wanted}, or left out", faults)
