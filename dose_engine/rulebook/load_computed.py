"""Reads the declared sums, counts and distances in days of facts.yaml, and refuses those that cannot mean what they say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..documents import Node, words_in
from .model import Computation, Constant, Fact, Kind, Scope
from .reader import Reader
from .vocabulary import ACTIVITIES, AIMS, BANDS, BINDINGS, FILTERS, SIDES, VISITS

STRETCHES = ("planned", "history", "scheduled")


class Words:
    """The words a rulebook brings to the vocabulary: its zones, regions, muscles, products and purposes."""

    def __init__(self, zones: Mapping[str, Any], muscles: tuple[str, ...], products: tuple[str, ...], purposes: tuple[str, ...]) -> None:
        self.zones = tuple(zones)
        self.regions = tuple(dict.fromkeys(zone.region for zone in zones.values()))
        self.muscles = muscles
        self.products = products
        self.purposes = purposes

    def of(self, field: str) -> tuple[str, ...]:
        """The words a filter or a given field takes."""
        return {
            "zone": self.zones,
            "region": self.regions,
            "muscle": self.muscles,
            "product": self.products,
            "purpose": self.purposes,
            "visit": VISITS,
            "side": SIDES,
            "band": BANDS,
            "activity": ACTIVITIES,
            "aim": AIMS,
        }[field]


def _days(node: Node, reader: Reader, constants: Mapping[str, Constant], broken: frozenset[str]) -> int | None:
    """A number of days, or the constant that names it."""
    if isinstance(node.value, str):
        if node.value in broken:
            return None
        days = {name: constant.value for name, constant in constants.items() if constant.kind is Kind.DAYS}
        word = reader.word(node, "a number of days or a constant in days", days, "unknown-id")
        return days[word] if word else None
    return reader.whole(node, "within_days", 0, 3650)


def computed(
    op: str, name: str, node: Node, line: int, reader: Reader, words: Words, constants: Mapping[str, Constant], broken: frozenset[str]
) -> Fact | None:
    optional = ("this", "where", "within_days", "at", "midline", "product", "sources")
    entries = reader.mapping(node, f"a {op} fact", (op, "says"), optional)
    if op not in entries:
        return None
    says = reader.text(entries.get("says"), "says", 160)
    sources = fact_sources(entries, reader)
    if op == "count" and entries["count"].value == "goals":
        reader.mapping(node, "a count of goals", ("count", "says"), ("sources",))
        return Fact(name, Kind.COUNT, Scope.CASE, "given", says, given="goals", sources=sources, line=line)
    computation = _computation(op, entries, line, reader, words, constants, broken)
    kind = {"sum": Kind.UNITS, "count": Kind.COUNT}.get(op, Kind.DAYS)
    scope = Scope.DOSE if computation.this else Scope.CASE
    return Fact(name, kind, scope, "computed", says, computation=computation, sources=sources, line=line)


def _computation(
    op: str,
    entries: Mapping[str, Node],
    line: int,
    reader: Reader,
    words: Words,
    constants: Mapping[str, Constant],
    broken: frozenset[str],
) -> Computation:
    before = len(reader.problems)
    over = reader.words(entries[op], f"what a {op} goes over", STRETCHES)
    this = reader.words(entries["this"], "what `this` binds", BINDINGS) if "this" in entries else ()
    where = _filters(entries["where"], reader, words) if "where" in entries else ()
    within = _days(entries["within_days"], reader, constants, broken) if "within_days" in entries else None
    at_peak = "at" in entries and reader.word(entries["at"], "a moment", ("peak",)) == "peak"
    half = "midline" in entries and reader.word(entries["midline"], "how the midline counts", ("half",)) == "half"
    product: Any = "ours" if op in ("sum", "count") else "any"
    if "product" in entries:
        product = reader.word(entries["product"], "a choice of product", ("ours", "other", "any"))
    op_name: Any = op
    stretches: Any = tuple(stretch for stretch in STRETCHES if stretch in over)
    computation = Computation(op_name, stretches, this, where, within, at_peak, half, product)
    if len(reader.problems) == before:
        _check_fit(computation, "within_days" in entries, line, reader)
    return computation


def _filters(node: Node, reader: Reader, words: Words) -> tuple[tuple[str, frozenset[str], bool], ...]:
    """The entries of `where`: a field, its words, and whether they are excluded."""
    where = []
    for field, accepted, key_line in reader.entries(node, "where"):
        if field not in FILTERS:
            reader.word(Node(field, key_line), "a field of a dose", FILTERS, "unknown-key")
            continue
        negated = isinstance(accepted.value, dict)
        read = reader.mapping(accepted, "a filter", ("is_not",)).get("is_not") if negated else accepted
        if read is not None:
            where.append((field, frozenset(reader.words(read, f"a {field}", words.of(field))), negated))
    return tuple(sorted(where, key=lambda entry: entry[0]))


def _check_fit(made: Computation, within: bool, line: int, reader: Reader) -> None:
    """Keys of a computation that exclude each other."""
    if made.op == "sum" and made.product != "ours":
        reader.wrong("contradiction", line, "a sum counts only the rulebook's product: units do not convert")
    if made.at_peak and (made.op != "sum" or not within or "side" in made.this):
        reader.wrong("contradiction", line, "`at: peak` goes with a sum over `within_days`, not bound to a side")
    if made.op == "days_until" and made.over != ("scheduled",):
        reader.wrong("contradiction", line, "days_until goes over `scheduled`")
    if made.op == "days_since" and made.over != ("history",):
        reader.wrong("contradiction", line, "days_since goes over `history`")
    if within and made.op.startswith("days"):
        reader.wrong("contradiction", line, "`within_days` goes with a sum or a count; a number of days is compared in the rule")
    if {"side", "other_side"} <= set(made.this):
        reader.wrong("unreachable", line, "`this` binds to the side and to the other side at once: no dose is on both")
    if made.midline_half and (not {"side", "other_side"} & set(made.this) or any(field == "side" for field, _, _ in made.where)):
        reader.wrong("contradiction", line, "`midline: half` goes with `this: [side]`, and without a filter by side")
    if "scheduled" in made.over and made.op == "sum" and not made.at_peak:
        reader.wrong("contradiction", line, "a sum over `scheduled` needs `at: peak`: those doses have not been given yet")


def fact_sources(entries: Mapping[str, Node], reader: Reader) -> tuple[str, ...]:
    if "sources" not in entries:
        return ()
    return tuple(name for item in words_in(entries["sources"]) if (name := reader.cite("source", item)))
