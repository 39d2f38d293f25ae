"""How much of a rulebook its cases have seen: each rule, and each test of its condition, certain, possible and impossible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...evaluators.semantics import Truth, evaluate
from ...rulebook.conditions import Condition, tests
from ...rulebook.model import Rule
from ...wording import fact_text, test_text
from .reach import reach
from .runs import Runs

SAYS = {Truth.CERTAIN: "certain", Truth.POSSIBLE: "possible", Truth.IMPOSSIBLE: "impossible"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A value that a rule, or one test of it, can have. `test` is the number of the test, None for the rule as a whole. `out_of_reach`
    says why no case could show it; empty where one can."""

    rule: str
    file: str
    line: int
    test: int | None
    what: str
    value: str
    seen: bool
    out_of_reach: str = ""


@dataclass(frozen=True, slots=True)
class Covered:
    """Of how many values that can occur, how many were seen."""

    seen: int
    of: int

    @property
    def percent(self) -> int:
        """Rounded down: 100 only when nothing is missing."""
        return 100 * self.seen // self.of if self.of else 100


@dataclass(frozen=True, slots=True)
class Coverage:
    cells: tuple[Cell, ...]

    @property
    def missing(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if not cell.seen and not cell.out_of_reach)

    @property
    def out_of_reach(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.out_of_reach)

    @property
    def files(self) -> dict[str, Covered]:
        """The files of the rules, in the order of their names."""
        return {file: self.of(cell for cell in self.cells if cell.file == file) for file in sorted({cell.file for cell in self.cells})}

    @property
    def total(self) -> Covered:
        return self.of(self.cells)

    def of(self, cells: Iterable[Cell]) -> Covered:
        reachable = [cell for cell in cells if not cell.out_of_reach]
        return Covered(sum(cell.seen for cell in reachable), len(reachable))


def coverage(runs: Runs) -> Coverage:
    """What the runs have seen of the rules of their book."""
    rules = sorted(runs.book.rules, key=lambda rule: (rule.file, rule.line, rule.id))
    return Coverage(tuple(cell for rule in rules for cell in _of_rule(rule, runs)))


def _of_rule(rule: Rule, runs: Runs) -> Iterator[Cell]:
    book = runs.book
    leaves = list(tests(rule.condition))
    records = [alike.record for alike in runs.alike(rule.reads, rule.scope)]
    parts: list[tuple[int | None, Condition, str]] = [(None, rule.condition, "the rule")]
    parts += [(number, test, f"{fact_text(book.facts[test.fact])}: {test_text(test, book)}") for number, test in enumerate(leaves, 1)]
    for number, condition, what in parts:
        seen = {evaluate(condition, record) for record in records}
        out = dict(reach(condition, book).out)
        for truth in sorted(Truth, reverse=True):
            yield Cell(rule.id, rule.file, rule.line, number, what, SAYS[truth], truth in seen, "" if truth in seen else out.get(truth, ""))
