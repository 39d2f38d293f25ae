"""`rules keygen`, `rules seal`, `rules verify`, and `check --require-seal`, as the people who use them meet them."""

from __future__ import annotations

import datetime as dt
import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import termios
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import Result

from tests.cli.running import run
from tests.workbench.seal.sealed import CASE, small_book

PASSPHRASE = "five words that do not belong"
NAME = "Dr A. Example"
DESPITE = ("--despite", "lint", "--despite", "proofs")
"""The small book is made to try the language, not to be treated by."""


@dataclass(frozen=True)
class Desk:
    """Where a clinical lead works: a rulebook, a key, a trust list."""

    folder: Path

    @property
    def book(self) -> Path:
        return self.folder / "book"

    @property
    def key(self) -> Path:
        return self.folder / "keys" / "lead.pem"

    @property
    def trust(self) -> Path:
        return self.folder / "config" / "dose-engine" / "trusted.yaml"

    def rules(self, verb: str, *arguments: str, **environment: str | None) -> Result:
        usual = {"XDG_CONFIG_HOME": str(self.folder / "config"), "DOSE_ENGINE_KEY_PASSPHRASE": PASSPHRASE}
        where = () if verb == "keygen" else ("--rules", str(self.book))
        return run("rules", verb, *arguments, *where, **{"DOSE_ENGINE_TRUST": None, **usual, **environment})

    def check(self, *arguments: str, **environment: str | None) -> Result:
        usual = {"XDG_CONFIG_HOME": str(self.folder / "config"), "DOSE_ENGINE_TRUST": None, "DOSE_ENGINE_REQUIRE_SEAL": None}
        return run("check", "-", "--rules", str(self.book), *arguments, given=CASE, **{**usual, **environment})

    def keygen(self, *arguments: str) -> Result:
        return self.rules("keygen", "--name", NAME, "-o", str(self.key), *arguments)

    def seal(self, *arguments: str, **environment: str | None) -> Result:
        return self.rules("seal", "--key", str(self.key), *arguments, **environment)

    def change(self, file: str, old: str, new: str) -> None:
        text = (self.book / file).read_text()
        assert old in text
        (self.book / file).write_text(text.replace(old, new, 1))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """With a key that is trusted, and a rulebook that is not yet sealed."""
    desk = Desk(tmp_path)
    small_book(desk.book)
    made = desk.keygen("--role", "clinical lead")
    assert made.exit_code == 0, made.stderr
    desk.trust.parent.mkdir(parents=True)
    desk.trust.write_text(made.stdout)
    return desk


@pytest.fixture
def sealed(desk: Desk) -> Desk:
    assert desk.seal(*DESPITE).exit_code == 0
    return desk


def test_the_whole_way_from_a_key_to_a_sealed_advisory(desk: Desk) -> None:
    assert "DRAFT, not signed by a named clinician" in desk.check().stdout
    assert desk.rules("verify").exit_code == 3
    made = desk.seal("--statement", "Read by me.", "--until", "2100-01-01", *DESPITE)
    assert made.exit_code == 0
    assert "The seal holds. Dr A. Example (clinical lead) signed" in " ".join(made.stdout.split())
    found = desk.rules("verify")
    assert found.exit_code == 0
    for part in (NAME, "clinical lead", "until Fri 2100-01-01", '"Read by me."', "Every file is as it was signed", "Signed despite: "):
        assert part in " ".join(found.stdout.split())
    checked = desk.check("--require-seal", "--format", "json")
    about = json.loads(checked.stdout)["rulebook"]
    assert (about["seal"], about["sealed_by"]) == ("holds", NAME)
    assert "signed by Dr A. Example (signed on" in " ".join(desk.check().stdout.split())


