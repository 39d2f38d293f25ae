"""Claims about the rules as a set: each can fire, and none is there for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...evaluation import Evaluation
from ...evaluators.solver import conjunction, disjunction, negation
from ...rulebook.model import Rule, Scope
from ..claims import Claim
from .prover import Prover, Question
from .result import Proof, Undecided, Witness


def every_rule_can_fire(prover: Prover, claim: Claim, known: Sequence[Evaluation]) -> Proof:
    """A patient is a proof: one of the cases beside the rules, or one that the solver finds and the engine confirms."""
    shown = {one.rule.id for evaluation in known for one in evaluation.fired if one.certain}
    dead, undecided, found = [], [], 0
    for rule in prover.book.rules:
        if rule.id in shown or rule.id in dict(claim.but):
            continue
        try:
            if firing_patient(prover, rule) is None:
                dead.append(rule)
            else:
                found += 1
        except Undecided:
            undecided.append(rule.id)
    note = f"{len(shown)} rules fire in a case beside the rules, {found} for a patient that the solver found."
    if dead:
        listed = ", ".join(f"{rule.id} ({rule.file}:{rule.line})" for rule in dead)
        return prover.outcome(claim, "broken", f"No patient within the bounds makes these fire: {listed}.")
    if undecided:
        return prover.outcome(claim, "not proved", f"The time was not enough for {', '.join(undecided)}.")
    return prover.outcome(claim, "proved", note)


def firing_patient(prover: Prover, rule: Rule) -> Mapping[str, Any] | None:
    """A patient for whom the rule certainly fires; None when there is none within the bounds. Raises `Undecided`."""
    for place in [None] if rule.scope is Scope.CASE else prover.places():
        question = Question(prover.book, prover.bounds, prover.seconds)
        if place is not None:
            question.here(place)
        question.search.add(question.fires(rule, 0, place))
        answer = question.search.look()
        if answer == "unknown":
            raise Undecided(f"{rule.id}: the solver was not done within {prover.seconds:g} s")
        if answer == "found":
            values = question.search.plainer()
            if not any(one.rule.id == rule.id and one.certain for one in prover.judge.evaluation(values).fired):
                raise Undecided(f"{rule.id}: the solver and the engine differ")
            return values
    return None


def no_rule_is_implied(prover: Prover, claim: Claim, known: Sequence[Evaluation]) -> Proof:
    """A rule that fires only where another of the same severity fires anyway changes no verdict."""
    but, implied, undecided = dict(claim.but), [], []
    needed: set[str] = set()
    for rule, other in _suspects(prover, known):
        try:
            if fires_alone(prover, rule, other) is None:
                needed.add(rule.id)
                implied += [] if rule.id in but else [(rule, other)]
        except Undecided as reason:
            undecided.append(str(reason))
    if implied:
        listed = "; ".join(f"{rule.id} ({rule.file}:{rule.line}) fires only where {other.id} does" for rule, other in implied)
        return prover.outcome(claim, "broken", f"{listed}.")
    if undecided:
        return prover.outcome(claim, "not proved", " ".join(undecided))
    left = f" Left out, for the reasons given: {', '.join(sorted(needed))}." if needed else ""
    idle = f" Not needed under `but`: {', '.join(sorted(but.keys() - needed))}." if but.keys() - needed else ""
    return prover.outcome(
        claim, "proved", f"{len(prover.deciding())} cautions and stops, each against every other of its severity.{left}{idle}"
    )


def _suspects(prover: Prover, known: Sequence[Evaluation]) -> Iterator[tuple[Rule, Rule]]:
    """Pairs of one severity of which no case beside the rules shows the first without the second."""
    alone: dict[str, set[str]] = {rule.id: set() for rule in prover.deciding()}
    seen: set[str] = set()
    for evaluation in known:
        for index in {one.index for one in evaluation.fired}:
            certain = {one.rule.id for one in evaluation.fired if one.certain and one.index in (None, index)}
            for name in certain & alone.keys():
                if (prover.book.rule_by_id[name].scope is Scope.CASE) is (index is None):
                    alone[name] = alone[name] & certain if name in seen else set(certain)
                    seen.add(name)
    for rule in prover.deciding():
        for other in prover.deciding():
            if rule is other or rule.severity is not other.severity or (rule.scope, other.scope) == (Scope.CASE, Scope.DOSE):
                continue
            if rule.id not in seen or other.id in alone[rule.id]:
                yield rule, other


def fires_alone(prover: Prover, rule: Rule, other: Rule) -> Witness | None:
    """A patient for whom the rule certainly fires and the other does not; None when there is none. Raises `Undecided`."""
    for place in [None] if rule.scope is Scope.CASE else prover.places():
        question = Question(prover.book, prover.bounds, prover.seconds)
        fires = question.fires(rule, 0, place)
        if fires is False:
            continue
        if place is not None:
            question.here(place)
        question.search.add(conjunction([fires, negation(disjunction([question.fires(other, 0, place)]))]))
        answer = question.search.look()
        if answer == "unknown":
            raise Undecided(f"{rule.id} beside {other.id}: the solver was not done within {prover.seconds:g} s.")
        if answer == "found":
            return Witness(f"{rule.id} without {other.id}", question.search.case())
    return None


__all__ = ["every_rule_can_fire", "fires_alone", "firing_patient", "no_rule_is_implied"]
