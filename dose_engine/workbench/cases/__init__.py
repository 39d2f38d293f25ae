"""The cases beside the rules: NAME.cases.yaml tests NAME.yaml.

A case is laid over a healthy, fully answered patient, says what must come of it, and may go on: with one fact changed, what must come then.
Such a pair shows on which side of a boundary a rule stands.

    - id: DAO-SIDE
      says: 2 U on one side is within the careful range, half a unit more is a caution.
      decides: [R12]
      given: {plan: [{zone: dao, side: left, units: 2}]}
      expect: {verdict: ok, not: [DAO-SIDE-CAUTION]}
      change: {"plan[0].units": 2.5}
      then: {verdict: caution, fires: [DAO-SIDE-CAUTION]}

What can be expected is in `expected.py`.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...advisory import Verdict
from ...documents import Node, Unreadable, read_yaml
from ...engine import Engine
from ...errors import CaseError, Problem, RulebookError, quoted
from ...intake import case_from
from ...rulebook.load import CASES, folder_texts
from ...rulebook.model import Rulebook
from ...rulebook.reader import Reader, shown
from .expected import Expected
from .reading_expected import read_expected
from .seen import InAdvisory, Miss, misses

STANDARD: Final[dict[str, Any]] = {
    "date": "2026-03-02",
    "visit": "first_pass",
    "product": "onabotulinumtoxinA",
    "patient": {"age": 34, "first_treatment": "no", "screening": {"everything_else": "no"}},
    "asymmetry": {"onset": "longstanding", "cause": "muscular", "seen_on_video": "yes", "millimetres": 2},
    "goals": ["even the face"],
    "history": {"complete": "yes", "treatments": []},
}
"""A healthy adult with every question answered; a case says only what differs."""

LEFT_OUT: Final = "left_out"
"""As the value of a change: the key is taken out."""

TODAY: Final = dt.date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class RuleCase:
    """One case, or a pair when there is a change."""

    id: str
    says: str
    decides: tuple[str, ...]
    given: dict[str, Any]
    expect: Expected
    change: tuple[str, Any] | None
    then: Expected | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Half:
    """One run of a case: as it is given, or with its change. `line` is where what it expects stands."""

    case: RuleCase
    changed: bool
    values: dict[str, Any]
    expected: Expected

    @property
    def line(self) -> int:
        return self.expected.line or self.case.line


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of one run of a case. `missed` is empty when it is as expected."""

    case: RuleCase
    changed: bool
    verdict: Verdict
    certain: frozenset[str]
    possible: frozenset[str]
    missed: tuple[Miss, ...]

    @property
    def wrong(self) -> tuple[str, ...]:
        return tuple(miss.what for miss in self.missed)


def load_cases(folder: Path, book: Rulebook) -> list[RuleCase]:
    """Every case of the rulebook in `folder`. Raises `RulebookError` with every problem."""
    texts, problems = folder_texts(folder, beside=True)
    cases, found = cases_in(texts, book)
    if problems or found:
        raise RulebookError([*problems, *found])
    return cases


def cases_in(texts: Mapping[str, str], book: Rulebook) -> tuple[list[RuleCase], list[Problem]]:
    """The cases among these files (by name), and every problem with them."""
    problems: list[Problem] = []
    cases: list[RuleCase] = []
    for name, text in sorted(texts.items()):
        if not name.endswith(CASES):
            continue
        try:
            root, inside = read_yaml(text, name)
        except Unreadable as unreadable:
            problems.append(unreadable.problem)
            continue
        reader = Reader(name)
        cases += [case for node in reader.items(root, name) if (case := _case(node, reader, book))]
        problems += [*inside, *reader.problems]
    seen: dict[str, RuleCase] = {}
    for case in cases:
        if case.id in seen:
            problems.append(Problem("duplicate-id", f"`{case.id}` is the id of two cases", "", case.file, case.line))
        seen[case.id] = case
    return cases, problems


