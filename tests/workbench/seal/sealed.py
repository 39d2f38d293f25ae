"""A small rulebook in a folder, a key, a trust list, and the seal that binds them."""

from __future__ import annotations

import base64
import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dose_engine import Case, Engine, read_case
from dose_engine.rulebook.load import SEAL
from dose_engine.rulebook.seal.load import load_sealed
from dose_engine.rulebook.seal.paper import signed_bytes
from dose_engine.rulebook.seal.standing import Fails, Standing
from dose_engine.rulebook.seal.trust import Trusted
from dose_engine.workbench.seal.keys import public_key
from dose_engine.workbench.seal.public_line import public_line
from dose_engine.workbench.seal.sealing import Wish, previous_seal, seal_whole
from dose_engine.workbench.whole import load_whole

from ...strategies import REPOSITORY

TODAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)
BASE = REPOSITORY / "tests" / "bad_files" / "base_book"
CASES = """\
- id: PREGNANT-YES
  says: Pregnancy stops the plan.
  given: {patient: {screening: {pregnant: yes, everything_else: no}}, plan: [{zone: glabella, muscle: corrugator, side: left, units: 2}]}
  expect: {verdict: stop, fires: [PREGNANT]}
"""
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
LEAD = Trusted(public_key(KEY), "Dr A. Example", "clinical lead")


@dataclass(frozen=True)
class Place:
    """Where a sealed rulebook and its trust list are."""

    book: Path
    trust: Path

    @property
    def seal(self) -> Path:
        return self.book / SEAL

    def trusts(self, *signers: Trusted) -> None:
        self.trust.write_text("".join(map(public_line, signers)) or "[]\n")

    def sign(self, key: Ed25519PrivateKey = KEY, name: str = "Dr A. Example", **wish: Any) -> Standing:
        whole = load_whole(self.book)
        asked = Wish(name=name, today=TODAY, trust=self.trust, **wish)
        return seal_whole(whole, key, asked, (), previous_seal(self.book))

    def standing(self, today: dt.date = TODAY) -> Standing:
        return load_sealed(self.book, self.trust, today)[1]

    def failing(self, today: dt.date = TODAY) -> list[str]:
        """The states of all reasons why the seal does not hold."""
        standing = self.standing(today)
        assert isinstance(standing, Fails)
        return [reason.state for reason in standing.reasons]

    def engine(self, today: dt.date = TODAY, **asked: Any) -> Engine:
        return Engine.load(self.book, trust=self.trust, confirm=False, today=lambda: today, **asked)

    def revoke(self, on: dt.date = TODAY) -> None:
        self.trust.write_text(f"{public_line(LEAD)}  revoked: {{on: {on}, because: Lost.}}\n")

    def change(self, file: str, old: str, new: str) -> None:
        path = self.book / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    def paper(self) -> dict[str, Any]:
        return dict(json.loads(self.seal.read_text()))

    def write(self, paper: Any) -> None:
        self.seal.write_text(json.dumps(paper))

    def resign(self, changes: dict[str, Any], key: Ed25519PrivateKey = KEY) -> None:
        """A statement changed by someone who has the key."""
        said = self.paper()["statement"] | changes
        signature = base64.b64encode(key.sign(signed_bytes(said))).decode()
        self.write(self.paper() | {"statement": said, "signature": signature})


def small_book(folder: Path) -> Path:
    """A rulebook of its own, with a case."""
    (folder / "rules").mkdir(parents=True)
    for path in BASE.rglob("*.yaml"):
        (folder / path.relative_to(BASE)).write_bytes(path.read_bytes())
    (folder / "rules" / "neck.cases.yaml").write_text(CASES)
    return folder


CLAIMS = """\
- id: RANGES
  says: No suggested range ends below its start.
  prove: suggestions_are_ordered
  sources: [S1]
"""


def sound_book(folder: Path) -> Path:
    """The same without what lint calls an error, and with a claim that can be proved: one that is ready to be sealed."""
    small_book(folder)
    facts = (folder / "rules" / "facts.yaml").read_text()
    start, end = facts.index("site_infection:"), facts.index("zone:\n")
    facts = (facts[:start] + facts[end:]).replace("  within_days: 28\n", "  within_days: 28\n  sources: [S1]\n")
    (folder / "rules" / "facts.yaml").write_text(facts)
    protocols = (folder / "rules" / "protocols.yaml").read_text()
    assert "occipitalis" in protocols
    (folder / "rules" / "protocols.yaml").write_text(protocols.replace(", occipitalis]", "]"))
    (folder / "rules" / "claims.yaml").write_text(CLAIMS)
    return folder


def sealed_place(folder: Path) -> Place:
    """A small rulebook that Dr A. Example has sealed."""
    place = Place(small_book(folder / "book"), folder / "trusted.yaml")
    place.trusts(LEAD)
    place.sign()
    return place


CASE = """\
product: onabotulinumtoxinA
patient: {age: 34, screening: {pregnant: no, everything_else: no}}
plan: [{zone: glabella, muscle: corrugator, side: left, units: 2}]
"""


def case(engine: Engine) -> Case:
    """Something to advise on."""
    return read_case(CASE, "case.yaml", engine.rulebook, TODAY)
