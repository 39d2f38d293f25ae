"""`rules lint`: findings as text, JSON and SARIF, with places one can open, exit codes, and the documentation of every check."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

from dose_engine.rulebook.load import shipped_folder
from dose_engine.workbench.lint import every_check
from tests.cli.running import run

DAY: Final = ("--date", "2026-11-24")
WARNING: Final = ("neck.yaml", "title: More than two neck bands in the plan", "title: Too many neck bands in the plan")
ERROR: Final = ("facts.yaml", "could the patient be?\n  open: incomplete", "could the patient be?\n  open: caution")

SARIF: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "additionalProperties": False,
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name", "rules"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "semanticVersion": {"pattern": r"^\d+\.\d+\.\d+"},
                                    "rules": {"type": "array", "uniqueItems": True, "items": {"$ref": "#/$defs/rule"}},
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "originalUriBaseIds": {
                        "type": "object",
                        "additionalProperties": {
                            "type": "object",
                            "required": ["uri"],
                            "properties": {"uri": {"pattern": "^file:///.*/$"}},
                        },
                    },
                    "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
                },
            },
        },
    },
    "$defs": {
        "message": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "rule": {
            "type": "object",
            "required": ["id"],
            "additionalProperties": False,
            "properties": {
                "id": {"type": "string"},
                "shortDescription": {"$ref": "#/$defs/message"},
                "fullDescription": {"$ref": "#/$defs/message"},
                "help": {"allOf": [{"$ref": "#/$defs/message"}, {"properties": {"markdown": {"type": "string"}}}]},
                "defaultConfiguration": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"level": {"$ref": "#/$defs/level"}},
                },
            },
        },
        "result": {
            "type": "object",
            "required": ["message"],
            "additionalProperties": False,
            "properties": {
                "ruleId": {"type": "string"},
                "ruleIndex": {"type": "integer", "minimum": 0},
                "level": {"$ref": "#/$defs/level"},
                "message": {"$ref": "#/$defs/message"},
                "locations": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["physicalLocation"],
                        "properties": {
                            "physicalLocation": {
                                "type": "object",
                                "required": ["artifactLocation"],
                                "properties": {
                                    "artifactLocation": {
                                        "type": "object",
                                        "required": ["uri"],
                                        "additionalProperties": False,
                                        "properties": {
                                            "uri": {"type": "string", "pattern": r"^[^\\ ]+$"},
                                            "uriBaseId": {"type": "string"},
                                        },
                                    },
                                    "region": {
                                        "type": "object",
                                        "additionalProperties": False,
                                        "properties": {"startLine": {"type": "integer", "minimum": 1}},
                                    },
                                },
                            }
                        },
                    },
                },
                "suppressions": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["kind"],
                        "additionalProperties": False,
                        "properties": {"kind": {"enum": ["inSource", "external"]}, "justification": {"type": "string"}},
                    },
                },
            },
        },
    },
}
"""What SARIF 2.1.0 requires of the parts that are written, by section 3 of the standard, and no part that it does not know."""

Book = Callable[..., Path]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Book:
    """Makes `my-book`, a copy of the shipped rulebook with some edits, in the folder one works in."""

    def make(*edits: tuple[str, str, str], name: str = "my-book") -> Path:
        folder = tmp_path / name
        shutil.copytree(shipped_folder() / "rules", folder / "rules")
        shutil.copy(shipped_folder() / "zones.yaml", folder)
        for file, old, new in edits:
            path = folder / "rules" / file
            assert path.read_text().count(old) == 1
            path.write_text(path.read_text().replace(old, new))
        monkeypatch.chdir(tmp_path)
        return folder

    return make


def line_of(folder: Path, file: str, text: str) -> int:
    return (folder / "rules" / file).read_text().split(text)[0].count("\n") + 1


def test_a_clean_book_is_told_so(book: Book) -> None:
    book()
    result = run("rules", "lint", "--rules", "my-book", "--strict", *DAY)
    assert result.exit_code == 0
    assert result.stdout.startswith("Nothing found; ")


def test_a_warning_is_shown_with_a_place_one_can_open_and_is_no_failure(book: Book) -> None:
    folder = book(WARNING)
    result = run("rules", "lint", "--rules", "my-book", *DAY)
    assert result.exit_code == 0
    place = f"my-book/rules/neck.yaml:{line_of(folder, 'neck.yaml', 'title: Too many')}"
    assert result.stdout.splitlines()[0] == f"{place}  warning  title-names-verdict"
    assert "1 warning; " in result.stdout


def test_a_warning_fails_when_it_should_be_strict(book: Book) -> None:
    book(WARNING)
    assert run("rules", "lint", "--rules", "my-book", "--strict", *DAY).exit_code == 3


def test_an_error_fails(book: Book) -> None:
    book(WARNING, ERROR)
    result = run("rules", "lint", "--rules", "my-book", *DAY)
    assert result.exit_code == 3
    assert "1 error and 1 warning; " in result.stdout


def test_a_book_elsewhere_is_shown_with_its_whole_path(book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = book(WARNING)
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    result = run("rules", "lint", "--rules", "../my-book", *DAY)
    assert result.stdout.startswith(f"{folder / 'rules' / 'neck.yaml'}:")


def test_the_lines_of_a_narrow_terminal_are_kept(book: Book) -> None:
    book(WARNING, ERROR)
    result = run("rules", "lint", "--rules", "my-book", "--acknowledged", *DAY)
    body = [line for line in result.stdout.splitlines() if not line.startswith("my-book/")]
    assert max(map(len, body)) <= 80


def test_what_is_acknowledged_is_shown_with_its_reason_when_asked(book: Book) -> None:
    book()
    assert "Because: " not in run("rules", "lint", "--rules", "my-book", *DAY).stdout
    shown = " ".join(run("rules", "lint", "--rules", "my-book", "--acknowledged", *DAY).stdout.split())
    assert "Because: D5 suggests 2-6 and cautions only above 10" in shown


def test_json_holds_every_finding_and_what_is_acknowledged(book: Book) -> None:
    folder = book(WARNING, ERROR)
    result = run("rules", "lint", "--rules", "my-book", "--format", "json", *DAY)
    assert result.exit_code == 3
    shown = json.loads(result.stdout)
    assert (shown["errors"], shown["warnings"], shown["date"]) == (1, 1, "2026-11-24")
    found = {finding["code"]: finding for finding in shown["findings"]}
    assert found.keys() == {"title-names-verdict", "open-below-stop"}
    warning = found["title-names-verdict"]
    assert warning["about"] == "rule PLATYSMA-MORE-BANDS"
    assert (warning["file"], warning["path"]) == ("rules/neck.yaml", f"my-book{os.sep}rules{os.sep}neck.yaml")
    assert warning["line"] == line_of(folder, "neck.yaml", "title: Too many")
    assert all(one["because"] for one in shown["acknowledged"])


def test_sarif_is_sarif(book: Book) -> None:
    folder = book(WARNING, ERROR, name="my book")
    result = run("rules", "lint", "--rules", "my book", "--format", "sarif", *DAY)
    shown = json.loads(result.stdout)
    jsonschema.Draft202012Validator(SARIF).validate(shown)
    ran = shown["runs"][0]
    rules = ran["tool"]["driver"]["rules"]
    assert [one["id"] for one in rules] == list(every_check())
    for found in ran["results"]:
        assert rules[found["ruleIndex"]]["id"] == found["ruleId"]
        assert rules[found["ruleIndex"]]["defaultConfiguration"]["level"] == found["level"]
    standing = [found for found in ran["results"] if "suppressions" not in found]
    assert {found["ruleId"] for found in standing} == {"title-names-verdict", "open-below-stop"}
    where = next(found["locations"][0]["physicalLocation"] for found in standing if found["ruleId"] == "title-names-verdict")
    assert where["artifactLocation"] == {"uri": "my%20book/rules/neck.yaml", "uriBaseId": "%SRCROOT%"}
    assert where["region"] == {"startLine": line_of(folder, "neck.yaml", "title: Too many")}
    assert ran["originalUriBaseIds"]["%SRCROOT%"]["uri"].startswith("file:///")


def test_a_suppressed_result_keeps_its_reason(book: Book) -> None:
    book()
    shown = json.loads(run("rules", "lint", "--rules", "my-book", "--format", "sarif", *DAY).stdout)
    assert all(found["suppressions"][0]["justification"] for found in shown["runs"][0]["results"])


def test_a_review_is_overdue_on_the_day_that_is_asked_for(book: Book) -> None:
    due = (
        "sources.yaml",
        "  title: Use is not established under 18 years\n",
        "  title: Use is not established under 18 years\n  review_by: 2030-01-01\n",
    )
    book(due)
    assert "review-overdue" not in run("rules", "lint", "--rules", "my-book", "--date", "2030-01-01").stdout
    assert "review-overdue" in run("rules", "lint", "--rules", "my-book", "--date", "2030-01-02").stdout


def test_a_broken_book_is_reported_whole_and_not_looked_through(book: Book) -> None:
    book(("neck.yaml", "hazard: H-SWALLOWING\n\n- id: PLATYSMA-AFTER", "hazard: H-NOTHING\n\n- id: PLATYSMA-AFTER"), ERROR)
    result = run("rules", "lint", "--rules", "my-book")
    assert result.exit_code == 2
    assert "`H-NOTHING` is not a hazard" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("code", every_check())
def test_every_check_is_explained(code: str) -> None:
    result = run("rules", "lint", "--explain", code)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{code}  {every_check()[code].severity}\n")
    headings = [line for line in result.stdout.splitlines() if line in ("Summary", "Why it matters", "What to do", "Example")]
    assert headings == ["Summary", "Why it matters", "What to do", "Example"]


def test_all_checks_are_explained_at_once() -> None:
    shown = run("rules", "lint", "--explain", "all").stdout
    assert [line.split("  ")[0] for line in shown.splitlines() if line.endswith(("  error", "  warning"))] == list(every_check())


def test_a_misspelt_code_is_told_with_the_nearest() -> None:
    result = run("rules", "lint", "--explain", "dead-rul")
    assert result.exit_code == 2
    assert "did you mean `dead-rule`?" in result.stderr


def test_the_codes_are_listed_with_what_they_find() -> None:
    shown = run("rules", "lint", "--list").stdout
    for check in every_check().values():
        assert f"{check.code}  {check.severity}\n" in shown
        assert check.summary.split()[0] in shown