def _case(node: Node, reader: Reader, book: Rulebook) -> RuleCase | None:
    entries = reader.mapping(node, "a case", ("id", "says", "given", "expect"), ("decides", "change", "then"))
    reader.about = f"case {entries['id'].value}" if "id" in entries else "a case"
    if ("change" in entries) != ("then" in entries):
        reader.wrong("missing-key", node, "`change` and `then` go together")
        return None
    if not {"id", "says", "given", "expect"} <= entries.keys():
        return None
    change = None
    if "change" in entries:
        changes = list(reader.entries(entries["change"], "change"))
        if len(changes) != 1:
            reader.wrong("wrong-type", entries["change"], "a pair differs in exactly one fact")
            return None
        change = (changes[0][0], changes[0][1].plain())
    given = entries["given"].plain()
    if not isinstance(given, dict):
        reader.wrong("wrong-type", entries["given"], f"given is a mapping, got {shown(entries['given'])}")
        return None
    expect = read_expected(entries["expect"], lambda: _plan(given), reader, book)
    then = read_expected(entries["then"], lambda: _plan(given, change), reader, book) if "then" in entries else None
    if expect is None or ("then" in entries and then is None):
        return None
    decides = reader.words(entries["decides"], "a source", book.sources) if "decides" in entries else ()
    return RuleCase(
        reader.text(entries["id"], "id", 80),
        reader.text(entries["says"], "says"),
        decides,
        given,
        expect,
        change,
        then,
        reader.file,
        node.line,
    )


def _plan(given: dict[str, Any], change: tuple[str, Any] | None = None) -> list[dict[str, Any]] | None:
    """The doses that are planned; None where that cannot be told, because the case itself cannot be read."""
    base = laid_over(STANDARD, given)
    try:
        plan = (changed(base, *change) if change else base)["plan"]
    except (LookupError, TypeError):
        return None
    return plan if isinstance(plan, list) and all(isinstance(entry, dict) for entry in plan) else None


def laid_over(base: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """`given` over `base`: mappings are merged, everything else replaces."""
    merged = copy.deepcopy(base)
    for key, value in given.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = laid_over(merged[key], value) if both else copy.deepcopy(value)
    return merged


def changed(value: dict[str, Any], path: str, to: Any) -> dict[str, Any]:
    """The same case with one value replaced, added, or (`left_out`) removed."""
    result = copy.deepcopy(value)
    steps: list[str | int] = [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", path)]
    holder: Any = result
    for step in steps[:-1]:
        holder = holder.setdefault(step, {}) if isinstance(holder, dict) else holder[step]
    last: Any = steps[-1]
    if to == LEFT_OUT:
        del holder[last]
    elif isinstance(holder, list) and last == len(holder):
        holder.append(to)
    else:
        holder[last] = to
    return result


def halves_of(case: RuleCase) -> Iterator[Half]:
    """The one or two runs of a case. Raises `CaseError` where the change is at no place of the case."""
    base = laid_over(STANDARD, case.given)
    yield Half(case, False, base, case.expect)
    if case.change is not None and case.then is not None:
        path, to = case.change
        try:
            values = changed(base, path, to)
        except (LookupError, TypeError):
            message = f"there is nothing at {quoted(path)} that can be changed"
            raise CaseError([Problem("unknown-key", message, "", case.file, case.then.line)]) from None
        yield Half(case, True, values, case.then)


def values_of(case: RuleCase) -> Iterator[tuple[dict[str, Any], Expected, bool]]:
    """The one or two runs of a case: the values, what is expected, and whether the change is in."""
    return ((half.values, half.expected, half.changed) for half in halves_of(case))


def run_case(case: RuleCase, engine: Engine) -> Iterator[Outcome]:
    """Run a case, and its changed half."""
    halves = halves_of(case)
    while True:
        try:
            half = next(halves, None)
        except CaseError as error:
            yield _not_run(case, True, error.problems[0].message)
            return
        if half is None:
            return
        yield run_half(half, engine)


def run_half(half: Half, engine: Engine) -> Outcome:
    """Run one half. What would clear the findings is worked out only where the first day without a stop is expected."""
    try:
        case = case_from(half.values, engine.rulebook, TODAY)
    except CaseError as error:
        return _not_run(half.case, half.changed, " ".join(str(error).split()))
    advisory = engine.advise(case, options=half.expected.earliest is not None)
    seen = InAdvisory(advisory, engine.rulebook)
    missed = tuple(misses(half.expected, seen))
    return Outcome(half.case, half.changed, advisory.verdict, seen.certain, seen.possible, missed)


def _not_run(case: RuleCase, is_changed: bool, why: str) -> Outcome:
    return Outcome(case, is_changed, Verdict.STOP, frozenset(), frozenset(), (Miss("run", f"cannot be run: {why}"),))
