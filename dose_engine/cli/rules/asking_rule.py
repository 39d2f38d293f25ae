"""Asks at the terminal for what was not said of a rule or a question. Enter leaves a text to be filled in later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import typer

from ...errors import BadInput, Problem
from ...rulebook.load_conditions import clears_with_more
from ...rulebook.load_rules import RULE_ID
from ..asking import Asker, one_of
from ..new import INTERRUPTED, UNFINISHED
from .asking_condition import ConditionAsker, named, several
from .drafting import SEVERITIES, Question, Said, again, read_condition

if TYPE_CHECKING:
    from ...workbench.whole import Whole

_LATER: Final = "Enter leaves it to be filled in later."
_LONGEST: Final = {"message": 200, "title": 80, "because": 220, "advise": 220, "asked": 160}
"""Characters that the loader reads of each text."""


def asked_rule(said: Said, whole: Whole, asker: Asker | None = None) -> Said:
    """What was said of a rule, with what was left out asked for. Leaves with nothing written when the person does."""
    interview = _Interview(said, whole, asker or Asker())
    return interview.leaving(interview.rule)


def asked_question(question: Question, said: Said, whole: Whole, asker: Asker | None = None) -> tuple[Question, Said]:
    """What was said of a question and of the rule that reads it, with what was left out asked for."""
    interview = _Interview(said, whole, asker or Asker(), question)
    interview.leaving(interview.question)
    assert interview.about is not None
    return interview.about, interview.said


class _Interview:
    """One rule, answer by answer; `said` and `about` hold what was said so far, a condition only when it is whole: half of one is wider."""

    def __init__(self, said: Said, whole: Whole, asker: Asker, about: Question | None = None) -> None:
        self.said, self.whole, self.book, self.asker, self.about = said, whole, whole.book, asker, about
        self.conditions = ConditionAsker(whole.book, asker)

    def leaving(self, ask: Callable[[], Said]) -> Said:
        """Ask; when the person leaves, say how to go on."""
        try:
            return ask()
        except (EOFError, KeyboardInterrupt) as left:
            typer.echo(f"\nNothing was written. To go on from here:\n\n  {again(self.said, self.about)}", err=True)
            raise typer.Exit(INTERRUPTED if isinstance(left, KeyboardInterrupt) else UNFINISHED) from None

    def rule(self) -> Said:
        self._free_id()
        if self._open():
            self.asker.say("`?` explains a question. Ctrl-C leaves, and nothing is written.")
        if not self.said.when:
            self.said = replace(self.said, when=self.conditions.condition())
        self._effect()
        self._expects_dose()
        self._basis()
        return self.said

    def question(self) -> Said:
        assert self.about is not None
        self._free_id()
        if self.about.asked is None:
            help = f"A question that is answered yes or no, where yes is what matters. {_LATER}"
            self.about = replace(self.about, asked=self._text("asked", "The question, as the injector reads it", help))
        if not self.about.placed and not self.about.about_place:
            self.said = replace(self.said, when={**_mapping(self.said.when), **self.conditions.place()})
            self.about = replace(self.about, placed=True)
        self._effect()
        if self.about.counts is None:
            help = (
                "incomplete: while the answer is open, a stop is not ruled out\n"
                "caution: an open answer is at most a caution\ninfo: an open answer is listed, and changes no verdict"
            )
            words = ("incomplete", "caution", "info")
            counts = self.asker.ask("What does an open answer count for [incomplete]", one_of(words), help, default="incomplete")
            self.about = replace(self.about, counts=counts)  # type: ignore[arg-type]
        self._basis()
        return self.said

    def _open(self) -> bool:
        said = self.said
        return None in (said.when, said.severity, said.title, said.because, said.advise, said.sources)

    def _free_id(self) -> None:
        """Before anything is asked: is the name one, and is it free?"""
        problems = []
        if not RULE_ID.fullmatch(self.said.id):
            help = "upper-case words joined by hyphens, for example DAO-MEDIAL"
            problems.append(Problem("wrong-word", f"`{self.said.id}` is not an id", help))
        if self.said.id in self.book.rule_by_id:
            standing = self.book.rule_by_id[self.said.id]
            help = f"it stands in {standing.file}:{standing.line}"
            problems.append(Problem("duplicate-id", f"there is a rule `{self.said.id}` already", help))
        if self.about is not None and self.about.name in self.book.facts:
            help = f"it stands in rules/facts.yaml:{self.book.facts[self.about.name].line}"
            problems.append(Problem("duplicate-id", f"there is a fact `{self.about.name}` already", help))
        if problems:
            raise BadInput(problems)

    # what, and on what it rests

    def _effect(self) -> None:
        if self.said.severity is None:
            help = "info: shown, and changes no verdict\ncaution: something to weigh\nstop: do not treat as planned"
            self.said = replace(self.said, severity=self.asker.ask("What is it: info, caution or stop", one_of(SEVERITIES), help))
        if self.said.message is None:
            help = f"One plain sentence. {{fact}} puts the value of a fact in that the rule reads. {_LATER}"
            self.said = replace(self.said, message=self._text("message", "What is the injector told", help))

    def _expects_dose(self) -> None:
        """A rule that a higher dose could clear says so, or is turned round."""
        while self.said.severity != "info" and self.said.when and not self.said.expects_dose:
            through = clears_with_more(read_condition(self.said.when, self.whole), self.book.facts)
            if through is None:
                return
            self.asker.say(
                f"A higher or added dose could clear this rule, through `{through}`. Few rules may: they look for a missing dose."
            )
            meant = self.asker.ask(
                "Is that meant (yes, no)", one_of(("yes", "no")), "yes: say why in the reason. no: say again when it holds"
            )
            if meant == "yes":
                self.said = replace(self.said, expects_dose=True)
            else:
                self.said = replace(self.said, when=self.conditions.condition())

    def _basis(self) -> None:
        said = self.said
        if said.title is None:
            self.said = said = replace(said, title=self._text("title", "Title, the situation in a few words", _LATER))
        if said.because is None:
            self.said = said = replace(said, because=self._text("because", "Why is this so", _LATER))
        if said.advise is None:
            self.said = said = replace(said, advise=self._text("advise", "What is to be done", _LATER))
        if self.said.sources is None and not self.said.new_sources:
            titles = {source.id: source.title for source in self.book.sources.values()}
            help = f"Ids of rules/sources.yaml, with commas between them; or a word to search for. {_LATER}"
            found = self.asker.ask("Sources [later]", several(named(titles, "a source")), help, left_out=True)
            self.said = replace(self.said, sources=found or ())
        if self.said.hazard is None and self.said.severity != "info":
            titles = {hazard.id: hazard.title for hazard in self.book.hazards.values()}
            help = "\n".join([*(f"{id:20} {title}" for id, title in titles.items()), _LATER])
            self.said = replace(self.said, hazard=self.asker.ask("Hazard [later]", named(titles, "a hazard"), help, left_out=True) or "")

    def _text(self, name: str, prompt: str, help: str) -> str:
        def read(text: str) -> str:
            joined = " ".join(text.split())
            if not joined.isprintable() or len(joined) > _LONGEST[name]:
                raise ValueError(f"a text of at most {_LONGEST[name]} characters, got {len(joined)}")
            return joined

        return self.asker.ask(f"{prompt} [later]", read, help, left_out=True) or ""


def _mapping(when: Mapping[str, Any] | str | None) -> Mapping[str, Any]:
    return when if isinstance(when, Mapping) else {}


__all__ = ["asked_question", "asked_rule"]
