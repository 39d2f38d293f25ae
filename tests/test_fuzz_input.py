"""Whatever comes in, only a case, a rulebook or a clear error comes out: never a traceback, never a hang."""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dose_engine.case import Case
from dose_engine.documents import Unreadable, decode, read_yaml
from dose_engine.engine import Engine
from dose_engine.errors import CaseError, RulebookError
from dose_engine.intake import case_from, read_case
from dose_engine.rulebook.load import load_texts
from dose_engine.rulebook.model import Rulebook

REPOSITORY = Path(__file__).resolve().parent.parent
BAD = REPOSITORY / "tests" / "bad_files"
TODAY = dt.date(2026, 3, 2)
MANY = settings(max_examples=500, deadline=None)
SOME = settings(max_examples=200, deadline=None)

NAMES = st.sampled_from(("case.yaml", "case.json"))


@lru_cache(maxsize=1)
def texts() -> dict[str, str]:
    folder = BAD / "base_book"
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*.yaml"))}


@lru_cache(maxsize=1)
def book() -> Rulebook:
    return load_texts(texts())


@lru_cache(maxsize=1)
def cases() -> dict[str, str]:
    return {f"case.{kind}": (BAD / f"good.{kind}").read_text() for kind in ("yaml", "json")}


def read(text: str | bytes, name: str) -> Case | CaseError:
    """A case, or the problems of one: each with a file and a message that can be printed."""
    try:
        return read_case(text, name, book(), TODAY)
    except CaseError as error:
        assert_told(error, name)
        return error


def load(files: dict[str, str]) -> Rulebook | RulebookError:
    try:
        return load_texts(files)
    except RulebookError as error:
        assert_told(error)
        return error


def assert_told(error: CaseError | RulebookError, name: str = "") -> None:
    assert error.problems
    for problem in error.problems:
        assert problem.message
        assert problem.file.endswith(name)
        str(problem).encode()  # no lone surrogates
        assert len(problem.message) < 600


# bytes and text


@MANY
@given(st.binary(max_size=300), NAMES)
def test_any_bytes_are_read_or_refused(raw: bytes, name: str) -> None:
    read(raw, name)


@MANY
@given(st.text(max_size=300), NAMES)
def test_any_text_is_read_or_refused(text: str, name: str) -> None:
    read(text, name)


YAML_PIECES = st.sampled_from(
    [
        "- ",
        "? ",
        ": ",
        ", ",
        "[",
        "]",
        "{",
        "}",
        "&a ",
        "*a",
        "!t ",
        "'",
        '"',
        "\\",
        "\n",
        "\n  ",
        "\n    ",
        "#",
        "---\n",
        "...\n",
        "<<: ",
        "~",
        "%YAML 1.1\n",
        ".nan",
        "1e3",
        "0x1",
        "plan",
        "zone",
        "units",
        "a",
        "1",
        "\t",
        "\x85",
        "é",
        ">\n",
        "|\n",
        "@",
        "`",
        "id: X\n",
        "when: ",
    ]
)
JSON_PIECES = st.sampled_from(
    ["{", "}", "[", "]", ":", ",", '"plan"', '"zone"', '"', "\\", "\\ud800", "1", "-", "1e9999", "NaN", "true", "null", " ", "\n", "é"]
)


@MANY
@given(st.lists(YAML_PIECES, max_size=40).map("".join))
def test_any_pieces_of_yaml_are_read_or_refused(text: str) -> None:
    read(text, "case.yaml")
    load({**texts(), "rules/neck.yaml": text})


@MANY
@given(st.lists(JSON_PIECES, max_size=30).map("".join))
def test_any_pieces_of_json_are_read_or_refused(text: str) -> None:
    read(text, "case.json")


# values of every type in every place of a valid case

NUMBERS = (
    st.integers()
    | st.decimals()
    | st.sampled_from(
        [Decimal("1e400"), Decimal("1e9999999"), Decimal("1e-9999999"), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), -(10**30)]
    )
    | st.builds(lambda: 10**5000)
    | st.floats()
)
WORDS = st.text(max_size=8) | st.sampled_from(
    ("left", "yes", "unknown", "none", "2026-03-02", "glabella", "onabotulinumtoxinA", "\ud800", "date", "str", "tuple[str, ...]")
)
SCALARS = st.none() | st.booleans() | NUMBERS | WORDS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=8)

Steps = tuple[str | int, ...]


def places(value: Any, steps: Steps = ()) -> list[Steps]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(*steps, key) for key, _ in inner] + [place for key, part in inner for place in places(part, (*steps, key))]


@lru_cache(maxsize=1)
def values() -> dict[str, Any]:
    plain: dict[str, Any] = read_yaml(cases()["case.yaml"], "case.yaml")[0].plain()
    return plain


def put(whole: Any, steps: Steps, value: Any) -> None:
    for step in steps[:-1]:
        there = step in whole if isinstance(whole, dict) else isinstance(whole, list) and isinstance(step, int) and step < len(whole)
        whole = whole[step] if there else {}
    if isinstance(whole, dict) or (isinstance(whole, list) and isinstance(steps[-1], int) and steps[-1] < len(whole)):
        whole[steps[-1]] = value


