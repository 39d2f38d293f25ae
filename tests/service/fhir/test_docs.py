"""What docs/fhir.md says is so: its tables are those of the code, its examples run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dose_engine import read_case
from dose_engine.service.fhir import CodeMap, State
from dose_engine.service.fhir.code_map import ALONE
from dose_engine.service.fhir.codes import SHORT_NAMES
from dose_engine.service.fhir.site_table import SITE_SYSTEM, rows
from dose_engine.service.fhir.sources import ASKED_OF, MAY_FAIL

from ...cli.running import run
from ...strategies import REPOSITORY, TODAY, shipped

TEXT = (REPOSITORY / "docs" / "fhir.md").read_text()
PACKAGE = REPOSITORY / "dose_engine" / "service" / "fhir"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def table(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading."""
    part = TEXT.split(f"\n{heading}\n", 1)[1]
    (found,) = re.findall(r"\A.*?\n\|---[^\n]*\n(.*?)(?:\n\n|\n<!--|\Z)", part, re.DOTALL)
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in found.splitlines()]


def test_the_table_of_sites_is_the_code_system() -> None:
    listed = [[cell.strip(" |") for cell in row] for row in table("<!-- sites -->")]
    assert SITE_SYSTEM in TEXT
    assert listed == [
        [
            f"`{row.code}`",
            row.english,
            row.latin,
            ", ".join(row.sides),
            " or ".join("/".join(part for part in (zone or "-", muscle, band) if part) for zone, muscle, band in row.places),
        ]
        for row in rows()
    ]


def test_the_table_of_gaps_lists_every_code_that_the_reader_can_give() -> None:
    source = "".join(path.read_text() for path in PACKAGE.glob("*.py"))
    given = set(re.findall(r'(?:Gap|_gap)\(\s*f?"([a-z-]+)', source)) | set(
        re.findall(r'"((?:treatment|dose|site|other|two|product)-[a-z-]+)"', source)
    )
    given |= set(re.findall(r'Gap\(\s*"([a-z-]+)" if [^"]* else "([a-z-]+)"', source)[0])
    given -= {"dose-rate-type"}
    listed = {code for row in table("## Gaps") for code in re.findall(r"`([a-z-]+\u2026?)`", row[0])}
    assert {code.rstrip("\u2026") for code in listed} == given


def test_the_table_of_states_lists_the_five() -> None:
    assert {row[0].strip("| ") for row in table("## Searches: five states")} == {state.value for state in State}
    assert set(ASKED_OF) | {"procedures"} == set(MAY_FAIL)
    for key in MAY_FAIL:
        assert key in TEXT


def test_the_example_of_own_codes_is_a_file_that_is_read(tmp_path: Path) -> None:
    (example,) = blocks("csv")
    path = tmp_path / "codes.csv"
    path.write_text(example)
    assert CodeMap.read(path, shipped()).own == 8
    kinds = {code.partition(":")[0] for row in table("## Your own codes") for code in re.findall(r"`([^`]+)`", row[0])}
    assert kinds == {*ALONE, "product", "site", "question", "purpose", "pregnancy", "performer"}
    for name in SHORT_NAMES:
        assert f"`{name}`" in TEXT


@pytest.mark.parametrize("index", [0, 1])
def test_the_python_examples_run_as_they_stand(index: int) -> None:
    done = subprocess.run([sys.executable, "-c", blocks("python")[index]], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    if index == 0:
        assert done.stdout.startswith("stop 4 doses\n")
        assert "gap: place-not-stated" in done.stdout
    else:
        kinds = [entry["resource"]["resourceType"] for entry in json.loads(done.stdout)["entry"]]
        assert kinds == ["Patient", "MedicationRequest", "MedicationAdministration"]


def test_the_shell_example_writes_a_case_file_that_a_check_reads_and_asks_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = [line.split() for line in blocks("sh")[0].splitlines()]
    monkeypatch.chdir(tmp_path)
    case = tmp_path / "my-patient.yaml"
    assert first[:2] == ["dose-engine", "from-fhir"]
    assert run("from-fhir", str(REPOSITORY / first[2]), *first[3:]).exit_code == 0
    checked = run(*second[1:])
    assert (checked.exit_code, "`side` is required in masseter" in checked.stderr) == (2, True)
    filled = case.read_text().replace("muscle: masseter", "muscle: masseter\n    side: right")
    assert read_case(filled, "filled.yaml", shipped(), TODAY).plan
