"""Signing keys: Ed25519, as PEM (PKCS8) encrypted with a passphrase, in a file that only its owner can read, outside any repository."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ...errors import BadInput, Problem
from ...rulebook.seal.standing import INSTALL

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LARGEST_KEY: Final = 20_000
"""Bytes in the largest key file that is read."""
SHORTEST_PASSPHRASE, LONGEST_PASSPHRASE = 16, 200
_ENCRYPTED: Final = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"


def work_tree_above(path: Path) -> Path | None:
    """The git work tree that a file lies in, links followed; None outside any."""
    whole = path.expanduser().absolute()
    whole = whole.parent.resolve() / whole.name
    return next((folder for folder in whole.parents if os.path.lexists(folder / ".git")), None)


def refuse_place(path: Path) -> None:
    """Raises `BadInput` where no new key may be written: in a git work tree, or over a file."""
    refuse_in_work_tree(path)
    if os.path.lexists(path):
        raise _exists(path)


def refuse_in_work_tree(path: Path) -> None:
    """Keys are never kept where they could be committed. Raises `BadInput`."""
    if tree := work_tree_above(path):
        help = "a key that is committed can be read by everyone who has the repository; keep it in a folder of your own outside it"
        raise BadInput([Problem("contradiction", f"a signing key does not belong in the git work tree {tree}", help, file=str(path))])


def check_passphrase(passphrase: str) -> None:
    """Raises `BadInput` for one that is easily tried out."""
    if len(passphrase) > LONGEST_PASSPHRASE:
        message = f"the passphrase is {len(passphrase)} characters long, at most {LONGEST_PASSPHRASE} can be used"
        raise BadInput([Problem("too-many", message)])
    if len(passphrase) < SHORTEST_PASSPHRASE:
        help = "five words that do not belong together are easy to keep in mind and hard to guess"
        message = f"the passphrase is {len(passphrase)} characters long, at least {SHORTEST_PASSPHRASE} are needed"
        raise BadInput([Problem("wrong-word", message, help)])


def make_key(path: Path, passphrase: str | None) -> str:
    """Write a new private key to `path`, encrypted unless the passphrase is None, over nothing. Returns the public key in base64.

    Raises `BadInput` when it lies in a git work tree, exists, or cannot be written; then nothing of it is left.
    """
    refuse_in_work_tree(path)
    _needs_cryptography()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.generate()
    protection = BestAvailableEncryption(_secret(passphrase)) if passphrase is not None else NoEncryption()
    _write_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection))
    return public_key(key)


def _secret(passphrase: str) -> bytes:
    """Its bytes, also where the environment held some that are no text."""
    return passphrase.encode(errors="surrogateescape")


def public_key(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def _write_private(path: Path, pem: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise _exists(path) from None
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from None
    try:
        with os.fdopen(handle, "wb") as file:
            os.chmod(path, 0o600)  # noqa: PTH101 - also where the umask is odd
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _unwritable(path, error) from None


def _exists(path: Path) -> BadInput:
    help = "name another file; a key that is overwritten can never sign again"
    return BadInput([Problem("file-unreadable", "the file exists, and is not overwritten", help, file=str(path))])


def _unwritable(path: Path, error: Exception) -> BadInput:
    reason = str(getattr(error, "strerror", None) or error)
    return BadInput([Problem("file-unreadable", f"cannot be written: {reason[:1].lower()}{reason[1:]}", file=str(path))])


def key_bytes(path: Path) -> bytes:
    """The bytes of a private key's file. Raises `BadInput` when it lies in a git work tree, others can read it, or it is no key."""
    refuse_in_work_tree(path)
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            raw = file.read(LARGEST_KEY + 1)
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error)
        raise BadInput([Problem("file-unreadable", f"cannot be read: {reason[:1].lower()}{reason[1:]}", file=str(path))]) from None
    if os.name == "posix" and mode & 0o077:
        help = f"close it (chmod 600 {path}); if it was open to others for long, have the key revoked and make a new one"
        raise BadInput([Problem("contradiction", f"others can read this key (mode {mode & 0o777:03o})", help, file=str(path))])
    if len(raw) > LARGEST_KEY or b"PRIVATE KEY-----" not in raw:
        raise _no_key(path)
    return raw


def is_encrypted(raw: bytes) -> bool:
    return _ENCRYPTED in raw


def open_key(raw: bytes, passphrase: str | None, path: Path) -> Ed25519PrivateKey:
    """The private key in a file's bytes. Raises `BadInput` for a wrong passphrase, and for what is no Ed25519 key."""
    _needs_cryptography()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(raw, _secret(passphrase) if passphrase is not None and is_encrypted(raw) else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        if is_encrypted(raw):
            help = "a passphrase cannot be recovered; if it is lost, make a new key and have this one taken off the trust list"
            problem = Problem("wrong-word", "the passphrase does not open this key, or the file is damaged", help, file=str(path))
            raise BadInput([problem]) from None
        raise _no_key(path) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path)
    return key


def _no_key(path: Path) -> BadInput:
    help = "make one with dose-engine rules keygen"
    return BadInput([Problem("wrong-type", "this is no Ed25519 private key in PEM", help, file=str(path))])


def _needs_cryptography() -> None:
    try:
        import cryptography  # noqa: F401
    except ImportError:
        raise BadInput([Problem("file-unreadable", "the library `cryptography` is not installed, and sealing needs it", INSTALL)]) from None
