"""A case as YAML that is pleasant to read: block style, the keys in the order of the case format."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

ORDER: Final = (
    *("case", "date", "visit", "product", "patient", "asymmetry", "goals", "history", "scheduled", "plan"),
    *("age", "first_treatment", "screening", "performer", "next_performance", "event"),
    *("onset", "cause", "seen_on_video", "millimetres"),
    *("complete", "treatments", "protocol", "purpose"),
    *("zone", "muscle", "side", "band", "units", "points", "activity", "aim", "placement", "doses"),
)
"""Every key of the format; within each mapping its keys stand in this order. Screening answers keep the order they were asked in."""

_PLAIN: Final = re.compile(r"[A-Za-z](?:[A-Za-z0-9_.,()/'+ -]*[A-Za-z0-9_.)'+])?")
_WORDS: Final = frozenset(("true", "false", "null", "yes", "no"))


def case_text(case: Mapping[str, Any]) -> str:
    """The case as a YAML file."""
    return "\n".join(_mapping(case, "")) + "\n"


def _mapping(entries: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key in sorted(entries, key=lambda key: ORDER.index(key) if key in ORDER else len(ORDER)):
        value = entries[key]
        match value:
            case {}:
                if value:
                    yield f"{indent}{key}:"
                    yield from _mapping(value, indent + "  ")
            case [{}, *_]:
                yield f"{indent}{key}:"
                for item in value:
                    first, *rest = _mapping(item, indent + "    ")
                    yield f"{indent}  - {first.strip()}"
                    yield from rest
            case [*items]:
                if items:
                    yield f"{indent}{key}: [{', '.join(_scalar(item, inside=True) for item in items)}]"
            case _:
                yield f"{indent}{key}: {_scalar(value)}"


def _scalar(value: Any, inside: bool = False) -> str:
    """A number or word as it is; text in quotes where YAML could read it as something else."""
    text = str(value)
    if not isinstance(value, str) or re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) or text in ("yes", "no"):
        return text
    safe = _PLAIN.fullmatch(text) and text.lower() not in _WORDS and not (inside and "," in text)
    if safe:
        return text
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in json.dumps(text, ensure_ascii=False))
