"""Opens the conditions that facts.yaml gives a name: each finds those it uses, and none leads back to itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..documents import Node
from .load_conditions import ConditionReader
from .model import Fact

DEEPEST_NAMES = 12
MOST_TESTS = 500
"""What the named conditions of one rule may open into."""


class Opening:
    """Reads the named conditions in an order in which each finds those it uses; a cycle is an error."""

    def __init__(self, named: Mapping[str, Node], facts: dict[str, Fact], conditions: ConditionReader) -> None:
        self.named, self.facts, self.conditions = named, facts, conditions
        self.ready: dict[str, int] = {}
        """How large each is, opened."""

    def open_all(self) -> None:
        for name in self.named:
            self._visit(name, ())

    def _visit(self, name: str, trail: tuple[str, ...]) -> None:
        if name in self.ready:
            return
        if name in trail:
            loop = " -> ".join([*trail[trail.index(name) :], name])
            self._wrong(name, "cycle", f"named conditions lead back to themselves: {loop}")
            return
        if len(trail) >= DEEPEST_NAMES:
            self._wrong(name, "too-deep", f"named conditions use each other more than {DEEPEST_NAMES} deep")
            return
        for other in sorted(_names_in(self.named[name]) & self.named.keys()):
            self._visit(other, (*trail, name))
        if name not in self.ready:
            self._read(name)

    def _read(self, name: str) -> None:
        size = _size(self.named[name], self.ready)
        if size > MOST_TESTS:
            self._wrong(name, "too-many", f"the condition opens into more than {MOST_TESTS:,} tests")
            return
        self.conditions.reader.about = f"fact {name}"
        condition = self.conditions.read(self.named[name])
        self.ready[name] = size
        self.facts[name] = replace(self.facts[name], condition=condition, scope=self.conditions.scope_of(condition))

    def _wrong(self, name: str, code: str, message: str) -> None:
        self.conditions.reader.about = f"fact {name}"
        self.conditions.reader.wrong(code, self.facts[name].line, message)
        self.ready[name] = 1


def _names_in(node: Node) -> set[str]:
    match node.value:
        case dict() as entries:
            return set(entries).union(*(_names_in(value) for value in entries.values()))
        case list() as items:
            return set().union(*(_names_in(item) for item in items))
        case str(word):
            return {word}
        case _:
            return set()


def _size(node: Node, named: Mapping[str, int]) -> int:
    """How many values a condition is written with, named conditions opened."""
    match node.value:
        case dict() as entries:
            return sum(named.get(key, 0) + _size(value, named) for key, value in entries.items())
        case list() as items:
            return sum(_size(item, named) for item in items)
        case _:
            return 1
