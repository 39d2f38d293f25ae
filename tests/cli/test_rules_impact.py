"""`rules impact` as the clinical lead runs it: files, folders, NDJSON and standard input; a broken case never hides the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dose_engine.workbench.cases import STANDARD, laid_over
from tests.cli.running import run
from tests.workbench.small_book import base, edited, folder

LOWER = ("zones.yaml", "caution_above: 12, stop", "caution_above: 10, stop")


def frown(units: float, **more: Any) -> str:
    plan = [{"zone": "glabella", "muscle": "procerus", "side": "midline", "units": units}]
    return json.dumps({"case": f"frown-{units}", **laid_over(STANDARD, {"plan": plan, **more})})


@pytest.fixture
def books(tmp_path: Path) -> tuple[str, str]:
    return str(folder(tmp_path / "old", base())), str(folder(tmp_path / "new", edited(LOWER)))


@pytest.fixture
def past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of past cases, named from where the user is, so that names are short."""
    monkeypatch.chdir(tmp_path)
    place = Path("past")
    place.mkdir()
    (place / "one.json").write_text(frown(11), encoding="utf-8")
    (place / "two.json").write_text(frown(5), encoding="utf-8")
    (place / "many.ndjson").write_text(f"{frown(10.5)}\n\n{frown(9.5)}\n", encoding="utf-8")
    return place


def test_a_folder_is_read_whole_its_lines_too(books: tuple[str, str], past: Path) -> None:
    result = run("rules", "impact", *books, str(past))
    assert result.exit_code == 0
    shown = result.stdout
    assert "Of 4 past cases: 0 cases are milder now, 2 worse, 2 keep their verdict." in shown
    assert "  OK                   2           2           .           ." in shown
    assert "GLABELLA-TOTAL-CAUTION appears: 2 cases (Frown lines: more than 10 U in total)" in shown
    assert max(len(line) for line in shown.splitlines() if "OLD" not in line and "NEW" not in line) <= 80


def test_the_nearest_are_shown_whole_with_what_nearest_means(books: tuple[str, str], past: Path) -> None:
    shown = run("rules", "impact", *books, str(past)).stdout
    assert "Nearest: of the cases with another verdict, those that came closest to keeping" in shown
    first, second = shown.index("past/many.ndjson:1 (frown-10.5): ok before"), shown.index("past/one.json: ok before")
    assert first < second
    assert "units in this zone: 10.5 U; the line is 10 U now, was 12 U: 0.5 U away" in shown
    assert "   |   - zone: glabella\n" in shown
    assert "   |     units: 10.5\n" in shown


def test_a_case_that_is_close_and_unchanged_is_told_too(books: tuple[str, str], past: Path) -> None:
    shown = " ".join(run("rules", "impact", *books, str(past)).stdout.split("Unchanged, but close")[1].split())
    assert "many.ndjson:3 (frown-9.5) (ok): GLABELLA-TOTAL-CAUTION" in shown
    assert "0.5 U away" in shown


@pytest.mark.parametrize("given", [f"{frown(11)}\n{frown(5)}\n", f"\n{frown(11)}\n\n{frown(5)}"])
def test_standard_input_is_one_case_a_line(books: tuple[str, str], given: str) -> None:
    assert "Of 2 past cases: 0 cases are milder now, 1 worse" in run("rules", "impact", *books, "-", given=given).stdout


def test_standard_input_is_also_one_case_in_yaml_or_json_over_several_lines(books: tuple[str, str]) -> None:
    spread = json.dumps(json.loads(frown(11)), indent=2)
    assert "Of 1 past case: 0 cases are milder now, 1 worse" in run("rules", "impact", *books, "-", given=spread).stdout
    yaml = "date: 2026-03-02\nproduct: onabotulinumtoxinA\npatient: {age: 34}\nplan:\n  - {zone: platysma, side: left, band: medial}\n"
    assert "Of 1 past case" in run("rules", "impact", *books, "-", given=yaml).stdout


