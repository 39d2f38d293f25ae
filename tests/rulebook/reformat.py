"""Writes the files of a rulebook in another way that means the same: layout, quotes, comments, the order of keys, and where rules stand."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dose_engine.documents import Node, read_yaml
from dose_engine.rulebook.load import CASES, NEEDED, is_beside

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ ]*[A-Za-z0-9_]\Z")
NOT_PLAIN = ("true", "True", "TRUE", "false", "False", "FALSE", "null", "Null", "NULL", "Yes", "YES", "No", "NO")
SETS = ("sources", "brands", "this", "above_split", "any", "all", "none", "bands", "sum", "count", "decides", "fires", "possible", "not")
"""Lists in which order means nothing."""


def rewritten(texts: Mapping[str, str], chance: random.Random, *, lists: bool = True, move: bool = True) -> dict[str, str]:
    """The same files, written anew. `lists`: also lists without an order are shuffled. `move`: rules and cases change their files."""
    values = {name: shuffled(read_yaml(text, name)[0], (name,), chance, lists) for name, text in texts.items()}
    if move:
        values = _moved(values, chance)
    return {name: Writing(chance).document(value) for name, value in values.items()}


def _moved(values: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    kept = {name: value for name, value in values.items() if name in NEEDED or (is_beside(name) and not name.endswith(CASES))}
    for of_cases in (False, True):
        entries = [item for name, value in values.items() if name not in kept and name.endswith(CASES) is of_cases for item in value]
        chance.shuffle(entries)
        number = chance.randint(1, 4)
        for part in range(number):
            if share := entries[part::number]:
                kept[f"rules/part_{part}{CASES if of_cases else '.yaml'}"] = share
    return kept


def shuffled(node: Node, path: tuple[str, ...], chance: random.Random, lists: bool) -> Any:
    """A value with its keys in another order, but for those whose order a reader sees: zones, their muscles, and questions."""
    match node.value:
        case dict() as entries:
            keys = list(entries)
            if path == ("rules/facts.yaml",):
                asked = [key for key in keys if {"asked", "given", "count"} & set(entries[key].value)]
                rest = [key for key in keys if key not in asked]
                chance.shuffle(rest)
                keys = [*rest, *asked]
            elif path != ("zones.yaml",) and not (path[0] == "zones.yaml" and len(path) == 3 and path[2] == "muscles"):
                chance.shuffle(keys)
            return {key: shuffled(entries[key], (*path, key), chance, lists) for key in keys}
        case list() as items:
            values = [shuffled(item, (*path, "-"), chance, lists) for item in items]
            if lists and path[-1] in SETS:
                chance.shuffle(values)
            return values
        case other:
            return other


class Writing:
    """YAML in a style that changes from value to value."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def document(self, value: Any) -> str:
        return "# Written anew.\n\n" + self.block(value, 0) + "# The end.\n"

    def block(self, value: Any, depth: int) -> str:
        pad = " " * depth
        lines = []
        entries = value.items() if isinstance(value, dict) else [(None, item) for item in value]
        for key, item in entries:
            if self.chance.random() < 0.1:
                lines.append(f"{pad}# {self.chance.choice(('why', 'see below: this', '- not: a rule', '{x'))}\n")
            if self.chance.random() < 0.1:
                lines.append("\n")
            start = f"{pad}- " if key is None else f"{pad}{self.scalar(key)}:"
            if isinstance(item, (dict, list)) and item and self.chance.random() < 0.6:
                inner = depth + self.chance.choice((1, 2, 4))
                lines.append(f"{start.rstrip()}\n{self.block(item, inner)}")
            elif isinstance(item, str) and " " in item and item == " ".join(item.split()) and self.chance.random() < 0.2:
                folded = f"\n{pad}    ".join(item.split(" ")) if self.chance.random() < 0.5 else item
                lines.append(f"{start.rstrip()} {self.chance.choice(('>', '>-', '>+'))}\n{pad}    {folded}\n")
            else:
                lines.append(f"{start.rstrip()} {self.flow(item)}{self.chance.choice(('', '', '  # so'))}\n")
        return "".join(lines)

    def flow(self, value: Any) -> str:
        gap = self.chance.choice(("", " "))
        if isinstance(value, dict):
            return "{" + gap + ", ".join(f"{self.scalar(key)}: {self.flow(item)}" for key, item in value.items()) + gap + "}"
        if isinstance(value, list):
            return "[" + gap + ", ".join(map(self.flow, value)) + gap + "]"
        return self.scalar(value)

    def scalar(self, value: Any) -> str:
        match value:
            case None:
                return self.chance.choice(("null", "~", "Null"))
            case bool():
                return self.chance.choice(("true", "True") if value else ("false", "False"))
            case int():
                return str(value)
            case Decimal():
                return f"{value}{self.chance.choice(('', '0', '00'))}"
        styles = [json.dumps(value, ensure_ascii=self.chance.random() < 0.5)]
        styles += ["'" + value.replace("'", "''") + "'"]
        styles += [value, value] if PLAIN.match(value) and value not in NOT_PLAIN else []
        return self.chance.choice(styles)
