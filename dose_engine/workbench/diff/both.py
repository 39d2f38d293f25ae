"""Two rulebooks side by side: where each thing stands, and which rules a fact reaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ...rulebook.conditions import All, AnyOf, Condition, Named, NoneOf, facts_read
from ...rulebook.model import Rule, Rulebook
from ..whole import Whole
from .change import At

FILES: Final = {
    "constants": ("rules/rulebook.yaml", "constants"),
    "book": ("rules/rulebook.yaml",),
    "facts": ("rules/facts.yaml",),
    "zones": ("zones.yaml",),
    "sources": ("rules/sources.yaml",),
    "hazards": ("rules/hazards.yaml",),
    "products": ("rules/products.yaml",),
    "protocols": ("rules/protocols.yaml",),
}
"""The file of each kind of thing that is named by its key, and the key it stands under."""

_KEYS: Final = {
    "condition": ("when",),
    "severity": ("then",),
    "withhold": ("then", "withhold"),
    "lower_max": ("then", "lower_max_to"),
    "tell": ("then", "tell"),
    "no_waiting": ("then", "no_waiting"),
    "instead": ("then", "instead"),
    "open_counts": ("open",),
    "about_place": ("about",),
}
"""What the files call a field of the model, where it is another word."""


@dataclass(frozen=True)
class Both:
    """The rulebook as it was and as it is."""

    old: Whole
    new: Whole

    def at(self, kind: str, name: str, *keys: str | int) -> At:
        """Where a thing, or a key of it, stands: in NEW, or in OLD when it is gone."""
        if self._holds(self.new.book, kind, name):
            return At(*_place(self.new, kind, name, keys))
        return At(*_place(self.old, kind, name, keys), in_new=False)

    @staticmethod
    def _holds(book: Rulebook, kind: str, name: str) -> bool:
        return kind == "book" or name in (book.rule_by_id if kind == "rules" else getattr(book, kind))

    def readers(self, fact: str) -> frozenset[str]:
        """The rules, of either book, that read a fact, also through a condition with a name."""
        return self._readers.get(fact, frozenset())

    @cached_property
    def _readers(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for book in (self.old.book, self.new.book):
            for rule in book.rules:
                computed = any(book.facts[name].computation for name in rule.reads)
                behind = asked_behind_numbers(book) if computed else frozenset()
                for fact in rule.reads | set(_names(rule.condition)) | behind:
                    found.setdefault(fact, set()).add(rule.id)
        return {fact: frozenset(rules) for fact, rules in found.items()}

    def pairs(self, rules: frozenset[str]) -> Iterator[tuple[Rule, Rule]]:
        """Those of the rules that both books have, as they were and are."""
        for name in sorted(rules):
            if name in self.old.book.rule_by_id and name in self.new.book.rule_by_id:
                yield self.old.book.rule_by_id[name], self.new.book.rule_by_id[name]


def asked_behind_numbers(book: Rulebook) -> frozenset[str]:
    """The facts whose open answer counts for sums, counts and days too: is the history complete, and which product is it?"""
    named = ("product", "history_complete")
    return frozenset(fact.name for fact in book.facts.values() if fact.given in ("history.complete", "product") or fact.name in named)


def _names(condition: Condition) -> Iterator[str]:
    """The conditions with a name that a condition uses."""
    match condition:
        case Named(name, inner, _):
            yield name
            yield from _names(inner)
        case All(parts) | AnyOf(parts) | NoneOf(parts):
            for part in parts:
                yield from _names(part)


def named_readers(book: Rulebook, fact: str) -> frozenset[str]:
    """The conditions with a name that read a fact."""
    return frozenset(one.name for one in book.facts.values() if one.condition is not None and fact in facts_read(one.condition))


def _place(whole: Whole, kind: str, name: str, keys: tuple[str | int, ...]) -> tuple[str, int]:
    steps = tuple(step for key in keys for step in (_KEYS.get(key, (key,)) if isinstance(key, str) else (key,)))
    if kind == "rules":
        return _rule_place(whole, whole.book.rule_by_id[name], steps)
    file, *under = FILES[kind]
    return file, whole.line(file, *under, *((name,) if kind != "book" else ()), *steps)


def _rule_place(whole: Whole, rule: Rule, steps: tuple[str | int, ...]) -> tuple[str, int]:
    """A key of a rule, or of the limit that a rule stands for."""
    if rule.file not in whole.roots:
        return rule.file, rule.line
    under: tuple[str | int, ...] = (rule.limit.zone, "limits") if rule.limit else ()
    holder = whole.roots[rule.file]
    for step in under:
        entries = holder.value if isinstance(holder.value, dict) else {}
        if step not in entries:
            return rule.file, rule.line
        holder = entries[step]
    items = holder.value if isinstance(holder.value, list) else []
    index = next((index for index, item in enumerate(items) if item.line == rule.line), None)
    return rule.file, rule.line if index is None else whole.line(rule.file, *under, index, *steps)
