"""The engine as the service uses it: counted, given up when it takes too long, and tried out before anybody is answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..advisory import Advisory, RulebookInfo
from ..case import Case
from ..engine import Engine, _about
from ..evaluation import Reading, Runner
from ..rulebook.model import Rulebook
from .fhir import CodeMap
from .native.example import DAY, example_bytes, example_case
from .native.reference import reference
from .settings import Settings
from .web.etags import Fixed
from .web.refusals import too_slow
from .web.work import WORK

Observe = Callable[[Advisory, str], None]
"""Called with each advisory of a request, and what was asked: single, batch or cds."""


class NotFit(Exception):  # noqa: N818 - its name says what the engine is
    """An engine that must not be used; says why, in words about the rulebook only."""


class BoundedRunner(Runner):
    """Runs the rules, as long as somebody waits for the result. Raises `Refused` (503) once the request has taken too long."""

    def reading(self, place: tuple[str, str] | None) -> Reading:
        """Asked for each time that a dose, or the case, is worked out."""
        work = WORK.get()
        if work is not None and work.over:
            raise too_slow(work.kind)
        return super().reading(place)


class ServedEngine(Engine):
    """An engine that counts the advisories of requests, and gives up on those that take too long."""

    def __init__(self, rulebook: Rulebook, **how: Any) -> None:
        super().__init__(rulebook, **how)
        self._runner = BoundedRunner(self._compiled)
        self.observe: Observe | None = None

    def advise(self, case: Case, options: bool = True, answers: bool = True) -> Advisory:
        advisory = super().advise(case, options, answers)
        work = WORK.get()
        if work is not None:
            work.verdicts[advisory.verdict.value] += 1
            if self.observe is not None:
                self.observe(advisory, work.kind)
        return advisory

    def ready_networks(self) -> None:
        """Builds what is otherwise built when a zone is first planned, so that no request waits for it."""
        for place in [None, *((zone.name, muscle) for zone in self.rulebook.zones.values() for muscle in zone.muscles)]:
            if self._confirmer._available:
                self._confirmer.network(place)

    @property
    def seal_in_words(self) -> str:
        """Who signed the rulebook, or that nobody did."""
        standing = self._seal_now()
        if standing is None or standing.sealed_by is None:
            return f"draft: {standing.text}" if standing else "draft: nobody has signed it"
        return f"sealed by {standing.sealed_by}"

    def about(self, day: dt.date) -> RulebookInfo:
        """What the advisories of this day say about the rulebook. Raises `RulebookError` when a seal is required and does not hold."""
        return _about(self.rulebook, self._seal_now(), day)


@dataclass(frozen=True)
class Loaded:
    """One book in use: its engine, the codes it is reached by, and every answer that only depends on it."""

    engine: ServedEngine
    codes: CodeMap
    reference: Mapping[str, Fixed]
    example: bytes
    example_advisory: bytes
    confirmed: bool
    """Does a second evaluator confirm every advisory? Not where durable-rules is not installed; each advisory then says so."""

    @property
    def book(self) -> Rulebook:
        return self.engine.rulebook


def load(settings: Settings, observe: Observe | None = None) -> Loaded:
    """The rulebook of the settings, verified and tried out. Raises `BadInput` for one that cannot be used, `NotFit` for one that fails."""
    engine = ServedEngine.load(settings.rules, require_seal=settings.require_seal, trust=settings.trust)
    assert isinstance(engine, ServedEngine)
    engine.ready_networks()
    advisory = self_check(engine)
    engine.observe = observe
    book = engine.rulebook
    codes = CodeMap.read(settings.code_map, book)
    return Loaded(
        engine, codes, reference(book), example_bytes(book), advisory.model_dump_json().encode(), advisory.evaluators.agreed is True
    )


def self_check(engine: Engine) -> Advisory:
    """The advisory on the built-in case. Raises `NotFit` when it is not confirmed, and `BadInput` when the book does not advise on it."""
    advisory = engine.advise(example_case(engine.rulebook))
    if advisory.evaluators.agreed is False:
        raise NotFit(f"the built-in case was not confirmed: {advisory.evaluators.note}")
    if advisory.date != DAY or len(advisory.doses) != len(example_case(engine.rulebook).plan):
        raise NotFit("the advisory on the built-in case is not about that case")
    return advisory
