"""Hypothesis strategies: cases and rulebooks from the generator that the differential runs use too."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st

from dose_engine import Case, Engine, Rulebook, load_rulebook
from dose_engine.intake import case_from
from dose_engine.rulebook.load import load_texts
from dose_engine.workbench.cases import STANDARD, TODAY, laid_over
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


MILD_PLANS: list[dict[str, Any]] = [
    {"zone": "frontalis", "side": "left", "units": 2, "points": 1, "activity": "overactive"},
    {"zone": "glabella", "muscle": "corrugator", "side": "right", "units": 2, "points": 1},
    {"zone": "nasalis", "side": "left", "units": 1, "points": 1},
    {"zone": "gummy_smile", "side": "right", "units": 2, "points": 1},
    {"zone": "dao", "side": "left", "units": 1, "points": 1},
    {"zone": "mentalis", "units": 2, "points": 1},
    {"zone": "masseter", "side": "left", "units": 15, "points": 3, "activity": "overactive"},
    {"zone": "platysma", "side": "left", "band": "lateral", "units": 4, "points": 4},
    {"zone": "frontalis", "side": "left"},
]
MILD_TREATMENTS: list[dict[str, Any]] = [
    {"date": "2025-06-01", "purpose": "aesthetic", "doses": [{"zone": "frontalis", "side": "left", "units": 3}]},
    {"date": "2026-01-20", "purpose": "axillary_hyperhidrosis", "units": 100},
    {"date": "2026-01-20", "purpose": "spasticity"},
    {"date": "unknown", "purpose": "axillary_hyperhidrosis", "units": 250},
    {"date": "2026-01-10", "purpose": "aesthetic", "doses": [{"zone": "masseter", "side": "left"}]},
    {"date": "2026-02-05", "purpose": "aesthetic", "doses": [{"zone": "dao", "side": "left", "units": 1}]},
    {"date": "2025-12-20", "product": "daxibotulinumtoxinA", "purpose": "aesthetic", "units": 40},
    {"date": "2025-12-20", "protocol": "chronic_migraine"},
    {"date": "2026-01-15", "purpose": "bruxism", "units": 350},
]
MILD_CHANGES: list[dict[str, Any]] = [
    {},
    {"patient": {"screening": {"dry_eye": "unknown"}}},
    {"patient": {"screening": {"pregnant": "unknown"}}},
    {"patient": {"screening": {"hooded_lids": "unknown"}}},
    {"patient": {"screening": {"blood_thinner": "yes"}}},
    {"asymmetry": {"millimetres": "left_out"}},
    {"asymmetry": {"seen_on_video": "unknown"}},
    {"asymmetry": {"cause": "unknown"}},
    {"history": {"complete": "unknown"}},
    {"patient": {"performer": ["singer"]}},
    {"patient": {"event": "2026-04-20"}},
    {"goals": ["brows", "smile", "jaw"]},
]


@st.composite
def mild_values(draw: Any) -> dict[str, Any]:
    """A healthy, nearly fully answered patient with a modest plan, one or two things open and perhaps a treatment before: cases in which
    the verdict hangs on little."""
    made = HypothesisDraw(draw)
    values = laid_over(STANDARD, {"plan": [copy.deepcopy(made.one_of(MILD_PLANS)) for _ in range(1)]})
    if made.whole(0, 1):
        second = copy.deepcopy(made.one_of(MILD_PLANS))
        if second["zone"] != values["plan"][0]["zone"]:
            values["plan"].append(second)
    values["history"]["treatments"] = [copy.deepcopy(made.one_of(MILD_TREATMENTS)) for _ in range(made.whole(0, 1))]
    for _ in range(made.whole(0, 2)):
        values = laid_over(values, made.one_of(MILD_CHANGES))
    if values["asymmetry"].get("millimetres") == "left_out":
        del values["asymmetry"]["millimetres"]
    values["visit"] = made.one_of(["first_pass", "first_pass", "maintenance", "touch_up"])
    return values
