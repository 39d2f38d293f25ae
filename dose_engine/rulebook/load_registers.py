"""Reads the files that others refer to: what the book is and its constants, sources, hazards, products and protocols."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..advisory import Checked, Side
from ..documents import Node
from ..errors import did_you_mean, quoted
from ..units import Units
from .load_zones import sources_of
from .model import Constant, Hazard, Kind, Product, Protocol, SourceEntry, Zone
from .reader import Reader
from .vocabulary import NEEDED_CONSTANTS, SIDES, WINDOW_STOP


@dataclass(frozen=True, slots=True)
class About:
    """The head of rulebook.yaml."""

    title: str
    version: str
    date: str
    product: str
    constants: dict[str, Constant]
    broken: frozenset[str]
    """Constants that are declared but wrong."""


def load_about(root: Node, reader: Reader, products: Mapping[str, Product]) -> About:
    """What the book is, and its constants."""
    entries = reader.mapping(root, "rulebook.yaml", ("title", "version", "date", "product", "constants"))
    title, version, product = (reader.text(entries.get(key), key, 120) for key in ("title", "version", "product"))
    if product and product not in products:
        help = did_you_mean(product, products, "products are listed in rules/products.yaml")
        reader.wrong("unknown-id", entries["product"], f"{quoted(product)} is not a product", help)
    day = reader.day(entries.get("date"), "date")
    if "date" in entries and entries["date"].value is None:
        reader.wrong("wrong-date", entries["date"], "date is a date YYYY-MM-DD, got nothing")
    constants, broken = _constants(entries["constants"], reader) if "constants" in entries else ({}, frozenset(NEEDED_CONSTANTS))
    for name in NEEDED_CONSTANTS:
        if name not in constants and name not in broken:
            reader.wrong(
                "missing-key", entries["constants"], f"the constant `{name}` is missing", "exposure and timeline are drawn with it"
            )
    return About(title, version, day.isoformat() if day else "2000-01-01", product, constants, broken)


def _constants(root: Node, reader: Reader) -> tuple[dict[str, Constant], frozenset[str]]:
    """The constants, and the names of those that cannot be used."""
    constants: dict[str, Constant] = {}
    broken: set[str] = set() if isinstance(root.value, dict) else set(NEEDED_CONSTANTS)
    for name, node, line in reader.entries(root, "constants"):
        reader.about = f"constant {quoted(name)[1:-1]}"
        reader.named(name, line, "a constant")
        constant = _constant(name, node, reader)
        if constant is None:
            broken.add(name)
        else:
            constants[name] = constant
    reader.about = ""
    return constants, frozenset(broken)


def _constant(name: str, node: Node, reader: Reader) -> Constant | None:
    parts = reader.mapping(node, "a constant", ("kind", "value", "says", "sources"))
    word = reader.word(parts["kind"], "a kind of number", [k for k in Kind if k.is_number]) if "kind" in parts else None
    says, sources = reader.text(parts.get("says"), "says"), sources_of(parts, reader)
    if word is None or "value" not in parts:
        return None
    kind = Kind(word)
    needed = (Kind.UNITS if name == WINDOW_STOP else Kind.DAYS) if name in NEEDED_CONSTANTS else kind
    if kind is not needed:
        reader.wrong("wrong-comparison", parts["kind"], f"`{name}` is in {needed}, got `{kind}`")
        return None
    if parts["value"].value == "never":
        reader.wrong("wrong-number", parts["value"], "value is a number, got `never`")
        return None
    value = reader.number(parts["value"], kind, "value")
    return None if value is None else Constant(name, kind, value, says, sources)


def _each(root: Node, reader: Reader, what: str, file: str) -> Iterator[tuple[str, Node]]:
    for name, node, _ in reader.entries(root, file):
        reader.about = f"{what} {quoted(name)[1:-1]}"
        yield name, node
    reader.about = ""


def load_sources(root: Node, reader: Reader) -> dict[str, SourceEntry]:
    found = {}
    for name, node in _each(root, reader, "source", "sources.yaml"):
        entries = reader.mapping(node, "a source", ("title", "document", "checked"), ("note", "review_by"))
        checked = reader.word(entries["checked"], "how far a source was checked", list(Checked)) if "checked" in entries else None
        found[name] = SourceEntry(
            name,
            reader.text(entries.get("title"), "title"),
            reader.text(entries.get("document"), "document"),
            Checked(checked or "unchecked"),
            reader.text(entries.get("note"), "note"),
            reader.day(entries.get("review_by"), "review_by"),
        )
    return found


def load_hazards(root: Node, reader: Reader) -> dict[str, Hazard]:
    found = {}
    for name, node in _each(root, reader, "hazard", "hazards.yaml"):
        entries = reader.mapping(node, "a hazard", ("title", "says", "sources"))
        title, says = (reader.text(entries.get(key), key) for key in ("title", "says"))
        found[name] = Hazard(name, title, says, sources_of(entries, reader))
    return found


def load_products(root: Node, reader: Reader) -> dict[str, Product]:
    found = {}
    for name, node in _each(root, reader, "product", "products.yaml"):
        entries = reader.mapping(node, "a product", ("brands", "type", "note", "sources"))
        brands = (
            tuple(reader.text(item, "a brand", 60) for item in reader.items(entries["brands"], "brands")) if "brands" in entries else ()
        )
        toxin = reader.word(entries["type"], "a type of toxin", ("A", "B")) if "type" in entries else None
        note, sources = reader.text(entries.get("note"), "note"), sources_of(entries, reader)
        found[name] = Product(name, brands, toxin or "A", note, sources)  # type: ignore[arg-type]
    return found


def load_protocols(root: Node, reader: Reader, zones: Mapping[str, Zone]) -> dict[str, Protocol]:
    found = {}
    sides = {muscle: sides for zone in zones.values() for muscle, sides in zone.muscles.items()}
    optional = ("units", "split", "above_split")
    for name, node in _each(root, reader, "protocol", "protocols.yaml"):
        entries = reader.mapping(node, "a protocol", ("label", "therapeutic", "muscles", "note", "sources"), optional)
        units = _ends(entries["units"], reader) if "units" in entries else None
        muscles = _protocol_muscles(entries.get("muscles"), reader)
        before = len(reader.problems)
        split = _split(entries["split"], units, muscles, sides, reader) if "split" in entries else ()
        inside = tuple(dict.fromkeys(muscle for muscle, _, _ in split)) if len(reader.problems) == before else ()
        found[name] = Protocol(
            name,
            reader.text(entries.get("label"), "label", 60),
            reader.yes(entries.get("therapeutic"), "therapeutic"),
            units,
            split,
            _above(entries["above_split"], inside, reader) if "above_split" in entries else (),
            muscles,
            reader.text(entries.get("note"), "note"),
            sources_of(entries, reader),
        )
    return found


def _ends(node: Node, reader: Reader) -> tuple[Units, Units] | None:
    ends = reader.mapping(node, "units", ("at_least", "at_most"))
    low, high = (reader.units(ends[key], key) if key in ends else None for key in ("at_least", "at_most"))
    if low is None or high is None:
        return None
    if low > high:
        reader.wrong("limit-order", node, f"`at_least: {low}` is above `at_most: {high}`")
    return low, high


def _protocol_muscles(node: Node | None, reader: Reader) -> tuple[str, ...] | None:
    """The muscles a treatment may be in; None for any."""
    if node is None or node.value == "any":
        return None
    muscles = []
    for item in reader.items(node, "muscles"):
        muscle = reader.text(item, "a muscle", 60)
        if muscle:
            reader.named(muscle, item.line, "a muscle")
            muscles.append(muscle)
    return tuple(muscles)


def _split(
    node: Node, units: tuple[Units, Units] | None, muscles: tuple[str, ...] | None, sides: Mapping[str, tuple[Side, ...]], reader: Reader
) -> tuple[tuple[str, Side, Units], ...]:
    """Units by muscle and side: of muscles that the protocol has, on sides that they have, adding up to its units."""
    before = len(reader.problems)
    split: list[tuple[str, Side, Units]] = []
    for muscle, shares, line in reader.entries(node, "split"):
        _of_protocol(muscle, line, muscles, reader)
        for side, amount, side_line in reader.entries(shares, f"split of {quoted(muscle)}"):
            accepted = sides.get(muscle, SIDES)
            word = reader.word(Node(side, side_line), f"a side of {muscle}", accepted, "wrong-place" if side in SIDES else "wrong-word")
            share = reader.units(amount, f"split of {quoted(muscle)}")
            if share is not None and word is not None:
                split.append((muscle, word, share))  # type: ignore[arg-type]
    total = Units(sum(share for _, _, share in split))
    if len(reader.problems) == before and (units is None or total != units[0]):
        at_least = f"`at_least: {units[0]}`" if units else "`at_least`, which is missing"
        reader.wrong("limit-order", node, f"the split adds up to {total} U, not to {at_least}")
    return tuple(split)


def _above(node: Node, split: tuple[str, ...], reader: Reader) -> tuple[str, ...]:
    """Muscles that hold what exceeds the split: of those that are in it, because only those have a day."""
    found = []
    for item in reader.items(node, "above_split"):
        muscle = reader.text(item, "a muscle", 60)
        if muscle:
            if split and muscle not in split:
                reader.wrong("unknown-id", item, f"{quoted(muscle)} is not in the `split` of this protocol", did_you_mean(muscle, split))
            found.append(muscle)
    return tuple(found)


def _of_protocol(muscle: str, line: int, muscles: tuple[str, ...] | None, reader: Reader) -> None:
    if muscles is not None and muscle not in muscles:
        reader.wrong("unknown-id", line, f"{quoted(muscle)} is not among the `muscles` of this protocol", did_you_mean(muscle, muscles))
