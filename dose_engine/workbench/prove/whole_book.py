"""Proves the claims of a rulebook: what `rules prove` runs, on as many processes as there are cores."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Final

from ...errors import CaseError
from ...evaluation import Evaluation
from ..cases import values_of
from ..claims import Claim
from ..whole import Whole, whole_of
from .dosing_claims import more_is_never_safer
from .knowing_claims import an_answer_only_settles, possible_covers_completions
from .patient import Bounds
from .prover import Prover
from .range_claims import every_dose_has_a_position, suggestions_are_ordered, suggestions_stay_below_limits
from .reach_claims import every_rule_can_fire, no_rule_is_implied
from .result import Proof

SECONDS: Final = 60.0
"""The most that one question to the solver may take. A claim puts one question, or one for each place."""

PROOFS: Final[dict[str, Callable[[Prover, Claim, Sequence[Evaluation]], Proof]]] = {
    "an_answer_only_settles": an_answer_only_settles,
    "more_is_never_safer": more_is_never_safer,
    "suggestions_stay_below_limits": suggestions_stay_below_limits,
    "no_rule_is_implied": no_rule_is_implied,
    "every_rule_can_fire": every_rule_can_fire,
    "suggestions_are_ordered": suggestions_are_ordered,
    "every_dose_has_a_position": every_dose_has_a_position,
    "possible_covers_completions": possible_covers_completions,
}
"""The longest first, so that none is left over at the end."""


def prove(whole: Whole, claims: Sequence[Claim], bounds: Bounds, seconds: float = SECONDS, processes: int = 1) -> Iterator[Proof]:
    """The outcome of each claim, in the order given."""
    if processes == 1 or len(claims) < 2:
        workshop = _Workshop(whole, bounds, seconds)
        yield from (workshop.prove(claim) for claim in claims)
        return
    first = sorted(range(len(claims)), key=lambda index: _length(claims[index]))
    apart = multiprocessing.get_context("spawn")
    with stopping(ProcessPoolExecutor(min(processes, len(claims)), apart)) as pool:
        work = {
            index: pool.submit(_prove_apart, dict(whole.texts), claims[index].id, (bounds.planned, bounds.past, bounds.scheduled), seconds)
            for index in first
        }
        for index in range(len(claims)):
            yield work[index].result()


@contextmanager
def stopping(pool: ProcessPoolExecutor) -> Iterator[ProcessPoolExecutor]:
    """The pool, ended at once with its work when something goes wrong or the user has had enough."""
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in multiprocessing.active_children():
            worker.terminate()
        raise
    pool.shutdown()


def processes() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _length(claim: Claim) -> int:
    return list(PROOFS).index(claim.prove) if claim.prove else len(PROOFS)


class _Workshop:
    """A prover, and the cases beside the rules, worked out when a claim first needs them."""

    def __init__(self, whole: Whole, bounds: Bounds, seconds: float) -> None:
        self.whole, self.prover = whole, Prover(whole.book, bounds, seconds)
        self._known: list[Evaluation] | None = None

    def prove(self, claim: Claim) -> Proof:
        if claim.prove is None:
            return self.prover.prove(claim)
        if self._known is None:
            self._known = list(evaluations(self.whole, self.prover))
        return PROOFS[claim.prove](self.prover, claim, self._known)


def evaluations(whole: Whole, prover: Prover) -> Iterator[Evaluation]:
    """Both halves of every case beside the rules, as far as they can be run."""
    for case in whole.cases:
        try:
            for values, _, _ in values_of(case):
                yield prover.judge.evaluation(values)
        except (CaseError, LookupError, TypeError):
            continue


def _prove_apart(texts: Mapping[str, str], claim_id: str, bounds: tuple[int, int, int], seconds: float) -> Proof:
    """In a process of its own: the book is read once there, and kept."""
    workshop = _workshop(tuple(sorted(texts.items())), bounds, seconds)
    return workshop.prove(next(claim for claim in workshop.whole.claims if claim.id == claim_id))


@cache
def _workshop(texts: tuple[tuple[str, str], ...], bounds: tuple[int, int, int], seconds: float) -> _Workshop:
    return _Workshop(whole_of(dict(texts)), Bounds(*bounds), seconds)
