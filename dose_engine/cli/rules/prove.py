"""`dose-engine rules prove`: hold the claims of a rulebook against every patient within the bounds."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ...errors import Problem, RulebookError, did_you_mean
from ..options import Rules, whole_at

if TYPE_CHECKING:
    from ...workbench.claims import Claim
    from ...workbench.prove.result import Proof
    from ...workbench.whole import Whole

FOUND = 3
NO_SOLVER = "proofs need z3; install it with `pip install 'dose-engine[prove]'`"


def prove(
    claims: Annotated[list[str] | None, typer.Argument(metavar="CLAIMS", help="Ids of claims. Default: all of rules/claims.yaml.")] = None,
    rules: Rules = None,
    write: Annotated[bool, typer.Option("--write", help="Write the certificate, rules/certificates.json.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Prove nothing; say whether the certificate speaks for this book.")] = False,
    planned: Annotated[int, typer.Option("--planned", min=1, max=30, help="Bound: doses in the plan.")] = 8,
    past: Annotated[int, typer.Option("--past", min=0, max=30, help="Bound: earlier treatments.")] = 6,
    scheduled: Annotated[int, typer.Option("--scheduled", min=0, max=10, help="Bound: scheduled treatments.")] = 2,
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.001, max=3600, help="The most that one question to the solver may take.")
    ] = 30,
    format: Annotated[Literal["text", "json"], typer.Option("--format", help="How to show it.")] = "text",
) -> None:
    """Prove claims about the whole rulebook, and show a patient for each that does not hold.

    A claim that is not settled in time is not proved. Exit code 3 when a claim is broken or not proved.
    """

    whole = whole_at(rules)
    if check:
        raise typer.Exit(_checked(whole, format))
    picked = _chosen(claims, whole)
    need_solver()
    from ...workbench.prove.patient import Bounds
    from ...workbench.prove.whole_book import processes
    from ...workbench.prove.whole_book import prove as prove_all

    if write and claims:
        raise RulebookError([Problem("contradiction", "a certificate is written of all claims", "leave the ids out, or `--write`")])
    if write:
        from ...workbench.scaffold.files import writable_folder

        writable_folder(whole.folder, whole.name)
    bounds = Bounds(planned, past, scheduled)
    if write and any(chosen < usual for chosen, usual in zip(bounds, Bounds(), strict=True)):
        raise RulebookError([Problem("contradiction", f"a certificate covers at least {Bounds()}", "leave the bounds out, or `--write`")])
    proofs = []
    if sys.stderr.isatty():
        typer.echo(f"proving {len(picked)} claims; the whole book takes a minute or two", err=True)
    for proof in prove_all(whole, picked, bounds, seconds, processes()):
        proofs.append(proof)
        if format == "text":
            typer.echo(_lines(proof, whole), nl=False)
    bad = [proof for proof in proofs if proof.outcome != "proved"]
    if format == "json":
        typer.echo(_json(proofs))
    else:
        typer.echo(_summary(proofs, str(bounds)))
    if write:
        _write(whole, proofs)
    if bad:
        raise typer.Exit(FOUND)


def need_solver() -> None:
    """Raises `RulebookError` where z3 is not installed."""
    from importlib.util import find_spec

    if find_spec("z3") is None:
        raise RulebookError([Problem("file-unreadable", "z3 is not installed", NO_SOLVER)])


def _chosen(names: Sequence[str] | None, whole: Whole) -> list[Claim]:
    known = {claim.id: claim for claim in whole.claims}
    if not names:
        return list(whole.claims)
    unknown = [name for name in names if name not in known]
    if unknown:
        listing = "claims are listed in rules/claims.yaml"
        raise RulebookError(
            [Problem("unknown-id", f"`{name}` is not a claim", did_you_mean(name.upper(), known, listing)) for name in unknown]
        )
    return [known[name] for name in dict.fromkeys(names)]


def _lines(proof: Proof, whole: Whole) -> str:
    from ...report.terminal import Page, Screen

    page = Page(Screen.here())
    mark = {"proved": "proved      ", "broken": "BROKEN      ", "not proved": "NOT PROVED  "}[proof.outcome]
    at = "" if proof.outcome == "proved" else f"  (rules/claims.yaml:{proof.line})"
    page.line(f"{proof.claim}: {proof.says}{at}", mark)
    if proof.note:
        page.line(proof.note, "            ")
    if proof.outcome == "broken":
        page.as_written("\n".join(_shown(proof, whole)))
    return page.text()


def _shown(proof: Proof, whole: Whole) -> list[str]:
    """The patients who show it, ready to be saved as cases."""
    from ...workbench.prove.shown import witness_text

    return [line for witness in proof.witnesses for line in ["", *witness_text(proof, witness, whole).rstrip().split("\n")]]


def _summary(proofs: Sequence[Proof], bounds: str) -> str:
    counts = {outcome: sum(1 for proof in proofs if proof.outcome == outcome) for outcome in ("proved", "broken", "not proved")}
    said = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
    number = f"{len(proofs)} claim{'' if len(proofs) == 1 else 's'}"
    return f"{number}: {said or 'none'}. Over every patient with at most {bounds}, where nothing else is said."


def _json(proofs: Sequence[Proof]) -> str:
    import json

    shown: list[dict[str, Any]] = [
        {
            "claim": proof.claim,
            "says": proof.says,
            "result": proof.outcome,
            "bounds": proof.bounds,
            "note": proof.note,
            "witnesses": [{"says": one.says, "case": one.values, "then": one.then} for one in proof.witnesses],
        }
        for proof in proofs
    ]
    return json.dumps(shown, indent=2, default=float)


def _write(whole: Whole, proofs: Sequence[Proof]) -> None:
    import z3

    from ...workbench.prove.certificate import FILE, certificate
    from ...workbench.prove.certificate import write as write_file

    path = _folder(whole) / FILE
    write_file(path, certificate(whole, proofs, z3.get_version_string()))
    typer.echo(f"wrote {path}", err=True)


def _checked(whole: Whole, format: str) -> int:
    from ...workbench.prove.certificate import FILE, read, stale

    path = _folder(whole) / FILE
    wrong = stale(read(path), whole)
    if format == "json":
        import json

        typer.echo(json.dumps({"file": str(path), "holds": not wrong, "why_not": wrong}, indent=2))
    elif wrong:
        typer.echo("\n".join([f"{path}: the certificate does not speak for this book", *(f"  {line}" for line in wrong)]), file=sys.stdout)
        typer.echo("  prove it anew: dose-engine rules prove --write")
    else:
        typer.echo(
            f"{path}: every claim of this book is proved" if whole.claims else "the book has no claims; they go into rules/claims.yaml"
        )
    return FOUND if wrong else 0


def _folder(whole: Whole) -> Path:
    if whole.folder is None:
        raise RulebookError([Problem("file-unreadable", "a certificate stands in a folder, not in a revision", file=whole.name)])
    return whole.folder
