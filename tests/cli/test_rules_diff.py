"""`rules diff` as the clinical lead runs it: folders and revisions, three formats, and the change log that has to name what is loosened."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.workbench.small_book import base, edited, folder, texts

Z = "zones.yaml"
LOWER = (Z, "caution_above: 12, stop", "caution_above: 11.5, stop")
HIGHER = (Z, "caution_above: 12, stop", "caution_above: 13, stop")
GRADE = ("rules/sources.yaml", "checked: secondary", "checked: primary")
LOG = "## 1 (2026-01-01)\n\n- First version.\n"


@pytest.fixture
def old(tmp_path: Path) -> str:
    return str(folder(tmp_path / "old", base(), LOG))


def changed(tmp_path: Path, *edits: tuple[str, str, str], log: str = LOG) -> str:
    return str(folder(tmp_path / "new", edited(*edits), log))


def test_a_change_is_shown_with_its_place_its_direction_and_a_case(tmp_path: Path, old: str) -> None:
    result = run("rules", "diff", old, changed(tmp_path, HIGHER))
    assert result.exit_code == 0
    shown = result.stdout
    assert "1 change in meaning. Looser only: no case gets a worse verdict." in shown
    assert "A case that was caution and is ok now\n  - id: WAS-CAUTION-IS-OK\n" in shown
    assert "Frown lines\n  - Caution now above 13 U in total, was 12  zones.yaml:20\n" in shown
    assert "      loosens: GLABELLA-TOTAL-CAUTION, not named in rules/CHANGES.md\n" in shown
    assert "version is still 1" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_book_written_otherwise_means_the_same(tmp_path: Path, old: str) -> None:
    new = Path(changed(tmp_path))
    (new / Z).write_text("# A comment more.\n" + texts()[Z], encoding="utf-8")
    result = run("rules", "diff", old, str(new), "--require-named")
    assert result.exit_code == 0
    assert result.stdout.endswith("No change in meaning. Only the layout differs: zones.yaml.\n")


def test_what_is_loosened_and_not_named_is_refused(tmp_path: Path, old: str) -> None:
    new = changed(tmp_path, HIGHER, GRADE)
    result = run("rules", "diff", old, new, "--require-named")
    assert result.exit_code == 3
    assert "Not named in the change log: GLABELLA-TOTAL-CAUTION and GRADE-S2." in result.stdout
    assert "only a named reviewer changes a" in result.stdout
    assert run("rules", "diff", old, new).exit_code == 0


def test_what_is_loosened_and_named_passes_and_shows_where_it_is_named(tmp_path: Path, old: str) -> None:
    log = f"## 2 (2026-12-01)\n\n- More (GLABELLA-TOTAL-CAUTION).\n- GRADE-S2, reviewed by Dr A. Example.\n\n{LOG}"
    result = run("rules", "diff", old, changed(tmp_path, HIGHER, GRADE, log=log), "--require-named")
    assert result.exit_code == 0
    assert "loosens: GLABELLA-TOTAL-CAUTION, named in rules/CHANGES.md:3" in result.stdout
    assert "Not named" not in result.stdout


def test_what_is_only_stricter_passes(tmp_path: Path, old: str) -> None:
    assert run("rules", "diff", old, changed(tmp_path, LOWER), "--require-named").exit_code == 0


def test_json_holds_every_change_and_exact_units(tmp_path: Path, old: str) -> None:
    result = run("rules", "diff", old, changed(tmp_path, LOWER, GRADE), "--format", "json", "--require-named")
    assert result.exit_code == 3
    found = json.loads(result.stdout)
    assert found["direction"]["word"] == "stricter only"
    assert found["direction"]["stricter"]["before"] == "ok"
    assert found["unnamed"] == ["GRADE-S2"]
    (limit,) = [change for change in found["changes"] if change["kind"] == "rules"]
    assert {
        "name": "GLABELLA-TOTAL-CAUTION",
        "field": "limit",
        "file": "zones.yaml",
        "line": 20,
        "in": "new",
        "loosens": None,
    }.items() <= limit.items()


def test_markdown_holds_the_same(tmp_path: Path, old: str) -> None:
    shown = run("rules", "diff", old, changed(tmp_path, HIGHER), "--format", "markdown").stdout
    assert "**1 change in meaning. Looser only: no case gets a worse verdict.**" in shown
    assert "## Frown lines\n\n- Caution now above 13 U in total, was 12 (`zones.yaml:20`)\n" in shown
    assert "    - loosens: GLABELLA-TOTAL-CAUTION, not named in rules/CHANGES.md" in shown


def test_a_broken_rulebook_is_reported_whole_and_named(tmp_path: Path, old: str) -> None:
    new = Path(changed(tmp_path))
    (new / Z).write_text(texts()[Z].replace("suggest:", "sugest:").replace("H-LID", "H-LIT"), encoding="utf-8")
    (Path(old) / "rules" / "facts.yaml").unlink()
    result = run("rules", "diff", old, str(new))
    assert result.exit_code == 2
    assert f"OLD {old}: rules/facts.yaml: the file is missing" in result.stderr
    assert f"NEW {new}: zones.yaml:9: zone glabella: `sugest` is not a key of a zone" in result.stderr
    assert result.stdout == ""


def test_what_is_no_rulebook_is_an_error(tmp_path: Path, old: str) -> None:
    result = run("rules", "diff", old, str(tmp_path / "nowhere"))
    assert result.exit_code == 2
    assert f"NEW {tmp_path / 'nowhere'}: no rulebook here" in result.stderr


@pytest.mark.parametrize("verb", ["diff", "impact"])
def test_an_empty_name_is_refused_and_does_not_compare_a_book_with_itself(old: str, verb: str) -> None:
    result = run("rules", verb, "", old)
    assert result.exit_code == 2
    assert "OLD: an empty name" in result.stderr


# revisions


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the book in its first commit, and in its second one a loosening that its change log names."""
    place = tmp_path / "clinic"
    folder(place / "book", base(), LOG)
    monkeypatch.chdir(place)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    _git("init", "--quiet")
    _commit()
    folder(place / "book", edited(HIGHER), f"{LOG}- More (GLABELLA-TOTAL-CAUTION).\n")
    _commit()
    return place


def _git(*arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


def _commit() -> None:
    _git("add", "--all")
    _git("commit", "--quiet", "--message", "a change")


@pytest.mark.usefixtures("repository")
def test_two_revisions_are_compared_with_their_change_logs() -> None:
    result = run("rules", "diff", "HEAD~1:book", "HEAD:book", "--require-named")
    assert result.exit_code == 0, result.output
    assert "named in rules/CHANGES.md:4" in result.stdout
    assert "OLD  HEAD~1:book, version 1 of 2026-01-01" in result.stdout


@pytest.mark.usefixtures("repository")
def test_a_revision_is_compared_with_the_folder_as_it_is() -> None:
    assert run("rules", "diff", "HEAD:book", "book").stdout.endswith("No change in meaning.\n")
    assert run("rules", "diff", "HEAD~1:book", "book", "--require-named").exit_code == 0
    Path("book/rules/CHANGES.md").unlink()
    assert run("rules", "diff", "HEAD~1:book", "book", "--require-named").exit_code == 3


@pytest.mark.usefixtures("repository")
def test_a_revision_without_a_rulebook_is_an_error_that_names_it() -> None:
    result = run("rules", "diff", "HEAD", "book")
    assert result.exit_code == 2
    assert "OLD HEAD: no rulebook in this revision" in result.stderr
