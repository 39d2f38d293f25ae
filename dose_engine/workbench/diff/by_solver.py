"""Two rulebooks over every patient within bounds: can a verdict become milder, and can one become worse? By the solver.

Only rules that changed can move a verdict. For each, the solver looks for a patient for whom it gives a verdict in the one book and not in
the other, and the engine judges that patient under both. Where the other book gives the same verdict by other rules, these are ruled out
and the solver looks again. Where a rule is only possible, the units of the plan are stated: units not decided yet change no verdict.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...advisory import Severity, Verdict
from ...errors import CaseError
from ...evaluators.solver import Formula, conjunction, disjunction, negation
from ...rulebook.meaning import plain
from ...rulebook.model import Rule, Rulebook, Scope
from ..prove.counting import Counting
from ..prove.judge import Judge
from ..prove.patient import Bounds, Patient
from ..prove.prover import counts_in_full
from ..prove.result import Undecided
from ..prove.search import Search
from ..prove.terms import FactTerms
from .both import asked_behind_numbers
from .direction import Direction, Witness
from .lean import plain as opened

BOUNDS: Final = Bounds(3, 3, 1)
SECONDS: Final = 10.0
MOST_ROUNDS: Final = 40
PLAIN_ROUNDS: Final = 3


def direction(old: Rulebook, new: Rulebook, changed_rules: Collection[str]) -> Direction:
    """Which way verdicts move over all cases within `BOUNDS`. `changed_rules` are looked at first; what else changed is found here."""
    if _vocabulary(old) != _vocabulary(new):
        return Direction(decided=False, note="zones, muscles, products or protocols changed: that is not proved of")
    if asked := _asked_in_one(_Pair(old, new)):
        return Direction(decided=False, note=f"asked in one of the books only, which is not proved of: {', '.join(sorted(asked))}")
    names = _changed(old, new) | set(changed_rules)
    looser, wrong = _moved(_Pair(old, new), names)
    found, wrong_too = _moved(_Pair(new, old), names)
    stricter = Witness(found.values, found.after, found.before) if found else None
    notes = [*wrong, *wrong_too]
    return Direction(stricter, looser, decided=not notes, note="; ".join(dict.fromkeys(notes[:3])))


def _vocabulary(book: Rulebook) -> Any:
    places = {name: (zone.region, plain(zone.muscles), zone.bands) for name, zone in book.zones.items()}
    return (
        places,
        sorted(book.products),
        book.product,
        plain({name: (p.units, p.split, p.above_split, p.muscles) for name, p in book.protocols.items()}),
    )


def _changed(old: Rulebook, new: Rulebook) -> set[str]:
    """Rules that are not in both books with the same condition, severity and facts."""
    names = old.rule_by_id.keys() | new.rule_by_id.keys()
    return {name for name in names if _deciding(old, name) != _deciding(new, name)}


def _deciding(book: Rulebook, name: str) -> Any:
    """All of a rule that can move a verdict."""
    rule = book.rule_by_id.get(name)
    if rule is None:
        return None
    behind = asked_behind_numbers(book) if any(book.facts[fact].computation is not None for fact in rule.reads) else frozenset()
    facts = {fact: plain(book.facts[fact]) for fact in sorted(rule.reads | behind)}
    return (
        plain(opened(rule.condition)),
        rule.severity,
        {name: {key: value for key, value in one.items() if key not in _TEXTS} for name, one in facts.items()},
    )


_RANK = {None: 0, Severity.INFO: 0, Severity.CAUTION: 1, Severity.STOP: 2}
_TEXTS = frozenset(("says", "sources"))


@dataclass(frozen=True, slots=True)
class _Pair:
    """The book in which a rule gives a verdict, and the one that may be milder."""

    strict: Rulebook
    mild: Rulebook


def _moved(pair: _Pair, names: Collection[str]) -> tuple[Witness | None, list[str]]:
    """A patient whose verdict is milder in the second book; or None, with why it is not settled that there is none."""
    judges = Judge(pair.strict), Judge(pair.mild)
    notes = []
    for name in sorted(names):
        rule = pair.strict.rule_by_id.get(name)
        if rule is None or rule.severity in (None, Severity.INFO):
            continue
        for certain in (True, False):
            try:
                witness = _of_rule(rule, certain, pair, judges)
            except Undecided as undecided:
                notes.append(f"{name}: {undecided}")
                continue
            if witness is not None:
                return witness, []
    return None, notes


def _of_rule(rule: Rule, certain: bool, pair: _Pair, judges: tuple[Judge, Judge]) -> Witness | None:
    verdict = {True: Verdict.STOP, False: Verdict.INCOMPLETE}[certain] if rule.severity is Severity.STOP else Verdict.CAUTION
    for place in [None] if rule.scope is Scope.CASE else range(len(Patient(pair.strict, BOUNDS).places)):
        both = _Both(pair)
        fires = both.fires(pair.strict, rule, 0, place, not certain)
        if fires is False:
            continue
        if place is not None:
            both.search.add(both.patient.planned[0].place(str(place)))
        both.search.add(fires)
        if not certain:
            both.search.add(negation(both.fires(pair.strict, rule, 0, place, False)))
            both.state_units()
        both.search.add(negation(both.still_given(rule, place, certain, verdict)))
        witness = _search(both, verdict, judges)
        if witness is not None:
            return witness
    return None


def _search(both: _Both, verdict: Verdict, judges: tuple[Judge, Judge]) -> Witness | None:
    for number in range(MOST_ROUNDS):
        answer = both.search.look()
        if answer == "none":
            return None
        if answer == "unknown":
            raise Undecided(f"the solver was not done within {SECONDS:g} s")
        plain_first = number < PLAIN_ROUNDS  # a plain patient is the quicker witness; to see that there is none, any patient will do
        witness, given = _judged(both.search.plainer() if plain_first else both.search.case(), verdict, judges)
        if witness is not None:
            return witness if plain_first else _judged(both.search.plainer(), verdict, judges)[0] or witness
        if not both.rule_out(given, verdict):
            raise Undecided("a verdict hangs on open questions")
    raise Undecided("too many rules give the same verdict")


def _judged(values: Mapping[str, Any], verdict: Verdict, judges: tuple[Judge, Judge]) -> tuple[Witness | None, list[Rule]]:
    """The patient as a witness, or else the rules of the milder book that give the verdict all the same."""
    try:
        before, after = (judge.evaluation(values) for judge in judges)
    except CaseError as error:
        raise Undecided(f"one of the books refuses the case: {error}") from None
    if after.verdict.rank < before.verdict.rank:
        return Witness(dict(values), before.verdict, after.verdict), []
    return None, [one.rule for one in after.fired if one.counts_as.rank >= verdict.rank]


class _Both:
    """One patient, and its facts under both books."""

    def __init__(self, pair: _Pair) -> None:
        self.pair = pair
        self.patient = Patient(pair.strict, BOUNDS)
        self.counting = Counting(self.patient)
        self.search = Search(self.patient, SECONDS)
        self._views: dict[tuple[int, int | None, int | None], FactTerms] = {}
        self.stated = False
        """Are the units of every planned dose stated?"""

    def fires(self, book: Rulebook, rule: Rule, slot: int, place: int | None, possibly: bool) -> Formula:
        at = None if rule.scope is Scope.CASE or place is None else (self.patient.planned[slot], self.patient.places[place])
        key = (id(book), slot if at else None, place if at else None)
        if key not in self._views:
            self._views[key] = FactTerms(self.patient, self.counting, book, book.facts, at)
        holds = self._views[key].held(rule.condition)
        formula = holds.possible if possibly else holds.certain
        return formula if at is None else conjunction([at[0].present, at[0].place(str(place)), formula])

    def state_units(self) -> None:
        self.stated = True
        for dose in self.patient.planned:
            self.search.add(dose.amount.known)

    def still_given(self, rule: Rule, place: int | None, certain: bool, verdict: Verdict) -> Formula:
        """The same rule gives the verdict in the milder book too, at the same place."""
        same = self.pair.mild.rule_by_id.get(rule.id)
        if same is None or same.scope is not rule.scope or _RANK[same.severity] < _RANK[rule.severity]:
            return False
        possibly = not certain and counts_in_full(same, self.pair.mild, verdict, stated=True)
        return self.fires(self.pair.mild, same, 0, place, possibly)

    def rule_out(self, rules: list[Rule], verdict: Verdict) -> bool:
        """Look on where none of these rules gives the verdict in the milder book. False when that cannot be written out."""
        for rule in {rule.id: rule for rule in rules}.values():
            full = counts_in_full(rule, self.pair.mild, verdict, stated=self.stated)
            severe = rule.severity is Severity.STOP or verdict is Verdict.CAUTION
            if severe:
                self.search.add(negation(disjunction(self._anywhere(rule, full))))
        return bool(rules)

    def _anywhere(self, rule: Rule, possibly: bool) -> Iterator[Formula]:
        if rule.scope is Scope.CASE:
            yield self.fires(self.pair.mild, rule, 0, None, possibly)
            return
        for slot in range(len(self.patient.planned)):
            for place in range(len(self.patient.places)):
                yield self.fires(self.pair.mild, rule, slot, place, possibly)


def _asked_in_one(pair: _Pair) -> set[str]:
    """Questions that only one of the books asks: in a case that both can read they are answered no."""
    asked = [{name for name, fact in book.facts.items() if fact.origin == "asked"} for book in (pair.strict, pair.mild)]
    return asked[0] ^ asked[1]
