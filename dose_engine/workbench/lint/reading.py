"""What every check reads: the rulebook, where everything in it stands, and what several checks work out alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ...documents import Node, read_yaml
from ...rulebook.conditions import All, Condition, NoneOf, facts_read
from ...rulebook.load import NEEDED, is_beside
from ...rulebook.model import Rule, Rulebook, Scope, Suggestion, Zone
from ..whole import Whole
from .finding import Place
from .logic import Ground, Logic
from .parts import names_in

ZONES = "zones.yaml"
SET_ASIDE = "Source only:"
"""How a sentence of a note begins that says why nothing rests on its source."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A line of a zone's `suggest`, with the place it stands at and the condition under which it is the one used."""

    zone: Zone
    line: Suggestion
    used_when: Condition
    place: Place

    @property
    def about(self) -> str:
        return f"zone {self.zone.name}"

    @property
    def reads(self) -> frozenset[str]:
        return facts_read(self.line.condition)


@dataclass(frozen=True)
class Reading:
    """One reading of a rulebook on one day."""

    whole: Whole
    day: dt.date

    @property
    def book(self) -> Rulebook:
        return self.whole.book

    # where things stand

    def root(self, file: str) -> Node | None:
        """A file as a document; None where there is no such file. Read when asked for: cases are long, and few checks look at them."""
        if file not in self._roots and file in self.whole.texts:
            self._roots[file] = read_yaml(self.whole.texts[file], file)[0]
        return self._roots.get(file)

    @cached_property
    def _roots(self) -> dict[str, Node]:
        return {}

    def node(self, file: str, *path: str | int) -> Node | None:
        """The value at a path of a file; None where there is none."""
        node = self.root(file)
        for step in path:
            if node is None:
                return None
            held = node.value
            inside = isinstance(held, dict) or (isinstance(held, list) and isinstance(step, int) and step < len(held))
            node = (held.get(step) if isinstance(held, dict) else held[step]) if inside else None
        return node

    def at(self, file: str, *path: str | int, home: int = 1) -> Place:
        """The line of a key or list item, and of the thing it belongs to: the first `home` steps of the path."""
        return Place(file, self._line(file, *path), self._line(file, *path[:home]))

    def _line(self, file: str, *path: str | int) -> int:
        """The line of the last step that is there."""
        steps, node = path, self.node(file, *path)
        while node is None and steps:
            steps = steps[:-1]
            node = self.node(file, *steps)
        if node is None:
            return 0
        holder = self.node(file, *steps[:-1]) if steps else None
        keys = (holder.key_lines or {}) if holder is not None else {}
        return keys.get(str(steps[-1]), node.line) if steps else node.line

    @cached_property
    def _rule_paths(self) -> Mapping[str, tuple[str, int]]:
        files = [file for file in self.whole.texts if file not in NEEDED and not is_beside(file)]
        roots = [(file, root) for file in files if (root := self.root(file)) is not None]
        return {node.value["id"].value: (file, index) for file, root in roots for index, node in enumerate(root.value)}

    def rule_place(self, rule: Rule, *key: str | int) -> Place:
        """Where a rule, or a key of it, stands; a limit stands in its zone."""
        if rule.id in self._rule_paths:
            file, index = self._rule_paths[rule.id]
            return self.at(file, index, *key)
        return Place(rule.file, rule.line, rule.line)

    def rule_node(self, rule: Rule, *key: str | int) -> Node | None:
        """What a rule of the files of rules says under a key."""
        where = self._rule_paths.get(rule.id)
        return self.node(*where, *key) if where else None

    @staticmethod
    def about(rule: Rule) -> str:
        """What a finding about a rule is about; a limit is one of its zone."""
        return f"zone {rule.limit.zone}, limit {rule.id}" if rule.limit else f"rule {rule.id}"

    # what the lead wrote

    @cached_property
    def written(self) -> tuple[Rule, ...]:
        """The rules of the files of rules: those that stand there by their id, not those a limit or `lower_max_to` is written out as."""
        return tuple(rule for rule in self.book.rules if rule.id in self._rule_paths)

    @cached_property
    def limits(self) -> tuple[Rule, ...]:
        """The rules that the limits of zones are written out as, in the order of the file."""
        return tuple(sorted((rule for rule in self.book.rules if rule.limit), key=lambda rule: (rule.line, rule.id)))

    @cached_property
    def offers(self) -> tuple[Offer, ...]:
        """Every line of every `suggest`: each is used where none before it is."""
        found = []
        for zone in self.book.zones.values():
            before: tuple[Condition, ...] = ()
            for index, line in enumerate(zone.suggest):
                used_when = All((line.condition, NoneOf(before))) if before else line.condition
                found.append(Offer(zone, line, used_when, self.at(ZONES, zone.name, "suggest", index, home=3)))
                before = (*before, line.condition)
        return tuple(found)

    # what reads what

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition that decides something: of rules, suggestions and claims."""
        suggested = [line.condition for zone in self.book.zones.values() for line in zone.suggest]
        claimed = [claim.condition for claim in self.whole.claims if claim.condition is not None]
        return (*(rule.condition for rule in self.book.rules), *suggested, *claimed)

    @cached_property
    def facts_in_use(self) -> frozenset[str]:
        """The facts that some condition reads, conditions with a name included."""
        return frozenset(name for condition in self.conditions for name in (*facts_read(condition), *names_in(condition)))

    @cached_property
    def cited(self) -> frozenset[str]:
        """The sources that something of the book rests on."""
        book = self.book
        resting: tuple[Iterable[Iterable[str]], ...] = (
            (rule.sources for rule in book.rules),
            (line.sources for zone in book.zones.values() for line in zone.suggest),
            (fact.sources for fact in book.facts.values()),
            (constant.sources for constant in book.constants.values()),
            (hazard.sources for hazard in book.hazards.values()),
            (product.sources for product in book.products.values()),
            (protocol.sources for protocol in book.protocols.values()),
            (claim.sources for claim in self.whole.claims),
        )
        return frozenset(source for things in resting for sources in things for source in sources)

    @cached_property
    def words_used(self) -> frozenset[str]:
        """Every word that stands as a value in the facts, rules and zones: where a constant is read, it is one of these."""
        files = [name for name in self.whole.texts if not is_beside(name) and name != "rules/sources.yaml"]
        return frozenset(word for name in files if (root := self.root(name)) is not None for word in _words(root))

    # what can hold

    @cached_property
    def logic(self) -> Logic:
        return Logic(self.book)

    @cached_property
    def _grounds(self) -> Mapping[str, tuple[Ground, ...]]:
        return {rule.id: self.logic.where_possible(rule.condition, self.grounds(rule)) for rule in self.book.rules}

    def grounds(self, rule: Rule) -> tuple[Ground, ...]:
        """Every place that the rule is held at: those of doses, or the one of the case."""
        return self.logic.grounds if rule.scope is Scope.DOSE else self.logic.case

    def grounds_of(self, zone: Zone) -> tuple[Ground, ...]:
        """The places of a zone: one a muscle."""
        return tuple(ground for ground in self.logic.grounds if zone.name in ground.fields["zone"])

    def possible_at(self, rule: Rule) -> tuple[Ground, ...]:
        """The places at which the rule can hold."""
        return self._grounds[rule.id]

    def reach(self, rule: Rule) -> frozenset[str]:
        """The facts that the rule's condition can say something about: those it reads, those they bound, and its place."""
        if rule.id not in self._reach:
            known = rule.reads | frozenset(name for ground in self.grounds(rule)[:1] for name in ground.words)
            self._reach[rule.id] = known.union(*(self.logic.may_bound(name) for name in known))
        return self._reach[rule.id]

    @cached_property
    def _reach(self) -> dict[str, frozenset[str]]:
        return {}


def _words(node: Node) -> Iterator[str]:
    match node.value:
        case dict() as entries:
            for inner in entries.values():
                yield from _words(inner)
        case list() as items:
            for inner in items:
                yield from _words(inner)
        case str(word):
            yield word
        case _:
            return
