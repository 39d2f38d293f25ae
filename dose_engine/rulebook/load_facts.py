"""Reads facts.yaml: what is asked, what is given, what is computed and how, and conditions with a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..advisory import Verdict
from ..documents import Node, words_in
from ..errors import nearest, quoted
from .load_conditions import ConditionReader
from .model import Computation, Constant, Fact, Kind, Scope
from .reader import Reader
from .vocabulary import ACTIVITIES, AIMS, BANDS, BINDINGS, FILTERS, GIVEN, LIMIT_FACTS, SIDES, VISITS

OPS = ("sum", "count", "days_since", "days_until")
STRETCHES = ("planned", "history", "scheduled")
ORIGINS = ("asked", "given", "named", *OPS)
LIMIT_PLACES = {"zone": "dose.zone", "muscle": "dose.muscle"}
"""Facts by which a limit is bound to its zone and muscle, and what they are given by."""

DEEPEST_NAMES = 12
MOST_TESTS = 500
"""What the named conditions of one rule may open into."""
_OPEN = {"incomplete": Verdict.INCOMPLETE, "caution": Verdict.CAUTION, "info": Verdict.OK}


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


def load_facts(
    root: Node, reader: Reader, words: Words, constants: Mapping[str, Constant], broken: frozenset[str]
) -> tuple[dict[str, Fact], frozenset[str]]:
    """Every fact of the file, named conditions opened, and the names of those that are broken; problems are noted on the reader."""
    facts: dict[str, Fact] = {}
    named: dict[str, Node] = {}
    for name, node, line in reader.entries(root, "facts.yaml"):
        reader.about = f"fact {quoted(name)[1:-1]}"
        reader.named(name, line, "a fact")
        if name in constants:
            reader.wrong("duplicate-id", line, f"`{name}` is also a constant", "rename one; rules read both by name")
        fact = _fact(name, node, line, reader, words, constants, broken)
        if fact is None:
            broken |= {name}
            continue
        facts[name] = fact
        if fact.origin == "named":
            named[name] = node.value["named"]
    broken |= _check_limit_facts(facts, broken, root, reader)
    named = {name: node for name, node in named.items() if name in facts}
    _Opening(named, facts, ConditionReader(facts, constants, reader, broken)).open_all()
    reader.about = ""
    return facts, broken


def _check_limit_facts(facts: dict[str, Fact], broken: frozenset[str], root: Node, reader: Reader) -> set[str]:
    """The facts that limits are written out with are what they must be; those that are not leave `facts` and are returned."""
    wrong = set()
    for name, given in LIMIT_PLACES.items():
        if name not in facts and name not in broken:
            reader.about = ""
            reader.wrong("missing-key", root, f"the fact `{name}` is missing", f"limits are held with it; it is `given: {given}`")
            wrong.add(name)
        elif name in facts and facts[name].given != given:
            reader.about = f"fact {name}"
            reader.wrong("wrong-comparison", facts[name].line, f"limits are held with this fact: it is `given: {given}`")
            wrong.add(name)
    for name in LIMIT_FACTS.values():
        if name in facts and (facts[name].kind is not Kind.UNITS or facts[name].scope is not Scope.DOSE):
            reader.about = f"fact {name}"
            reader.wrong("wrong-comparison", facts[name].line, "limits are held against this fact: it counts units of the dose at hand")
            wrong.add(name)
    for name in wrong & facts.keys():
        del facts[name]
    return wrong


def _fact(
    name: str, node: Node, line: int, reader: Reader, words: Words, constants: Mapping[str, Constant], broken: frozenset[str]
) -> Fact | None:
    if not isinstance(node.value, dict):
        reader.wrong("wrong-type", node, "a fact is a mapping", f"it has one of {', '.join(ORIGINS)}")
        return None
    origin = [key for key in ORIGINS if key in node.value]
    if len(origin) != 1:
        _wrong_origin(node, origin, line, reader)
        return None
    match origin[0]:
        case "asked":
            return _asked(name, node, line, reader)
        case "given":
            return _given(name, node, line, reader, words)
        case "named":
            entries = reader.mapping(node, "a named condition", ("named", "says"), ("sources",))
            says = reader.text(entries.get("says"), "says")
            return Fact(name, Kind.YES_NO, Scope.CASE, "named", says, words=("yes", "no"), sources=_sources(entries, reader), line=line)
        case op:
            return _computed(op, name, node, line, reader, words, constants, broken)


def _wrong_origin(node: Node, origin: list[str], line: int, reader: Reader) -> None:
    accepted = f"accepted: {', '.join(f'`{key}`' for key in ORIGINS)}"
    if origin:
        reader.wrong("contradiction", line, f"a fact comes from one place, got {' and '.join(f'`{key}`' for key in origin)}", accepted)
        return
    near = next((near for key in node.value if (near := nearest(key, ORIGINS))), None)
    help = f"did you mean `{near}`?\n{accepted}" if near else accepted
    reader.wrong("missing-key", line, "a fact says where it comes from", help)


def _asked(name: str, node: Node, line: int, reader: Reader) -> Fact:
    entries = reader.mapping(node, "a question", ("asked", "open", "sources"), ("about",))
    place = "about" in entries and reader.word(entries["about"], "what a question is about", ("place",)) == "place"
    level = reader.word(entries["open"], "what an open answer counts for", _OPEN) if "open" in entries else None
    return Fact(
        name,
        Kind.YES_NO,
        Scope.DOSE if place else Scope.CASE,
        "asked",
        reader.text(entries.get("asked"), "asked", 160),
        words=("yes", "no"),
        about_place=place,
        open_counts=_OPEN.get(level or "incomplete"),
        sources=_sources(entries, reader),
        line=line,
    )


def _given(name: str, node: Node, line: int, reader: Reader, words: Words) -> Fact | None:
    entries = reader.mapping(node, "a given fact", ("given", "says"), ("open", "if_left_out", "sources"))
    field = reader.word(entries["given"], "a field of the case", GIVEN) if "given" in entries else None
    if field is None:
        return None
    given = GIVEN[field]
    level = reader.word(entries["open"], "what an open answer counts for", _OPEN) if "open" in entries else None
    own = given.words if given.words is not None else words.of(field.rpartition(".")[2])
    return Fact(
        name,
        given.kind,
        given.scope,
        "given",
        reader.text(entries.get("says"), "says", 160),
        words=("yes", "no") if given.kind is Kind.YES_NO else own,
        open_counts=_OPEN[level] if level else None,
        given=field,
        if_left_out=_left_out(entries.get("if_left_out"), given.kind, own, reader),
        sources=_sources(entries, reader),
        line=line,
    )


def _left_out(node: Node | None, kind: Kind, words: tuple[str, ...], reader: Reader) -> str | None:
    """What a field that is left out is read as: a value of the fact, or `none`."""
    if node is None:
        return None
    accepted = {Kind.WORD: words, Kind.LIST: words, Kind.YES_NO: ("yes", "no")}.get(kind, ())
    return reader.word(node, "what the fact can be read as", dict.fromkeys((*accepted, "none")))


def _days(node: Node, reader: Reader, constants: Mapping[str, Constant], broken: frozenset[str]) -> int | None:
    """A number of days, or the constant that names it."""
    if isinstance(node.value, str):
        if node.value in broken:
            return None
        days = {name: constant.value for name, constant in constants.items() if constant.kind is Kind.DAYS}
        word = reader.word(node, "a number of days or a constant in days", days, "unknown-id")
        return days[word] if word else None
    return reader.whole(node, "within_days", 0, 3650)


def _computed(
    op: str, name: str, node: Node, line: int, reader: Reader, words: Words, constants: Mapping[str, Constant], broken: frozenset[str]
) -> Fact | None:
    optional = ("this", "where", "within_days", "at", "midline", "product", "sources")
    entries = reader.mapping(node, f"a {op} fact", (op, "says"), optional)
    if op not in entries:
        return None
    says = reader.text(entries.get("says"), "says", 160)
    sources = _sources(entries, reader)
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


def _sources(entries: Mapping[str, Node], reader: Reader) -> tuple[str, ...]:
    if "sources" not in entries:
        return ()
    return tuple(name for item in words_in(entries["sources"]) if (name := reader.cite("source", item)))


class _Opening:
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
