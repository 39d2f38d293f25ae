"""Reads the nodes of a rulebook file strictly, noting every problem and going on, so that all errors are reported at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ..documents import Node, words_in
from ..errors import Problem, did_you_mean, nearest, quoted
from ..units import OPEN, STEPS, Units
from .model import Kind

LONGEST_TEXT = 260
MOST_UNITS = 10_000
"""The largest number of units a rulebook may name; far below what the evaluators can count."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
RESERVED = ("any", "all", "none", "always", "never", "unknown", "elsewhere")
"""Words of the rule language itself, which nothing else can be named by."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A source or hazard named somewhere, to be held against the files that declare them."""

    what: str
    id: str
    line: int
    about: str


@dataclass(slots=True)
class Reader:
    """One file being read. `about` names the rule, fact or zone at hand; it stands in every problem."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    about: str = ""
    cited: list[Cited] = field(default_factory=list)
    _accepted: dict[int, frozenset[str]] = field(default_factory=dict)

    def cite(self, what: str, node: Node | None) -> str:
        """The id of a source or a hazard; whether it is declared is checked when all files are read."""
        name = self.text(node, f"a {what}", 60)
        if name and node is not None:
            self.cited.append(Cited(what, name, node.line, self.about))
        return name

    def named(self, name: str, line: int, what: str) -> None:
        """Note a name that a rule could not be written with."""
        if not _NAME.match(name):
            self.wrong("wrong-word", line, f"{quoted(name)} is not a name for {what}", "lower-case letters, digits and `_`")
        elif name in RESERVED:
            self.wrong("wrong-word", line, f"`{name}` is a word of the rule language, not a name for {what}")

    def wrong(self, code: str, node: Node | int, message: str, help: str = "") -> None:
        line = node if isinstance(node, int) else node.line
        self.problems.append(Problem(code, message, help, self.file, line, self.about))

    def mapping(self, node: Node, what: str, required: Iterable[str] = (), optional: Iterable[str] = ()) -> dict[str, Node]:
        """The entries of a mapping with just these keys; what is wrong is noted and left out."""
        if not isinstance(node.value, dict):
            self.wrong("wrong-type", node, f"{what} is a mapping, got {shown(node)}")
            return {}
        required = list(required)
        accepted = {*required, *optional}
        entries = {}
        for key, value in node.value.items():
            if key in accepted:
                entries[key] = value
            else:
                line = (node.key_lines or {}).get(key, node.line)
                self.wrong("unknown-key", line, f"{quoted(key)} is not a key of {what}", did_you_mean(key, accepted))
        self._accepted[id(node)] = frozenset(accepted)
        missing = [key for key in required if key not in node.value]
        for key in missing:
            if key not in self.misspelt(node, entries):
                code = "no-source" if key == "sources" else "missing-key"
                self.wrong(code, node, f"{what} needs `{key}`")
        return entries

    def misspelt(self, node: Node, entries: Iterable[str]) -> set[str | None]:
        """The keys that are not among the entries read, but that another key of the mapping seems to mean."""
        accepted = self._accepted.get(id(node), frozenset())
        return {nearest(key, accepted - set(entries)) for key in node.value if key not in accepted}

    def entries(self, node: Node, what: str) -> Iterator[tuple[str, Node, int]]:
        """Every entry of a mapping with free keys, with the line of its key."""
        if not isinstance(node.value, dict):
            self.wrong("wrong-type", node, f"{what} is a mapping, got {shown(node)}")
            return
        for key, value in node.value.items():
            yield key, value, (node.key_lines or {}).get(key, value.line)

    def items(self, node: Node, what: str) -> list[Node]:
        if not isinstance(node.value, list):
            self.wrong("wrong-type", node, f"{what} is a list, got {shown(node)}")
            return []
        return list(node.value)

    def text(self, node: Node | None, what: str, longest: int = LONGEST_TEXT) -> str:
        if node is None:
            return ""
        if not isinstance(node.value, str) or not node.value.strip():
            self.wrong("wrong-type", node, f"{what} is a text, got {shown(node)}")
            return ""
        text = " ".join(node.value.split())
        if len(text) > longest:
            self.wrong("too-many", node, f"{what} is {len(text)} characters long, at most {longest} are read at a glance")
        return text

    def word(self, node: Node, what: str, accepted: Iterable[str], code: str = "wrong-word", listing: str = "") -> str | None:
        """One word of the accepted ones, or None with the problem noted."""
        accepted = list(accepted)
        value = node.value
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if isinstance(value, str) and value in accepted:
            return value
        if isinstance(value, str):
            self.wrong(code, node, f"{quoted(value)} is not {what}", did_you_mean(value, accepted, listing))
        else:
            self.wrong("wrong-type", node, f"{what} is a word, got {shown(node)}", did_you_mean("", accepted, listing))
        return None

    def words(self, node: Node, what: str, accepted: Iterable[str], code: str = "wrong-word", listing: str = "") -> tuple[str, ...]:
        """One word or a list of them."""
        accepted = list(accepted)
        found = [self.word(item, what, accepted, code, listing) for item in words_in(node)]
        if isinstance(node.value, list) and not node.value:
            self.wrong("unreachable", node, f"an empty list: nothing is ever one of nothing ({what})")
        return tuple(word for word in found if word is not None)

    def yes(self, node: Node | None, what: str) -> bool:
        return node is not None and self.word(node, f"an answer for `{what}`", ("yes", "no")) == "yes"

    def whole(self, node: Node, what: str, low: int = 0, high: int = 100_000) -> int | None:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.wrong("wrong-number", node, f"{what} is a whole number from {low} to {high}, got {shown(node)}")
            return None
        return value

    def units(self, node: Node, what: str) -> Units | None:
        try:
            if isinstance(node.value, bool) or not isinstance(node.value, (int, Decimal)):
                raise ValueError("units are a plain number, without quotes")
            units = Units.of(node.value)
            if units > MOST_UNITS * STEPS:
                raise ValueError(f"units are at most {MOST_UNITS:,} here")
            return units
        except ValueError as error:
            self.wrong("wrong-number", node, f"{what}: {error}, got {shown(node)}")
            return None

    def number(self, node: Node, kind: Kind, what: str) -> int | None:
        """A number of a kind, in the steps that facts of the kind are counted in."""
        if kind is Kind.UNITS:
            units = self.units(node, what)
            return None if units is None else int(units)
        if kind is Kind.DAYS and node.value == "never":
            return OPEN
        if kind is Kind.MILLIMETRES:
            value = Decimal(node.value) * 100 if isinstance(node.value, (int, Decimal)) and not isinstance(node.value, bool) else None
            if value is None or value != value.to_integral_value() or not 0 <= value <= 10_000:
                self.wrong("wrong-number", node, f"{what} is millimetres with at most two decimals, got {shown(node)}")
                return None
            return int(value)
        return self.whole(node, what)

    def day(self, node: Node | None, what: str) -> dt.date | None:
        if node is None or node.value is None:
            return None
        try:
            if not isinstance(node.value, str) or not _DAY.match(node.value):
                raise ValueError
            return dt.date.fromisoformat(node.value)
        except ValueError:
            self.wrong("wrong-date", node, f"{what} is a date YYYY-MM-DD, got {shown(node)}")
            return None


def shown(node: Node) -> str:
    """A value as an error shows it: short, in backticks."""
    match node.value:
        case None:
            return "nothing"
        case bool(value):
            return "`true`" if value else "`false`"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case int(value) if value.bit_length() > 4000:  # beyond what Python spells out
            return "a number of more than 1,000 digits"
        case value:
            return quoted(str(value))
