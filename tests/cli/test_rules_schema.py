"""`rules schema`: writes the schemas beside a rulebook, tells when they are out of date, and changes nothing about the book."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dose_engine.rulebook.load import load, shipped_folder
from dose_engine.workbench.editor_schemas import KINDS
from tests.cli.running import run


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A copy of the shipped book, without its schemas."""
    shutil.copy(shipped_folder() / "zones.yaml", tmp_path)
    shutil.copytree(shipped_folder() / "rules", tmp_path / "rules", ignore=shutil.ignore_patterns("schemas"))
    return tmp_path


def written(book: Path) -> list[str]:
    return sorted(path.name for path in (book / "rules" / "schemas").glob("*"))


def test_the_schemas_are_written_beside_the_rules(book: Path) -> None:
    before = load(book)
    result = run("rules", "schema", "--rules", str(book))
    assert result.exit_code == 0
    assert written(book) == sorted(f"{kind}.schema.json" for kind in KINDS)
    for path in (book / "rules" / "schemas").glob("*"):
        assert json.loads(path.read_text(encoding="utf-8"))["$schema"]
        assert f"wrote {path}" in result.stdout
    assert load(book).sha256 == before.sha256


def test_missing_schemas_are_told_and_nothing_is_written(book: Path) -> None:
    result = run("rules", "schema", "--rules", str(book), "--check")
    assert result.exit_code == 3
    assert result.stdout.count(": missing\n") == len(KINDS)
    assert "Run `dose-engine rules schema` to write them." in result.stdout
    assert not (book / "rules" / "schemas").exists()


def test_schemas_that_fit_are_told_so_and_left_alone(book: Path) -> None:
    run("rules", "schema", "--rules", str(book))
    assert run("rules", "schema", "--rules", str(book), "--check").exit_code == 0
    again = run("rules", "schema", "--rules", str(book))
    assert again.exit_code == 0
    assert "already fit" in again.stdout
    assert "wrote" not in again.stdout


def test_a_schema_is_out_of_date_when_a_word_of_the_book_has_changed(book: Path) -> None:
    run("rules", "schema", "--rules", str(book))
    facts = book / "rules" / "facts.yaml"
    facts.write_text(facts.read_text().replace("asked: Does the patient see double?", "asked: Does the patient see everything twice?"))
    result = run("rules", "schema", "--rules", str(book), "--check")
    assert result.exit_code == 3
    assert f"{book / 'rules' / 'schemas' / 'facts.schema.json'}: out of date" in result.stdout
    assert "sources.schema.json" not in result.stdout
    run("rules", "schema", "--rules", str(book))
    assert run("rules", "schema", "--rules", str(book), "--check").exit_code == 0


def test_a_schema_that_is_no_text_is_written_anew(book: Path) -> None:
    run("rules", "schema", "--rules", str(book))
    broken = book / "rules" / "schemas" / "rules.schema.json"
    broken.write_bytes(b"\xff\xfe{")
    assert run("rules", "schema", "--rules", str(book), "--check").exit_code == 3
    run("rules", "schema", "--rules", str(book))
    assert json.loads(broken.read_text(encoding="utf-8"))["$schema"]


def test_a_broken_book_has_no_schemas(book: Path) -> None:
    with (book / "rules" / "facts.yaml").open("a") as facts:
        facts.write("\nbroken: {asked: What?}\n")
    result = run("rules", "schema", "--rules", str(book))
    assert result.exit_code == 2
    assert "fact broken: a question needs `open`" in result.stderr
    assert not (book / "rules" / "schemas").exists()


def test_a_folder_that_cannot_be_written_to_is_told(book: Path) -> None:
    (book / "rules" / "schemas").write_text("in the way")
    result = run("rules", "schema", "--rules", str(book))
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_shipped_schemas_are_up_to_date() -> None:
    assert run("rules", "schema", "--check").exit_code == 0
