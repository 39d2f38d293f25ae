"""A change before it is known to which file it belongs, and the changes that several kinds of mutants share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from ...documents import Node
from ...rulebook.model import Kind, Rulebook
from ...units import STEPS as STEPS_IN_A_UNIT
from .edits import Drop, Edit, Path, Put

MutantKind = Literal["number", "comparator", "group", "word", "test", "open", "effect", "severity", "filter", "binding", "removal"]

STEPS: Final[Mapping[Kind, Decimal]] = {
    Kind.UNITS: Decimal("0.5"),
    Kind.MILLIMETRES: Decimal("0.5"),
    Kind.DAYS: Decimal(1),
    Kind.YEARS: Decimal(1),
    Kind.COUNT: Decimal(1),
}
"""How far a number is nudged: half a unit, half a millimetre, a day, a year, one."""

_UNITS: Final[Mapping[Kind, str]] = {Kind.UNITS: " U", Kind.MILLIMETRES: " mm", Kind.DAYS: " days", Kind.YEARS: " years", Kind.COUNT: ""}


@dataclass(frozen=True, slots=True)
class Change:
    """Edits of one file that make one mutant. `line` is where the changed value stands; `what` says it in words."""

    kind: MutantKind
    line: int
    what: str
    edits: tuple[Edit, ...]


def nudged(node: Node, kind: Kind, path: Path, says: str) -> Iterator[Change]:
    """A number one step down and one step up; never below nothing."""
    if isinstance(node.value, bool) or not isinstance(node.value, (int, Decimal)):
        return
    for step in (-STEPS[kind], STEPS[kind]):
        value = Decimal(node.value) + step
        if value >= 0:
            what = f"{says} {number(node.value)} -> {number(value)}{_UNITS[kind]}".lstrip()
            yield Change("number", node.line, what, (Put(path, plain(value, node.line)),))


def plain(value: Decimal, line: int) -> Node:
    """A number as a document holds it."""
    return Node(int(value) if value == value.to_integral_value() else value.normalize(), line)


def number(value: int | Decimal) -> str:
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def of_constant(node: Node, book: Rulebook, path: Path, says: str) -> Iterator[Change]:
    """A constant where it is used: the number it stands for, nudged here and nowhere else."""
    constant = book.constants.get(node.value) if isinstance(node.value, str) else None
    if constant is not None:
        scale = {Kind.UNITS: STEPS_IN_A_UNIT, Kind.MILLIMETRES: 100}.get(constant.kind, 1)
        value = Decimal(constant.value) / scale
        yield from nudged(plain(value, node.line), constant.kind, path, f"{says} {node.value.replace('_', ' ')}".lstrip())


def each_dropped(node: Node, path: Path, kind: MutantKind, says: str) -> Iterator[Change]:
    """Each word of a list taken out; a list of one keeps its word."""
    if isinstance(node.value, list) and len(node.value) > 1:
        for index, item in enumerate(node.value):
            yield Change(kind, item.line, f"{says} without {spelled(item)}".lstrip(), (Drop((*path, index)),))


def key_line(node: Node, key: str) -> int:
    return (node.key_lines or {}).get(key, node.line)


def joined(changes: Iterable[Change], before: str) -> Iterator[Change]:
    """The changes with what they are about in front."""
    for change in changes:
        yield Change(change.kind, change.line, f"{before}{change.what}", change.edits)


def spelled(node: Node) -> str:
    """A value in few words."""
    match node.value:
        case list() as items:
            return " or ".join(spelled(item) for item in items)
        case dict() as entries:
            return ", ".join(f"{key.replace('_', ' ')} {spelled(value)}" for key, value in entries.items())
        case int() | Decimal() if not isinstance(node.value, bool):
            return number(node.value)
        case value:
            return str(value).replace("_", " ")
