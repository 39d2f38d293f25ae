"""`dose-engine rules keygen`: make a signing key."""

from pathlib import Path
from typing import Annotated

import typer

from ..options import PassphraseFile, read_day


def keygen(
    name: Annotated[str, typer.Option("--name", metavar="NAME", help='Who signs with it, for example "Dr A. Example".')],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="Where to put the private key: outside any repository.")],
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help='What they are, for example "clinical lead".')] = "",
    expires: Annotated[
        str | None, typer.Option("--expires", metavar="YYYY-MM-DD", callback=read_day, help="The last day on which the key counts.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    no_passphrase: Annotated[
        bool, typer.Option("--no-passphrase", help="Do not encrypt the key: whoever reads the file can sign.")
    ] = False,
) -> None:
    """Make a signing key, and print its public line for the trust list.

    The private key is encrypted with a passphrase and stays with the person who signs. Exit code: 0 made, 2 not made.
    """
    from dataclasses import replace
    from datetime import date

    from ...rulebook.seal.paper import fingerprint
    from ...workbench.seal.keys import check_passphrase, make_key, refuse_place
    from ...workbench.seal.public_line import new_signer, public_line
    from .passphrase import passphrase

    signer = new_signer(name, role, date.today(), date.fromisoformat(expires) if expires else None)
    refuse_place(out)  # before anybody thinks up a passphrase
    secret = None if no_passphrase else passphrase(passphrase_file, new=True)
    if secret is not None:
        check_passphrase(secret)
    key = make_key(out, secret)
    typer.echo(public_line(replace(signer, key=key)), nl=False)
    kept = "NOT encrypted: whoever reads it can sign." if secret is None else "encrypted with your passphrase."
    typer.echo(
        f"The private key is in {out}, {kept} Keep it to yourself and out of every repository.\n"
        f"Its fingerprint is {fingerprint(key)}.\n"
        "Above is the public line for the trust list of everyone who checks. Tell them the fingerprint over another way.",
        err=True,
    )
