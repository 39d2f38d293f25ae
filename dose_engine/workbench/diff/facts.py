"""What became of a fact (a question, a field of the case, a sum, a condition with a name), in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from ...advisory import Verdict
from ...report.words import listed
from ...rulebook.conditions import All
from ...rulebook.meaning import plain
from ...rulebook.model import Computation, Fact, Kind
from ...wording import words
from ..whole import Whole
from .both import Both, asked_behind_numbers, named_readers
from .change import About, Change, Lean, joined
from .conditions import part_changes, with_constants
from .lean import fact_lean, rule_lean
from .phrases import amount, came_and_went, named, was_now, word_list
from .rules import constants_of
from .zones import spelled

_OPEN: Final = {Verdict.INCOMPLETE: "incomplete", Verdict.CAUTION: "caution", Verdict.OK: "info"}
_STRETCHES: Final = {"planned": "today's plan", "history": "earlier treatments", "scheduled": "scheduled treatments"}
_COUNTS: Final = {"sum": "adds up", "count": "counts", "days_since": "counts the days since", "days_until": "counts the days until"}
_PRODUCTS: Final = {"ours": "the rulebook's product", "other": "other products", "any": "every product"}


class FactChanges:
    """One fact that is in at least one of the books."""

    def __init__(self, both: Both, old: Fact | None, new: Fact | None) -> None:
        self.both, self.old, self.new = both, old, new
        fact = new or old
        assert fact is not None
        self.fact = fact
        self.group = "Questions" if fact.origin == "asked" else "Facts"
        self.readers = both.readers(fact.name)

    def change(self, field: str, says: str, *keys: str, about: About = "words", lean: Lean = Lean.NEITHER, **more: Any) -> Change:
        at = self.both.at("facts", self.fact.name, *(keys or (() if field == "name" else (field,))))
        path = ("facts", self.fact.name, field)
        if about == "verdict" and self.readers:
            book = self.both.new.book if self.new else self.both.old.book
            through = named(named_readers(book, self.fact.name), "fact")
            touched = " and ".join(text for text in (named(self.readers, "rule"), through) if text)
            more = {"details": (("touches", touched),), "touches": self.readers, **more}
        if about == "verdict" and not self.readers:
            lean = Lean.NEITHER
        return Change(path, self.group, says, at, about=about, lean=lean, id=f"FACT-{spelled(self.fact.name)}", **more)

    @property
    def name(self) -> str:
        """A question by its prompt, any other fact by its name."""
        return f'"{self.fact.says}"' if self.fact.origin == "asked" else self.fact.name

    def consequences(self) -> frozenset[str]:
        """The words it takes, where zones, products or purposes came or went; its window, where that follows a constant."""
        if self.old is None or self.new is None:
            return frozenset()
        found = set()
        if set(self.old.words) ^ set(self.new.words) <= _vocabulary(self.both.old) ^ _vocabulary(self.both.new):
            found.add("words")
        if self.old.computation and self.new.computation and any(follows(self.both, self.new.name, name) for name in moved(self.both)):
            was = {**plain(self.old.computation), "within_days": self.new.computation.within_days}
            found |= {"computation"} if was == plain(self.new.computation) else set()
        return frozenset(found)

    def come(self) -> Iterator[Change]:
        fact = self.fact
        if fact.origin == "asked":
            counts = _OPEN[fact.open_counts or Verdict.INCOMPLETE]
            yield self._itself(f"a new question, {fact.name}: {self.name} (an open answer counts for {counts})")
        else:
            yield self._itself(f"a new fact, {fact.name}: {fact.says}")

    def gone(self) -> Iterator[Change]:
        if self.fact.origin == "asked":
            yield self._itself(f"the question {self.fact.name} is gone: {self.name} (a case that answers it cannot be read)")
        else:
            yield self._itself(f"the fact {self.fact.name} is gone: {self.fact.says}")

    def _itself(self, says: str) -> Change:
        """A fact moves no verdict by being there; but what an open history or product counts for hangs on theirs."""
        if any(self.fact.name in asked_behind_numbers(book) for book in (self.both.old.book, self.both.new.book)):
            return self.change("name", says, about="verdict", lean=Lean.EITHER)
        return self.change("name", says)

    def field(self, name: str) -> Iterator[Change]:
        """The changes of one field; none where the field has no words."""
        old, new = self.old, self.new
        assert old is not None
        assert new is not None
        match name:
            case "says":
                key = "asked" if new.origin == "asked" else "says"
                what = (
                    f"the question {new.name} is asked in other words" if new.origin == "asked" else f"what {new.name} says is another text"
                )
                yield self.change(name, what, key, details=was_now(old.says, new.says))
            case "open_counts":
                yield self._open(old, new)
            case "about_place":
                says = f"{self.name} is asked {'of each place' if new.about_place else 'of the whole patient'} now"
                yield self.change(name, says, about="verdict", lean=Lean.EITHER, covers=frozenset(("scope",)))
            case "sources":
                says = came_and_went(old.sources, new.sources, "rests on", "no longer on")
                yield self.change(name, f"{new.name} {says}", about="evidence")
            case "if_left_out":
                was, now = (words(fact.if_left_out) if fact.if_left_out else "unknown" for fact in (old, new))
                yield self.change(name, f"{new.name}, left out, is said to be read as {now} now, was {was}")
            case "origin" | "given" | "kind":
                yield self._origin(name, old, new)
            case "condition":
                yield from self._condition(old, new)
            case "computation" if old.computation and new.computation:
                yield from self._computation(old, old.computation, new, new.computation)
            case "computation":
                yield self._origin(name, old, new)
            case "scope":
                yield self.change(name, f"{new.name} belongs to the {new.scope} now, belonged to the {old.scope}")

    def _open(self, old: Fact, new: Fact) -> Change:
        was, now = (fact.open_counts or Verdict.INCOMPLETE for fact in (old, new))
        lean = Lean.STRICTER if now.rank > was.rank else Lean.LOOSER if now.rank < was.rank else Lean.NEITHER
        says = f"an open answer to {self.name} counts for {_OPEN.get(now, now)} now, was {_OPEN.get(was, was)}"
        return self.change("open_counts", says, about="verdict", lean=lean if self._judged() else Lean.NEITHER)

    def _judged(self) -> bool:
        """Does a caution or a stop read it?"""
        rules = [*self.both.old.book.rules, *self.both.new.book.rules]
        return any(rule.id in self.readers and rule.severity in ("caution", "stop") for rule in rules)

    def _origin(self, field: str, old: Fact, new: Fact) -> Change:
        was, now = (_comes_from(fact) for fact in (old, new))
        if was == now:
            was, now = (f"{was} ({words(fact.kind)})" for fact in (old, new))
        covers = frozenset(("origin", "given", "kind", "computation", "condition", "scope", "words")) - {field}
        return self.change(field, f"{new.name} is {now} now, was {was}", about="verdict", lean=Lean.EITHER, covers=covers)

    def _condition(self, old: Fact, new: Fact) -> Iterator[Change]:
        was, now = self.both.old.book, self.both.new.book
        before, after = with_constants(old.condition or All(), constants_of(self.both)), new.condition or All()
        leans = joined(rule_lean(one, other, was, now) for one, other in self.both.pairs(self.readers))
        if old.condition is None or new.condition is None:
            yield self._origin("condition", old, new)
            return
        for text in part_changes(before, after, was, now):
            yield self.change("condition", f"{new.name}: {text}", "named", about="verdict", lean=leans, covers=frozenset(("scope",)))

    # sums, counts and days

    def _computation(self, fact_was: Fact, old: Computation, fact: Fact, new: Computation) -> Iterator[Change]:
        lean = fact_lean(fact_was, fact, list(self.both.pairs(self.readers)), self.both.old.book, self.both.new.book)
        for key, text in computation_changes(old, new):
            covers = frozenset(("scope", "kind"))
            yield self.change("computation", f"{fact.name} {text}", key, about="verdict", lean=lean, covers=covers)


def computation_changes(old: Computation, new: Computation) -> Iterator[tuple[str, str]]:
    """The key of facts.yaml, and what it does now."""
    if old.op != new.op:
        yield new.op, f"{_COUNTS[new.op]} now, {_COUNTS[old.op]} before"
    if set(old.over) != set(new.over):
        yield new.op, f"goes over {_stretches(new.over)} now, went over {_stretches(old.over)}"
    if set(old.this) != set(new.this):
        yield "this", f"is of {_bound(new.this)} now, was of {_bound(old.this)}"
    yield from _filters(old, new)
    if old.within_days != new.within_days:
        yield "within_days", f"looks back {_back(new.within_days)} now, was {_back(old.within_days)}"
    if old.at_peak != new.at_peak:
        yield "at", "is the most in any window that contains today now" if new.at_peak else "is of the window up to today only now"
    if old.midline_half != new.midline_half:
        yield (
            "midline",
            f"counts {'half of' if new.midline_half else 'no longer'} a dose in the midline{'' if new.midline_half else ' by half'}",
        )
    if old.product != new.product:
        yield "product", f"counts {_PRODUCTS[new.product]} now, was {_PRODUCTS[old.product]}"


def _filters(old: Computation, new: Computation) -> Iterator[tuple[str, str]]:
    before, after = ({field: (accepted, negated) for field, accepted, negated in how.where} for how in (old, new))
    for field in sorted({*before, *after}):
        if before.get(field) != after.get(field):
            yield "where", f"takes {_filter(field, after.get(field))} now, was {_filter(field, before.get(field))}"


def _filter(field: str, found: tuple[frozenset[str], bool] | None) -> str:
    if found is None:
        return f"any {words(field)}"
    accepted, negated = found
    return f"{'every ' + words(field) + ' but' if negated else 'the ' + words(field)} {word_list(sorted(accepted))}"


def _stretches(over: Sequence[str]) -> str:
    return listed([_STRETCHES[stretch] for stretch in over])


def _bound(this: Iterable[str]) -> str:
    bound = sorted(this)
    return "the same " + listed([words(name) for name in bound]) if bound else "the whole case"


def _back(days: int | None) -> str:
    return "all the way" if days is None else amount(days, Kind.DAYS)


def follows(both: Both, fact: str, constant: str) -> bool:
    """Does the window of a fact follow a constant, by name, in both books?"""
    found = []
    for whole in (both.old, both.new):
        root = whole.roots.get("rules/facts.yaml")
        node = root.value.get(fact) if root is not None and isinstance(root.value, dict) else None
        within = node.value.get("within_days") if node is not None and isinstance(node.value, dict) else None
        found.append(within is not None and within.value == constant)
    return all(found)


def moved(both: Both) -> list[str]:
    """The constants whose value is another."""
    was, now = both.old.book.constants, both.new.book.constants
    return [name for name in now if name in was and was[name].value != now[name].value]


def _vocabulary(whole: Whole) -> set[str]:
    book = whole.book
    return {*book.zones, *book.regions, *book.muscles, *book.products, *book.protocols}


def _comes_from(fact: Fact) -> str:
    match fact.origin:
        case "asked":
            return "a question"
        case "given":
            return f"the field {fact.given} of the case"
        case "computed":
            return f"a {words(fact.computation.op)}" if fact.computation else "computed"
        case _:
            return "a condition with a name"
