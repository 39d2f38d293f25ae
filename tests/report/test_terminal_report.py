"""The screen: what is read first, nothing wider than it, and nothing on it that a file could forge."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from rich.cells import cell_len

from dose_engine.advisory import Advisory, Evaluators, Severity, Suggested, Verdict
from dose_engine.report.terminal import Screen, brief, divider, report
from dose_engine.report.words import used_already
from tests.report.advisory_samples import FOREHEAD, advisory, dose, finding, possible, question, span, stopped, units, unscreened, wild

SAMPLES = {"ok": advisory(), "stop": stopped(), "unscreened": unscreened()}
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def widest(text: str) -> int:
    return max(cell_len(line) for line in text.split("\n"))


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("full", [False, True])
def test_no_line_is_wider_than_the_screen(name: str, width: int, full: bool) -> None:
    assert widest(report(SAMPLES[name], Screen(width), full=full)) <= width


@settings(max_examples=150, deadline=None)
@given(wild())
def test_no_text_of_a_case_can_break_the_screen(shown: Advisory) -> None:
    text = report(shown, full=True) + brief(shown, shown.case) + divider(shown.case)
    assert widest(text) <= 80
    assert not any(c in text for c in "\x1b\x07\r\x9b\u202e\u2066"), "a control character or a direction mark got through"


def test_markup_in_a_title_is_text_not_style() -> None:
    shown = report(advisory(findings=(finding(title="[bold red]x[/bold red] :boom:"),)), Screen(80, "standard"))
    assert "[bold red]x[/bold red] :boom:" in ANSI.sub("", shown)


@pytest.mark.parametrize("verdict", Verdict)
def test_the_verdict_is_the_first_word(verdict: Verdict) -> None:
    assert report(advisory(verdict=verdict)).split()[1] == verdict.upper()


def test_without_colour_there_is_no_escape_and_with_colour_the_same_words() -> None:
    plain, coloured = report(stopped()), report(stopped(), Screen(80, "standard"))
    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    strip = [" ".join(ANSI.sub("", text).replace("=== STOP ===", "STOP").split()) for text in (plain, coloured)]
    assert strip[0] == strip[1]


def test_a_stop_is_read_in_its_order() -> None:
    text = report(stopped())
    parts = [
        "=== STOP ===",
        "What to change",
        "Dose  ",
        "Stop (1)",
        "Not ruled out (1 open question)",
        "Caution (1)",
        "For information (1)",
        "Exposure",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_one_screen_for_a_normal_case() -> None:
    assert len(report(advisory()).splitlines()) <= 50


def test_the_same_finding_at_two_places_stands_once_with_both() -> None:
    text = " ".join(report(stopped()).split())
    assert text.count("This muscle was treated for migraine 41 days ago.") == 2, "once as the stop and once as the caution of the sample"
    assert "this muscle - Forehead, left; Frown lines (glabella), corrugator, right" in text


def test_one_unanswered_question_is_one_line_however_many_findings_wait_for_it() -> None:
    waiting = tuple(possible(f"RULE-{number}", "pregnant") for number in range(5))
    text = report(advisory(findings=waiting, questions=(question("pregnant", "Is the patient pregnant?"),)))
    assert text.count("Unanswered: Is the patient pregnant? (could be a stop)") == 1
    assert "Title of RULE" not in text


def test_the_most_decisive_question_stands_first() -> None:
    findings = (possible("A", "a", Severity.CAUTION), possible("B", "b"), possible("C", "c"))
    questions = (question("a", "Is it a?", False), question("b", "Is it b?", False), question("c", "Is it c?"))
    text = report(advisory(findings=findings, questions=questions))
    assert text.index("Is it c?") < text.index("Is it b?") < text.index("Is it a? (could be a caution)")


def test_an_open_finding_without_a_question_is_still_shown() -> None:
    text = report(advisory(findings=(possible("A", "nothing asks this"),)))
    assert "Could hold: Title of A (could be a stop)" in text


def test_an_open_stop_that_counts_only_as_a_caution_is_called_a_caution() -> None:
    one = possible("A", "a").model_copy(update={"counts_as": Verdict.CAUTION})
    assert "Is it a? (could be a caution)" in report(advisory(findings=(one,), questions=(question("a", "Is it a?"),)))


def test_many_open_questions_are_cut_with_a_count_and_one_way_out() -> None:
    text = report(unscreened())
    assert "and 12 more: --full, or --format json" in text
    assert "`everything_else: no`" in text
    assert "`everything_else: no`" not in report(unscreened(4))
    assert "more: --full" not in report(unscreened(), full=True)


def test_words_for_injectors_not_identifiers() -> None:
    assert not re.findall(r"\b[a-z]+_[a-z_]+\b", report(stopped(), full=True))


def test_what_is_used_already_is_said_only_when_something_is() -> None:
    def used(low: int, high: int | None) -> str:
        suggested = Suggested(of="total", min=units(5), max=units(12), used_by_others=span(low, high), reasons=(), sources=())
        assert ("used" in report(advisory(doses=(dose(suggested=suggested),)))) is (high != 0)
        return used_already(suggested)

    assert used(0, 0) == ""
    assert used(3, 3) == "3 U used already"
    assert used(0, None) == "an unknown amount used already"


def test_a_dose_that_is_withheld_says_so_and_why() -> None:
    shown = dose(suggested=None, position="withheld", because=("Withheld: Double vision",))
    text = report(advisory(doses=(shown,)))
    assert "no dose shown" in text
    assert "Withheld: Double vision" in text


def test_the_footer_says_who_answers_for_it_and_whether_it_was_confirmed() -> None:
    quiet, signed = report(advisory()), " ".join(report(stopped()).split())
    assert "DRAFT, not signed by a named clinician" in quiet
    assert "Confirmed by a second evaluator (compiled and rete)." in quiet
    assert "signed by Dr A. Example" in signed
    assert "Not independently confirmed (compiled). the second evaluator is not installed" in signed
    assert "Past its review day: glabella and S57." in signed
    split = report(advisory(evaluators=Evaluators(ran=("compiled", "rete"), agreed=False, note="")))
    assert "THE EVALUATORS DISAGREE" in split
    assert all(text.rstrip().endswith("This advises. A clinician decides.") for text in (quiet, split))


def test_the_timeline_is_shown_when_all_is_well_and_counselling_when_asked() -> None:
    assert "Timeline\n" in report(advisory())
    assert "Timeline\n" not in report(stopped())
    assert "Expression is kept." not in report(advisory())
    assert "Tell the patient\n  - Expression is kept." in report(advisory(), full=True)
    assert "For the injector\n  - Print the basis." in report(advisory(), full=True)


def test_brief_is_the_verdict_the_name_and_the_summary() -> None:
    assert brief(stopped(), "a.yaml").startswith("STOP        a.yaml: Do not treat as planned")


def test_the_label_is_enough_where_it_names_the_side() -> None:
    assert "Forehead, left upper" in report(advisory(doses=(dose(FOREHEAD, label="Forehead, left upper"),)))
    assert "upper, left" not in report(advisory(doses=(dose(FOREHEAD, label="Forehead, left upper"),)))
