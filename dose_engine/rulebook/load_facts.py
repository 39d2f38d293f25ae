"""Reads facts.yaml: what is asked, what is given, what is computed and how, and conditions with a name."""

from __future__ import annotations

from collections.abc import Mapping

from ..advisory import Verdict
from ..documents import Node
from ..errors import nearest, quoted
from .load_computed import Words, computed, fact_sources
from .load_conditions import ConditionReader
from .load_named import Opening
from .model import Constant, Fact, Kind, Scope
from .reader import Reader
from .vocabulary import GIVEN, LIMIT_FACTS

OPS = ("sum", "count", "days_since", "days_until")
ORIGINS = ("asked", "given", "named", *OPS)
LIMIT_PLACES = {"zone": "dose.zone", "muscle": "dose.muscle"}
"""Facts by which a limit is bound to its zone and muscle, and what they are given by."""

_OPEN = {"incomplete": Verdict.INCOMPLETE, "caution": Verdict.CAUTION, "info": Verdict.OK}


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
    Opening(named, facts, ConditionReader(facts, constants, reader, broken)).open_all()
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
            return Fact(name, Kind.YES_NO, Scope.CASE, "named", says, words=("yes", "no"), sources=fact_sources(entries, reader), line=line)
        case op:
            return computed(op, name, node, line, reader, words, constants, broken)


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
        sources=fact_sources(entries, reader),
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
        sources=fact_sources(entries, reader),
        line=line,
    )


def _left_out(node: Node | None, kind: Kind, words: tuple[str, ...], reader: Reader) -> str | None:
    """What a field that is left out is read as: a value of the fact, or `none`."""
    if node is None:
        return None
    accepted = {Kind.WORD: words, Kind.LIST: words, Kind.YES_NO: ("yes", "no")}.get(kind, ())
    return reader.word(node, "what the fact can be read as", dict.fromkeys((*accepted, "none")))
