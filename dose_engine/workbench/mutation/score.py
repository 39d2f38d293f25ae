"""The whole run: every mutant of a rulebook held against its cases, the score, and for each survivor a case that would notice it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ...documents import Node
from ...rulebook.load import is_beside
from ...rulebook.model import Rule, Rulebook
from ..testing import name_of
from ..testing.runs import Runs
from ..whole import Whole
from .equivalence import equivalent
from .jury import Jury
from .killing import Killing
from .mutants import Mutant, mutants
from .outcome import other
from .remade import Refused, Remaking

Fate = Literal["killed", "survived", "equivalent", "refused"]


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a mutant. `why`: the half that notices it, what proves it equivalent, or the loader's problem with it. `case`: for a
    survivor, a case as YAML that would notice it, where one was found."""

    mutant: Mutant
    fate: Fate
    why: str = ""
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    judged: tuple[Judged, ...]

    def of(self, fate: Fate) -> tuple[Judged, ...]:
        return tuple(one for one in self.judged if one.fate == fate)

    @property
    def percent(self) -> int:
        """Killed of those that could be, rounded down: neither what is proved equivalent counts, nor what the loader refuses."""
        killed, survived = len(self.of("killed")), len(self.of("survived"))
        return 100 * killed // (killed + survived) if killed + survived else 100


def score(whole: Whole, runs: Runs, rules: Collection[str] | None = None) -> Score:
    """Every mutant of the book, or only of these rules, judged by the runs of its cases. The lines of a zone go with the zone."""
    roots = {name: root for name, root in whole.roots.items() if not is_beside(name)}
    found: Iterable[Mutant] = mutants(roots, whole.book)
    if rules is not None:
        places = {_home(whole.book.rule_by_id[rule], roots) for rule in rules}
        found = (mutant for mutant in found if (mutant.file, mutant.place) in places)
    return Score(tuple(judged(found, Remaking(roots, whole.book), runs)))


def _home(rule: Rule, roots: Mapping[str, Node]) -> tuple[str, str | int]:
    """The file of a rule, and the top of it that the rule is in."""
    if rule.limit is not None:
        return rule.file, rule.limit.zone
    items = roots[rule.file].value
    return rule.file, next(index for index, item in enumerate(items) if item.line == rule.line)


def judged(found: Iterable[Mutant], remake: Remaking, runs: Runs) -> Iterator[Judged]:
    jury, killing, taken = Jury(runs), Killing(runs), dict[str, int]()
    for mutant in found:
        book = remake(mutant)
        if isinstance(book, Refused):
            yield Judged(mutant, "refused", book.problem.message)
        elif noticed := jury.noticed_by(book):
            half, miss = noticed
            yield Judged(mutant, "killed", f"{half.case.file}:{half.line} {name_of(half)}: {miss.what}")
        elif why := equivalent(runs.book, book):
            yield Judged(mutant, "equivalent", why)
        else:
            yield Judged(mutant, "survived", "", killing.case(mutant, book, _fresh_id(runs, book, mutant, taken)))


def _fresh_id(runs: Runs, book: Rulebook, mutant: Mutant, taken: dict[str, int]) -> str:
    """An id for a new case: after the rule or the thing it is about, with a number."""
    about = next(iter(sorted(other(runs.book, book).rules)), re.sub(r"[^A-Z0-9]+", "-", str(mutant.place).upper()))
    known = {run.half.case.id for run in runs.runs}
    while True:
        taken[about] = taken.get(about, 0) + 1
        if (id := f"{about}-CASE-{taken[about]}") not in known:
            return id
