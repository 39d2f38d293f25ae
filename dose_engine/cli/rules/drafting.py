"""What was said to `new-rule` or `new-question`, made into a draft. What the rule does, and when, is said or refused, never guessed."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from ...errors import BadInput, Problem, quoted

if TYPE_CHECKING:
    from ...rulebook.conditions import Condition
    from ...workbench.scaffold.drafts import QuestionDraft, RuleDraft, SourceDraft
    from ...workbench.scaffold.homes import Home
    from ...workbench.whole import Whole

SEVERITIES: Final = ("info", "caution", "stop")


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of a rule, on the command line or in answers. None: nothing yet; an empty text is left to be filled in."""

    id: str
    when: Mapping[str, Any] | str | None = None
    severity: str | None = None
    message: str | None = None
    title: str | None = None
    because: str | None = None
    advise: str | None = None
    sources: tuple[str, ...] | None = None
    new_sources: tuple[SourceDraft, ...] = ()
    hazard: str | None = None
    expects_dose: bool = False
    file: str | None = None
    rules: Path | None = None

    def rule(self) -> RuleDraft:
        """The draft. Raises `BadInput` where what it does or when is not said: neither is ever guessed."""
        from ...advisory import Severity
        from ...workbench.scaffold.drafts import RuleDraft

        problems = []
        if not self.when:
            help = 'with --zone or --region, and --when "FACT: VALUE" for what else must hold; or --when always'
            problems.append(Problem("missing-key", "it is not said when the rule holds", help))
        if self.severity is None:
            help = 'with --info, --caution or --stop, and the message; --stop "" leaves the message to be filled in'
            problems.append(Problem("missing-key", "it is not said what the rule does", help))
        if problems or self.severity is None:
            raise BadInput(problems)
        options = {"message": self.severity, "title": "title", "because": "because", "advise": "advise"}
        texts = {name: _one_line(getattr(self, name), f"--{option}") for name, option in options.items()}
        return RuleDraft(
            id=self.id,
            when=self.when if isinstance(self.when, Mapping) else "always",
            severity=Severity(self.severity),
            sources=(*(self.sources or ()), *(source.id for source in self.new_sources)),
            hazard=self.hazard or "",
            expects_dose=self.expects_dose,
            **texts,
        )


@dataclass(frozen=True, slots=True)
class Question:
    """What was said of a question. `placed`: was it said where its rule holds?"""

    name: str
    asked: str | None
    counts: Literal["incomplete", "caution", "info"] | None
    about_place: bool
    placed: bool
    after: str | None

    def draft(self) -> QuestionDraft:
        """The draft. How much an open answer counts for is the strictest where it is not said."""
        from ...workbench.scaffold.drafts import QuestionDraft

        return QuestionDraft(self.name, _one_line(self.asked, "--asked"), self.counts or "incomplete", self.about_place)

    def notes(self) -> list[str]:
        """How what was left out is read."""
        counts = "An open answer counts for `incomplete`, the strictest; --open says otherwise."
        where = "The rule holds everywhere; --zone or --region keeps it to a place."
        return [*([counts] if self.counts is None else []), *([where] if not self.placed and not self.about_place else [])]


def again(said: Said, question: Question | None = None) -> str:
    """The command that says the same without being asked, to be corrected and run again."""
    from ...workbench.scaffold.yaml_lines import flow, scalar

    words = ["dose-engine", "rules", "new-question", question.name] if question else ["dose-engine", "rules", "new-rule", said.id]
    if question is not None:
        words += ["--id", said.id] if said.id != question.name.upper().replace("_", "-") else []
        words += ["--asked", question.asked] if question.asked else []
        words += ["--open", question.counts] if question.counts else []
        words += ["--about", "place"] if question.about_place else []
        words += ["--after", question.after] if question.after else []
    when = said.when if isinstance(said.when, Mapping) else {}
    for fact, value in when.items():
        if fact in ("zone", "region") and not isinstance(value, dict):
            words += [part for word in ([value] if isinstance(value, str) else value) for part in (f"--{fact}", word)]
        elif question is None or fact != question.name:
            words += ["--when", f"{scalar(fact)}: {flow(value)}"]
    words += ["--when", "always"] if said.when == "always" else []
    words += [f"--{said.severity}", said.message] if said.severity and said.message is not None else []
    for option, text in (
        ("title", said.title),
        ("because", said.because),
        ("advise", said.advise),
        ("hazard", said.hazard),
        ("in", said.file),
    ):
        words += [f"--{option}", text] if text else []
    words += [part for id in said.sources or () for part in ("--source", id)]
    words += [part for one in said.new_sources for part in ("--new-source", f"{one.id}: {one.title}; {one.document}")]
    words += ["--expects-dose"] if said.expects_dose else []
    return shlex.join([*words, *(["--rules", str(said.rules)] if said.rules is not None else [])])


