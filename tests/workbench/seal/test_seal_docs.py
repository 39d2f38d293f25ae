"""What docs/seal.md tells people to type works, in its order, as it stands there."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path

from dose_engine.rulebook.seal.trust import read_trust

from ...strategies import REPOSITORY
from .sealed import CASE, sound_book

TEXT = (REPOSITORY / "docs" / "seal.md").read_text()
THIS_YEAR = dt.date.today().year


def later(command: str) -> str:
    """With the years of the page moved on, so that its days are always still to come."""
    return re.sub(r"\b20(27|28)-", lambda found: f"{THIS_YEAR + int(found[1]) - 26}-", command)


def test_the_commands_of_the_page_work_in_their_order(tmp_path: Path) -> None:
    sound_book(tmp_path / "my-book")
    (tmp_path / "case.yaml").write_text(CASE)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DOSE_ENGINE_", "XDG_"))}
    environment |= {"HOME": str(tmp_path), "DOSE_ENGINE_KEY_PASSPHRASE": "five words that do not belong"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    shown = ""
    for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL):
        for command in later(block).strip().split("\n"):
            done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == (20 if "check" in command.split() else 0), (command, done.stdout, done.stderr)
            shown += done.stdout
    assert "The seal holds. Dr A. Example (clinical lead) signed this rulebook on" in " ".join(shown.split())
    assert "signed by Dr A. Example (signed on" in " ".join(shown.split())


def test_the_public_line_of_the_page_is_one() -> None:
    (line,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    (entry,) = read_trust(line, "trusted.yaml").by_key.values()
    (revoked,) = re.findall(r"`(revoked: .*?)`", TEXT)
    assert read_trust(f"{line}  {revoked}\n", "trusted.yaml").by_key[entry.key].revoked
    table = TEXT[TEXT.index("| key of an entry |") : TEXT.index("## Sign")]
    named = set(re.findall(r"`(\w+)[`:]", "\n".join(row.split(" | ")[0] for row in table.split("\n"))))
    assert named == {"key", "name", "role", "not_before", "not_after", "revoked"}


def test_every_option_on_the_page_exists() -> None:
    verbs = {verb: _help("rules", verb) for verb in ("keygen", "seal", "verify")} | {"check": _help("check")}
    known = set(re.findall(r"--[a-z-]+", " ".join(verbs.values()))) | {"--write"}
    assert set(re.findall(r"--[a-z][a-z-]+", TEXT)) <= known


def _help(*verb: str) -> str:
    from tests.cli.running import run

    return run(*verb, "--help").stdout
