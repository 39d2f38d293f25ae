"""Mutants of the rules: their conditions, their effects, and each rule left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...documents import Node
from ...rulebook.model import Kind, Rulebook
from .change import Change, joined, key_line, nudged
from .edits import Drop, Path, Rename
from .of_conditions import condition

LOWER: Final[Mapping[str, str]] = {"stop": "caution", "caution": "info"}
_SWITCHES: Final = ("withhold", "no_waiting", "lower_max_to", "tell")


def rules(root: Node, book: Rulebook) -> Iterator[Change]:
    """Every mutant of a file of rules."""
    for index, item in enumerate(root.value):
        name = item.value["id"].value
        yield Change("removal", item.line, f"{name}: the whole rule left out", (Drop((index,)),))
        yield from joined(condition(item.value["when"], (index, "when"), book), f"{name}: ")
        yield from joined(_effects(item, (index,)), f"{name}: ")


def _effects(rule: Node, path: Path) -> Iterator[Change]:
    then = rule.value["then"]
    here = (*path, "then")
    for severity, lower in LOWER.items():
        if severity in then.value:
            yield Change("severity", key_line(then, severity), f"{severity} -> {lower}", (Rename((*here, severity), lower),))
    for key in _SWITCHES:
        if key in then.value and len(then.value) > 1:
            yield Change("effect", key_line(then, key), f"without {key.replace('_', ' ')}", (Drop((*here, key)),))
    if "expects_dose" in rule.value:
        yield Change("effect", key_line(rule, "expects_dose"), "without expects dose", (Drop((*path, "expects_dose")),))
    if "lower_max_to" in then.value:
        units = then.value["lower_max_to"].value["units"]
        yield from nudged(units, Kind.UNITS, (*here, "lower_max_to", "units"), "lowers the maximum to")
    if "tell" in then.value:
        tell = then.value["tell"]
        for key, says in (("from_day", "told from day"), ("to_day", "told to day")):
            if key in tell.value:
                yield from nudged(tell.value[key], Kind.COUNT, (*here, "tell", key), says)
