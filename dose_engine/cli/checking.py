"""Checks each case, shows it as soon as it is done, and never stops at the first that is broken."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from ..advisory import Verdict
from ..engine import Engine
from ..errors import BadInput
from ..intake import read_case
from .guard import BAD_INPUT, DEBUG, FAULT
from .options import Format
from .reading import Input, inputs
from .rule import check_rule
from .showing import Checked, JsonPages, MarkdownPages, Pages, TextPages

EXIT_CODES: Final = {Verdict.OK: 0, Verdict.CAUTION: 10, Verdict.INCOMPLETE: 20, Verdict.STOP: 30}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks to be shown."""

    format: Format
    explain: bool = False
    rule: str | None = None
    brief: bool = False
    full: bool = False


class Checking:
    """One run over many cases with one rulebook."""

    def __init__(self, engine: Engine, wanted: Wanted, today: date) -> None:
        self.engine, self.wanted, self.today = engine, wanted, today
        if wanted.rule is not None:
            check_rule(wanted.rule, engine.rulebook)

    def run(self, names: Sequence[str]) -> int:
        """Check all and return the exit code: a fault, else wrong input, else the worst verdict."""
        many = len(names) > 1 or Path(names[0]).is_dir()
        pages = self._pages(many)
        verdicts: Counter[Verdict] = Counter()
        unread = faults = 0
        for source in inputs(names):
            try:
                checked = self._checked(source)
            except BadInput as bad:
                unread += 1
                pages.error(source.name, bad.problems)
            except Exception as fault:
                if not many or os.environ.get(DEBUG):
                    raise
                faults += 1
                pages.fault(source.name, fault)
            else:
                verdicts[checked.advisory.verdict] += 1
                pages.show(checked)
        pages.end(verdicts, unread, faults)
        if faults:
            return FAULT
        return BAD_INPUT if unread else EXIT_CODES[max(verdicts, key=lambda verdict: verdict.rank)]

    def _checked(self, source: Input) -> Checked:
        text, name = source.read()
        case = read_case(text, name, self.engine.rulebook, self.today)
        advisory = self.engine.advise(case)
        derivations = self.engine.explain(case, self.wanted.rule) if self.wanted.explain else None
        return Checked(source.name, advisory, derivations)

    def _pages(self, many: bool) -> Pages:
        match self.wanted.format:
            case "json":
                return JsonPages(many)
            case "markdown":
                return MarkdownPages(many)
            case _:
                return TextPages(many, self.wanted.brief, self.wanted.full)
