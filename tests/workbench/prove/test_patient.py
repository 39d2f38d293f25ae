"""What is proved of the symbolic patient is true of real ones: its facts are the engine's facts."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import z3

from dose_engine import Rulebook
from dose_engine.evaluators.values import Members, Range, Value
from dose_engine.facts import Facts
from dose_engine.intake import case_from
from dose_engine.rulebook.load import load_texts
from dose_engine.rulebook.model import Fact, Scope
from dose_engine.workbench.cases import TODAY
from dose_engine.workbench.generate import RandomDraw
from dose_engine.workbench.generate_book import generate_rulebook
from dose_engine.workbench.prove.counting import Counting
from dose_engine.workbench.prove.patient import Bounds, Patient
from dose_engine.workbench.prove.places import past_places, places, whole_place
from dose_engine.workbench.prove.reading import case_of
from dose_engine.workbench.prove.terms import FactTerms

from ...strategies import shipped
from .sampling import draw

SMALL = Bounds(3, 3, 2)


class Everyone:
    """Every fact of a rulebook over the symbolic patient, at one place."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.patient = Patient(book, SMALL)
        self._counting = Counting(self.patient)
        self._terms: dict[int | None, dict[str, Any]] = {}

    def terms(self, place: int | None) -> dict[str, Any]:
        """By fact: its ends, or each word or member with its formulas."""
        if place not in self._terms:
            at = None if place is None else (self.patient.planned[0], self.patient.places[place])
            view = FactTerms(self.patient, self._counting, self.book, self.book.facts, at)
            scope = Scope.CASE if place is None else Scope.DOSE
            stated = [fact for fact in self.book.facts.values() if fact.scope is scope and fact.origin != "named"]
            self._terms[place] = {fact.name: _terms(fact, view) for fact in stated}
        return self._terms[place]


def _terms(fact: Fact, view: FactTerms) -> Any:
    if fact.value_type is Range:
        return view.ends(fact.name)
    if fact.value_type is Members:
        return [(word, view.has(fact.name, word, True), view.has(fact.name, word, False)) for word in fact.words]
    return [(word, view.is_word(fact.name, word)) for word in dict.fromkeys((*fact.words, "unknown"))]


def _value(term: Any, fact: Fact, model: z3.ModelRef) -> Value:
    def settled(one: Any) -> Any:
        if isinstance(one, (bool, int)):
            return one
        value = model.eval(one, model_completion=True)
        return value.as_long() if z3.is_int_value(value) else z3.is_true(value)

    if fact.value_type is Range:
        return Range(*map(settled, term))
    if fact.value_type is Members:
        has = frozenset(word for word, sure, _ in term if settled(sure))
        return Members(has, frozenset(word for word, _, may in term if settled(may)) - has)
    (word,) = [word for word, formula in term if settled(formula)]  # one word and no other
    return str(word)


@cache
def everyone_of_the_shipped_book() -> Everyone:
    return Everyone(shipped())


def hold_against_the_engine(everyone: Everyone, place: int, seed: int) -> None:
    case_terms, dose_terms = everyone.terms(None), everyone.terms(place)  # first, as they make the variables
    model = draw(everyone.patient, seed, everyone.patient.planned[0].place(str(place)))
    values = case_of(everyone.patient, model)
    book = everyone.book
    facts = Facts(case_from(values, book, TODAY), book)  # and the engine accepts the case
    for terms, dose in ((case_terms, None), (dose_terms, facts.doses[0])):
        for name, term in terms.items():
            assert _value(term, book.facts[name], model) == facts.value(book.facts[name], dose), (name, values)


@pytest.mark.parametrize("place", range(len(places(shipped()))))
def test_the_facts_of_the_symbolic_patient_are_those_of_the_engine(place: int) -> None:
    everyone = everyone_of_the_shipped_book()
    for seed in range(2):
        hold_against_the_engine(everyone, place, 100 * place + seed)


@pytest.mark.parametrize("seed", range(12))
def test_so_they_are_under_generated_rulebooks(seed: int) -> None:
    everyone = Everyone(load_texts(generate_rulebook(RandomDraw(5_000 + seed))))
    for number in range(3):
        hold_against_the_engine(everyone, number % len(everyone.patient.places), 10 * seed + number)


def test_every_way_a_record_can_place_a_dose_is_read_as_the_engine_reads_it() -> None:
    book = shipped()
    for name, past in past_places(book).items():
        case = case_from(
            {
                "product": book.product,
                "patient": {"age": 34},
                "plan": [{"zone": "mentalis", "units": 1}],
                "history": {"treatments": [{"date": "2026-01-01", "doses": [past.written]}]},
            },
            book,
            TODAY,
        )
        (injection,) = [one for one in Facts(case, book).injections if one.stretch == "history"]
        assert {field: injection.may_be[field] for field in past.may_be} == past.may_be, name


@pytest.mark.parametrize("purpose", [*shipped().protocols, "not_stated"])
def test_a_treatment_without_doses_may_be_where_the_engine_says(purpose: str) -> None:
    book = shipped()
    treatment = {"date": "2026-01-01"} | ({} if purpose == "not_stated" else {"purpose": purpose})
    values = {
        "product": book.product,
        "patient": {"age": 34},
        "plan": [{"zone": "mentalis", "units": 1}],
        "history": {"treatments": [treatment]},
    }
    (injection,) = [one for one in Facts(case_from(values, book, TODAY), book).injections if one.stretch == "history"]
    expected = whole_place(book, purpose)
    assert {field: injection.may_be[field] for field in expected} == expected
