"""What the engine makes of a seal: who signed it, why it does not hold, and no answer where one is required and none holds."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable

import pytest

from dose_engine import Engine, RulebookError
from dose_engine.rulebook.load import SEAL

from .sealed import DAY, OTHER, TODAY, Place, case


def test_an_advisory_names_who_sealed_the_rulebook(place: Place) -> None:
    place.sign(until=dt.date(2026, 9, 1))
    one = place.engine()
    about = one.advise(case(one)).rulebook
    assert (about.seal, about.sealed_by) == ("holds", "Dr A. Example")
    assert about.seal_note == "signed on 2026-03-02, holds until 2026-09-01"


def test_an_advisory_says_why_a_seal_does_not_hold(place: Place) -> None:
    place.change("zones.yaml", "stop_above: 8", "stop_above: 9")
    one = place.engine()
    about = one.advise(case(one)).rulebook
    assert (about.seal, about.sealed_by) == ("changed", None)
    assert about.seal_note == "the seal does not hold: the rulebook was changed after it was signed (zones.yaml)"


def test_an_advisory_without_a_seal_is_a_draft(place: Place) -> None:
    place.seal.unlink()
    one = place.engine()
    about = one.advise(case(one)).rulebook
    assert (about.seal, about.sealed_by, about.seal_note) == ("none", None, "")


def test_a_running_engine_sees_its_seal_end(place: Place) -> None:
    last = TODAY + DAY
    place.sign(until=last)
    clock = [TODAY]
    one = Engine.load(place.book, trust=place.trust, confirm=False, today=lambda: clock[0])
    assert one.advise(case(one)).rulebook.seal == "holds"
    clock[0] = last + DAY
    assert one.advise(case(one)).rulebook.seal == "expired"


def test_a_running_engine_that_requires_a_seal_stops_when_it_ends(place: Place) -> None:
    last = TODAY + DAY
    place.sign(until=last)
    clock = [TODAY]
    one = Engine.load(place.book, trust=place.trust, confirm=False, require_seal=True, today=lambda: clock[0])
    assert one.advise(case(one)).rulebook.sealed_by
    clock[0] = last + DAY
    with pytest.raises(RulebookError, match="it ended on 2026-03-03"):
        one.advise(case(one))


def stripped(place: Place) -> None:
    place.seal.unlink()


BROKEN: dict[str, Callable[[Place], object]] = {
    "stripped": stripped,
    "changed": lambda place: place.change("zones.yaml", "stop_above: 8", "stop_above: 9"),
    "foreign": lambda place: place.sign(OTHER, "Dr A. Example"),
    "forged": lambda place: place.resign({"says": "x"}, OTHER),
    "expired": lambda place: place.resign({"valid_until": "2026-03-01"}),
    "revoked": lambda place: place.revoke(),
    "from tomorrow": lambda place: place.resign({"signed_on": "2026-03-03"}),
}


@pytest.mark.parametrize("how", BROKEN)
def test_where_a_seal_is_required_any_that_does_not_hold_is_refused(place: Place, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place.engine(require_seal=True)
    BROKEN[how](place)
    place.engine()
    with pytest.raises(RulebookError) as caught:
        place.engine(require_seal=True)
    (problem,) = caught.value.problems
    assert (problem.code, problem.file) == ("seal", SEAL)
    assert problem.help
    for word in ("1", "yes", "true", "anything"):
        monkeypatch.setenv("DOSE_ENGINE_REQUIRE_SEAL", word)
        with pytest.raises(RulebookError):
            place.engine()
    for word in ("", "0", "no", "False"):
        monkeypatch.setenv("DOSE_ENGINE_REQUIRE_SEAL", word)
        place.engine()


def test_a_check_without_a_seal_loads_nothing_for_seals_and_reads_no_cases(place: Place) -> None:
    place.seal.unlink()
    (place.book / "rules" / "neck.cases.yaml").write_bytes(b"\xff")
    code = (
        "import sys; from pathlib import Path; from dose_engine import Engine; Engine.load(Path(sys.argv[1]));"
        "print([m for m in sys.modules if m.startswith(('cryptography', 'dose_engine.rulebook.seal', 'dose_engine.workbench'))])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(place.book)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_check_with_a_seal_loads_nothing_of_the_workbench(place: Place) -> None:
    code = (
        "import sys; from pathlib import Path; from dose_engine import Engine; Engine.load(Path(sys.argv[1]), trust=Path(sys.argv[2]));"
        "print([m for m in sys.modules if m.startswith('dose_engine.workbench')], 'cryptography' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(place.book), str(place.trust)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] True"