def test_a_seal_that_does_not_hold_is_told_first_in_every_report(sealed: Desk) -> None:
    sealed.change("zones.yaml", "stop_above: 8", "stop_above: 9")
    words = "DRAFT: the seal does not hold: the rulebook was changed after it was signed (zones.yaml)."
    for arguments in ((), ("--brief",), ("--full",)):
        assert words in " ".join(sealed.check(*arguments).stdout.split())
    lines = sealed.check().stdout.split("\n")
    assert any("DRAFT" in line for line in lines[:5])
    assert re.search(r"\*\*DRAFT: the seal does not hold: .*zones\.yaml\)\.\*\*", sealed.check("--format", "markdown").stdout)


def test_verify_names_what_changed_and_what_to_do(sealed: Desk) -> None:
    sealed.change("zones.yaml", "stop_above: 8", "stop_above: 8.5")
    found = sealed.rules("verify")
    assert found.exit_code == 3
    told = " ".join(found.stdout.split())
    assert told.startswith("The seal does not hold: the rulebook was changed after it was signed (zones.yaml).")
    assert "8.5 U" in told
    assert "sealed again" in told
    shown = json.loads(sealed.rules("verify", "--format", "json").stdout)
    assert (shown["seal"], shown["holds"], shown["sealed_by"]) == ("changed", False, None)
    assert any("8.5" in change for change in shown["changes"])


def test_verify_says_which_files_are_only_written_differently(sealed: Desk) -> None:
    sealed.change("rules/neck.yaml", "- id: PREGNANT", "# First of all.\n-   id: PREGNANT")
    sealed.change("rules/neck.yaml", "{pregnant: yes}", "{'pregnant': \"yes\"}")
    (sealed.book / "rules" / "neck.yaml").write_text(
        (sealed.book / "rules" / "neck.yaml").read_text().replace("-   id: PREGNANT\n  ", "- id: PREGNANT\n  ")
    )
    found = sealed.rules("verify")
    assert found.exit_code == 0
    assert "Written differently, and meaning the same: rules/neck.yaml." in " ".join(found.stdout.split())


def test_verify_judges_by_the_day_it_is_given(sealed: Desk) -> None:
    assert sealed.seal("--until", "2100-01-01", *DESPITE).exit_code == 0
    assert sealed.rules("verify", "--date", "2100-01-01").exit_code == 0
    later = sealed.rules("verify", "--date", "2100-01-02")
    assert later.exit_code == 3
    assert "it ended on 2100-01-01" in later.stdout


@pytest.mark.parametrize("how", ["stripped", "changed", "foreign", "no trust list"])
def test_where_a_seal_is_required_the_check_refuses_and_says_what_to_do(sealed: Desk, how: str) -> None:
    assert sealed.check("--require-seal").exit_code in (0, 10, 20, 30)
    match how:
        case "stripped":
            (sealed.book / "rules" / "seal.json").unlink()
        case "changed":
            sealed.change("rules/facts.yaml", "within_days: 28", "within_days: 27")
        case "foreign":
            sealed.trust.write_text("[]\n")
        case _:
            sealed.trust.unlink()
    for refused in (sealed.check("--require-seal"), sealed.check(DOSE_ENGINE_REQUIRE_SEAL="1")):
        assert refused.exit_code == 2
        assert refused.stdout == ""
        assert "rules/seal.json: a seal is asked for, and " in refused.stderr
        assert len(refused.stderr.strip().split("\n")) >= 2
    assert sealed.check().exit_code in (0, 10, 20, 30)


def test_a_damaged_seal_is_an_error_for_every_verb_that_reads_it(sealed: Desk) -> None:
    (sealed.book / "rules" / "seal.json").write_text('{"format": "dose-engine-seal-v1"')
    for result in (sealed.check(), sealed.rules("verify"), sealed.seal(*DESPITE)):
        assert result.exit_code == 2
        assert result.stderr.startswith("rules/seal.json:1: not JSON")


# sealing is refused


