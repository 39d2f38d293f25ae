"""What pydantic finds wrong with the shape of a case, as problems for people: what was got, what is accepted, the nearest valid word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from .case import Case
from .documents import Node
from .errors import Problem, did_you_mean, nearest, quoted
from .rulebook.reader import shown

Steps = tuple[str | int, ...]

MOST_FAULTS: Final = 200
"""Faults looked at in one case."""

_WORD = re.compile(r"[A-Za-z0-9_-]{1,60}\Z")


@dataclass(frozen=True, slots=True)
class Fault:
    """A place of the case that cannot be used. Without a problem where another fault already explains it."""

    steps: Steps
    path: str
    problem: Problem | None


def spelled(steps: Iterable[str | int]) -> str:
    """A path as people write it: plan[0].units."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            word = step if _WORD.match(step) else quoted(step)
            text += f".{word}" if text else word
    return text


def empty(value: Any, steps: Steps = ()) -> Iterator[Fault]:
    """Keys and entries without a value: forgotten more often than meant, so they are not read as left out."""
    if value is None:
        text = f"{quoted(str(steps[-1]))} has no value" if isinstance(steps[-1], str) else "an entry of the list has no value"
        yield Fault(steps, spelled(steps), Problem("wrong-type", text, "give it a value, or take it out", path=spelled(steps)))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from empty(item, (*steps, str(key)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from empty(item, (*steps, index))


def faults_in(error: ValidationError, whole: Mapping[str, Any]) -> list[Fault]:
    """Every fault, one for each wrong thing."""
    faults: list[Fault] = []
    details = [(_steps(detail, whole), detail) for detail in error.errors(include_url=False)[:MOST_FAULTS]]
    meant = {place for steps, detail in details if detail["type"] == "extra_forbidden" and (place := _meant(steps, whole))}
    faults += [Fault(place, spelled(place), None) for place in meant]
    deeper = {steps[:length] for steps, _ in details for length in range(len(steps))}
    for steps, detail in details:
        if detail["type"] == "order":
            context: Any = detail.get("ctx") or {}
            faults += [Fault(_parted(path), path, Problem(code, reason, path=path)) for code, path, reason in context["all"]]
        elif len(steps) < len(detail["loc"]) and steps in deeper:
            continue  # one branch of a union; another says more
        elif detail["type"] in _ABOUT:
            place = (*steps, _ABOUT[detail["type"]])
            faults.append(Fault(place, spelled(place), Problem("contradiction", detail["msg"], path=spelled(place))))
        elif steps in meant or (detail["type"] == "too_short" and detail["input"]):
            continue  # found by another name; or a list whose entries are all wrong
        else:
            faults.append(Fault(steps, spelled(steps), _problem(steps, detail)))
    return faults


def _parted(path: str) -> Steps:
    return tuple(int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", path))


def _steps(detail: ErrorDetails, whole: Any) -> Steps:
    """The path of an error without the marks that pydantic adds for the branches of a union."""
    steps: list[str | int] = []
    here: Any = whole
    for step in detail["loc"]:
        if isinstance(here, Mapping) and (step in here or detail["type"] == "missing"):
            here = here.get(step)
        elif isinstance(here, (list, tuple)) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            continue
        steps.append(step)
    return tuple(steps)


def _meant(steps: Steps, whole: Mapping[str, Any]) -> Steps | None:
    """The place of the key that a misspelt one seems to mean."""
    present = _at(whole, steps[:-1])
    near = nearest(str(steps[-1]), [key for key in keys_at(steps[:-1]) if key not in present])
    return None if near is None else (*steps[:-1], near)


def _at(whole: Any, steps: Steps) -> Any:
    for step in steps:
        whole = whole[step]
    return whole


def _problem(steps: Steps, detail: ErrorDetails) -> Problem:
    path = spelled(steps)
    context: Any = detail.get("ctx") or {}
    value = detail["input"]
    got = "an empty text" if value == "" else shown(Node(value, 0))
    match detail["type"]:
        case "extra_forbidden":
            return Problem("unknown-key", f"{quoted(str(steps[-1]))} is not a key here", _keys_help(steps), path=path)
        case "missing":
            return Problem("missing-key", f"`{steps[-1]}` is required", _EXAMPLES.get(str(steps[-1]), ""), path=path)
        case "literal_error":
            return _wrong_word(value, got, context, path)
        case "units" | "whole" | "millimetres":
            return Problem("wrong-number", f"{detail['msg']}, got {got}", path=path)
        case "day":
            return Problem("wrong-date", f"{detail['msg']}, got {got}", _words_for_day(steps), path=path)
        case "somewhere":
            return Problem("missing-key", detail["msg"], path=path)
        case "too_long":
            return Problem("too-many", f"at most {context['max_length']} entries, got {len(value)}", path=path)
        case "string_too_long":
            return Problem("too-many", f"at most {context['max_length']} characters, got {len(value)}", path=path)
        case "too_short":
            return Problem("missing-key", "at least one entry is needed", _EXAMPLES.get(str(steps[-1]), ""), path=path)
        case "greater_than_equal":
            return Problem("wrong-number", f"at least {context['ge']}, got {got}", path=path)
        case "less_than_equal":
            return Problem("wrong-number", f"at most {context['le']}, got {got}", path=path)
        case kind:
            needed = _NEEDED.get(kind) or detail["msg"][:1].lower() + detail["msg"][1:]
            help = "" if kind == "string_unicode" else _EXAMPLES.get(_field(steps), "")
            return Problem("wrong-type", f"{needed}, got {got}", help, path=path)


_ABOUT: Final = {"purpose": "purpose", "contradiction": "units"}
"""The field at which two fields that exclude each other are reported."""

_NEEDED: Final = {
    "string_type": "a text is needed",
    "string_unicode": "a text of Unicode characters is needed",
    "string_sub_type": "a text is needed",
    "tuple_type": "a list is needed",
    "model_type": "a mapping is needed",
    "model_attributes_type": "a mapping is needed",
    "dict_type": "a mapping is needed",
    "mapping_type": "a mapping is needed",
    "invalid_key": "a key is a text",
}

_EXAMPLES: Final = {
    "case": "put a number in quotes",
    "goals": "for example `[level the brows]`; put a number in quotes",
    "product": "the product planned, for example `onabotulinumtoxinA`",
    "patient": "at least `patient: {age: 34}`",
    "screening": "for example `{everything_else: no, dry_eye: yes}`",
    "age": "age in years, for example `age: 34`",
    "plan": "a list with at least one dose, for example `- {zone: frontalis, side: left, units: 3}`",
    "zone": "`dose-engine zones` lists them",
    "placement": "for example `[lateral]`",
    "date": "a day YYYY-MM-DD, or `unknown`",
    "asymmetry": "for example `{onset: longstanding, cause: muscular}`",
    "history": "for example `{complete: yes, treatments: []}`",
    "treatments": "for example `[{date: 2025-11-20, purpose: aesthetic, units: 20}]`",
    "scheduled": "for example `[{date: 2026-03-20, protocol: chronic_migraine}]`",
    "doses": "for example `[{zone: masseter, side: left, units: 15}]`",
}


def _field(steps: Steps) -> str:
    """The key that a value, or the list it stands in, belongs to."""
    return next((step for step in reversed(steps) if isinstance(step, str)), "")


def _wrong_word(value: object, got: str, context: Mapping[str, Any], path: str) -> Problem:
    accepted = re.findall(r"'([^']*)'", str(context.get("expected", "")))
    if isinstance(value, str):
        return Problem("wrong-word", f"{got} is not accepted here", did_you_mean(value, accepted), path=path)
    return Problem("wrong-type", f"a word is needed, got {got}", did_you_mean("", accepted), path=path)


def _words_for_day(steps: Steps) -> str:
    match steps:
        case ("date",):
            return ""
        case (*_, "date"):
            return "or `unknown`"
        case _:
            return "or `none`, or `unknown`"


def _keys_help(steps: Steps) -> str:
    return did_you_mean(str(steps[-1]), keys_at(steps[:-1]))


def keys_at(steps: Steps) -> tuple[str, ...]:
    """The keys a mapping at this path takes, read off the models."""
    model: Any = Case
    for step in steps:
        if isinstance(step, int):
            continue
        field = getattr(model, "model_fields", {}).get(step)
        model = _inner_model(field.annotation) if field else None
        if model is None:
            return ()
    return tuple(model.model_fields)


def _inner_model(annotation: Any) -> Any:
    if hasattr(annotation, "model_fields"):
        return annotation
    return next((found for part in getattr(annotation, "__args__", ()) if (found := _inner_model(part))), None)


# what is left of a case without its faults

_STAND_INS: Final[dict[str, Any]] = {
    "product": "unknown",
    "patient": {"age": 40},
    "age": 40,
    "plan": [{"zone": "?"}],
    "zone": "?",
    "date": "unknown",
}
"""In place of something required that cannot be used. What is then found wrong with it follows from the fault, and is not shown."""

_GONE: Final = object()

_ITEMS: Final[dict[str, Any]] = {
    "plan": {"zone": "?"},
    "treatments": {"date": "unknown"},
    "scheduled": {"date": "unknown"},
    "doses": {"muscle": "?"},
}


def without(whole: Mapping[str, Any], faults: Iterable[Fault]) -> dict[str, Any]:
    """The case with a stand-in, or nothing, at each fault."""
    left: Any = whole
    for fault in faults:
        if fault.steps == ("date",):
            left = {key: value for key, value in left.items() if key != "date"}
        elif fault.steps:
            left = _cut(left, fault.steps)
    return dict(left)


def _cut(here: Any, steps: Steps, field: str = "", item: bool = False) -> Any:
    """What is left of a value without the place at `steps`; `_GONE` when that is nothing."""
    if not steps:
        return _ITEMS.get(field, _GONE) if item else _STAND_INS.get(field, _GONE)
    first, rest = steps[0], steps[1:]
    if isinstance(here, Mapping):
        if rest and first not in here:
            return here  # cut already
        inner = _cut(here.get(first), rest, str(first))
        others = {key: value for key, value in here.items() if key != first}
        return others if inner is _GONE else {**others, first: inner}
    if isinstance(here, (list, tuple)) and isinstance(first, int) and first < len(here):
        inner = _cut(here[first], rest, field, item=True)
        return _GONE if inner is _GONE else [*here[:first], inner, *here[first + 1 :]]
    return here  # cut already
