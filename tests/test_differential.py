"""The meaning, the compiled rules, the rete network and the solver agree on every finding and its certainty."""

from __future__ import annotations

import pytest

from dose_engine.intake import case_from
from dose_engine.rulebook.load import load_texts
from dose_engine.workbench.agree import Agreement
from dose_engine.workbench.cases import TODAY
from dose_engine.workbench.generate import RandomDraw, generate_case
from dose_engine.workbench.generate_book import generate_rulebook

from .strategies import shipped

SHARDS = 16
BOOKS_A_SHARD = 60
CASES_A_BOOK = 21
SHIPPED_CASES_A_SHARD = 60
"""16 * (60 * 21 + 60) = 21,120 pairs of rulebook and case."""
SOLVER_CASES_A_BOOK = 2
"""The solver is slow: it is asked on the first cases of each book, 16 * (60 * 2 + 2) = 1,952 pairs."""


@pytest.mark.parametrize("shard", range(SHARDS))
def test_evaluators_agree_on_generated_rulebooks_and_cases(shard: int) -> None:
    for number in range(BOOKS_A_SHARD):
        seed = shard * BOOKS_A_SHARD + number
        draw = RandomDraw(seed)
        book = load_texts(generate_rulebook(draw))
        agreement, with_solver = Agreement(book), Agreement(book, solver=True)
        for case_number in range(CASES_A_BOOK):
            case = case_from(generate_case(draw, book), book, TODAY)
            asked = with_solver if case_number < SOLVER_CASES_A_BOOK else agreement
            assert list(asked.differences(case)) == [], f"seed {seed}, case {case_number}"


@pytest.mark.parametrize("shard", range(SHARDS))
def test_evaluators_agree_on_the_shipped_rulebook(shard: int) -> None:
    agreement, with_solver = Agreement(shipped()), Agreement(shipped(), solver=True)
    for number in range(SHIPPED_CASES_A_SHARD):
        draw = RandomDraw(1_000_000 + shard * SHIPPED_CASES_A_SHARD + number)
        case = case_from(generate_case(draw, shipped()), shipped(), TODAY)
        asked = with_solver if number < SOLVER_CASES_A_BOOK else agreement
        assert list(asked.differences(case)) == [], f"shard {shard}, case {number}"
