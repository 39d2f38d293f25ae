"""A found patient as a case to paste into `NAME.cases.yaml`: what differs from a healthy, fully answered patient, in flow style."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from . import STANDARD

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_ -]*[A-Za-z0-9]|[A-Za-z]|[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def difference(values: Mapping[str, Any], base: Mapping[str, Any] = STANDARD) -> dict[str, Any]:
    """What of a case differs from the healthy patient that cases are laid over. A key that is only there stays there."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        other = base.get(key)
        if isinstance(value, dict) and isinstance(other, dict):
            if inner := difference(value, other):
                found[key] = inner
        elif key not in base or value != other:
            found[key] = value
    return found


def rule_case(id: str, says: str, values: Mapping[str, Any], expect: Mapping[str, Any]) -> str:
    """The case as YAML, ready to be saved."""
    given = difference(values)
    lines = [f"- id: {id}", f"  says: {flow(says)}", "  given:"]
    for key, value in given.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(f"    {key}:")
            lines += [f"      - {flow(item)}" for item in value]
        else:
            lines.append(f"    {key}: {flow(value)}")
    lines.append(f"  expect: {flow(expect)}")
    return "\n".join(lines) + "\n"


def flow(value: Any) -> str:
    """One value on one line, as YAML."""
    match value:
        case None:
            return "null"
        case bool():
            return "yes" if value else "no"
        case int() | Decimal():
            return str(value)
        case str(text):
            return text if _PLAIN.fullmatch(text) and text not in ("null", "true", "false") else json.dumps(text, ensure_ascii=False)
        case Mapping():
            return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
        case Sequence():
            return "[" + ", ".join(map(flow, value)) + "]"
    return json.dumps(str(value))
