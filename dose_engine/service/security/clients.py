"""The CDS clients that may call: who they are, and which keys sign their tokens.

- name: clinic-ehr                    # stands in logs and metrics
  issuer: https://ehr.example.org     # exactly what the client sends as `iss`
  algorithms: [ES384]
  keys: clinic-ehr.jwks.json          # a JWKS beside this file; or a JWKS written out here; or
                                      # [{pem: clinic-ehr.pem, kid: clinic-ehr-2026}]
  jku: [https://ehr.example.org/jwks] # may be left out: then no token may carry one. Compared, never fetched.
  tenants: [north, south]             # may be left out: then any
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from ...documents import Node, Unreadable, read_yaml
from ...errors import SettingsError, quoted
from ...rulebook.reader import Reader
from .api_keys import NAME, NAMES
from .client_keys import KeyReader, VerifyingKey
from .files_read import FilesRead, FromFiles, refused
from .public_keys import ALGORITHMS, read_algorithms

MOST_CLIENTS: Final = 500


@dataclass(frozen=True, slots=True)
class CdsClient:
    """One entry of the file. `tenants` None: any tenant, and none, is accepted."""

    name: str
    issuer: str
    algorithms: frozenset[str]
    keys: Mapping[str, VerifyingKey]
    """By key id."""
    jku: frozenset[str] = frozenset()
    tenants: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ClientList:
    by_issuer: Mapping[str, CdsClient]
    warnings: tuple[str, ...]
    """What the operator should know."""


class CdsClients:
    """The clients that count, from one file and the key files it names. Safe in threads."""

    def __init__(self, path: Path) -> None:
        self._list = FromFiles(lambda files: _read(path, files))

    @classmethod
    def read(cls, path: Path) -> Self:
        """The clients in a file. Raises `SettingsError` with every problem, also when others can write a file."""
        return cls(path)

    @property
    def by_issuer(self) -> Mapping[str, CdsClient]:
        return self._list.now.by_issuer

    @property
    def warnings(self) -> tuple[str, ...]:
        return self._list.now.warnings

    def reread_if_changed(self) -> bool:
        """True when changed files now count. Raises `SettingsError`, once a change, when they are broken; the old list stays."""
        return self._list.reread_if_changed()


def _read(path: Path, files: FilesRead) -> ClientList:
    try:
        root, problems = read_yaml(files.text(path), str(path))
    except Unreadable as broken:
        if broken.problem.code == "file-empty":
            return ClientList({}, (_nobody(path),))
        raise refused(broken.problem) from None
    reader, warnings = Reader(str(path), problems=problems), list[str]()
    nodes = reader.items(root, "a file of CDS clients")
    if len(nodes) > MOST_CLIENTS:
        reader.wrong("too-many", root, f"{len(nodes):,} CDS clients, at most {MOST_CLIENTS:,} are read")
        nodes = []
    by_issuer: dict[str, CdsClient] = {}
    names: dict[str, int] = {}
    for node in nodes:
        reader.about = ""
        client = _client(node, reader, files, path.parent, warnings)
        if client is not None and client.issuer:
            _once("issuer", client.issuer, node, by_issuer, reader)
            _once("name", client.name, node, names, reader)
            names[client.name], by_issuer[client.issuer] = node.line, client
    if reader.problems:
        raise SettingsError(reader.problems)
    return ClientList(by_issuer, (*warnings, *([] if by_issuer else [_nobody(path)])))


def _nobody(path: Path) -> str:
    return f"{path}: no CDS client stands in it, so nobody is let in"


def _once(what: str, value: str, node: Node, seen: Mapping[str, object], reader: Reader) -> None:
    if value in seen:
        help = "put the keys and tenants of one issuer in one entry"
        reader.wrong("duplicate-id", node, f"two clients have the {what} {quoted(value)}", help)


def _client(node: Node, reader: Reader, files: FilesRead, folder: Path, warnings: list[str]) -> CdsClient | None:
    entries = reader.mapping(node, "a CDS client", ("name", "issuer", "algorithms", "keys"), ("jku", "tenants"))
    if not {"name", "issuer", "algorithms", "keys"} <= entries.keys():
        return None
    name = reader.about = reader.text(entries["name"], "name")
    if name and not NAME.fullmatch(name):
        reader.wrong("wrong-word", entries["name"], f"{quoted(name)} is not a name for a client", NAMES)
    issuer = _exact(entries["issuer"], "issuer", reader)
    algorithms = read_algorithms(_some(entries["algorithms"], "algorithms", reader), reader)
    keys = KeyReader(folder, algorithms, files)
    keys.read(entries["keys"], reader)
    warnings += keys.warnings
    if algorithms and not reader.problems:
        _each_has_a_key(algorithms, keys, entries["algorithms"], reader)
    jku = _texts(entries, "jku", reader)
    for url in sorted(jku or ()):
        if not url.startswith("https://"):
            help = "it begins with https://, and is compared with what a token says, never fetched"
            reader.wrong("wrong-word", entries["jku"], f"{quoted(url)} is not the URL of a key set", help)
    return CdsClient(name, issuer, algorithms, dict(keys.found), jku or frozenset(), _texts(entries, "tenants", reader))


def _each_has_a_key(algorithms: frozenset[str], keys: KeyReader, node: Node, reader: Reader) -> None:
    used = {name for key in keys.found.values() for name in key.algorithms}
    for name in sorted(algorithms - used):
        help = f"it needs a key of the kind {ALGORITHMS[name]}; take the algorithm out, or add the key"
        reader.wrong("contradiction", node, f"no key of this client can be used with {name}", help)


def _texts(entries: Mapping[str, Node], key: str, reader: Reader) -> frozenset[str] | None:
    if key not in entries:
        return None
    return frozenset(text for node in _some(entries[key], key, reader) if (text := _exact(node, key, reader)))


def _some(node: Node, what: str, reader: Reader) -> list[Node]:
    """A list that is not empty: an empty one would read as `any` to one person and as `none` to another."""
    items = reader.items(node, what)
    if isinstance(node.value, list) and not items:
        reader.wrong(
            "unreachable", node, f"an empty list of {what}: no token could ever fit", "name some, or leave the key out if it may be"
        )
    return items


def _exact(node: Node, what: str, reader: Reader) -> str:
    """A text that is compared as it stands."""
    text = reader.text(node, what)
    if text and (text != node.value or not text.isprintable()):
        message = f"{what} has spaces or other characters that are easily overlooked"
        reader.wrong("wrong-word", node, message, "write it exactly as the client sends it")
    return text
