"""Which file of `rules/` a new rule belongs in, and why."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from ...errors import Problem, RulebookError, did_you_mean, quoted
from ...rulebook.conditions import All, Condition, Op, Test, tests
from ...rulebook.load import CASES, NEEDED, is_beside
from ...rulebook.model import Kind, Rulebook

SCREENING: Final = "rules/screening.yaml"
_TIMING: Final = "rules/timing.yaml"
_TOTALS: Final = "rules/totals.yaml"


class Home(NamedTuple):
    """A file of rules, and why it is this one; empty where a person named it."""

    file: str
    why: str = ""

    @property
    def cases(self) -> str:
        return self.file.removesuffix(".yaml") + CASES


def homes(files: Iterable[str]) -> list[str]:
    """The files of a rulebook that hold rules."""
    return [name for name in sorted(files) if name not in NEEDED and not is_beside(name)]


def home_named(name: str, files: Iterable[str]) -> Home:
    """The file that a person names: `jaw`, `jaw.yaml` or `rules/jaw.yaml`. Raises `RulebookError` with the nearest name."""
    known = homes(files)
    file = f"rules/{PurePosixPath(name).name.removesuffix('.yaml')}.yaml"
    if file not in known or name not in (file, file.removeprefix("rules/"), PurePosixPath(file).stem):
        stems = [PurePosixPath(one).stem for one in known]
        help = did_you_mean(PurePosixPath(name).name.removesuffix(".yaml"), stems)
        raise RulebookError([Problem("unknown-id", f"{quoted(name)} is not a file of rules", help)])
    return Home(file)


def home_of(condition: Condition, book: Rulebook, files: Iterable[str]) -> Home:
    """The file for a rule with this condition. Raises `RulebookError` where the book has no such file."""
    home = _home(condition, book)
    known = homes(files)
    if home.file not in known:
        names = ", ".join(PurePosixPath(name).stem for name in known)
        help = f"say where it goes with --in: {names}"
        raise RulebookError([Problem("unknown-id", f"this rulebook has no {home.file}, where the rule would go ({home.why})", help)])
    return home


def _home(condition: Condition, book: Rulebook) -> Home:
    read = [book.facts[name] for test in tests(condition) for name in (test.fact, test.other) if name]
    question = next((fact for fact in read if fact.origin == "asked"), None)
    if question is not None:
        return Home(SCREENING, f"it reads the answer to `{question.name}`")
    regions = _regions(condition, book)
    if len(regions) == 1:
        return Home(f"rules/{regions[0]}.yaml", f"it holds in the {regions[0].replace('_', ' ')} only")
    if any(fact.kind is Kind.DAYS or fact.given == "visit" for fact in read):
        return Home(_TIMING, "it is about days or the visit")
    return Home(_TOTALS, "it is about more than one region")


def _regions(condition: Condition, book: Rulebook) -> list[str]:
    """The regions that the condition names for its dose; none where it names no place."""
    parts = condition.parts if isinstance(condition, All) else (condition,)
    found: list[str] = []
    for part in parts:
        if isinstance(part, Test) and part.op is Op.IS:
            given = book.facts[part.fact].given
            found += [book.zones[word].region for word in part.words] if given == "dose.zone" else []
            found += part.words if given == "dose.region" else []
    return list(dict.fromkeys(found))
