"""`rules test`: quiet when all is well, clear about what differed when it is not; coverage, mutants, exit codes and JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dose_engine.workbench.cases import cases_in
from dose_engine.workbench.whole import Whole, load_whole
from tests.cli.running import Result, run
from tests.strategies import REPOSITORY
from tests.workbench.small_book import base, edited, folder

LIMIT = ("zones.yaml", "caution_above: 12, stop_above: 20", "caution_above: 13, stop_above: 20")


@pytest.fixture(scope="module")
def mutated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """Mutants of the small book, by format; one run of each serves all."""
    place = str(folder(tmp_path_factory.mktemp("book"), base()))
    formats = ("text", "json")
    return {one: run("rules", "test", "--coverage", "--min-score", "98", "--rules", place, "--format", one) for one in formats}


def at(place: Path, whole: Whole) -> tuple[str, str]:
    return "--rules", str(folder(place, whole))


def test_the_shipped_cases_all_come_out_in_one_line() -> None:
    result = run("rules", "test")
    assert result.exit_code == 0, result.output
    whole = load_whole(REPOSITORY)
    assert result.stdout.startswith(f"{len(whole.cases)} cases, ")
    assert result.stdout.endswith("runs: all as expected.\n")
    assert result.stdout.count("\n") == 1
    assert result.stderr == f"rulebook: {whole.folder} (name another with --rules DIR)\n"


def test_a_failing_case_leaves_with_3_and_shows_where_and_which_fact_differed(tmp_path: Path) -> None:
    result = run("rules", "test", *at(tmp_path, edited(LIMIT)))
    assert result.exit_code == 3
    assert result.stdout == (
        "rules/neck.cases.yaml:6  FROWN-12 with plan[0].units: 6.5\n"
        "  12 U is within the careful range, half a unit more is a caution.\n"
        "  verdict ok, expected caution\n"
        "    no finding counts for more\n"
        "  GLABELLA-TOTAL-CAUTION should fire, and did not (zones.yaml:20)\n"
        "    Frown lines, corrugator, left: units in this zone: 12.5 U; the rule asks\n"
        "      more than 13 U\n"
        "\n"
        "2 cases, 3 runs: 1 run did not come out as expected.\n"
    )


def test_a_failing_case_as_json_holds_the_facts_for_a_program(tmp_path: Path) -> None:
    result = run("rules", "test", *at(tmp_path, edited(LIMIT)), "--format", "json")
    assert result.exit_code == 3
    found = json.loads(result.stdout)
    (half,) = found["failing"]
    assert (half["case"], half["file"], half["line"], half["changed"], half["verdict"]) == (
        "FROWN-12",
        "rules/neck.cases.yaml",
        6,
        True,
        "ok",
    )
    assert half["wrong"][1]["rule"] == "GLABELLA-TOTAL-CAUTION"
    assert half["wrong"][1]["facts"][0]["seen"] == "12.5 U"


def test_one_cause_behind_many_failures_is_named(tmp_path: Path) -> None:
    whole = edited(("rules/neck.yaml", "when: {pregnant: yes}", "when: {pregnant: no}"))
    result = run("rules", "test", *at(tmp_path, whole))
    assert result.exit_code == 3
    assert "Most often: PREGNANT in 3." in result.stdout


def test_only_the_cases_that_are_named_are_run(tmp_path: Path) -> None:
    place = at(tmp_path, edited(LIMIT))
    assert run("rules", "test", "PREGNANT", *place).stdout == "1 case, 1 run: all as expected.\n"
    assert run("rules", "test", "FROWN-12", *place).exit_code == 3
    unknown = run("rules", "test", "FROWN-13", *place)
    assert unknown.exit_code == 2
    assert "did you mean `FROWN-12`?" in unknown.stderr


def test_a_book_without_cases_is_not_all_as_expected(tmp_path: Path) -> None:
    whole = base()
    place = folder(tmp_path, whole)
    (place / "rules" / "neck.cases.yaml").unlink()
    result = run("rules", "test", "--rules", str(place))
    assert result.exit_code == 3
    assert result.stdout.startswith("There are no cases: nothing was tested.")


def test_a_broken_rulebook_is_reported_whole(tmp_path: Path) -> None:
    place = folder(tmp_path, base())
    (place / "zones.yaml").write_text(base().texts["zones.yaml"].replace("caution_above: 12", "caution_above: 21"))
    cases = base().texts["rules/neck.cases.yaml"].replace("not: [GLABELLA", "suggested: {glabela: 1}, not: [GLABELLA")
    (place / "rules" / "neck.cases.yaml").write_text(cases)
    result = run("rules", "test", "--rules", str(place))
    assert result.exit_code == 2
    assert "zones.yaml:20: zone glabella: `stop_above: 20` is not above its own `caution_above: 21`" in result.stderr
    (place / "zones.yaml").write_text(base().texts["zones.yaml"])
    result = run("rules", "test", "--rules", str(place))
    assert result.exit_code == 2
    assert "rules/neck.cases.yaml:4: case FROWN-12: `glabela` is not a zone\n  did you mean `glabella`?" in result.stderr


def test_coverage_lists_what_is_missing_and_what_no_case_could_show(tmp_path: Path) -> None:
    result = run("rules", "test", "--coverage", *at(tmp_path, base()))
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    assert "rules/neck.yaml:10 TOO-SOON the rule: never certain and possible" in text
    assert "possible: never open: every dose of a plan has a place" in text
    files = json.loads(run("rules", "test", "--coverage", *at(tmp_path, base()), "--format", "json").stdout)["coverage"]
    assert files["percent"] == 100 * files["seen"] // files["of"] < 100
    assert sum(one["seen"] for one in files["files"].values()) == files["seen"]


@pytest.mark.parametrize(("asked", "exit_code"), [(("--min-coverage", "40"), 0), (("--min-coverage", "100"), 3)])
def test_less_coverage_than_was_asked_for_leaves_with_3(tmp_path: Path, asked: tuple[str, str], exit_code: int) -> None:
    result = run("rules", "test", *asked, *at(tmp_path, base()))
    assert result.exit_code == exit_code
    assert "Coverage" in result.stdout


def test_survivors_are_listed_with_a_case_that_can_be_pasted(mutated: dict[str, Result]) -> None:
    result = mutated["text"]
    assert result.exit_code == 3
    assert "score 9 %  (8 mutants noticed, 76 not)" in result.stdout
    listed = result.stdout[result.stdout.index("Nobody notices") :]
    assert "zones.yaml:31  platysma stop line 12 -> 12.5 U per dose" in listed
    pasted = listed[listed.index("- id: PLATYSMA-DOSE-STOP-CASE-1") :].partition("\n\n")[0]
    cases, problems = cases_in({"rules/neck.cases.yaml": pasted}, base().book)
    assert not problems
    assert cases[0].expect.names == {"PLATYSMA-DOSE-STOP"}


def test_mutants_are_not_tried_while_a_case_fails(tmp_path: Path) -> None:
    result = run("rules", "test", "--mutate", *at(tmp_path, edited(LIMIT)))
    assert result.exit_code == 3
    assert "Mutants are not tried while a case fails" in result.stdout


def test_mutants_as_json_say_what_became_of_each(mutated: dict[str, Result]) -> None:
    found = json.loads(mutated["json"].stdout)["mutation"]
    assert {one["fate"] for one in found["mutants"]} == {"killed", "survived", "equivalent", "refused"}
    assert len(found["mutants"]) == sum(found[fate] for fate in ("killed", "survived", "equivalent", "refused"))
    assert all(one["why"] for one in found["mutants"] if one["fate"] != "survived")


def test_what_is_shown_keeps_to_80_columns_but_for_cases_to_paste(mutated: dict[str, Result]) -> None:
    long = [line for line in mutated["text"].stdout.splitlines() if len(line) > 80]
    assert not [line for line in long if not line.startswith(("- ", "  says: ", "    ", "      - ", "  expect: "))]


def test_the_sign_of_trouble_reaches_the_shell(tmp_path: Path) -> None:
    place = folder(tmp_path, edited(LIMIT))
    words = [sys.executable, "cli.py", "rules", "test", "--rules", str(place)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=REPOSITORY, env={**os.environ}, check=False, timeout=60)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_a_named_rule_is_the_only_one_that_is_changed() -> None:
    result = run("rules", "test", "DAO-MEDIAL", "--mutate", "--rules", str(REPOSITORY), "--format", "json")
    assert result.exit_code == 0, result.output
    shown = json.loads(result.stdout)["mutation"]
    assert 0 < shown["killed"] + shown["survived"] < 40
