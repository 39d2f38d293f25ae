"""What the tests of the scaffold work on: the shipped book, and a lean one with its zones and facts and one rule a file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any, Final

from dose_engine.advisory import Severity
from dose_engine.documents import read_yaml
from dose_engine.engine import Engine
from dose_engine.rulebook.load import NEEDED, folder_texts, is_beside
from dose_engine.rulebook.load_conditions import ConditionReader
from dose_engine.rulebook.model import Rule, Rulebook
from dose_engine.rulebook.reader import Reader
from dose_engine.workbench.cases import Outcome, run_case
from dose_engine.workbench.scaffold.additions import Addition, Scaffold, scaffold
from dose_engine.workbench.scaffold.drafts import RuleDraft
from dose_engine.workbench.scaffold.homes import Home
from dose_engine.workbench.whole import Whole, whole_of
from tests.strategies import REPOSITORY, shipped

FULL: Final[dict[str, Any]] = {
    "message": "It is so.",
    "title": "A situation",
    "because": "It is so.",
    "advise": "Leave it out.",
    "sources": ("R1",),
    "hazard": "H-UNEVEN",
}
"""Everything a rule says, so that nothing is left to be filled in."""


@cache
def shipped_whole() -> Whole:
    texts, problems = folder_texts(REPOSITORY, beside=True)
    assert not problems
    return whole_of(texts)


@cache
def lean_whole() -> Whole:
    """The shipped book with the first rule of each file and no cases: what it says of zones and facts, quickly loaded."""
    texts = {name: text for name, text in shipped_whole().texts.items() if not is_beside(name)}
    return whole_of({name: text if name in NEEDED else _first_item(text) for name, text in texts.items()})


def _first_item(text: str) -> str:
    starts = [found.start() for found in re.finditer(r"^- id:", text, re.MULTILINE)]
    return text[: starts[1]] if len(starts) > 1 else text


def added(whole: Whole, when: Any, severity: str = "caution", file: str = "rules/totals.yaml", **said: Any) -> Scaffold:
    """The book with a rule NEW."""
    return scaffold(whole, Addition(RuleDraft("NEW", when, Severity(severity), **{**FULL, **said}), Home(file)))


def rule_of(text: str, book: Rulebook) -> Rule:
    """A caution with this condition; ABOVE all others in the alphabet, so that it is easily found."""
    reader = Reader("rules/new.yaml")
    conditions = ConditionReader(book.facts, book.constants, reader)
    condition = conditions.read(read_yaml(text, "new")[0])
    assert not reader.problems, reader.problems
    return Rule("NEW", "A situation", condition, ("R1",), Severity.CAUTION, "It is so.", scope=conditions.scope_of(condition))


def engine_with(rule: Rule, book: Rulebook | None = None) -> Engine:
    """The book with the rule; the second evaluator is left out here."""
    known = book or shipped()
    return Engine(replace(known, rules=(*known.rules, rule)), confirm=False)


def outcomes(made: Scaffold, engine: Engine) -> list[Outcome]:
    """What comes of the cases that were written."""
    ids = {case.id for case in made.cases}
    return [outcome for case in made.whole.cases if case.id in ids for outcome in run_case(case, engine)]


def all_right(found: Iterable[Outcome]) -> bool:
    return not [outcome.wrong for outcome in found if outcome.wrong]
