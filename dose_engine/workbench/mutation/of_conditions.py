"""Mutants of a condition: its numbers nudged, its comparators and groups turned, each word and each test left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...documents import Node
from ...rulebook.conditions import Op
from ...rulebook.load_conditions import GROUPS
from ...rulebook.model import Fact, Rulebook
from .change import Change, each_dropped, joined, key_line, nudged, of_constant, spelled
from .edits import Drop, Edit, Path, Put, Rename

FLIPPED: Final[Mapping[Op, Op]] = {
    Op.MORE_THAN: Op.AT_LEAST,
    Op.AT_LEAST: Op.MORE_THAN,
    Op.LESS_THAN: Op.AT_MOST,
    Op.AT_MOST: Op.LESS_THAN,
    Op.IS_NOT: Op.IS,
    Op.IS: Op.IS_NOT,
}
TURNED: Final[Mapping[str, tuple[str, ...]]] = {"any": ("all", "none"), "all": ("any",), "none": ("any",)}


def condition(node: Node, path: Path, book: Rulebook) -> Iterator[Change]:
    """Every mutant of the condition that stands at the path."""
    if not isinstance(node.value, dict):
        return  # `always`: there is nothing in it to change
    if len(node.value) > 1:
        yield from _of_mapping(node, path)
    for key, value in node.value.items():
        here = (*path, key)
        if key in GROUPS:
            yield from _of_group(key, value, node, path, book)
        elif key in book.facts:
            yield from joined(_of_fact(book.facts[key], value, here, key_line(node, key), book), f"{key.replace('_', ' ')}: ")


def _of_mapping(node: Node, path: Path) -> Iterator[Change]:
    """A mapping is "all of": each of its parts left out, and the whole as "any of"."""
    for key, value in node.value.items():
        yield Change("test", key_line(node, key), f"without {key.replace('_', ' ')}: {spelled(value)}", (Drop((*path, key)),))
    parts = [Node({key: value}, value.line, {key: key_line(node, key)}) for key, value in node.value.items()]
    either = Node({"any": Node(parts, node.line)}, node.line, {"any": node.line})
    yield Change("group", node.line, "all of its tests -> any of them", (Put(path, either),))


def _of_group(key: str, value: Node, node: Node, path: Path, book: Rulebook) -> Iterator[Change]:
    here = (*path, key)
    for other in TURNED[key]:
        if other not in node.value:
            yield Change("group", key_line(node, key), f"{key} -> {other}", (Rename(here, other),))
    items = value.value if isinstance(value.value, list) else []
    for index, item in enumerate(items):
        if len(items) > 1:
            yield Change("test", item.line, f"{key} without {spelled(item)}", (Drop((*here, index)),))
        yield from condition(item, (*here, index), book)


def _of_fact(fact: Fact, node: Node, path: Path, line: int, book: Rulebook) -> Iterator[Change]:
    if fact.origin == "named":
        other = "no" if node.value in ("yes", True) else "yes"
        yield Change("comparator", line, f"{spelled(node)} -> {other}", (Put(path, Node(other, node.line)),))
        return
    if not isinstance(node.value, dict):
        turned = Node({str(Op.IS_NOT): node}, node.line, {str(Op.IS_NOT): node.line})
        yield Change("comparator", line, f"{spelled(node)} -> not {spelled(node)}", (Put(path, turned),))
        yield from _of_value(fact, node, path, "", book)
        return
    for key, value in node.value.items():
        says = key.replace("_", " ")
        other = FLIPPED[Op(key)]
        here = (*path, key)
        if len(node.value) > 1:
            yield Change("test", key_line(node, key), f"without {says} {spelled(value)}", (Drop(here),))
        if str(other) not in node.value:
            edit: Edit = Put(path, value) if other is Op.IS and len(node.value) == 1 else Rename(here, str(other))
            yield Change(
                "comparator", key_line(node, key), f"{says} {spelled(value)} -> {str(other).replace('_', ' ')} {spelled(value)}", (edit,)
            )
        yield from _of_value(fact, value, here, says, book)


def _of_value(fact: Fact, node: Node, path: Path, says: str, book: Rulebook) -> Iterator[Change]:
    if fact.kind.is_number:
        yield from nudged(node, fact.kind, path, says)
        yield from of_constant(node, book, path, says)
    else:
        yield from each_dropped(node, path, "word", says)
