"""The cases of a new rule: a pair, one half in which it fires and one in which it is silent, and a case in which an open answer makes it
possible. The verdicts are those that the engine gives under the new book."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ...advisory import Certainty, Verdict
from ...engine import Engine
from ...evaluators.semantics import Truth
from ...intake import case_from
from ...rulebook.model import Rule
from ..cases import STANDARD, TODAY, changed, laid_over
from .given import SCREENING, Values, answer_at, as_answer, beyond_standard, ordered
from .in_words import halves_in_words
from .neighbours import Change, Reach, changes
from .patients import Other, Patients

_BESIDE: Final = 3
_DECISION: Final = re.compile(r"[RD][0-9]+\Z")
_STATE: Final = {Truth.CERTAIN: ("fires", "fires"), Truth.POSSIBLE: ("possible", "is possible"), Truth.IMPOSSIBLE: ("not", "is silent")}
"""How a case names the state of a rule, and how a sentence does."""


@dataclass(frozen=True, slots=True)
class Half:
    """What must come out: the verdict, and how far the rule holds."""

    verdict: Verdict
    truth: Truth


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """A case for `NAME.cases.yaml`, and what came out of it when it was worked out."""

    id: str
    says: str
    rule: str
    decides: tuple[str, ...]
    given: Mapping[str, Any]
    expect: Half
    change: tuple[str, Any] | None = None
    then: Half | None = None

    def entries(self) -> dict[str, Any]:
        """The case as it stands in its file."""
        entries: dict[str, Any] = {"id": self.id, "says": self.says}
        entries |= {"decides": list(self.decides)} if self.decides else {}
        entries |= {"given": self.given, "expect": self._expected(self.expect)}
        if self.change is not None and self.then is not None:
            entries |= {"change": {self.change[0]: self.change[1]}, "then": self._expected(self.then)}
        return entries

    def _expected(self, half: Half) -> dict[str, Any]:
        return {"verdict": str(half.verdict), _STATE[half.truth][0]: [self.rule]}


class Worked(NamedTuple):
    """The cases that could be worked out, and why one is missing."""

    cases: tuple[CaseDraft, ...]
    missing: str = ""


class _Found(NamedTuple):
    """A change of a case in which the rule fires, and how well it shows the rule alone: the smaller, the better."""

    values: Values
    change: Change
    rank: tuple[Any, ...]


def worked_out(rule: Rule, engine: Engine) -> Worked:
    """The cases for a rule of the engine's book."""
    patients = Patients(rule, engine.rulebook)
    fires = patients.firing()
    if not fires:
        return Worked((), "no patient was found for whom the rule holds; perhaps its conditions exclude each other")
    best = _best(patients, fires)
    if Truth.IMPOSSIBLE not in best and rule.reads and (beside := _beside_silent(patients)):
        best = _best(patients, beside)
    draw = _Drawing(rule, engine, patients)
    silent, possible, elsewhere = best.get(Truth.IMPOSSIBLE), best.get(Truth.POSSIBLE), _elsewhere(patients, fires[0])
    pair = draw.pair("PAIR", silent, Truth.IMPOSSIBLE) if silent else None
    made = [
        pair or draw.single("FIRES", fires[0]),
        draw.pair("OPEN", possible, Truth.POSSIBLE, silent) if possible else None,
        draw.pair("PLACE", elsewhere, Truth.IMPOSSIBLE) if elsewhere else None,
    ]
    cases = tuple(case for case in made if case is not None)
    if pair is not None or not rule.reads:
        return Worked(cases)
    return Worked(cases, "no change of a single fact was found that silences the rule; perhaps it holds for everyone")


def _best(patients: Patients, fires: list[Values]) -> dict[Truth, _Found]:
    """For the rule silent, and possible: the case and the change that show it best."""
    facts = [patients.book.facts[name] for name in sorted(patients.rule.reads)]
    best: dict[Truth, _Found] = {}
    for values in fires:
        around, noise = patients.others(values), patients.noise(values)
        for number, change in enumerate(changes(values, facts, patients.book)):
            other = _changed(values, change)
            truth = patients.truth(other) if other is not None else None
            if other is None or truth not in (Truth.IMPOSSIBLE, Truth.POSSIBLE):
                continue
            apart = _apart(around, patients.others(other))
            rank = (noise[0], change.reach is Reach.PLACE, apart, change.reach, patients.noise(other), noise, number)
            if truth not in best or rank < best[truth].rank:
                best[truth] = _Found(values, change, rank)
    return best


