"""The evaluator that decides: plain Python, generated from the rulebook, one function a zone and muscle and one for the case.

A generated function reads its facts once, tests each rule's possible side, and only where that holds its certain side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from typing import NamedTuple

from ..rulebook.model import Rule, Rulebook
from ..rulebook.vocabulary import PLACE_FACTS
from .fold import FALSE, TRUE, Above, Apart, Both, Either, Folded, Formula, Member, Word, facts_in, fold
from .values import Members, Range, Record


class Fired(NamedTuple):
    """A rule that holds, or may."""

    rule: Rule
    certain: bool


class Program(NamedTuple):
    """The rules of one place, ready to run."""

    rules: tuple[Rule, ...]
    folded: tuple[Folded, ...]
    reads: tuple[str, ...]
    run: Callable[[Record], list[tuple[int, bool]]]
    holding: tuple[tuple[Fired, Fired], ...]
    """Each rule as it is found to hold: possibly, certainly."""

    def fired(self, facts: Record) -> list[Fired]:
        """Every rule that is at least possible, in the order of ids. A fact that is missing raises KeyError: a live check stops on it."""
        holding = self.holding
        return [holding[index][certain] for index, certain in self.run(facts)]


class Compiled:
    """Programs by place, generated when first asked for and kept; safe to share between threads."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self._programs: dict[tuple[str, str] | None, Program] = {}
        self._lock = Lock()

    def case(self) -> Program:
        """The rules that belong to the case."""
        return self._program(None)

    def dose(self, zone: str, muscle: str) -> Program:
        """The rules that belong to a dose, as far as they can hold in this zone and muscle."""
        return self._program((zone, muscle))

    def _program(self, place: tuple[str, str] | None) -> Program:
        program = self._programs.get(place)
        if program is None:
            with self._lock:
                program = self._programs.get(place) or self._generate(place)
                self._programs[place] = program
        return program

    def _generate(self, place: tuple[str, str] | None) -> Program:
        rules = self.book.case_rules if place is None else self.book.dose_rules
        known = self.known(place)
        return program(rules, known, self.book)

    def known(self, place: tuple[str, str] | None) -> dict[str, str]:
        """What is known of a place before a case is seen, by the names that facts.yaml gives."""
        if place is None:
            return {}
        zone, muscle = place
        values = {"dose.zone": zone, "dose.muscle": muscle, "dose.region": self.book.zones[zone].region}
        return {fact.name: values[fact.given] for fact in self.book.facts.values() if fact.given in PLACE_FACTS}


def program(rules: Iterable[Rule], known: Record, book: Rulebook) -> Program:
    """Fold the rules for a place, drop those that cannot hold there, and compile the rest."""
    facts = book.facts
    kept = [
        (rule, folded) for rule in rules if (folded := fold(rule.condition, known, lambda name: facts[name].value_type)).possible != FALSE
    ]
    reads = sorted(frozenset[str]().union(*(facts_in(folded.possible) | facts_in(folded.certain) for _, folded in kept)))
    source = _source([folded for _, folded in kept], reads, {name: facts[name].value_type for name in reads})
    space: dict[str, Callable[[Record], list[tuple[int, bool]]]] = {}
    exec(compile(source, f"<rules of {' '.join(str(v) for v in known.values()) or 'the case'}>", "exec"), {}, space)  # noqa: S102
    holding = tuple((Fired(rule, False), Fired(rule, True)) for rule, _ in kept)
    return Program(tuple(rule for rule, _ in kept), tuple(folded for _, folded in kept), tuple(reads), space["run"], holding)


def _source(folded: list[Folded], reads: list[str], types: dict[str, type]) -> str:
    lines = ["def run(facts):"]
    for index, name in enumerate(reads):
        if types[name] is Range or types[name] is Members:
            lines.append(f"    a{index}, b{index} = facts[{name!r}]")
        else:
            lines.append(f"    a{index} = facts[{name!r}]")
    lines += ["    fired = []", "    add = fired.append"]
    number = {name: index for index, name in enumerate(reads)}
    for index, one in enumerate(folded):
        certain = "True" if one.certain == one.possible or one.certain == TRUE else _text(one.certain, number)
        lines += [f"    if {_text(one.possible, number)}:", f"        add(({index}, {certain}))"]
    lines.append("    return fired")
    return "\n".join(lines)


def _text(formula: Formula, number: dict[str, int]) -> str:
    """The formula as a Python expression with a plain truth value."""
    match formula:
        case Both(parts):
            return "(" + " and ".join(_text(part, number) for part in parts) + ")" if parts else "True"
        case Either(parts):
            return "(" + " or ".join(_text(part, number) for part in parts) + ")" if parts else "False"
        case Above(fact, end, bound, negated):
            return f"{_end(fact, end, number)} {'<' if negated else '>='} {int(bound)}"
        case Apart(fact, end, other, other_end, margin, negated):
            right = _end(other, other_end, number) + (f" + {margin}" if margin else "")
            return f"{_end(fact, end, number)} {'<' if negated else '>='} {right}"
        case Word(fact, words, negated):
            if len(words) == 1:
                return f"a{number[fact]} {'!=' if negated else '=='} {words[0]!r}"
            return f"a{number[fact]} {'not in' if negated else 'in'} {words!r}"
        case Member(fact, member, sure, negated):
            has = f"{member!r} in a{number[fact]}" if sure else f"({member!r} in a{number[fact]} or {member!r} in b{number[fact]})"
            return f"(not {has})" if negated else has


def _end(fact: str, end: str, number: dict[str, int]) -> str:
    return f"{'a' if end == 'low' else 'b'}{number[fact]}"
