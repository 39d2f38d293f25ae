"""Advise on a case: the whole way on one page.

case -> facts -> rules (compiled decides, rete confirms) -> findings, ranges, verdict -> exposure, options, timeline -> Advisory
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from .advisory import (
    Advisory,
    Assumed,
    Certainty,
    DoseAdvice,
    Evaluators,
    Finding,
    Option,
    RulebookInfo,
    Severity,
    Source,
    Verdict,
)
from .canonical import canonical
from .case import Case
from .compose import Findings, worst
from .confirm import Confirmation, Confirmer
from .errors import CaseError, RulebookError
from .evaluation import Evaluation, Runner
from .evaluators.compiled import Compiled
from .exposure import Sums, exposure
from .intake import check_words
from .questions import Answers, questions
from .ranges import dose_advice
from .rulebook.load import default_folder, has_seal, load
from .rulebook.model import Rule, Rulebook
from .summary import summary
from .timeline import Counselling, timeline
from .waiting import Waiting, moved, waits_for_time

if TYPE_CHECKING:
    from .explain import Derivation
    from .rulebook.seal.standing import Standing

FAULT_RULE = "ENGINE-FAULT"
REQUIRE_SEAL = "DOSE_ENGINE_REQUIRE_SEAL"


class Engine:
    """Advises under one rulebook. Does no I/O after it is made, keeps no state between cases, and may be shared by threads.

    `seal` is how the rulebook's seal stands (`load` finds out); without it the rulebook is a draft. At each advisory the seal is held
    against the clock again, because an engine may outlive it; a changed trust list is seen by the next engine that is loaded.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        *,
        confirm: bool = True,
        seal: Standing | None = None,
        require_seal: bool = False,
        today: Callable[[], date] = date.today,
    ) -> None:
        self.rulebook = rulebook
        self._seal, self._require_seal, self._today = seal, require_seal, today
        self._compiled = Compiled(rulebook)
        self._runner = Runner(self._compiled)
        self._confirmer = Confirmer(self._compiled, wanted=confirm)
        self._sums, self._counselling = Sums(rulebook), Counselling(rulebook)
        self._assumed = Assumptions(rulebook)
        self._sources = {entry.id: Source(id=entry.id, title=entry.title, checked=entry.checked) for entry in rulebook.sources.values()}

    @classmethod
    def load(
        cls,
        folder: Path | None = None,
        *,
        confirm: bool = True,
        require_seal: bool = False,
        trust: Path | None = None,
        today: Callable[[], date] = date.today,
    ) -> Engine:
        """An engine for the rulebook in `folder`, in DOSE_ENGINE_RULES, or the shipped one.

        Its seal, where it has one, is held against the trust list (`trust`, DOSE_ENGINE_TRUST, or the usual place) and the day. With
        `require_seal`, or DOSE_ENGINE_REQUIRE_SEAL, a rulebook whose seal does not hold is refused. Raises `RulebookError`, and `BadInput`
        for a trust list that cannot be read.
        """
        folder = folder or default_folder()
        required = require_seal or os.environ.get(REQUIRE_SEAL, "").strip().lower() not in ("", "0", "no", "false", "off")
        if not has_seal(folder):
            engine = cls(load(folder), confirm=confirm, require_seal=required, today=today)
        else:
            from .rulebook.seal.load import load_sealed

            book, standing = load_sealed(folder, trust, today())
            engine = cls(book, confirm=confirm, seal=standing, require_seal=required, today=today)
        engine._seal_now()
        return engine

    def _seal_now(self) -> Standing | None:
        """How the seal stands today. Raises `RulebookError` when one is required and it does not hold."""
        standing = self._seal.on(self._today()) if self._seal is not None else None
        if self._require_seal:
            from .rulebook.seal.load import refusal

            if problem := refusal(standing):
                raise RulebookError([problem])
        return standing

    def advise(self, case: Case, options: bool = True, answers: bool = True) -> Advisory:
        """The advisory for a case. `options` adds what would clear the findings, and `answers` tries every answer to an open question; both
        run the rules again. Without `answers` each question says the best and the worst it could lead to.

        Raises `CaseError` when the case uses words that the rulebook does not know, and `RulebookError` when a seal is required that does
        not hold (any more).
        """
        standing = self._seal_now()
        problems = check_words(case, self.rulebook)
        if problems:
            raise CaseError(problems)
        case = canonical(case, self.rulebook)
        evaluation = self._runner(case)
        confirmation = self._confirmer.confirm(evaluation)
        return self._advisory(evaluation, confirmation, options, answers, standing)

    def certain(self, case: Case) -> frozenset[str]:
        """The ids of the rules that certainly hold. Worked out once and not confirmed: to compare cases with one that was advised on."""
        return frozenset(one.rule.id for one in self._runner(canonical(case, self.rulebook)).fired if one.certain)

    def explain(self, case: Case, rule_id: str | None = None) -> tuple[Derivation, ...]:
        """The derivation of every rule that fired; of one rule named, everywhere it could fire, also why it did not.

        Raises `KeyError` when there is no such rule.
        """
        from .explain import derivation, derivations

        evaluation = self._runner(canonical(case, self.rulebook))
        if rule_id is not None:
            return derivations(self.rulebook.rule_by_id[rule_id], evaluation.facts)
        shown = [one for one in evaluation.fired if one.rule.severity is not None]
        ordered = sorted(shown, key=lambda one: (-one.counts_as.rank, one.rule.id, -1 if one.index is None else one.index))
        return tuple(derivation(one.rule, evaluation.facts, one.index) for one in ordered)

    def _advisory(
        self, evaluation: Evaluation, confirmation: Confirmation, options: bool, answers: bool, standing: Standing | None
    ) -> Advisory:
        case, book, facts = evaluation.case, self.rulebook, evaluation.facts
        waiting = Waiting(self._runner, evaluation)
        earliest, as_new = self._earliest(evaluation, waiting) if options else (None, False)
        defer = _deferred(evaluation, waiting) if options else {}
        findings = Findings(facts, evaluation.records, defer, self._sources).draw(evaluation.fired)
        if confirmation.fault:
            findings = (_fault(confirmation.fault), *findings)
        verdict = worst([evaluation.verdict, *(finding.counts_as for finding in findings)])
        doses = self._doses(evaluation, bool(confirmation.fault))
        tried = Answers(self._runner, evaluation)
        chosen: tuple[Option, ...] = ()
        if options and not confirmation.fault and verdict is not Verdict.OK:
            from .options import options as find_options  # a plan that is ok needs none, and starts faster without

            chosen = find_options(self._runner, evaluation, waiting, tried, earliest, as_new)
        asked = questions(evaluation, tried if answers else None)
        told = _told(evaluation)
        return Advisory(
            verdict=verdict,
            summary=summary(verdict, findings, asked, doses, earliest),
            case=case.case,
            product=case.product,
            date=case.date,
            doses=doses,
            findings=findings,
            questions=asked,
            exposure=exposure(facts, self._sums),
            options=chosen,
            earliest_date=None if confirmation.fault else earliest,
            timeline=timeline(facts, [] if verdict is Verdict.STOP else told),
            counselling=self._counselling(told),
            assumed=self._assumed(case),
            rulebook=_about(book, standing, case.date),
            evaluators=Evaluators(ran=confirmation.ran, agreed=confirmation.agreed, note=confirmation.note),
            case_sha256=hashlib.sha256(case.model_dump_json().encode()).hexdigest(),
        )

    def _doses(self, evaluation: Evaluation, fault: bool) -> tuple[DoseAdvice, ...]:
        base = Verdict.STOP if fault else evaluation.case_verdict
        narrowing = [one for one in evaluation.at(None).firings if one.rule.withhold or one.rule.lower_max]
        return tuple(
            dose_advice(index, evaluation.facts, evaluation.records[index], [*narrowing, *evaluation.at(index).firings], base)
            for index in range(len(evaluation.facts.doses))
        )

    def _earliest(self, evaluation: Evaluation, waiting: Waiting) -> tuple[date | None, bool]:
        """The first day on which no stop is left; and whether only as a new treatment, because the time for a touch-up has passed."""
        if evaluation.verdict is not Verdict.STOP:
            return None, False
        day = waiting.first_day_without(Verdict.STOP)
        stops = [one for one in evaluation.fired if one.certain and one.counts_as is Verdict.STOP]
        if day is None and evaluation.case.visit == "touch_up" and all(waits_for_time(one.rule, self.rulebook) for one in stops):
            again = self._runner(moved(evaluation.case, evaluation.case.date, "maintenance"))
            if again.verdict is Verdict.STOP:
                return Waiting(self._runner, again).first_day_without(Verdict.STOP), True
        return day, False


