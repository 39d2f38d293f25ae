"""Making a seal: in a chain, whole or not at all, and with the signed files beside it."""

from __future__ import annotations

import io
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dose_engine import RulebookError
from dose_engine.documents import LARGEST_FILE
from dose_engine.errors import BadInput
from dose_engine.rulebook.load import folder_texts
from dose_engine.rulebook.seal.paper import read_seal
from dose_engine.rulebook.seal.standing import Holds
from dose_engine.rulebook.seal.trust import Trusted
from dose_engine.workbench.seal.keys import public_key
from dose_engine.workbench.seal.saying import lines, verified
from dose_engine.workbench.seal.signed_files import SIGNED_FILES, signed_texts
from dose_engine.workbench.whole import load_whole

from .sealed import DAY, LEAD, OTHER, TODAY, Place, small_book

# making it


def test_seals_form_a_chain(place: Place) -> None:
    first = read_seal(place.seal.read_text())
    place.change("zones.yaml", "stop_above: 8", "stop_above: 7")
    place.sign()
    second = read_seal(place.seal.read_text())
    assert (first.previous, second.previous) == (None, first.sha256)
    assert isinstance(place.standing(), Holds)


def test_a_damaged_seal_is_not_sealed_over(place: Place) -> None:
    place.seal.write_text("{")
    with pytest.raises(RulebookError, match="not JSON"):
        place.sign()
    assert place.seal.read_text() == "{"


@pytest.mark.parametrize(
    ("wish", "trusted", "message"),
    [
        ({"until": TODAY - DAY}, LEAD, "before today"),
        ({}, replace(LEAD, not_after=TODAY - DAY), "would not hold: the key of Dr A. Example ended"),
        ({}, replace(LEAD, not_before=TODAY + DAY), "counts from 2026-03-03 on"),
        ({"name": "Dr B."}, LEAD, "the trust list calls the owner of this key `Dr A. Example`"),
        ({"name": ""}, Trusted(public_key(OTHER), "Dr B."), "not in a trust list"),
    ],
)
def test_a_seal_that_could_not_hold_is_not_made(place: Place, wish: dict[str, Any], trusted: Trusted, message: str) -> None:
    before = place.seal.read_bytes()
    place.trusts(trusted)
    with pytest.raises(BadInput, match=message):
        place.sign(**wish)
    assert place.seal.read_bytes() == before


@pytest.mark.parametrize("step", range(2))
def test_a_seal_that_cannot_be_written_leaves_the_old_one(place: Place, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.read_bytes() for path in place.book.rglob("*") if path.is_file()}
    moves = []
    move = Path.replace

    def failing_move(self: Path, target: Path) -> Path:
        moves.append(target)
        if len(moves) > step:
            raise OSError(28, "No space left on device")
        return move(self, target)

    monkeypatch.setattr(Path, "replace", failing_move)
    place.change("rules/neck.yaml", "more_than: 20", "more_than: 19")
    with pytest.raises(BadInput, match="cannot be written: no space left on device"):
        place.sign()
    after = {path: path.read_bytes() for path in place.book.rglob("*") if path.is_file()}
    assert after.keys() == before.keys()
    assert after[place.seal] == before[place.seal]


# what was signed is kept


def test_the_signed_files_are_kept_and_say_what_changed(place: Place) -> None:
    texts, _ = folder_texts(place.book, beside=True)
    assert signed_texts(place.book, read_seal(place.seal.read_text())) == texts
    place.change("zones.yaml", "stop_above: 8", "stop_above: 8.5")
    place.change("rules/neck.cases.yaml", "PREGNANT-YES", "PREGNANT-SURE")
    told = "\n".join(before + text for before, text in lines(verified(load_whole(place.book), place.standing())))
    for part in ("Frown lines", "8.5", "PREGNANT-YES", "PREGNANT-SURE"):
        assert part in told


def test_a_seal_without_its_signed_files_holds_and_says_when_it_cannot_name_a_change(place: Place) -> None:
    (place.book / SIGNED_FILES).unlink()
    assert verified(load_whole(place.book), place.standing()).holds
    place.change("zones.yaml", "stop_above: 8", "stop_above: 8.5")
    told = "\n".join(text for _, text in lines(verified(load_whole(place.book), place.standing())))
    assert "What changed cannot be said" in told


def zipped(**files: bytes) -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return box.getvalue()


@pytest.mark.parametrize("how", ["empty", "cut off", "another archive", "a bomb", "a flipped byte", "too large", "no archive"])
def test_damaged_signed_files_are_an_error_that_names_them(place: Place, how: str) -> None:
    path = place.book / SIGNED_FILES
    raw = path.read_bytes()
    names = read_seal(place.seal.read_text()).files
    made = {
        "empty": b"",
        "cut off": raw[:-40],
        "another archive": zipped(**{"zones.yaml": b"x"}),
        "a bomb": zipped(**dict.fromkeys(names, b"0" * (3 * LARGEST_FILE))),
        "a flipped byte": raw[:200] + bytes([raw[200] ^ 1]) + raw[201:],
        "too large": raw + b"\0" * LARGEST_FILE,
        "no archive": b"PK" + b"x" * 500,
    }
    path.write_bytes(made[how])
    with pytest.raises(RulebookError) as caught:
        verified(load_whole(place.book), place.standing())
    assert [problem.file for problem in caught.value.problems] == [SIGNED_FILES]


def test_a_book_of_its_own_is_no_place_for_a_seal_of_another(place: Place, tmp_path: Path) -> None:
    other = Place(small_book(tmp_path / "other"), place.trust)
    other.change("zones.yaml", "stop_above: 8", "stop_above: 9")
    shutil.copy(place.seal, other.seal)
    assert other.failing() == ["changed"]
