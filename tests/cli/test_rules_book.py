"""`rules book`: one file, written where it was asked for and over nothing that it did not write."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dose_engine.workbench.book import MADE_BY
from tests.cli.running import run

BASE = Path(__file__).resolve().parents[1] / "bad_files" / "base_book"
Written = Callable[..., tuple[int, str, str]]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    """Runs the verb on a small book, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(BASE, tmp_path / "book")

    def verb(*arguments: str) -> tuple[int, str, str]:
        result = run("rules", "book", "--rules", "book", "--date", "2026-11-24", *arguments)
        return result.exit_code, result.stdout, result.stderr

    return verb


def test_it_writes_rulebook_html_here_and_says_so(written: Written, tmp_path: Path) -> None:
    code, said, _ = written()
    assert (code, said.split(".")[0]) == (0, "Written to rulebook")
    assert MADE_BY in (tmp_path / "rulebook.html").read_text(encoding="utf-8")[:2000]


def test_a_dash_prints_the_same_page_and_nothing_else(written: Written, tmp_path: Path) -> None:
    assert written("-o", "file.html")[0] == 0
    code, printed, error = written("-o", "-")
    assert (code, error) == (0, "")
    assert printed == (tmp_path / "file.html").read_text(encoding="utf-8")
    assert not (tmp_path / "-").exists()


def test_it_writes_over_its_own_book(written: Written) -> None:
    assert [written("-o", "file.html")[0] for _ in range(2)] == [0, 0]


@pytest.mark.parametrize("content", [b"", b"mine", b"<!doctype html><title>mine</title>", f'mine content="{MADE_BY}"'.encode()])
def test_a_file_of_someone_else_is_left_as_it_is(written: Written, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.html"
    path.write_bytes(content)
    code, said, error = written("-o", "mine.html")
    assert (code, said) == (2, "")
    assert error.startswith("mine.html: the file exists")
    assert path.read_bytes() == content
    assert written("-o", "mine.html", "--force")[0] == 0
    assert path.read_bytes().startswith(b"<!doctype html>")


@pytest.mark.parametrize("where", ["book", "/dev/null", "nowhere/file.html", "a\0b", ""])
def test_where_no_file_can_be_written_it_says_why(written: Written, where: str) -> None:
    code, said, error = written("-o", where, "--force")
    assert (code, said) == (2, "")
    assert "cannot be" in error or "is no file" in error


def test_it_leaves_nothing_but_the_book(written: Written, tmp_path: Path) -> None:
    written()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book", "rulebook.html"]


def test_a_broken_rulebook_is_reported_whole_and_nothing_is_written(written: Written, tmp_path: Path) -> None:
    for file, old, new in (("zones.yaml", "stop_above: 20", "stop_above: 2"), ("rules/neck.yaml", "hazard: H-SWALLOW", "hazard: H-NONE")):
        path = tmp_path / "book" / file
        path.write_text(path.read_text().replace(old, new, 1))
    code, _, error = written()
    assert code == 2
    assert "zones.yaml:" in error
    assert "rules/neck.yaml:" in error
    assert not (tmp_path / "rulebook.html").exists()


def test_a_day_that_is_none_is_refused(written: Written) -> None:
    assert run("rules", "book", "--rules", "book", "--date", "2026-02-30").exit_code == 2
