"""One case under two rulebooks: what each says of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from ...canonical import canonical
from ...case import Case
from ...errors import CaseError, Problem
from ...evaluation import Evaluation, Runner
from ...evaluators.compiled import Compiled
from ...intake import case_from, check_words
from ...rulebook.model import Rulebook


class Judged(NamedTuple):
    """What the old and the new rulebook say of one case."""

    before: Evaluation
    after: Evaluation


class TwoBooks:
    """Runs cases under both. Only the compiled rules run: what is compared is the books, not the evaluators."""

    def __init__(self, old: Rulebook, new: Rulebook) -> None:
        self.old, self.new = old, new
        self._was, self._now = Runner(Compiled(old)), Runner(Compiled(new))

    def judged(self, case: Case) -> Judged:
        """Of a case that both books can read."""
        return Judged(self.before(case), self.after(case))

    def before(self, case: Case) -> Evaluation:
        """Of a case that the old book can read."""
        return self._was(canonical(case, self.old))

    def after(self, case: Case) -> Evaluation:
        """Of a case that the new book can read."""
        return self._now(canonical(case, self.new))

    def of_values(self, values: Mapping[str, Any], today: dt.date) -> Judged | None:
        """Of a case as plain values; None where one of the books cannot read it."""
        try:
            case = case_from(values, self.old, today)
        except CaseError:
            return None
        return None if self.unread(case) else self.judged(case)

    def unread(self, case: Case) -> list[Problem]:
        """What the new book cannot read of a case that the old one can."""
        return check_words(case, self.new)
