"""A mutant is killed exactly when a case fails that is run in full under the mutated book."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any, get_args

from dose_engine import Engine
from dose_engine.documents import read_yaml
from dose_engine.intake import case_from
from dose_engine.rulebook.load import load_texts
from dose_engine.rulebook.model import Rulebook
from dose_engine.workbench.cases import TODAY, RuleCase, run_case
from dose_engine.workbench.cases.expected import Expected
from dose_engine.workbench.cases.seen import InAdvisory
from dose_engine.workbench.generate import RandomDraw, generate_case
from dose_engine.workbench.generate_book import generate_rulebook
from dose_engine.workbench.mutation.change import MutantKind
from dose_engine.workbench.mutation.equivalence import equivalent
from dose_engine.workbench.mutation.jury import Jury
from dose_engine.workbench.mutation.mutants import mutants
from dose_engine.workbench.mutation.remade import Refused, Remaking
from dose_engine.workbench.mutation.telling_apart import places_of
from dose_engine.workbench.testing.runs import Runs
from tests.workbench.mutation.mutating import all_mutants, fails_in_full, made, mutant, roots, shipped_whole
from tests.workbench.small_book import base, edited


def test_the_fast_verdict_is_the_full_one_for_every_kind_of_change() -> None:
    """With a part of the cases, so that some mutants are noticed and some are not."""
    whole = shipped_whole()
    cases = [case for number, case in enumerate(whole.cases) if number % 12 == 0 or case.expect.earliest or "RANGES" in case.id]
    jury, remake = Jury(Runs(whole.book, cases)), Remaking(roots(whole), whole.book)
    judged = {True: 0, False: 0}
    for kind in get_args(MutantKind):
        found = [one for one in all_mutants(whole) if one.kind == kind]
        for one in random.Random(3).sample(found, 2):
            book = remake(one)
            if not isinstance(book, Refused):
                killed = jury.noticed_by(book) is not None
                assert killed is fails_in_full(book, cases), one.what
                judged[killed] += 1
    assert min(judged.values()) >= 3


def test_what_is_as_possible_as_before_but_for_another_open_question_is_looked_at_again() -> None:
    """The units of a band are open because the plan leaves them open, which counts for nothing. Not bound to the side, the sum is as
    open, but now for want of what the other side had."""
    whole = edited(**{"neck.cases": OPEN_BAND})
    book = made(whole, mutant(whole, "units_in_this_band: not bound to the side"))
    assert fails_in_full(book, list(whole.cases))
    noticed = Jury(Runs(whole.book, whole.cases)).noticed_by(book)
    assert noticed is not None
    assert noticed[1].what == "verdict incomplete, expected ok"


OPEN_BAND = """\
- id: OPEN-BAND
  says: Units that are not decided count for nothing; those of the other side are in another band.
  given:
    history: {treatments: [{date: 2026-02-20, purpose: aesthetic, doses: [{zone: platysma, side: right, band: medial}]}]}
    plan: [{zone: platysma, side: left, band: medial}]
  expect: {verdict: ok, possible: [PLATYSMA-DOSE-STOP]}
"""


def test_on_generated_books_the_fast_verdict_is_the_full_one_and_nothing_killed_is_proved_to_mean_the_same() -> None:
    fates = {"killed": 0, "survived": 0, "equivalent": 0}
    for seed in (147, 4):
        draw = RandomDraw(seed)
        texts = generate_rulebook(draw, rules=6)
        book = load_texts(texts)
        documents = {name: read_yaml(text, name)[0] for name, text in texts.items()}
        cases = as_they_come_out([generate_case(draw, book) for _ in range(10)], book)
        jury, remake = Jury(Runs(book, cases)), Remaking(documents, book)
        for one in random.Random(seed).sample(list(mutants(documents, book)), 20):
            mutated = remake(one)
            if isinstance(mutated, Refused):
                continue
            killed = jury.noticed_by(mutated) is not None
            assert killed is fails_in_full(mutated, cases), (seed, one.what)
            same = equivalent(book, mutated)
            assert not (killed and same), (seed, one.what, same)
            fates["killed" if killed else "equivalent" if same else "survived"] += 1
    assert min(fates.values()) > 3


def as_they_come_out(cases: list[dict[str, Any]], book: Rulebook) -> list[RuleCase]:
    """Cases that expect all that comes of them now; those that lay over the standard patient otherwise are left out."""
    engine = Engine(book, confirm=False)
    found = []
    for number, values in enumerate(cases):
        seen = InAdvisory(engine.advise(case_from(values, book, TODAY)), book)
        evaluation = Runs(book, []).runner(case_from(values, book, TODAY))
        at = [place for place in places_of(evaluation) if len(set(seen.ranges(place))) == len(set(seen.verdicts(place))) == 1]
        expected = Expected(
            seen.verdict,
            tuple(seen.certain),
            tuple(seen.possible),
            doses=tuple((place, seen.verdicts(place)[0]) for place in at),
            suggested=tuple((place, seen.ranges(place)[0]) for place in at),
            told=tuple((rule.id, bool(seen.told(rule.id))) for rule in book.rules if rule.tell),
        )
        case = RuleCase(f"CASE-{number}", "Made up.", (), values, expected, None, None, "rules/x.cases.yaml", 1)
        if not any(outcome.missed for outcome in run_case(case, engine)):
            found.append(case)
    return found


def test_a_half_that_notices_is_named_with_what_it_notices() -> None:
    whole = base()
    book = replace(whole.book, rules=tuple(rule for rule in whole.book.rules if rule.id != "PREGNANT"))
    noticed = Jury(Runs(whole.book, whole.cases)).noticed_by(book)
    assert noticed is not None
    half, miss = noticed
    assert (half.case.id, miss.what) == ("PREGNANT-ANY-DOSE", "verdict ok, expected stop")


def test_the_book_itself_is_noticed_by_no_case() -> None:
    whole = base()
    assert Jury(Runs(whole.book, whole.cases)).noticed_by(whole.book) is None
