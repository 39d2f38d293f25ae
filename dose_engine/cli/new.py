"""`dose-engine new`: write a case file by answering questions. Nothing that was answered is ever lost."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import Day, Rules, day_or_today

if TYPE_CHECKING:
    from .asking import Asker

INTERRUPTED = 130
UNFINISHED = 2


def new(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Where to write it. Default: the name of the case.")] = None,
    rules: Rules = None,
    date: Day = None,
) -> None:
    """Write a case file: the plan first, then only the questions that plan needs."""
    from ..engine import Engine
    from ..errors import BadInput
    from ..intake import read_case
    from .asking import Asker
    from .case_text import case_text
    from .guard import tell
    from .interview import Interview

    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    asker, today = Asker(), day_or_today(date)
    interview = Interview(Engine.load(rules), asker, today)
    try:
        case = interview.run(file.stem if file else "")
        text = case_text(case)
        read_case(text, "the answers", interview.book, today)
        asker.say("\n" + text)
        written = _write(file or Path(f"{_file_name(case['case'])}.yaml"), text, asker)
    except (EOFError, KeyboardInterrupt) as left:
        _keep(interview.case, file)
        raise typer.Exit(INTERRUPTED if isinstance(left, KeyboardInterrupt) else UNFINISHED) from None
    except BadInput as bad:
        tell(bad.problems)
        _keep(interview.case, file)
        raise typer.Exit(UNFINISHED) from None
    asker.say(f"Written to {written}. Check it:\n\n  dose-engine check {_quoted(str(written))}")


def _write(path: Path, text: str, asker: Asker) -> Path:
    """Write the file; over another one, or where it cannot be written, only after asking."""
    from .asking import one_of

    while True:
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
            return path
        except FileExistsError:
            if path.is_file() and asker.ask(f"{path} exists. Overwrite it (yes, no)", one_of(("yes", "no"))) == "yes":
                path.write_text(text, encoding="utf-8")
                return path
        except OSError as error:
            asker.say(f"{path} cannot be written: {error.strerror}")
        path = asker.ask("Write it to which file", _path)


def _path(text: str) -> Path:
    if not text or "\0" in text:
        raise ValueError("the name of a file, for example case.yaml")
    return Path(text)


def _keep(case: dict[str, Any], file: Path | None) -> None:
    """Write what was answered beside the file it was meant for, over nothing, and say where."""
    from .case_text import case_text

    if not case:
        typer.echo("\nNothing was answered, nothing is written.", err=True)
        return
    meant = file or Path(_file_name(str(case.get("case") or "case")))
    stem = meant.with_suffix("") if meant.suffix in (".yaml", ".yml", ".json") else meant
    for number in range(1, 1000):
        path = stem.with_name(f"{stem.name}.partial{'' if number == 1 else f'-{number}'}.yaml")
        try:
            with path.open("x", encoding="utf-8") as partial:
                partial.write("# Not finished: add what is missing, then check it.\n" + case_text(case))
        except FileExistsError:
            continue
        except OSError:
            break
        typer.echo(f"\nNot finished. What was answered is kept in {path}", err=True)
        return
    typer.echo("\nNot finished, and it could not be kept in a file. What was answered:\n" + case_text(case), err=True)


def _file_name(label: str) -> str:
    """A label as the name of a file, without anything a path or a shell could read."""
    return re.sub(r"[^\w.-]+", "-", label).strip("-.")[:80] or "case"


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)
