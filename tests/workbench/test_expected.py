"""What a case can say must come of it: how each key is read, what it holds the advisory against, and how it is refused."""

from __future__ import annotations

import pytest

from dose_engine import Engine
from dose_engine.errors import RulebookError
from dose_engine.workbench.cases import RuleCase, cases_in, run_case
from tests.strategies import shipped
from tests.workbench.small_book import base
from tests.workbench.small_book import edited as book_with

PLAN = "plan: [{zone: glabella, muscle: corrugator, side: left, units: 6}]"


def small(expect: str) -> str:
    """One case of the small book, in which nothing is wrong."""
    return f"""\
- id: ONE
  says: One dose.
  given: {{{PLAN}}}
  expect: {{verdict: ok, {expect}}}
"""


def missed(text: str) -> list[str]:
    """What of the one case does not come out, under the small book."""
    whole = book_with(**{"neck.cases": text})
    return [what for outcome in run_case(whole.cases[0], Engine(whole.book, confirm=False)) for what in outcome.wrong]


def problems(text: str) -> list[str]:
    with pytest.raises(RulebookError) as refused:
        book_with(**{"neck.cases": text})
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize(
    "expect",
    [
        "suggested: {glabella: 5 to 12}",
        "suggested: {glabella corrugator left: 5 to 12 U in total}",
        "doses: {glabella left: ok}",
        "told: {AFTERCARE: day 3 to 14}",
        "told: {AFTERCARE: yes}",
        "not: [PREGNANT]",
    ],
)
def test_what_comes_out_as_it_is_written_passes(expect: str) -> None:
    assert missed(small(expect)) == []


@pytest.mark.parametrize(
    ("expect", "what"),
    [
        ("suggested: {glabella: 5 to 12.5}", "suggested for glabella: 5 to 12 U in total, expected 5 to 12.5 U"),
        ("suggested: {glabella: 5.5 to 12}", "suggested for glabella: 5 to 12 U in total, expected 5.5 to 12 U"),
        ("suggested: {glabella: 5 to 12 a side}", "suggested for glabella: 5 to 12 U in total, expected 5 to 12 U a side"),
        ("suggested: {glabella: withheld}", "suggested for glabella: 5 to 12 U in total, expected withheld"),
        ("doses: {glabella: stop}", "verdict of glabella: ok, expected stop"),
        ("told: {AFTERCARE: day 3 to 13}", "AFTERCARE should be told day 3 to 13, and is told day 3 to 14"),
        ("told: {AFTERCARE: day 4 to 14}", "AFTERCARE should be told day 4 to 14, and is told day 3 to 14"),
        ("told: {AFTERCARE: no}", "AFTERCARE should not be told, and is told day 3 to 14"),
        ("fires: [PREGNANT]", "PREGNANT should fire, and did not"),
        ("possible: [PREGNANT]", "PREGNANT should be possible, and is ruled out"),
    ],
)
def test_what_comes_out_otherwise_is_said_with_both_values(expect: str, what: str) -> None:
    assert missed(small(expect)) == [what]


def test_what_is_added_up_is_held_against_the_exposure() -> None:
    migraine = small("exposure: {planned: 6, total: 41 to 51, limit: 400, remaining: 349 to 359, window: 92 days}")
    migraine = migraine.replace("given: {", "given: {history: {treatments: [{date: 2026-01-10, protocol: chronic_migraine}]}, ")
    migraine = migraine.replace("verdict: ok", "verdict: caution")
    assert missed(migraine) == []
    assert missed(migraine.replace("41 to 51", "at least 41")) == ["exposure, total: 41 to 51 U, expected at least 41 U"]
    assert missed(migraine.replace("92 days", "93 days")) == ["exposure, window: 92 days, expected 93 days"]


def test_a_stop_tells_no_days() -> None:
    stopped = (
        small("told: {AFTERCARE: yes}")
        .replace("verdict: ok", "verdict: stop")
        .replace("{plan", "{patient: {age: 34, screening: {pregnant: yes}}, plan")
    )
    assert missed(stopped) == ["AFTERCARE should be told, and is not"]


def test_a_zone_without_a_range_is_told_from_a_rule_that_withholds_it() -> None:
    neck = small("suggested: {platysma: none}").replace(PLAN, "plan: [{zone: platysma, side: left, band: medial, units: 1}]")
    assert missed(neck) == []
    assert missed(neck.replace("none", "withheld")) == ["suggested for platysma: none, expected withheld"]


def test_the_first_day_without_a_stop_is_held_against_the_engine() -> None:
    stopped = small("earliest: never").replace("verdict: ok", "verdict: stop").replace("units: 6", "units: 8.5")
    assert missed(stopped) == []
    assert missed(stopped.replace("never", "2026-03-04")) == ["the first day without a stop is never, expected 2026-03-04"]


