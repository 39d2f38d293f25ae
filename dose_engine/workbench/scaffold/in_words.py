"""A pair of cases as a sentence: what differs between its halves, and what the rule does in each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from ...wording import words
from ..cases import LEFT_OUT

_HOLDS: Final = {"plan": "dose", "treatments": "treatment", "scheduled": "scheduled treatment", "doses": "dose"}
"""What one item of a list is called."""

_FIELDS: Final = {"complete": "history complete", "millimetres": "the difference in millimetres"}
"""Fields whose own name says too little."""


def halves_in_words(path: str, before: Any, after: Any, first: str, second: str) -> str:
    """ "With the units of dose 1 as 2 U the rule is silent; as 2.5 U it fires". `first` and `second` say what the rule does."""
    name = name_of(path)
    start, then = _half(name, path, before), _half(name, path, after)
    if LEFT_OUT not in (before, after):
        then = then.removeprefix(f"with {name} ")
    return f"{start[0].upper()}{start[1:]} the rule {first}; {then} it {second}"


def name_of(path: str) -> str:
    """What a path names: "dry eye", "the units of dose 1", "treatment 2"."""
    steps = re.findall(r"[^.\[\]]+", path)
    return " of ".join(_parts(steps))


def _parts(steps: list[str]) -> Iterator[str]:
    held = [f"{_HOLDS[one]} {int(other) + 1}" for one, other in pairwise(steps) if other.isdigit()]
    if not steps[-1].isdigit():
        yield f"the {words(steps[-1])}" if held else _FIELDS.get(steps[-1], words(steps[-1]))
    yield from reversed(held)


def _half(name: str, path: str, value: Any) -> str:
    match value:
        case _ if value == LEFT_OUT:
            return f"without {name}"
        case dict():
            return f"with {name} in {words(str(value.get('zone', 'another place')))}"
        case [] | [_, *_] if path == "goals":
            return f"with {name} as {', '.join(value) or 'none'}"
        case [*items]:
            how = "answered for" if path.startswith("patient.screening.") else "as"
            return f"with {name} {how} {' and '.join(map(_shown, items)) or 'none'}"
        case _ if path.startswith("patient.screening."):
            return f"with {name} answered {_shown(value)}"
        case _:
            return f"with {name} as {_shown(value)}{' U' if path.endswith('.units') else ''}"


def _shown(value: Any) -> str:
    return words(value) if isinstance(value, str) else str(value)
