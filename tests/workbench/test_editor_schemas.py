"""The schemas for editors: what the loader takes is valid, what it would refuse is marked, and the words of the book are explained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from dose_engine.documents import read_yaml
from dose_engine.rulebook.load import shipped_folder
from dose_engine.workbench.cases.reading_expected import KEYS
from dose_engine.workbench.editor_schemas import KINDS, file_of, kind_of, modeline, plain, schemas, text_of
from dose_engine.workbench.whole import whole_of
from tests.strategies import rulebook_texts, shipped
from tests.test_bad_files import base_texts
from tests.workbench.planting import Edit, planted, shipped_texts

Schema = Mapping[str, Any]

MISTAKES: Final[dict[str, Edit]] = {
    "a fact that is misspelt": ("rules/jaw.yaml", "{zone: masseter, visit: touch_up}", "{zone: masseter, vist: touch_up}"),
    "a zone that is misspelt": ("rules/jaw.yaml", "{zone: masseter, visit: touch_up}", "{zone: massetr, visit: touch_up}"),
    "a comparator that is misspelt": ("rules/jaw.yaml", "{at_most: 55}", "{at_mst: 55}"),
    "a word compared with a number": ("rules/jaw.yaml", "{zone: masseter, visit: touch_up}", "{zone: masseter, visit: {more_than: 3}}"),
    "a number compared with a word": ("rules/jaw.yaml", "{at_most: 55}", "{at_most: masseter}"),
    "a constant of another kind": ("rules/jaw.yaml", "{at_most: 55}", "{at_most: session_units_stop}"),
    "a list of numbers": ("rules/jaw.yaml", "{at_most: 55}", "[54, 55]"),
    "a condition that is empty": ("rules/jaw.yaml", "{zone: masseter, visit: touch_up}", "{}"),
    "a group that is no list": ("rules/screening.yaml", "none: [{region: neck}, {zone: [alar, nasal_tip]}]", "none: {region: neck}"),
    "a key that is misspelt": ("rules/neck.yaml", "  because: A blanket pattern", "  becuase: A blanket pattern"),
    "a rule without a title": ("rules/neck.yaml", "  title: More than two neck bands in the plan\n", ""),
    "a title that is too long": (
        "rules/neck.yaml",
        "title: More than two neck bands",
        f"title: {'more and ' * 10}More than two neck bands",
    ),
    "an id in small letters": ("rules/neck.yaml", "id: PLATYSMA-FIRST", "id: platysma-first"),
    "a caution without a hazard": (
        "rules/neck.yaml",
        "  sources: [S66, D11, R18]\n  hazard: H-SWALLOWING\n",
        "  sources: [S66, D11, R18]\n",
    ),
    "a hazard that is misspelt": ("rules/jaw.yaml", "hazard: H-UNEVEN", "hazard: H-UNEVN"),
    "a source that is misspelt": ("rules/jaw.yaml", "sources: [R17, S23", "sources: [R171, S23"),
    "no source": ("rules/neck.yaml", "sources: [S66, D11, R18]", "sources: []"),
    "a caution and a stop": ("rules/jaw.yaml", "    withhold: yes\n", "    stop: And a stop.\n"),
    "a line that ends before it starts": ("rules/counselling.yaml", "      from_day: 2\n      to_day: 3\n", "      to_day: 3\n"),
    "a muscle of another zone": ("zones.yaml", "muscle: procerus", "muscle: frontalis"),
    "a limit without a line": ("zones.yaml", "- {of: total, caution_above: 6, sources: [S60, R13]}", "- {of: total, sources: [S60, R13]}"),
    "a basis that is misspelt": ("zones.yaml", "- {of: total, caution_above: 6,", "- {of: totl, caution_above: 6,"),
    "units in quotes": ("zones.yaml", "- {of: total, caution_above: 6,", '- {of: total, caution_above: "6",'),
    "a suggestion for one point": ("zones.yaml", "    - of: dose\n      min: 3", "    - of: point\n      min: 3"),
    "a question that says nothing of an open answer": (
        "rules/facts.yaml",
        "the patient see double?\n  open: incomplete",
        "the patient see double?",
    ),
    "a fact from two places": (
        "rules/facts.yaml",
        "touch_up_units:\n  sum: planned\n",
        "touch_up_units:\n  sum: planned\n  count: planned\n",
    ),
    "a question with a window": ("rules/facts.yaml", "the patient see double?\n", "the patient see double?\n  within_days: 3\n"),
    "a filter that is misspelt": ("rules/facts.yaml", "where: {zone: [dao, mentalis]}", "where: {zones: [dao, mentalis]}"),
    "a purpose that is not there": ("rules/facts.yaml", "where: {purpose: blepharospasm}", "where: {purpose: blefarospasm}"),
    "days since what is still to come": (
        "rules/facts.yaml",
        "days_since_blepharospasm:\n  days_since: history",
        "days_since_blepharospasm:\n  days_since: scheduled",
    ),
    "a constant without a kind": ("rules/rulebook.yaml", "    kind: units\n    value: 400\n", "    value: 400\n"),
    "a version that is a number": ("rules/rulebook.yaml", 'version: "2026.1"', "version: 2026.1"),
    "a grade that is misspelt": ("rules/sources.yaml", "(10/2024)\n  checked: primary\nL5:", "(10/2024)\n  checked: primry\nL5:"),
    "a hazard without sources": ("rules/hazards.yaml", "  sources: [L31, L45]\n", ""),
    "a type of toxin that is none": ("rules/products.yaml", "  type: B\n", "  type: C\n"),
    "units that are no range": ("rules/protocols.yaml", "units: {at_least: 155, at_most: 195}", "units: 155"),
    "a verdict that is misspelt": (
        "rules/jaw.cases.yaml",
        "expect: {verdict: stop, fires: [INTERVAL-90], not: [MASSETER-OTHER-SIDE-RECENT]}",
        "expect: {verdict: stopp}",
    ),
    "a case without what is given": ("rules/neck.cases.yaml", "", "\n- {id: NECK-NEW, says: Nothing is given., expect: {verdict: ok}}\n"),
    "a rule that gives no finding": (
        "rules/neck.cases.yaml",
        "",
        "\n- {id: NECK-NEW, says: It tells., given: {}, expect: {verdict: ok, fires: [TELL-ONSET]}}\n",
    ),
    "two changes": (
        "rules/neck.cases.yaml",
        "",
        '\n- {id: NECK-NEW, says: Two., given: {}, expect: {verdict: ok}, change: {"a": 1, "b": 2}, then: {verdict: ok}}\n',
    ),
    "a change that nothing follows": (
        "rules/neck.cases.yaml",
        "",
        '\n- {id: NECK-NEW, says: One., given: {}, expect: {verdict: ok}, change: {"a": 1}}\n',
    ),
    "a zone of a case that is misspelt": (
        "rules/neck.cases.yaml",
        "",
        "\n- {id: NECK-NEW, says: A zone., given: {plan: [{zone: nek}]}, expect: {verdict: ok}}\n",
    ),
    "a range that cannot be read": (
        "rules/neck.cases.yaml",
        "",
        "\n- {id: NECK-NEW, says: A range., given: {}, expect: {verdict: ok, suggested: {dao left: 1-2}}}\n",
    ),
    "a claim that nothing follows from": (
        "rules/claims.yaml",
        "",
        "\n- {id: NEW, says: Nothing follows., where: {zone: dao}, sources: [R1]}\n",
    ),
    "a claim that reads a sum of the book": (
        "rules/claims.yaml",
        "",
        "\n- {id: NEW, says: Its sum., where: {units_peak: {more_than: 400}}, verdict: stop, sources: [R1]}\n",
    ),
    "a claim that compares nothing": (
        "rules/claims.yaml",
        "",
        "\n- {id: NEW, says: No line., where: {total: {sum: planned}}, verdict: stop, sources: [R1]}\n",
    ),
    "a claim of the whole book that is none": (
        "rules/claims.yaml",
        "",
        "\n- {id: NEW, says: All is well., prove: all_is_well, sources: [R1]}\n",
    ),
}
"""What the loader refuses and an editor should mark: one edit of the shipped book each."""


@cache
def validators() -> dict[str, jsonschema.Draft7Validator]:
    return {kind: jsonschema.Draft7Validator(quick(schema)) for kind, schema in schemas(shipped()).items()}


def quick(schema: Any) -> Any:
    """The same schema with alternatives of one word each as one list of words: it takes the same values, in a tenth of the time."""
    match schema:
        case {"anyOf": [*parts]} if len(parts) > 3:
            words = [part["const"] for part in parts if "const" in part]
            rest = [quick(part) for part in parts if "const" not in part]
            kept = {key: quick(value) for key, value in schema.items() if key != "anyOf"}
            return {**kept, "anyOf": [{"enum": words}, *rest]} if words else {**kept, "anyOf": rest}
        case dict():
            return {key: quick(value) for key, value in schema.items()}
        case list():
            return [quick(part) for part in schema]
        case _:
            return schema


def document(texts: Mapping[str, str], file: str) -> Any:
    return plain(read_yaml(texts[file], file)[0].plain())


def inside(schema: Any) -> Iterator[Schema]:
    """Every mapping within the schema."""
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from inside(part)


def explained(schema: Schema, word: str) -> str:
    """What an editor shows for a word that can be chosen."""
    return next(str(part["description"]) for part in inside(schema) if part.get("const") == word)


@pytest.mark.parametrize("file", shipped_texts())
def test_every_file_of_the_shipped_book_is_valid(file: str) -> None:
    validator = validators()[kind_of(file)]
    assert [(list(error.absolute_path), error.message) for error in validator.iter_errors(document(shipped_texts(), file))] == []


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rulebook_texts())
def test_what_the_loader_takes_is_valid(texts: dict[str, str]) -> None:
    made = schemas(whole_of(texts).book)
    for file in texts:
        validator = jsonschema.Draft7Validator(quick(made[kind_of(file)]))
        assert [error.message for error in validator.iter_errors(document(texts, file))] == [], file


def test_a_book_of_few_words_has_schemas_too() -> None:
    made = schemas(whole_of(base_texts()).book)
    for file in base_texts():
        jsonschema.Draft7Validator(made[kind_of(file)]).validate(document(base_texts(), file))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_typical_mistake_is_marked(mistake: str) -> None:
    edit = MISTAKES[mistake]
    texts = planted(edit, cases=True)
    assert not validators()[kind_of(edit[0])].is_valid(document(texts, edit[0]))


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_draft_07_stands_alone_and_has_no_title(kind: str) -> None:
    schema = schemas(shipped())[kind]
    jsonschema.Draft7Validator.check_schema(schema)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert "title" not in schema  # an editor would show it with every word
    for part in inside(schema):
        if "$ref" in part:
            name = part["$ref"].removeprefix("#/definitions/")
            assert schema["definitions"][name]
        if "enum" in part:
            assert len(part["enum"]) == len(set(map(str, part["enum"])))


@pytest.mark.parametrize("kind", KINDS)
def test_words_to_choose_from_differ_in_what_explains_them(kind: str) -> None:
    """An editor takes alternatives with one description for the same thing, and then shows all of them at once."""
    for part in inside(schemas(shipped())[kind]):
        words = [one for one in part.get("anyOf", ()) if "const" in one]
        if len(words) > 1:
            assert all(one.get("description") for one in words)
            assert len({one["description"] for one in words}) == len(words)


def test_facts_constants_sources_hazards_and_rules_are_explained() -> None:
    made = schemas(shipped())
    tests = made["rules"]["definitions"]["condition"]["anyOf"][1]["properties"]
    for fact in shipped().facts.values():
        assert fact.says in tests[fact.name]["markdownDescription"]
    assert "**incomplete**" in tests["pregnant"]["markdownDescription"]
    assert explained(made["rules"]["definitions"]["number_in_days"], "retreatment_days").startswith("90 days. ")
    for source in shipped().sources.values():
        told = explained(made["zones"]["definitions"]["source"], source.id)
        assert source.title in told
        assert f"({source.checked})" in told
    for hazard in shipped().hazards.values():
        assert hazard.says in explained(made["rules"]["definitions"]["hazard"], hazard.id)
    for rule in shipped().rules:
        if rule.severity:
            assert rule.title in explained(made["cases"]["definitions"]["rule_with_a_finding"], rule.id)


def test_a_zone_offers_its_own_muscles_only() -> None:
    zones = schemas(shipped())["zones"]["properties"]
    for zone in shipped().zones.values():
        own = next(part for part in inside(zones[zone.name]) if "muscle" in part)
        assert own["muscle"] == {"enum": list(zone.muscles)}


def test_everything_that_a_case_can_expect_can_be_written() -> None:
    expected = schemas(shipped())["cases"]["definitions"]["expected"]
    assert set(expected["properties"]) == {"verdict", *KEYS}


@pytest.mark.parametrize("file", shipped_texts())
def test_every_file_names_its_schema_in_its_first_line(file: str) -> None:
    first = shipped_texts()[file].splitlines()[0]
    assert first == modeline(file)
    named = Path(file).parent / first.partition("$schema=")[2]
    assert (shipped_folder() / named).is_file()


@pytest.mark.parametrize("kind", KINDS)
def test_the_schemas_beside_the_shipped_book_fit_it(kind: str) -> None:
    written = (shipped_folder() / file_of(kind)).read_text(encoding="utf-8")
    assert written == text_of(schemas(shipped())[kind]), "run `dose-engine rules schema`"


def test_every_kind_of_file_has_one() -> None:
    assert {kind_of(file) for file in shipped_texts()} == KINDS.keys()
