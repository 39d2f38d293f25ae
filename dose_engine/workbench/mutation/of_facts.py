"""Mutants of the vocabulary: what is asked and how much an open answer counts, what is computed and how, constants and protocols."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from ...documents import Node, words_in
from ...rulebook.load_facts import OPS
from ...rulebook.model import Kind, Rulebook
from .change import STEPS, Change, each_dropped, joined, key_line, nudged, number, of_constant, plain, spelled
from .edits import Drop, Path, Put
from .of_conditions import condition

LOWER_OPEN: Final[Mapping[str, str]] = {"incomplete": "caution", "caution": "info"}
_SWITCHES: Final[Mapping[str, str]] = {"at": "at the peak", "midline": "the midline by half", "product": "product"}


def facts(root: Node, book: Rulebook) -> Iterator[Change]:
    """Every mutant of facts.yaml."""
    for name, node in root.value.items():
        yield from joined(_fact(node, (name,), book), f"{name}: ")


def _fact(node: Node, path: Path, book: Rulebook) -> Iterator[Change]:
    if "open" in node.value:
        level = node.value["open"]
        if level.value in LOWER_OPEN:
            lower = LOWER_OPEN[level.value]
            yield Change("open", key_line(node, "open"), f"open {level.value} -> {lower}", (Put((*path, "open"), Node(lower, level.line)),))
    if "named" in node.value:
        yield from condition(node.value["named"], (*path, "named"), book)
    op = next((op for op in OPS if op in node.value), None)
    if op is None:
        return
    yield from each_dropped(node.value[op], (*path, op), "word", op.replace("_", " "))
    if "within_days" in node.value:
        yield from nudged(node.value["within_days"], Kind.DAYS, (*path, "within_days"), "within")
        yield from of_constant(node.value["within_days"], book, (*path, "within_days"), "within")
    if "this" in node.value:
        yield from _bindings(node, path)
    if "where" in node.value:
        yield from _filters(node, path)
    for key, says in _SWITCHES.items():
        if key in node.value:
            yield Change("binding", key_line(node, key), f"without {says}", (Drop((*path, key)),))


def _bindings(node: Node, path: Path) -> Iterator[Change]:
    this = node.value["this"]
    words = list(words_in(this))
    for index, word in enumerate(words):
        left = Drop((*path, "this", index)) if len(words) > 1 else Drop((*path, "this"))
        yield Change("binding", word.line, f"not bound to the {spelled(word)}", (left,))


def _filters(node: Node, path: Path) -> Iterator[Change]:
    where = node.value["where"]
    here = (*path, "where")
    for key, value in where.value.items():
        line = key_line(where, key)
        left = Drop((*here, key)) if len(where.value) > 1 else Drop(here)
        yield Change("filter", line, f"not filtered by {key} ({spelled(value)})", (left,))
        excluded = isinstance(value.value, dict)
        words = value.value["is_not"] if excluded else value
        turned = words if excluded else Node({"is_not": value}, value.line, {"is_not": value.line})
        yield Change(
            "comparator", line, f"{key} {spelled(value)} -> {'' if excluded else 'not '}{spelled(words)}", (Put((*here, key), turned),)
        )
        yield from each_dropped(words, (*here, key, "is_not") if excluded else (*here, key), "word", f"{key}{' not' if excluded else ''}")


def constants(root: Node, book: Rulebook) -> Iterator[Change]:
    """Every mutant of the constants in rulebook.yaml."""
    for name, node in root.value["constants"].value.items():
        kind = book.constants[name].kind
        yield from nudged(node.value["value"], kind, ("constants", name, "value"), f"{name.replace('_', ' ')}")


def protocols(root: Node, _: Rulebook) -> Iterator[Change]:
    """Every mutant of protocols.yaml."""
    for name, node in root.value.items():
        yield from joined(_protocol(node, (name,)), f"{name}: ")


def _protocol(node: Node, path: Path) -> Iterator[Change]:
    units = node.value.get("units")
    split = node.value.get("split")
    if units is not None:
        for key in ("at_least",) if split is None else ():
            yield from nudged(units.value[key], Kind.UNITS, (*path, "units", key), f"{key.replace('_', ' ')}")
        yield from nudged(units.value["at_most"], Kind.UNITS, (*path, "units", "at_most"), "at most")
    if units is not None and split is not None:
        yield from _split(units, split, path)
    for key in ("muscles", "above_split"):
        if key in node.value:
            yield from each_dropped(node.value[key], (*path, key), "word", key.replace("_", " "))


def _split(units: Node, split: Node, path: Path) -> Iterator[Change]:
    """Each share nudged, and the least with it: a split adds up to it, or the loader refuses the file."""
    least = units.value["at_least"]
    for muscle, shares in split.value.items():
        for side, share in shares.value.items():
            for step in (-STEPS[Kind.UNITS], STEPS[Kind.UNITS]):
                value, total = Decimal(share.value) + step, Decimal(least.value) + step
                what = f"{muscle.replace('_', ' ')} {side} {number(share.value)} -> {number(value)} U, at least {number(total)} U in all"
                edits = (
                    Put((*path, "split", muscle, side), plain(value, share.line)),
                    Put((*path, "units", "at_least"), plain(total, least.line)),
                )
                if value >= 0:
                    yield Change("number", share.line, what, edits)