def _about(book: Rulebook, standing: Standing | None, day: date) -> RulebookInfo:
    return RulebookInfo(
        title=book.title,
        version=book.version,
        sha256=book.sha256,
        sealed_by=standing.sealed_by if standing else None,
        seal=standing.state if standing else "none",
        seal_note=standing.text if standing else "",
        overdue=book.overdue(day),
    )


def _deferred(evaluation: Evaluation, waiting: Waiting) -> Mapping[tuple[str, int | None], date]:
    """For each certain caution and stop, the first day on which it alone is gone."""
    days: dict[tuple[str, int | None], date] = {}
    for one in evaluation.fired:
        if one.certain and one.counts_as.rank >= Verdict.CAUTION.rank:
            day = waiting.first_day_without(Verdict.STOP, (one.rule.id, one.index))
            if day is not None and waiting.brings_no_other_stop(day, one.index):
                days[one.rule.id, one.index] = day
    return days


def _told(evaluation: Evaluation) -> list[Rule]:
    """Rules that tell something and certainly hold, each once."""
    told = {one.rule.id: one.rule for one in evaluation.fired if one.certain and one.rule.tell is not None}
    return list(told.values())


class Assumptions:
    """The fields that have a value even where they are left out."""

    def __init__(self, book: Rulebook) -> None:
        self._lines = [
            (fact.given, Assumed(fact=fact.name, read_as=fact.if_left_out)) for fact in book.facts.values() if fact.if_left_out is not None
        ]

    def __call__(self, case: Case) -> tuple[Assumed, ...]:
        """How each field that a case leaves out was read."""
        return tuple(line for given, line in self._lines if _left_out(case, given))


def _left_out(case: Case, given: str) -> bool:
    top, _, field = given.partition(".")
    if top == "dose":
        return any(not getattr(dose, field, True) for dose in case.plan)
    holder = getattr(case, top, None)
    return (getattr(holder, field, None) if field else holder) is None


def _fault(reason: str) -> Finding:
    return Finding(
        rule=FAULT_RULE,
        severity=Severity.STOP,
        certainty=Certainty.CERTAIN,
        counts_as=Verdict.STOP,
        places=(),
        title="The engine could not confirm its own answer",
        message=f"Do not use this advisory. {reason}",
        why="Two independent evaluators must agree on every rule; here they did not, or one failed.",
        advise="Decide without the engine, and report this record to whoever looks after it.",
        hazard=None,
        facts=(),
        missing=(),
        sources=(),
        clears_when="the fault is mended",
        defer_until=None,
    )


__all__ = ["FAULT_RULE", "Engine"]
