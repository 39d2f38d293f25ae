"""Which mutants there are: every number, comparator, group, word, effect, filter and binding of a book, and every rule."""

from __future__ import annotations

from collections import Counter

import pytest

from dose_engine.documents import Node
from dose_engine.rulebook.meaning import book_digest
from dose_engine.workbench.mutation.edits import Path, Put, at
from dose_engine.workbench.mutation.remade import Refused, Remaking
from tests.workbench.mutation.mutating import all_mutants, roots, shipped_whole
from tests.workbench.small_book import base, edited

NOT_DOSING = ("version", "review_by", "reviewed_on")


@pytest.mark.parametrize(
    ("at_", "what"),
    [
        ("zones.yaml:20", "glabella caution line 12 -> 12.5 U in total"),
        ("zones.yaml:20", "glabella stop line 20 -> 19.5 U in total"),
        ("zones.yaml:20", "glabella stop line in total left out"),
        ("zones.yaml:21", "glabella stop line per side, corrugator -> caution line"),
        ("zones.yaml:12", "glabella suggested from 0.5 -> 0 U in total"),
        ("rules/neck.yaml:12", "TOO-SOON: days since here: less than retreatment days 90 -> 91 days"),
        ("rules/neck.yaml:12", "TOO-SOON: days since here: less than retreatment days -> at most retreatment days"),
        ("rules/neck.yaml:4", "PREGNANT: stop -> caution"),
        ("rules/neck.yaml:1", "PREGNANT: the whole rule left out"),
        ("rules/neck.yaml:31", "AFTERCARE: told to day 14 -> 15"),
        ("rules/facts.yaml:5", "pregnant: open incomplete -> caution"),
        ("rules/facts.yaml:43", "units_in_zone: within 28 -> 27 days"),
        ("rules/facts.yaml:47", "units_in_muscle_this_side: sum without history"),
        ("rules/facts.yaml:48", "units_in_muscle_this_side: not bound to the side"),
        ("rules/facts.yaml:60", "units_upper_face: not filtered by region (upper face)"),
        ("rules/facts.yaml:69", "young: age: less than 18 -> 17 years"),
        ("rules/facts.yaml:73", "young_or_pregnant: any -> all"),
        ("rules/rulebook.yaml:19", "retreatment days 90 -> 89 days"),
        ("rules/protocols.yaml:15", "chronic_migraine: temporalis left 10 -> 10.5 U, at least 35.5 U in all"),
        ("rules/protocols.yaml:11", "chronic_migraine: at most 45 -> 44.5 U"),
    ],
)
def test_a_change_is_said_in_plain_words_with_its_file_and_line(at_: str, what: str) -> None:
    places = {one.what: one.at for one in all_mutants(base())}
    assert places[what] == at_


def test_every_number_of_the_shipped_book_is_nudged_down_and_up() -> None:
    whole = shipped_whole()
    documents = roots(whole)
    nudged: Counter[tuple[str, Path]] = Counter()
    for one in all_mutants(whole):
        if one.kind == "number":
            nudged.update((one.file, edit.path) for edit in one.edits if isinstance(edit, Put))
    numbers = {
        (name, path): at(root, path).value
        for name, root in documents.items()
        for path, _ in root.places()
        if is_a_number(at(root, path)) and path[-1] not in NOT_DOSING
    }
    assert len(numbers) > 150
    assert not {place for place, value in numbers.items() if nudged[place] < (2 if value else 1)}


def is_a_number(node: Node) -> bool:
    return not isinstance(node.value, (str, bool, list, dict)) and node.value is not None


def test_every_rule_and_every_line_of_a_limit_is_left_out_once() -> None:
    whole = shipped_whole()
    gone: Counter[str] = Counter()
    before = {rule.id for rule in whole.book.rules}
    for one in all_mutants(whole):
        if one.kind == "removal" and "suggested" not in one.what:
            book = Remaking(roots(whole), whole.book)(one)
            assert not isinstance(book, Refused)
            gone.update(before - {rule.id for rule in book.rules})
    assert gone == Counter(before)


def test_each_kind_of_change_is_made() -> None:
    kinds = {one.kind for one in all_mutants(shipped_whole())}
    assert kinds == {"number", "comparator", "group", "word", "test", "open", "effect", "severity", "filter", "binding", "removal"}


def test_a_mutant_read_alone_is_the_book_that_reading_all_of_it_gives() -> None:
    for whole, step in ((base(), 1), (shipped_whole(), 101)):
        remake = Remaking(roots(whole), whole.book)
        for one in all_mutants(whole)[::step]:
            alone, together = remake(one), remake.whole(one)
            assert isinstance(alone, Refused) is isinstance(together, Refused), one.what
            if not isinstance(alone, Refused) and not isinstance(together, Refused):
                assert book_digest(alone) == book_digest(together), one.what


def test_a_mutant_is_another_book_and_leaves_the_book_itself_alone() -> None:
    whole = base()
    before = book_digest(whole.book)
    remake = Remaking(roots(whole), whole.book)
    books = [book for one in all_mutants(whole) if not isinstance(book := remake(one), Refused)]
    assert book_digest(whole.book) == before
    assert all(book_digest(book) != before for book in books)


def test_what_the_loader_refuses_is_no_mutant() -> None:
    whole = edited(("zones.yaml", "caution_above: 12, stop_above: 20", "caution_above: 19.5, stop_above: 20"))
    one = next(one for one in all_mutants(whole) if one.what == "glabella stop line 20 -> 19.5 U in total")
    refused = Remaking(roots(whole), whole.book)(one)
    assert isinstance(refused, Refused)
    assert refused.problem.code == "limit-order"
