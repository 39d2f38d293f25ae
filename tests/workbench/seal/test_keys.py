"""A signing key is kept encrypted, readable by its owner alone, never overwritten, and never in a repository."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from dose_engine.errors import BadInput
from dose_engine.rulebook.seal.trust import Trusted, read_trust
from dose_engine.workbench.seal.keys import (
    LONGEST_PASSPHRASE,
    SHORTEST_PASSPHRASE,
    check_passphrase,
    is_encrypted,
    key_bytes,
    make_key,
    open_key,
    public_key,
    refuse_place,
    work_tree_above,
)
from dose_engine.workbench.seal.public_line import new_signer, one_line, public_line

from ...strategies import REPOSITORY
from .sealed import DAY, TODAY

PASSPHRASE = "five words that do not belong"


def test_a_key_is_opened_with_its_passphrase_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "lead.pem"
    made = make_key(path, PASSPHRASE)
    raw = key_bytes(path)
    assert is_encrypted(raw)
    assert public_key(open_key(raw, PASSPHRASE, path)) == made
    for wrong in ("", "another passphrase", PASSPHRASE + " ", None):
        with pytest.raises(BadInput, match="does not open this key"):
            open_key(raw, wrong, path)


def test_a_passphrase_may_hold_any_bytes(tmp_path: Path) -> None:
    odd = "pässwörd \N{SNOWMAN} \udcff and so on"
    made = make_key(tmp_path / "lead.pem", odd)
    assert public_key(open_key(key_bytes(tmp_path / "lead.pem"), odd, tmp_path)) == made


@pytest.mark.parametrize("umask", [0o000, 0o777, 0o027])
def test_only_the_owner_can_read_a_key(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        make_key(tmp_path / "lead.pem", None)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "lead.pem").stat().st_mode) == 0o600


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "lead.pem"
    make_key(path, PASSPHRASE)
    path.chmod(0o640)
    with pytest.raises(BadInput, match=r"others can read this key \(mode 640\)"):
        key_bytes(path)


def test_no_key_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "lead.pem"
    make_key(path, PASSPHRASE)
    before = path.read_bytes()
    link = tmp_path / "link.pem"
    link.symlink_to(tmp_path / "nowhere.pem")
    for taken in (path, link):
        with pytest.raises(BadInput, match="is not overwritten"):
            make_key(taken, PASSPHRASE)
        with pytest.raises(BadInput, match="is not overwritten"):
            refuse_place(taken)
    assert path.read_bytes() == before
    assert not (tmp_path / "nowhere.pem").exists()


@pytest.mark.parametrize("marker", ["folder", "file"])
def test_no_key_is_written_or_used_in_a_git_work_tree(tmp_path: Path, marker: str) -> None:
    tree = tmp_path / "tree"
    (tree / "deep" / "down").mkdir(parents=True)
    git = tree / ".git"
    git.mkdir() if marker == "folder" else git.write_text("gitdir: elsewhere\n")
    (tmp_path / "link").symlink_to(tree / "deep")
    made = tmp_path / "lead.pem"
    make_key(made, None)
    for folder in (tree, tree / "deep" / "down", tmp_path / "link", tmp_path / "link" / "down" / ".."):
        with pytest.raises(BadInput, match="does not belong in the git work tree"):
            make_key(folder / "new.pem", PASSPHRASE)
        (folder / "lead.pem").write_bytes(made.read_bytes())
        (folder / "lead.pem").chmod(0o600)
        with pytest.raises(BadInput, match="does not belong in the git work tree"):
            key_bytes(folder / "lead.pem")
    assert not list(tmp_path.rglob("new.pem"))


def test_this_repository_is_no_place_for_a_key() -> None:
    if not (REPOSITORY / ".git").exists():
        pytest.skip("not a checkout")
    assert work_tree_above(REPOSITORY / "rules" / "lead.pem") == REPOSITORY


def test_a_key_that_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match="no space left on device"):
        make_key(tmp_path / "lead.pem", PASSPHRASE)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "lead.pem/inside.pem"])
def test_a_place_that_cannot_be_is_an_error(tmp_path: Path, name: str) -> None:
    make_key(tmp_path / "lead.pem", None)
    with pytest.raises(BadInput):
        make_key(tmp_path / name, None)
    with pytest.raises(BadInput):
        key_bytes(tmp_path / name)


def test_what_is_no_ed25519_key_is_refused(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    armour = ("-----BEGIN PRIVATE " + "KEY-----\n").encode()  # in two parts, so that no file here looks like a key
    for number, content in enumerate(
        (b"", b"hello", b"\xff" * 100, armour, armour + b"AAAA\n" + armour.replace(b"BEGIN", b"END"), other, b"x" * 99_999)
    ):
        path = tmp_path / f"{number}.pem"
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(BadInput, match="no Ed25519 private key"):
            open_key(key_bytes(path), None, path)


def test_without_cryptography_making_a_key_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(BadInput, match=r"dose-engine\[seal\]"):
        make_key(tmp_path / "lead.pem", PASSPHRASE)
    assert not list(tmp_path.iterdir())


def test_a_passphrase_that_is_easily_tried_out_is_refused() -> None:
    check_passphrase("x" * SHORTEST_PASSPHRASE)
    for wrong in ("", "x" * (SHORTEST_PASSPHRASE - 1), "x" * (LONGEST_PASSPHRASE + 1)):
        with pytest.raises(BadInput):
            check_passphrase(wrong)


@pytest.mark.parametrize(
    "name", ["Dr A. Example", 'Dr "A": #1 - [x] {y} \\n & * ! | > % @', "José Ñandú \N{SNOWMAN}", "yes", "007", "null"]
)
def test_the_public_line_is_read_back_as_it_was_meant(name: str) -> None:
    signer = new_signer(f"  {name} ", "clinical  lead", TODAY, TODAY + DAY)
    key = "A" * 43 + "="
    line = public_line(Trusted(key, signer.name, signer.role, signer.not_before, signer.not_after))
    assert read_trust(line, "trusted.yaml").by_key[key] == Trusted(key, name, "clinical lead", TODAY, TODAY + DAY)


@pytest.mark.parametrize("text", ["", "  ", "x" * 200, "a\x1b[31mb", "a\u202eb"])
def test_a_name_that_cannot_be_shown_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        one_line(text, "--name")


def test_no_private_key_lies_in_the_repository() -> None:
    key = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{40}")
    skipped = {".git", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "__pycache__", ".ci"}
    files = (path for path in REPOSITORY.rglob("*") if path.is_file() and not skipped & set(path.relative_to(REPOSITORY).parts))
    assert [path for path in files if key.search(path.read_bytes())] == []
