"""Each check finds the fault it is for, at the line where it stands, and keeps still just beside it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Final

import pytest

from dose_engine.workbench.lint import Found, Reading, every_check
from dose_engine.workbench.whole import Whole
from tests.workbench.planting import TODAY, Edit, line_of, whole_with

ZONES, FACTS, BOOK, SOURCES, HAZARDS = "zones.yaml", "rules/facts.yaml", "rules/rulebook.yaml", "rules/sources.yaml", "rules/hazards.yaml"
PROTOCOLS, NECK, JAW, UPPER, LOWER = (
    "rules/protocols.yaml",
    "rules/neck.yaml",
    "rules/jaw.yaml",
    "rules/upper_face.yaml",
    "rules/lower_face.yaml",
)
TOTALS, TIMING, SCREENING, COUNSELLING = "rules/totals.yaml", "rules/timing.yaml", "rules/screening.yaml", "rules/counselling.yaml"


@dataclass(frozen=True)
class Fault:
    """An edit of the shipped book, what is found then, and the text on whose line it is found."""

    code: str
    edits: tuple[Edit, ...]
    about: str
    says: str
    file: str
    at: str
    cases: bool = False
    day: dt.date = TODAY


def fault(code: str, *edits: Edit, about: str, says: str, at: str, file: str = "", cases: bool = False) -> Fault:
    """`file` where it is found, if not where the first edit is."""
    return Fault(code, edits, about, says, file or edits[0][0], at, cases)


def rule(id: str, when: str, then: str, advise: str = "Leave it out.", title: str = "") -> str:
    """A rule to be put at the end of a file."""
    named = title or f"The situation of {id}"
    rest = f"  because: It is so.\n  advise: {advise}\n  sources: [L1, R1]\n  hazard: H-UNEVEN\n"
    return f'\n- id: {id}\n  title: "{named}"\n  when: {when}\n  then: {then}\n{rest}'


FAULTS: Final = (
    fault(
        "acknowledgement",
        (ZONES, "  label: Forehead\n", "  label: Forehead  # lint: allow long-text\n"),
        about="acknowledgement",
        says="it gives no reason",
        at="label: Forehead",
    ),
    fault(
        "dead-rule",
        (JAW, "", rule("JAW-CHIN", "{zone: mentalis, side: left}", "{caution: The chin has a left side.}")),
        about="rule JAW-CHIN",
        says="it can never hold in any zone",
        at="when: {zone: mentalis, side: left}",
    ),
    fault(
        "dead-rule",
        (SCREENING, "", rule("AGE-BOTH", "{age: {less_than: 18}, all: [{age: {at_least: 65}}]}", '{caution: "The patient is {age}."}')),
        about="rule AGE-BOTH",
        says="it can never hold",
        at="when: {age: {less_than: 18}, all",
    ),
    fault(
        "dead-rule",
        (
            UPPER,
            "{region: upper_face, placement: medial_to_orbital_rim}",
            "{region: upper_face, zone: dao, placement: medial_to_orbital_rim}",
        ),
        about="rule EYE-POINT-INSIDE-RIM",
        says="it can never hold in any zone",
        at="when: {region: upper_face, zone: dao",
    ),
    fault(
        "dead-rule",
        (
            ZONES,
            "when: {visit: {is_not: touch_up}}, caution_above: 3",
            "when: {activity: overactive, all: [{activity: quieter}]}, caution_above: 3",
        ),
        about="zone gummy_smile, limit GUMMY-SMILE-SIDE-CAUTION",
        says="it can never hold",
        at="when: {activity: overactive, all",
    ),
    fault(
        "dead-part",
        (UPPER, "{zone: frontalis, placement: low}", "{region: upper_face, zone: [frontalis, dao], placement: low}"),
        about="rule FRONTALIS-LOW",
        says="`dao` of `zone` can never hold beside the other tests",
        at="when: {region: upper_face, zone: [frontalis, dao]",
    ),
    fault(
        "dead-part",
        (SCREENING, "any: [{region: neck}, {zone: [alar, nasal_tip]}]", "any: [{region: neck}, {zone: [alar, nasal_tip], region: jaw}]"),
        about="rule BREATHING-NECK-NOSE",
        says="alternative 2 of `any` ({zone: [alar, nasal_tip], region: jaw}) can never hold",
        at="region: jaw}]",
    ),
    fault(
        "dead-suggestion",
        (
            ZONES,
            "    - when: {activity: overactive}\n      of: side\n      min: 10",
            "    - when: {activity: overactive, band: medial}\n      of: side\n      min: 10",
        ),
        about="zone masseter",
        says="the suggestion 10 to 20 U is never used",
        at="- when: {activity: overactive, band: medial}",
    ),
    fault(
        "doubled-unit",
        (
            TOTALS,
            '"{session_units} in this session and the 7 days before: above 100 U."',
            '"{session_units} U in this session and the 7 days before: above 100 U."',
        ),
        about="rule SESSION-100",
        says="`{session_units}` is printed with its U, and `U` stands behind it",
        at='stop: "{session_units} U in',
    ),
    fault(
        "doubled-unit",
        (SCREENING, '"The difference is {millimetres}: consider', '"The difference is {millimetres} mm: consider'),
        about="rule ASYMMETRY-UNDER-1-MM",
        says="printed with its mm",
        at="{millimetres} mm",
    ),
    fault(
        "fill-in",
        (UPPER, "advise: Move the point well above the brow.", 'advise: "FILL IN: what to do"'),
        about="rule FRONTALIS-LOW",
        says="`advise` is still to be written",
        at='advise: "FILL IN',
    ),
    fault(
        "gap-between-suggest-and-limit",
        (
            ZONES,
            "- {of: total, caution_above: 4, stop_above: 8, sources: [S62",
            "- {of: total, caution_above: 6, stop_above: 8, sources: [S62",
        ),
        about="zone mentalis",
        says="above 4 and up to 6 U in total a dose is neither suggested nor cautioned",
        at="- of: total\n      min: 2\n      max: 4",
    ),
    fault(
        "gap-between-suggest-and-limit",
        (ZONES, "- {of: dose, caution_above: 5, stop_above: 10, sources: [S65", "- {of: dose, stop_above: 10, sources: [S65"),
        about="zone platysma",
        says="above 5 and up to 10 U",
        at="- of: dose\n      min: 3",
    ),
    fault(
        "gap-between-suggest-and-limit",
        (ZONES, "    - {of: total, caution_above: 6, sources: [S60, R13]}\n", ""),
        about="zone gummy_smile",
        says="up to 6 U in total is suggested, and no line of the same basis holds above it",
        at="- of: total\n      min: 2\n      max: 6",
    ),
    fault(
        "hidden-number",
        (TOTALS, '"{session_units} in this session and the 7 days before: a lot for micro-dosing, above 50 U."', "A lot for micro-dosing."),
        about="rule SESSION-50",
        says="neither the number that decided nor the line",
        at="caution: A lot for micro-dosing.",
    ),
    fault(
        "jargon",
        (SCREENING, "stop: The patient is breastfeeding.", "stop: The pharmacodynamic effect on the child is not known."),
        about="rule BREASTFEEDING",
        says="`pharmacodynamic` is jargon",
        at="stop: The pharmacodynamic",
    ),
    fault(
        "jargon",
        (COUNSELLING, "text: The chin may feel weak.", "text: The mentalis may feel weak."),
        about="rule TELL-CHIN",
        says="`mentalis` is jargon to a patient",
        at="text: The mentalis",
    ),
    fault(
        "long-sentence",
        (SCREENING, "advise: Do not treat during pregnancy.", f"advise: Do not treat {'and wait ' * 12}until then."),
        about="rule PREGNANT",
        says="a sentence of 29 words",
        at="advise: Do not treat and wait",
    ),
    fault(
        "long-text",
        (
            NECK,
            "title: More than two neck bands in the plan",
            "title: More than two neck bands in the plan, and more, and more, and more of them",
        ),
        about="rule PLATYSMA-MORE-BANDS",
        says="the title has 74 characters",
        at="title: More than two neck bands in the plan, and",
    ),
    fault(
        "lowers-nothing",
        (SCREENING, "lower_max_to: {of: side, units: 5}", "lower_max_to: {of: side, units: 6}"),
        about="rule HOODED-LIDS-BESIDE-EYE-RANGE",
        says="`lower_max_to` of 6 U lowers no suggestion",
        at="lower_max_to: {of: side, units: 6}",
    ),
    fault(
        "never-in-message",
        (TIMING, "{more_than: touch_up_last_day, is_not: never}", "{more_than: touch_up_last_day}"),
        about="rule TOUCH-UP-TOO-LATE",
        says="`{days_since_first_pass_here}` can be never here",
        at='stop: "Day {days_since_first_pass_here} after the first pass: no touch-up after',
    ),
    fault(
        "no-action",
        (UPPER, "advise: Move the point well above the brow.", "advise: Low points are risky."),
        about="rule FRONTALIS-LOW",
        says="no sentence of `advise` begins with something to do",
        at="advise: Low points",
    ),
    fault(
        "number-instead-of-constant",
        (
            TIMING,
            "{visit: {is_not: touch_up}, days_since_this_muscle: {less_than: retreatment_days}}",
            "{visit: {is_not: touch_up}, days_since_this_muscle: {less_than: 90}}",
        ),
        about="rule INTERVAL-90",
        says="`days_since_this_muscle: {less_than: 90}` writes out the constant `retreatment_days`",
        at="days_since_this_muscle: {less_than: 90}",
    ),
    fault(
        "number-instead-of-constant",
        (TOTALS, "{session_units: {more_than: session_units_stop}}", "{session_units: {more_than: 100}}"),
        about="rule SESSION-100",
        says="writes out the constant `session_units_stop`",
        at="session_units: {more_than: 100}",
    ),
    fault(
        "number-instead-of-constant",
        (
            FACTS,
            "units_peak:\n  sum: [planned, history, scheduled]\n  within_days: window_days",
            "units_peak:\n  sum: [planned, history, scheduled]\n  within_days: 92",
        ),
        about="fact units_peak",
        says="`within_days: 92` writes out the constant `window_days`",
        at="within_days: 92",
    ),
    fault(
        "number-without-source",
        (
            FACTS,
            "  says: Units for all sites and purposes, today and in the 30 days before\n  sources: [R37, D23, L22]",
            "  says: Units for all sites and purposes, today and in the 30 days before",
        ),
        about="fact units_in_30_days",
        says="`within_days: 30` names no source",
        at="within_days: 30",
    ),
    fault(
        "off-half-unit",
        (
            ZONES,
            "- {of: side, caution_above: 2, stop_above: 4, sources: [S61",
            "- {of: side, caution_above: 2.3, stop_above: 4, sources: [S61",
        ),
        about="zone dao, limit DAO-SIDE-CAUTION",
        says="`caution_above: 2.3` is not a multiple of 0.5 U",
        at="caution_above: 2.3",
    ),
    fault(
        "open-below-stop",
        (FACTS, "could the patient be?\n  open: incomplete", "could the patient be?\n  open: caution"),
        about="fact pregnant",
        says="`open: caution`, but the stop `PREGNANT` depends on the answer",
        at="open: caution\n  sources: [R24, L39, L46]",
    ),
    fault(
        "overlapping-limits",
        (
            ZONES,
            "    - {of: total, caution_above: 6, sources: [S60, R13]}\n",
            "    - {of: total, caution_above: 6, sources: [S60, R13]}\n    - {of: total, caution_above: 8, sources: [S60, R13]}\n",
        ),
        about="zone gummy_smile, limit GUMMY-SMILE-TOTAL-CAUTION-2",
        says="are both lines in total, and both can be crossed at once",
        at="- {of: total, caution_above: 8",
    ),
    fault(
        "protocol-sum",
        (PROTOCOLS, "  above_split: [temporalis, occipitalis, trapezius]\n", ""),
        about="protocol chronic_migraine",
        says="`at_most: 195` is more than the split of 155 U",
        at="units: {at_least: 155",
    ),
    fault(
        "protocol-sum",
        (PROTOCOLS, "note: 155 U in total over 31 sites", "note: 165 U in total over 31 sites"),
        about="protocol chronic_migraine",
        says="the note says 165 U in total, `units` say 155 to 195",
        at="note: 165 U",
    ),
    fault(
        "question-form",
        (FACTS, "asked: Does the patient see double?", "asked: Does the patient not see double"),
        about="question double_vision",
        says="the question holds `not`, so that a yes may mean no",
        at="asked: Does the patient not",
    ),
    fault(
        "redundant-test",
        (UPPER, "{zone: frontalis, placement: low}", "{zone: frontalis, region: upper_face, placement: low}"),
        about="rule FRONTALIS-LOW",
        says="the test `region: upper_face` changes nothing",
        at="when: {zone: frontalis, region: upper_face",
    ),
    fault(
        "review-incomplete",
        (
            ZONES,
            "sources: [S8, R19, L3]}\n  review: {reviewed_by: null, reviewed_on: null",
            "sources: [S8, R19, L3]}\n  review: {reviewed_by: A. Example, reviewed_on: null",
        ),
        about="zone frontalis",
        says="the review lacks `reviewed_on` and `review_by`",
        at="review: {reviewed_by: A. Example",
    ),
    fault(
        "review-overdue",
        (
            SOURCES,
            "  title: Use is not established under 18 years\n",
            "  title: Use is not established under 18 years\n  review_by: 2026-11-23\n",
        ),
        about="source L12",
        says="was to be reviewed by 2026-11-23",
        at="review_by: 2026-11-23",
    ),
    fault(
        "rule-without-case",
        (JAW, "", rule("JAW-NEW", "{zone: masseter, visit: maintenance, age: 40}", "{caution: The patient is 40.}")),
        about="rule JAW-NEW",
        says="no case shows it at work",
        at="- id: JAW-NEW",
        cases=True,
    ),
    fault(
        "same-title",
        (SCREENING, "title: Trouble swallowing, dose outside the neck", "title: trouble swallowing, Neck dose"),
        about="rule SWALLOWING-ELSEWHERE",
        says="`SWALLOWING-NECK` (rules/screening.yaml:",
        at="title: trouble swallowing, Neck",
    ),
    fault(
        "shadowed-rule",
        (SCREENING, "", rule("AGE-70", "{age: {at_least: 70}}", '{caution: "The patient is {age}, over 70."}')),
        about="rule AGE-70",
        says="it adds nothing to `AGE-65-OR-OVER`, a caution that holds wherever this caution does",
        at="- id: AGE-70",
    ),
    fault(
        "shadowed-rule",
        (SCREENING, "", rule("PREGNANT-JAW", "{zone: masseter, pregnant: yes}", "{stop: The patient is pregnant.}")),
        about="rule PREGNANT-JAW",
        says="it adds nothing to `PREGNANT`",
        at="- id: PREGNANT-JAW",
    ),
    fault(
        "shadowed-rule",
        (TOTALS, "", rule("MONTH-450", "{units_in_30_days: {more_than: 450}}", '{stop: "{units_in_30_days} in 30 days: above 450 U."}')),
        about="rule MONTH-450",
        says="it adds nothing to `WINDOW-400`",
        at="- id: MONTH-450",
    ),
    fault(
        "shadowed-rule",
        (SCREENING, "", rule("GOALS-AGAIN", "{goals_given: no}", "{info: No goal is named.}")),
        about="rule GOALS-AGAIN",
        says="it adds nothing to `GOALS-NOT-GIVEN`",
        at="- id: GOALS-AGAIN",
    ),
    fault(
        "source-set-aside",
        (NECK, "sources: [S66, D11, R18]", "sources: [S66, D11, R18, LIT-RISORIUS]"),
        about="source LIT-RISORIUS",
        says="its note says `Source only:`, but something in the book rests on it",
        at='note: "Source only: secondary, and whether the risorius',
        file=SOURCES,
    ),
    fault(
        "suggested-above-limit",
        (
            ZONES,
            "- {of: side, caution_above: 4, stop_above: 10, sources: [S56",
            "- {of: side, caution_above: 3, stop_above: 10, sources: [S56",
        ),
        about="zone frontalis",
        says="the suggestion of up to 4 U a side goes above the caution line of 3 U (`FRONTALIS-SIDE-CAUTION`)",
        at="- of: side\n      min: 1\n      max: 4",
    ),
    fault(
        "suggested-above-limit",
        (ZONES, "muscle: corrugator, stop_above: 8", "muscle: corrugator, stop_above: 3"),
        about="zone glabella",
        says="the suggestion of up to 12 U in total cannot be given: the lines of the sides leave 10 U",
        at="- of: total\n      min: 5",
    ),
    fault(
        "suspicious-step",
        (
            ZONES,
            "- {of: side, caution_above: 4, stop_above: 10, sources: [S56",
            "- {of: side, caution_above: 4, stop_above: 100, sources: [S56",
        ),
        about="zone frontalis, limit FRONTALIS-SIDE-STOP",
        says="`stop_above: 100` is more than 5 times the caution line of 4 U",
        at="stop_above: 100",
    ),
    fault(
        "text-number-differs",
        (UPPER, "units_upper_face_this_side: {more_than: 8}", "units_upper_face_this_side: {more_than: 9}"),
        about="rule UPPER-FACE-SIDE",
        says="the title says 8, the rule compares with 9",
        at="title: More than 8 U in the upper face on one side",
    ),
    fault(
        "text-number-differs",
        (BOOK, "value: 122", "value: 150"),
        about="rule OTHER-PRODUCT-RECENT",
        says="the title says 122, the rule compares with 150",
        at="title: Another toxin product in the last 122 days",
        file=TIMING,
    ),
    fault(
        "title-names-verdict",
        (NECK, "title: More than two neck bands in the plan", "title: Too many neck bands in the plan"),
        about="rule PLATYSMA-MORE-BANDS",
        says="the title says `too many`",
        at="title: Too many",
    ),
    fault(
        "unchecked-stop",
        (SCREENING, "sources: [R24, L47]", "sources: [R24]"),
        about="rule BREASTFEEDING",
        says="this stop rests on unchecked sources alone (R24)",
        at="sources: [R24]\n",
    ),
    fault(
        "unreachable-limit",
        (ZONES, "- {of: total, stop_above: 24, sources: [R9", "- {of: total, stop_above: 10, sources: [R9"),
        about="zone lateral_canthal, limit LATERAL-CANTHAL-SIDE-STOP",
        says="`stop_above: 12` a side never speaks first: wherever it is crossed, `LATERAL-CANTHAL-TOTAL-STOP` is crossed too",
        at="- {of: side, caution_above: 10, stop_above: 12",
    ),
    fault(
        "unreachable-limit",
        (ZONES, "- {of: total, stop_above: 20, sources: [R7", "- {of: total, stop_above: 200, sources: [R7"),
        about="zone frontalis, limit FRONTALIS-TOTAL-STOP",
        says="`stop_above: 200` in total never speaks first: the narrower lines of the zone leave at most 20 U",
        at="stop_above: 200",
    ),
    fault(
        "unused-constant",
        (TOTALS, "{session_units: {more_than: session_units_caution}}", "{session_units: {more_than: 50}}"),
        about="constant session_units_caution",
        says="no rule or sum is held against it",
        at="session_units_caution:",
        file=BOOK,
    ),
    fault(
        "unused-fact",
        (FACTS, "", "\nunits_jaw: {sum: planned, where: {region: jaw}, says: Units planned in the jaw, sources: [R16]}\n"),
        about="fact units_jaw",
        says="no rule, range or claim reads it",
        at="units_jaw:",
    ),
    fault(
        "unused-hazard",
        (HAZARDS, "", "\nH-ECTROPION: {title: Lower lid turns out, says: The lower lid turns out., sources: [L37]}\n"),
        about="hazard H-ECTROPION",
        says="no caution or stop guards against it",
        at="H-ECTROPION",
    ),
    fault(
        "unused-question",
        (FACTS, "", "\nsmoker: {asked: Does the patient smoke?, open: info, sources: [R24]}\n"),
        about="question smoker",
        says="no caution, stop or range depends on the answer",
        at="smoker:",
    ),
    fault(
        "unused-source",
        (SOURCES, "", "\nLIT-NEW: {title: Something read, document: A journal, checked: primary}\n"),
        about="source LIT-NEW",
        says="nothing in the book rests on this source",
        at="LIT-NEW",
    ),
    fault(
        "zone-without-stop",
        (ZONES, "    - {of: side, stop_above: 5, sources: [R13, LIT-ZONE-GUMMY]}\n", ""),
        about="zone gummy_smile",
        says="no dose is ever a stop here, however large",
        at="gummy_smile:",
    ),
    fault(
        "zone-without-stop",
        ("rules/midface.yaml", "    stop: No dose is offered for the nostril.", "    caution: No dose is offered for the nostril."),
        about="zone alar",
        says="no dose is ever a stop here",
        at="alar:",
        file=ZONES,
    ),
)

BESIDE: Final[dict[str, tuple[Edit, ...]]] = {
    "acknowledgement": ((ZONES, "  label: Forehead\n", "  label: Forehead  # lint is for the lead\n"),),
    "dead-rule": ((JAW, "", rule("JAW-CHIN", "{zone: mentalis, side: midline}", "{caution: The chin is in the midline.}")),),
    "dead-part": ((UPPER, "{zone: frontalis, placement: low}", "{region: upper_face, zone: [frontalis, glabella], placement: low}"),),
    "dead-suggestion": (
        (
            ZONES,
            "    - when: {activity: overactive}\n      of: side\n      min: 10",
            "    - when: {activity: overactive, aim: slimming}\n      of: side\n      min: 10",
        ),
    ),
    "doubled-unit": (
        (
            SCREENING,
            '"The patient is {age}: cosmetic treatment is for adults."',
            '"The patient is {age} years old: cosmetic treatment is for adults."',
        ),
    ),
    "fill-in": ((UPPER, "advise: Move the point well above the brow.", "advise: Do not fill in the brow."),),
    "gap-between-suggest-and-limit": (
        (ZONES, "- {of: total, caution_above: 4, stop_above: 8, sources: [S62", "- {of: total, stop_above: 4, sources: [S62"),
    ),
    "hidden-number": (
        (
            TOTALS,
            '"{session_units} in this session and the 7 days before: a lot for micro-dosing, above 50 U."',
            "A lot for micro-dosing, above 50 U.",
        ),
    ),
    "jargon": ((SCREENING, "stop: The patient is breastfeeding.", "stop: Toxin near the orbicularis oculi can cause ptosis."),),
    "long-sentence": (
        (SCREENING, "advise: Do not treat during pregnancy.", f"advise: Do not treat {'and wait ' * 10}until. Then treat again."),
    ),
    "long-text": ((NECK, "title: More than two neck bands in the plan", f"title: {'Neck ' * 13}bands"),),
    "lowers-nothing": ((SCREENING, "lower_max_to: {of: side, units: 5}", "lower_max_to: {of: total, units: 5}"),),
    "never-in-message": (
        (
            TIMING,
            "{days_since_other_product: {at_most: other_product_days}}",
            "{days_since_other_product: {less_than: other_product_days}}",
        ),
    ),
    "no-action": ((UPPER, "advise: Move the point well above the brow.", "advise: In doubt, never inject low."),),
    "number-instead-of-constant": (
        (
            TIMING,
            "{zone: {is_not: masseter}, days_to_event: {less_than: 28}}",
            "{zone: {is_not: masseter}, days_to_event: {less_than: 90}}",
        ),
    ),
    "number-without-source": (
        (FACTS, "  says: Units planned in this zone today\n  sources: [R5, D8]", "  says: Units planned in this zone today"),
    ),
    "off-half-unit": (
        (
            ZONES,
            "- {of: side, caution_above: 2, stop_above: 4, sources: [S61",
            "- {of: side, caution_above: 2.5, stop_above: 4, sources: [S61",
        ),
    ),
    "open-below-stop": (
        (
            FACTS,
            "Does the patient have a disease of the heart or blood vessels?\n  open: caution",
            "Does the patient have a disease of the heart or blood vessels?\n  open: info",
        ),
    ),
    "overlapping-limits": (
        (
            ZONES,
            "    - {of: total, caution_above: 6, sources: [S60, R13]}\n",
            "    - {of: total, when: {visit: touch_up}, caution_above: 4, sources: [S60]}\n"
            "    - {of: total, when: {visit: {is_not: touch_up}}, caution_above: 6, sources: [S60]}\n",
        ),
    ),
    "protocol-sum": ((PROTOCOLS, "units: {at_least: 100, at_most: 100}", "units: {at_least: 100, at_most: 150}"),),
    "question-form": ((FACTS, "asked: Does the patient see double?", "asked: Does the patient see double, now or before?"),),
    "redundant-test": ((UPPER, "{zone: frontalis, placement: low}", "{zone: frontalis, side: left, placement: low}"),),
    "review-incomplete": (
        (
            ZONES,
            "sources: [S8, R19, L3]}\n  review: {reviewed_by: null, reviewed_on: null, review_by: null}",
            "sources: [S8, R19, L3]}\n  review: {reviewed_by: A. Example, reviewed_on: 2026-11-24, review_by: 2027-11-24}",
        ),
    ),
    "review-overdue": (
        (
            SOURCES,
            "  title: Use is not established under 18 years\n",
            "  title: Use is not established under 18 years\n  review_by: 2026-11-24\n",
        ),
    ),
    "rule-without-case": ((JAW, "title: Touch-up of a jaw muscle", "title: Touch-up of one jaw muscle"),),
    "same-title": ((SCREENING, "title: Trouble swallowing, dose outside the neck", "title: Trouble swallowing, dose outside of the neck"),),
    "shadowed-rule": ((SCREENING, "", rule("AGE-70", "{age: {at_least: 70}}", '{stop: "The patient is {age}, over 70."}')),),
    "source-set-aside": ((NECK, "sources: [S66, D11, R18]", "sources: [S66, D11, R18, LIT-OBAGI-2017]"),),
    "suggested-above-limit": ((ZONES, "- {of: total, stop_above: 20, sources: [R7", "- {of: total, stop_above: 4, sources: [R7"),),
    "suspicious-step": (
        (
            ZONES,
            "- {of: side, caution_above: 4, stop_above: 10, sources: [S56",
            "- {of: side, caution_above: 4, stop_above: 20, sources: [S56",
        ),
    ),
    "text-number-differs": (
        (UPPER, "because: The source article uses 6-8 U on the active side", "because: The source article uses 6-9 U on the active side"),
    ),
    "title-names-verdict": ((SCREENING, "title: No goals named", "title: Caution, no goals named"),),
    "unchecked-stop": ((SCREENING, "sources: [R24, L47]", "sources: [L47]"),),
    "unreachable-limit": ((ZONES, "- {of: total, stop_above: 20, sources: [R7", "- {of: total, stop_above: 19, sources: [R7"),),
    "unused-constant": (
        (TOTALS, "{session_units: {more_than: session_units_caution}}", "{session_units: {at_least: session_units_caution}}"),
    ),
    "unused-fact": (
        (FACTS, "", "\nhooding: {named: {any: [{hooded_lids: yes}]}, says: Lids that need the brow}\n"),
        (UPPER, "{zone: frontalis, placement: low}", "{zone: frontalis, hooding: yes, placement: low}"),
    ),
    "unused-hazard": ((ZONES, "hazard: H-BREATHING\n", "hazard: H-SPEECH\n"),),
    "unused-question": (
        (FACTS, "", "\nsmoker: {asked: Does the patient smoke?, open: info, sources: [R24]}\n"),
        (SCREENING, "", rule("SMOKER", "{smoker: yes}", "{caution: The patient smokes.}")),
    ),
    "unused-source": (
        (
            SOURCES,
            "",
            '\nLIT-NEW: {title: Something read, document: A journal, checked: primary, note: "Old. Source only: it sets no number."}\n',
        ),
    ),
    "zone-without-stop": (
        (
            ZONES,
            "    - {of: side, stop_above: 5, sources: [R13, LIT-ZONE-GUMMY]}\n",
            "    - {of: total, stop_above: 10, sources: [R13, LIT-ZONE-GUMMY]}\n",
        ),
    ),
}
"""By code, an edit just beside its fault."""

NAMES: Final = [f"{one.code}-{sum(other.code == one.code for other in FAULTS[:place])}" for place, one in enumerate(FAULTS)]


def found(code: str, whole: Whole, day: dt.date = TODAY) -> list[Found]:
    """What one check finds, acknowledged or not."""
    return list(every_check()[code].run(Reading(whole, day)))


@cache
def unplanted(code: str, cases: bool) -> list[Found]:
    return found(code, shipped(cases))


@cache
def shipped(cases: bool) -> Whole:
    return whole_with(cases=cases)


@pytest.mark.parametrize("one", FAULTS, ids=NAMES)
def test_a_planted_fault_is_found_where_it_stands(one: Fault) -> None:
    whole = whole_with(*one.edits, cases=one.cases)
    about = [here for here in found(one.code, whole, one.day) if here.about == one.about]
    assert [here for here in about if one.says in here.message], about
    assert (one.file, line_of(whole, one.file, one.at)) in {here.place[:2] for here in about}
    assert not [here for here in unplanted(one.code, one.cases) if here.about == one.about]


@pytest.mark.parametrize("code", BESIDE)
def test_a_check_keeps_still_just_beside_its_fault(code: str) -> None:
    cases = code == "rule-without-case"
    beside = found(code, whole_with(*BESIDE[code], cases=cases))
    assert [(here.about, here.message) for here in beside] == [(here.about, here.message) for here in unplanted(code, cases)]


def test_every_check_has_a_fault_and_a_neighbour_of_it() -> None:
    assert {one.code for one in FAULTS} == every_check().keys()
    assert BESIDE.keys() == every_check().keys()
