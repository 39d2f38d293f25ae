"""The public keys of a CDS client: from a JWKS, or from PEM files with a key id each. Private keys and weak keys are refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...documents import Node, Unreadable
from ...errors import quoted
from ...json_text import read_json
from ...rulebook.reader import Reader, shown
from .files_read import FilesRead
from .public_keys import ALGORITHMS, LEAKED, check_size, fits, key_of, kind_of, read_pem

if TYPE_CHECKING:
    from .public_keys import PublicKey

LONGEST_KID: Final = 200
_LONGEST_FILE_NAME: Final = 200
_PRIVATE: Final = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")
_FORMS: Final = "write keys: FILE.json for a JWKS, or keys: [{pem: FILE.pem, kid: ID}]"


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """One public key, with those of the client's algorithms that it may be used with."""

    key: PublicKey
    algorithms: frozenset[str]


@dataclass(slots=True)
class KeyReader:
    """Reads the keys of one client into `found`, by key id."""

    folder: Path
    algorithms: frozenset[str]
    files: FilesRead
    warnings: list[str] = field(default_factory=list)
    found: dict[str, VerifyingKey] = field(default_factory=dict)

    def read(self, node: Node, reader: Reader) -> None:
        """`keys` of a client: the name of a JWKS file, a JWKS written out, or a list of PEM files with their key ids."""
        match node.value:
            case str(name) if name.strip():
                self._key_set_file(name, node, reader)
            case dict():
                self._key_set(node, reader)
            case list(items) if items:
                for item in items:
                    self._pem_file(item, reader)
            case _:
                reader.wrong("wrong-type", node, f"keys is a JWKS, its file, or a list of PEM files, got {shown(node)}", _FORMS)

    def _text(self, name: str, node: Node, reader: Reader) -> tuple[str, Path] | None:
        """The text of a key file beside the clients' file. A name that is none is not shown: it may be a key."""
        if "-----" in name or "\n" in name or len(name) > _LONGEST_FILE_NAME:
            reader.wrong("wrong-word", node, "a key stands here, and not the name of its file", _FORMS)
        elif "://" in name:
            help = "nothing is ever fetched: download the key set, look at it, and name the file"
            reader.wrong("wrong-word", node, f"{quoted(name)} is a URL, not a file", help)
        else:
            path = self.folder / name
            try:
                return self.files.text(path), path
            except Unreadable as broken:
                reader.problems.append(broken.problem)
        return None

    def _key_set_file(self, name: str, node: Node, reader: Reader) -> None:
        if (read := self._text(name, node, reader)) is None:
            return
        text, path = read
        if "-----BEGIN" in text:
            help = f"a PEM file names no key id; write keys: [{{pem: {name}, kid: THE-ID-THE-CLIENT-SENDS}}]"
            reader.wrong("wrong-type", node, f"{quoted(name)} is a PEM file, not a JWKS", help)
            return
        try:
            root, problems = read_json(text, str(path))
        except Unreadable as broken:
            reader.problems.append(broken.problem)
            return
        inner = Reader(str(path), problems=problems, about=reader.about)
        self._key_set(root, inner)
        reader.problems += inner.problems

    def _key_set(self, node: Node, reader: Reader) -> None:
        keys = node.value.get("keys") if isinstance(node.value, dict) else None
        if keys is None:
            reader.wrong("missing-key", node, "a JWKS is a mapping with `keys`, a list of JWKs", 'for example {"keys": [{"kty": "EC", …}]}')
            return
        for jwk in reader.items(keys, "keys of a JWKS"):
            self._jwk(jwk, reader)

    def _jwk(self, node: Node, reader: Reader) -> None:
        if not isinstance(node.value, dict):
            reader.wrong("wrong-type", node, "a JWK is a mapping, got something else")
            return
        jwk = {name: member.value for name, member in node.value.items()}
        if private := [f"`{name}`" for name in _PRIVATE if name in jwk]:
            reader.wrong("contradiction", node, f"a private or secret key stands here (it has {', '.join(private)})", LEAKED)
            return
        allowed = frozenset(algorithm for algorithm in self.algorithms if fits(jwk, algorithm))
        if allowed:
            self._add(jwk.get("kid"), key_of(jwk), allowed, node, reader)
        else:
            kid = quoted(jwk["kid"]) if isinstance(jwk.get("kid"), str) else "without an id"
            self.warnings.append(f"{reader.file}:{node.line}: the key {kid} is left out: no algorithm of {reader.about} uses it")

    def _pem_file(self, node: Node, reader: Reader) -> None:
        entries = reader.mapping(node, "a PEM key", ("pem", "kid"))
        name = entries["pem"].value if "pem" in entries else None
        if not isinstance(name, str) or "kid" not in entries:
            if name is not None and "kid" in entries:
                reader.wrong("wrong-type", node, f"pem is the name of a file, got {shown(entries['pem'])}", _FORMS)
            return
        if (read := self._text(name, node, reader)) is None:
            return
        text, path = read
        inner = Reader(str(path), about=reader.about)
        if (key := read_pem(text, inner)) is not None:
            kind = kind_of(key)
            allowed = frozenset(algorithm for algorithm in self.algorithms if ALGORITHMS[algorithm] == kind)
            if not allowed and self.algorithms:
                fitting = ", ".join(f"`{algorithm}`" for algorithm, needs in ALGORITHMS.items() if needs == kind) or "none that is accepted"
                inner.wrong("contradiction", 1, f"no algorithm of this client uses a key of the kind {kind}", f"those that do: {fitting}")
            self._add(entries["kid"].value, key, allowed, entries["kid"], reader)
        reader.problems += inner.problems

    def _add(self, kid: Any, key: PublicKey | None, allowed: frozenset[str], node: Node, reader: Reader) -> None:
        if not isinstance(kid, str) or not 0 < len(kid) <= LONGEST_KID:
            help = "it is what the client sends as `kid` with each token"
            reader.wrong("missing-key", node, f"a key needs its `kid`, a text of at most {LONGEST_KID} characters (in quotes)", help)
        elif kid in self.found:
            reader.wrong("duplicate-id", node, f"two keys of this client have the id {quoted(kid)}", "each key has an id of its own")
        elif key is None:
            reader.wrong("wrong-type", node, f"the key {quoted(kid)} is no public key that can be used", "take it again from where it came")
        else:
            check_size(key, quoted(kid), node, reader)
            self.found[kid] = VerifyingKey(key, allowed)
