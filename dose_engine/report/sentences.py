"""A rule as a sentence that a clinician reads aloud: "For the neck: stop when the patient has trouble swallowing."

A condition becomes clauses; groups (one of, all of, none of) keep their parts apart, so that *and* and *or* never mix in one sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ..advisory import Severity
from ..rulebook.conditions import All, AnyOf, Condition, Named, NoneOf, Op, Test
from ..rulebook.model import Rule, Rulebook
from ..rulebook.vocabulary import PLACE_FACTS
from .clauses import clause, numbers_clause, one_of, places
from .words import BASES, listed


@dataclass(frozen=True, slots=True)
class Group:
    """Clauses that belong together: at least one of them, all, or none."""

    head: str
    parts: tuple[Clause, ...]


Clause = str | Group


@dataclass(frozen=True, slots=True)
class Reading:
    """A rule in words: where it is held ("For the neck"), what it does ("stop"), and when; no clauses: always."""

    place: str
    does: str
    clauses: tuple[Clause, ...]

    @property
    def is_short(self) -> bool:
        """Can it be said in one sentence?"""
        said = [part for part in self.clauses if isinstance(part, str)]
        return len(said) == len(self.clauses) <= 2 and sum(map(len, said)) <= _LONG

    @property
    def opening(self) -> str:
        """Up to "when"; the whole sentence where there are no clauses."""
        where = f"{self.place}: " if self.place else "" if self.clauses else "with every plan: "
        return _capital(f"{where}{self.does}{' when' if self.clauses else ''}")

    def __str__(self) -> str:
        if not self.clauses:
            return f"{self.opening}."
        if self.is_short:
            comma = "," if any("," in str(part) for part in self.clauses) else ""
            said = f"{comma} and ".join(map(str, self.clauses))
            return f"{self.opening}{',' if said.startswith(_LEADS) else ''} {said}."
        return f"{self.opening} all of this holds: {'; '.join(map(flat, self.clauses))}."


_LONG: Final = 180
"""Characters of clauses that still read as one sentence."""

_LEADS: Final = ("after ", "before ", "during ", "since ", "in ", "on ", "with ")
_DOES: Final = {Severity.STOP: "stop", Severity.CAUTION: "caution", Severity.INFO: "note"}
_ANY_DOSE: Final = {Severity.STOP: " any dose", Severity.CAUTION: " for any dose"}


def reading(rule: Rule, book: Rulebook) -> Reading:
    """The rule in words."""
    parts = _parts(rule.condition)
    placed = [part for part in parts if _is_place(part, book)]
    rest = tuple(clauses([part for part in parts if not _is_place(part, book)], book))
    where = _place(placed, book)
    return Reading(where, does(rule, any_dose=bool(where) and not rest), rest)


def does(rule: Rule, *, any_dose: bool = False) -> str:
    """What a rule does, as the verb of its sentence."""
    said = []
    if rule.severity:
        said.append(_DOES[rule.severity] + (_ANY_DOSE.get(rule.severity, "") if any_dose else ""))
    if rule.tell:
        said.append(f"tell the {rule.tell.audience}")
    if rule.lower_max:
        said.append(f"lower the suggested maximum to {rule.lower_max.units} U {BASES[rule.lower_max.of]}")
    if rule.withhold:
        said.append("show no suggested dose")
    return listed(said) or "offer another way"


def condition_text(condition: Condition, book: Rulebook) -> str:
    """A condition in one line, places included: what stands beside a suggestion or a limit."""
    return " and ".join(map(flat, clauses(_parts(condition), book)))


def clauses(parts: Sequence[Condition], book: Rulebook) -> Iterator[Clause]:
    """Each part as a clause; tests of one number stand together ("at least 10 and less than 14 days have passed")."""
    said: set[str] = set()
    for part in parts:
        match part:
            case Test(fact=name) if _is_plain_number(part, book):
                if name not in said:
                    said.add(name)
                    same = [other for other in parts if isinstance(other, Test) and other.fact == name and _is_plain_number(other, book)]
                    yield numbers_clause(same, book)
            case Test():
                yield clause(part, book)
            case Named(name, inner, holds):
                head = f"{book.facts[name].says.rstrip('.')}: " if book.facts[name].says else ""
                yield Group(f"{head}{'all' if holds else 'not all'} of", tuple(clauses(_parts(inner), book)))
            case All(inner):
                yield Group("all of", tuple(clauses(inner, book)))
            case AnyOf(inner):
                yield Group("at least one of", tuple(_single(each, book) for each in inner))
            case NoneOf(inner):
                yield Group("none of", tuple(_single(each, book) for each in inner))


def flat(part: Clause) -> str:
    """A clause in one line."""
    return part if isinstance(part, str) else f"{part.head} ({'; '.join(map(flat, part.parts))})"


def _parts(condition: Condition) -> tuple[Condition, ...]:
    """The parts of "all of", those of "all of" inside it among them."""
    if not isinstance(condition, All):
        return (condition,)
    return tuple(inner for part in condition.parts for inner in (_parts(part) if isinstance(part, All) else (part,)))


def _single(condition: Condition, book: Rulebook) -> Clause:
    """A condition as one clause."""
    parts = tuple(clauses(_parts(condition), book))
    return parts[0] if len(parts) == 1 else Group("all of", parts)


def _is_plain_number(test: Test, book: Rulebook) -> bool:
    return test.number is not None and test.other is None and book.facts[test.fact].kind.is_number and test.text != "never"


def _is_place(condition: Condition, book: Rulebook) -> bool:
    """Is it about where a dose is, and nothing else? One of several places, and none of several, too."""
    match condition:
        case Test(fact=name):
            return book.facts[name].given in (*PLACE_FACTS, "dose.side")
        case AnyOf(parts) | NoneOf(parts):
            return all(isinstance(part, Test) and part.op is Op.IS and book.facts[part.fact].given in PLACE_FACTS for part in parts)
        case _:
            return False


def _place(placed: Sequence[Condition], book: Rulebook) -> str:
    """Where a rule is held: "for forehead or brow tail, on one side", "outside the neck"."""
    said = []
    for part in placed:
        match part:
            case Test(fact=name, op=op) if book.facts[name].given == "dose.side":
                said.append(f"{'' if op is Op.IS else 'not '}on {one_of(places(part, book))}")
            case Test(op=Op.IS):
                said.append(one_of(places(part, book)))
            case Test():
                said.append(f"outside {listed(places(part, book))}")
            case AnyOf(parts):
                said.append(one_of(_named(parts, book)))
            case NoneOf(parts):
                said.append(f"outside {listed(_named(parts, book))}")
    text = ", ".join(said)
    return text if not said or text.startswith(("outside ", "on ", "not on ")) else f"for {text}"


def _named(parts: Sequence[Condition], book: Rulebook) -> list[str]:
    return [name for part in parts if isinstance(part, Test) for name in places(part, book)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


__all__ = ["Clause", "Group", "Reading", "clauses", "condition_text", "does", "flat", "reading"]
