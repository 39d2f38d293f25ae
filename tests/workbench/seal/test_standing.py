"""A seal holds for what was signed, by whom we trust, as long as it is meant to."""

from __future__ import annotations

import base64
import datetime as dt
import json
import random
from dataclasses import replace
from typing import Any

import pytest

from dose_engine.rulebook.load import folder_texts
from dose_engine.rulebook.meaning import canonical_json
from dose_engine.rulebook.seal.paper import fingerprint
from dose_engine.rulebook.seal.standing import Holds
from dose_engine.rulebook.seal.trust import Trusted
from dose_engine.workbench.seal.keys import public_key

from ...rulebook.reformat import rewritten
from .sealed import DAY, KEY, LEAD, OTHER, TODAY, Place, case

# what it is about


def test_a_fresh_seal_holds(place: Place) -> None:
    standing = place.standing()
    assert isinstance(standing, Holds)
    assert (standing.sealed_by, standing.rewritten) == ("Dr A. Example", ())


@pytest.mark.parametrize("seed", range(4))
def test_writing_the_files_differently_keeps_the_seal(place: Place, seed: int) -> None:
    texts, _ = folder_texts(place.book, beside=True)
    written = rewritten(texts, random.Random(seed))
    for name in texts:
        (place.book / name).unlink()
    for name, text in written.items():
        (place.book / name).write_text(text)
    standing = place.standing()
    assert isinstance(standing, Holds)
    assert set(standing.rewritten) == {*texts, *written}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("zones.yaml", "stop_above: 8", "stop_above: 8.5"),
        ("rules/neck.yaml", "more_than: 20", "more_than: 21"),
        ("rules/neck.yaml", "{pregnant: yes}", "{pregnant: no}"),
        ("rules/facts.yaml", "within_days: 28", "within_days: 29"),
        ("rules/rulebook.yaml", "value: 90", "value: 89"),
        ("rules/sources.yaml", "checked: primary", "checked: secondary"),
        ("rules/neck.cases.yaml", "verdict: stop", "verdict: caution"),
        ("rules/neck.cases.yaml", "units: 2}", "units: 2.5}"),
    ],
)
def test_one_changed_word_or_digit_breaks_the_seal(place: Place, file: str, old: str, new: str) -> None:
    place.change(file, old, new)
    assert place.failing() == ["changed"]
    assert file in place.standing().text


def test_a_file_more_or_less_breaks_the_seal(place: Place) -> None:
    cases = place.book / "rules" / "neck.cases.yaml"
    kept = cases.read_text()
    cases.unlink()
    assert place.failing() == ["changed"]
    cases.write_text(kept)
    (place.book / "rules" / "more.yaml").write_text("- {id: MORE, title: More, when: always, then: {info: More.}, sources: [S1]}\n")
    assert place.failing() == ["changed"]


def test_cases_that_cannot_be_read_break_the_seal_and_not_the_book(place: Place) -> None:
    for text in ("- {", "- id: A\n- id: A\n", "\0"):
        (place.book / "rules" / "neck.cases.yaml").write_text(text)
        assert place.failing() == ["changed"]
        assert place.engine().advise(case(place.engine())).rulebook.seal == "changed"


def test_a_form_of_meaning_that_is_not_ours_holds_only_for_the_same_files(place: Place) -> None:
    place.resign({"meaning": place.paper()["statement"]["meaning"] | {"form": 999}})
    assert isinstance(place.standing(), Holds)
    (place.book / "zones.yaml").write_text("# comment\n" + (place.book / "zones.yaml").read_text())
    assert place.failing() == ["changed"]


# by whom


def test_a_foreign_seal_does_not_hold(place: Place) -> None:
    place.sign(OTHER, "Dr A. Example")
    standing = place.standing()
    assert place.failing() == ["foreign"]
    assert standing.sealed_by is None
    assert fingerprint(public_key(OTHER)) in standing.reasons[0].help


def test_a_foreign_statement_with_a_trusted_key_s_name_is_forged(place: Place) -> None:
    place.resign({"says": "Nothing to see."}, OTHER)
    assert place.failing() == ["forged"]


def test_every_part_of_the_statement_is_signed(place: Place) -> None:
    paper = place.paper()
    changes: dict[str, Any] = {
        "signer": "Dr B.",
        "signed_on": "2026-03-01",
        "valid_until": "2099-01-01",
        "says": "more",
        "despite": ["cases"],
        "previous": "0" * 64,
        "made_by": "me",
        "rulebook": paper["statement"]["rulebook"] | {"version": "2"},
        "meaning": paper["statement"]["meaning"] | {"sha256": "0" * 64},
        "files": paper["statement"]["files"] | {"rules/x.yaml": "0" * 64},
        "key": public_key(OTHER),
    }
    assert changes.keys() == paper["statement"].keys()
    place.trusts(LEAD, Trusted(public_key(OTHER), "Dr B."))
    for key, value in changes.items():
        place.write(paper | {"statement": paper["statement"] | {key: value}})
        assert place.failing() == ["forged"], key


def test_a_signature_made_for_something_else_is_none(place: Place) -> None:
    paper = place.paper()
    bare = base64.b64encode(KEY.sign(canonical_json(paper["statement"]))).decode()
    place.write(paper | {"signature": bare})
    assert place.failing() == ["forged"]


def test_the_name_is_the_one_of_the_trust_list(place: Place) -> None:
    place.trusts(replace(LEAD, name="Dr A. Married"))
    assert place.standing().sealed_by == "Dr A. Married"


def test_how_the_seal_s_own_file_is_laid_out_means_nothing(place: Place) -> None:
    paper = place.paper()
    place.seal.write_text(json.dumps(dict(reversed(paper.items())), indent=7, ensure_ascii=True))
    assert isinstance(place.standing(), Holds)


# until when


def test_a_seal_holds_on_its_last_day_and_not_on_the_next(place: Place) -> None:
    last = dt.date(2026, 9, 1)
    place.sign(until=last)
    assert isinstance(place.standing(last), Holds)
    assert place.failing(last + DAY) == ["expired"]


def test_a_key_must_count_on_the_day_of_the_check(place: Place) -> None:
    last = dt.date(2026, 9, 1)
    place.trusts(replace(LEAD, not_after=last))
    assert isinstance(place.standing(last), Holds)
    assert place.failing(last + DAY) == ["expired"]


def test_older_seals_are_left_behind_by_a_later_not_before(place: Place) -> None:
    place.trusts(replace(LEAD, not_before=TODAY))
    assert isinstance(place.standing(), Holds)
    place.trusts(replace(LEAD, not_before=TODAY + DAY))
    assert place.failing(TODAY + DAY) == ["expired"]


def test_a_seal_from_tomorrow_does_not_hold_today(place: Place) -> None:
    assert place.failing(TODAY - DAY) == ["not_yet"]


def test_a_revoked_key_never_counts(place: Place) -> None:
    for on in (TODAY - DAY, TODAY + 400 * DAY):
        place.revoke(on)
        assert place.failing() == ["revoked"]
        assert "Lost" in place.standing().text


def test_every_reason_is_said_at_once(place: Place) -> None:
    place.sign(until=TODAY)
    place.change("zones.yaml", "stop_above: 8", "stop_above: 9")
    place.revoke()
    assert place.failing(TODAY + DAY) == ["revoked", "changed", "expired"]
