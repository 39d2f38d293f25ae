"""What observations say: a pregnancy status and an occupation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, Final

from .codes import LOINC, Codes, meaning, system_key
from .elements import EMPTY, Raw, codings, first_text, moment, reference, short, status_codes, word
from .screening import Answer, meant_by

PREGNANCY: Final = "82810-3"
OCCUPATION: Final = "11341-5"

_NOT_MADE: Final = frozenset(("entered-in-error", "cancelled"))


def of_pregnancy(observations: Iterable[Raw], codes: Codes, today: dt.date, days: int) -> Answer | None:
    """The latest pregnancy status; those without a usable day stand beside it.

    "Not pregnant" answers the question only when it is at most `days` old and nothing speaks against it; "pregnant" always does.
    """
    held = sorted((one for one in observations if _is_about(one, PREGNANCY)), key=reference)
    if not held:
        return None
    latest = max((day for one in held if (day := _past(one, today)) is not None), default=None)
    decisive = [one for one in held if _past(one, today) in (None, latest)]
    words = {_status(one, codes) for one in decisive}
    fresh = latest is not None and (today - latest).days <= days
    if "yes" in words:
        shown = next(one for one in decisive if _status(one, codes) == "yes")
        return Answer("pregnant", "yes", reference(shown), _said(shown), _past(shown, today))
    shown = next((one for one in decisive if _past(one, today) == latest), decisive[0])
    if words == {"no"} and fresh and all(_past(one, today) is not None for one in decisive):
        return Answer("pregnant", "no", reference(shown), _said(shown), latest)
    return _open(shown, latest, "not pregnant" if words == {"no"} else "a status that does not answer the question")


def _open(shown: Raw, day: dt.date | None, stated: str) -> Answer:
    note = f"the record says {stated}{f' on {day}' if day else ', without a usable date'}; ask again today"
    return Answer("pregnant", None, reference(shown), _said(shown), day, note)


def _past(observation: Raw, today: dt.date) -> dt.date | None:
    day = moment(observation)
    return day if day is not None and day <= today else None


def _status(observation: Raw, codes: Codes) -> str:
    found = list(meaning(_value(observation, codes), "pregnancy"))
    return found[0] if len(found) == 1 else "unknown"


def _said(observation: Raw) -> str:
    text = first_text(observation.get("valueCodeableConcept")) or short(word(observation.get("valueString")))
    return text or "no readable value"


def of_occupation(observations: Iterable[Raw], codes: Codes) -> Iterator[Answer]:
    """An occupation that the rules ask about, by its exact name."""
    for observation in observations:
        if _is_about(observation, OCCUPATION):
            for performer in meaning(_value(observation, codes), "performer"):
                yield Answer("performer", performer, reference(observation), performer.replace("_", " "), moment(observation))


def _value(observation: Raw, codes: Codes) -> frozenset[str]:
    value: Any = observation.get("valueCodeableConcept") or EMPTY
    return meant_by(value, codes) | codes.of_text(word(observation.get("valueString")))


def _is_about(observation: Raw, code: str) -> bool:
    states = status_codes(observation.get("status"))
    made = not (states and states <= _NOT_MADE) and "modifierExtension" not in observation
    return made and any(one.code == code and system_key(one.system) == LOINC for one in codings(observation.get("code")))
