"""One edition of the book: the rulebook with everything beside it on one day, and what is found in it before a page is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Final

from ...report.rules_in_words import rules_of
from ...rulebook.load import FIXED, is_beside
from ...rulebook.meaning import book_digest, digest
from ...rulebook.model import Fact, Rule, Rulebook
from ...rulebook.whole_meaning import whole_meaning
from ..cases import RuleCase
from ..cases.expected import Expected
from ..whole import Whole
from .behind import rules_behind
from .comments import Headings, headings
from .markup import anchor
from .proofs import Certificate

CHAPTERS: Final = (
    ("how", "How to read this book"),
    ("zones", "Zones"),
    ("rules", "Rules"),
    ("questions", "Questions"),
    ("constants", "Constants"),
    ("facts", "Computed facts"),
    ("protocols", "Protocols and purposes"),
    ("products", "Products"),
    ("sources", "Sources"),
    ("cases", "Cases"),
    ("coverage", "Coverage"),
    ("claims", "Claims and proofs"),
    ("trace", "Traceability"),
    ("changes", "Changes since the last seal"),
    ("sign-off", "Sign-off"),
    ("index", "Index of rules"),
)
"""What the book holds, in its order: the anchor of each chapter and its title."""

_FILES: Final = ("screening", "totals", "timing", "upper_face", "midface", "lower_face", "jaw", "neck", "counselling")
"""The order in which files of rules are printed; any other comes after, by name."""


@dataclass(frozen=True, slots=True)
class Part:
    """A numbered part of the book. `level` 1 is a chapter."""

    number: str
    title: str
    id: str
    level: int


@dataclass(frozen=True, slots=True)
class Role:
    """What a case expects of a rule, as it is given and with its change: fires, possible, silent, or nothing (empty)."""

    case: RuleCase
    first: str
    then: str

    @property
    def fires(self) -> bool:
        return "fires" in (self.first, self.then)

    @property
    def says(self) -> str:
        if not self.then:
            return self.first
        return f"{self.first}, then {self.then}" if self.first else f"{self.then} with the change"


@dataclass(frozen=True, slots=True)
class Covered:
    """Of how many values of a rule's condition the cases have seen how many, and which they have not."""

    seen: int
    of: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seal:
    """How the seal stands. `holds` is None where there is none."""

    holds: bool | None
    says: str


@dataclass(frozen=True, slots=True)
class Changed:
    """Something that the book means now and did not mean when it was sealed: the thing, what became of it, and where it stands."""

    what: str
    says: str
    at: str


