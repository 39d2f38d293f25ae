"""What became of the cases and claims beside the rules, and of the order in which things are shown, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...report.words import listed
from ...rulebook.load import CLAIMS
from ...wording import words
from ..whole import Whole
from .both import Both
from .change import At, Change, Lean
from .phrases import came_and_went, shown
from .zones import spelled

_GROUPS: Final = {"cases": "Cases", "claims": "Claims"}
_SAYS: Final = {"says": "what it says is another text", "decides": "decides", "sources": "rests on"}


def beside_changes(both: Both, kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """The cases, or the claims, that came, went or changed; each is given as it is written."""
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            yield from _one(both, kind, name, old.get(name), new.get(name))


def _one(both: Both, kind: str, name: str, old: Any, new: Any) -> Iterator[Change]:
    what = {"cases": "case", "claims": "claim"}[kind]
    at = _at(both.new, kind, name) if new is not None else _at(both.old, kind, name)._replace(in_new=False)
    id = f"CLAIM-{spelled(name)}" if kind == "claims" else ""

    def change(field: str, says: str, lean: Lean = Lean.NEITHER) -> Change:
        lean = lean if kind == "claims" else Lean.NEITHER
        return Change((kind, name, field), _GROUPS[kind], says, at, about="guard", lean=lean, id=id)

    if old is None or new is None:
        entry = new if new is not None else old
        said = f": {shown(entry['says'])}" if isinstance(entry, Mapping) and "says" in entry else ""
        if new is None:
            unproved = " (it is no longer proved)" if kind == "claims" else " (it is no longer tested)"
            yield change("id", f"the {what} {name} is gone{unproved}{said}", Lean.EITHER)
        else:
            yield change("id", f"a new {what}, {name}{said}")
        return
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        yield change("id", f"the {what} {name} is {shown(new)} now, was {shown(old)}", Lean.EITHER)
        return
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            lean = Lean.NEITHER if key in ("says", "sources") else Lean.EITHER
            for says in _key(key, old.get(key), new.get(key)):
                yield change(key, f"the {what} {name}: {says}", lean)


def _key(key: str, old: Any, new: Any) -> Iterator[str]:
    """One key of a case or claim that differs."""
    match key:
        case "says":
            yield f"it says now: {shown(new)}"
        case "decides" | "sources":
            verb = {"decides": "decides", "sources": "rests on"}[key]
            yield came_and_went(map(str, old or ()), map(str, new or ()), verb, "no longer")
        case _:
            yield from (f"{place}: {shown(now)} now, was {shown(was)}" for place, was, now in _differences(key, old, new))


def _differences(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    """Where two written values differ, the deepest places, each with what was and is there."""
    if isinstance(old, Mapping) and isinstance(new, Mapping) and "decimal" not in {*old, *new}:
        for key in dict.fromkeys((*old, *new)):
            if old.get(key) != new.get(key):
                yield from _differences(f"{path}.{key}", old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            if one != other:
                yield from _differences(f"{path}[{index}]", one, other)
    else:
        yield path, old, new


def _at(whole: Whole, kind: str, name: str) -> At:
    found = next((At(one.file, one.line) for one in (whole.cases if kind == "cases" else whole.claims) if one.id == name), None)
    return found or At(CLAIMS if kind == "claims" else "rules", 0)


def order_changes(both: Both, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """What is shown in another order; things that came or went are told elsewhere."""
    for key, file, what in (("zones", "zones.yaml", "zones"), ("questions", "rules/facts.yaml", "questions and given facts")):
        if moved := _moved(old[key], new[key]):
            says = f"the {what} stand in another order: {words(moved[0])} before {words(moved[1])} now"
            yield Change(("order", key, ""), "The book", says, At(file, 0))
    for zone, muscles in new["muscles"].items():
        if zone in old["muscles"] and _moved(old["muscles"][zone], muscles):
            label = both.new.book.zones[zone].label
            says = f"its muscles stand in another order: {listed([words(muscle) for muscle in muscles])}"
            yield Change(("order", "muscles", zone), label, says, both.at("zones", zone, "muscles"), subject=label)


def _moved(old: list[str], new: list[str]) -> tuple[str, str] | None:
    """The first two that stand the other way round."""
    was = [name for name in old if name in new]
    now = [name for name in new if name in old]
    return next(((after, before) for before, after in zip(was, now, strict=True) if before != after), None)
