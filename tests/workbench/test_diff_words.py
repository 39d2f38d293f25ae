"""Each kind of change in clinical words, with its place and its id."""

from __future__ import annotations

import pytest

from dose_engine.workbench.diff import Change, Lean, changes
from tests.workbench.small_book import base, edited, texts

Z, N, F, R = "zones.yaml", "rules/neck.yaml", "rules/facts.yaml", "rules/rulebook.yaml"

WORDS = [
    (
        (Z, "caution_above: 12, stop", "caution_above: 11.5, stop"),
        "Frown lines: caution now above 11.5 U in total, was 12",
        "zones.yaml:20",
    ),
    (
        (Z, "muscle: corrugator, stop_above: 8", "muscle: corrugator, stop_above: 9"),
        "Frown lines: corrugator, stop now above 9 U per side, was 8",
        "zones.yaml:21",
    ),
    ((Z, "caution_above: 10, stop", "caution_above: 9, stop"), "Neck bands: caution now above 9 U per band, was 10", "zones.yaml:31"),
    (
        (Z, "muscle: corrugator, stop_above: 8", "muscle: corrugator, caution_above: 6, stop_above: 8"),
        "Frown lines: a new line: corrugator, caution above 6 U per side",
        "zones.yaml:21",
    ),
    ((Z, "caution_above: 10, ", ""), "Neck bands: a line is gone: caution above 10 U per band", "OLD zones.yaml:31"),
    (
        (Z, "{of: total, caution", "{of: total, when: {visit: touch_up}, caution"),
        "Frown lines: the stop (visit: touch up) above 20 U in total: also asks now: the visit is a touch-up",
        "zones.yaml:20",
    ),
    ((Z, "      max: 12", "      max: 10"), "Frown lines: suggested 5 to 10 U in total now, was 5 to 12", "zones.yaml:15"),
    (
        (Z, "      min: 0.5\n", "      counts: today\n      min: 0.5\n"),
        "Frown lines: the units suggested where visit: touch up count only today's doses now",
        "zones.yaml:10",
    ),
    ((Z, "hazard: H-LID", "hazard: H-SWALLOW"), "Frown lines: the hazard of its lines is H-SWALLOW now, was H-LID", "zones.yaml:7"),
    ((Z, "label: Neck bands", "label: Neck"), "Neck: its label is now Neck, was Neck bands", "zones.yaml:24"),
    ((Z, "  bands: [medial, lateral]\n", ""), "Neck bands: no longer tells apart: medial and lateral", "zones.yaml:23"),
    (
        (Z, "platysma: [left, right]", "platysma: [left]"),
        "Neck bands: platysma has the sides left now, had left and right",
        "zones.yaml:26",
    ),
    ((N, "when: {pregnant: yes}", "when: {pregnant: yes, visit: touch_up}"), "PREGNANT: also asks now: the visit is a touch-up", f"{N}:3"),
    (
        (N, "when: {pregnant: yes}", "when: {any: [{pregnant: yes}, {age: {less_than: 18}}]}"),
        "PREGNANT: one more way to hold: the patient is younger than 18",
        f"{N}:3",
    ),
    (
        (N, "{more_than: 20}", "{more_than: 25}"),
        "MUCH-IN-UPPER-FACE: units planned in the upper face: more than 25 U now, was more than 20 U",
        f"{N}:21",
    ),
    (
        (N, "less_than: retreatment_days", "less_than: 90"),
        "TOO-SOON: days since this muscle was treated: less than 90 days now, was less than 90 days (retreatment_days)",
        f"{N}:12",
    ),
    ((N, "{stop: No treatment", "{caution: No treatment"), "PREGNANT is a caution now, was a stop", f"{N}:4"),
    (
        (N, "{stop: No treatment in pregnancy.}", "{stop: No treatment in pregnancy., withhold: yes}"),
        "PREGNANT withholds the suggestion now",
        f"{N}:4",
    ),
    ((N, "to_day: 14", "to_day: 15"), "AFTERCARE is for day 3 to 15 now, was for day 3 to 14", f"{N}:31"),
    (
        (F, "Is the patient pregnant?\n  open: incomplete", "Is the patient pregnant?\n  open: caution"),
        'an open answer to "Is the patient pregnant?" counts for caution now, was incomplete',
        f"{F}:5",
    ),
    ((F, "  about: place\n", ""), '"Is there an infection at a place to be treated?" is asked of the whole patient now', f"{F}:8"),
    (
        (F, "age: {less_than: 18}", "age: {less_than: 16}"),
        "young: age of the patient in years: less than 16 now, was less than 18",
        f"{F}:69",
    ),
    (
        (F, "this: [muscle, side]\n  says: Days", "this: [muscle]\n  says: Days"),
        "days_since_here is of the same muscle now, was of the same muscle and side",
        f"{F}:65",
    ),
    ((F, "  where: {region: upper_face}\n", ""), "units_upper_face takes any region now, was the region upper face", f"{F}:58"),
    ((F, "if_left_out: standard", "if_left_out: low"), "placement, left out, is said to be read as low now, was standard", f"{F}:29"),
    (
        (R, "value: 90", "value: 80"),
        "retreatment_days is 80 days now, was 90 days: The shortest interval between two treatments",
        f"{R}:19",
    ),
    ((R, 'version: "1"', 'version: "2"'), "the version of the book is 2 now, was 1", f"{R}:2"),
    (
        ("rules/protocols.yaml", "at_most: 45", "at_most: 50"),
        "Chronic migraine is 35 to 50 U now, was 35 to 45 U",
        "rules/protocols.yaml:11",
    ),
    (
        ("rules/protocols.yaml", "corrugator: {left: 5, right: 5}", "corrugator: {left: 6, right: 4}"),
        "Chronic migraine puts 6 U into corrugator, left now, was 5 U",
        "rules/protocols.yaml:13",
    ),
    (
        ("rules/products.yaml", "brands: [Dysport]", "brands: [Dysport, Azzalure]"),
        "abobotulinumtoxinA is also sold as Azzalure",
        "rules/products.yaml:8",
    ),
    (
        ("rules/sources.yaml", "checked: secondary", "checked: derived"),
        "S2 is graded derived now, was secondary: An article",
        "rules/sources.yaml:9",
    ),
    (
        ("rules/neck.cases.yaml", "units: 6}]}", "units: 5.5}]}"),
        "the case FROWN-12: given.plan[1].units: 5.5 now, was 6",
        "rules/neck.cases.yaml:1",
    ),
    (
        ("rules/claims.yaml", "verdict: stop", "verdict: caution"),
        "the claim PREGNANT-STOPS: verdict: caution now, was stop",
        "rules/claims.yaml:1",
    ),
]