@dataclass(frozen=True)
class Edition:
    """`coverage` is by rule, and None where the cases were not run; `changes` is None where the book was never sealed."""

    whole: Whole
    today: dt.date
    seal: Seal
    certificate: Certificate | None = None
    coverage: Mapping[str, Covered] | None = None
    changes: tuple[Changed, ...] | None = None

    @property
    def book(self) -> Rulebook:
        return self.whole.book

    @cached_property
    def behind(self) -> Mapping[str, tuple[str, ...]]:
        """By claim, the rules by which it holds."""
        return {claim.id: rules_behind(claim, self.book) for claim in self.whole.claims}

    @cached_property
    def sealed_digest(self) -> str:
        """The hash of what a seal signs: the book together with its cases and claims."""
        return digest(whole_meaning(self.book, self.whole.texts))

    @cached_property
    def digest(self) -> str:
        """The hash of what the book means, however it is written."""
        return book_digest(self.book)

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The files of rules, in the order in which they are printed."""
        fixed = {f"rules/{stem}.yaml" for stem in FIXED}
        found = [name for name in self.whole.texts if name.startswith("rules/") and name not in fixed and not is_beside(name)]
        rank = {f"rules/{stem}.yaml": place for place, stem in enumerate(_FILES)}
        return tuple(sorted(found, key=lambda name: (rank.get(name, len(rank)), name)))

    @cached_property
    def headings(self) -> Mapping[str, Headings]:
        """The comments of each file that are headings."""
        return {name: headings(text) for name, text in self.whole.texts.items()}

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The numbered parts of the book, in their order."""
        return tuple(self._parts())

    def _parts(self) -> Iterator[Part]:
        for number, (name, title) in enumerate(CHAPTERS, 1):
            yield Part(str(number), title, name, 1)
            if name == "zones":
                for place, zone in enumerate(self.book.zones.values(), 1):
                    yield Part(f"{number}.{place}", zone.label, anchor("zone", zone.name), 2)
            if name == "rules":
                for place, file in enumerate(self.files, 1):
                    yield Part(f"{number}.{place}", file_title(file), anchor("file", file), 2)

    def under(self, chapter: str) -> tuple[Part, ...]:
        """The parts of a chapter."""
        return tuple(part for part in self.parts if part.level == 2 and part.number.startswith(f"{self.number[chapter]}."))

    @cached_property
    def number(self) -> Mapping[str, str]:
        """The number of a part, by its id."""
        return {part.id: part.number for part in self.parts}

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, in the order of the files and their lines."""
        rank = {name: place for place, name in enumerate(("zones.yaml", *self.files))}
        return tuple(sorted(self.book.rules, key=lambda rule: (rank.get(rule.file, len(rank)), rule.line)))

    @cached_property
    def zones_of(self) -> Mapping[str, tuple[str, ...]]:
        """By rule, the zones in which it can hold; only of rules that read where a dose is."""
        found: dict[str, list[str]] = {}
        for zone in self.book.zones.values():
            for rule in rules_of(zone, self.book):
                found.setdefault(rule.id, []).append(zone.name)
        return {name: tuple(zones) for name, zones in found.items()}

    def home(self, rule: Rule) -> str:
        """The id of the part in which a rule is printed in full: its zone, where it can hold in one zone only, or else its file."""
        zones = self.zones_of.get(rule.id, ())
        if rule.limit:
            return anchor("zone", rule.limit.zone)
        return anchor("zone", zones[0]) if len(zones) == 1 < len(self.book.zones) else anchor("file", rule.file)

    @cached_property
    def roles(self) -> Mapping[str, tuple[Role, ...]]:
        """By rule, what the cases expect of it; of a rule that only lowers a maximum, what they expect of the caution it stands for."""
        found: dict[str, list[Role]] = {rule.id: [] for rule in self.book.rules}
        for case in self.whole.cases:
            for name in dict.fromkeys(_named(case)):
                found[name].append(Role(case, _state(case.expect, name), _state(case.then, name) if case.then else ""))
        for rule in self.book.rules:
            if rule.severity is None and not found[rule.id]:
                found[rule.id] = found.get(f"{rule.id}-LOWERED", [])
        return {name: tuple(roles) for name, roles in found.items()}

    @cached_property
    def questions(self) -> tuple[Fact, ...]:
        """What an injector is asked, in the order of the file: what can be open."""
        return tuple(fact for fact in self.book.facts.values() if fact.open_counts is not None)

    @cached_property
    def overdue(self) -> frozenset[str]:
        """Zones and sources whose day of review has passed."""
        return frozenset(self.book.overdue(self.today))


def file_title(file: str) -> str:
    """`rules/upper_face.yaml` is "Upper face"."""
    return PurePosixPath(file).stem.replace("_", " ").capitalize()


def _named(case: RuleCase) -> Iterator[str]:
    for expected in (case.expect, case.then):
        if expected is not None:
            yield from (*expected.fires, *expected.possible, *expected.silent, *(name for name, _ in expected.told))


def _state(expected: Expected | None, name: str) -> str:
    if expected is None:
        return ""
    told = dict(expected.told)
    if name in told:
        return "fires" if told[name] else "silent"
    known = (("fires", expected.fires), ("possible", expected.possible), ("silent", expected.silent))
    return next((word for word, names in known if name in names), "")
