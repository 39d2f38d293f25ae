"""The published JSON Schemas of a case and an advisory (JSON Schema 2020-12). The copies in docs/ are these, written out."""

from __future__ import annotations

from typing import Any

from .advisory import SCHEMA_VERSION, Advisory
from .case import Case
from .rulebook.model import Rulebook

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def advisory_schema() -> dict[str, Any]:
    """The schema of an advisory as JSON."""
    return {
        "$schema": DIALECT,
        "title": f"dose-engine advisory, version {SCHEMA_VERSION}",
        **_titled(Advisory.model_json_schema(mode="serialization")),
    }


def case_schema(book: Rulebook | None = None) -> dict[str, Any]:
    """The schema of a case. With a rulebook its zones, products, protocols and questions are in it, so that an editor completes them."""
    schema = {"$schema": DIALECT, "title": "dose-engine case", **_titled(_without_null(Case.model_json_schema(mode="validation")))}
    if book is None:
        return schema
    models = schema["$defs"]
    words = {"enum": [*book.products, "unknown"]}
    schema["properties"]["product"] |= words
    models["PlannedDose"]["properties"]["zone"] |= {"enum": list(book.zones)}
    models["PlannedDose"]["properties"]["muscle"] = {"enum": list(dict.fromkeys(m for zone in book.zones.values() for m in zone.muscles))}
    models["PastDose"]["properties"]["zone"] = {"enum": list(book.zones)}
    models["PastDose"]["properties"]["muscle"] = {"enum": list(book.muscles)}
    treatment = models["Treatment"]["properties"]
    treatment["product"] = words
    treatment["protocol"] = treatment["purpose"] = {"enum": list(book.protocols)}
    screening = models["Patient"]["properties"]["screening"]
    answer = screening.pop("additionalProperties", True)
    questions = [fact for fact in book.facts.values() if fact.origin == "asked"]
    screening["properties"] = {fact.name: {**(answer if isinstance(answer, dict) else {}), "description": fact.says} for fact in questions}
    screening["properties"]["everything_else"] = {
        "enum": ["no", False],
        "description": "every question not listed was asked and answered no",
    }
    screening["additionalProperties"] = False
    return schema


def _without_null(schema: Any) -> Any:
    """The schema of a file: a key is left out or has a value, it is never null."""
    if isinstance(schema, list):
        return [_without_null(part) for part in schema if part != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _without_null(part) for key, part in schema.items() if not (key == "default" and part is None)}
    return kept | kept.pop("anyOf")[0] if len(kept.get("anyOf", ())) == 1 else kept


def _titled(schema: dict[str, Any]) -> dict[str, Any]:
    schema.pop("title", None)
    return schema
