"""Answers a call: reads the resources, advises, and draws the cards. Pure but for the uuids: no I/O, no state, no clock of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from ...advisory import Advisory, Certainty
from ...engine import FAULT_RULE, Engine
from ..fhir import CodeMap, Reading, Sources, State, read
from ..fhir.elements import items
from ..settings import Settings
from .cards import Publisher, cards, unnamed_card
from .envelope import CdsRequest
from .hooks import REQUIRED, HookService
from .policy import policy_of
from .refusal import Refused

_UNOBTAINABLE: Final = {
    State.ABSENT: "it was not sent, and the service fetches nothing itself",
    State.EMPTY: "the search found no such patient",
    State.FAILED: "what was sent is an error, or not the patient of the context",
}


def answer(
    service: HookService,
    request: CdsRequest,
    engine: Engine,
    *,
    today: dt.date,
    codes: CodeMap,
    settings: Settings,
    new_uuid: Callable[[], str],
) -> list[dict[str, Any]]:
    """The cards for a call. `today` is taken for the day of treatment.

    Raises `Refused` (412) when the patient's own resource is needed and cannot be had. Anything else raised is a fault of the program, and
    fails the whole call: an answer never holds fewer cards because something went wrong.
    """
    policy = policy_of(service.id)
    entries = items((request.draft_orders or {}).get("entry")) if service.takes_orders else ()
    sources = Sources.of_prefetch(request.patient_id, request.prefetch, entries, request.selections)
    reading = read(sources, engine.rulebook, codes, today, pregnancy_days=settings.pregnancy_days)
    publisher = Publisher(_label(engine), f"{settings.public_url}/about", new_uuid)
    if service.takes_orders and not any(order.selected and order.medicine.toxin for order in reading.orders):
        unread = policy.gaps and any(not order.medicine.toxin for order in reading.orders)
        return [unnamed_card(reading, publisher, engine.rulebook.version)] if unread else []
    _need_the_patient(reading)
    advisory = engine.advise(reading.case(engine.rulebook, today), options=False, answers=False)
    return cards(reading, _certain_everywhere(advisory, reading, engine, today), policy, publisher)


def _certain_everywhere(advisory: Advisory, reading: Reading, engine: Engine, today: dt.date) -> Advisory:
    """The advisory with what is certain wherever a dose goes whose side, band or zone is not stated; that it is not stated is a gap."""
    rules = {one.rule for one in advisory.findings if one.certainty is Certainty.CERTAIN and one.rule != FAULT_RULE}
    for case in reading.other_cases(engine.rulebook, today):
        rules &= engine.certain(case)
    kept = tuple(one for one in advisory.findings if one.certainty is not Certainty.CERTAIN or one.rule in (FAULT_RULE, *rules))
    return advisory.model_copy(update={"findings": kept})


def _need_the_patient(reading: Reading) -> None:
    if reading.patient not in (State.WHOLE, State.PART):
        reason = f"the patient's own resource is required: {_UNOBTAINABLE[reading.patient]}"
        raise Refused(412, reason, "missing-key", where=f"prefetch.{REQUIRED}")


def _label(engine: Engine) -> str:
    return f"dose-engine, rulebook {engine.rulebook.version}"
