"""Writes what `new-rule` and `new-question` were told to add, and says what stands where and what comes next."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from ...errors import BadInput, Problem, RulebookError
from ...rulebook.load import shipped_folder

if TYPE_CHECKING:
    from ...workbench.scaffold.additions import Addition, Scaffold
    from ...workbench.whole import Whole

FOUND: Final = 3
"""The exit code when something was found that is not as it should be: here, a rule without its cases."""


def finish(whole: Whole, addition: Addition, dry_run: bool, rules: Path | None, again: str = "", notes: Sequence[str] = ()) -> int:
    """Add it, write it (all files or none), and say what stands where and what comes next. Returns the exit code.

    `again`: the command that says what was answered, shown where it is refused. `notes`: how what was left out was read.
    """
    from ...workbench.scaffold.additions import scaffold
    from ...workbench.scaffold.files import writable_folder, write

    try:
        folder = None if dry_run else writable_folder(whole.folder, whole.name)
        made = scaffold(whole, addition)
        if folder is not None:
            write(folder, whole.texts, made.texts)
    except RulebookError as refused:
        if again:
            typer.echo(f"\nNothing was written. To correct what you said, without answering again:\n\n  {again}\n")
        raise BadInput(map(_with_option, refused.problems)) from None
    report = _Report(made, addition, whole)
    paragraphs = [report.placed("It would be written:" if dry_run else "Written:"), [*report.home(), *notes], report.to_do()]
    paragraphs.append(report.texts() if dry_run else _next(whole, rules))
    typer.echo("\n\n".join("\n".join(lines) for lines in paragraphs if lines))
    return FOUND if made.missing else 0


def _with_option(problem: Problem) -> Problem:
    """What a rule file would say, as the command line says it."""
    if problem.code != "expects-dose":
        return problem
    return replace(problem, help="turn the comparison round, or add --expects-dose and say why in --because")


class _Report:
    """What was added, for the person who asked for it."""

    def __init__(self, made: Scaffold, addition: Addition, whole: Whole) -> None:
        self.made, self.addition, self.whole = made, addition, whole

    def placed(self, heading: str) -> list[str]:
        """Each addition with its file and line, as an editor opens them; a case with the verdicts of its halves."""
        places = [(f"{self._shown(placed.file)}:{placed.line}", placed.what) for placed in self.made.placed]
        width = max(len(place) for place, _ in places)
        verdicts = {
            f"case {case.id}": f": {case.expect.verdict}" + (f", then {case.then.verdict}" if case.then else "") for case in self.made.cases
        }
        return [heading, *(f"  {place:{width}}  {what}{verdicts.get(what, '')}" for place, what in places)]

    def home(self) -> list[str]:
        home = self.addition.home
        return [f"The rule is in {home.file} because {home.why}; --in names another file."] if home.why else []

    def to_do(self) -> list[str]:
        """What is missing: a case, and what the files leave to be filled in."""
        question = self.addition.question
        left = [*self.addition.rule.left_out(), *(["the question"] if question and not question.asked else [])]
        lines = [f"Still to fill in, where the files say FILL IN: {', '.join(left)}."] if left else []
        if self.made.missing:
            lines.append(f"A case is missing: {self.made.missing}.")
            lines.append(f"Write it by hand in {self._shown(self.addition.home.cases)}; rules/README.md shows how.")
        return lines

    def texts(self) -> list[str]:
        """The additions as they would stand in their files."""
        return [line for placed in self.made.placed for line in (f"{placed.file}:", *(f"  {line}" for line in placed.lines), "")][:-1]

    def _shown(self, file: str) -> str:
        """The file as it is found from here."""
        return file if self.whole.folder is None else shown_path(self.whole.folder / file)


def _next(whole: Whole, rules: Path | None) -> list[str]:
    """The commands that come next, ready to be run from here."""
    option = f" --rules {shlex.quote(str(rules))}" if rules is not None else ""
    verbs = [f"lint{option}", f"test{option}"]
    folder = whole.folder
    if folder is not None:
        verbs += [f"schema{option}"] if (folder / "rules" / "schemas").is_dir() else []
        verbs += [f"impact {old} {shlex.quote(shown_path(folder))}"] if (old := _before(folder)) else []
    return ["Next:", *(f"  dose-engine rules {verb}" for verb in (*verbs, f"seal --key YOUR-KEY{option}"))]


def _before(folder: Path) -> str:
    """The rulebook to compare with: the shipped one, or, for that itself, the last commit; empty where there is none."""
    shipped = shipped_folder()
    if folder.resolve() != shipped.resolve():
        return shlex.quote(shown_path(shipped))
    return "HEAD" if (shipped / ".git").exists() else ""


def shown_path(path: Path) -> str:
    """A path as it is found from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else str(path)
