"""`dose-engine rules seal`: sign what the rulebook means."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..options import PassphraseFile, Rules, Trust, read_day, whole_at

if TYPE_CHECKING:
    from ...workbench.seal.gates import Wanting

FOUND = 3
MOST_SHOWN = 10


def seal(
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="Your private key, made by dose-engine rules keygen.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Your name, where the trust list does not have your key yet.")] = "",
    until: Annotated[
        str | None, typer.Option("--until", metavar="YYYY-MM-DD", callback=read_day, help="The last day on which the seal holds.")
    ] = None,
    statement: Annotated[str, typer.Option("--statement", metavar="TEXT", help="What is to be read with your signature.")] = "",
    despite: Annotated[
        list[str] | None,
        typer.Option(
            "--despite", metavar="cases|lint|proofs", help="Sign although this is wanting; it is written into the seal. Can be repeated."
        ),
    ] = None,
    passphrase_file: PassphraseFile = None,
    trust: Trust = None,
    rules: Rules = None,
) -> None:
    """Sign what the rulebook means: rules, zones, facts, numbers, sources, cases and claims.

    Refuses a rulebook that does not load, whose cases fail, whose lint has errors, or whose claims are not proved.
    Exit code: 0 signed, 3 something is wanting, 2 wrong input.
    """
    from datetime import date

    from ...errors import BadInput, Problem
    from ...rulebook.seal.paper import LONGEST_STATEMENT
    from ...workbench.scaffold.files import writable_folder
    from ...workbench.seal.gates import wanting
    from ...workbench.seal.keys import is_encrypted, key_bytes, open_key
    from ...workbench.seal.public_line import one_line
    from ...workbench.seal.saying import Verified, before_signing
    from ...workbench.seal.sealing import Wish, previous_seal, seal_whole
    from .passphrase import passphrase
    from .verify import show, write

    waived = _gates(despite or [])
    wish = Wish(
        name=one_line(name, "--name") if name else "",
        today=date.today(),
        until=date.fromisoformat(until) if until else None,
        says=one_line(statement, "--statement", LONGEST_STATEMENT) if statement else "",
        trust=trust,
    )
    whole = whole_at(rules)
    if whole.folder is None:
        raise BadInput([Problem("contradiction", "a git revision cannot be sealed", "check it out, and seal the folder", file=whole.name)])
    writable_folder(whole.folder, whole.name)
    raw = key_bytes(key)
    previous = previous_seal(whole.folder)
    found = wanting(whole, wish.today)
    if open_gates := [one for one in found if one.gate not in waived]:
        _refuse(open_gates)
        raise typer.Exit(FOUND)
    write(before_signing(whole, previous))
    signing = open_key(raw, passphrase(passphrase_file, new=False) if is_encrypted(raw) else None, key)
    standing = seal_whole(whole, signing, wish, [one.says for one in found], previous)
    typer.echo(f"Signed, and written to {whole.folder / 'rules'}: keep rules/seal.json and rules/sealed.zip with the rules.")
    show(Verified(whole, standing), "text")


def _gates(despite: Sequence[str]) -> Sequence[str]:
    """Raises `BadInput` for what nobody looks at."""
    from ...errors import BadInput, Problem, did_you_mean, quoted
    from ...workbench.seal.gates import GATES

    if unknown := [word for word in despite if word not in GATES]:
        raise BadInput([Problem("wrong-word", f"{quoted(unknown[0])} is nothing for --despite", did_you_mean(unknown[0], GATES))])
    return despite


def _refuse(found: Sequence[Wanting]) -> None:
    for one in found:
        typer.echo(f"Not signed: {one.says}.")
        for line in one.details[:MOST_SHOWN]:
            typer.echo(f"  {line}")
        if len(one.details) > MOST_SHOWN:
            typer.echo(f"  and {len(one.details) - MOST_SHOWN} more")
        typer.echo(f"  {one.remedy[:1].upper()}{one.remedy[1:]}. To sign all the same, add --despite {one.gate}; the seal then says so.")