def _one_line(text: str | None, option: str) -> str:
    """A text on one line. Raises `BadInput` for what a file could not hold."""
    from ...documents import Unreadable, usable

    joined = " ".join((text or "").split())
    try:
        return usable(joined, "") if joined else ""
    except Unreadable as unreadable:
        raise BadInput([replace(unreadable.problem, line=0, path=option)]) from None


def severity_said(texts: Mapping[str, str | None]) -> tuple[str | None, str | None]:
    """The one severity that was said, and its message. Raises `BadInput` for two."""
    said = [(severity, text) for severity, text in texts.items() if text is not None]
    if len(said) > 1:
        options = " and ".join(f"`--{severity}`" for severity, _ in said)
        raise BadInput([Problem("contradiction", f"a rule has one of `--info`, `--caution` and `--stop`, got {options}")])
    return said[0] if said else (None, None)


def condition_said(zones: Sequence[str], regions: Sequence[str], whens: Sequence[str]) -> Mapping[str, Any] | str | None:
    """`--zone`, `--region` and `--when` as one condition: all of them must hold. None when nothing was said. Raises `BadInput`."""
    from ...documents import Unreadable, read_yaml

    problems: list[Problem] = []
    if zones and regions:
        problems.append(Problem("contradiction", "`--zone` and `--region` together", "a zone has one region; name the zones"))
    found: dict[str, Any] = {}
    for name, words in (("zone", zones), ("region", regions)):
        if words:
            found[name] = words[0] if len(words) == 1 else list(words)
    for text in whens:
        at = f"--when {quoted(text)}"
        if text.strip() == "always":
            continue
        try:
            root, inside = read_yaml(text, "")
        except Unreadable as unreadable:
            problems.append(replace(unreadable.problem, file="", line=0, path=at))
            continue
        problems += [replace(problem, file="", line=0, path=at) for problem in inside]
        if not isinstance(root.value, dict) or not root.value:
            help = 'for example --when "dry_eye: yes" or --when "age: {more_than: 70}"'
            problems.append(Problem("wrong-type", "a condition is a fact, a colon and a value", help, path=at))
            continue
        for fact, value in root.plain().items():
            if fact in found:
                help = 'put both into one: --when "age: {at_least: 18, less_than: 30}"'
                problems.append(Problem("duplicate-key", f"{quoted(fact)} is said twice", help, path=at))
            found[fact] = value
    if problems:
        raise BadInput(problems)
    return found or ("always" if any(text.strip() == "always" for text in whens) else None)


def new_sources_said(texts: Sequence[str]) -> tuple[SourceDraft, ...]:
    """Each `--new-source`. Raises `BadInput`."""
    from ...workbench.scaffold.drafts import SourceDraft

    made, problems = [], []
    for text in texts:
        id, colon, rest = text.partition(":")
        title, semicolon, document = rest.rpartition(";")
        parts = [" ".join(part.split()) for part in (id, title, document)]
        if colon and semicolon and all(parts):
            made.append(SourceDraft(*(_one_line(part, "--new-source") for part in parts)))
        else:
            help = "write 'ID: TITLE; DOCUMENT', for example 'LIT-SMITH-2026: Dose and droop; Smith 2026, J Dermatol 12:34'"
            problems.append(Problem("wrong-type", f"{quoted(text)} is not a source", help))
    if problems:
        raise BadInput(problems)
    return tuple(made)


def read_condition(when: Mapping[str, Any] | str, whole: Whole) -> Condition:
    """The condition under the book, as far as it can be read; what is wrong with it the loader says later."""
    from ...documents import Node, read_yaml
    from ...rulebook.load_conditions import ConditionReader
    from ...rulebook.reader import Reader
    from ...workbench.scaffold.yaml_lines import flow

    node = read_yaml(flow(dict(when)), "")[0] if isinstance(when, Mapping) else Node("always", 1)
    return ConditionReader(whole.book.facts, whole.book.constants, Reader("")).read(node)


def home_said(said: Said, whole: Whole) -> Home:
    """The file that was named, or the one that fits. Raises `BadInput`."""
    from ...workbench.scaffold.homes import home_named, home_of

    if said.file is not None:
        return home_named(said.file, whole.texts)
    return home_of(read_condition(said.when or "always", whole), whole.book, whole.texts)


def at_a_terminal() -> bool:
    """Is there a person who can be asked?"""
    return sys.stdin.isatty() and sys.stdout.isatty()