def _beside_silent(patients: Patients) -> list[Values]:
    """Cases in which the rule fires, and that one change silences: found from the other side of the line, where the standard patient is on
    this side and far from it."""
    facts = [patients.book.facts[name] for name in sorted(patients.rule.reads)]
    found = []
    for values in patients.silent():
        near = (_changed(values, change) for change in changes(values, facts, patients.book))
        found += [other for other in near if other is not None and patients.truth(other) is Truth.CERTAIN][:_BESIDE]
    return found


def _elsewhere(patients: Patients, values: Values) -> _Found | None:
    """For a question about a place: the answer names the zone of the dose, and then another zone instead."""
    book, zone = patients.book, values["plan"][0]["zone"]
    for name in sorted(patients.rule.reads):
        if book.facts[name].about_place and values["patient"]["screening"].get(name) == "yes":
            path = f"{SCREENING}{name}"
            here = changed(values, path, [zone])
            other = next((other for other in book.zones if patients.truth(changed(values, path, [other])) is Truth.IMPOSSIBLE), None)
            if other is not None and patients.truth(here) is Truth.CERTAIN:
                return _Found(here, Change(path, [other], Reach.ANSWER), ())
    return None


def _apart(one: frozenset[Other], other: frozenset[Other]) -> int:
    return len({found.rule for found in one ^ other})


def _changed(values: Values, change: Change) -> Values | None:
    try:
        return changed(values, change.path, change.to)
    except (LookupError, TypeError, AttributeError):
        return None


class _Drawing:
    """Draws the cases of one rule."""

    def __init__(self, rule: Rule, engine: Engine, patients: Patients) -> None:
        self.rule, self.engine, self.patients = rule, engine, patients
        self.decides = tuple(source for source in rule.sources if _DECISION.match(source))

    def single(self, name: str, values: Values) -> CaseDraft:
        """A case without a change."""
        given = beyond_standard(values)
        assert given is not None, "the search puts values in, and takes none of the standard patient out"
        says = "The rule fires for this patient." if self.rule.reads else "The rule holds for every patient."
        return CaseDraft(f"{self.rule.id}-{name}", says, self.rule.id, self.decides, ordered(given), self._half(values, Truth.CERTAIN))

    def pair(self, name: str, found: _Found, truth: Truth, settled: _Found | None = None) -> CaseDraft | None:
        """From the half that is not firing to the one that is; the other way round where a value of the standard patient has to go.

        A possible half that the same fact silences goes on to that.
        """
        path, to = found.change.path, found.change.to
        back = answer_at(found.values, path)
        other = changed(found.values, path, to)
        end = Truth.CERTAIN
        if settled is not None and settled.change.path == path and settled.values == found.values:
            back, end = as_answer(path, settled.change.to), Truth.IMPOSSIBLE
        for start, value, before, after in ((other, back, truth, end), (found.values, to, Truth.CERTAIN, truth)):
            given = beyond_standard(start)
            whole = laid_over(STANDARD, given) if given is not None else None
            if whole is None or self.patients.truth(whole) is not before:
                continue
            then = _changed(whole, Change(path, value, Reach.ANSWER))
            if then is None or self.patients.truth(then) is not after:
                continue
            says = f"{halves_in_words(path, answer_at(whole, path), value, _STATE[before][1], _STATE[after][1])}."
            return CaseDraft(
                f"{self.rule.id}-{name}",
                says,
                self.rule.id,
                self.decides,
                ordered(given or {}),
                self._half(whole, before),
                (path, value),
                self._half(then, after),
            )
        return None

    def _half(self, values: Values, truth: Truth) -> Half:
        advisory = self.engine.advise(case_from(values, self.engine.rulebook, TODAY), options=False)
        mine = {finding.certainty for finding in advisory.findings if finding.rule == self.rule.id}
        seen = Truth.CERTAIN if Certainty.CERTAIN in mine else Truth.POSSIBLE if mine else Truth.IMPOSSIBLE
        assert seen is truth, f"{self.rule.id}: worked out as {truth.name}, the engine says {seen.name}"
        return Half(advisory.verdict, truth)


__all__ = ["CaseDraft", "Half", "Worked", "worked_out"]
