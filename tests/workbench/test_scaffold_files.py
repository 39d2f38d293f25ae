"""Several files are replaced together or not at all, and nothing but them is touched."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dose_engine.errors import RulebookError
from dose_engine.workbench.scaffold import files
from dose_engine.workbench.scaffold.files import writable_folder, write

FIRST, SECOND, NEW = "rules/a.yaml", "rules/b.yaml", "rules/new.yaml"
BEFORE = {FIRST: "a: 1\n", SECOND: "b: 1\n"}
AFTER = {FIRST: "a: 2\n", SECOND: "b: 2\n", NEW: "c: 2\n"}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "zones.yaml").write_text("z: 1\n")
    for name, text in BEFORE.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def held(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_every_file_is_replaced_and_nothing_is_left_beside_them(book: Path) -> None:
    write(book, BEFORE, AFTER)
    assert held(book) == {"zones.yaml": b"z: 1\n", **{name: text.encode() for name, text in AFTER.items()}}


def test_line_ends_and_the_mark_at_the_start_stay(book: Path) -> None:
    (book / FIRST).write_bytes(b"\xef\xbb\xbfa: 1\r\n")
    write(book, {FIRST: "a: 1\r\n"}, {FIRST: "a: 1\r\nb: 2\r\n"})
    assert (book / FIRST).read_bytes() == b"\xef\xbb\xbfa: 1\r\nb: 2\r\n"


def test_a_file_keeps_its_mode_and_a_new_one_gets_that_of_its_neighbours(book: Path) -> None:
    (book / FIRST).chmod(0o640)
    (book / "zones.yaml").chmod(0o664)
    write(book, BEFORE, AFTER)
    assert [(book / name).stat().st_mode & 0o777 for name in (FIRST, NEW)] == [0o640, 0o664]


def test_a_link_stays_a_link(book: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "real.yaml"
    elsewhere.write_text(BEFORE[FIRST])
    (book / FIRST).unlink()
    (book / FIRST).symlink_to(elsewhere)
    write(book, BEFORE, AFTER)
    assert ((book / FIRST).is_symlink(), elsewhere.read_text()) == (True, AFTER[FIRST])
    assert [path.name for path in elsewhere.parent.iterdir()] == ["real.yaml"]


Break = Callable[[Path, pytest.MonkeyPatch], None]


def read_only(folder: Path, patch: pytest.MonkeyPatch) -> None:
    (folder / SECOND).chmod(0o444)


def changed_meanwhile(folder: Path, patch: pytest.MonkeyPatch) -> None:
    (folder / SECOND).write_text("b: 3\n")


def gone_meanwhile(folder: Path, patch: pytest.MonkeyPatch) -> None:
    (folder / SECOND).unlink()


def made_meanwhile(folder: Path, patch: pytest.MonkeyPatch) -> None:
    (folder / NEW).write_text("c: 1\n")


def no_text_any_more(folder: Path, patch: pytest.MonkeyPatch) -> None:
    (folder / SECOND).write_bytes(b"\xff")


def failing(error: BaseException, at: str) -> Break:
    """The replacing of one file fails."""

    def fail(folder: Path, patch: pytest.MonkeyPatch) -> None:
        replace = Path.replace

        def replaced(self: Path, target: Path) -> Path:
            if target.name == Path(at).name and (self.read_bytes() == AFTER[at].encode()):
                raise error
            return replace(self, target)

        patch.setattr(Path, "replace", replaced)

    return fail


def disk_full(folder: Path, patch: pytest.MonkeyPatch) -> None:
    synced = iter([None, OSError(28, "No space left on device")])

    def sync(handle: int) -> None:
        if error := next(synced):
            raise error

    patch.setattr(os, "fsync", sync)


BREAKS = {
    "read_only": read_only,
    "changed_meanwhile": changed_meanwhile,
    "gone_meanwhile": gone_meanwhile,
    "made_meanwhile": made_meanwhile,
    "no_text_any_more": no_text_any_more,
    "disk_full": disk_full,
    "first_fails": failing(OSError(5, "Input/output error"), FIRST),
    "second_fails": failing(OSError(5, "Input/output error"), SECOND),
    "new_one_fails": failing(OSError(5, "Input/output error"), NEW),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_when_one_file_cannot_be_written_every_file_is_as_it_was(broken: str, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    BREAKS[broken](book, monkeypatch)
    before = held(book)
    with pytest.raises(RulebookError) as caught:
        write(book, BEFORE, AFTER)
    assert held(book) == before
    (problem,) = caught.value.problems
    assert problem.code in ("file-unreadable", "not-text")
    assert Path(problem.file).name in {Path(name).name for name in AFTER}


@pytest.mark.parametrize("at", [FIRST, SECOND, NEW])
def test_leaving_in_the_middle_puts_everything_back(at: str, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(KeyboardInterrupt(), at)(book, monkeypatch)
    before = held(book)
    with pytest.raises(KeyboardInterrupt):
        write(book, BEFORE, AFTER)
    assert held(book) == before


def test_what_cannot_even_be_put_back_is_kept_beside_it_and_named(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace, calls = Path.replace, iter(range(10))

    def only_once(self: Path, target: Path) -> Path:
        if next(calls):
            raise OSError(5, "Input/output error")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", only_once)
    with pytest.raises(RulebookError, match="could not be put back") as caught:
        write(book, BEFORE, AFTER)
    kept = [path for path in (book / "rules").iterdir() if path.suffix == ".part" and path.read_text() == BEFORE[FIRST]]
    assert [str(path) in str(caught.value) for path in kept] == [True]
    assert (book / SECOND).read_text() == BEFORE[SECOND]


# where nothing is written


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "dose_engine" / "book"
    folder.mkdir(parents=True)
    monkeypatch.setattr(files, "shipped_folder", lambda: folder)
    return folder


def test_an_installed_rulebook_is_refused_with_what_to_do(installed: Path) -> None:
    with pytest.raises(RulebookError, match=f"cp -r {installed} my-book"):
        writable_folder(installed, "x")


def test_whatever_lies_among_installed_packages_is_refused(tmp_path: Path) -> None:
    for name in ("site-packages", "dist-packages"):
        folder = tmp_path / name / "clinic" / "book"
        folder.mkdir(parents=True)
        link = tmp_path / f"link-to-{name}"
        link.symlink_to(folder)
        for place in (folder, link):
            with pytest.raises(RulebookError, match="installed package"):
                writable_folder(place, "x")


def test_a_git_revision_is_refused() -> None:
    with pytest.raises(RulebookError, match="HEAD~1: a git revision cannot be written in"):
        writable_folder(None, "HEAD~1")


def test_a_copy_and_a_checkout_are_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "shipped_folder", lambda: tmp_path)
    assert writable_folder(tmp_path, "x") == tmp_path.resolve()
