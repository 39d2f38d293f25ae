"""A deployer's own codes: read line by line, every wrong line said with its line; the shipped codes stay what they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dose_engine import BadInput
from dose_engine.service.fhir import CodeMap
from dose_engine.service.fhir.codes import shipped as shipped_codes

from ...strategies import shipped
from .making import allergy, coded, condition, given, history_of, instruction, observation, order, plan_of, reading

LOCAL = "http://terms.example.org/clinic"
GOOD = f"""\
# codes of our clinic; the numbers are made up
system,code,means
{LOCAL},1001001,product:onabotulinumtoxinA
{LOCAL},1001002,toxin

{LOCAL},2002*,question:neuromuscular_disorder
{LOCAL},3003001,allergen
{LOCAL},4004001,site:masseter.left
{LOCAL},5005001,purpose:chronic_migraine
{LOCAL},6006001,pregnancy:yes
"{LOCAL}",7007001,"performer:singer"
rxnorm,999999,product:incobotulinumtoxinA
icd-10,G71*,question:neuromuscular_disorder
name,"kiefer, links",site:masseter.left
word,chemodenervation,toxin
"""


@pytest.fixture
def own(tmp_path: Path) -> Callable[[str], CodeMap]:
    def read(text: str) -> CodeMap:
        path = tmp_path / "codes.csv"
        path.write_text(text)
        return CodeMap.read(path, shipped())

    return read


def test_a_good_file_is_read_whole(own: Callable[[str], CodeMap]) -> None:
    codes = own(GOOD)
    assert codes.own == 12
    ordered = order("o1", instruction(coded("4004001", LOCAL)), medicine=coded("1001001", LOCAL, "toxin of the house"))
    read = reading(
        ordered,
        codes=codes,
        conditions=[condition(coded("2002-77", LOCAL))],
        allergies=[allergy(coded("3003001", LOCAL))],
        administrations=[given(medicine=coded("1001002", LOCAL), reasonCode=[coded("5005001", LOCAL)])],
        observations=[observation("82810-3", coded("6006001", LOCAL)), observation("11341-5", coded("7007001", LOCAL), id="b")],
    )
    assert plan_of(read) == {"masseter left": 10}
    assert read.document["patient"]["screening"] == {"neuromuscular_disorder": "yes", "toxin_hypersensitivity": "yes", "pregnant": "yes"}
    assert read.document["patient"]["performer"] == ["singer"]
    assert history_of(read)[0]["purpose"] == "chronic_migraine"


def test_a_code_of_the_file_means_nothing_under_another_system(own: Callable[[str], CodeMap]) -> None:
    read = reading(order(), codes=own(GOOD), conditions=[condition(coded("2002-77", "http://other.example.org"))])
    assert read.document["patient"]["screening"] == {}


def test_a_short_name_of_a_system_stands_for_all_of_its_names(own: Callable[[str], CodeMap]) -> None:
    codes = own(GOOD)
    assert reading(order(), codes=codes, conditions=[condition("G71.0")]).document["patient"]["screening"] != {}
    medicine = coded("999999", "urn:oid:2.16.840.1.113883.6.88")
    assert reading(order(medicine=medicine), codes=codes).document["product"] == "incobotulinumtoxinA"


def test_a_word_of_the_file_names_a_toxin_wherever_it_stands(own: Callable[[str], CodeMap]) -> None:
    (one,) = reading(order(medicine="Facial chemodenervation 64612"), codes=own(GOOD)).orders
    assert one.medicine.toxin


def test_a_name_in_a_coding_is_not_a_name(own: Callable[[str], CodeMap]) -> None:
    assert reading(order(), conditions=[condition(coded("myasthenia gravis", "name"))]).document["patient"]["screening"] == {}


def test_a_code_that_contradicts_a_shipped_one_leaves_the_product_unknown(own: Callable[[str], CodeMap]) -> None:
    codes = own("system,code,means\nrxnorm,2117871,product:onabotulinumtoxinA\n")
    (one,) = reading(order(medicine=coded("2117871", "rxnorm")), codes=codes).orders
    assert one.medicine.product is None


def test_without_a_file_there_are_the_shipped_codes() -> None:
    assert CodeMap.read(None, shipped()) == CodeMap.shipped()


def test_a_file_of_its_heading_alone_adds_nothing(own: Callable[[str], CodeMap]) -> None:
    assert own("system,code,means\n") == CodeMap.shipped()


@pytest.mark.parametrize(
    ("lines", "line", "says"),
    [
        ("x,1,toxin\n", 1, "the first line names the columns"),
        ("# a comment\n\nsystem,code\n", 3, "the first line names the columns"),
        ("system,code,means\nx,1\n", 2, "3 columns are needed, got 2"),
        ("system,code,means\nx,1,toxin,also\n", 2, "3 columns are needed, got 4"),
        ("system,code,means\nx,,toxin\n", 2, "the cell of `code` is empty"),
        ("system,code,means\nx,*,toxin\n", 2, "`*` alone would stand for every code"),
        ("system,code,means\nx,1,toxic\n", 2, "`toxic` is not a meaning"),
        ("system,code,means\nx,1,toxin:yes\n", 2, "`toxin:yes` is not a meaning"),
        ("system,code,means\nx,1,product\n", 2, "`product` is not a meaning"),
        ("system,code,means\nx,1,product:Botox\n", 2, "`Botox` is not a product"),
        ("system,code,means\nx,1,product:onabotulinumtoxin\n", 2, "did you mean `onabotulinumtoxinA`?"),
        ("system,code,means\nx,1,question:dry_eyes\n", 2, "did you mean `dry_eye`?"),
        ("system,code,means\nx,1,question:site_infection\n", 2, "`site_infection` is not a question"),
        ("system,code,means\nx,1,purpose:migraine\n", 2, "`migraine` is not a purpose"),
        ("system,code,means\nx,1,pregnancy:maybe\n", 2, "accepted: `no`, `unknown`, `yes`"),
        ("system,code,means\nx,1,performer:dancer\n", 2, "`dancer` is not a performer"),
        ("system,code,means\nx,1,site:massetter.left\n", 2, "did you mean `masseter.left`?"),
        ("system,code,means\nname,---,toxin\n", 2, "`---` is not a name"),
        ("system,code,means\nname,botox*,toxin\n", 2, "`botox*` is not a name"),
        ("system,code,means\nword,two words,toxin\n", 2, "`two words` is not a word"),
        ("system,code,means\nx,1,site:masseter.left\ny,1,toxin\nx,1,site:masseter.right\n", 4, "`1` is `site:masseter.left` in line 2"),
        ("system,code,means\nndc,0023-1145,product:onabotulinumtoxinA\nndc,00023114501,product:abobotulinumtoxinA\n", 3, "in line 2"),
        ('system,code,means\nx,"1,toxin\n', 2, "not CSV"),
    ],
)
def test_each_error_is_said_with_its_line(lines: str, line: int, says: str, own: Callable[[str], CodeMap], tmp_path: Path) -> None:
    with pytest.raises(BadInput) as bad:
        own(lines)
    (problem,) = bad.value.problems
    assert (problem.line, problem.file) == (line, str(tmp_path / "codes.csv"))
    assert says in str(problem)


def test_every_wrong_line_is_said_at_once(own: Callable[[str], CodeMap]) -> None:
    with pytest.raises(BadInput) as bad:
        own("system,code,means\nx,1,toxic\nx,2,toxin\nx,3,site:nowhere\n")
    assert [problem.line for problem in bad.value.problems] == [2, 4]


@pytest.mark.parametrize(("raw", "code"), [(b"", "file-empty"), (b"\xff\xfe", "not-text"), (b"system,code,means\n\x00", "not-text")])
def test_what_is_no_text_is_refused(raw: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_bytes(raw)
    with pytest.raises(BadInput) as bad:
        CodeMap.read(path, shipped())
    assert bad.value.problems[0].code == code


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        CodeMap.read(tmp_path / "none.csv", shipped())


def test_more_lines_than_are_read_are_refused(own: Callable[[str], CodeMap]) -> None:
    with pytest.raises(BadInput, match="more than 20,000 lines"):
        own("system,code,means\n" + "".join(f"x,{n},toxin\n" for n in range(20_001)))


def test_the_shipped_codes_are_lines_that_a_deployer_could_write_and_hold_no_licensed_system(own: Callable[[str], CodeMap]) -> None:
    assert own("system,code,means\n" + "".join(f'{system},"{code}",{means}\n' for system, code, means in shipped_codes())).own > 100
    assert {system for system, _, _ in shipped_codes()} == {"atc", "rxnorm", "ndc", "hcpcs", "icd-10", "loinc", "name", "word"}
