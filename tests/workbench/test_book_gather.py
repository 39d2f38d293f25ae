"""What is printed beside the rules: how the seal stands, what changed since it, the certificate, and what the cases have seen."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dose_engine.errors import RulebookError
from dose_engine.rulebook.load import SEAL
from dose_engine.workbench.book import page
from dose_engine.workbench.book.gather import changes_since_seal, coverage_of, gather, seal_of
from dose_engine.workbench.prove.certificate import FILE, certificate
from dose_engine.workbench.prove.result import Proof
from dose_engine.workbench.seal.signed_files import SIGNED_FILES
from dose_engine.workbench.whole import load_whole

from .book_reader import DAY, tree
from .seal.sealed import TODAY, Place, sealed_place
from .small_book import base, edited, folder


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name in ("DOSE_ENGINE_TRUST", "DOSE_ENGINE_RULES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return sealed_place(tmp_path)


def test_a_book_without_a_seal_is_a_draft_and_was_never_sealed(tmp_path: Path) -> None:
    made = gather(load_whole(folder(tmp_path, base())), DAY)
    assert made.seal.holds is None
    assert made.changes is None
    assert "never sealed" in page(made)


def test_a_sealed_book_names_who_signed_it_and_that_nothing_changed(place: Place) -> None:
    place.sign()
    made = gather(load_whole(place.book), TODAY, place.trust)
    assert made.seal.holds
    assert made.seal.says.startswith("by Dr A. Example, signed on 2026-03-02")
    assert made.changes == ()
    read = tree(page(made))
    assert "Sealed: by Dr A. Example" in read.text
    assert "Nothing that the book means has changed" in read.text
    assert 'content: "sealed"' in page(made)


def test_a_changed_digit_makes_it_a_draft_and_is_said_in_clinical_words(place: Place) -> None:
    place.sign()
    zones = place.book / "zones.yaml"
    zones.write_text(zones.read_text().replace("stop_above: 20", "stop_above: 21", 1))
    made = gather(load_whole(place.book), TODAY, place.trust)
    assert made.seal.holds is False
    assert made.changes is not None
    assert any("21 U" in changed.says and "20" in changed.says and changed.at.startswith("zones.yaml:") for changed in made.changes)
    assert all(changed.says in tree(page(made)).text for changed in made.changes)
    assert 'content: "DRAFT, not sealed"' in page(made)


def test_a_layout_that_changed_is_no_change(place: Place) -> None:
    place.sign()
    zones = place.book / "zones.yaml"
    zones.write_text("# looked at again\n" + zones.read_text())
    whole = load_whole(place.book)
    assert seal_of(whole, TODAY, place.trust).holds
    assert changes_since_seal(whole) == ()


def test_without_the_sealed_files_the_book_says_that_it_cannot_compare(place: Place) -> None:
    place.sign()
    (place.book / SIGNED_FILES).unlink()
    made = gather(load_whole(place.book), TODAY, place.trust)
    assert made.changes is None
    assert "cannot be compared" in page(made)


def test_a_corrupted_seal_is_an_error_that_names_the_file(place: Place) -> None:
    place.sign()
    place.seal.write_text("{")
    with pytest.raises(RulebookError) as raised:
        gather(load_whole(place.book), TODAY, place.trust)
    assert {problem.file for problem in raised.value.problems} == {SEAL}


@pytest.mark.parametrize("written", ["{", "[]", '{"format": 2}', '{"format": 1, "rulebook": 5}', ""])
def test_a_corrupted_certificate_is_an_error_that_names_the_file(tmp_path: Path, written: str) -> None:
    book = folder(tmp_path, base())
    (book / FILE).write_text(written)
    with pytest.raises(RulebookError) as raised:
        gather(load_whole(book), DAY)
    assert all(problem.file.endswith(FILE) for problem in raised.value.problems)


def _certified(book: Path) -> None:
    whole = load_whole(book)
    proofs = [Proof(claim.id, claim.says, "proved", "every patient there can be") for claim in whole.claims]
    (book / FILE).write_text(json.dumps(certificate(whole, proofs, "5.4.1")))


def test_a_certificate_of_this_book_is_printed_with_its_bounds(tmp_path: Path) -> None:
    book = folder(tmp_path, base())
    _certified(book)
    said = tree(page(gather(load_whole(book), DAY))).text
    assert "Proved with z3 5.4.1" in said
    assert "every patient there can be" in said


def test_a_claim_that_was_written_anew_is_not_proved_yet(tmp_path: Path) -> None:
    book = folder(tmp_path / "old", base())
    _certified(book)
    changed = folder(tmp_path / "new", edited(("rules/claims.yaml", "where: {pregnant: yes}", "where: {pregnant: yes, zone: glabella}")))
    shutil.copy(book / FILE, changed / FILE)
    made = gather(load_whole(changed), DAY)
    assert made.certificate is not None
    assert made.certificate.claims == {}
    assert "not proved yet" in page(made)


def test_coverage_counts_what_the_cases_have_seen_of_each_rule() -> None:
    found = coverage_of(base())
    assert set(found) == set(base().book.rule_by_id)
    assert found["PREGNANT"].seen >= 2
    assert found["TOO-SOON"].missing
    assert all(covered.seen + len(covered.missing) == covered.of for covered in found.values())