@MANY
@given(st.data())
def test_any_value_in_any_place_is_read_or_refused(data: st.DataObject) -> None:
    whole = copy.deepcopy(values())
    for _ in range(data.draw(st.integers(1, 3))):
        steps = data.draw(st.sampled_from(places(values())))
        if data.draw(st.booleans()):
            steps = (*steps[:-1], data.draw(WORDS))
        put(whole, steps, data.draw(VALUES))
    try:
        case_from(whole, book(), TODAY)
    except CaseError as error:
        assert_told(error)


@SOME
@given(st.dictionaries(WORDS | st.sampled_from(("plan", "patient", "product", "history")), VALUES, max_size=5))
def test_any_mapping_is_read_or_refused(whole: dict[str, Any]) -> None:
    try:
        case_from(whole, book(), TODAY)
    except CaseError as error:
        assert_told(error)


@SOME
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
        lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner),
        max_leaves=12,
    )
)
def test_any_json_document_is_read_or_refused(value: Any) -> None:
    read(json.dumps(value), "case.json")
    text = json.dumps({**json.loads(cases()["case.json"]), "plan": value})
    read(text, "case.json")


# mutations of files that were right

TOKEN = re.compile(r"[\w.]+|[^\w\s]|\s+")
TOKENS = st.sampled_from(
    [
        "",
        " ",
        "\n",
        "- ",
        ": ",
        "[",
        "]",
        "{",
        "}",
        "'",
        '"',
        "#",
        "&a ",
        "*a",
        "!x ",
        "0",
        "-1",
        "1.005",
        "1e9",
        "9" * 50,
        "yes",
        "null",
        "never",
        "always",
        "any",
        "none",
        "unknown",
        "left",
        "\t",
    ]
) | st.text(max_size=4)


@st.composite
def mutated(draw: Any, text: str) -> str:
    for _ in range(draw(st.integers(1, 4))):
        text = draw(st.sampled_from(MUTATIONS))(draw, text)
    return text


def _lines(change: Callable[[list[str], int, int], None]) -> Callable[[Any, str], str]:
    def mutate(draw: Any, text: str) -> str:
        lines = text.split("\n")
        one, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        change(lines, one, other)
        return "\n".join(lines)

    return mutate


def _delete(lines: list[str], one: int, other: int) -> None:
    del lines[one]
    lines.append("")


def _swap(lines: list[str], one: int, other: int) -> None:
    lines[one], lines[other] = lines[other], lines[one]


def _duplicate(lines: list[str], one: int, other: int) -> None:
    lines.insert(other, lines[one])


def _token(draw: Any, text: str) -> str:
    tokens = TOKEN.findall(text) or [""]
    place = draw(st.integers(0, len(tokens) - 1))
    tokens[place] = draw(TOKENS | st.sampled_from(tokens))
    return "".join(tokens)


MUTATIONS = (_lines(_delete), _lines(_swap), _lines(_duplicate), _token, _token)


@MANY
@given(st.data(), NAMES)
def test_any_mutation_of_a_case_is_read_or_refused(data: st.DataObject, name: str) -> None:
    read(data.draw(mutated(cases()[name])), name)


@MANY
@given(st.data())
def test_any_mutation_of_a_rulebook_is_loaded_or_refused(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(texts())))
    load({**texts(), name: data.draw(mutated(texts()[name]))})


@SOME
@given(st.data())
def test_a_rulebook_that_loads_can_advise(data: st.DataObject) -> None:
    """What the loader lets pass, the engine can work with."""
    name = data.draw(st.sampled_from(("zones.yaml", "rules/facts.yaml", "rules/neck.yaml", "rules/rulebook.yaml", "rules/protocols.yaml")))
    loaded = load({**texts(), name: data.draw(mutated(texts()[name]))})
    if isinstance(loaded, Rulebook):
        with suppress(CaseError):
            Engine(loaded, confirm=False).advise(read_case(cases()["case.yaml"], "case.yaml", loaded, TODAY))


@lru_cache(maxsize=1)
def shipped() -> dict[str, str]:
    files = [REPOSITORY / "zones.yaml", *(path for path in (REPOSITORY / "rules").glob("*.yaml") if not path.name.endswith(".cases.yaml"))]
    return {path.relative_to(REPOSITORY).as_posix(): path.read_text() for path in sorted(files)}


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_mutation_of_the_shipped_rulebook_is_loaded_or_refused(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(shipped())))
    load({**shipped(), name: data.draw(mutated(shipped()[name]))})


@SOME
@given(
    st.dictionaries(
        st.sampled_from(("zones.yaml", "rules/facts.yaml", "rules/x.yaml", "rules/rulebook.yaml", "other")), st.text(max_size=40)
    )
)
def test_any_files_are_loaded_or_refused(files: dict[str, str]) -> None:
    load(files)
    load({**texts(), **files})


@SOME
@given(st.text(max_size=60))
@example("0")
def test_yaml_reads_a_number_exactly_or_not_at_all(text: str) -> None:
    try:
        node, _ = read_yaml(decode(f"a: {text}\n".encode("utf-8", "surrogatepass"), "case.yaml"), "case.yaml")
    except Unreadable:
        return
    value = node.value["a"].value if isinstance(node.value, dict) and "a" in node.value else None
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        assert str(value) == text.split("#")[0].strip()


@pytest.mark.parametrize("units", ["0.1", "20.00", "999.99", "1000", "2.50"])
def test_units_are_exact_from_text_to_text(units: str) -> None:
    case = read(cases()["case.yaml"].replace("units: 3\n", f"units: {units}\n"), "case.yaml")
    assert isinstance(case, Case)
    assert Decimal(str(case.plan[0].units)) == Decimal(units)
