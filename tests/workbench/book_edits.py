"""Random edits to a generated rulebook: what a lead might change, and much that nobody would."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from dose_engine.workbench.generate import Draw, maybe

FILES = (
    *["zones.yaml"] * 3,
    *["rules"] * 6,
    *["rules/facts.yaml"] * 2,
    *("rules/rulebook.yaml", "rules/protocols.yaml", "rules/sources.yaml", "rules/products.yaml"),
)
"""Where an edit is made; `rules` is a file of rules."""
SEVERITIES = ("info", "caution", "stop")


def edited_values(draw: Draw, values: dict[str, Any]) -> dict[str, Any]:
    """The plain values of a rulebook with one or two things changed. They may not load any more."""
    new = copy.deepcopy(values)
    of_rules = [name for name, value in new.items() if isinstance(value, list) and not name.endswith((".cases.yaml", "claims.yaml"))]
    for _ in range(draw.whole(1, 2)):
        file = draw.one_of(FILES)
        _edit(draw, new, draw.one_of(of_rules) if file == "rules" else file)
    return new


def _edit(draw: Draw, new: dict[str, Any], file: str) -> None:
    found = list(_leaves(new[file]))
    *path, key = draw.one_of(found)
    holder = new[file]
    for step in path:
        holder = holder[step]
    value, how = holder[key], draw.whole(1, 5)
    if how == 1 and len(holder) > 1:
        del holder[key]
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        holder[key] = max(0, value + draw.one_of([-1, 1, 0.5, -0.5, 3]))
    elif key in SEVERITIES:
        holder[draw.one_of(SEVERITIES)] = holder.pop(key)
    elif isinstance(value, str):
        words = [_at(new[file], path) for path in found]
        holder[key] = draw.one_of([word for word in words if isinstance(word, str)])
    if isinstance(new[file], list) and maybe(draw, 30):
        _borrow(draw, new[file])


def _borrow(draw: Draw, rules: list[dict[str, Any]]) -> None:
    """A part of one rule's condition is dropped, or put into another's."""
    one, other = draw.one_of(rules), draw.one_of(rules)
    if isinstance(one.get("when"), dict) and isinstance(other.get("when"), dict):
        if len(one["when"]) > 1 and maybe(draw, 50):
            one["when"].pop(draw.one_of(list(one["when"])))
        else:
            key = draw.one_of(list(other["when"]))
            one["when"][key] = copy.deepcopy(other["when"][key])


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*path, index))
    else:
        yield path


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value
