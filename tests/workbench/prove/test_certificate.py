"""A certificate speaks only for the book and the claims it was written for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dose_engine import RulebookError
from dose_engine.workbench.prove.certificate import certificate, outcomes, read, stale, write
from dose_engine.workbench.prove.result import Proof
from dose_engine.workbench.whole import Whole

from .test_prover import book

CLAIMS = """\
- {id: ONE, says: A dose for the lips is a stop., where: {zone: perioral}, verdict: stop, sources: [R15]}
- {id: TWO, says: Every rule can fire., prove: every_rule_can_fire, sources: [R39]}
"""


def written(whole: Whole, *results: str) -> dict[str, Any]:
    proofs = [Proof(claim.id, claim.says, result, "some bounds") for claim, result in zip(whole.claims, results, strict=True)]  # type: ignore[arg-type]
    return certificate(whole, proofs, "5.4.1")


def test_a_certificate_of_this_book_speaks_for_it(tmp_path: Path) -> None:
    whole = book(claims=CLAIMS)
    path = tmp_path / "certificates.json"
    write(path, written(whole, "proved", "proved"))
    found = read(path)
    assert stale(found, whole) == []
    assert outcomes(found, whole.claims) == {"ONE": "proved", "TWO": "proved"}
    assert [one.name for one in tmp_path.iterdir()] == ["certificates.json"]


def test_a_book_that_is_only_written_otherwise_keeps_its_certificate() -> None:
    whole = book(claims=CLAIMS)
    texts = {name: f"# a comment\n{text}" for name, text in whole.texts.items()}
    from dose_engine.workbench.whole import whole_of

    assert stale(written(whole, "proved", "proved"), whole_of(texts)) == []


def test_a_changed_digit_in_the_book_ends_it() -> None:
    made = written(book(claims=CLAIMS), "proved", "proved")
    changed = book(("rules/rulebook.yaml", "value: 92", "value: 91"), claims=CLAIMS)
    assert stale(made, changed) == ["It was written for another version of the rulebook: the meaning of the book has changed since."]


def test_a_changed_claim_is_not_the_one_that_was_proved() -> None:
    made = written(book(claims=CLAIMS), "proved", "proved")
    changed = book(claims=CLAIMS.replace("zone: perioral", "zone: lower_lip"))
    assert stale(made, changed) == ["ONE has changed since it was proved."]
    assert outcomes(made, changed.claims)["ONE"] is None


def test_a_claim_without_a_proof_and_one_that_is_not_proved_are_named() -> None:
    whole = book(claims=CLAIMS)
    assert stale(None, whole) == ["There is no certificate yet."]
    assert stale(written(whole, "proved", "not proved"), whole) == ["TWO: not proved."]
    more = book(claims=CLAIMS + CLAIMS.replace("ONE", "THREE").partition("\n")[0] + "\n")
    assert stale(written(whole, "proved", "proved"), more) == ["THREE has no proof."]


CORRUPT = {
    "cut off": lambda text: text[: len(text) // 2],
    "not JSON": lambda text: "proved",
    "a list": lambda text: "[]",
    "another format": lambda text: text.replace('"format": 1', '"format": 2'),
    "a result that is none": lambda text: text.replace('"proved"', '"perhaps"', 1),
    "a key too many": lambda text: text.replace('"format": 1', '"format": 1, "signed": true'),
    "a key twice": lambda text: text.replace('"format": 1', '"format": 1, "format": 1'),
    "no claims": lambda text: json.dumps({key: value for key, value in json.loads(text).items() if key != "claims"}),
    "empty": lambda text: "",
}


@pytest.mark.parametrize("how", CORRUPT)
def test_a_corrupted_certificate_is_an_error_that_names_the_file(how: str, tmp_path: Path) -> None:
    path = tmp_path / "certificates.json"
    write(path, written(book(claims=CLAIMS), "proved", "proved"))
    path.write_text(CORRUPT[how](path.read_text()))
    with pytest.raises(RulebookError) as caught:
        read(path)
    assert all(problem.file == str(path) for problem in caught.value.problems)