def test_a_rulebook_that_does_not_load_is_not_sealed_and_every_error_is_told(desk: Desk) -> None:
    desk.change("rules/neck.yaml", "pregnant: yes", "pregnent: yes")
    desk.change("rules/neck.cases.yaml", "verdict: stop", "verdict: maybe")
    refused = desk.seal(*DESPITE)
    assert refused.exit_code == 2
    assert "rules/neck.yaml:3" in refused.stderr
    assert not (desk.book / "rules" / "seal.json").exists()


def test_a_rulebook_whose_cases_fail_is_not_sealed_unless_that_is_asked_for(desk: Desk) -> None:
    desk.change("rules/neck.cases.yaml", "verdict: stop", "verdict: caution")
    refused = desk.seal(*DESPITE)
    assert refused.exit_code == 3
    assert "Not signed: 1 case fails." in refused.stdout
    assert "rules/neck.cases.yaml:1: case PREGNANT-YES" in refused.stdout
    assert not (desk.book / "rules" / "seal.json").exists()
    made = desk.seal("--despite", "cases", *DESPITE)
    assert made.exit_code == 0
    assert "Signed despite: 1 case fails" in made.stdout
    assert "1 case fails" in json.loads(desk.check("--format", "json").stdout)["rulebook"]["seal_note"]


def test_a_rulebook_that_is_not_proved_is_not_sealed_unless_that_is_asked_for(desk: Desk) -> None:
    refused = desk.seal("--despite", "lint")
    assert refused.exit_code == 3
    assert "--despite proofs" in refused.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--despite", "lnt"), "did you mean `lint`?"),
        (("--until", "2020-01-01", *DESPITE), "--until 2020-01-01 is before today"),
        (("--until", "tomorrow"), "`tomorrow` is not a day"),
        (("--name", "Dr B.", *DESPITE), "the trust list calls the owner of this key `Dr A. Example`"),
        (("--statement", "x" * 1001), "at most 1000"),
        (("--trust", "nowhere.yaml", *DESPITE), "nowhere.yaml: cannot be read"),
    ],
)
def test_a_wish_that_cannot_be_met_is_an_error(desk: Desk, arguments: tuple[str, ...], message: str) -> None:
    refused = desk.seal(*arguments)
    assert refused.exit_code == 2
    assert message in " ".join(refused.stderr.split())
    assert not (desk.book / "rules" / "seal.json").exists()


def test_a_wrong_passphrase_signs_nothing(desk: Desk) -> None:
    refused = desk.seal(*DESPITE, DOSE_ENGINE_KEY_PASSPHRASE="another passphrase")
    assert refused.exit_code == 2
    assert "the passphrase does not open this key" in refused.stderr
    assert "another passphrase" not in refused.output
    assert not (desk.book / "rules" / "seal.json").exists()


def test_a_signer_who_is_not_listed_says_who_they_are_and_is_told_that_it_does_not_count_yet(desk: Desk) -> None:
    desk.trust.unlink()
    assert "say who signs with --name" in desk.seal(*DESPITE).stderr
    made = desk.seal("--name", NAME, *DESPITE)
    assert made.exit_code == 0
    assert "The seal could not be checked" in made.stdout


def test_a_git_revision_is_neither_sealed_nor_verified(desk: Desk) -> None:
    tree = desk.folder / "tree"
    shutil.copytree(desk.book, tree)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(tree)]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    before = Path.cwd()
    os.chdir(tree)
    try:
        for result in (
            run("rules", "verify", "--rules", "HEAD"),
            run("rules", "seal", "--key", str(desk.key), "--rules", "HEAD", DOSE_ENGINE_KEY_PASSPHRASE=PASSPHRASE),
        ):
            assert result.exit_code == 2
            assert "HEAD: " in result.stderr
    finally:
        os.chdir(before)


# keys


