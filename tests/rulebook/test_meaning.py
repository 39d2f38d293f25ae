"""One meaning, however it is written: what a seal signs, a certificate names and a diff compares."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from dose_engine import Engine, read_case
from dose_engine.documents import Node, read_yaml
from dose_engine.errors import Problem, RulebookError
from dose_engine.rulebook.conditions import All, AnyOf, NoneOf, Op
from dose_engine.rulebook.conditions import Test as FactTest
from dose_engine.rulebook.load import CLAIMS, assemble, folder_texts, is_beside, load_texts
from dose_engine.rulebook.meaning import book_digest, book_meaning, condition_meaning, digest, exact, plain
from dose_engine.rulebook.model import Rulebook
from dose_engine.rulebook.whole_meaning import as_written, whole_meaning

from ..strategies import REPOSITORY, TODAY, shipped
from .reformat import rewritten


@cache
def texts() -> dict[str, str]:
    """Every file of the shipped book, cases and claims too."""
    found, problems = folder_texts(REPOSITORY, beside=True)
    assert not problems
    return found


def book_of(files: dict[str, str]) -> Rulebook:
    return load_texts({name: text for name, text in files.items() if not is_beside(name)})


# writing it differently


@pytest.mark.parametrize("seed", range(5))
def test_writing_the_book_differently_keeps_its_meaning(seed: int) -> None:
    other = rewritten(texts(), random.Random(seed))
    assert set(other.values()).isdisjoint(texts().values())
    assert whole_meaning(book_of(other), other) == whole_meaning(shipped(), texts())


@pytest.mark.parametrize("seed", range(2))
def test_books_of_one_meaning_give_the_same_advisories(seed: int) -> None:
    other = Engine(book_of(rewritten(texts(), random.Random(seed), lists=False)), confirm=False)
    for path in sorted((REPOSITORY / "examples").glob("*.yaml")):
        case = read_case(path.read_text(), path.name, shipped(), TODAY)
        ours, theirs = (one.advise(case).model_dump(exclude={"rulebook": {"sha256"}}) for one in (Engine(shipped(), confirm=False), other))
        assert ours == theirs


def test_the_order_that_a_reader_sees_has_a_meaning() -> None:
    zones = texts()["zones.yaml"]
    start = zones.index("\nglabella:")
    end = zones.index("\nbrow_tail:")
    moved = zones[:start] + zones[end:] + zones[start:end]
    swapped = zones.replace("{corrugator: [left, right], procerus: [midline]}", "{procerus: [midline], corrugator: [left, right]}")
    facts = texts()["rules/facts.yaml"]
    first = facts.index("\npregnant:")
    second = facts.index("\nbreastfeeding:")
    last = facts.index("\nfacial_palsy:")
    asked = facts[:first] + facts[second:last] + facts[first:second] + facts[last:]
    for change in ({"zones.yaml": moved}, {"zones.yaml": swapped}, {"rules/facts.yaml": asked}):
        assert change.items().isdisjoint(texts().items())
        assert book_digest(book_of(texts() | change)) != book_digest(shipped())


@pytest.mark.parametrize(("one", "other"), [("2.50", "2.5"), ("2.00", "2"), ("0.10", "0.1")])
def test_a_number_means_what_it_counts(one: str, other: str) -> None:
    assert exact(Decimal(one)) == exact(Decimal(other))


def test_no_digit_of_a_long_number_is_lost() -> None:
    long = "0." + "1" * 60
    assert exact(Decimal(long + "1")) != exact(Decimal(long + "2")) != exact(Decimal(long))


def test_a_number_is_not_the_text_that_spells_it() -> None:
    assert len({digest(value) for value in (exact(Decimal("2.5")), "2.5", exact(Decimal("2")), "2")}) == 4


A, B = FactTest("a", Op.IS, words=("yes",)), FactTest("b", Op.MORE_THAN, number=3, text="3")


def test_groups_within_groups_of_their_kind_and_groups_of_one_mean_what_they_hold() -> None:
    assert condition_meaning(All((A, All((B,))))) == condition_meaning(All((B, A)))
    assert condition_meaning(AnyOf((AnyOf((B, A)),))) == condition_meaning(AnyOf((A, B)))
    assert condition_meaning(All((A,))) == condition_meaning(A)


def test_conditions_that_mean_something_else_differ() -> None:
    different = [A, B, All((A, B)), AnyOf((A, B)), NoneOf((A, B)), NoneOf((A,)), All(()), FactTest("b", Op.MORE_THAN, other="a")]
    different += [FactTest("b", Op.MORE_THAN, number=3, text="three_days"), FactTest("b", Op.AT_LEAST, number=3, text="3")]
    assert len({digest(condition_meaning(one)) for one in different}) == len(different)


def test_a_part_without_a_meaning_is_refused_not_left_out() -> None:
    with pytest.raises(TypeError, match="no meaning for float"):
        plain({"x": 0.5})


# changing it: every scalar of every file


def scalars(node: Node, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Node]]:
    if isinstance(node.value, dict):
        for key, value in node.value.items():
            yield from scalars(value, (*path, key))
    elif isinstance(node.value, list):
        for index, value in enumerate(node.value):
            yield from scalars(value, (*path, index))
    else:
        yield path, node


def another(node: Node, path: tuple[str | int, ...], used: dict[str, list[Any]]) -> Any:
    """A value near this one: what a slip of the hand, or a hand that means harm, would put there."""
    match node.value:
        case None:
            return "2031-01-01" if str(path[-1]).endswith(("_on", "_by")) and path[-1] != "reviewed_by" else "Someone"
        case bool(answer):
            return not answer
        case int(number):
            return number + 1
        case Decimal() as number:
            return number + Decimal("0.25")
        case "yes" | "no" as answer:
            return "no" if answer == "yes" else "yes"
        case str(text) if " " in text:
            return text[:-1] + ("!" if text[-1] != "!" else ".")
        case str(text) if path[-1] == "id":
            return text + "X"
        case str(text):
            return next((word for word in used[name_of(path)] if word != text and isinstance(word, str)), text + "x")
    raise AssertionError(node)


@cache
def whole_book() -> Changing:
    """Each change is taken back, so one reading serves all files."""
    return Changing()


PartOf = Callable[[dict[str, Any], str | int], Any]
"""What an entry of a file has become in the meaning."""


def name_of(path: tuple[str | int, ...]) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")


class Changing:
    """Changes scalars of the book's files in place, one in each part at a time, and counts what was refused, seen and missed."""

    def __init__(self) -> None:
        self.roots = {name: read_yaml(text, name)[0] for name, text in texts().items() if not is_beside(name)}
        self.used: dict[str, list[Any]] = defaultdict(list)
        for root in self.roots.values():
            for path, node in scalars(root):
                if node.value not in self.used[name_of(path)]:
                    self.used[name_of(path)].append(node.value)
        self.meaning = self.meaning_now()
        self.missed: list[tuple[str, tuple[str | int, ...]]] = []
        self.refused = self.seen = 0

    def load(self) -> tuple[Rulebook | None, list[Problem]]:
        return assemble(self.roots, "")

    def meaning_now(self) -> dict[str, Any]:
        book, problems = self.load()
        assert book is not None
        assert not problems
        return book_meaning(book)

    def rounds(self, file: str) -> Iterator[list[tuple[str | int, tuple[str | int, ...], Node]]]:
        """One scalar of every part of a file (its entries), then the next of each."""
        parts: dict[str | int, list[tuple[tuple[str | int, ...], Node]]] = defaultdict(list)
        for path, node in scalars(self.roots[file]):
            parts[path[0] if path[0] != "constants" else path[1]].append((path, node))
        for number in range(max(map(len, parts.values()))):
            yield [(part, *found[number]) for part, found in parts.items() if number < len(found)]

    def change(self, file: str, chosen: list[Any], part_of: PartOf) -> None:
        """Change these at once. Each must show in its own part; what the loader refuses is left out, and the others are tried again."""
        before = [node.value for _, _, node in chosen]
        for _, path, node in chosen:
            node.value = another(node, path, self.used)
        try:
            book, problems = self.load()
        finally:
            for (_, _, node), value in zip(chosen, before, strict=True):
                node.value = value
        if problems:
            self.without_refused(file, chosen, problems, part_of)
            return
        assert book is not None
        now = book_meaning(book)
        for part, path, _ in chosen:
            if part_of(now, part) == part_of(self.meaning, part):
                self.missed.append((file, path))
            self.seen += 1

    def without_refused(self, file: str, chosen: list[Any], problems: list[Problem], part_of: PartOf) -> None:
        """Go on without what is blamed in its own line; where it is blamed elsewhere, by halves, so that none hides behind another."""
        blamed = {(problem.file, problem.line) for problem in problems}
        left = [one for one in chosen if (file, one[2].line) not in blamed]
        if len(chosen) == 1:
            self.refused += 1
        elif len(left) < len(chosen):
            self.refused += len(chosen) - len(left)
            self.change(file, left, part_of)
        else:
            self.change(file, chosen[: len(chosen) // 2], part_of)
            self.change(file, chosen[len(chosen) // 2 :], part_of)


def rules_in(file: str) -> PartOf:
    entries = read_yaml(texts()[file], file)[0].value
    ids = [node.value["id"].value for node in entries]
    return lambda meaning, part: [meaning["rules"].get(ids[int(part)]), meaning["rules"].get(f"{ids[int(part)]}-LOWERED")]


def zone_in(meaning: dict[str, Any], part: str | int) -> Any:
    rules = {name: rule for name, rule in meaning["rules"].items() if (rule["limit"] or {}).get("zone") == part}
    return meaning["zones"].get(part), rules


def entry_of(section: str) -> PartOf:
    return lambda meaning, part: meaning[section].get(part) or meaning["about"].get(part)


FILES: dict[str, PartOf] = {
    "zones.yaml": zone_in,
    "rules/rulebook.yaml": entry_of("constants"),
    **{f"rules/{name}.yaml": entry_of(name) for name in ("facts", "sources", "hazards", "products", "protocols")},
}


@pytest.mark.parametrize("file", sorted(name for name in texts() if not is_beside(name)))
def test_one_changed_scalar_of_the_book_changes_its_meaning_or_is_refused(file: str) -> None:
    changing = whole_book()
    changing.missed, changing.refused, changing.seen = [], 0, 0
    for chosen in changing.rounds(file):
        changing.change(file, chosen, FILES.get(file) or rules_in(file))
    assert changing.missed == []
    assert changing.seen > changing.refused


@pytest.mark.parametrize("file", sorted(name for name in texts() if is_beside(name)))
def test_one_changed_scalar_of_a_case_or_claim_changes_what_is_signed(file: str) -> None:
    root = read_yaml(texts()[file], file)[0]
    for entry in root.value:
        was = as_written(entry, any_order=file == CLAIMS)
        for path, node in scalars(entry):
            before = node.value
            node.value = another(node, path, defaultdict(list))
            assert as_written(entry, any_order=file == CLAIMS) != was, (path, before)
            node.value = before
        assert as_written(entry, any_order=file == CLAIMS) == was


def test_a_case_or_claim_more_or_less_changes_what_is_signed() -> None:
    entry = "- id: ANOTHER\n  says: x\n  given: {}\n  expect: {verdict: ok}\n"
    more = texts() | {"rules/another.cases.yaml": entry}
    less = {name: text for name, text in texts().items() if name != "rules/jaw.cases.yaml"}
    assert len({digest(whole_meaning(shipped(), files)) for files in (texts(), more, less)}) == 3


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- id: A\n- id: A\n", "duplicate-id"),
        ("- says: x\n", "missing-key"),
        ("- {", "not-yaml"),
        ("", "file-empty"),
        ("- id: [A]\n", "missing-key"),
    ],
)
def test_cases_that_cannot_be_told_apart_have_no_meaning(text: str, code: str) -> None:
    with pytest.raises(RulebookError) as caught:
        whole_meaning(shipped(), {"rules/x.cases.yaml": text})
    assert [problem.code for problem in caught.value.problems] == [code]
