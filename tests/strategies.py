"""Hypothesis strategies: cases and rulebooks from the generator that the differential runs use too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st

from dose_engine import Case, Engine, Rulebook, load_rulebook
from dose_engine.intake import case_from
from dose_engine.rulebook.load import load_texts
from dose_engine.workbench.cases import TODAY
from dose_engine.workbench.generate import Draw, generate_case
from dose_engine.workbench.generate_book import generate_rulebook

T = TypeVar("T")
REPOSITORY = Path(__file__).resolve().parent.parent


class HypothesisDraw:
    """Chance from Hypothesis, so that what it finds is shrunk."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self._draw = draw

    def whole(self, low: int, high: int) -> int:
        return int(self._draw(st.integers(low, high)))

    def one_of(self, items: Sequence[T]) -> T:
        return items[self._draw(st.integers(0, len(items) - 1))]


@lru_cache(maxsize=1)
def shipped() -> Rulebook:
    return load_rulebook(REPOSITORY)


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The shipped rulebook; the laws are about the rules, so the second evaluator is left out here."""
    return Engine(shipped(), confirm=False)


@st.composite
def draws(draw: Any) -> Draw:
    return HypothesisDraw(draw)


def as_case(values: dict[str, Any], book: Rulebook) -> Case:
    return case_from(values, book, TODAY)


@st.composite
def case_values(draw: Any, knowing: int = 50) -> dict[str, Any]:
    """A case under the shipped rulebook, as plain values."""
    return generate_case(HypothesisDraw(draw), shipped(), knowing=knowing)


@st.composite
def rulebook_texts(draw: Any, rules: int = 6) -> dict[str, str]:
    return generate_rulebook(HypothesisDraw(draw), rules=rules)


@st.composite
def books_and_cases(draw: Any, rules: int = 6) -> tuple[Rulebook, dict[str, Any]]:
    """A generated rulebook, and a case under it."""
    made = HypothesisDraw(draw)
    book = load_texts(generate_rulebook(made, rules=rules))
    return book, generate_case(made, book)
