"""Reads a condition: a mapping is "all of", a list is "one of", and groups any, all and none."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ..documents import Node, words_in
from ..errors import did_you_mean, quoted
from ..units import OPEN
from .conditions import ALWAYS, All, AnyOf, Condition, Named, NoneOf, Op, Test, facts_read, tests
from .model import Constant, Fact, Kind, Rising, Scope
from .reader import Reader, shown

GROUPS = ("any", "all", "none")
ORDER_OPS = (Op.AT_LEAST, Op.MORE_THAN, Op.AT_MOST, Op.LESS_THAN)
_LISTING = "facts are listed in rules/facts.yaml"


class ConditionReader:
    """Reads conditions against declared facts; problems are noted on the reader."""

    nothing: Condition = All()

    def __init__(
        self, facts: Mapping[str, Fact], constants: Mapping[str, Constant], reader: Reader, broken: frozenset[str] = frozenset()
    ) -> None:
        self.facts = facts
        self.constants = constants
        self.reader = reader
        self.broken = broken
        """Facts and constants that are declared but wrong: reading them is no second problem."""
        self.left_out = 0
        """How many tests were left out because of them."""

    def read(self, node: Node) -> Condition:
        """A condition, or `always`."""
        if node.value == "always":
            return ALWAYS
        if node.value == {}:
            self.reader.wrong("wrong-type", node, "an empty condition", "write `always` for a condition that always holds")
            return self.nothing
        if not isinstance(node.value, dict):
            self.reader.wrong("wrong-type", node, f"a condition is a mapping of facts, or `always`, got {shown(node)}")
            return self.nothing
        parts: list[Condition] = []
        for key, value in node.value.items():
            line = (node.key_lines or {}).get(key, node.line)
            if key in GROUPS:
                parts.append(self._group(key, value))
            elif key not in self.facts:
                if key in self.broken:
                    self.left_out += 1
                else:
                    self.reader.wrong("unknown-fact", line, f"{quoted(key)} is not a fact", did_you_mean(key, self.facts, _LISTING))
            else:
                parts.extend(self._tests(self.facts[key], value))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def scope_of(self, condition: Condition) -> Scope:
        """A condition belongs to a dose if it reads one fact of the dose."""
        reads = facts_read(condition)
        return Scope.DOSE if any(self.facts[name].scope is Scope.DOSE for name in reads if name in self.facts) else Scope.CASE

    def _group(self, key: str, node: Node) -> Condition:
        items = self.reader.items(node, f"`{key}`")
        if isinstance(node.value, list) and not items:
            self.reader.wrong("unreachable", node, f"`{key}: []` is empty", "a group holds at least one condition")
        parts = tuple(self.read(item) for item in items)
        group: type[AnyOf] | type[All] | type[NoneOf] = {"any": AnyOf, "all": All, "none": NoneOf}[key]
        return group(parts)

    def _tests(self, fact: Fact, node: Node) -> list[Condition]:
        if fact.origin == "named":
            answer = self.reader.word(node, f"an answer for `{fact.name}`", ("yes", "no"))
            return [Named(fact.name, fact.condition or self.nothing, holds=answer == "yes")]
        if not isinstance(node.value, dict):
            test = self._test(fact, Op.IS, node)
            return [test] if test else []
        found: list[Condition] = []
        for key, value in node.value.items():
            line = (node.key_lines or {}).get(key, node.line)
            if key not in set(Op):
                self.reader.wrong("unknown-key", line, f"{quoted(key)} is not a comparator", did_you_mean(key, [str(op) for op in Op]))
                continue
            op = Op(key)
            if op in ORDER_OPS and not fact.kind.is_number:
                self.reader.wrong("wrong-comparison", line, f"`{fact.name}` is a {_kind(fact)}; `{key}` compares numbers", _accepts(fact))
                continue
            test = self._test(fact, op, value)
            if test:
                found.append(test)
        self._reachable(fact, [test for test in found if isinstance(test, Test)], node)
        return found

    def _test(self, fact: Fact, op: Op, node: Node) -> Test | None:
        if not fact.kind.is_number:
            if any(isinstance(item.value, (int, Decimal)) and not isinstance(item.value, bool) for item in words_in(node)):
                message = f"`{fact.name}` is a {_kind(fact)}; it is not compared with a number"
                self.reader.wrong("wrong-comparison", node, message, _accepts(fact))
                return None
            listing = _accepts(fact)
            words = self.reader.words(node, f"a value of `{fact.name}`", fact.words, listing=listing)
            return Test(fact.name, op, words=words, text=" or ".join(words)) if words else None
        if isinstance(node.value, str) and node.value != "never" and not node.value[:1].isdigit():
            return self._against_name(fact, op, node)
        if isinstance(node.value, list):
            self.reader.wrong("wrong-comparison", node, f"`{fact.name}` is a number; it is compared with one number, not a list")
            return None
        if node.value == "never" and (fact.kind is not Kind.DAYS or op not in (Op.IS, Op.IS_NOT)):
            self.reader.wrong("wrong-comparison", node, "`never` is a value of day facts only, alone or after `is_not`")
            return None
        number = self.reader.number(node, fact.kind, f"a value of `{fact.name}` ({fact.kind})")
        return None if number is None else Test(fact.name, op, number=number, text=str(node.value))

    def _against_name(self, fact: Fact, op: Op, node: Node) -> Test | None:
        name = node.value
        if name in self.constants:
            constant = self.constants[name]
            if constant.kind is not fact.kind:
                self.reader.wrong("wrong-comparison", node, f"`{fact.name}` is in {fact.kind}, `{name}` in {constant.kind}")
                return None
            return Test(fact.name, op, number=constant.value, text=name)
        if name in self.broken and name not in self.facts:
            self.left_out += 1
            return None
        if name not in self.facts:
            known = [*self.constants, *(other.name for other in self.facts.values() if other.kind is fact.kind)]
            self.reader.wrong(
                "unknown-fact", node, f"{quoted(name)} is not a number, a constant or a fact", did_you_mean(name, known, _LISTING)
            )
            return None
        if self.facts[name].kind is not fact.kind:
            self.reader.wrong("wrong-comparison", node, f"`{fact.name}` is in {fact.kind}, `{name}` in {self.facts[name].kind}")
            return None
        if name == fact.name:
            self.reader.wrong("unreachable", node, f"`{name}` is compared with itself")
            return None
        return Test(fact.name, op, other=name, text=name)

    def _reachable(self, fact: Fact, found: list[Test], node: Node) -> None:
        """Bounds on one number that leave nothing between them."""
        low, high = 0, OPEN
        for test in found:
            if test.number is None:
                continue
            if test.op in (Op.AT_LEAST, Op.MORE_THAN):
                low = max(low, test.number + (test.op is Op.MORE_THAN))
            elif test.op in (Op.AT_MOST, Op.LESS_THAN):
                high = min(high, test.number - (test.op is Op.LESS_THAN))
        if low > high:
            self.reader.wrong("unreachable", node, f"no value of `{fact.name}` is within these bounds")


def clears_with_more(condition: Condition, facts: Mapping[str, Fact], held: bool = True) -> str | None:
    """The name of a fact through which a higher or added dose could clear the condition; None when none can (law 5)."""
    match condition:
        case All(parts) | AnyOf(parts):
            return next((name for part in parts if (name := clears_with_more(part, facts, held))), None)
        case NoneOf(parts):
            return next((name for part in parts if (name := clears_with_more(part, facts, not held))), None)
        case Named(_, inner, holds):
            return clears_with_more(inner, facts, held if holds else not held)
        case Test(fact=name, op=op, number=number, other=other):
            if facts[name].given == "dose.half_unit_steps":
                return name  # a higher dose may be on a step again
            rises = facts[name].rises
            if rises is not Rising.STILL:
                upward = _upward(op, number)
                if upward is None or (rises is Rising.UP) is not (upward is held):
                    return name
            if other is not None and facts[other].rises is not Rising.STILL:
                upward = _upward(op, number)
                if upward is None or (facts[other].rises is Rising.UP) is (upward is held):
                    return other
            return None


def _upward(op: Op, number: int | None) -> bool | None:
    """Does the test become true as the number grows (True), as it shrinks (False), or neither (None)?"""
    if op in (Op.AT_LEAST, Op.MORE_THAN) or (op is Op.IS and number == OPEN):
        return True
    if op in (Op.AT_MOST, Op.LESS_THAN) or (op is Op.IS_NOT and number == OPEN):
        return False
    if number == 0 and op in (Op.IS, Op.IS_NOT):
        return op is Op.IS_NOT
    return None


def _kind(fact: Fact) -> str:
    return {Kind.YES_NO: "yes-or-no fact", Kind.WORD: "word", Kind.LIST: "list"}.get(fact.kind, "number")


def _accepts(fact: Fact) -> str:
    return "accepted: " + ", ".join(f"`{word}`" for word in fact.words)


def placeholders_checked(text: str, condition: Condition, facts: Mapping[str, Fact], reader: Reader, line: int) -> None:
    """Every `{name}` in a message is a fact that the condition reads."""
    read = {test.fact for test in tests(condition)} | {test.other for test in tests(condition) if test.other}
    for name in names_in_braces(text, reader, line):
        if name not in facts:
            known = did_you_mean(name, read, "a placeholder is a fact that the rule reads")
            reader.wrong("unknown-placeholder", line, f"{quoted('{' + name + '}')} is not a fact", known)
        elif name not in read:
            reader.wrong("unknown-placeholder", line, f"`{{{name}}}` is not read by this rule's `when`", did_you_mean(name, read))


def names_in_braces(text: str, reader: Reader, line: int) -> list[str]:
    names: list[str] = []
    rest = text
    while "{" in rest or "}" in rest:
        before, brace, rest = rest.partition("{")
        if "}" in before or not brace:
            reader.wrong("unknown-placeholder", line, "a `}` without its `{`")
            return names
        name, brace, rest = rest.partition("}")
        if not brace:
            reader.wrong("unknown-placeholder", line, "a `{` without its `}`")
            return names
        names.append(name)
    return names


__all__ = ["ConditionReader", "clears_with_more", "names_in_braces", "placeholders_checked", "words_in"]
