"""The laws the engine promises to keep, each over generated cases on the shipped rulebook, and where it says so over generated rulebooks.

1 fail closed; 2 stop trumps everything; 3 rules only narrow; 4 order does not matter; 5 more toxin is never safer; 6 an answer only
settles; 7 nothing is a black box; 8 units do not convert.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from decimal import Decimal
from functools import lru_cache
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dose_engine import Advisory, Case, Engine, Rulebook, Verdict
from dose_engine.advisory import Certainty, Finding, Place, Severity
from dose_engine.rulebook.load import folder_texts, load_texts
from dose_engine.rulebook.vocabulary import PLACEMENTS
from dose_engine.waiting import moved
from dose_engine.workbench.generate import Draw, generate_case
from dose_engine.workbench.generate_book import draw_rulebook, generate_rule, kinds_of, written

from .strategies import REPOSITORY, as_case, books_and_cases, case_values, draws, engine, mild_values, shipped

EXAMPLES = settings(max_examples=120)
FEW = settings(max_examples=60)
CERTAIN, POSSIBLE = 2, 1
REACHED: Counter[str] = Counter()
"""How often the laws came to the assertions that only some cases reach."""


def advise(values: dict[str, Any], options: bool = False) -> Advisory:
    return engine().advise(as_case(values, shipped()), options=options)


def under(book: Rulebook, values: dict[str, Any]) -> Advisory:
    return Engine(book, confirm=False).advise(as_case(values, book), options=False)


def holds(advisory: Advisory, severities: tuple[Severity, ...] = tuple(Severity)) -> dict[tuple[str, Place | None], int]:
    """How far each rule holds at each place: 2 certain, 1 possible."""
    found: dict[tuple[str, Place | None], int] = {}
    for finding in advisory.findings:
        if finding.severity in severities:
            for place in finding.places or (None,):
                level = CERTAIN if finding.certainty is Certainty.CERTAIN else POSSIBLE
                found[finding.rule, place] = max(level, found.get((finding.rule, place), 0))
    return found


# answers that can be given to what is open

ANSWERS: dict[str, list[Any]] = {
    "patient.first_treatment": ["no", "yes"],
    "patient.event": ["none", "2026-03-20", "2026-04-25", "2026-08-01"],
    "patient.next_performance": ["none", "2026-03-10", "2026-08-01"],
    "patient.performer": [["singer"], ["actor"], []],
    "asymmetry.onset": ["longstanding", "new", "progressive"],
    "asymmetry.cause": ["muscular", "palsy", "volume", "skeletal"],
    "asymmetry.seen_on_video": ["yes", "no"],
    "asymmetry.millimetres": [0, 2],
    "history.complete": ["yes"],
}


def open_places(values: dict[str, Any], book: Rulebook) -> list[tuple[str, ...]]:
    """Paths at which the case leaves something open that an answer can settle."""
    patient, asymmetry = values["patient"], values.get("asymmetry", {})
    found: list[tuple[str, ...]] = []
    for path in ANSWERS:
        top, field = path.split(".")
        holder = {"patient": patient, "asymmetry": asymmetry, "history": values.get("history", {})}[top]
        if path == "patient.first_treatment" or (path == "patient.next_performance" and not patient.get("performer")):
            continue
        left_out_means_unknown = path not in ("patient.event", "patient.performer")
        if holder.get(field) == "unknown" or (field not in holder and left_out_means_unknown):
            found.append((top, field))
    screening = patient["screening"]
    for fact in book.facts.values():
        unanswered = screening.get(fact.name, "unknown") == "unknown" and (fact.name in screening or "everything_else" not in screening)
        if fact.origin == "asked" and unanswered:
            found.append(("patient", "screening", fact.name))
    found += [("plan", str(index), "units") for index, dose in enumerate(values["plan"]) if "units" not in dose]
    if values["product"] == "unknown":
        found.append(("product",))
    if "history" not in values and patient.get("first_treatment", "unknown") == "unknown":
        found.append(("patient", "first_treatment"))
    given = [(("history", "treatments", str(n)), one) for n, one in enumerate(values.get("history", {}).get("treatments", ()))]
    ahead = [(("scheduled", "", str(n)), one) for n, one in enumerate(values.get("scheduled", ()))]
    for where, treatment in given + ahead:
        if treatment["date"] == "unknown":
            found.append((*where, "date"))
        if "units" not in treatment and "doses" not in treatment and "protocol" not in treatment:
            found.append((*where, "units"))
        regimen = book.protocols[treatment["protocol"]].units if "protocol" in treatment else None
        if regimen and "units" not in treatment and "doses" not in treatment:
            found.append((*where, "units"))
        if "purpose" not in treatment and "protocol" not in treatment:
            found.append((*where, "purpose"))
        for number, dose in enumerate(treatment.get("doses", ())):
            if "units" not in dose and "units" not in treatment:
                found.append((*where, "doses", str(number), "units"))
            if "side" not in dose and "zone" in dose:
                found.append((*where, "doses", str(number), "side"))
    return found


def answer(draw: Draw, values: dict[str, Any], path: tuple[str, ...], book: Rulebook) -> dict[str, Any]:
    """The case with the answer at the path filled in."""
    answered = copy.deepcopy(values)
    if path[:2] == ("patient", "screening"):
        place = book.facts[path[2]].about_place
        answered["patient"]["screening"][path[2]] = draw.one_of(["no", [book.regions[0]], "yes"] if place else ["no", "yes"])
        return answered
    if path == ("product",):
        return answered | {"product": draw.one_of(list(book.products))}
    if path[0] == "plan":
        answered["plan"][int(path[1])]["units"] = draw.one_of([1, 2, 4, 8, 20])
        return answered
    if path[0] in ("history", "scheduled") and len(path) > 2:
        holder: Any = (answered["history"]["treatments"] if path[0] == "history" else answered["scheduled"])[int(path[2])]
        if path[3] == "doses":
            holder = holder["doses"][int(path[4])]
        if path[-1] == "side":
            zone = book.zones[holder["zone"]]
            sides = zone.muscles[holder["muscle"]] if "muscle" in holder else zone.sides
            holder["side"] = draw.one_of(list(sides))
        else:
            days = ["2025-12-20", "2026-02-25", "2025-10-01"] if path[0] == "history" else ["2026-03-03", "2026-05-01", "2026-12-01"]
            choices = {"date": days, "units": [1, 8, 155, 195, 400], "purpose": list(book.protocols)}
            regimen = book.protocols[holder["protocol"]].units if "protocol" in holder else None
            if path[-1] == "units" and regimen:  # a regimen says between what its units lie
                choices["units"] = [Decimal(int(end)) / 200 for end in regimen]
            holder[path[-1]] = draw.one_of(choices[path[-1]])
        return answered
    top, field = path
    answered.setdefault(top, {})[field] = draw.one_of(ANSWERS[f"{top}.{field}"])
    return answered


def settled(draw: Draw, values: dict[str, Any], book: Rulebook) -> tuple[tuple[str, ...], dict[str, Any]] | None:
    """One open thing answered, or None when nothing is open."""
    places = open_places(values, book)
    if not places:
        return None
    path = draw.one_of(places)
    return path, answer(draw, values, path, book)


# 1


@EXAMPLES
@given(draws(), mild_values())
def test_law_1_fail_closed_ok_means_no_unlisted_answer_can_make_it_worse(draw: Draw, values: dict[str, Any]) -> None:
    before = advise(values)
    step = settled(draw, values, shipped())
    if before.verdict is not Verdict.OK or step is None:
        return
    path, answered = step
    after = advise(answered)
    REACHED["1 ok, then answered"] += 1
    if after.verdict is not Verdict.OK:
        REACHED["1 ok, then worse"] += 1
        listed = [question.name for question in before.questions]
        assert path[-1] in listed or any(path[-1] in name for name in listed), f"{path} was open and not listed"


@EXAMPLES
@given(draws(), mild_values())
def test_law_1_fail_closed_leaving_out_an_answer_never_turns_a_stop_into_ok(draw: Draw, values: dict[str, Any]) -> None:
    step = settled(draw, values, shipped())
    assume(step is not None)
    assert step is not None
    path, known = step
    if advise(known).verdict is Verdict.STOP:
        REACHED["1 a stop with the answer"] += 1
        if path[0] == "plan":  # units not decided yet are asked for, and listed
            assert advise(values).questions
            return
        fact = shipped().facts.get(path[-1])
        counts = fact.open_counts if fact and fact.open_counts else Verdict.INCOMPLETE
        assert advise(values).verdict.rank >= min(counts.rank, Verdict.INCOMPLETE.rank)


@settings(max_examples=500)
@given(draws(), books_and_cases(rules=2))
def test_law_1_fail_closed_on_generated_rulebooks(draw: Draw, made: tuple[Rulebook, dict[str, Any]]) -> None:
    book, values = made
    before, step = under(book, values), settled(draw, values, book)
    if step is None:
        return
    after = under(book, step[1])
    if before.verdict is Verdict.OK:
        REACHED["1 generated, ok"] += 1
        assert after.verdict is Verdict.OK or before.questions, f"{step[0]} was open and nothing was listed"
    if after.verdict is Verdict.STOP and before.verdict is not Verdict.STOP:
        REACHED["1 generated, an answer stops"] += 1
        assert before.questions, f"{step[0]} could stop and nothing was listed"


# 2 and 3


@lru_cache(maxsize=1)
def shipped_texts() -> dict[str, str]:
    texts, problems = folder_texts(REPOSITORY, beside=False)
    assert not problems
    return texts


@lru_cache(maxsize=40)
def with_added_rule(number: int) -> Rulebook:
    """The shipped rulebook and one more file with a made-up rule."""
    from dose_engine.workbench.generate import RandomDraw

    book = shipped()
    rule = generate_rule(RandomDraw(number), "ADDED", kinds_of(book), list(book.zones), source="R1", hazard="H-OVERDOSE")
    for flag in ({}, {"expects_dose": "yes"}):
        try:
            return load_texts({**shipped_texts(), "rules/added.yaml": json.dumps([rule | flag], indent=1)})
        except Exception as error:  # the generator leaves it to the loader whether the flag is needed
            last = error
    raise last


def named_questions_are_left_out(kinds: dict[str, Any]) -> dict[str, Any]:
    return {name: kind for name, kind in kinds.items() if kind[0] != "named"}


@EXAMPLES
@given(st.integers(0, 39), mild_values() | case_values())
def test_law_2_stop_trumps_everything_and_law_3_rules_only_narrow(number: int, values: dict[str, Any]) -> None:
    more = under(with_added_rule(number), values)
    check_added(advise(values), more)


def check_added(before: Advisory, after: Advisory) -> None:
    """Adding a rule: no verdict gets better, no suggested maximum rises, no suggestion comes back."""
    assert after.verdict.rank >= before.verdict.rank
    REACHED["2 not a stop before"] += before.verdict is not Verdict.STOP
    REACHED["3 a maximum shown"] += any(dose.suggested for dose in before.doses)
    for old, new in zip(before.doses, after.doses, strict=True):
        assert new.verdict.rank >= old.verdict.rank
        if old.suggested is None:
            assert new.suggested is None
        elif new.suggested is not None:
            assert new.suggested.max <= old.suggested.max
            assert new.suggested.min <= new.suggested.max


@FEW
@given(draws())
def test_law_2_and_3_on_generated_rulebooks(draw: Draw) -> None:
    values = draw_rulebook(draw)
    book = load_texts(written(copy.deepcopy(values)))
    case = generate_case(draw, book)
    extra = generate_rule(draw, "ADDED", named_questions_are_left_out(kinds_of(book)), list(book.zones))
    more = load_texts(written(values | {"rules/added.yaml": [extra]}))
    check_added(under(book, case), under(more, case))


@EXAMPLES
@given(draws(), case_values())
def test_law_2_an_answer_never_turns_a_certain_stop_into_less(draw: Draw, values: dict[str, Any]) -> None:
    step = settled(draw, values, shipped())
    if step is not None and advise(values).verdict is Verdict.STOP:
        assert advise(step[1]).verdict is Verdict.STOP


# 4


def shuffled(draw: Draw, value: Any) -> Any:
    """The same value with every list and mapping in another order."""
    if isinstance(value, dict):
        keys = list(value)
        order = sorted(keys, key=lambda key: (draw.whole(0, 100), key))
        return {key: shuffled(draw, value[key]) for key in order}
    if isinstance(value, list):
        return [shuffled(draw, item) for _, item in sorted(enumerate(value), key=lambda pair: (draw.whole(0, 100), pair[0]))]
    return value


@EXAMPLES
@given(draws(), case_values())
def test_law_4_order_does_not_matter(draw: Draw, values: dict[str, Any]) -> None:
    assert advise(values, options=True).model_dump_json() == advise(shuffled(draw, values), options=True).model_dump_json()


@FEW
@given(draws())
def test_law_4_on_generated_rulebooks_neither_files_nor_rules_have_an_order(draw: Draw) -> None:
    values = draw_rulebook(draw)
    book = load_texts(written(copy.deepcopy(values)))
    case = generate_case(draw, book)
    rules = list(reversed(values["rules/generated.yaml"]))
    split = values | {"rules/generated.yaml": rules[:1], "rules/another.yaml": rules[1:]}
    other = load_texts(written(dict(reversed(split.items()))))
    left, right = (under(one, case).model_dump(exclude={"rulebook"}, mode="json") for one in (book, other))
    assert left == right


@EXAMPLES
@given(case_values())
def test_law_4_two_equal_entries_of_the_history_are_two_doses(values: dict[str, Any]) -> None:
    entry = {"date": "2026-01-15", "purpose": "axillary_hyperhidrosis", "units": 100}
    values = values | {"history": {"complete": "yes", "treatments": [entry]}, "patient": values["patient"] | {"first_treatment": "no"}}
    twice = values | {"history": {"complete": "yes", "treatments": [entry, entry]}}
    assert advise(twice).exposure.total.low == advise(values).exposure.total.low + 100 * 200


# 5


def expecting() -> set[str]:
    return {rule.id for rule in shipped().rules if rule.expects_dose}


def never_cleared(before: Advisory, after: Advisory) -> None:
    """Every caution and stop holds at least as far as before."""
    now = holds(after, (Severity.CAUTION, Severity.STOP))
    for (rule, place), level in holds(before, (Severity.CAUTION, Severity.STOP)).items():
        if rule not in expecting():
            assert now.get((rule, place), 0) >= level, f"{rule} at {place} was cleared by more toxin"


@EXAMPLES
@given(draws(), mild_values() | case_values())
def test_law_5_raising_a_planned_dose_never_clears_a_caution_or_a_stop(draw: Draw, values: dict[str, Any]) -> None:
    higher = copy.deepcopy(values)
    decided = [dose for dose in higher["plan"] if "units" in dose]
    assume(decided)
    dose = draw.one_of(decided)
    dose["units"] = Decimal(dose["units"]) + draw.one_of([Decimal("0.01"), Decimal("0.5"), 1, 5, 100])
    never_cleared(advise(values), advise(higher))


@EXAMPLES
@given(draws(), mild_values() | case_values())
def test_law_5_adding_a_dose_to_the_history_never_clears_a_caution_or_a_stop(draw: Draw, values: dict[str, Any]) -> None:
    assume(values["patient"].get("first_treatment") != "yes")
    entry = draw.one_of(
        [
            {"date": "2026-02-10", "purpose": "aesthetic", "doses": [{"zone": "masseter", "side": "left", "units": 10}]},
            {
                "date": "2026-02-18",
                "purpose": "aesthetic",
                "visit": "touch_up",
                "doses": [{"zone": "frontalis", "side": "left", "units": 1}],
            },
            {"date": "2026-01-01", "protocol": "chronic_migraine"},
            {"date": "2025-12-15", "purpose": "other"},
            {"date": "unknown", "purpose": "aesthetic", "units": 20},
            {"date": "2026-02-20", "product": "daxibotulinumtoxinA", "purpose": "aesthetic"},
        ]
    )
    history = values.get("history", {})
    more = values | {"history": history | {"treatments": [*history.get("treatments", ()), entry]}}
    # a first treatment that is not known stops being possible: that is an answer, not a dose
    values = values | {"patient": values["patient"] | {"first_treatment": "no"}}
    more = more | {"patient": values["patient"]}
    never_cleared(advise(values), advise(more))


# 6


def only_settles(before: Advisory, after: Advisory) -> None:
    was, now = holds(before), holds(after)
    for key, level in now.items():
        assert key in was, f"{key} appeared from nowhere"
        assert level == CERTAIN or was[key] == POSSIBLE, f"{key} was certain and became possible"
    for key, level in was.items():
        assert level == POSSIBLE or now.get(key) == CERTAIN, f"{key} was certain and went"


@EXAMPLES
@given(draws(), mild_values() | case_values(knowing=40))
def test_law_6_an_answer_only_settles(draw: Draw, values: dict[str, Any]) -> None:
    step = settled(draw, values, shipped())
    if step is not None:
        only_settles(advise(values), advise(step[1]))


@FEW
@given(draws(), books_and_cases())
def test_law_6_on_generated_rulebooks(draw: Draw, made: tuple[Rulebook, dict[str, Any]]) -> None:
    book, values = made
    step = settled(draw, values, book)
    if step is not None:
        only_settles(under(book, values), under(book, step[1]))


# 7


def explained(finding: Finding, book: Rulebook) -> None:
    rule = book.rule_by_id[finding.rule]
    assert finding.sources, finding.rule
    assert finding.facts or not rule.reads, f"{finding.rule} names no fact"
    assert {fact.name for fact in finding.facts} <= rule.reads
    assert finding.clears_when
    assert (finding.certainty is Certainty.POSSIBLE) == bool(finding.missing), f"{finding.rule}: {finding.missing}"
    if finding.certainty is Certainty.POSSIBLE:
        assert finding.message.startswith("Not ruled out: ")


@EXAMPLES
@given(case_values())
def test_law_7_every_finding_names_rule_facts_sources_and_what_clears_it(values: dict[str, Any]) -> None:
    for finding in advise(values, options=True).findings:
        explained(finding, shipped())


def redone(case: Case, advisory: Advisory, number: int) -> Case | None:
    """The case with an option's changes made by hand; None for options that answer questions or change the goals."""
    plan = list(case.plan)
    option = advisory.options[number]
    for change in option.changes:
        here = [index for index, dose in enumerate(plan) if change.place is not None and same_place(dose, change.place)]
        match change.kind:
            case "lower":
                plan[here[0]] = plan[here[0]].model_copy(update={"units": change.units})
            case "leave_out" | "stage" if here:
                del plan[here[0]]
            case "visit":
                case = case.model_copy(update={"visit": "maintenance"})
            case "points" if here:
                plan[here[0]] = plan[here[0]].model_copy(update={"points": int(change.what.split(": ")[1].split(" ")[0])})
            case "defer":
                assert change.until is not None
                case = moved(case, change.until, "maintenance" if "new treatment" in change.what else None)
            case _:
                return None
    return case.model_copy(update={"plan": tuple(plan)})


