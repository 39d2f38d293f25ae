"""The rulebook that a mutant makes: only what the edit touches is read again, by the loader's own readers.

A mutant that the loader refuses is no mutant: the clinical lead could not have made that mistake without being told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ...documents import Node
from ...errors import Problem
from ...rulebook.load import FIXED, assemble
from ...rulebook.load_computed import Words
from ...rulebook.load_conditions import ConditionReader
from ...rulebook.load_facts import load_facts
from ...rulebook.load_rules import load_rules
from ...rulebook.load_zones import load_lines
from ...rulebook.model import Fact, Rule, Rulebook
from ...rulebook.reader import Reader
from .edits import at, edited
from .mutants import Mutant

_RULES = "rules/"
_FACTS = "rules/facts.yaml"


@dataclass(frozen=True, slots=True)
class Refused:
    """The loader does not take the mutant."""

    problem: Problem


class Remaking:
    """Makes mutated books of one book. `roots` are its documents, without cases and claims."""

    def __init__(self, roots: Mapping[str, Node], book: Rulebook) -> None:
        self.roots, self.book = roots, book
        self._fixed = {f"{_RULES}{stem}.yaml" for stem in FIXED}

    def __call__(self, mutant: Mutant) -> Rulebook | Refused:
        """The book with the mutant in it."""
        root = edited(self.roots[mutant.file], mutant.edits)
        if mutant.file == "zones.yaml":
            return self._zone(str(mutant.place), root)
        if mutant.file == _FACTS:
            return self._facts(root) or self.whole(mutant)
        if mutant.file in self._fixed:
            return self.whole(mutant)
        return self._rule(mutant, root)

    def whole(self, mutant: Mutant) -> Rulebook | Refused:
        """The book with the mutant in it, every file of it read again."""
        root = edited(self.roots[mutant.file], mutant.edits)
        book, problems = assemble({**self.roots, mutant.file: root}, "")
        return Refused(problems[0]) if problems or book is None else book

    def _rule(self, mutant: Mutant, root: Node) -> Rulebook | Refused:
        index = mutant.place
        line = at(self.roots[mutant.file], (index,)).line
        left = len(root.value) < len(self.roots[mutant.file].value)
        item = Node([] if left else [at(root, (index,))], line)
        reader = Reader(mutant.file)
        rules = load_rules(item, reader, self.book.facts, ConditionReader(self.book.facts, self.book.constants, reader))
        old = [rule for rule in self.book.rules if (rule.file, rule.line) == (mutant.file, line)]
        return self._with_rules(old, rules, reader)

    def _zone(self, name: str, root: Node) -> Rulebook | Refused:
        reader = Reader("zones.yaml")
        conditions = ConditionReader(self.book.facts, self.book.constants, reader)
        shape = replace(self.book.zones[name], suggest=())
        alone = Node({name: root.value[name]}, root.line, {name: root.line})
        zones, rules = load_lines(alone, reader, {name: shape}, self.book.facts, conditions)
        old = [rule for rule in self.book.rules if rule.limit is not None and rule.limit.zone == name]
        made = self._with_rules(old, rules, reader)
        return made if isinstance(made, Refused) else replace(made, zones={**self.book.zones, **zones})

    def _with_rules(self, old: Iterable[Rule], new: Iterable[Rule], reader: Reader) -> Rulebook | Refused:
        if reader.problems:
            return Refused(reader.problems[0])
        gone = {rule.id for rule in old}
        rules = [rule for rule in self.book.rules if rule.id not in gone]
        taken = {rule.id for rule in rules}
        if twice := next((rule for rule in new if rule.id in taken), None):
            return Refused(Problem("duplicate-id", f"`{twice.id}` is the id of two rules", file=twice.file, line=twice.line))
        return replace(self.book, rules=tuple(sorted([*rules, *new], key=lambda rule: rule.id)))

    def _facts(self, root: Node) -> Rulebook | Refused | None:
        """The book with other facts; None where rules would have to be read again, because what they can say of a fact has changed."""
        book, reader = self.book, Reader(_FACTS)
        words = Words(book.zones, book.muscles, tuple(book.products), tuple(book.protocols))
        found, _ = load_facts(root, reader, words, book.constants, frozenset())
        if reader.problems:
            return Refused(reader.problems[0])
        if any(_reads_otherwise(book.facts[name], found[name]) for name in book.facts):
            return None
        return replace(book, facts={name: book.facts[name] if _same(book.facts[name], found[name]) else found[name] for name in book.facts})


def _reads_otherwise(old: Fact, new: Fact) -> bool:
    named = (old.kind, old.scope, old.words, old.rises, old.condition)
    return named != (new.kind, new.scope, new.words, new.rises, new.condition)


def _same(old: Fact, new: Fact) -> bool:
    """Do the two give the same values? Computations are told apart by what they are made of."""
    if replace(old, computation=None) != replace(new, computation=None):
        return False
    one, other = old.computation, new.computation
    return one is other or (one is not None and other is not None and _made_of(one) == _made_of(other))


def _made_of(how: object) -> tuple[object, ...]:
    return tuple(getattr(how, name) for name in how.__slots__)  # type: ignore[attr-defined]
