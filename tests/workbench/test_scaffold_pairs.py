"""The cases that are worked out for a rule hold when they are run, and a condition that can hold and fail gets a pair."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_engine.advisory import Verdict
from dose_engine.engine import Engine
from dose_engine.evaluators.semantics import Truth
from dose_engine.rulebook.model import Fact, Kind, Rule
from dose_engine.workbench.cases import STANDARD, cases_in, changed, laid_over, run_case
from dose_engine.workbench.scaffold.given import as_answer, beyond_standard, ordered, value_at
from dose_engine.workbench.scaffold.in_words import halves_in_words, name_of
from dose_engine.workbench.scaffold.pairs import CaseDraft, Worked, worked_out
from dose_engine.workbench.scaffold.yaml_lines import item_lines
from tests.workbench.scaffolding import engine_with, lean_whole, rule_of, shipped_whole

BOOK = lean_whole().book
NUMBERS = {
    Kind.UNITS: ["0.5", "2", "4.25", "40", "300"],
    Kind.DAYS: ["1", "28", "90", "never"],
    Kind.COUNT: ["1", "2"],
    Kind.YEARS: ["18", "65"],
    Kind.MILLIMETRES: ["1", "2.5"],
}
NOWHERE = [muscle for muscle in BOOK.muscles if all(muscle not in zone.muscles for zone in BOOK.zones.values())]


def worked(text: str) -> Worked:
    """The cases of a caution with this condition, run."""
    rule = rule_of(text, BOOK)
    engine = engine_with(rule, BOOK)
    found = worked_out(rule, engine)
    book = engine.rulebook
    written = "\n".join(line for case in found.cases for line in item_lines(case.entries()))
    cases, problems = cases_in({"rules/new.cases.yaml": written}, book) if written else ([], [])
    assert not problems
    for case in cases:
        for outcome in run_case(case, engine):
            assert not outcome.wrong, (text, case.id, outcome.wrong)
    return found


def named(found: Worked, ending: str) -> CaseDraft:
    return next(case for case in found.cases if case.id == f"NEW-{ending}")


def is_a_pair(case: CaseDraft) -> bool:
    return case.then is not None and {case.expect.truth, case.then.truth} == {Truth.CERTAIN, Truth.IMPOSSIBLE}


def first_condition(fact: Fact) -> str:
    """A condition on one fact that can hold and can fail."""
    if fact.kind.is_number:
        number = "28" if fact.kind is Kind.DAYS else "18" if fact.kind is Kind.YEARS else "1"
        return f"{fact.name}: {{{'less_than' if fact.kind is Kind.DAYS else 'at_least'}: {number}}}"
    return f"{fact.name}: {fact.words[0]}"


ASKED = [fact for fact in BOOK.facts.values() if fact.origin == "asked"]
FACTS = [fact for fact in BOOK.facts.values() if fact not in ASKED] + [
    next(fact for fact in ASKED if fact.about_place is place) for place in (True, False)
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_every_fact_of_the_book_gets_a_pair(fact: Fact) -> None:
    found = worked(first_condition(fact))
    assert not found.missing
    assert is_a_pair(named(found, "PAIR"))


def words_of(fact: Fact) -> list[str]:
    return [word for word in fact.words if word not in NOWHERE]


@st.composite
def facts_held(draw: st.DrawFn) -> tuple[str, str]:
    """A fact and what it is held against, as a rule file writes it."""
    fact = BOOK.facts[draw(st.sampled_from(sorted(BOOK.facts)))]
    if not fact.kind.is_number:
        few = draw(st.lists(st.sampled_from(words_of(fact)), min_size=1, max_size=2, unique=True))
        value = few[0] if len(few) == 1 else f"[{', '.join(few)}]"
        return fact.name, draw(st.sampled_from([value, value, f"{{is_not: {value}}}"]))
    number = draw(st.sampled_from(NUMBERS[fact.kind]))
    ops = ["is", "is_not"] if number == "never" else ["at_least", "more_than", "at_most", "less_than"]
    return fact.name, f"{{{draw(st.sampled_from(ops))}: {number}}}"


@st.composite
def conditions(draw: st.DrawFn) -> str:
    tests = dict(draw(st.lists(facts_held(), min_size=1, max_size=3)))
    plain = ", ".join(f"{name}: {value}" for name, value in tests.items())
    group = draw(st.sampled_from(["", "", "", "any", "none"]))
    if not group:
        return f"{{{plain}}}"
    name, value = draw(facts_held())
    other, second = draw(facts_held())
    return f"{{{plain}, {group}: [{{{name}: {value}}}, {{{other}: {second}}}]}}"


@settings(max_examples=20)
@given(conditions())
def test_whatever_is_worked_out_for_a_condition_holds(condition: str) -> None:
    found = worked(condition)
    assert found.cases or found.missing
    if not found.missing and rule_of(condition, BOOK).reads:
        assert is_a_pair(named(found, "PAIR"))


SHIPPED = [rule for rule in shipped_whole().book.rules if rule.severity][::40]


@pytest.mark.parametrize("rule", SHIPPED, ids=lambda rule: rule.id)
def test_the_shipped_rules_would_get_a_pair(rule: Rule) -> None:
    found = worked_out(rule, Engine(shipped_whole().book, confirm=False))
    assert not found.missing
    assert [case.then is not None for case in found.cases] == [bool(rule.reads)] * len(found.cases)


# what the halves are


def test_a_pair_stands_at_the_line_that_the_condition_draws() -> None:
    pair = named(worked("{zone: dao, units_in_zone_this_side: {more_than: 1}}"), "PAIR")
    assert pair.given == {"plan": [{"zone": "dao", "side": "left", "units": 1}]}
    assert pair.change is not None
    assert (pair.change[0], str(pair.change[1])) == ("plan[0].units", "1.5")
    assert pair.says == "With the units of dose 1 as 1 U the rule is silent; as 1.5 U it fires."
    assert (pair.expect.verdict, pair.then and pair.then.verdict) == (Verdict.OK, Verdict.CAUTION)


def test_a_line_that_the_standard_patient_is_far_behind_is_found_from_the_other_side() -> None:
    pair = named(worked("{age: {at_least: 18}}"), "PAIR")
    assert (pair.given["patient"], pair.change) == ({"age": 17}, ("patient.age", 18))


def test_the_placement_changes_and_not_the_zone() -> None:
    pair = named(worked("{zone: dao, placement: medial}"), "PAIR")
    assert pair.change == ("plan[0].placement", ["medial"])


def test_an_open_answer_is_a_case_of_its_own() -> None:
    opened = named(worked("{dry_eye: yes, zone: frontalis}"), "OPEN")
    assert opened.given["patient"] == {"screening": {"dry_eye": "unknown"}}
    assert opened.change == ("patient.screening.dry_eye", "no")
    assert (opened.expect.truth, opened.then and opened.then.truth) == (Truth.POSSIBLE, Truth.IMPOSSIBLE)


def test_a_question_about_a_place_is_shown_at_the_place_and_elsewhere() -> None:
    shown = named(worked("{site_infection: yes, zone: dao}"), "PLACE")
    assert shown.change == ("patient.screening.site_infection", ["dao"])
    assert shown.given["patient"]["screening"]["site_infection"] != ["dao"]


def test_a_rule_that_always_holds_gets_the_one_case_there_is() -> None:
    (case,) = worked("always").cases
    assert (case.id, case.expect.truth, case.then) == ("NEW-FIRES", Truth.CERTAIN, None)


@pytest.mark.parametrize(
    "condition", ["{zone: mentalis, side: left}", "{age: {less_than: 20}, all: [{age: {more_than: 30}}]}", f"{{muscle: {NOWHERE[0]}}}"]
)
def test_a_condition_that_no_patient_meets_gets_no_case_and_says_so(condition: str) -> None:
    found = worked(condition)
    assert found.cases == ()
    assert "no patient was found" in found.missing


def test_a_condition_that_nothing_silences_gets_the_half_that_fires_and_says_so() -> None:
    found = worked("{goals_named: {at_least: 0}}")
    assert [case.id for case in found.cases] == ["NEW-FIRES"]
    assert "no change of a single fact" in found.missing


def test_decisions_among_the_sources_are_what_a_case_decides() -> None:
    rule = replace(rule_of("{dry_eye: yes}", BOOK), sources=("S1", "R24", "LIT-ZONE-DAO", "D2"))
    assert {case.decides for case in worked_out(rule, engine_with(rule, BOOK)).cases} == {("R24", "D2")}


# the values


def test_what_a_case_says_beyond_the_standard_patient_gives_it_back() -> None:
    given_values = {"visit": "touch_up", "patient": {"age": 20}, "plan": [{"zone": "dao"}]}
    assert beyond_standard(laid_over(STANDARD, given_values)) == given_values


def test_a_patient_that_something_is_missing_of_cannot_be_laid_over_the_standard_one() -> None:
    assert beyond_standard(changed(laid_over(STANDARD, {"plan": []}), "asymmetry.millimetres", "left_out")) is None


def test_keys_come_in_the_order_of_the_case_format() -> None:
    values = {"plan": [{"units": 1, "placement": ["low"], "zone": "dao", "side": "left"}], "patient": {}, "visit": "touch_up"}
    assert list(ordered(values)) == ["visit", "patient", "plan"]
    assert list(ordered(values)["plan"][0]) == ["zone", "side", "units", "placement"]


def test_a_screening_answer_that_is_left_out_is_a_no() -> None:
    assert as_answer("patient.screening.dry_eye", value_at(STANDARD, "patient.screening.dry_eye")) == "no"
    assert value_at(STANDARD, "plan[0].units") == "left_out"


@pytest.mark.parametrize(
    ("path", "before", "after", "says"),
    [
        ("patient.screening.dry_eye", "no", "yes", "With dry eye answered no the rule A; answered yes it B"),
        ("patient.screening.site_infection", ["chin"], ["dao"], "With site infection answered for chin the rule A; answered for dao it B"),
        ("plan[1]", "left_out", {"zone": "brow_tail"}, "Without dose 2 the rule A; with dose 2 in brow tail it B"),
        ("history.treatments[0].doses[1].units", 2, 3, "With the units of dose 2 of treatment 1 as 2 U the rule A; as 3 U it B"),
        ("history.complete", "unknown", "yes", "With history complete as unknown the rule A; as yes it B"),
        ("goals", [], ["one"], "With goals as none the rule A; as one it B"),
        (
            "scheduled[0].date",
            "2026-04-01",
            "left_out",
            "With the date of scheduled treatment 1 as 2026-04-01 the rule A; without the date of scheduled treatment 1 it B",
        ),
    ],
)
def test_the_halves_are_told_apart_in_words(path: str, before: object, after: object, says: str) -> None:
    assert halves_in_words(path, before, after, "A", "B") == says
    assert name_of(path)