def same_place(dose: Any, place: Place) -> bool:
    zone = shipped().zones[dose.zone]
    muscle = dose.muscle or next(iter(zone.muscles))
    side = dose.side or zone.muscles[muscle][0]
    placement = tuple(sorted(set(dose.placement)))
    return (dose.zone, muscle, side, dose.band, placement) == (place.zone, place.muscle, place.side, place.band, place.placement)


@EXAMPLES
@given(mild_values() | case_values(knowing=85))
def test_law_7_what_an_option_promises_is_what_the_engine_says_when_it_is_done(values: dict[str, Any]) -> None:
    case = as_case(values, shipped())
    advisory = engine().advise(case)
    for number, option in enumerate(advisory.options):
        assert option.verdict_if_done.rank < advisory.verdict.rank
        done = redone(case, advisory, number)
        for change in option.changes:
            REACHED[f"7 {change.kind}"] += done is not None
        if done is not None:
            assert engine().advise(done, options=False).verdict is option.verdict_if_done


@EXAMPLES
@given(mild_values() | case_values(knowing=85))
def test_law_7_the_earliest_date_is_the_first_without_a_stop(values: dict[str, Any]) -> None:
    case = as_case(values, shipped())
    advisory = engine().advise(case)
    if advisory.earliest_date is None or case.visit == "touch_up":
        return
    REACHED["7 earliest date"] += 1
    assert advisory.verdict is Verdict.STOP
    assert engine().advise(moved(case, advisory.earliest_date), options=False).verdict is not Verdict.STOP
    for back in range(1, min(40, (advisory.earliest_date - case.date).days)):
        earlier = advisory.earliest_date.fromordinal(advisory.earliest_date.toordinal() - back)
        assert engine().advise(moved(case, earlier), options=False).verdict is Verdict.STOP


