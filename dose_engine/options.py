"""What would make it better, each found by running the engine again: a lower dose, a later date, a staged plan, an answered question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from .advisory import Change, Option, Question, Severity, Verdict
from .case import Case, History
from .compose import Firing, place_of, worst
from .evaluation import Evaluation, Runner
from .evaluators.values import Range
from .injections import Ask
from .rulebook.conditions import Op, tests
from .rulebook.model import Fact, Kind, Rising, Rulebook
from .units import OPEN, STEPS, Units
from .waiting import Waiting, moved
from .wording import place_text

HALF = STEPS // 2
MOST_OPTIONS = 6


def options(run: Runner, start: Evaluation, waiting: Waiting, earliest: date | None, as_new: bool) -> tuple[Option, ...]:
    """Options that improve the verdict, the best first. `as_new`: the earliest day is for a new treatment, not a touch-up."""
    found = [
        *_deferring(run, start, waiting, earliest, as_new),
        *_lowering(run, start),
        *_leaving_out(run, start),
        *_staging(run, start),
        *_answering(run, start),
    ]
    better = [option for option in found if option.verdict_if_done.rank < start.verdict.rank]
    ordered = sorted(better, key=lambda option: (len(option.changes), option.verdict_if_done.rank, option.what))
    kept: list[Option] = []
    for option in ordered:
        if not any(_does(other) <= _does(option) and other.verdict_if_done.rank <= option.verdict_if_done.rank for other in kept):
            kept.append(option)
    return tuple(sorted(kept, key=lambda option: (option.verdict_if_done.rank, len(option.changes), option.what)))[:MOST_OPTIONS]


def _does(option: Option) -> set[tuple[object, ...]]:
    """What an option changes; an option that changes more without a better verdict is left out."""
    return {
        (change.kind, change.place, change.until, change.what if change.place is None and change.until is None else "")
        for change in option.changes
    }


def _option(run: Runner, case: Case, changes: Sequence[Change]) -> Option:
    return Option(what=_joined(changes), changes=tuple(changes), verdict_if_done=run(case).verdict)


def _joined(changes: Sequence[Change]) -> str:
    return "; ".join(change.what for change in changes)


def _deferring(run: Runner, start: Evaluation, waiting: Waiting, earliest: date | None, as_new: bool) -> Iterator[Option]:
    if earliest is None and start.verdict is Verdict.CAUTION:
        earliest = waiting.first_day_without(Verdict.CAUTION)
    if earliest is not None:
        what = f"Come back on {earliest:%A} {earliest.isoformat()}" + (", as a new treatment, not a touch-up" if as_new else "")
        yield _option(
            run, moved(start.case, earliest, "maintenance" if as_new else None), [Change(kind="defer", what=what, until=earliest)]
        )


# lower doses


def _reads_doses(one: Firing, book: Rulebook) -> bool:
    """Could a lower planned dose clear it?"""
    for name in one.rule.reads:
        fact = book.facts[name]
        planned = fact.computation is None or "planned" in fact.computation.over
        if fact.kind is Kind.UNITS and fact.rises is Rising.UP and planned:
            return True
    return False


def _from_doses(evaluation: Evaluation, indexes: Iterable[int | None], counts: Verdict) -> list[Firing]:
    book, wanted = evaluation.facts.book, set(indexes)
    return [
        one
        for one in evaluation.fired
        if one.index in wanted and one.counts_as.rank >= counts.rank and _reads_doses(one, book) and not one.rule.expects_dose
    ]


def lowered(run: Runner, start: Evaluation, counts: Verdict) -> tuple[dict[int, int], Evaluation]:
    """For each dose that is too high for a verdict below `counts`, the most that is not, in steps of 0.5 U; and the plan with those."""
    case, found, now = start.case, dict[int, int](), start
    of_case: list[int | None] = [None] if _from_doses(start, [None], counts) else []
    for index in sorted(range(len(case.plan)), key=lambda i: -int(case.plan[i].units or 0)):
        watched = [index, *of_case]
        too_high = _from_doses(now, watched, counts)
        if not case.plan[index].units or not too_high:
            continue
        amount, now = _most_without(run, now, index, watched, counts, too_high)
        if amount is not None:
            found[index] = amount
    return found, now


def _most_without(
    run: Runner, now: Evaluation, index: int, watched: list[int | None], counts: Verdict, too_high: list[Firing]
) -> tuple[int | None, Evaluation]:
    """The most at one place that leaves none of the watched findings, and the run that shows it. The lines that were crossed say where to
    look; halving finds it where they do not."""

    def tried(steps: int) -> Evaluation | None:
        evaluation = run.with_units(now, {index: steps * HALF})
        return None if _from_doses(evaluation, watched, counts) else evaluation

    units = int(now.case.plan[index].units or 0)
    low, high, best = 0, -(-units // HALF), now
    guess = min((_within(one, now, index) for one in too_high), default=units) // HALF
    for steps in (guess, guess + 1):
        if low < steps < high:
            shown = tried(steps)
            if shown is None:
                high = steps
            else:
                low, best = steps, shown
    while high - low > 1:
        middle = (low + high) // 2
        shown = tried(middle)
        if shown is None:
            high = middle
        else:
            low, best = middle, shown
    if low:
        return low * HALF, best
    if watched[-1] is None and units > HALF:  # a total that this dose alone cannot mend: as low as it goes, the next dose has to follow
        return HALF, run.with_units(now, {index: HALF})
    return None, now


def _within(one: Firing, now: Evaluation, index: int) -> int:
    """What the dose would have to be for the crossed lines of a rule not to be crossed, going by the numbers alone."""
    units, book = int(now.case.plan[index].units or 0), now.facts.book
    allowed = units
    for test in tests(one.rule.condition):
        fact = book.facts[test.fact]
        value = now.records[one.index].get(test.fact)
        if test.number is None or fact.kind is not Kind.UNITS or fact.rises is not Rising.UP or not isinstance(value, Range):
            continue
        line = test.number - (test.op is Op.AT_LEAST)
        if fact.given:
            allowed = min(allowed, line * (now.facts.doses[index].points or 1))
        elif line < value.high < OPEN:
            allowed = min(allowed, units - (value.high - line))
    return max(allowed, 0)


def _lower_changes(start: Evaluation, units: dict[int, int]) -> list[Change]:
    changes = []
    for index, amount in sorted(units.items()):
        place = place_of(start.facts.doses[index])
        before = start.case.plan[index].units
        what = f"{place_text(place, start.facts.book)}: {Units(amount)} U instead of {before} U"
        changes.append(Change(kind="lower", what=what, place=place, units=Units(amount)))
    return changes


def _lowering(run: Runner, start: Evaluation) -> Iterator[Option]:
    for counts in (Verdict.STOP, Verdict.CAUTION):
        if start.verdict.rank < counts.rank:
            continue
        units, after = lowered(run, start, counts)
        if units:
            changes = _lower_changes(start, units)
            yield Option(what=_joined(changes), changes=tuple(changes), verdict_if_done=after.verdict)
            if after.verdict is Verdict.STOP:
                yield from _combined(run, after, changes)


def _combined(run: Runner, after: Evaluation, changes: list[Change]) -> Iterator[Option]:
    """Where lowering leaves a stop: also leave those doses out, or also wait."""
    left = _stopped(after)
    kept = tuple(dose for index, dose in enumerate(after.case.plan) if index not in left)
    if left and kept:
        here = {place_of(after.facts.doses[index]) for index in left}
        rest = [change for change in changes if change.place not in here]
        yield _option(run, after.case.model_copy(update={"plan": kept}), [*rest, *_leave_changes(after, left)])
    day = Waiting(run, after).first_day_without(Verdict.STOP)
    if day is not None:
        defer = Change(kind="defer", what=f"come back on {day:%A} {day.isoformat()}", until=day)
        yield _option(run, moved(after.case, day), [*changes, defer])


# leave out and stage


def _stopped(evaluation: Evaluation) -> list[int]:
    return sorted({one.index for one in evaluation.fired if one.index is not None and one.counts_as is Verdict.STOP})


def _leave_changes(evaluation: Evaluation, left: Iterable[int]) -> list[Change]:
    changes = []
    for index in left:
        place = place_of(evaluation.facts.doses[index])
        what = f"Leave out {place_text(place, evaluation.facts.book)}"
        instead = _instead(evaluation, index)
        changes.append(Change(kind="leave_out", what=f"{what}: {instead[:1].lower()}{instead[1:]}" if instead else what, place=place))
    return changes


def _instead(evaluation: Evaluation, index: int) -> str:
    """What the rules say can be done instead of a dose."""
    texts = dict.fromkeys(
        one.rule.instead.rstrip(".") for one in evaluation.fired if one.index == index and one.certain and one.rule.instead
    )
    return "; ".join(texts)


def _leaving_out(run: Runner, start: Evaluation) -> Iterator[Option]:
    left = _stopped(start)
    kept = tuple(dose for index, dose in enumerate(start.case.plan) if index not in left)
    if left and (kept or any(_instead(start, index) for index in left)):
        yield _option(run, start.case.model_copy(update={"plan": kept}), _leave_changes(start, left))


def _staging(run: Runner, start: Evaluation) -> Iterator[Option]:
    """Fewer goals at a time; one side now and the other later."""
    book, case = start.facts.book, start.case
    for one in start.fired:
        if one.counts_as.rank < Verdict.CAUTION.rank or not one.certain:
            continue
        read = [book.facts[name] for name in one.rule.reads]
        if case.goals is not None and any(fact.given == "goals" for fact in read):
            for keep in range(len(case.goals) - 1, 0, -1):
                fewer = case.model_copy(update={"goals": case.goals[:keep]})
                if all(other.rule.id != one.rule.id for other in run(fewer).fired):
                    what = f"Agree on {keep} goals now and leave the rest for a later stage"
                    yield _option(run, fewer, [Change(kind="stage", what=what)])
                    break
    for index in _second_sides(start):
        place = place_of(start.facts.doses[index])
        what = f"Leave {place_text(place, book)} for a later stage"
        kept = tuple(dose for number, dose in enumerate(case.plan) if number != index)
        yield _option(run, case.model_copy(update={"plan": kept}), [Change(kind="stage", what=what, place=place)])


def _second_sides(start: Evaluation) -> list[int]:
    """Doses that a rule about both sides warns of and that can wait: not the side stated overactive, which is treated first."""
    book = start.facts.book
    warned = {
        one.index
        for one in start.fired
        if one.index is not None
        and one.certain
        and one.counts_as.rank >= Verdict.CAUTION.rank
        and any(_other_side_today(book.facts[name]) for name in one.rule.reads)
    }
    doses = start.facts.doses
    leading = {doses[index].zone for index in warned if doses[index].activity == "overactive"}
    waiting = {index for index in warned if doses[index].zone not in leading or doses[index].activity != "overactive"}
    return sorted(waiting) if len(doses) > 1 else []


def _other_side_today(fact: Fact) -> bool:
    how = fact.computation
    return how is not None and "other_side" in how.this and "planned" in how.over


# questions


def _asked(evaluation: Evaluation) -> dict[Ask, list[Firing]]:
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
            value = (answer,) if field == "performer" else answer
            return case.model_copy(update={"patient": case.patient.model_copy(update={field: value})})
        case _:
            return case.model_copy(update={top: answer})


def _answers(fact: Fact) -> tuple[str, ...]:
    return fact.words if not fact.kind.is_number and fact.given != "product" else ()


def questions(run: Runner, start: Evaluation) -> tuple[Question, ...]:
    """Every open question that could matter, with the verdict for each answer; the ones that decide come first."""
    book = start.facts.book
    found: list[tuple[tuple[int, int, str], Question]] = []
    order = {name: index for index, name in enumerate(book.facts)}
    for ask, fired in _asked(start).items():
        fact = book.facts.get(ask.name)
        words = _answers(fact) if fact else ()
        if fact is not None and words:
            verdicts = {word: run(answered(start.case, fact, word)).verdict for word in words}
        else:
            levels = {Severity.STOP: Verdict.STOP, Severity.CAUTION: Verdict.CAUTION, Severity.INFO: Verdict.OK}
            verdicts = {"at worst": worst([start.verdict, *(levels[one.rule.severity] for one in fired if one.rule.severity)])}
        decisive = any(verdict is not start.verdict for verdict in verdicts.values())
        rules = tuple(sorted({one.rule.id for one in fired}))
        question = Question(name=ask.name, prompt=ask.prompt, decisive=decisive, verdicts=verdicts, findings=rules)
        top = max(verdict.rank for verdict in verdicts.values())
        found.append(((-top, order.get(ask.name, len(order)), ask.name), question))
    return tuple(question for _, question in sorted(found, key=lambda entry: entry[0]))


def _answering(run: Runner, start: Evaluation) -> Iterator[Option]:
    """What answering every open question can give at best: each question by the answer that leaves the fewest findings."""
    asked = _asked(start)
    if not asked or start.verdict is Verdict.STOP:
        return
    case, count = start.case, 0
    for ask in asked:
        fact = start.facts.book.facts.get(ask.name)
        words = _answers(fact) if fact else ()
        if fact is None or not words:
            continue
        case = min((answered(case, fact, word) for word in words), key=lambda one: _weight(run(one)))
        count += 1
    if count:
        what = "Answer the open question" if count == 1 else f"Answer the {count} open questions"
        yield _option(run, case, [Change(kind="answer", what=f"{what}; at best, when every answer is the reassuring one")])


def _weight(evaluation: Evaluation) -> tuple[int, int]:
    return evaluation.verdict.rank, sum(one.counts_as.rank for one in evaluation.fired)
