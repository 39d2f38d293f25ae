"""Checked cases as text, JSON or Markdown, written one by one."""

from __future__ import annotations

import io
import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import typer

from ..advisory import Advisory, Verdict
from ..errors import Problem
from .guard import fault_line, tell

if TYPE_CHECKING:
    from ..explain import Derivation


@dataclass(frozen=True, slots=True)
class Checked:
    """One case that was checked, and the derivations where they were asked for."""

    name: str
    advisory: Advisory
    derivations: Sequence[Derivation] | None = None


class Pages(ABC):
    """Where the advisories of one run go."""

    def __init__(self, many: bool) -> None:
        self.many = many

    @abstractmethod
    def show(self, checked: Checked) -> None: ...

    def error(self, name: str, problems: Sequence[Problem]) -> None:
        tell(problem if problem.file else replace(problem, file=name) for problem in problems)

    def fault(self, name: str, fault: Exception) -> None:
        typer.echo(fault_line(fault, name), err=True)

    @abstractmethod
    def end(self, verdicts: Mapping[Verdict, int], unread: int, faults: int) -> None:
        """After the last case."""


class TextPages(Pages):
    """For the terminal. Several cases each stand under their name, and are counted at the end."""

    def __init__(self, many: bool, brief: bool = False, full: bool = False) -> None:
        super().__init__(many)
        from ..report.terminal import Screen

        self.brief, self.full = brief, full
        self.screen = Screen.here()

    def show(self, checked: Checked) -> None:
        from ..report import terminal

        if self.brief:
            _write(terminal.brief(checked.advisory, checked.name, self.screen))
        else:
            heading = terminal.divider(checked.name, self.screen) if self.many else ""
            _write(heading + terminal.report(checked.advisory, self.screen, full=self.full))
        if checked.derivations is not None:
            from ..report.derivation import explained

            _write(explained(checked.derivations, checked.advisory, self.screen))
        if self.many and not self.brief:
            _write("\n")

    def end(self, verdicts: Mapping[Verdict, int], unread: int, faults: int) -> None:
        if not self.many:
            return
        parts = [f"{verdicts[verdict]:,} {verdict}" for verdict in reversed(Verdict) if verdicts.get(verdict)]
        parts += [f"{unread:,} could not be read"] if unread else []
        parts += [f"{faults:,} failed by a fault of dose-engine"] if faults else []
        total = sum(verdicts.values()) + unread + faults
        _write(f"{total:,} case{'' if total == 1 else 's'}: {', '.join(parts)}\n")


class MarkdownPages(Pages):
    """For a record, always UTF-8."""

    def __init__(self, many: bool) -> None:
        super().__init__(many)
        _as_utf8()

    def show(self, checked: Checked) -> None:
        from ..report import markdown

        text = markdown.report(checked.advisory, checked.name if self.many else "")
        if checked.derivations is not None:
            from ..report.derivation import explained_in_markdown

            text += explained_in_markdown(checked.derivations, checked.advisory)
        _write(text + ("\n" if self.many else ""))

    def end(self, verdicts: Mapping[Verdict, int], unread: int, faults: int) -> None:
        """A record ends with its last case."""


class JsonPages(Pages):
    """One advisory as an object, or one line for each of many: `{"file", "advisory"}` or `{"file", "error"}`. Always UTF-8.

    With derivations the object is `{"advisory", "explanation"}`, and a line has the key `explanation` too.
    """

    def __init__(self, many: bool) -> None:
        super().__init__(many)
        _as_utf8()

    def show(self, checked: Checked) -> None:
        advisory = checked.advisory.model_dump_json(indent=None if self.many else 2)
        parts = [f'"file": {json.dumps(checked.name)}'] if self.many else []
        parts.append(f'"advisory": {advisory}')
        if checked.derivations is not None:
            from ..report.derivation import as_json

            parts.append(f'"explanation": {json.dumps(as_json(checked.derivations), ensure_ascii=False)}')
        elif not self.many:
            _write(f"{advisory}\n")
            return
        _write("{" + ", ".join(parts) + "}\n")

    def error(self, name: str, problems: Sequence[Problem]) -> None:
        if self.many:
            _write(json.dumps({"file": name, "error": [{**asdict(problem), "text": str(problem)} for problem in problems]}) + "\n")
        else:
            super().error(name, problems)

    def fault(self, name: str, fault: Exception) -> None:
        _write(json.dumps({"file": name, "fault": fault_line(fault)}) + "\n")

    def end(self, verdicts: Mapping[Verdict, int], unread: int, faults: int) -> None:
        """A stream ends with its last line."""


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _as_utf8() -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