# 8


@EXAMPLES
@given(draws(), case_values())
def test_law_8_units_of_another_product_change_nothing_but_their_echo(draw: Draw, values: dict[str, Any]) -> None:
    assume(values["patient"].get("first_treatment") != "yes")
    other = draw.one_of([name for name in shipped().products if name != shipped().product])
    entry = {"date": draw.one_of(["2026-02-20", "2025-12-01", "2025-06-01"]), "product": other, "purpose": "aesthetic"}
    history = values.get("history", {})
    with_units = [
        values | {"history": history | {"treatments": [*history.get("treatments", ()), entry | {"units": units}]}} for units in (10, 500)
    ]
    left, right = (advise(one, options=True).model_dump(exclude={"case_sha256"}, mode="json") for one in with_units)
    assert left == right


@EXAMPLES
@given(draws(), case_values())
def test_law_8_a_planned_dose_of_another_product_is_a_stop_without_a_range_and_adds_to_no_total(draw: Draw, values: dict[str, Any]) -> None:
    other = draw.one_of([name for name in shipped().products if name != shipped().product])
    advisory = advise(values | {"product": other})
    assert advisory.verdict is Verdict.STOP
    assert advisory.exposure.planned == 0
    assert all(dose.suggested is None for dose in advisory.doses)


