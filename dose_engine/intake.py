"""From text to a Case: reads YAML or JSON, checks the shape, then holds every word against the rulebook. All problems at once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from .case import Case
from .documents import Node, Unreadable, decode, read_yaml, usable
from .errors import CaseError, Problem
from .intake_shape import MOST_FAULTS, Fault, empty, faults_in, spelled, without
from .intake_words import check_words
from .json_text import read_json
from .rulebook.model import Rulebook
from .rulebook.reader import shown

__all__ = ["case_from", "check_words", "read_case"]

_ROUNDS = 4
"""How often a case is looked at again without what was wrong: its fields, then the fields that must fit each other."""

_MOST_SHOWN = 100
"""Problems shown of one file."""


def read_case(text: str | bytes, name: str, book: Rulebook, today: dt.date) -> Case:
    """A case from YAML, or from JSON when the name ends in `.json`. `today` is the day of treatment where the case names none.

    Raises `CaseError` with every problem, each with its path and, for a file, its line.
    """
    try:
        text = decode(text, name) if isinstance(text, bytes) else text
        if name.lower().endswith(".json") and (case := _plainly(text, name, book, today)) is not None:
            return case
        root, problems = (read_json if name.lower().endswith(".json") else read_yaml)(text, name)
    except Unreadable as unreadable:
        raise CaseError([unreadable.problem]) from None
    if not isinstance(root.value, dict):
        help = "start from `dose-engine new`, or from an example"
        raise CaseError([*problems, Problem("wrong-type", f"a case is a mapping, got {shown(root)}", help, name, root.line)])
    try:
        return case_from(root.plain(), book, today, problems=problems)
    except CaseError as error:
        raise CaseError(_placed(error.problems, root, name)) from None


def _plainly(text: str, name: str, book: Rulebook, today: dt.date) -> Case | None:
    """A case from JSON that nothing is wrong with, by the parser of the standard library. None where anything is: then it is read again,
    slowly, with the line of every value."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping = dict(pairs)
        if len(mapping) != len(pairs):
            raise ValueError("a key stands twice")
        return mapping

    def refuse(word: str) -> None:
        raise ValueError(word)

    try:
        value = json.loads(usable(text, name), parse_float=Decimal, parse_constant=refuse, object_pairs_hook=once)
        if not isinstance(value, dict) or "\\u" in text or ("null" in text and any(empty(value))):
            return None
        case = Case.model_validate({"date": today.isoformat(), **value})
        return None if check_words(case, book) else case
    except (ValueError, ArithmeticError, RecursionError):
        return None


def case_from(value: Mapping[str, Any], book: Rulebook, today: dt.date, problems: Iterable[Problem] = ()) -> Case:
    """A case from plain values (exact numbers: int or Decimal). Raises `CaseError`."""
    whole = {"date": today.isoformat(), **value}
    faults = list(empty(whole))
    case = _validated(without(whole, faults) if faults else whole, faults)
    found = [*problems, *(fault.problem for fault in faults if fault.problem is not None)]
    if case is not None:
        wrong = {fault.path for fault in faults}
        found += [problem for problem in check_words(case, book) if not _follows(problem, wrong)]
    if found:
        raise CaseError(found)
    assert case is not None
    return case


def _validated(whole: Mapping[str, Any], faults: list[Fault]) -> Case | None:
    """The case, or what is left of it without its faults, so that the rest is checked too."""
    for _ in range(_ROUNDS):
        try:
            return Case.model_validate(whole)
        except ValidationError as error:
            new = faults_in(error, whole)
            faults += [fault for fault in new if not _known(fault, faults)]
            if len(new) >= MOST_FAULTS:
                break
            whole = without(whole, new)
    return None


def _known(fault: Fault, before: Iterable[Fault]) -> bool:
    """Is a fault found in a later round only what an earlier one leaves behind?"""
    paths = {other.path for other in before}
    dated = fault.problem is not None and fault.problem.code == "date-order" and "date" in paths
    return dated or any(_within(fault.path, path) for path in paths)


def _follows(problem: Problem, wrong: set[str]) -> bool:
    """Does the problem only follow from a fault that is already reported?"""
    if problem.code == "twice":
        return any(path.startswith("plan") for path in wrong)
    return any(_within(problem.path, path) for path in wrong)


def _within(path: str, outer: str) -> bool:
    return path == outer or path.startswith((f"{outer}.", f"{outer}[")) or not outer


def _placed(problems: Iterable[Problem], root: Node, name: str) -> list[Problem]:
    """The problems with the file, and the line of what each is about or of the nearest thing that holds it; the first hundred of them."""
    lines: dict[str, int] = {}
    for steps, line in root.places():
        lines.setdefault(spelled(steps), line)
    placed = sorted((_at_line(problem, lines, root, name) for problem in problems), key=lambda problem: problem.line)
    rest = placed[_MOST_SHOWN:]
    more = Problem("too-many", "more problems follow, which are not shown", "", name, rest[0].line) if rest else None
    return [*placed[:_MOST_SHOWN], *([more] if more else [])]


def _at_line(problem: Problem, lines: Mapping[str, int], root: Node, name: str) -> Problem:
    path = problem.path
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return replace(problem, file=name, line=problem.line or lines.get(path, root.line))
