"""The open questions: which of them matter, and to what each answer would lead."""

from __future__ import annotations

from collections.abc import Iterable

from .advisory import Question, Severity, Verdict
from .atlas import Ask
from .case import Case, History
from .compose import Firing, worst
from .evaluation import Evaluation, Runner
from .rulebook.model import Fact

NONE = "none"
"""The answer to a list question that nothing of the list holds."""


def open_asks(evaluation: Evaluation) -> dict[Ask, list[Firing]]:
    asked: dict[Ask, list[Firing]] = {}
    for one in evaluation.fired:
        for ask in one.asks:
            asked.setdefault(ask, []).append(one)
    return asked


def answered(case: Case, fact: Fact, answer: str) -> Case:
    """The case with one question answered."""
    if fact.origin == "asked":
        screening = {**case.patient.screening, fact.name: answer}
        return case.model_copy(update={"patient": case.patient.model_copy(update={"screening": screening})})
    top, _, field = fact.given.partition(".")
    match top:
        case "history":
            return case.model_copy(update={"history": (case.history or History()).model_copy(update={field: answer})})
        case "asymmetry":
            return case.model_copy(update={"asymmetry": case.asymmetry.model_copy(update={field: answer})})
        case "patient":
            value = ((answer,) if answer != NONE else ()) if field == "performer" else answer
            return case.model_copy(update={"patient": case.patient.model_copy(update={field: value})})
        case _:
            return case.model_copy(update={top: answer})


def answering(fact: Fact) -> tuple[str, ...]:
    """The words that answer a question; none where only a number or a product can."""
    if fact.given in ("patient.next_performance", "patient.event"):
        return (NONE,)
    if fact.kind.is_number or fact.given == "product":
        return ()
    return (*fact.words, NONE) if fact.given == "patient.performer" else fact.words


class Answers:
    """The answers to open questions, each tried by running the rules again; one that is tried twice is run once."""

    def __init__(self, run: Runner, start: Evaluation) -> None:
        self.run, self.start = run, start
        self._tried: dict[tuple[str, str], Evaluation] = {}

    def tried(self, fact: Fact, answer: str) -> Evaluation:
        """What the rules say with one question answered."""
        known = self._tried.get((fact.name, answer))
        if known is None:
            known = self._tried[fact.name, answer] = self.run(answered(self.start.case, fact, answer), like=self.start)
        return known


def questions(start: Evaluation, answers: Answers | None) -> tuple[Question, ...]:
    """Every open question that could matter, with the verdict for each answer; the ones that decide come first.

    Without `answers` none is tried; each question has the best and the worst it could lead to.
    """
    book = start.facts.book
    found: list[tuple[tuple[int, int, str], Question]] = []
    order = {name: index for index, name in enumerate(book.facts)}
    waiting = _by_what_they_wait_for(start)
    for ask, fired in open_asks(start).items():
        fact = book.facts.get(ask.name)
        words = answering(fact) if fact and answers else ()
        verdicts = {word: answers.tried(fact, word).verdict for word in words} if fact and answers else {}
        if fact is None or fact.kind.is_number or not words:
            verdicts |= {"at best": _at_best(waiting, ask), "at worst": _at_worst(start, fired)}
        decisive = any(verdict is not start.verdict for verdict in verdicts.values())
        rules = tuple(sorted({one.rule.id for one in fired}))
        question = Question(name=ask.name, prompt=ask.prompt, decisive=decisive, verdicts=verdicts, findings=rules)
        top = max(verdict.rank for verdict in verdicts.values())
        found.append(((-top, order.get(ask.name, len(order)), ask.name), question))
    return tuple(question for _, question in sorted(found, key=lambda entry: entry[0]))


_LEVELS = {Severity.STOP: Verdict.STOP, Severity.CAUTION: Verdict.CAUTION, Severity.INFO: Verdict.OK}


def _at_worst(start: Evaluation, fired: Iterable[Firing]) -> Verdict:
    """The verdict when every finding that waits for the answer turns out to hold."""
    return worst([start.verdict, *(_LEVELS[one.rule.severity] for one in fired if one.rule.severity)])


def _by_what_they_wait_for(start: Evaluation) -> dict[tuple[Ask, ...], Verdict]:
    """The worst of the findings that wait for the same answers; looked at once, because there can be many of both."""
    found: dict[tuple[Ask, ...], Verdict] = {}
    for one in start.fired:
        found[one.asks] = worst((one.counts_as, found.get(one.asks, Verdict.OK)))
    return found


def _at_best(waiting: dict[tuple[Ask, ...], Verdict], ask: Ask) -> Verdict:
    """The verdict when no finding holds that waits for this answer alone."""
    return worst(verdict for asks, verdict in waiting.items() if asks != (ask,))