WANTED = (
    "1 ok, then answered",
    "1 ok, then worse",
    "1 a stop with the answer",
    "1 generated, ok",
    "1 generated, an answer stops",
    "2 not a stop before",
    "3 a maximum shown",
    "7 lower",
    "7 defer",
    "7 leave_out",
    "7 visit",
    "7 earliest date",
)


def test_the_laws_are_held_against_cases_in_which_they_matter() -> None:
    """Run the laws that count, here and now, because another process may have run them, and see that each assertion was reached."""
    REACHED.clear()
    for law in (
        test_law_1_fail_closed_ok_means_no_unlisted_answer_can_make_it_worse,
        test_law_1_fail_closed_leaving_out_an_answer_never_turns_a_stop_into_ok,
        test_law_1_fail_closed_on_generated_rulebooks,
        test_law_2_stop_trumps_everything_and_law_3_rules_only_narrow,
        test_law_7_what_an_option_promises_is_what_the_engine_says_when_it_is_done,
        test_law_7_the_earliest_date_is_the_first_without_a_stop,
    ):
        law()
    assert not [name for name in WANTED if REACHED[name] < 3], dict(REACHED)


def test_the_generator_reaches_every_placement() -> None:
    seen: set[str] = set()
    from dose_engine.workbench.generate import RandomDraw

    for seed in range(200):
        for dose in generate_case(RandomDraw(seed), shipped())["plan"]:
            seen.update(dose.get("placement", ()))
    assert seen == set(PLACEMENTS) - {"standard"}