@pytest.mark.parametrize(("edit", "sentence", "place"), WORDS, ids=[sentence for _, sentence, _ in WORDS])
def test_a_change_is_told_in_words_at_its_place(edit: tuple[str, str, str], sentence: str, place: str) -> None:
    told = [(change.sentence, str(change.at)) for change in changes(base(), edited(edit))]
    assert (sentence, place) in told


def only(edit: tuple[str, str, str]) -> Change:
    (change,) = changes(base(), edited(edit))
    return change


def test_a_limit_that_moves_is_one_change_although_its_texts_follow() -> None:
    change = only((Z, "caution_above: 12, stop", "caution_above: 11.5, stop"))
    assert (change.id, change.about, change.lean) == ("GLABELLA-TOTAL-CAUTION", "verdict", Lean.STRICTER)


def test_a_constant_names_the_rules_and_facts_it_touches_and_they_are_not_told_again() -> None:
    change = only((R, "value: 90", "value: 80"))
    assert change.details == (("touches", "the rule TOO-SOON"),)
    assert change.touches == {"TOO-SOON"}


def test_a_question_names_the_rules_that_read_it_also_through_a_name() -> None:
    rule = "- id: YOUNG\n  title: Young\n  when: {young_or_pregnant: yes}\n  then: {info: Young.}\n  sources: [S1]\n"
    texts_with = texts()[N] + "\n" + rule
    old = edited(neck=texts_with)
    new = edited((F, "Is the patient pregnant?\n  open: incomplete", "Is the patient pregnant?\n  open: caution"), neck=texts_with)
    (change,) = changes(old, new)
    assert change.details == (("touches", "the rules PREGNANT and YOUNG and the fact young_or_pregnant"),)


