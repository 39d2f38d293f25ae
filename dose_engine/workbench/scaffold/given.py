"""The values of a case: what stands at a path, the same case with something else there, and what it says beyond the standard patient."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from ...case import Asymmetry, Case, History, Patient, PlannedDose, Treatment
from ..cases import LEFT_OUT, STANDARD

Values = dict[str, Any]
"""A case as plain values, in the shape of a case file."""

SCREENING: Final = "patient.screening."
_LAST: Final = ("units", "doses")
_KEY_ORDER: Final = [
    *(key for model in (Case, Patient, Asymmetry, History, Treatment) for key in model.model_fields if key not in _LAST),
    *PlannedDose.model_fields,
    *_LAST,
]


def answer_at(values: Values, path: str) -> Any:
    """The value at a path, to be put back."""
    return as_answer(path, value_at(values, path))


def as_answer(path: str, value: Any) -> Any:
    """A screening answer that is left out is the no of everything else, and says so."""
    return "no" if path.startswith(SCREENING) and value == LEFT_OUT else value


def value_at(values: Any, path: str) -> Any:
    for step in re.findall(r"[^.\[\]]+", path):
        try:
            values = values[int(step) if step.isdigit() else step]
        except (LookupError, TypeError):
            return LEFT_OUT
    return values


def beyond_standard(values: Values) -> Values | None:
    """What a case says beyond the standard patient; None where something of that patient is missing."""
    return _beyond(STANDARD, values)


def _beyond(base: Mapping[str, Any], values: Mapping[str, Any]) -> Values | None:
    if not base.keys() <= values.keys():
        return None
    found: Values = {}
    for key, value in values.items():
        own = base.get(key)
        if isinstance(own, dict) and isinstance(value, dict):
            inner = _beyond(own, value)
            if inner is None:
                return None
            found |= {key: inner} if inner else {}
        elif key not in base or own != value:
            found[key] = value
    return found


def ordered(value: Any) -> Any:
    """Mappings in the order of the case format."""
    match value:
        case dict():
            keys = sorted(value, key=lambda key: _KEY_ORDER.index(key) if key in _KEY_ORDER else len(_KEY_ORDER))
            return {key: ordered(value[key]) for key in keys}
        case list():
            return [ordered(item) for item in value]
        case _:
            return value


def at(values: Values, path: tuple[Any, ...]) -> Any:
    """What stands at a path; an empty list where nothing does."""
    for step in path:
        values = values.get(step, []) if isinstance(values, dict) else values[step]
    return values


def put(values: Values, path: tuple[Any, ...], value: Any) -> Values:
    """The case with another value at a path."""
    made = copy.deepcopy(values)
    holder: Any = made
    for step in path[:-1]:
        holder = holder.setdefault(step, {}) if isinstance(holder, dict) else holder[step]
    holder[path[-1]] = value
    return made


def dropped(values: Values, path: tuple[Any, ...]) -> Values:
    """The case without the value at a path."""
    made = copy.deepcopy(values)
    holder: Any = made
    for step in path[:-1]:
        holder = holder[step]
    holder.pop(path[-1], None)
    return made


def plain_number(number: Decimal) -> int | Decimal:
    """A number as a case writes it, without needless digits."""
    return int(number) if number == number.to_integral_value() else number.normalize()
