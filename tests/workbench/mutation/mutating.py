"""Mutants of the small and of the shipped book, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from dose_engine import Engine
from dose_engine.documents import Node
from dose_engine.rulebook.load import is_beside
from dose_engine.rulebook.model import Rulebook
from dose_engine.workbench.cases import RuleCase, run_case
from dose_engine.workbench.mutation.mutants import Mutant, mutants
from dose_engine.workbench.mutation.remade import Refused, Remaking
from dose_engine.workbench.whole import Whole, load_whole
from tests.strategies import REPOSITORY


@cache
def shipped_whole() -> Whole:
    return load_whole(REPOSITORY)


def roots(whole: Whole) -> Mapping[str, Node]:
    return {name: root for name, root in whole.roots.items() if not is_beside(name)}


def all_mutants(whole: Whole) -> list[Mutant]:
    return list(mutants(roots(whole), whole.book))


def mutant(whole: Whole, what: str) -> Mutant:
    return next(one for one in all_mutants(whole) if one.what == what)


def made(whole: Whole, one: Mutant) -> Rulebook:
    book = Remaking(roots(whole), whole.book)(one)
    assert not isinstance(book, Refused), book
    return book


def fails_in_full(book: Rulebook, cases: list[RuleCase]) -> bool:
    """Does any case fail when the engine runs them all under the mutated book, with nothing taken over?"""
    engine = Engine(book, confirm=False)
    return any(outcome.missed for case in cases for outcome in run_case(case, engine))
