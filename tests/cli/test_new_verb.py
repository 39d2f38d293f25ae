"""`new`: piped answers become a case that reads back as it was meant, and nothing answered is lost."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dose_engine.cli.case_text import case_text
from dose_engine.documents import read_yaml
from dose_engine.intake import read_case
from dose_engine.rulebook.load import load, shipped_folder
from tests.cli.running import run

BOOK = load(shipped_folder())
TODAY = dt.date(2026, 3, 2)

START = ["brow", "2026-03-02", ""]
PLAN = ["frontalis", "left", "3", "2", "overactive", "glabella", "corrugator", "right", "2.5", "", "", ""]
PATIENT = ["34", ""]
NO_HISTORY = ["no", "", "yes", ""]
REST = ["everything else: no", "yes", "longstanding", "muscular", "yes", "2"]
WHOLE = START + PLAN + PATIENT + NO_HISTORY + REST


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answer(*lines: str, file: str | None = None) -> Any:
    return run("new", *([file] if file else []), "--date", "2026-03-02", given="".join(f"{line}\n" for line in lines))


def test_answers_become_the_case_they_mean() -> None:
    result = answer(*WHOLE)
    assert result.exit_code == 0, result.output
    case = read_case(Path("brow.yaml").read_text(), "brow.yaml", BOOK, TODAY)
    assert case.case == "brow"
    assert case.date == dt.date(2026, 3, 2)
    assert (case.visit, case.product, case.patient.age) == ("first_pass", "onabotulinumtoxinA", 34)
    assert [(dose.zone, dose.muscle, dose.side, str(dose.units), dose.points, dose.activity) for dose in case.plan] == [
        ("frontalis", None, "left", "3", 2, "overactive"),
        ("glabella", "corrugator", "right", "2.5", None, None),
    ]
    assert case.patient.screening == {"everything_else": "no"}
    assert (case.asymmetry.onset, case.asymmetry.cause, case.asymmetry.seen_on_video, case.asymmetry.millimetres) == (
        "longstanding",
        "muscular",
        "yes",
        200,
    )
    assert case.history is not None
    assert (case.history.complete, case.history.treatments) == ("yes", ())
    assert result.stdout.endswith("Check it:\n\n  dose-engine check brow.yaml\n")
    assert Path("brow.yaml").read_text() in result.stdout
    assert run("check", "brow.yaml").exit_code in (0, 10)


@pytest.mark.parametrize(("given", "read"), [("", None), ("0", 0), ("1.5 mm", 150)])
def test_a_size_may_be_left_out_or_nothing_or_in_millimetres(given: str, read: int | None) -> None:
    result = answer(*WHOLE[:-1], given)
    assert result.exit_code == 0, result.output
    assert read_case(Path("brow.yaml").read_text(), "brow.yaml", BOOK, TODAY).asymmetry.millimetres == read


def test_a_size_is_not_given_in_units() -> None:
    assert "millimetres are from 0 to 100" in answer(*WHOLE[:-1], "2 U", "2").output


def test_the_file_is_in_block_style_in_the_order_of_the_format() -> None:
    answer(*WHOLE)
    text = Path("brow.yaml").read_text()
    keys = [line.split(":")[0] for line in text.splitlines() if not line.startswith(" ")]
    assert keys == ["case", "date", "visit", "product", "patient", "asymmetry", "history", "plan"]
    assert "{" not in text
    assert "  - zone: frontalis\n    side: left\n    units: 3\n    points: 2\n    activity: overactive\n" in text


def test_a_wrong_answer_is_asked_again_with_what_is_accepted() -> None:
    result = answer(
        *START, "frontalus", "?", "frontalis", "up", "left", "1e3", "-1", "3", "0", "2", "sleepy", "overactive", "", "old", *PATIENT
    )
    assert "did you mean `frontalis`?" in result.stdout
    assert "frontalis        Forehead" in result.stdout
    assert "accepted: `left`, `right`" in result.stdout
    assert result.stdout.count("units are plain decimal digits") == 2
    assert "a whole number from 1 to 100" in result.stdout
    assert "a whole number from 0 to 130" in result.stdout
    kept = Path("brow.partial.yaml").read_text()
    assert "units: 3\n    points: 2\n    activity: overactive" in kept


@pytest.mark.parametrize("count", range(1, len(WHOLE)))
def test_answers_that_end_anywhere_are_kept_and_nothing_else_is_written(count: int) -> None:
    result = answer(*WHOLE[:count])
    assert result.exit_code == 2
    assert [path.name for path in Path().iterdir()] == ["brow.partial.yaml"]
    assert "kept in brow.partial.yaml" in result.stderr
    read_yaml(Path("brow.partial.yaml").read_text(), "partial")


def test_no_answer_at_all_writes_nothing() -> None:
    result = answer()
    assert (result.exit_code, list(Path().iterdir())) == (2, [])
    assert "Nothing was answered" in result.stderr


def test_a_partial_file_never_replaces_another() -> None:
    answer(*START)
    answer(*START)
    assert {path.name for path in Path().iterdir()} == {"brow.partial.yaml", "brow.partial-2.yaml"}


def test_a_file_is_overwritten_only_after_asking() -> None:
    Path("mine.yaml").write_text("precious")
    kept = answer(*WHOLE, "no", "other.yaml", file="mine.yaml")
    assert (kept.exit_code, Path("mine.yaml").read_text()) == (0, "precious")
    assert Path("other.yaml").is_file()
    silent = answer(*WHOLE, file="mine.yaml")
    assert (silent.exit_code, Path("mine.yaml").read_text()) == (2, "precious")
    assert Path("mine.partial.yaml").is_file()
    assert answer(*WHOLE, "yes", file="mine.yaml").exit_code == 0
    assert Path("mine.yaml").read_text() == Path("other.yaml").read_text()


def test_a_name_is_never_a_path() -> None:
    answer("../../etc/x; rm -rf", *WHOLE[1:])
    assert [path.name for path in Path().iterdir()] == ["etc-x-rm--rf.yaml"]


def test_a_place_is_not_planned_twice() -> None:
    result = answer(*START, "frontalis", "left", "3", "", "", "frontalis", "left", "", *PATIENT, *NO_HISTORY, *REST)
    assert "in the plan already" in result.stdout
    assert len(read_case(Path("brow.yaml").read_text(), "x", BOOK, TODAY).plan) == 1


def test_a_history_is_asked_with_what_each_purpose_needs() -> None:
    history = ["no", "2026-03-03", "2026-01-10", "chronic_migraine", "", "", "2025-11-20", "aesthetic", "dysport", "20", "no"]
    history += ["masseter", "left", "30", "15", "", "unknown", "axillary_hyperhidrosis", "", "100", "", "yes"]
    scheduled = ["2026-03-02", "2026-04-01", "chronic_migraine", "", "155", ""]
    result = answer(*START, *PLAN, *PATIENT, *history, *scheduled, *REST)
    assert result.exit_code == 0, result.output
    assert "5 U are left" not in result.stdout
    assert "20 U are left" in result.stdout
    case = read_case(Path("brow.yaml").read_text(), "x", BOOK, TODAY)
    assert case.history is not None
    first, second, third = case.history.treatments
    assert (first.date, first.protocol, first.units) == (dt.date(2026, 1, 10), "chronic_migraine", None)
    assert (second.purpose, second.product, str(second.units)) == ("aesthetic", "abobotulinumtoxinA", "20")
    assert [(dose.zone, dose.side, str(dose.units)) for dose in second.doses] == [("masseter", "left", "15")]
    assert (third.date, third.protocol, str(third.units)) == ("unknown", "axillary_hyperhidrosis", "100")
    assert [(entry.date, str(entry.units)) for entry in case.scheduled] == [(dt.date(2026, 4, 1), "155")]


def test_only_questions_that_the_plan_needs_are_asked() -> None:
    result = answer(*START, "masseter", "left", "10", "", "", "", *PATIENT, *NO_HISTORY)
    assert "Does an upper eyelid droop?" not in result.stdout
    eyes = answer(*START, *PLAN, *PATIENT, *NO_HISTORY, *["no"] * 40)
    assert "Does an upper eyelid droop?" in eyes.stdout


def test_the_rest_is_no_only_after_every_question_was_read_out() -> None:
    result = answer(*START, *PLAN, *PATIENT, *NO_HISTORY, "yes", "everything else: no", "no", "no", "rest no", "yes", *REST[2:])
    assert result.exit_code == 0, result.output
    read_out = " ".join(result.stdout.split("Read as asked and answered no:")[1].split())
    unasked = [fact.says for fact in BOOK.facts.values() if fact.origin == "asked"][1:]
    assert all(prompt in read_out for prompt in unasked), "also those that no zone of the plan needs"
    screening = read_case(Path("brow.yaml").read_text(), "x", BOOK, TODAY).patient.screening
    assert list(screening.items()) == [("toxin_warning_signs", "yes"), ("neuromuscular_disorder", "no"), ("everything_else", "no")]


def test_a_question_about_a_place_takes_places() -> None:
    facts = [fact for fact in BOOK.facts.values() if fact.origin == "asked"]
    upto = next(number for number, fact in enumerate(facts) if fact.name == "site_infection")
    result = answer(
        *START, *PLAN, *PATIENT, *NO_HISTORY, *["no"] * upto, "nowhere", "chin, upper_face", "everything else: no", "yes", *REST[2:]
    )
    assert result.exit_code == 0, result.output
    assert read_case(Path("brow.yaml").read_text(), "x", BOOK, TODAY).patient.screening["site_infection"] == ("chin", "upper_face")


@given(st.text(max_size=60))
def test_any_name_reads_back_as_it_was_written(name: str) -> None:
    text = case_text({"case": name, "goals": [name], "plan": [{"zone": "dao"}]})
    root, problems = read_yaml(text, "x")
    assert not problems
    assert root.plain() == {"case": name, "goals": [name], "plan": [{"zone": "dao"}]}
