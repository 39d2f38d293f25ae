"""`zones`, `rule`, `schema` and shell completion: the rulebook as a person or a program reads it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from dose_engine.rulebook.load import load, shipped_folder
from tests.cli.running import run

ROOT = Path(__file__).resolve().parents[2]
BOOK = load(shipped_folder())


def test_zones_lists_every_zone_with_its_lines() -> None:
    result = run("zones")
    assert result.exit_code == 0
    for zone in BOOK.zones.values():
        assert f"  {zone.name}  {zone.label}" in result.stdout
    assert "suggested  1 to 4 U a side" in result.stdout
    assert "stop       above 10 U a side" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize("zone", BOOK.zones)
def test_a_zone_in_full_names_every_source_of_its_numbers(zone: str) -> None:
    result = run("zones", zone)
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80
    sources = result.stdout.split("\nSources\n")[1]
    for line in BOOK.zones[zone].suggest:
        assert all(f"  {name} (" in sources for name in line.sources)


@pytest.mark.parametrize("zone", ["alar", "nasal_tip", "perioral", "lower_lip"])
def test_a_zone_without_a_dose_says_that_any_dose_is_a_stop(zone: str) -> None:
    assert "stop       any dose" in run("zones", zone).stdout


def test_a_rule_of_another_region_is_not_listed() -> None:
    assert "VOICE-NECK" in run("zones", "platysma").stdout
    assert "VOICE-ELSEWHERE" not in run("zones", "platysma").stdout


def test_a_misspelt_zone_is_told_with_the_nearest() -> None:
    result = run("zones", "frontalus")
    assert result.exit_code == 2
    assert "did you mean `frontalis`?" in result.stderr


def test_zones_as_json_are_the_numbers_of_the_book() -> None:
    shown = json.loads(run("zones", "--format", "json").stdout)
    assert [zone["zone"] for zone in shown] == list(BOOK.zones)
    frontalis = json.loads(run("zones", "frontalis", "--format", "json").stdout)
    assert {"of": "side", "severity": "stop", "above": 10}.items() <= next(x for x in frontalis["limits"] if x["above"] == 10).items()
    assert sum(len(zone["limits"]) for zone in shown) == sum(rule.limit is not None for rule in BOOK.rules)


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_every_rule_reads_in_plain_sentences(rule: object) -> None:
    one = BOOK.rule_by_id[rule.id]  # type: ignore[attr-defined]
    result = run("rule", one.id)
    assert result.exit_code == 0, result.output
    text = " ".join(result.stdout.split())
    assert f"{one.file}:{one.line}" in text
    assert all(f"{name} ({BOOK.sources[name].checked})" in text for name in one.sources)
    assert "{" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert json.loads(run("rule", one.id, "--format", "json").stdout)["id"] == one.id


def test_a_beginning_of_an_id_lists_those_that_begin_so() -> None:
    result = run("rule", "mig")
    assert result.exit_code == 2
    assert "`MIG-SAME-MUSCLE`" in result.stderr


def test_schemas_are_schemas() -> None:
    for of in ("case", "advisory"):
        result = run("schema", of)
        assert result.exit_code == 0
        jsonschema.Draft202012Validator.check_schema(json.loads(result.stdout))


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("dose-engine zones gla", "glabella"),
        ("dose-engine rule MIG-", "MIG-SAME-MUSCLE"),
        ("dose-engine check --rule INTER", "INTERVAL-90"),
    ],
)
def test_zones_and_rules_complete_in_the_shell(words: str, offered: str) -> None:
    environment = {
        **os.environ,
        "_DOSE_ENGINE_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    done = subprocess.run([sys.executable, "cli.py"], capture_output=True, text=True, env=environment, cwd=ROOT, check=False, timeout=60)
    assert offered in done.stdout.split(), done.stderr
