"""A past case, from wherever it comes: a file, a line of an NDJSON file, or a case beside the rules."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ...case import Case
from ...documents import Unreadable, read_yaml
from ...errors import CaseError, Problem
from ...intake import case_from, read_case
from ...rulebook.model import Rulebook
from ..cases import TODAY, RuleCase, halves_of


@dataclass(frozen=True, slots=True)
class Past:
    """One case that was planned before. `text` is YAML, or JSON where the name says so; `line` is its line in a file of many.

    `problem` is set where there is nothing to read, `made` where the case is there as plain values.
    """

    name: str
    text: str = ""
    is_json: bool = False
    line: int = 0
    problem: Problem | None = None
    made: Mapping[str, Any] | None = None

    @property
    def label(self) -> str:
        return f"{self.name}:{self.line}" if self.line else self.name

    def case(self, book: Rulebook, today: dt.date) -> Case:
        """The case as a rulebook reads it. Raises `CaseError`."""
        if self.problem is not None:
            raise CaseError([self.problem])
        if self.made is not None:
            return case_from(self.made, book, TODAY)
        ending = ".json" if self.is_json else ".yaml"
        name = self.name if self.name.lower().endswith((".yaml", ".yml", ".json")) and not self.line else self.name + ending
        try:
            return read_case(self.text, name, book, today)
        except CaseError as error:
            raise CaseError(replace(problem, file=self.name, line=self.line or problem.line) for problem in error.problems) from None

    def values(self) -> dict[str, Any]:
        """The case as plain values, as it is written."""
        if self.made is not None:
            return dict(self.made)
        try:
            found = json.loads(self.text, parse_float=Decimal) if self.is_json else read_yaml(self.text, self.name)[0].plain()
        except (ValueError, Unreadable):  # a case that was read before; only JSON with its own digits could differ
            return {}
        return found if isinstance(found, dict) else {}


def beside_the_rules(cases: Iterable[RuleCase]) -> Iterator[Past]:
    """The cases of a rulebook, both halves, as if they were past ones."""
    for case in cases:
        try:
            for half in halves_of(case):
                name = f"{case.file} {case.id}{' (changed)' if half.changed else ''}"
                yield Past(name, made=half.values)
        except (LookupError, TypeError):  # a change that is at no place of the case; `rules test` tells it
            continue
