"""JSON Schemas for the YAML files of a rulebook, made from the rulebook itself.

An editor with yaml-language-server then completes its facts, constants, zones, sources, hazards and rules, explains each where the cursor
is, and marks what the loader would refuse.

They are draft-07, the dialect such editors know best, and each stands alone. The loader stays the judge: what depends on more than one
place (a source that is not declared, a comparison of two kinds, a higher dose that would clear a rule) it alone can tell.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from ...rulebook.load import CASES, CLAIMS, FIXED
from ...rulebook.model import Rulebook
from .cases import cases_schema
from .claims import claims_schema
from .facts import facts_schema
from .registers import hazards_schema, products_schema, protocols_schema, rulebook_schema, sources_schema
from .rules import rules_schema
from .vocabulary import Schema, Vocabulary
from .zones import zones_schema

DIALECT: Final = "http://json-schema.org/draft-07/schema#"
FOLDER: Final = "rules/schemas"
"""Where the schemas of a rulebook are, from the folder that holds zones.yaml."""

KINDS: Final[Mapping[str, Callable[[Vocabulary], Schema]]] = {
    "zones": zones_schema,
    "facts": facts_schema,
    "rulebook": rulebook_schema,
    "sources": sources_schema,
    "hazards": hazards_schema,
    "products": products_schema,
    "protocols": protocols_schema,
    "rules": rules_schema,
    "cases": cases_schema,
    "claims": claims_schema,
}
"""Every kind of file, and what makes its schema."""


def schemas(book: Rulebook) -> dict[str, Schema]:
    """The schema of every kind of file."""
    return {kind: _whole(kind, book) for kind in KINDS}


def _whole(kind: str, book: Rulebook) -> Schema:
    words = Vocabulary(book)
    body = KINDS[kind](words)
    comment = f"Made by `dose-engine rules schema` for the {kind} of the rulebook beside it; do not edit."
    # no title: an editor would show it with every word it explains
    return {"$schema": DIALECT, "$comment": comment, **body, "definitions": dict(sorted(words.definitions.items()))}


def text_of(schema: Schema) -> str:
    """The schema as it is written to its file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def file_of(kind: str) -> str:
    return f"{FOLDER}/{kind}.schema.json"


def kind_of(file: str) -> str:
    """The kind of a file of the rulebook, by its name (`rules/jaw.cases.yaml` holds cases)."""
    stem = PurePosixPath(file).stem
    if file == "zones.yaml":
        return "zones"
    if file.endswith(CASES):
        return "cases"
    if file == CLAIMS:
        return "claims"
    return stem if stem in FIXED else "rules"


def modeline(file: str) -> str:
    """The first line of a file, by which an editor finds its schema."""
    there = PurePosixPath(file_of(kind_of(file)))
    here = PurePosixPath(file).parent
    return f"# yaml-language-server: $schema={there.relative_to(here)}"


def plain(value: Any) -> Any:
    """A plain value of a document as a validator of JSON reads it: exact decimals as floats."""
    match value:
        case dict():
            return {key: plain(inner) for key, inner in value.items()}
        case list():
            return [plain(inner) for inner in value]
        case bool() | str() | int() | None:
            return value
        case _:
            return float(value)


__all__ = ["FOLDER", "KINDS", "file_of", "kind_of", "modeline", "plain", "schemas", "text_of"]
