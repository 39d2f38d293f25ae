"""What cannot be checked is said; what cannot be read is an error that names the file, never a draft."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_engine import Engine, RulebookError
from dose_engine.documents import LARGEST_FILE
from dose_engine.errors import BadInput
from dose_engine.rulebook.load import SEAL
from dose_engine.rulebook.seal.paper import read_seal
from dose_engine.rulebook.seal.standing import Fails, Holds, is_genuine
from dose_engine.rulebook.seal.trust import Revoked, read_trust

from .sealed import LEAD, TODAY, Place, sealed_place


def test_without_a_trust_list_nothing_is_proved(place: Place) -> None:
    place.trust.unlink()
    standing = Engine.load(place.book, confirm=False)._seal
    assert isinstance(standing, Fails)
    assert [reason.state for reason in standing.reasons] == ["unchecked"]


def test_the_trust_list_is_found_where_it_is_named(place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usual = tmp_path / "config" / "dose-engine" / "trusted.yaml"
    usual.parent.mkdir(parents=True)
    shutil.copy(place.trust, usual)
    today = {"today": lambda: TODAY, "confirm": False}
    assert isinstance(Engine.load(place.book, **today)._seal, Holds)
    usual.write_text("[]\n")
    monkeypatch.setenv("DOSE_ENGINE_TRUST", str(place.trust))
    assert isinstance(Engine.load(place.book, **today)._seal, Holds)
    monkeypatch.setenv("DOSE_ENGINE_TRUST", str(tmp_path / "nowhere"))
    with pytest.raises(BadInput, match="nowhere: cannot be read"):
        Engine.load(place.book, **today)


def test_without_cryptography_nothing_is_proved(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "cryptography"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    assert place.failing() == ["unchecked"]
    assert "dose-engine[seal]" in place.standing().reasons[0].help


@pytest.mark.parametrize("where", ["rules/trusted.json", "trusted.yaml", "../link.yaml"])
def test_a_trust_list_inside_the_rulebook_is_refused(place: Place, where: str) -> None:
    inside = place.book / "trusted.yaml" if where == "../link.yaml" else place.book / where
    shutil.copy(place.trust, inside)
    if where == "../link.yaml":
        (place.book.parent / "link.yaml").symlink_to(inside)
    with pytest.raises(BadInput, match="inside the rulebook's own folder"):
        Engine.load(place.book, trust=place.book / where, confirm=False)


def broken(change: Callable[[dict[str, Any]], Any]) -> Callable[[Place], None]:
    return lambda place: place.write(change(place.paper()))


def said(**changes: Any) -> Callable[[Place], None]:
    return broken(lambda paper: paper | {"statement": paper["statement"] | changes})


def text(make: Callable[[str], str]) -> Callable[[Place], None]:
    return lambda place: place.seal.write_text(make(place.seal.read_text()), encoding="utf-8", errors="surrogateescape")


def a_folder(place: Place) -> None:
    place.seal.unlink()
    place.seal.mkdir()


def a_dead_link(place: Place) -> None:
    place.seal.unlink()
    place.seal.symlink_to("nowhere")


DAMAGED: dict[str, Callable[[Place], None]] = {
    "empty": text(lambda _: ""),
    "cut off": text(lambda whole: whole[: len(whole) // 2]),
    "not text": text(lambda whole: whole + "\udcff"),
    "a control character": text(lambda whole: whole.replace("rulebook", "rule\0book")),
    "two values": text(lambda whole: whole + whole),
    "not JSON": text(lambda _: "sealed by Dr A. Example"),
    "YAML": text(lambda _: "format: dose-engine-seal-v1\n"),
    "huge": text(lambda whole: whole + " " * LARGEST_FILE),
    "deep": text(lambda _: "[" * 100_000),
    "NaN": text(lambda whole: whole.replace('"form": 1', '"form": NaN')),
    "a key twice": text(lambda whole: whole.replace('"signer":', '"signer": "Dr B.", "signer":')),
    "a key twice in files": text(lambda whole: whole.replace('"zones.yaml":', '"zones.yaml": "x", "zones.yaml":')),
    "a list": broken(lambda paper: [paper]),
    "null": broken(lambda _: None),
    "a number": broken(lambda _: 7),
    "no signature": broken(lambda paper: {key: value for key, value in paper.items() if key != "signature"}),
    "no statement": broken(lambda paper: {key: value for key, value in paper.items() if key != "statement"}),
    "no format": broken(lambda paper: {key: value for key, value in paper.items() if key != "format"}),
    "another format": broken(lambda paper: paper | {"format": "dose-engine-seal-v2"}),
    "a format of another type": broken(lambda paper: paper | {"format": [1]}),
    "a key more": broken(lambda paper: paper | {"note": "x"}),
    "a key more in the statement": said(note="x"),
    "a key less in the statement": broken(
        lambda paper: paper | {"statement": {key: value for key, value in paper["statement"].items() if key != "valid_until"}}
    ),
    "a statement of another type": broken(lambda paper: paper | {"statement": "trust me"}),
    "no base64": broken(lambda paper: paper | {"signature": "*" * 88}),
    "a signature cut off": broken(lambda paper: paper | {"signature": paper["signature"][:-4]}),
    "a signature with a line end": broken(lambda paper: paper | {"signature": paper["signature"] + "\n"}),
    "base64 that is not written in the one way": broken(lambda paper: paper | {"signature": paper["signature"][:-3] + "x=="}),
    "a signature of another type": broken(lambda paper: paper | {"signature": 5}),
    "a key that is none": said(key="AAAA"),
    "a key of another type": said(key=None),
    "a key that is not ASCII": said(key="é" * 44),
    "a day that is none": said(signed_on="2026-02-30"),
    "no day": said(signed_on=None),
    "a last day of another type": said(valid_until=20260302),
    "no signer": said(signer=""),
    "a signer of another type": said(signer=["Dr A."]),
    "files as a list": said(files=["zones.yaml"]),
    "a digest that is none": said(files={"zones.yaml": "abc"}),
    "a digest of another type": said(files={"zones.yaml": 3}),
    "despite as a text": said(despite="lint"),
    "a meaning that is none": said(meaning={"form": 1, "sha256": "x"}),
    "a form that is none": said(meaning={"form": 1.5, "sha256": "0" * 64}),
    "a form that is true": said(meaning={"form": True, "sha256": "0" * 64}),
    "no meaning": said(meaning={}),
    "a rulebook without a date": said(rulebook={"title": "x", "version": "1"}),
    "a previous that is none": said(previous="x"),
    "a statement that is too long": said(says="x" * 2000),
    "a number beyond all": text(lambda whole: whole.replace('"form": 1', f'"form": 1{"0" * 5000}')),
    "a folder": a_folder,
    "a dead link": a_dead_link,
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_seal_is_an_error_that_names_the_file_never_a_draft(place: Place, damage: str) -> None:
    DAMAGED[damage](place)
    for asked in ({}, {"require_seal": True}):
        with pytest.raises(RulebookError) as caught:
            place.engine(**asked)
        assert {problem.file for problem in caught.value.problems} == {SEAL}
        assert all(len(line) < 400 and line.isprintable() for line in str(caught.value).split("\n"))
        assert "seal the rulebook again" in str(caught.value)


@pytest.fixture(scope="module")
def genuine(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return sealed_place(tmp_path_factory.mktemp("sealed")).seal.read_bytes()


@settings(max_examples=150)
@given(st.data())
def test_no_change_of_the_seal_s_bytes_makes_it_say_more(genuine: bytes, data: st.DataObject) -> None:
    raw = bytearray(genuine)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        cut = data.draw(st.integers(0, 3))
        raw[at : at + cut] = data.draw(st.binary(max_size=3))
    original = read_seal(genuine.decode())
    try:
        seal = read_seal(bytes(raw).decode())
    except (RulebookError, UnicodeDecodeError):
        return
    assert not is_genuine(seal) or seal == original


TRUST_ERRORS = {
    "a mapping": ("key: x\n", "a trust list is a list"),
    "empty": ("", "the file is empty"),
    "no key": ("- name: Dr A.\n", "needs `key`"),
    "no name": (f"- key: {LEAD.key}\n", "needs `name`"),
    "a key misspelt": (f"- key: {LEAD.key}\n  name: Dr A.\n  not_afer: 2026-01-01\n", "did you mean `not_after`?"),
    "a key that is none": ("- key: abc\n  name: Dr A.\n", "key is 32 bytes in base64, got `abc`"),
    "a private key": ("- key: -----BEGIN PRIVATE KEY-----\n  name: Dr A.\n", "key is 32 bytes in base64"),
    "a day that is none": (f"- key: {LEAD.key}\n  name: Dr A.\n  not_after: soon\n", "not_after is a date"),
    "a day left empty": (f"- key: {LEAD.key}\n  name: Dr A.\n  not_after:\n", "got nothing"),
    "an end before its start": (f"- key: {LEAD.key}\n  name: A\n  not_before: 2026-02-01\n  not_after: 2026-01-01\n", "is before"),
    "revoked without a reason": (f"- key: {LEAD.key}\n  name: Dr A.\n  revoked: {{on: 2026-01-01}}\n", "needs `because`"),
    "revoked by a word": (f"- key: {LEAD.key}\n  name: Dr A.\n  revoked: yes\n", "revoked is a mapping"),
    "a key twice": (f"- key: {LEAD.key}\n  name: Dr A.\n- key: {LEAD.key}\n  name: Dr B.\n", "stands twice"),
    "a name twice": (f"- key: {LEAD.key}\n  name: Dr A.\n  name: Dr B.\n", "`name` stands twice"),
    "not YAML": ("- {", "not YAML"),
}


@pytest.mark.parametrize("name", TRUST_ERRORS)
def test_a_wrong_trust_list_is_an_error_with_its_line(place: Place, name: str) -> None:
    written, message = TRUST_ERRORS[name]
    place.trust.write_text(written)
    with pytest.raises(BadInput) as caught:
        place.standing()
    assert message in str(caught.value)
    assert all(problem.file == str(place.trust) and (problem.line or not written) for problem in caught.value.problems)


def test_a_trust_list_may_be_json() -> None:
    written = json.dumps([{"key": LEAD.key, "name": "Dr A.", "revoked": {"on": "2026-01-01", "because": "Lost."}}])
    assert read_trust(written, "trusted.json").by_key[LEAD.key].revoked == Revoked(dt.date(2026, 1, 1), "Lost.")


def test_nobody_is_trusted_by_an_empty_list(place: Place) -> None:
    place.trusts()
    assert place.failing() == ["foreign"]
