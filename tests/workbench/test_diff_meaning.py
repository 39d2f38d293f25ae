"""The diff is empty exactly where the meaning is the same, and no field of the model is ever left out in silence."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import lru_cache
from itertools import islice
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dose_engine.advisory import Severity, Verdict
from dose_engine.documents import read_yaml
from dose_engine.errors import RulebookError
from dose_engine.rulebook import conditions
from dose_engine.rulebook.conditions import ALWAYS, All, AnyOf, Named, NoneOf, Op
from dose_engine.rulebook.meaning import book_meaning
from dose_engine.rulebook.model import Computation, Kind, LimitLine, LowerMax, Rulebook, Suggestion, Tell
from dose_engine.rulebook.whole_meaning import whole_meaning
from dose_engine.units import Units
from dose_engine.workbench.diff import KINDS, changes
from dose_engine.workbench.generate import RandomDraw
from dose_engine.workbench.whole import Whole, whole_of
from tests.rulebook.reformat import rewritten
from tests.strategies import HypothesisDraw, draws
from tests.workbench.book_edits import edited_values
from tests.workbench.small_book import base, edited, texts


def loaded(files: Mapping[str, Any]) -> Whole | None:
    try:
        return whole_of({name: json.dumps(value, default=float) for name, value in files.items()})
    except RulebookError:
        return None


@lru_cache(maxsize=1)
def values() -> dict[str, Any]:
    return {name: read_yaml(text, name)[0].plain() for name, text in texts().items()}


@given(draws())
@settings(max_examples=60)
def test_the_diff_is_empty_exactly_where_the_meaning_is_the_same(draw: HypothesisDraw) -> None:
    new = loaded(edited_values(draw, values()))
    assume(new is not None)
    assert new is not None
    same = whole_meaning(base().book, base().texts) == whole_meaning(new.book, new.texts)
    assert (not changes(base(), new)) is same


def test_many_of_these_edits_load_and_change_something() -> None:
    """The property above is no use on edits that are refused or change nothing."""
    books = [loaded(edited_values(RandomDraw(seed), values())) for seed in range(60)]
    assert sum(1 for book in books if book is not None and changes(base(), book)) >= 12


@given(st.integers(0, 2**32))
@settings(max_examples=25)
def test_a_book_written_otherwise_has_no_change(seed: int) -> None:
    assert changes(base(), whole_of(rewritten(texts(), random.Random(seed)))) == ()


def test_the_order_of_the_muscles_of_a_zone_is_told_because_a_reader_sees_it() -> None:
    muscles = "corrugator: [left, right], procerus: [midline]"
    (change,) = changes(base(), edited(("zones.yaml", muscles, "procerus: [midline], corrugator: [left, right]")))
    assert change.sentence == "Frown lines: its muscles stand in another order: procerus and corrugator"


def test_the_order_of_the_questions_is_told_because_a_reader_sees_it() -> None:
    facts = texts()["rules/facts.yaml"]
    first = facts[facts.index("pregnant:") : facts.index("site_infection:")]
    (change,) = changes(base(), edited(facts=facts.replace(first, "") + "\n" + first))
    assert change.sentence == "the questions and given facts stand in another order: site infection before pregnant now"


# every field of the model


def other(value: Any, name: str) -> Iterator[Any]:
    """Values of the same type that mean something else, the likeliest to be different first."""
    match value:
        case conditions.Test() | All() | AnyOf() | NoneOf() | Named():
            yield NoneOf((ALWAYS,))
        case bool():
            yield not value
        case Enum():
            yield from (one for one in type(value) if one is not value)
        case str() if name.removesuffix("[]") in WORDS_OTHERWISE:
            yield from (word for word in WORDS_OTHERWISE[name.removesuffix("[]")] if word != value)
        case str():
            yield value + "x"
        case int():
            yield type(value)(value + 200)
        case dt.date():
            yield value + dt.timedelta(days=1)
        case None:
            yield from NONE_OTHERWISE.get(name, ("something",))
        case frozenset():
            yield value | {"something"}
        case _ if hasattr(value, "_fields"):
            yield from (value._replace(**{field: found}) for field in value._fields for found in other(getattr(value, field), field))
        case _ if is_dataclass(value):
            for field in fields(value):
                yield from (replace(value, **{field.name: found}) for found in other(getattr(value, field.name), field.name))
        case tuple() if value:
            if not name.endswith("[]") and name != "units":  # an entry of a list, and a pair, keep their shape
                yield value[:-1]
            yield from ((*value[:-1], found) for found in other(value[-1], name.removesuffix("[]") + "[]"))
        case tuple():
            yield TUPLES_OTHERWISE.get(name, ("something",))
        case Mapping():
            yield {**value, "something": ("left",)}


COMPUTED = Computation("sum", ("planned",))
WORDS_OTHERWISE: dict[str, tuple[str, ...]] = {
    "of": ("side", "total"),
    "op": ("count", "days_since"),
    "origin": ("asked", "given"),
    "product": ("other", "any"),
    "over": ("scheduled",),
    "zone": ("platysma", "glabella"),
}
NONE_OTHERWISE: dict[str, tuple[Any, ...]] = {
    "computation": (COMPUTED,),
    "severity": (Severity.CAUTION,),
    "hazard": ("H-LID",),
    "lower_max": (LowerMax("side", Units(200)),),
    "tell": (Tell("A text."),),
    "limit": (LimitLine("glabella", None, "side", Units(200)),),
    "open_counts": (Verdict.CAUTION,),
    "muscle": ("corrugator",),
    "muscles": (("corrugator",),),
    "units": ((Units(200), Units(400)),),
    "condition": (ALWAYS,),
    "reviewed_on": (dt.date(2026, 1, 1),),
    "review_by": (dt.date(2026, 1, 1),),
    "within_days": (7,),
    "from_day": (1,),
    "to_day": (2,),
    "number": (1,),
}
TUPLES_OTHERWISE: dict[str, Any] = {
    "where": (("zone", frozenset(("glabella",)), False),),
    "split": (("corrugator", "left", Units(200)),),
    "suggest": (Suggestion("side", Units(200), Units(400), ALWAYS, "", ("S1",)),),
}


MOST = 6
"""Other values tried of one field."""
ENOUGH = {
    "facts": ("pregnant", "placement", "units_in_muscle_this_side", "units_upper_face", "young"),
    "rules": ("PREGNANT", "TOO-SOON", "AFTERCARE", "GLABELLA-TOTAL-CAUTION", "GLABELLA-CORRUGATOR-SIDE-STOP"),
}
"""Things of every sort there is of a kind; the others would only take time."""


def edits(book: Rulebook) -> Iterator[tuple[str, str, str, Rulebook]]:
    """Each field of each thing of a book set to something else: kind, name, field and the book."""
    for kind in KINDS:
        things = book.rule_by_id if kind == "rules" else getattr(book, kind)
        for name, thing in things.items():
            if name not in ENOUGH.get(kind, things):
                continue
            names = thing._fields if hasattr(thing, "_fields") else [field.name for field in fields(thing)]
            for field in names:
                for value in islice(other(getattr(thing, field), field), MOST):
                    made = thing._replace(**{field: value}) if hasattr(thing, "_fields") else replace(thing, **{field: value})
                    if kind == "rules":
                        yield kind, name, field, replace(book, rules=tuple(made if rule.id == name else rule for rule in book.rules))
                    else:
                        yield kind, name, field, replace(book, **{kind: {**things, name: made}})
    for field in ("title", "version", "date", "product"):
        yield "book", "", field, replace(book, **{field: next(other(getattr(book, field), field))})


def test_no_field_of_the_model_changes_in_silence() -> None:
    whole = base()
    meant = book_meaning(whole.book)
    seen: set[tuple[str, str]] = set()
    for kind, name, field, book in edits(whole.book):
        if book_meaning(book) == meant:
            continue
        seen.add((kind, field))
        assert changes(whole, replace(whole, book=book)), f"{kind} {name}: {field}"
    silent = {"line", "file", "order"}
    for kind in KINDS:
        things = whole.book.rule_by_id if kind == "rules" else getattr(whole.book, kind)
        thing = next(iter(things.values()))
        names = set(thing._fields if hasattr(thing, "_fields") else [field.name for field in fields(thing)])
        assert {field for of, field in seen if of == kind} >= names - silent, kind


def test_a_field_without_words_gets_a_plain_sentence_and_is_taken_for_the_worst() -> None:
    whole = base()
    rules = tuple(
        replace(rule, limit=rule.limit._replace(conditional=True)) if rule.id == "GLABELLA-TOTAL-STOP" and rule.limit else rule
        for rule in whole.book.rules
    )
    (change,) = changes(whole, replace(whole, book=replace(whole.book, rules=rules)))
    assert "GLABELLA-TOTAL-STOP: its limit is " in change.says
    assert change.lean.may_loosen


def test_every_difference_of_a_fact_s_kind_is_told_once() -> None:
    whole = base()
    fact = replace(whole.book.facts["age"], kind=Kind.COUNT, origin="asked", given="", words=("yes", "no"))
    told = changes(whole, replace(whole, book=replace(whole.book, facts={**whole.book.facts, "age": fact})))
    assert [change.says for change in told] == ["age is a question now, was the field patient.age of the case"]


def test_a_test_that_only_compares_otherwise_is_told() -> None:
    rule = base().book.rule_by_id["TOO-SOON"]
    assert isinstance(rule.condition, conditions.Test)
    turned = replace(rule, condition=replace(rule.condition, op=Op.AT_MOST))
    book = replace(base().book, rules=tuple(turned if one.id == rule.id else one for one in base().book.rules))
    (change,) = changes(base(), replace(base(), book=book))
    assert "at most 90 days (retreatment_days) now, was less than 90 days (retreatment_days)" in change.says