def test_a_rule_that_is_gone_is_placed_in_old_and_read_out() -> None:
    start = texts()[N].index("- id: TOO-SOON")
    end = texts()[N].index("- id: MUCH")
    change = only((N, texts()[N][start:end], ""))
    assert change.sentence == "TOO-SOON is gone, a caution: Muscle treated a short while ago"
    assert str(change.at) == f"OLD {N}:10"
    assert change.lean is Lean.LOOSER
    assert "less than 90 days" in change.details[0][1]


def test_a_lowered_maximum_is_told_with_its_rule_alone() -> None:
    with_fact = texts()[F] + "\nunits_in_zone_this_side: {sum: planned, this: [zone, side], says: Units on this side}\n"
    old, lowers = edited(facts=with_fact), "then: {stop: No treatment in pregnancy., lower_max_to: {of: side, units: 2}}"
    new = edited((N, "then: {stop: No treatment in pregnancy.}", lowers), facts=with_fact)
    (change,) = changes(old, new)
    assert change.sentence == "PREGNANT lowers the suggested maximum to 2 U per side now"
    assert change.touches == {"PREGNANT", "PREGNANT-LOWERED"}
    more = edited((N, "then: {stop: No treatment in pregnancy.}", lowers.replace("units: 2", "units: 3")), facts=with_fact)
    told = [change.sentence for change in changes(new, more)]
    assert told == [
        "PREGNANT lowers the suggested maximum to 3 U per side now, was 2 U per side",
        "PREGNANT: a higher dose is suggested where it holds",
    ]


def test_a_zone_that_is_gone_takes_its_lines_along() -> None:
    whole = texts()[Z]
    zones = whole[: whole.index("platysma:")]
    cases = texts()["rules/neck.cases.yaml"]
    new = edited((Z, whole, zones), ("rules/neck.cases.yaml", cases[cases.index("- id: PREGNANT-ANY") :], ""))
    told = [change.sentence for change in changes(base(), new)]
    assert "Neck bands: the zone is gone, with its lines; a case that names it cannot be read" in told
    assert not [sentence for sentence in told if "line is gone" in sentence or "words" in sentence]


def test_a_renamed_zone_does_not_repeat_itself_in_the_texts_of_its_lines() -> None:
    assert only((Z, "label: Neck bands", "label: Neck")).path == ("zones", "platysma", "label")


def test_a_hazard_of_a_zone_is_told_once_and_not_by_each_line() -> None:
    assert only((Z, "hazard: H-LID", "hazard: H-SWALLOW")).path == ("zones", "glabella", "hazard")


@pytest.mark.parametrize(
    "edit",
    [
        ("rules/sources.yaml", "checked: secondary", "checked: primary"),
        ("rules/sources.yaml", "S2:", "S3:\n  title: An article\n  document: The article\n  checked: primary\n\nS2:"),
    ],
    ids=["in place", "as a copy under another name"],
)
def test_a_grade_that_was_raised_is_called_out(edit: tuple[str, str, str]) -> None:
    change = only(edit)
    assert change.called_out
    assert change.id.startswith("GRADE-S")
    assert change.lean is Lean.LOOSER


def test_a_grade_that_was_lowered_is_not_called_out() -> None:
    assert not only(("rules/sources.yaml", "checked: secondary", "checked: unchecked")).called_out


def test_the_dangerous_comes_first() -> None:
    new = edited(
        (R, 'version: "1"', 'version: "2"'),
        (Z, "caution_above: 10, stop", "caution_above: 9, stop"),
        ("rules/sources.yaml", "checked: secondary", "checked: primary"),
        (Z, "caution_above: 12, stop", "caution_above: 13, stop"),
        (Z, "      max: 12", "      max: 14"),
    )
    assert [change.path[1] for change in changes(base(), new)] == [
        "GLABELLA-TOTAL-CAUTION",
        "glabella",
        "S2",
        "PLATYSMA-DOSE-CAUTION",
        "",
    ]