def test_a_broken_case_is_named_and_never_hides_the_others(books: tuple[str, str], past: Path) -> None:
    (past / "broken.yaml").write_text("plan: [", encoding="utf-8")
    (past / "many.ndjson").write_text(f"{frown(10.5)}\n{{\n{frown(9.5)}\n", encoding="utf-8")
    result = run("rules", "impact", *books, str(past), str(past / "nowhere.yaml"), str(past / "nowhere.ndjson"))
    assert result.exit_code == 2
    assert "Of 8 past cases: 0 cases are milder now, 2 worse, 2 keep their verdict, 4 cannot" in result.stdout
    assert f"{past / 'broken.yaml'}:2: not YAML" in result.stderr
    assert f"{past / 'many.ndjson'}:2: not JSON" in result.stderr
    assert f"{past / 'nowhere.yaml'}: cannot be read: no such file or directory" in result.stderr
    assert f"{past / 'nowhere.ndjson'}: cannot be read: no such file or directory" in result.stderr


def test_a_case_that_only_one_book_can_read_is_shown_and_is_no_error(tmp_path: Path, books: tuple[str, str]) -> None:
    renamed = edited(("rules/facts.yaml", "site_infection:\n  asked", "skin_infection:\n  asked"))
    case = frown(6, patient={"screening": {"site_infection": "no"}})
    result = run("rules", "impact", books[0], str(folder(tmp_path / "renamed", renamed)), "-", given=case)
    assert result.exit_code == 0
    assert "1 cannot be read by NEW" in " ".join(result.stdout.split())
    assert "stdin:1 (frown-6) (was ok): NEW cannot read it" in result.stdout
    assert "`site_infection` is not a screening question" in " ".join(result.stdout.split())


def test_without_cases_those_of_old_are_the_past(books: tuple[str, str]) -> None:
    shown = run("rules", "impact", *books).stdout
    assert "Of 3 past cases: 0 cases are milder now, 1 worse, 2 keep their verdict." in shown
    assert "rules/neck.cases.yaml FROWN-12" in shown


def test_the_same_book_changes_nothing(books: tuple[str, str], past: Path) -> None:
    shown = run("rules", "impact", books[0], books[0], str(past)).stdout
    assert "0 worse, 4 keep their verdict." in shown
    assert "nearest" not in shown.lower()


def test_json_is_one_object_with_every_case_that_matters(books: tuple[str, str], past: Path) -> None:
    (past / "broken.yaml").write_text("plan: [", encoding="utf-8")
    result = run("rules", "impact", *books, str(past), "--format", "json")
    assert result.exit_code == 2
    found = json.loads(result.stdout)
    assert (found["total"], found["worse"], found["unread"]) == (5, 2, 1)
    assert {Path(case["case"].split(" ")[0]).name for case in found["cases"]} == {
        "broken.yaml",
        "one.json",
        "many.ndjson:1",
        "many.ndjson:3",
    }
    assert found["verdicts"]["ok"]["caution"] == 2


def test_a_day_for_cases_without_one_can_be_given(books: tuple[str, str]) -> None:
    case = json.loads(frown(6))
    del case["date"]
    case["history"]["treatments"] = [{"date": "2026-02-20", "purpose": "aesthetic", "units": 5}]
    shown = run("rules", "impact", *books, "-", "--date", "2026-02-01", given=json.dumps(case))
    assert shown.exit_code == 2
    assert "2026-02-20 is after the treatment date 2026-02-01" in shown.stderr


def test_a_broken_rulebook_is_reported_before_any_case_is_read(books: tuple[str, str], past: Path) -> None:
    (Path(books[1]) / "zones.yaml").unlink()
    result = run("rules", "impact", *books, str(past))
    assert result.exit_code == 2
    assert f"NEW {books[1]}: zones.yaml: " in result.stderr
    assert result.stdout == ""