def test_keygen_prints_the_public_line_alone_and_keeps_the_private_key_to_itself(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    made = desk.keygen("--expires", "2100-01-01")
    assert made.exit_code == 0
    today = dt.date.today()
    assert re.fullmatch(
        rf'- key: [A-Za-z0-9+/]{{43}}=\n  name: "Dr A. Example"\n  not_before: {today}\n  not_after: 2100-01-01\n', made.stdout
    )
    assert desk.key.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE")
    assert PASSPHRASE not in made.output


def test_a_key_without_a_passphrase_only_when_it_is_asked_for(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    arguments = ("--name", NAME, "-o", str(desk.key))
    refused = desk.rules("keygen", *arguments, DOSE_ENGINE_KEY_PASSPHRASE=None)
    assert refused.exit_code == 2
    assert "needs a passphrase" in refused.stderr
    assert not desk.key.exists()
    made = desk.rules("keygen", *arguments, "--no-passphrase", DOSE_ENGINE_KEY_PASSPHRASE=None)
    assert made.exit_code == 0
    assert "NOT encrypted" in made.stderr
    small_book(desk.book)
    assert desk.seal("--name", NAME, *DESPITE, DOSE_ENGINE_KEY_PASSPHRASE=None).exit_code == 0


def test_a_passphrase_may_come_from_a_file(desk: Desk) -> None:
    file = desk.folder / "passphrase"
    file.write_text(f"{PASSPHRASE}\r\nthe rest is not read\n")
    assert desk.seal(*DESPITE, "--passphrase-file", str(file), DOSE_ENGINE_KEY_PASSPHRASE="not this one").exit_code == 0
    file.write_text("another one altogether\n")
    assert desk.seal(*DESPITE, "--passphrase-file", str(file)).exit_code == 2
    missing = desk.seal(*DESPITE, "--passphrase-file", str(desk.folder / "nothing"))
    assert "nothing: cannot be read" in missing.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--expires", "2020-01-01"), "--expires 2020-01-01 is before today"),
        (("--name", " "), "--name is empty"),
    ],
)
def test_a_key_that_nobody_could_use_is_not_made(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    desk = Desk(tmp_path)
    refused = desk.keygen(*arguments)
    assert refused.exit_code == 2
    assert message in refused.stderr
    assert not desk.key.exists()


def test_a_short_passphrase_makes_no_key(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    refused = desk.rules("keygen", "--name", NAME, "-o", str(desk.key), DOSE_ENGINE_KEY_PASSPHRASE="short")
    assert refused.exit_code == 2
    assert "5 characters long, at least 16" in refused.stderr
    assert not desk.key.exists()


def test_a_passphrase_is_asked_for_twice_and_not_shown(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DOSE_ENGINE_KEY_PASSPHRASE"}
    command = [sys.executable, "-m", "dose_engine", "rules", "keygen", "--name", NAME, "-o", str(tmp_path / "lead.pem")]
    shown = at_a_terminal(command, environment, [PASSPHRASE, PASSPHRASE])
    assert shown.count("Passphrase for the new key:") == 1
    assert "Repeat for confirmation:" in shown
    assert PASSPHRASE not in shown
    assert (tmp_path / "lead.pem").read_text().startswith("-----BEGIN ENCRYPTED PRIVATE")


def at_a_terminal(command: list[str], environment: dict[str, str], answers: list[str]) -> str:
    """Run a command at a terminal of its own, answer each question once it hides what is typed, and return what was on the screen."""
    terminal, theirs = pty.openpty()
    running = subprocess.Popen(command, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    screen, asked, left = "", 0, list(answers)
    while running.poll() is None or select.select([terminal], [], [], 0)[0]:
        if select.select([terminal], [], [], 0.02)[0]:
            screen += os.read(terminal, 4096).decode(errors="replace")
        hidden = not termios.tcgetattr(theirs)[3] & termios.ECHO
        if left and hidden and screen.count(":") > asked:
            asked = screen.count(":")
            os.write(terminal, f"{left.pop(0)}\n".encode())
    os.close(theirs)
    os.close(terminal)
    assert running.returncode == 0, screen
    return screen
