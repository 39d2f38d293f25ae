"""A rulebook with a rule added, and the question it reads: its new texts, held against loader and engine before anything is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ...engine import Engine
from ...errors import Problem, RulebookError, did_you_mean, quoted
from ...rulebook.meaning import book_meaning
from ...rulebook.model import Rulebook
from ..cases import run_case
from ..editor_schemas import modeline
from ..whole import Whole, whole_of
from .drafts import MISSING, MISSING_HAZARD, MISSING_SOURCE, QuestionDraft, RuleDraft, SourceDraft
from .homes import Home
from .layout import Added, item_appended, key_inserted
from .pairs import CaseDraft, worked_out
from .yaml_lines import item_lines, key_lines

FACTS: Final = "rules/facts.yaml"
SOURCES: Final = "rules/sources.yaml"
HAZARDS: Final = "rules/hazards.yaml"
_BELOW: Final = frozenset(("then",))
_SOURCE_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*\Z")


@dataclass(frozen=True, slots=True)
class Placed:
    """One addition: what it is, where it stands, and how it is written."""

    what: str
    file: str
    line: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Addition:
    """What is to be added. The question stands behind the question `after` (None: behind the last one)."""

    rule: RuleDraft
    home: Home
    sources: tuple[SourceDraft, ...] = ()
    question: QuestionDraft | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Scaffold:
    """The rulebook with the addition. `texts` holds the files that changed, in the order in which they are written: if writing is cut off
    between two of them, what is there loads."""

    texts: Mapping[str, str]
    whole: Whole
    placed: tuple[Placed, ...]
    cases: tuple[CaseDraft, ...]
    missing: str
    """Why a case is missing; empty where none is."""


def scaffold(whole: Whole, addition: Addition) -> Scaffold:
    """The rulebook with the addition, and with cases for the new rule beside it.

    Raises `RulebookError` with everything that is wrong with the addition.
    """
    problems = [*_taken(whole, addition), *_wrong_sources(addition.sources, whole.book), *_wrong_place(addition.after, whole.book)]
    if problems:
        raise RulebookError(problems)
    draft = _Draft(whole)
    draft.registers(addition)
    if (question := addition.question) is not None:
        entries = question.entries(addition.rule.cited)
        draft.key(FACTS, f"question {question.name}", key_lines(question.name, entries), addition.after or last_question(whole.book))
    draft.item(addition.home.file, f"rule {addition.rule.id}", item_lines(addition.rule.entries(), _BELOW))
    book = draft.loaded().book
    engine = Engine(book)
    worked = worked_out(book.rule_by_id[addition.rule.id], engine)
    cases = tuple(_free(case, whole) for case in worked.cases)
    heading = _heading(addition.home, whole.texts[addition.home.file])
    for case in cases:
        draft.item(addition.home.cases, f"case {case.id}", item_lines(case.entries()), heading)
    new = draft.loaded()
    _nothing_else_changed(whole, new, draft)
    _cases_hold(new, engine, cases)
    return Scaffold(draft.changed(), new, tuple(draft.placed), cases, worked.missing)


class _Draft:
    """The texts of a rulebook, and where something was added to them."""

    def __init__(self, whole: Whole) -> None:
        self._book = whole.book
        self._texts = dict(whole.texts)
        self._added: list[tuple[str, Added]] = []
        self.placed: list[Placed] = []

    def registers(self, addition: Addition) -> None:
        """The sources that the addition brings, and what it cites where one is still missing."""
        for source in addition.sources:
            self.key(SOURCES, f"source {source.id}", key_lines(source.id, source.entries()))
        hazard = addition.rule.cited_hazard == MISSING and MISSING not in self._book.hazards
        if (hazard or MISSING in addition.rule.cited) and MISSING not in self._book.sources:
            self.key(SOURCES, f"source {MISSING}", key_lines(MISSING, MISSING_SOURCE.entries()))
        if hazard:
            self.key(HAZARDS, f"hazard {MISSING}", key_lines(MISSING, MISSING_HAZARD))

    def key(self, file: str, what: str, lines: Sequence[str], after: str | None = None) -> None:
        self._put(file, what, lines, key_inserted(self._texts[file], file, lines, after))

    def item(self, file: str, what: str, lines: Sequence[str], heading: Sequence[str] = ()) -> None:
        self._put(file, what, lines, item_appended(self._texts.get(file, ""), file, lines, heading))

    def _put(self, file: str, what: str, lines: Sequence[str], added: Added) -> None:
        self._texts[file] = added.text
        self._added.append((file, added))
        self.placed.append(Placed(what, file, added.first, tuple(lines)))

    def changed(self) -> dict[str, str]:
        return {file: self._texts[file] for file in dict.fromkeys(file for file, _ in self._added)}

    def loaded(self) -> Whole:
        """The rulebook with the additions. Raises `RulebookError`; a problem with an addition has no line in any file yet."""
        try:
            return whole_of(self._texts)
        except RulebookError as error:
            raise RulebookError(map(self._as_of_draft, error.problems)) from None

    def _as_of_draft(self, problem: Problem) -> Problem:
        inside = any(file == problem.file and added.first <= problem.line <= added.last for file, added in self._added)
        if not inside:
            return problem
        return replace(problem, file="", line=0) if problem.path else replace(problem, line=0)


def last_question(book: Rulebook) -> str | None:
    """The question that the next one goes behind; None where there is none yet."""
    asked = [fact.name for fact in book.facts.values() if fact.origin == "asked"]
    return asked[-1] if asked else None


# what is refused


def _taken(whole: Whole, addition: Addition) -> Iterator[Problem]:
    """Names that something else has, and where it stands."""
    rule, question = addition.rule, addition.question
    if rule.id in whole.book.rule_by_id:
        other = whole.book.rule_by_id[rule.id]
        help = f"it stands in {other.file}:{other.line}; change it there, or choose another id"
        yield Problem("duplicate-id", f"there is a rule {quoted(rule.id)} already", help)
    if question is not None and question.name in whole.book.facts:
        help = f"it stands in {FACTS}:{whole.line(FACTS, question.name)}; change it there, or choose another name"
        yield Problem("duplicate-id", f"there is a fact {quoted(question.name)} already", help)


def _wrong_sources(sources: Sequence[SourceDraft], book: Rulebook) -> Iterator[Problem]:
    for number, source in enumerate(sources):
        if source.id in book.sources or source.id in [other.id for other in sources[:number]]:
            help = f"cite it with --source {source.id}, or choose another id"
            yield Problem("duplicate-id", f"there is a source {quoted(source.id)} already", help)
        elif not _SOURCE_ID.match(source.id):
            help = "letters and digits joined by hyphens, for example LIT-SMITH-2026"
            yield Problem("wrong-word", f"{quoted(source.id)} is not an id for a source", help)


def _wrong_place(after: str | None, book: Rulebook) -> Iterator[Problem]:
    asked = [fact.name for fact in book.facts.values() if fact.origin == "asked"]
    if after is not None and after not in asked:
        help = did_you_mean(after, asked, "the questions are those of rules/facts.yaml that say `asked`")
        yield Problem("unknown-id", f"{quoted(after)} is not a question", help)


# what is made sure of


def _heading(home: Home, rules: str) -> list[str]:
    """How a new file of cases begins; for an editor too, where the file of rules does."""
    heading = f"# The cases of {home.file.removeprefix('rules/')}."
    return [modeline(home.cases), heading] if rules.startswith(modeline(home.file)) else [heading]


def _free(case: CaseDraft, whole: Whole) -> CaseDraft:
    """The case under an id that no other case has."""
    taken = {other.id for other in whole.cases}
    names = (case.id if number == 1 else f"{case.id}-{number}" for number in range(1, len(taken) + 2))
    return replace(case, id=next(name for name in names if name not in taken))


def _nothing_else_changed(before: Whole, after: Whole, draft: _Draft) -> None:
    """Everything that was in the book means what it meant; an unusual layout could let an addition run into what stands above it."""
    old, new = book_meaning(before.book), book_meaning(after.book)
    cases = {case.id: replace(case, line=0) for case in after.cases}
    if not _kept(old, new) or any(cases.get(case.id) != replace(case, line=0) for case in before.cases):
        files = ", ".join(draft.changed())
        help = "add it by hand, or bring the end of the file into the usual layout"
        raise RulebookError([Problem("not-yaml", f"the addition would change what else is written in {files}", help)])


def _kept(old: Any, new: Any) -> bool:
    """Is everything of the old there, as it was and in the order it had? More may stand between."""
    match old:
        case dict():
            return isinstance(new, dict) and all(name in new and _kept(value, new[name]) for name, value in old.items())
        case list():
            return isinstance(new, list) and [item for item in new if item in old] == old
        case _:
            return bool(old == new)


def _cases_hold(whole: Whole, engine: Engine, cases: Sequence[CaseDraft]) -> None:
    ids = {case.id for case in cases}
    for case in whole.cases:
        if case.id in ids:
            wrong = [outcome.wrong for outcome in run_case(case, engine) if outcome.wrong]
            assert not wrong, f"{case.id}: {wrong}"


__all__ = ["Addition", "Placed", "Scaffold", "last_question", "scaffold"]
