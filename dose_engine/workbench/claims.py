"""Claims: what the clinical lead wants proved of the whole rulebook, in `rules/claims.yaml`.

    - id: WINDOW-400
      says: More than 400 U in 92 days, for all sites and purposes together, is a stop.
      where: {total: {sum: [planned, history], within_days: 92, more_than: 400}}
      verdict: stop
      sources: [L9, R2]

`where` is a condition like that of a rule, with one difference: a claim writes its own sums, counts and days (`total`, `count`, `days`) and
its own numbers, and `open: [question, ...]` says that one of these questions is not answered. The computed facts and the constants of the
book are not accepted in it, or it would only repeat the rule it checks. Where it certainly holds, the conclusion must: `verdict` (at least
as bad), `fires` (these rules certainly fire), `never` (these rules cannot fire) and `no_stop_from` (no stop that reads this question can
fire there, however it is answered). A claim about the book as a whole says `prove` and one of the words of `WHOLE_BOOK` instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..advisory import Verdict
from ..documents import Node, Unreadable, read_yaml
from ..errors import Problem, quoted
from ..evaluators.values import UNKNOWN
from ..rulebook.conditions import All, AnyOf, Condition, Op, Test
from ..rulebook.load import CLAIMS
from ..rulebook.load_computed import STRETCHES, Words, computed
from ..rulebook.load_conditions import ConditionReader
from ..rulebook.load_zones import sources_of
from ..rulebook.model import Fact, Rulebook, Scope
from ..rulebook.reader import Reader, shown

WHOLE_BOOK: Final[dict[str, str]] = {
    "every_rule_can_fire": "For each rule there is a patient for whom it certainly fires.",
    "no_rule_is_implied": "No caution or stop fires only where another of the same severity fires anyway.",
    "suggestions_are_ordered": "No suggested range ends below its start.",
    "suggestions_stay_below_limits": "Whoever keeps to the suggested maximum crosses no line of the zone on the same or a wider basis.",
    "every_dose_has_a_position": "Each dose from 0.01 to 1000 U is below, within or above the range, over a limit, or withheld.",
    "possible_covers_completions": "What fires for some answer to the open questions was at least possible while they were open.",
    "an_answer_only_settles": "An answer, a date or a unit filled in never widens a sum, a count or a number of days.",
    "more_is_never_safer": "A higher or an added dose clears no caution and no stop, save by the rules that say `expects_dose`.",
}
"""What can be proved of the book as a whole, and what each says."""

OWN: Final = {"total": ("sum",), "count": ("count",), "days": ("days_since", "days_until")}
"""How a claim names a number of its own, and the operations it may use."""

OPEN_QUESTIONS: Final = "open"
CONCLUSIONS: Final = ("verdict", "fires", "never", "no_stop_from")
_COMPARATORS: Final = ("at_least", "more_than", "at_most", "less_than", "is")


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim. `condition` is None for a claim about the whole book; `facts` are the numbers that it works out itself."""

    id: str
    says: str
    sources: tuple[str, ...]
    condition: Condition | None = None
    facts: tuple[Fact, ...] = ()
    scope: Scope = Scope.CASE
    verdict: Verdict | None = None
    fires: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    no_stop_from: tuple[str, ...] = ()
    prove: str | None = None
    but: tuple[tuple[str, str], ...] = ()
    """Rules that a claim about the whole book leaves out, each with the reason."""
    file: str = CLAIMS
    line: int = 0


def claims_in(texts: Mapping[str, str], book: Rulebook) -> tuple[list[Claim], list[Problem]]:
    """The claims among these files (by name), and every problem with them. A rulebook need not have any."""
    if CLAIMS not in texts:
        return [], []
    try:
        root, problems = read_yaml(texts[CLAIMS], CLAIMS)
    except Unreadable as unreadable:
        return [], [unreadable.problem]
    reader = Reader(CLAIMS)
    claims = [claim for node in reader.items(root, CLAIMS) if (claim := _claim(node, reader, book))]
    seen: dict[str, Claim] = {}
    for claim in claims:
        if claim.id in seen:
            reader.about = f"claim {claim.id}"
            reader.wrong(
                "duplicate-id", claim.line, f"`{claim.id}` is the id of two claims", f"the first stands in line {seen[claim.id].line}"
            )
        seen[claim.id] = claim
    undeclared = [cited for cited in reader.cited if cited.id not in book.sources]
    for cited in undeclared:
        reader.about = cited.about
        reader.wrong("unknown-id", cited.line, f"{quoted(cited.id)} is not a source", "sources are listed in rules/sources.yaml")
    return claims, [*problems, *reader.problems]


