"""What is loosened has to be named in the change log, by its id, in an entry that is new."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Protocol

import pytest

from dose_engine.errors import RulebookError
from dose_engine.rulebook.load import shipped_folder
from dose_engine.workbench.diff.changelog import CHANGE_LOG, added, entries
from dose_engine.workbench.diff.loosening import compare
from dose_engine.workbench.whole import load_whole
from tests.workbench.small_book import base, edited, folder

Z = "zones.yaml"
HIGHER = (Z, "caution_above: 12, stop", "caution_above: 13, stop")
GRADE = ("rules/sources.yaml", "checked: secondary", "checked: primary")
FIRST = "# Changes\n\nHow to write it: `GLABELLA-TOTAL-CAUTION`.\n\n## 1 (2026-01-01)\n\n- First version.\n"


class Log(Protocol):
    def __call__(self, log: str, *edits: tuple[str, str, str], before: str = FIRST) -> list[str]: ...


@pytest.fixture
def unnamed(tmp_path: Path) -> Log:
    """The ids that a changed book with this change log leaves unnamed."""
    numbers = count()

    def found(log: str, *edits: tuple[str, str, str], before: str = FIRST) -> list[str]:
        place = tmp_path / str(next(numbers))
        old, new = folder(place / "old", base(), before), folder(place / "new", edited(*edits), log)
        return [one.id for one in compare(load_whole(old), load_whole(new)).unnamed]

    return found


def test_a_loosening_that_is_not_named_is_found(unnamed: Log) -> None:
    assert unnamed(FIRST, HIGHER) == ["GLABELLA-TOTAL-CAUTION"]


def test_a_loosening_is_named_by_its_id_in_a_new_line(unnamed: Log) -> None:
    assert unnamed(f"{FIRST}\n## 2 (2026-12-01)\n\n- More in the frown lines (GLABELLA-TOTAL-CAUTION).\n", HIGHER) == []
    assert unnamed(f"{FIRST}- More in the frown lines:\n  `GLABELLA-TOTAL-CAUTION`.\n", HIGHER) == []


@pytest.mark.parametrize(
    "line",
    [
        "- More in the frown lines (GLABELLA-TOTAL-CAUTION-2).",
        "- More in the frown lines (GLABELLA-TOTAL).",
        "More in the frown lines: GLABELLA-TOTAL-CAUTION, in no line of the list.",
    ],
)
def test_another_id_or_a_text_that_is_no_entry_names_nothing(unnamed: Log, line: str) -> None:
    assert unnamed(f"{FIRST}\n## 2 (2026-12-01)\n\n{line}\n", HIGHER) == ["GLABELLA-TOTAL-CAUTION"]


def test_an_entry_that_was_there_before_names_nothing_also_under_another_heading(unnamed: Log) -> None:
    before = f"{FIRST}\n## 2 (not yet)\n\n- More in the frown lines (GLABELLA-TOTAL-CAUTION).\n"
    assert unnamed(before, HIGHER, before=before) == ["GLABELLA-TOTAL-CAUTION"]
    assert unnamed(before.replace("(not yet)", "(2026-12-01)"), HIGHER, before=before) == ["GLABELLA-TOTAL-CAUTION"]


def test_a_stricter_change_needs_no_name(unnamed: Log) -> None:
    assert unnamed(FIRST, (Z, "caution_above: 12, stop", "caution_above: 11, stop")) == []


def test_a_higher_suggestion_has_to_be_named_although_no_verdict_moves(unnamed: Log) -> None:
    assert unnamed(FIRST, (Z, "      max: 12", "      max: 12.5")) == ["GLABELLA-SUGGEST"]


def test_a_raised_grade_is_named_only_together_with_its_reviewer(unnamed: Log) -> None:
    entry = f"{FIRST}\n## 2 (2026-12-01)\n\n- GRADE-S2: the article was read{{}}.\n"
    assert unnamed(entry.format(""), GRADE) == ["GRADE-S2"]
    assert unnamed(entry.format(", reviewed by "), GRADE) == ["GRADE-S2"]
    assert unnamed(entry.format(", reviewed by NAME"), GRADE) == ["GRADE-S2"]
    assert unnamed(entry.format(", reviewed by Dr A. Example"), GRADE) == []


def test_a_claim_that_is_gone_has_to_be_named(unnamed: Log) -> None:
    assert unnamed(FIRST, ("rules/claims.yaml", base().texts["rules/claims.yaml"], "[]\n")) == ["CLAIM-PREGNANT-STOPS"]


def test_a_rulebook_without_a_change_log_names_nothing() -> None:
    assert [one.id for one in compare(base(), edited(HIGHER)).unnamed] == ["GLABELLA-TOTAL-CAUTION"]


def test_entries_stand_under_a_version_and_know_their_heading_and_line() -> None:
    found = list(entries("# Changes\n\n- before any version\n\n## 2 (2026-12-01)\n\n* one\n  goes on\n- two\n\nno entry\n"))
    assert [(entry.heading, entry.text, entry.line) for entry in found] == [
        ("2 (2026-12-01)", "one goes on", 7),
        ("2 (2026-12-01)", "two", 9),
    ]


def test_the_log_is_read_from_the_folder(tmp_path: Path) -> None:
    log = f"{FIRST}- More in the frown lines (GLABELLA-TOTAL-CAUTION).\n"
    old = load_whole(folder(tmp_path / "old", base(), FIRST))
    new = load_whole(folder(tmp_path / "new", edited(HIGHER), log))
    assert [entry.line for entry in added(old, new)] == [8]
    assert compare(old, new).unnamed == ()


def test_a_log_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    new = folder(tmp_path / "new", edited(HIGHER))
    (new / CHANGE_LOG).write_bytes(b"\xff\xfe")
    with pytest.raises(RulebookError, match=r"rules/CHANGES\.md:1: not UTF-8 text"):
        compare(base(), load_whole(new))


def test_the_shipped_log_has_an_entry_for_the_shipped_version() -> None:
    whole = load_whole(shipped_folder())
    text = (shipped_folder() / CHANGE_LOG).read_text(encoding="utf-8")
    assert any(entry.heading.startswith(f"{whole.book.version} (") for entry in entries(text))