@pytest.mark.parametrize(
    ("expect", "says"),
    [
        ("suggested: {glabela: 1 to 4}", "`glabela` is not a zone\n  did you mean `glabella`?"),
        (
            "suggested: {glabella leftt: 1 to 4}",
            "`leftt` is no muscle, side or band of glabella\n  did you mean `left`?\n  glabella has: `corrugator`, `procerus`",
        ),
        ("suggested: {glabella left right: 1 to 4}", "`glabella left right` names two of one kind: `left` and `right`"),
        ("suggested: {glabella right: 1 to 4}", "`glabella right` is no dose of this plan\n  planned: `glabella corrugator left`"),
        ("suggested: {glabella: 1-4}", "`1-4` is not a suggested range\n  a range is written `1 to 4`"),
        ("suggested: {glabella: 4 to 1}", "the range ends below its start: `4 to 1`"),
        ("suggested: [glabella]", "`suggested` is a mapping, got a list"),
        ("doses: {glabella: okay}", "`okay` is not a verdict\n  did you mean `ok`?"),
        ("told: {AFTERCAR: yes}", "`AFTERCAR` is not a rule that tells something\n  did you mean `AFTERCARE`?"),
        ("told: {PREGNANT: yes}", "`PREGNANT` tells nothing\n"),
        (
            "told: {AFTERCARE: tomorrow}",
            "`tomorrow` is not when a line is told\n  accepted: `yes` (on whatever day), `no`, `day 10` or `day 10 to 14`",
        ),
        (
            "not: [AFTERCARE]",
            "`AFTERCARE` gives no finding, so it is never seen to fire\n  what it tells is expected under `told: {AFTERCARE: yes}`",
        ),
        ("exposure: {totl: 1}", "`totl` is not a key of exposure\n  did you mean `total`?"),
        (
            "exposure: {total: much}",
            "`much` is not an amount\n  an amount is written `100`, `155 to 195` or, where it is open, `at least 155`",
        ),
        ("exposure: {window: 92}", "`92` is not how long a window is\n  it is written `92 days`"),
        ("earliest: 2026-05-01", "`earliest` is the first day without a stop, and goes with `verdict: stop`"),
        ("sugested: {glabella: 1}", "`sugested` is not a key of what is expected\n  did you mean `suggested`?"),
    ],
)
def test_what_cannot_be_expected_is_refused_with_its_line_and_what_is_accepted(expect: str, says: str) -> None:
    found = problems(small(expect))
    assert len(found) == 1
    assert found[0].startswith("rules/neck.cases.yaml:4: case ONE: ")
    assert says in found[0]


def test_the_doses_of_a_changed_case_are_those_after_the_change() -> None:
    pair = small("not: [PREGNANT]") + '  change: {"plan[0].side": right}\n  then: {verdict: ok, suggested: {glabella right: 5 to 12}}\n'
    assert missed(pair) == []
    assert "`glabella left` is no dose of this plan" in problems(pair.replace("glabella right", "glabella left"))[0]


def test_a_case_that_was_written_before_reads_as_before() -> None:
    first = base().cases[0]
    assert (first.expect.silent, first.expect.suggested, first.expect.told, first.expect.earliest) == (
        ("GLABELLA-TOTAL-CAUTION",),
        (),
        (),
        None,
    )


def test_a_change_at_no_place_of_the_case_fails_and_says_where() -> None:
    pair = small("not: [PREGNANT]") + '  change: {"plan[7].units": 1}\n  then: {verdict: ok}\n'
    assert missed(pair) == ["cannot be run: there is nothing at `plan[7].units` that can be changed"]


def shipped_case(text: str) -> RuleCase:
    cases, wrong = cases_in({"rules/x.cases.yaml": text}, shipped())
    assert not wrong
    return cases[0]


def test_a_rule_that_only_lowers_the_maximum_is_named_by_what_it_does() -> None:
    text = small("not: [HOODED-LIDS-BESIDE-EYE-RANGE]")
    _, wrong = cases_in({"rules/x.cases.yaml": text}, shipped())
    assert "`HOODED-LIDS-BESIDE-EYE-RANGE-LOWERED`, the caution for a dose above its maximum" in str(wrong[0])


def test_the_same_place_named_in_less_words_holds_for_all_its_doses() -> None:
    both = (
        "plan: [{zone: frontalis, side: left, units: 4.5, placement: [low]}, {zone: frontalis, side: left, units: 1, placement: [lateral]}]"
    )
    case = shipped_case(small("doses: {frontalis left: ok}").replace(PLAN, both).replace("verdict: ok,", "verdict: caution,"))
    wrong = [what for outcome in run_case(case, Engine(shipped(), confirm=False)) for what in outcome.wrong]
    assert wrong == ["verdict of frontalis left: caution, expected ok"] * 2
