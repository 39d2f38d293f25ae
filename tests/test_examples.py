"""The worked examples come out as a clinician expects, reasons included. People read the golden files: look before you write them anew.

DOSE_ENGINE_WRITE_GOLDEN=1 python -m pytest tests/test_examples.py
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from dose_engine import Engine, Verdict, read_case

from .strategies import REPOSITORY, TODAY, shipped

EXAMPLES = sorted((REPOSITORY / "examples").glob("*.yaml"))
WORKED = ("raised-left-brow", "uneven-smile", "square-jaw-left", "square-jaw-right")


def advised(path: Path) -> dict[str, Any]:
    engine = Engine(shipped())
    advisory = engine.advise(read_case(path.read_text(), path.name, engine.rulebook, TODAY))
    shown: dict[str, Any] = json.loads(advisory.model_dump_json())
    shown["rulebook"] = {"title": shown["rulebook"]["title"], "version": shown["rulebook"]["version"]}  # the hash moves with every edit
    return shown


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_gives_the_advisory_that_was_looked_at(path: Path) -> None:
    golden = REPOSITORY / "tests" / "golden" / f"{path.stem}.json"
    shown = advised(path)
    if os.environ.get("DOSE_ENGINE_WRITE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(json.dumps(shown, indent=1, ensure_ascii=False) + "\n")
    assert shown == json.loads(golden.read_text())


@pytest.mark.parametrize("name", WORKED)
def test_the_worked_examples_are_ok_confirmed_and_ask_nothing(name: str) -> None:
    shown = advised(REPOSITORY / "examples" / f"{name}.yaml")
    assert shown["verdict"] == Verdict.OK
    assert shown["questions"] == []
    assert shown["evaluators"]["agreed"] is True


def test_the_brow_is_lowered_by_its_own_muscle_and_freed_on_the_other_side() -> None:
    frontalis, corrugator = advised(REPOSITORY / "examples" / "raised-left-brow.yaml")["doses"]
    assert (frontalis["planned"], frontalis["suggested"]["min"], frontalis["suggested"]["max"], frontalis["position"]) == (
        3,
        1,
        4,
        "within",
    )
    assert (corrugator["planned"], corrugator["position"]) == (2, "below")
    assert "S13" in corrugator["suggested"]["sources"]


def test_the_second_stage_of_the_jaw_counts_the_first_and_waits_its_turn() -> None:
    shown = advised(REPOSITORY / "examples" / "square-jaw-right.yaml")
    (right,) = shown["doses"]
    assert (right["planned"], right["position"], right["suggested"]["max"]) == (8, "within", 10)
    assert {recent["purpose"]: recent["units"] for recent in shown["exposure"]["recent"]} == {"aesthetic": {"low": 15, "high": 15}}
    (muscle,) = shown["exposure"]["muscles"]
    assert muscle["free_from"] is None or muscle["free_from"] <= "2026-06-02"
