"""Past cases under a changed rulebook: which change, which were close, and that none is lost."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from dose_engine.advisory import Verdict
from dose_engine.workbench.cases import STANDARD, TODAY, laid_over
from dose_engine.workbench.impact import Impact, Moved, Seen
from dose_engine.workbench.impact.nearness import lines_of
from dose_engine.workbench.impact.past import Past, beside_the_rules
from dose_engine.workbench.impact.tally import LISTED, SHOWN_WHOLE, Tally
from dose_engine.workbench.impact.views import JsonReport
from dose_engine.workbench.whole import Whole
from tests.workbench.small_book import base, edited

Z, N, R = "zones.yaml", "rules/neck.yaml", "rules/rulebook.yaml"
LOWER = (Z, "caution_above: 12, stop", "caution_above: 10, stop")


def frown(units: float, **more: Any) -> Past:
    plan = [{"zone": "glabella", "muscle": "procerus", "side": "midline", "units": units}]
    values = laid_over(STANDARD, {"plan": plan, **more})
    return Past(f"frown {units}", json.dumps(values), is_json=True)


def seen(new: Whole, past: Iterable[Past], old: Whole | None = None) -> list[Seen]:
    return list(Impact(old or base(), new, TODAY).over(past))


def tally(found: Iterable[Seen]) -> Tally:
    made = Tally()
    for one in found:
        made.take(one)
    return made


def test_a_case_beyond_the_moved_line_changes_and_the_finding_that_appears_is_named() -> None:
    (one,) = seen(edited(LOWER), [frown(11)])
    assert (one.before, one.after) == (Verdict.OK, Verdict.CAUTION)
    assert one.moved == (Moved("GLABELLA-TOTAL-CAUTION", "appears"),)
    assert one.near is not None
    assert one.near.says == "units in this zone: 11 U; the line is 10 U now, was 12 U: 1 U away"
    assert one.near.steps == 2


def test_a_case_that_keeps_its_verdict_is_close_where_the_line_decides_about_it() -> None:
    near, far, elsewhere = seen(edited(LOWER), [frown(9.5), frown(5), Past("neck", json.dumps(laid_over(STANDARD, NECK)), is_json=True)])
    assert near.near is not None
    assert near.near.steps == 1
    assert far.near is None
    assert elsewhere.near is None, "ten units in the neck are no ten units in the frown lines"


NECK = {"plan": [{"zone": "platysma", "side": "left", "band": "medial", "units": 10}]}


def test_a_finding_whose_rule_is_gone_is_measured_from_its_old_line() -> None:
    new = edited((Z, "caution_above: 12, ", ""), ("rules/neck.cases.yaml", base().texts["rules/neck.cases.yaml"], "[]\n"))
    (one,) = seen(new, [frown(13)])
    assert (one.before, one.after) == (Verdict.CAUTION, Verdict.OK)
    assert one.near is not None
    assert "the line is gone, was 12 U: 1 U away" in one.near.says


def test_a_change_without_a_number_is_told_without_one() -> None:
    (one,) = seen(
        edited((N, "{stop: No treatment", "{caution: No treatment"), ("rules/neck.cases.yaml", "verdict: stop", "verdict: caution")),
        [frown(6, patient={"screening": {"pregnant": "yes"}})],
    )
    assert (one.before, one.after) == (Verdict.STOP, Verdict.CAUTION)
    assert one.milder
    assert one.moved == (Moved("PREGNANT", "counts for caution now, was stop"),)
    assert one.near is None


def test_a_constant_that_moves_shows_in_the_cases_by_its_rule() -> None:
    history = {"complete": "yes", "treatments": [_treated("2025-12-10")]}
    (one,) = seen(edited((R, "value: 90", "value: 80")), [frown(6, history=history)])
    assert (one.before, one.after) == (Verdict.CAUTION, Verdict.OK)
    assert one.near is not None
    assert one.near.says == "days since this muscle was treated: 82; the line is 80 days now, was 90 days: 2 days away"


def _treated(date: str) -> dict[str, Any]:
    return {"date": date, "purpose": "aesthetic", "doses": [{"zone": "glabella", "muscle": "procerus", "side": "midline", "units": 1}]}


def test_the_plan_may_stand_in_another_order_in_the_two_books() -> None:
    zones = base().texts[Z]
    cut = zones.index("platysma:")
    first = zones.index("glabella:")
    turned = edited((Z, zones, zones[cut:] + "\n" + zones[first:cut]))
    plan = [*NECK["plan"], {"zone": "glabella", "muscle": "procerus", "side": "midline", "units": 13}]
    (one,) = seen(turned, [Past("both", json.dumps(laid_over(STANDARD, {"plan": plan})), is_json=True)])
    assert not one.changed
    assert one.moved == ()


def test_cases_that_one_book_cannot_read_are_told_and_the_others_seen() -> None:
    renamed = edited(
        ("rules/facts.yaml", "site_infection:\n  asked", "skin_infection:\n  asked"),
    )
    old_word = frown(6, patient={"screening": {"site_infection": "no"}})
    new_word = frown(6, patient={"screening": {"skin_infection": "no"}})
    broken = Past("broken", "plan: [", line=0)
    found = seen(renamed, [old_word, new_word, broken, frown(6)])
    assert [(one.before, one.after) for one in found] == [
        (Verdict.OK, None),
        (None, Verdict.OK),
        (None, None),
        (Verdict.OK, Verdict.OK),
    ]
    made = tally(found)
    assert (made.only_old, made.only_new, made.neither, made.read, made.total) == (1, 1, 1, 1, 4)
    assert [one.past.name for one in made.one_book] == ["frown 6", "frown 6"]


def test_a_line_of_many_is_named_with_its_number_and_what_the_case_calls_itself() -> None:
    one = frown(6)
    (found,) = seen(base(), [Past("past.ndjson", one.text.replace('"date"', '"case": "A-17", "date"', 1), is_json=True, line=3)])
    assert found.label == "past.ndjson:3 (A-17)"
    (broken,) = seen(base(), [Past("past.ndjson", "{", is_json=True, line=4)])
    assert str(broken.problems[0]).startswith("past.ndjson:4: not JSON")


def test_of_many_cases_only_the_few_that_are_shown_are_kept() -> None:
    amounts = [round(10 + step / 100, 2) for step in range(1, 150)]
    made = tally(Impact(base(), edited(LOWER), TODAY).over(frown(units) for units in amounts))
    assert made.verdicts == {(Verdict.OK, Verdict.CAUTION): 149}
    assert made.moved == {Moved("GLABELLA-TOTAL-CAUTION", "appears"): 149}
    assert len(made.listed) <= 2 * LISTED
    assert len(made.most_grave()) == LISTED
    assert [one.past.name for one in made.nearest()] == [f"frown {units}" for units in amounts[:SHOWN_WHOLE]]


def test_what_is_milder_now_is_listed_before_what_is_worse() -> None:
    new = edited(LOWER, (Z, "stop_above: 20, sources", "stop_above: 25, sources"))
    made = tally(seen(new, [frown(11), frown(21)]))
    assert (made.milder, made.worse) == (1, 1)
    assert [one.past.name for one in made.most_grave()] == ["frown 21", "frown 11"]


def test_without_cases_those_beside_the_rules_are_the_past_both_halves() -> None:
    names = [past.name for past in beside_the_rules(base().cases)]
    assert names == [
        "rules/neck.cases.yaml FROWN-12",
        "rules/neck.cases.yaml FROWN-12 (changed)",
        "rules/neck.cases.yaml PREGNANT-ANY-DOSE",
    ]
    assert all(not one.changed for one in seen(base(), beside_the_rules(base().cases)))


def test_a_json_report_is_one_object_however_its_cases_came() -> None:
    made, report = Tally(), JsonReport(base(), edited(LOWER))
    written = report.start()
    for one in seen(edited(LOWER), [frown(11), frown(5), frown(9.5), Past("broken", "{", is_json=True)]):
        made.take(one)
        written += report.case(one)
    found = json.loads(written + report.end(made))
    assert [case["case"] for case in found["cases"]] == ["frown 11", "frown 9.5", "broken"]
    assert found["verdicts"]["ok"] == {"ok": 2, "caution": 1, "incomplete": 0, "stop": 0}
    assert json.loads(JsonReport(base(), base()).start() + report.end(Tally()))["cases"] == []


def test_lines_that_moved_are_measured_and_the_others_only_where_none_did() -> None:
    new = edited((N, "{more_than: 20}", "{more_than: 25}"))
    (line,) = lines_of("MUCH-IN-UPPER-FACE", base().book, new.book)
    assert (line.was, line.now) == (20 * 200, 25 * 200)
    (same,) = lines_of("MUCH-IN-UPPER-FACE", base().book, base().book)
    assert not same.moved
    assert lines_of("PREGNANT", base().book, new.book) == ()
