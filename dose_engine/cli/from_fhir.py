"""`dose-engine from-fhir`: a case file from an export of a health record."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import Day, Rules, ShortFormat, day_or_today

if TYPE_CHECKING:
    from ..errors import BadInput
    from ..service.fhir import Reading
    from ..service.fhir.case_file import CaseFile

STANDARD = "-"
LARGEST = 100_000_000
"""Bytes in the largest export that is read."""

DEEPEST, MOST_VALUES = 60, 10_000_000


def from_fhir(
    bundle: Annotated[
        str, typer.Argument(metavar="BUNDLE", help="The patient's record as one FHIR R4 Bundle in JSON, or - for standard input.")
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where to write the case file. Default: it is printed.")
    ] = STANDARD,
    date: Day = None,
    code_map: Annotated[
        Path | None, typer.Option("--code-map", metavar="CSV", help="Your own codes: a file with the columns system, code, means.")
    ] = None,
    rules: Rules = None,
    pregnancy_days: Annotated[
        int, typer.Option("--pregnancy-days", metavar="N", min=0, max=300, help="How many days old a status of not pregnant still counts.")
    ] = 0,
    format: Annotated[ShortFormat, typer.Option("--format", help="A case file, or JSON with the case, each fact and each gap.")] = "text",
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Write a case file from a health record: what it says, where each fact stands, and what is missing.

    Fill in the rest, then check it. Exit code: 0 written, 2 the record cannot be used.
    """
    from ..service.fhir import CodeMap, read_bundle
    from ..service.fhir.case_file import case_file
    from .noted_case import noted_text
    from .options import book_at

    target = _target(bundle, output, force)
    book = book_at(rules)
    codes = CodeMap.read(code_map, book)
    name = "stdin" if bundle == STANDARD else bundle
    reading = read_bundle(_json(_bytes(bundle, name), name), name, book, codes, day_or_today(date), pregnancy_days=pregnancy_days)
    case = case_file(reading)
    text = _as_json(case, reading) if format == "json" else noted_text(case, reading.gaps, book.product)
    if target is None:
        typer.echo(text, nl=False)
        return
    from ..workbench.seal.writing import write_whole

    write_whole(target, text.encode())
    typer.echo(_told(case, reading, output), err=True)


def _target(bundle: str, output: str, force: bool) -> Path | None:
    """The file to write, None for standard output. Raises `BadInput` when something is in the way."""
    if output == STANDARD:
        return None
    path = Path(output)
    try:
        if not path.exists():
            return path.resolve()
        if not path.is_file():
            raise _bad("file-unreadable", "is no file, so nothing is written there", "name a file with -o", output)
        if bundle != STANDARD and path.samefile(bundle):
            raise _bad("file-unreadable", "is the record itself, and is not overwritten", "name another file with -o", output)
    except (OSError, ValueError, RuntimeError) as error:  # a NUL in the name, links in a circle
        reason = str(getattr(error, "strerror", None) or error)
        raise _bad("file-unreadable", f"cannot be written: {reason[:1].lower()}{reason[1:]}", "", output) from None
    if not force:
        raise _bad("file-unreadable", "the file exists, and is not overwritten", "name another file, or add --force", output)
    return path.resolve()


def _bytes(bundle: str, name: str) -> bytes:
    try:
        if bundle == STANDARD:
            raw = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(bundle).open("rb") as file:
                raw = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error)
        raise _bad("file-unreadable", f"cannot be read: {reason[:1].lower()}{reason[1:]}", "", name) from None
    if len(raw) > LARGEST:
        raise _bad("file-too-large", f"the file is larger than {LARGEST:,} bytes", "export one patient, without documents and images", name)
    return raw


def _json(raw: bytes, name: str) -> Any:
    from ..service.strict_json import Refused, read_json

    try:
        return read_json(raw, deepest=DEEPEST, most_values=MOST_VALUES)
    except Refused as refused:
        raise _placed(raw, name) or _bad(refused.code, refused.reason.partition(";")[0], "", name) from None


def _placed(raw: bytes, name: str) -> BadInput | None:
    """What is wrong with a JSON text, with its line, where that can be told."""
    from ..documents import Unreadable, decode
    from ..errors import BadInput
    from ..json_text import read_json

    try:
        _, problems = read_json(decode(raw, name), name)
    except Unreadable as unreadable:
        problems = [unreadable.problem]
    problems = [problem for problem in problems if problem.code != "file-too-large"]
    return BadInput(problems) if problems else None


def _bad(code: str, message: str, help: str, name: str) -> BadInput:
    from ..errors import BadInput, Problem

    return BadInput([Problem(code, message, help, file=name)])


def _as_json(case: CaseFile, reading: Reading) -> str:
    from ..service.strict_json import write_json

    facts = [
        {"path": path, "says": one.says, "sources": one.sources, **({"dated": one.dated.isoformat()} if one.dated else {})}
        for path, found in (*case.notes.items(), ("", case.beside))
        for one in found
    ]
    gaps = [
        {"code": gap.code, "says": gap.stated or gap.says, "counts_as": str(gap.counts_as), "orders": gap.orders} for gap in reading.gaps
    ]
    return write_json({"case": case.values, "facts": facts, "gaps": gaps}).decode() + "\n"


def _told(case: CaseFile, reading: Reading, output: str) -> str:
    import shlex

    doses, earlier = len(case.values.get("plan", ())), len(case.values["history"].get("treatments", ()))
    found = f"{doses} planned {'dose' if doses == 1 else 'doses'}, {earlier} earlier {'treatment' if earlier == 1 else 'treatments'}"
    missing = (
        f"{len(reading.gaps)} things missing or uncertain: they are listed at the top" if len(reading.gaps) != 1 else "one thing missing"
    )
    return f"Written to {output}: {found}; {missing}. Fill in what is open, then:\n\n  dose-engine check {shlex.quote(output)}"
