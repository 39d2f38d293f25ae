"""The score: what counts and what does not, and for each survivor a case that would notice it."""

from __future__ import annotations

from functools import cache

import pytest

from dose_engine import Engine
from dose_engine.canonical import canonical
from dose_engine.rulebook import conditions
from dose_engine.rulebook.conditions import All, AnyOf, Op
from dose_engine.workbench.cases import RuleCase, cases_in, run_case
from dose_engine.workbench.generate import RandomDraw, generate_case
from dose_engine.workbench.mutation.equivalence import equivalent, same_condition
from dose_engine.workbench.mutation.killing import Killing
from dose_engine.workbench.mutation.outcome import InFirings, fired_under, other
from dose_engine.workbench.mutation.remade import Refused, Remaking
from dose_engine.workbench.mutation.score import Fate, Judged, Score, score
from dose_engine.workbench.mutation.telling_apart import differing, places_of
from dose_engine.workbench.testing.runs import Runs
from dose_engine.workbench.whole import Whole
from tests.strategies import as_case
from tests.workbench.mutation.mutating import all_mutants, fails_in_full, made, mutant, roots, shipped_whole
from tests.workbench.small_book import base

FACTS = ("rules/protocols.yaml", "rules/facts.yaml")


@cache
def small_score() -> Score:
    return score(base(), Runs(base().book, base().cases))


def fate(what: str) -> Judged:
    return next(one for one in small_score().judged if one.mutant.what == what)


def of_fates(**counts: int) -> Score:
    one = all_mutants(base())[0]
    fates: dict[str, Fate] = {"killed": "killed", "survived": "survived", "equivalent": "equivalent", "refused": "refused"}
    return Score(tuple(Judged(one, fates[fate]) for fate, count in counts.items() for _ in range(count)))


@pytest.mark.parametrize(
    ("fates", "percent"),
    [
        ({"killed": 199, "survived": 1}, 99),
        ({"killed": 2, "survived": 1, "equivalent": 50, "refused": 50}, 66),
        ({"equivalent": 3}, 100),
        ({"survived": 1}, 0),
    ],
)
def test_the_score_is_rounded_down_and_neither_equivalents_nor_refused_count(fates: dict[str, int], percent: int) -> None:
    assert of_fates(**fates).percent == percent


def test_every_mutant_has_one_fate() -> None:
    found = small_score()
    assert len(found.judged) == len(all_mutants(base()))
    assert sum(len(found.of(one)) for one in ("killed", "survived", "equivalent", "refused")) == len(found.judged)


def test_a_mutant_that_a_case_notices_is_killed_and_the_case_is_named() -> None:
    killed = fate("glabella caution line 12 -> 12.5 U in total")
    assert killed.fate == "killed"
    assert killed.why.startswith("rules/neck.cases.yaml:6 FROWN-12 with plan[0].units: 6.5: verdict ok, expected caution")


def test_a_mutant_that_no_case_notices_is_listed_with_a_case_that_would() -> None:
    survivor = fate("TOO-SOON: days since here: less than retreatment days 90 -> 91 days")
    assert survivor.fate == "survived"
    assert survivor.case is not None
    assert "id: TOO-SOON-CASE-" in survivor.case


def test_each_case_that_is_offered_passes_now_and_fails_with_its_mutant() -> None:
    whole = base()
    offered = [one for one in small_score().of("survived") if one.case is not None]
    assert len(offered) >= 40
    for one in offered:
        assert one.case is not None
        (case,) = read(one.case, whole)
        assert not fails_in_full(whole.book, [case]), one.case
        assert fails_in_full(made(whole, one.mutant), [case]), one.case


def test_no_two_cases_that_are_offered_have_one_id() -> None:
    ids = [case.id for one in small_score().judged if one.case for case in read(one.case, base())]
    assert len(set(ids)) == len(ids)


def read(text: str, whole: Whole) -> list[RuleCase]:
    cases, problems = cases_in({"rules/new.cases.yaml": text}, whole.book)
    assert not problems, text
    return cases


def test_a_mutant_that_means_the_same_is_explained_and_not_killed() -> None:
    whole = shipped_whole()
    unread = mutant(whole, "units_in_muscle: within 28 -> 29 days")
    assert equivalent(whole.book, made(whole, unread)) == "no rule and no suggestion reads units_in_muscle"
    bound = mutant(whole, "units_in_muscle_this_side: not bound to the zone")
    assert (
        equivalent(whole.book, made(whole, bound))
        == "wherever units_in_muscle_this_side is read, the muscle and the side already says the zone"
    )


def test_what_a_side_does_not_tell_apart_is_not_proved_to_mean_the_same() -> None:
    whole = shipped_whole()
    for what in (
        "units_in_muscle_this_side: not bound to the side",
        "units_in_zone_this_side: not bound to the side",
        "dao stop line 4 -> 4.5 U per side",
    ):
        assert equivalent(whole.book, made(whole, mutant(whole, what))) is None


def test_what_is_proved_to_mean_the_same_is_the_same_in_every_case_tried() -> None:
    whole = shipped_whole()
    runs, remake = Runs(whole.book, []), Remaking(roots(whole), whole.book)
    some = [
        one for one in all_mutants(whole) if one.file in ("rules/protocols.yaml", "rules/facts.yaml") and one.kind in ("binding", "word")
    ]
    made_of = (remake(one) for one in some)
    books = [book for book in made_of if not isinstance(book, Refused) and equivalent(whole.book, book)]
    assert len(books) >= 8
    cases = [canonical(as_case(generate_case(RandomDraw(seed), whole.book), whole.book), whole.book) for seed in range(40)]
    evaluations = [runs.runner(case) for case in cases]
    for book in books:
        change = other(whole.book, book)
        for evaluation in evaluations:
            before = InFirings(evaluation.fired, evaluation.facts)
            assert differing(before, fired_under(evaluation, change, runs), places_of(evaluation), change) is None


def test_conditions_that_hold_together_but_ask_for_other_facts_are_not_the_same() -> None:
    book = shipped_whole().book
    young, pregnant = conditions.Test("age", Op.LESS_THAN, number=18), conditions.Test("pregnant", Op.IS, words=("yes",))
    thin = conditions.Test("blood_thinner", Op.IS, words=("yes",))
    assert same_condition(pregnant, AnyOf((pregnant, All((pregnant, young)))), book)
    assert not same_condition(pregnant, AnyOf((pregnant, All((pregnant, thin)))), book)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("TELL-ONSET: told to day 3 -> 4", "told: {TELL-ONSET: day 2 to 3}"),
        ("dao suggested up to 2 -> 2.5 U per side", "suggested: {"),
        ("MIG-CYCLE: without no waiting", "earliest: never"),
        ("DAO-WITH-MENTALIS: without zone: dao or mentalis", "doses: {"),
        ("PREGNANT: pregnant: yes -> not yes", "[PREGNANT]"),
    ],
)
def test_a_case_says_what_would_show_it(what: str, said: str) -> None:
    whole = shipped_whole()
    runs = Runs(whole.book, whole.cases[:: 1 if "MIG" in what or "DAO-WITH" in what else 8])
    one = mutant(whole, what)
    text = Killing(runs).case(one, made(whole, one), "NEW-CASE")
    assert text is not None
    assert said in text
    (case,) = read(text, whole)
    assert not [outcome.wrong for outcome in run_case(case, Engine(whole.book, confirm=False)) if outcome.missed]
    assert fails_in_full(made(whole, one), [case])
