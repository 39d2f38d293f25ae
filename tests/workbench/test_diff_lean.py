"""What the shape of a change rules out does not happen: a milder verdict by what is "stricter", a worse one by what is "looser"."""

from __future__ import annotations

import copy
from itertools import islice
from typing import Any

import pytest

from dose_engine.errors import RulebookError
from dose_engine.rulebook.conditions import ALWAYS, All, AnyOf, NoneOf, Op
from dose_engine.rulebook.conditions import Test as Asks
from dose_engine.workbench.cases import STANDARD, TODAY, laid_over
from dose_engine.workbench.diff import Change, Lean, changes
from dose_engine.workbench.diff.change import joined
from dose_engine.workbench.diff.lean import implies, plain
from dose_engine.workbench.diff.tries import tries
from dose_engine.workbench.diff.two_books import TwoBooks
from dose_engine.workbench.generate import Draw, RandomDraw, generate_case
from dose_engine.workbench.generate_book import draw_rulebook, written
from dose_engine.workbench.whole import Whole, whole_of
from tests.workbench.book_edits import edited_values
from tests.workbench.small_book import base, edited

FACTS, RULES = "rules/facts.yaml", "rules/neck.yaml"


def pair(draw: Draw) -> tuple[Whole, Whole] | None:
    """A generated rulebook and the same with an edit; None where one of them does not load."""
    values = draw_rulebook(draw, rules=4)
    try:
        return whole_of(written(copy.deepcopy(values))), whole_of(written(edited_values(draw, values)))
    except (RulebookError, LookupError, TypeError, AttributeError):  # values that the generator itself cannot write out
        return None


def cases(draw: Draw, old: Whole, new: Whole, found: tuple[Change, ...]) -> list[dict[str, Any]]:
    """Cases around the changed lines, with something left open in many of them, and some made up freely."""
    rules = frozenset[str]().union(*(change.touches for change in found))
    near = [copy.deepcopy(values) for values in islice(tries(old, new, rules), 300)]
    picked = [draw.one_of(near) for _ in range(20)] if near else []
    for values in picked:
        if draw.whole(0, 1):
            draw.one_of(values["plan"]).pop("units", None)
        if draw.whole(0, 1):
            values["patient"]["screening"] = {**values["patient"].get("screening", {}), draw.one_of(["allergy", "dry", "sore"]): "unknown"}
        if draw.whole(0, 2) == 0:
            values.setdefault("history", {})["complete"] = "unknown"
    free = [generate_case(draw, old.book, knowing=draw.one_of([0, 50, 90])) for _ in range(8)]
    return [*picked, *free, *(laid_over(STANDARD, values) for values in free)]


def test_what_a_shape_rules_out_does_not_happen() -> None:
    ruled_out = moved = 0
    for seed in range(52):
        draw = RandomDraw(seed)
        books = pair(draw)
        if books is None:
            continue
        found = tuple(change for change in changes(*books) if change.about == "verdict")
        worse, milder = any(change.lean.may_tighten for change in found), any(change.lean.may_loosen for change in found)
        if worse and milder:
            continue
        ruled_out += 1
        two = TwoBooks(books[0].book, books[1].book)
        for values in cases(draw, *books, found):
            judged = two.of_values(values, TODAY)
            if judged is None:
                continue
            step = judged.after.verdict.rank - judged.before.verdict.rank
            moved += bool(step)
            assert milder or step >= 0, (seed, values, [change.sentence for change in found])
            assert worse or step <= 0, (seed, values, [change.sentence for change in found])
    assert ruled_out >= 6, "the edits must be of the kind that the shape tells something of"
    assert moved >= 5, "some cases must get another verdict, or nothing was tried"


NUMBERS = [
    (Op.MORE_THAN, 10, Op.MORE_THAN, 8, True, False),
    (Op.MORE_THAN, 10, Op.AT_LEAST, 11, True, True),
    (Op.LESS_THAN, 10, Op.AT_MOST, 10, True, False),
    (Op.IS, 10, Op.AT_LEAST, 3, True, False),
    (Op.IS_NOT, 10, Op.MORE_THAN, 10, False, True),
    (Op.MORE_THAN, 10, Op.LESS_THAN, 20, False, False),
]


@pytest.mark.parametrize(("one", "a", "other", "b", "forth", "back"), NUMBERS)
def test_a_number_test_implies_a_wider_one(one: Op, a: int, other: Op, b: int, forth: bool, back: bool) -> None:
    first, second = Asks("age", one, number=a), Asks("age", other, number=b)
    assert implies(first, second, base().book) is forth
    assert implies(second, first, base().book) is back


def test_all_any_and_none_are_compared_part_by_part() -> None:
    young, pregnant = Asks("age", Op.LESS_THAN, number=18), Asks("pregnant", Op.IS, words=("yes",))
    younger, book = Asks("age", Op.LESS_THAN, number=16), base().book
    both, either = plain(All((young, pregnant))), plain(AnyOf((young, pregnant)))
    assert implies(both, either, book)
    assert not implies(either, both, book)
    assert implies(plain(All((younger, pregnant))), both, book)
    assert implies(plain(NoneOf((young, pregnant))), plain(NoneOf((younger,))), book)
    assert not implies(plain(NoneOf((younger,))), plain(NoneOf((young,))), book)
    assert implies(both, plain(ALWAYS), book)
    assert plain(NoneOf((NoneOf((young,)),))) == young


STOP_WITH_TWO_QUESTIONS = """
- id: TWO
  title: Two questions
  when: {pregnant: yes, site_infection: yes, age: {at_least: 20}}
  then: {stop: Both.}
  because: It is so.
  advise: Wait.
  sources: [S1]
  hazard: H-LID
"""


def test_where_open_questions_count_differently_a_wider_condition_is_not_said_to_be_stricter() -> None:
    """A possible stop may count for less when the question that is still open is another one."""
    rules = {"more": STOP_WITH_TWO_QUESTIONS}
    lower = (
        FACTS,
        "at a place to be treated?\n  about: place\n  open: incomplete",
        "at a place to be treated?\n  about: place\n  open: info",
    )
    wider = {"more": STOP_WITH_TWO_QUESTIONS.replace("pregnant: yes, ", "")}
    (change,) = changes(edited(lower, **rules), edited(lower, **wider))
    assert change.lean is Lean.EITHER
    (change,) = changes(edited(**rules), edited(**wider))
    assert change.lean is Lean.STRICTER


def test_what_an_open_history_counts_for_bears_on_every_sum_over_it() -> None:
    complete = "\nhistory_complete:\n  given: history.complete\n  says: Is everything listed?\n  open: {}\n"
    facts = base().texts[FACTS]
    old, new = (edited(facts=facts + complete.format(word)) for word in ("incomplete", "info"))
    (change,) = changes(old, new)
    assert change.lean is Lean.LOOSER
    assert {"TOO-SOON", "GLABELLA-TOTAL-STOP"} <= change.touches


@pytest.mark.parametrize(
    ("leans", "together"),
    [
        ([], Lean.NEITHER),
        ([Lean.NEITHER, Lean.STRICTER], Lean.STRICTER),
        ([Lean.LOOSER, Lean.LOOSER], Lean.LOOSER),
        ([Lean.LOOSER, Lean.STRICTER], Lean.EITHER),
        ([Lean.EITHER], Lean.EITHER),
    ],
)
def test_changes_that_lean_apart_may_do_either(leans: list[Lean], together: Lean) -> None:
    assert joined(leans) is together