def _claim(node: Node, reader: Reader, book: Rulebook) -> Claim | None:
    before = len(reader.problems)
    named = node.value.get("id") if isinstance(node.value, dict) else None
    reader.about = f"claim {quoted(named.value)[1:-1]}" if named is not None and isinstance(named.value, str) else "a claim"
    entries = reader.mapping(node, "a claim", ("id", "says", "sources"), ("where", *CONCLUSIONS, "prove", "but"))
    whole = "prove" in entries
    if whole and {"where", *CONCLUSIONS} & entries.keys():
        reader.wrong("contradiction", node, "a claim says `where` and what follows, or `prove`, not both")
    elif not whole and "where" not in entries:
        reader.wrong("missing-key", node, "a claim says `where`, or `prove`", "one of " + ", ".join(f"`{word}`" for word in WHOLE_BOOK))
    elif not whole and not entries.keys() & set(CONCLUSIONS):
        reader.wrong("missing-key", node, "a claim says what follows", "one or more of " + ", ".join(f"`{key}`" for key in CONCLUSIONS))
    if "but" in entries and not whole:
        reader.wrong("contradiction", entries["but"], "`but` leaves rules out of a claim about the whole book; here, say it in `where`")
    own = _Numbers(book, reader)
    condition = own.read(entries["where"]) if "where" in entries else None
    verdict = reader.word(entries["verdict"], "a verdict", ("caution", "incomplete", "stop")) if "verdict" in entries else None
    asked = [name for name, fact in book.facts.items() if fact.origin == "asked"]
    claim = Claim(
        id=reader.text(entries.get("id"), "id", 80),
        says=reader.text(entries.get("says"), "says"),
        sources=sources_of(entries, reader),
        condition=condition,
        facts=tuple(own.made),
        scope=own.scope_of(condition) if condition is not None else Scope.CASE,
        verdict=Verdict(verdict) if verdict else None,
        fires=_rules(entries.get("fires"), reader, book),
        never=_rules(entries.get("never"), reader, book),
        no_stop_from=reader.words(entries["no_stop_from"], "a question", asked) if "no_stop_from" in entries else (),
        prove=reader.word(entries["prove"], "what can be proved of a whole book", WHOLE_BOOK) if whole else None,
        but=_left_out(entries.get("but"), reader, book),
        line=node.line,
    )
    for rule in (*claim.fires, *claim.never):
        if claim.scope is Scope.CASE and book.rule_by_id[rule].scope is Scope.DOSE and condition is not None:
            reader.wrong(
                "wrong-comparison", node, f"`{rule}` belongs to a dose, and this claim to a case", "name a zone or region in `where`"
            )
    return claim if len(reader.problems) == before else None


def _rules(node: Node | None, reader: Reader, book: Rulebook) -> tuple[str, ...]:
    return () if node is None else reader.words(node, "a rule", book.rule_by_id, "unknown-id")


def _left_out(node: Node | None, reader: Reader, book: Rulebook) -> tuple[tuple[str, str], ...]:
    """Rules that are left out, each with why."""
    if node is None:
        return ()
    found = []
    for name, reason, line in reader.entries(node, "but"):
        if reader.word(Node(name, line), "a rule", book.rule_by_id, "unknown-id") is not None:
            found.append((name, reader.text(reason, "the reason", 200)))
    return tuple(sorted(found))


class _Numbers(ConditionReader):
    """Reads a claim's `where`: what is asked and given by name, and numbers that the claim works out itself."""

    def __init__(self, book: Rulebook, reader: Reader) -> None:
        stated = {name: fact for name, fact in book.facts.items() if fact.origin in ("asked", "given")}
        super().__init__(stated, {}, reader)
        self.book = book
        self.made: list[Fact] = []
        self._words = Words(book.zones, book.muscles, tuple(book.products), tuple(book.protocols))

    def read(self, node: Node) -> Condition:
        if not isinstance(node.value, dict):
            return super().read(node)
        lines = node.key_lines or {}
        own = {key: value for key, value in node.value.items() if key in OWN}
        repeated = [key for key in node.value if key in self.book.facts and key not in self.facts and key not in OWN]
        for key in repeated:
            help = "write the sum itself: `total: {sum: [planned, history], within_days: 92, more_than: 400}`"
            self.reader.wrong(
                "wrong-comparison", lines.get(key, node.line), f"`{key}` is worked out by the book; a claim writes its own", help
            )
        unanswered = node.value.get(OPEN_QUESTIONS)
        rest = {key: value for key, value in node.value.items() if key not in own and key not in repeated and key != OPEN_QUESTIONS}
        parts: list[Condition] = []
        if unanswered is not None:
            asked = [name for name, fact in self.facts.items() if fact.origin == "asked"]
            names = self.reader.words(unanswered, "a question", asked)
            parts.append(AnyOf(tuple(Test(name, Op.IS, words=(UNKNOWN,), text="not answered") for name in names)))
        if rest or not (own or repeated or unanswered is not None):
            read = super().read(Node(rest, node.line, lines))
            parts += read.parts if isinstance(read, All) else [read]
        for key, value in own.items():
            for item in value.value if isinstance(value.value, list) else [value]:
                parts += self._own(key, item)
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _own(self, key: str, node: Node) -> list[Condition]:
        """The tests on a number that the claim works out itself."""
        if not isinstance(node.value, dict):
            self.reader.wrong(
                "wrong-type", node, f"`{key}` is a mapping, got {shown(node)}", "for example `{sum: [planned, history], more_than: 4}`"
            )
            return []
        operations = [op for op in OWN[key] if op in node.value]
        if len(operations) != 1:
            self.reader.wrong(
                "missing-key", node, f"`{key}` says what it goes over", " or ".join(f"`{op}: {list(STRETCHES)}`" for op in OWN[key])
            )
            return []
        compared = {name: value for name, value in node.value.items() if name in _COMPARATORS}
        if not compared:
            self.reader.wrong(
                "missing-key", node, f"`{key}` is compared with a number", "one of " + ", ".join(f"`{name}`" for name in _COMPARATORS)
            )
            return []
        says = f"the {key} that the claim counts"
        how = {name: value for name, value in node.value.items() if name not in compared} | {"says": Node(says, node.line)}
        name = f"{key}_{len(self.made) + 1}"
        before = len(self.reader.problems)
        fact = computed(operations[0], name, Node(how, node.line, node.key_lines), node.line, self.reader, self._words, {}, frozenset())
        if fact is None or len(self.reader.problems) > before:
            return []
        self.made.append(fact)
        self.facts = {**self.facts, name: fact}
        exactly = compared.pop("is", None)
        tests = self._tests(fact, Node(compared, node.line, node.key_lines)) if compared else []
        return [*tests, *(self._tests(fact, exactly) if exactly is not None else [])]
