"""A patient and a plan in a few words: what a case says beyond a healthy, fully answered patient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from ...rulebook.model import Rulebook
from ...wording import words
from .yaml_text import difference

_LISTED = ("date", "plan", "history", "scheduled", "patient", "asymmetry", "visit", "product", "goals")


def in_words(values: Mapping[str, Any], book: Rulebook) -> str:
    """One sentence a part: the plan, then what was before and is to come, then the answers that are not usual."""
    return ". ".join(part for part in _parts(values, book) if part)


def _parts(values: Mapping[str, Any], book: Rulebook) -> Iterator[str]:
    beyond = difference(values)
    day = dt.date.fromisoformat(str(values["date"]))
    yield "; ".join(_dose(dose, book) for dose in values["plan"])
    if "visit" in beyond:
        yield f"{words(beyond['visit'])} visit"
    if "product" in beyond:
        yield f"in {beyond['product']}"
    yield from _history(beyond.get("history", {}), day, book)
    yield from (_treatment(one, day, book) for one in beyond.get("scheduled", ()))
    yield from _patient(beyond.get("patient", {}), day)
    yield from (f"{words(key)}: {_said(value)}" for key, value in beyond.get("asymmetry", {}).items())
    if "goals" in beyond:
        yield f"{len(beyond['goals'])} goals"
    yield from (f"{key}: {value}" for key, value in beyond.items() if key not in _LISTED)


def _dose(dose: Mapping[str, Any], book: Rulebook) -> str:
    units = f"{dose['units']} U" if "units" in dose else "units not stated"
    extra = [f"{dose['points']} point{'' if dose['points'] == 1 else 's'}"] if "points" in dose else []
    extra += [words(str(dose[key])) for key in ("activity", "aim") if key in dose]
    extra += [words(word) for word in dose.get("placement", ())]
    return f"{' '.join(_place(dose, book))} {units}" + (f" ({', '.join(extra)})" if extra else "")


def _place(dose: Mapping[str, Any], book: Rulebook) -> Iterator[str]:
    zone = book.zones.get(dose.get("zone", ""))
    yield zone.label if zone else words(str(dose.get("muscle", "")))
    if zone and dose.get("muscle") and len(zone.muscles) > 1:
        yield words(dose["muscle"])
    if "side" in dose:
        yield str(dose["side"])
    if "band" in dose:
        yield f"{dose['band']} band"


def _history(history: Mapping[str, Any], day: dt.date, book: Rulebook) -> Iterator[str]:
    if "complete" in history:
        yield f"history complete: {_said(history['complete'])}"
    for treatment in history.get("treatments", ()):
        yield _treatment(treatment, day, book)


def _treatment(treatment: Mapping[str, Any], day: dt.date, book: Rulebook) -> str:
    purpose = str(treatment.get("protocol") or treatment.get("purpose") or "")
    label = book.protocols[purpose].label.lower() if purpose in book.protocols else "a treatment, purpose not stated,"
    doses = "; ".join(_dose(dose, book) for dose in treatment.get("doses", ()))
    units = f"{treatment['units']} U" if "units" in treatment else ""
    extra = [f"in {words(str(treatment['product']))}"] if "product" in treatment else []
    extra += [words(str(treatment["visit"]))] if "visit" in treatment else []
    given = ", ".join(part for part in (doses, units) if part)
    said = f"{_when(treatment['date'], day)} {label}" + (f": {given}" if given else "")
    return said + (f" ({', '.join(extra)})" if extra else "")


def _when(date: Any, day: dt.date) -> str:
    if date == "unknown":
        return "on a day not known"
    days = (day - dt.date.fromisoformat(str(date))).days
    if days == 0:
        return "earlier the same day"
    return f"{days} day{'' if days == 1 else 's'} before" if days > 0 else f"in {-days} day{'' if days == -1 else 's'}"


def _patient(patient: Mapping[str, Any], day: dt.date) -> Iterator[str]:
    for key, value in patient.items():
        match key:
            case "screening":
                yield from (f"{words(name)}: {_said(answer)}" for name, answer in value.items() if name != "everything_else")
            case "age":
                yield f"aged {value}"
            case "next_performance" | "event":
                yield f"{words(key)} {_when(value, day)}" if value not in ("none", "unknown") else f"{words(key)}: {value}"
            case _:
                yield f"{words(key)}: {_said(value)}"


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(words(str(item)) for item in value) if isinstance(value, (list, tuple)) else words(str(value))
