"""A case read from a record, as a YAML file: above each fact what it rests on, and in front what is missing and why."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from .case_text import ORDER, case_text

if TYPE_CHECKING:
    from ..service.fhir import Gap, Known
    from ..service.fhir.case_file import CaseFile

WIDTH: Final = 120

_TO_FILL_IN: Final = {
    "case": "case: a label of your own, without personal data",
    "visit": "visit: touch_up      # or maintenance; left out: first_pass",
    "product": "product: onabotulinumtoxinA      # fill in: no toxin is ordered in the record",
    "age": "age: 34      # fill in: the record does not tell it",
    "first_treatment": "first_treatment: no      # yes, no",
    "next_performance": "next_performance: 2026-03-20      # of a performer: the next day, or none",
    "everything_else": "everything_else: no      # only when you have asked every question that is not listed here",
    "goals": "goals: [level the brows]",
    "plan": "plan:      # fill in: the record has no dose at a place that is known\n  - {zone: frontalis, side: left, units: 3}",
}
"""What a record cannot tell, or did not, as a comment to be made a line of."""


def noted_text(case: CaseFile, gaps: Iterable[Gap], product: str) -> str:
    """The file. `product`: the rulebook's, for the hint where none is ordered."""
    lines = [
        "Read from a health record. Nothing in it is guessed: what the record does not say is unknown here, or left out.",
        "Ask and fill in what is missing; lines that begin with `#` are not read. Then run: dose-engine check FILE",
        *_listed("Missing or uncertain in the record:", [_gap(gap) for gap in gaps]),
        *_listed("Also on record:", [_known(one) for one in case.beside]),
    ]
    hints = {key: hint.replace("onabotulinumtoxinA", product) for key, hint in _TO_FILL_IN.items()}
    return "\n".join([*_comments(lines), "", *_mapping(case.values, case, hints)]) + "\n"


def _gap(gap: Gap) -> str:
    says = gap.stated or gap.says
    return f"{says} ({', '.join(gap.orders)})" if gap.orders else says


def _known(known: Known) -> str:
    dated = f"on {known.dated}" if known.dated and str(known.dated) not in known.says else ""
    return ", ".join(part for part in (known.says, dated, *known.sources) if part)


def _listed(title: str, lines: list[str]) -> list[str]:
    return ["", title, *(f"- {line}" for line in lines)] if lines else []


def _comments(lines: Iterable[str], indent: str = "") -> Iterator[str]:
    """Lines of comment, wrapped; what a line begins with is under itself."""
    for line in lines:
        hang = "  " if line.startswith("- ") else ""
        wrapped = textwrap.wrap(line, WIDTH - len(indent) - 2, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)
        yield from (f"{indent}# {part}" if part else f"{indent}#" for part in wrapped or [""])


_SHOWN: Final = ("case", "date", "visit", "product", "patient", "asymmetry", "goals", "history", "scheduled", "plan")
_OF_PATIENT: Final = ("age", "first_treatment", "screening", "performer", "next_performance", "event")


def _mapping(values: Mapping[str, Any], case: CaseFile, hints: Mapping[str, str], path: str = "", indent: str = "") -> Iterator[str]:
    expected = {"": _SHOWN, "patient": _OF_PATIENT, "patient.screening": (*values, "everything_else")}.get(path, ())
    for key in expected or sorted(values, key=lambda key: ORDER.index(key) if key in ORDER else len(ORDER)):
        at = f"{path}.{key}" if path else key
        if key not in values:
            yield from (f"{indent}# {line}" for line in hints.get(key, "").split("\n") if line)
            continue
        value = values[key]
        yield from _comments(map(_known, case.notes.get(at, ())), indent)
        match value:
            case {}:
                yield f"{indent}{key}:" if value else f"{indent}{key}: {{}}"
                yield from _mapping(value, case, hints, at, indent + "  ")
            case [{}, *_]:
                yield f"{indent}{key}:"
                for index, item in enumerate(value):
                    yield from _comments(map(_known, case.notes.get(f"{at}[{index}]", ())), indent + "  ")
                    first, *rest = case_text(item).splitlines()
                    yield f"{indent}  - {first}"
                    yield from (f"{indent}    {line}" for line in rest)
            case _:
                yield from (f"{indent}{line}" for line in case_text({key: value}).splitlines())
