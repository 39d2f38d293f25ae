"""`dose-engine from-fhir`: a record becomes a case file that says what each fact rests on and what is missing; nothing is invented."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from dose_engine import read_case

from ..strategies import REPOSITORY, TODAY, shipped
from .running import run

EXPORT = REPOSITORY / "examples" / "ehr-export.json"
DATE = ("--date", "2026-03-02")
UNITS = {"unit": "U", "system": "http://unitsofmeasure.org", "code": "[arb'U]"}


def resource(kind: str, id: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": kind, "id": id, "subject": {"reference": "Patient/p1"}, **more}


def order(site: str = "left frontalis", units: Any = 3, **more: Any) -> dict[str, Any]:
    dose = {"site": {"text": site}, "doseAndRate": [{"doseQuantity": {"value": units, **UNITS}}]}
    return resource(
        "MedicationRequest", "o1", status="draft", medicationCodeableConcept={"text": "Botox"}, dosageInstruction=[dose], **more
    )


def record(*resources: dict[str, Any], **patient: Any) -> str:
    person = {"resourceType": "Patient", "id": "p1", "birthDate": "1988-05-17", **patient}
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in (person, *resources)]})


def written(text: str, *arguments: str) -> str:
    done = run("from-fhir", "-", *DATE, *arguments, given=text)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def test_a_record_with_a_plan_becomes_a_case_that_can_be_checked_at_once(tmp_path: Path) -> None:
    source, case = tmp_path / "record.json", tmp_path / "case.yaml"
    source.write_text(record(order()))
    done = run("from-fhir", str(source), "-o", str(case), *DATE)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "1 planned dose, 0 earlier treatments; 4 things missing or uncertain" in done.stderr
    assert f"dose-engine check {case}" in done.stderr
    checked = run("check", str(case))
    assert checked.exit_code == 20
    assert "INCOMPLETE" in checked.stdout.upper()


def test_each_fact_of_the_example_stands_under_what_it_rests_on() -> None:
    lines = [line.strip() for line in run("from-fhir", str(EXPORT), *DATE).stdout.splitlines()]
    pairs = set(itertools.pairwise(lines))
    assert {
        ("# onabotulinumtoxinA, MedicationRequest/brow", "product: onabotulinumtoxinA"),
        ("# 41, Patient.birthDate", "age: 41"),
        ("# yes (apixaban), on 2025-08-14, MedicationRequest/apixaban", "blood_thinner: yes"),
        ("# singer, on 2024-01-09, Observation/occupation", "performer: [singer]"),
        ("# 1.5 U, dao depressor anguli oris left, MedicationRequest/brow", "- zone: dao"),
        ("# 10 U, jaw (masseter), MedicationRequest/brow", "- zone: masseter"),
    } <= pairs


def test_what_is_missing_stands_in_front_with_the_reason() -> None:
    head = run("from-fhir", str(EXPORT), *DATE).stdout.partition("\n\n")[0]
    for said in (
        "the side is not stated",
        "no usable day",
        "dose of an earlier treatment could not be read",
        "chronic migraine is on record",
        "Bell's palsy is recorded as past",
        "not pregnant on 2026-02-20; ask again today",
    ):
        assert said in head
    assert all(line.startswith("#") for line in head.splitlines())


def test_nothing_of_what_was_assumed_for_a_check_is_in_the_file() -> None:
    text = run("from-fhir", str(EXPORT), *DATE).stdout
    assert "- zone: masseter\n    muscle: masseter\n    units: 10\n" in text
    assert "checked as" not in text


def test_a_side_that_the_record_does_not_state_is_asked_for_by_the_check() -> None:
    checked = run("check", "-", given=run("from-fhir", str(EXPORT), *DATE).stdout)
    assert checked.exit_code == 2
    assert "`side` is required in masseter" in checked.stderr


def test_the_example_can_be_checked_once_it_is_filled_in() -> None:
    text = run("from-fhir", str(EXPORT), *DATE).stdout
    filled = text.replace("    muscle: masseter\n", "    muscle: masseter\n    side: left\n")
    case = read_case(filled, "filled.yaml", shipped(), TODAY)
    assert [str(dose.units) for dose in case.plan] == ["2", "1.5", "10"]
    assert run("check", "-", given=filled).exit_code == 30  # migraine in the last 90 days, in the muscle that is planned


def test_without_a_plan_and_an_age_the_file_says_what_to_fill_in_and_the_check_says_the_same() -> None:
    text = written(record(birthDate=None))
    assert "# age: 34      # fill in" in text
    assert "# plan:      # fill in" in text
    assert "# product: onabotulinumtoxinA      # fill in" in text
    checked = run("check", "-", given=text)
    assert checked.exit_code == 2
    for key in ("age", "plan", "product"):
        assert f"`{key}` is required" in checked.stderr
    hints = [line for line in text.splitlines() if "# fill in" in line or "{zone:" in line]
    assert len(hints) == 4
    filled = text
    for line in hints:
        filled = filled.replace(line, line.replace("# ", "", 1))
    assert run("check", "-", given=filled).exit_code == 20


def test_a_product_that_is_ordered_and_not_known_is_unknown_in_the_file() -> None:
    text = written(record(order() | {"medicationCodeableConcept": {"text": "botulinum toxin"}}))
    assert "\nproduct: unknown\n" in text
    assert "units" not in text.partition("plan:")[2]
    assert run("check", "-", given=text).exit_code == 20


def test_an_order_without_a_place_counts_as_given_today_and_the_file_says_so() -> None:
    text = written(record(order("somewhere", 40)))
    assert "# ordered for today: 40 U, somewhere, onabotulinumtoxinA, MedicationRequest/o1" in text
    assert "- date: 2026-03-02\n      product: onabotulinumtoxinA\n      units: 40\n" in text


def test_no_name_birth_date_or_id_of_the_patient_gets_into_the_file() -> None:
    for format in ("text", "json"):
        text = run("from-fhir", str(EXPORT), *DATE, "--format", format).stdout
        for secret in ("Beispiel", "Erika", "1984", "09-12", "example-patient"):
            assert secret not in text


def test_as_json_it_is_the_case_the_facts_and_the_gaps() -> None:
    shown = json.loads(run("from-fhir", str(EXPORT), *DATE, "--format", "json").stdout)
    assert list(shown) == ["case", "facts", "gaps"]
    assert shown["case"]["plan"][1] == {"zone": "dao", "muscle": "depressor_anguli_oris", "side": "left", "units": 1.5}
    assert {"path": "patient.age", "says": "41", "sources": ["Patient.birthDate"]} in shown["facts"]
    assert {"code": "treatment-undated", "counts_as": "incomplete"} in [
        {key: gap[key] for key in ("code", "counts_as")} for gap in shown["gaps"]
    ]


def test_the_case_of_the_json_is_the_case_of_the_file() -> None:
    text = written(record(order()))
    shown = json.loads(written(record(order()), "--format", "json"))["case"]
    by_file = read_case(text, "case.yaml", shipped(), TODAY)
    assert read_case(json.dumps(shown), "case.json", shipped(), TODAY) == by_file


def test_the_deployers_codes_and_the_days_of_a_pregnancy_status_are_taken_from_the_command_line(tmp_path: Path) -> None:
    codes = tmp_path / "codes.csv"
    codes.write_text("system,code,means\nurn:local,17,site:dao.left\nurn:local,18,pregnancy:no\n".replace("dao.", "depressor-anguli-oris."))
    status = {"system": "http://loinc.org", "code": "82810-3"}
    seen = resource("Observation", "ob", status="final", code={"coding": [status]}, effectiveDateTime="2026-02-28")
    seen |= {"valueCodeableConcept": {"coding": [{"system": "urn:local", "code": "18"}]}}
    ordered = order()
    ordered["dosageInstruction"][0]["site"] = {"coding": [{"system": "urn:local", "code": "17"}]}
    text = record(ordered, seen)
    read = written(text, "--code-map", str(codes), "--pregnancy-days", "7")
    assert "- zone: dao" in read
    assert "pregnant: no" in read
    assert "pregnant: no" not in written(text, "--code-map", str(codes))
    assert "zone: dao" not in written(text)


def test_a_wrong_code_map_is_refused_with_its_line(tmp_path: Path) -> None:
    codes = tmp_path / "codes.csv"
    codes.write_text("system,code,means\nurn:local,17,site:dao\n")
    done = run("from-fhir", str(EXPORT), "--code-map", str(codes))
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{codes}:2: means: `dao` is not a site" in done.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "stdin: the file is empty"),
        ("{", "stdin:1: not JSON"),
        ('{\n "resourceType": "Bundle",\n "resourceType": "Bundle"}', "stdin:3: `resourceType` stands twice"),
        ('{"resourceType": "Bundle",\n "total": NaN}', "stdin:2: `NaN` is not a number"),
        ('{"resourceType": "Patient"}', "a FHIR Bundle is needed, got `Patient`"),
        ("[1]", "a FHIR Bundle is needed"),
        ('{"resourceType": "Bundle"}', "one Patient is needed, got none"),
        ("<Bundle/>", "not JSON"),
        ("[" * 100 + "]" * 100, "deep"),
        ('{"a": "\\ud800"}', "half a surrogate pair"),
        ('{"a": ' + "9" * 2000 + "}", "beyond all that is accepted"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason_and_no_traceback(text: str, says: str) -> None:
    done = run("from-fhir", "-", given=text)
    assert (done.exit_code, done.stdout) == (2, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_bytes_that_are_no_text_and_files_that_are_not_there_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(b"\xff\xfe{}")
    assert "not UTF-8 text" in run("from-fhir", str(path)).stderr
    assert run("from-fhir", str(path)).exit_code == 2
    for name in (str(tmp_path / "none.json"), str(tmp_path), "a\0b"):
        done = run("from-fhir", name)
        assert (done.exit_code, "cannot be read" in done.stderr) == (2, True)


def test_a_file_that_is_there_is_not_overwritten_without_being_told(tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    case.write_text("mine")
    done = run("from-fhir", str(EXPORT), "-o", str(case), *DATE)
    assert (done.exit_code, case.read_text()) == (2, "mine")
    assert "name another file, or add --force" in done.stderr
    assert run("from-fhir", str(EXPORT), "-o", str(case), *DATE, "--force").exit_code == 0
    assert case.read_text().startswith("# Read from a health record.")
    assert [path.name for path in tmp_path.iterdir()] == ["case.yaml"]


def test_the_record_itself_and_what_is_no_file_are_never_written_over(tmp_path: Path) -> None:
    source = tmp_path / "record.json"
    source.write_text(record())
    assert run("from-fhir", str(source), "-o", str(source), "--force").exit_code == 2
    assert source.read_text() == record()
    for target in (str(tmp_path), str(tmp_path / "none" / "case.yaml"), "a\0b"):
        assert run("from-fhir", str(source), "-o", target, "--force").exit_code == 2


def test_a_text_of_the_record_cannot_end_its_comment_or_steer_a_terminal() -> None:
    hostile = "x\ny: 1\u2028z: 2\x1b[2J # \u202e- {a: b}" + "word " * 100
    sick = resource("Condition", "c\n1", code={"text": hostile, "coding": [{"code": "G70.0", "system": "icd-10"}]})
    ordered = order()
    ordered["dosageInstruction"].append(order(hostile)["dosageInstruction"][0])
    text = written(record(ordered, sick))
    case = read_case(text, "case.yaml", shipped(), TODAY)
    assert case.patient.screening == {"neuromuscular_disorder": "yes"}
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 240
