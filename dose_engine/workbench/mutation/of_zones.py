"""Mutants of zones.yaml: each line of a limit and each suggested range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...documents import Node
from ...rulebook.model import Kind, Rulebook
from .change import Change, joined, key_line, nudged
from .edits import Drop, Path, Rename
from .of_conditions import condition

_OF: Final[Mapping[str, str]] = {"point": "per point", "dose": "per dose", "side": "per side", "total": "in total"}
_LINES: Final[Mapping[str, str]] = {"caution_above": "caution line", "stop_above": "stop line"}


def zones(root: Node, book: Rulebook) -> Iterator[Change]:
    """Every mutant of zones.yaml."""
    for name, node in root.value.items():
        for key, each in (("limits", _limit), ("suggest", _suggestion)):
            items = node.value[key].value if key in node.value else []
            for index, item in enumerate(items):
                yield from joined(each(item, (name, key, index), book, len(items)), f"{name} ")


def _limit(item: Node, path: Path, book: Rulebook, _: int) -> Iterator[Change]:
    of = _OF[item.value["of"].value]
    muscle = f", {item.value['muscle'].value}" if "muscle" in item.value else ""
    lines = [key for key in _LINES if key in item.value]
    for key in lines:
        here = (*path, key)
        for change in nudged(item.value[key], Kind.UNITS, here, _LINES[key]):
            yield Change(change.kind, change.line, f"{change.what} {of}{muscle}", change.edits)
        left = Drop(here) if len(lines) > 1 else Drop(path)
        yield Change("removal", key_line(item, key), f"{_LINES[key]} {of}{muscle} left out", (left,))
        if key == "stop_above" and len(lines) == 1:
            yield Change("severity", key_line(item, key), f"stop line {of}{muscle} -> caution line", (Rename(here, "caution_above"),))
    if muscle:
        yield Change(
            "test", key_line(item, "muscle"), f"{_LINES[lines[0]]} {of} for every muscle{muscle} no more", (Drop((*path, "muscle")),)
        )
    if "when" in item.value:
        yield from joined(condition(item.value["when"], (*path, "when"), book), f"{' and '.join(_LINES[key] for key in lines)} {of}: ")


def _suggestion(item: Node, path: Path, book: Rulebook, lines: int) -> Iterator[Change]:
    of = _OF[item.value["of"].value]
    for key, says in (("min", "suggested from"), ("max", "suggested up to")):
        for change in nudged(item.value[key], Kind.UNITS, (*path, key), says):
            yield Change(change.kind, change.line, f"{change.what} {of}", change.edits)
    if lines > 1:
        yield Change("removal", item.line, f"suggested range {of} left out", (Drop(path),))
    if "counts" in item.value:
        yield Change("effect", key_line(item, "counts"), f"suggested range {of}: counts more than today", (Drop((*path, "counts")),))
    if "when" in item.value:
        yield from joined(condition(item.value["when"], (*path, "when"), book), f"suggested range {of}: ")
