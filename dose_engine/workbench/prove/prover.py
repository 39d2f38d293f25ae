"""Holds a claim against every patient within the bounds.

For a claim on the verdict, the solver looks for a patient for whom `where` certainly holds. The engine then judges that patient: if it
gives the verdict, the rules that gave it are ruled out and the solver looks again, so that only rules that matter are ever written out. No
patient left is a proof; a patient that the engine judges otherwise breaks the claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...advisory import Severity, Verdict
from ...compose import Firing
from ...errors import CaseError
from ...evaluators.solver import Formula, conjunction, disjunction, negation
from ...rulebook.model import Fact, Rule, Rulebook, Scope
from ..claims import Claim
from .counting import Counting
from .judge import Judge, forbidden
from .patient import Bounds, Patient
from .places import Place
from .result import Outcome, Proof, Undecided, Witness
from .search import Search
from .terms import FactTerms

MOST_ROUNDS = 60
"""How many patients the engine judges for one claim at one place."""


class Question:
    """A patient, its facts at any place, and a search: one question to the solver."""

    def __init__(self, book: Rulebook, bounds: Bounds, seconds: float, own: tuple[Fact, ...] = (), patient: Patient | None = None) -> None:
        self.book = replace(book, facts={**book.facts, **{fact.name: fact for fact in own}}) if own else book
        self.patient = patient or Patient(book, bounds)
        self.counting = Counting(self.patient)
        self.search = Search(self.patient, seconds)
        self._views: dict[tuple[int, int] | None, FactTerms] = {}

    def case(self) -> FactTerms:
        return self._view(None)

    def dose(self, slot: int, place: int) -> FactTerms:
        """The facts of a planned dose where it lies at this place."""
        return self._view((slot, place))

    def _view(self, at: tuple[int, int] | None) -> FactTerms:
        if at not in self._views:
            where = None if at is None else (self.patient.planned[at[0]], self.patient.places[at[1]])
            self._views[at] = FactTerms(self.patient, self.counting, self.book, self.book.facts, where)
        return self._views[at]

    def here(self, place: int) -> None:
        """The dose at hand, the first of the plan, lies at this place."""
        self.search.add(self.patient.planned[0].place(str(place)))

    def fires(self, rule: Rule, slot: int | None, place: int | None, possibly: bool = False) -> Formula:
        """The rule certainly (or `possibly`) fires, for the case or at a dose at this place."""
        if rule.scope is Scope.CASE:
            holds = self.case().held(rule.condition)
            return holds.possible if possibly else holds.certain
        assert slot is not None
        assert place is not None
        dose = self.patient.planned[slot]
        holds = self.dose(slot, place).held(rule.condition)
        return conjunction([dose.present, dose.place(str(place)), holds.possible if possibly else holds.certain])


class Prover:
    """Proves claims about one rulebook. `seconds`: the most that one question to the solver may take."""

    def __init__(self, book: Rulebook, bounds: Bounds, seconds: float) -> None:
        self.book, self.bounds, self.seconds = book, bounds, seconds
        self.judge = Judge(book)
        self._met = False
        """Has the search for the claim at hand come across a patient who meets its `where`?"""

    def prove(self, claim: Claim) -> Proof:
        """The outcome for a claim with a `where`. One that is about no patient at all is broken: it says nothing."""
        assert claim.condition is not None
        places = [None] if claim.scope is Scope.CASE else list(self.places())
        self._met = False
        try:
            found = next((one for part in _parts(claim) for place in places if (one := self._held(part, place))), None)
            if found is None and not self._met and not any(self._meets(claim, place) for place in places):
                return self.outcome(claim, "broken", "It says nothing: no patient within the bounds meets `where`.")
        except Undecided as undecided:
            return self.outcome(claim, "not proved", str(undecided))
        if found is None:
            return self.outcome(claim, "proved")
        return self.outcome(claim, "broken", witnesses=(Witness(f"For this patient it does not hold: {claim.says}", found),))

    def _meets(self, claim: Claim, place: int | None) -> bool:
        """Is there a patient for whom `where` certainly holds? Raises `Undecided`."""
        question = self._where(claim, place)
        if question is None or (answer := question.search.look()) == "none":
            return False
        if answer == "unknown":
            raise Undecided(f"the solver was not done within {self.seconds:g} s{self._at(question, place)}")
        return True

    def places(self) -> Iterator[int]:
        yield from range(len(Patient(self.book, self.bounds).places))

    def deciding(self) -> list[Rule]:
        """The cautions and stops."""
        return [rule for rule in self.book.rules if rule.severity in (Severity.CAUTION, Severity.STOP)]

    def outcome(self, claim: Claim, outcome: Outcome, note: str = "", bounds: str = "", witnesses: tuple[Witness, ...] = ()) -> Proof:
        return Proof(claim.id, claim.says, outcome, bounds or str(self.bounds), note, witnesses, claim.line)

    def _where(self, claim: Claim, place: int | None) -> Question | None:
        """A patient for whom `where` certainly holds, of the case or of the dose at hand; None where it cannot."""
        assert claim.condition is not None
        question = Question(self.book, self.bounds, self.seconds, claim.facts)
        terms = question.case() if place is None else question.dose(0, place)
        where = terms.held(claim.condition).certain
        if where is False:
            return None
        if place is not None:
            question.here(place)
        question.search.add(where)
        return question

    def _held(self, claim: Claim, place: int | None) -> Mapping[str, Any] | None:
        """A patient who breaks the claim, or None. The claim has one kind of conclusion. Raises `Undecided`."""
        question = self._where(claim, place)
        if question is None:
            return None
        if claim.verdict is None:
            question.search.add(self._conclusion_fails(claim, question, place))
        return self._search(claim, question, place)

    def _conclusion_fails(self, claim: Claim, question: Question, place: int | None) -> Formula:
        """Without a verdict: one of the rules does not certainly fire, or one that must never fire can."""
        failing = []
        wanted = [(self.book.rule_by_id[name], True) for name in claim.fires]
        for rule, must in (*wanted, *((rule, False) for rule in forbidden(claim, self.book))):
            if rule.scope is Scope.DOSE and place is None:  # a claim about the case: at no dose of the plan
                slots, places = range(len(question.patient.planned)), range(len(question.patient.places))
                failing += [question.fires(rule, slot, where, possibly=True) for slot in slots for where in places]
                continue
            terms = question.case() if rule.scope is Scope.CASE or place is None else question.dose(0, place)
            holds = terms.held(rule.condition)
            failing.append(negation(holds.certain) if must else holds.possible)
        return disjunction(failing)

    def _search(self, claim: Claim, question: Question, place: int | None) -> Mapping[str, Any] | None:
        for _ in range(MOST_ROUNDS):
            answer = question.search.look()
            if answer == "none":
                return None
            if answer == "unknown":
                raise Undecided(f"the solver was not done within {self.seconds:g} s{self._at(question, place)}")
            self._met = True
            values = question.search.case()
            enough = self._judged(claim, values)
            if enough is None:
                plainer = question.search.plainer()
                return plainer if self._still_breaks(claim, plainer) else values
            if not self._rule_out(claim, question, enough, place):
                raise Undecided(f"only open questions give the verdict in one of the cases found{self._at(question, place)}")
        raise Undecided(f"more than {MOST_ROUNDS} combinations of rules were found that give the verdict{self._at(question, place)}")

    def _still_breaks(self, claim: Claim, values: Mapping[str, Any]) -> bool:
        try:
            return self.judge.breaks(claim, self.judge.evaluation(values))
        except CaseError:
            return False

    def _at(self, question: Question, place: int | None) -> str:
        return "" if place is None else f" ({_named(question.patient.places[place])})"

    def _judged(self, claim: Claim, values: Mapping[str, Any]) -> list[tuple[int | None, list[Firing]]] | None:
        """None where the patient breaks the claim; otherwise, wherever `where` holds, the findings that give the verdict."""
        try:
            evaluation = self.judge.evaluation(values)
        except CaseError as error:
            raise Undecided(f"the solver found a case that the engine refuses: {error}") from None
        places = list(self.judge.holds_at(claim, evaluation))
        if not places:
            raise Undecided("the solver and the engine differ on what the claim counts")
        if self.judge.breaks(claim, evaluation):
            return None
        if claim.verdict is None:
            raise Undecided("the solver and the engine differ on a rule of the conclusion")
        return [(index, self.judge.enough(claim, evaluation, index)) for index in places]

    def _rule_out(self, claim: Claim, question: Question, enough: list[tuple[int | None, list[Firing]]], place: int | None) -> bool:
        """Look on without the rules that certainly gave the verdict. False when none did."""
        assert claim.verdict is not None
        found: dict[str, Firing] = {}
        for _, firings in enough:
            for one in firings:
                if one.certain or counts_in_full(one.rule, self.book, claim.verdict):
                    found.setdefault(one.rule.id, one)
        for one in found.values():
            question.search.add(self._silent(claim, question, one.rule, place))
        return bool(found)

    def _silent(self, claim: Claim, question: Question, rule: Rule, place: int | None) -> Formula:
        """The rule does not give the verdict: for the case, at the dose at hand, or (a claim about the case) at any dose."""
        assert claim.verdict is not None
        full = counts_in_full(rule, self.book, claim.verdict)
        if rule.scope is Scope.CASE or claim.scope is Scope.DOSE:
            return negation(question.fires(rule, 0, place, full))
        patient = question.patient
        fires = (question.fires(rule, slot, where, full) for slot in range(len(patient.planned)) for where in range(len(patient.places)))
        return negation(disjunction(fires))


def _parts(claim: Claim) -> Iterator[Claim]:
    """The claim with its verdict alone, and with its other conclusions alone: each is searched for in its own way."""
    if claim.verdict is not None:
        yield replace(claim, fires=(), never=(), no_stop_from=())
    if claim.fires or claim.never or claim.no_stop_from:
        yield replace(claim, verdict=None)


def _named(place: Place) -> str:
    parts = (place.zone, place.muscle if place.muscle != place.zone else "", place.side, place.band if place.band != "none" else "")
    return " ".join(part for part in parts if part).replace("_", " ")


_ALWAYS_GIVEN = ("visit", "patient.age", "goals", "goals.given")
_OPEN_AT_A_DOSE = ("dose.units_each_point", "dose.half_unit_steps")


def counts_in_full(rule: Rule, book: Rulebook, verdict: Verdict, stated: bool = False) -> bool:
    """Does the rule give at least this verdict already where it is only possible, whichever of its questions is open? `stated`: the units
    of every planned dose are."""
    if (
        verdict is Verdict.STOP
        or (rule.severity, verdict) == (Severity.CAUTION, Verdict.INCOMPLETE)
        or rule.severity in (None, Severity.INFO)
    ):
        return False
    return all(_open_in_full(book.facts[name], book, verdict, stated) for name in rule.reads)


def _open_in_full(fact: Fact, book: Rulebook, verdict: Verdict, stated: bool) -> bool:
    """Whatever of the fact is open counts for at least this verdict; or it is never open."""
    if fact.computation is not None or fact.given in _OPEN_AT_A_DOSE:
        planned = fact.computation is None or "planned" in fact.computation.over
        counts = [_open_counts("history.complete", book), *([_open_counts("product", book)] if planned else [])]
        return (stated or not planned) and all(one.rank >= verdict.rank for one in counts)
    if fact.given in _ALWAYS_GIVEN or fact.given.startswith("dose."):
        return True
    return fact.open_counts is not None and fact.open_counts.rank >= verdict.rank


def _open_counts(given: str, book: Rulebook) -> Verdict:
    """The most that an open field of the case counts for; what is not known of a single treatment always counts in full."""
    counts = [fact.open_counts for fact in book.facts.values() if fact.given == given and fact.open_counts is not None]
    return counts[0] if counts else Verdict.INCOMPLETE
