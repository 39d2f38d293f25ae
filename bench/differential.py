"""The evaluators held against each other on many generated rulebooks and cases. Prints every difference; exits 1 if there is one.

python bench/differential.py                 1,000,000 pairs of rulebook and case, on every core
python bench/differential.py --pairs 50000   fewer
python bench/differential.py --solver 5      also ask z3, on the first 5 cases of each rulebook
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from dose_engine.intake import case_from
from dose_engine.rulebook.load import load_texts
from dose_engine.workbench.agree import Agreement
from dose_engine.workbench.cases import TODAY
from dose_engine.workbench.generate import RandomDraw, generate_case
from dose_engine.workbench.generate_book import generate_rulebook

CASES_A_BOOK = 50


def one_book(seed: int, solver_cases: int = 0) -> list[str]:
    """The differences on one generated rulebook and its cases."""
    draw = RandomDraw(seed)
    book = load_texts(generate_rulebook(draw, rules=8))
    agreement, with_solver = Agreement(book), Agreement(book, solver=True)
    found = []
    for number in range(CASES_A_BOOK):
        case = case_from(generate_case(draw, book, knowing=draw.whole(10, 90)), book, TODAY)
        asked = with_solver if number < solver_cases else agreement
        found += [f"seed {seed}, case {number}: {difference}" for difference in asked.differences(case)]
    return found


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pairs", type=int, default=1_000_000)
    arguments.add_argument("--from-seed", type=int, default=10_000_000)
    arguments.add_argument("--solver", type=int, default=0, metavar="CASES")
    chosen = arguments.parse_args()
    seeds = range(chosen.from_seed, chosen.from_seed + chosen.pairs // CASES_A_BOOK)
    start, found = time.perf_counter(), 0
    with ProcessPoolExecutor(os.cpu_count(), max_tasks_per_child=500) as pool:
        for done, differences in enumerate(pool.map(partial(one_book, solver_cases=chosen.solver), seeds, chunksize=20), 1):
            for difference in differences:
                found += 1
                print(difference)
            if done % 1000 == 0:
                print(f"{done * CASES_A_BOOK:,} pairs, {found} differences, {time.perf_counter() - start:.0f} s", flush=True)
    print(f"{len(seeds) * CASES_A_BOOK:,} pairs, {found} differences, {time.perf_counter() - start:.0f} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
