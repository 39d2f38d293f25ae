"""`rules prove` and `rules boundary` as the clinical lead runs them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ..strategies import REPOSITORY
from .running import run

CLAIM = "MOUTH-CORNER-SIDE-OVER-4-STOPS"
SMALL = ("--planned", "3", "--past", "2", "--scheduled", "1")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "book"
    folder.mkdir()
    shutil.copy(REPOSITORY / "zones.yaml", folder)
    shutil.copytree(REPOSITORY / "rules", folder / "rules")
    return folder


def edit(book: Path, file: str, old: str, new: str) -> None:
    text = (book / file).read_text()
    assert text.count(old) == 1, old
    (book / file).write_text(text.replace(old, new))


def loosened(book: Path) -> Path:
    edit(book, "zones.yaml", "stop_above: 4, sources: [S61", "stop_above: 4.5, sources: [S61")
    return book


def test_a_claim_that_holds_is_proved_with_its_bounds(book: Path) -> None:
    result = run("rules", "prove", CLAIM, "--rules", str(book), *SMALL)
    assert result.exit_code == 0, result.output
    assert f"proved      {CLAIM}" in result.stdout
    assert "at most 3 planned doses, 2 earlier and 1 scheduled treatments" in result.stdout


def test_a_broken_claim_names_its_line_and_prints_a_case(book: Path) -> None:
    result = run("rules", "prove", CLAIM, "--rules", str(loosened(book)), *SMALL)
    assert result.exit_code == 3
    assert f"BROKEN      {CLAIM}" in result.stdout
    assert "(rules/claims.yaml:" in result.stdout
    assert "- id: BREAKS-MOUTH-CORNER" in result.stdout
    assert "expect: {verdict: stop}" in result.stdout


def test_a_time_out_is_said_and_leaves_with_3(book: Path) -> None:
    result = run("rules", "prove", "SAME-MUSCLE-WITHIN-90-DAYS-STOPS", "--rules", str(book), "--seconds", "0.001")
    assert result.exit_code == 3
    assert "NOT PROVED" in result.stdout


def test_json_gives_the_witness_as_a_case(book: Path) -> None:
    result = run("rules", "prove", CLAIM, "--rules", str(loosened(book)), "--format", "json", *SMALL)
    (proof,) = json.loads(result.stdout)
    assert proof["result"] == "broken"
    assert proof["witnesses"][0]["case"]["plan"][0]["zone"] == "dao"


def test_an_unknown_claim_is_refused_with_the_nearest(book: Path) -> None:
    result = run("rules", "prove", "MOUTH-CORNER-SIDE-OVER-4-STOP", "--rules", str(book))
    assert result.exit_code == 2
    assert f"did you mean `{CLAIM}`?" in result.stderr


def test_a_broken_rulebook_is_reported_whole(book: Path) -> None:
    edit(book, "zones.yaml", "stop_above: 4, sources: [S61", "stop_above: four, sources: [S61")
    with (book / "rules" / "claims.yaml").open("a") as file:
        file.write("- {id: X: Y}\n")
    for verb in ("prove", "boundary"):
        result = run("rules", verb, "--rules", str(book))
        assert result.exit_code == 2
        assert "zones.yaml:" in result.stderr
        assert "rules/claims.yaml:" in result.stderr


def test_the_certificate_of_another_book_does_not_speak_for_this_one(book: Path) -> None:
    whole = (book / "rules" / "claims.yaml").read_text()
    (book / "rules" / "claims.yaml").write_text(whole[whole.index("- id: UNDER-18-STOPS") : whole.index("- id: FROM-65-CAUTIONS")])
    assert run("rules", "prove", "--rules", str(book), "--write").exit_code == 0
    assert run("rules", "prove", "--rules", str(book), "--check").exit_code == 0
    result = run("rules", "prove", "--rules", str(loosened(book)), "--check")
    assert result.exit_code == 3
    assert "the meaning of the book has changed since" in result.stdout


def test_the_shipped_certificate_speaks_for_the_shipped_book() -> None:
    result = run("rules", "prove", "--rules", str(REPOSITORY), "--check")
    assert result.exit_code == 0, result.stdout


def test_a_boundary_shows_both_patients_in_plain_words(book: Path) -> None:
    result = run("rules", "boundary", "DAO-SIDE-STOP", "--rules", str(book))
    assert result.exit_code == 0, result.output
    assert "Mouth corner (DAO) left 4 U" in result.stdout
    assert "Mouth corner (DAO) left 4.5 U" in result.stdout


def test_boundaries_can_be_signed_as_a_table(book: Path) -> None:
    result = run("rules", "boundary", "mentalis", "--rules", str(book), "--format", "markdown")
    assert "| MENTALIS-TOTAL-STOP |" in result.stdout
    assert "Signed:" in result.stdout
