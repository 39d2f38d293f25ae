"""Small rulebooks made up at random: facts of every kind with filters on what may be unknown, limits, and rules over all of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from ..errors import RulebookError
from ..rulebook.load import load_texts
from ..rulebook.model import Rulebook
from .generate import Draw, maybe, some_of

_SOURCE: Final = {"A1": {"title": "made up", "document": "none", "checked": "unchecked"}}
_HAZARD: Final = {"H-X": {"title": "something", "says": "something happens", "sources": ["A1"]}}
_PRODUCTS: Final = {
    name: {"brands": [], "type": "A", "note": "made up", "sources": ["A1"]}
    for name in ("onabotulinumtoxinA", "abobotulinumtoxinA", "daxibotulinumtoxinA")
}
_REVIEW: Final = {"reviewed_by": None, "reviewed_on": None, "review_by": None}
_ZONES: Final[dict[str, dict[str, Any]]] = {
    "brow": {"region": "top", "muscles": {"lifter": ["left", "right"]}},
    "frown": {"region": "top", "muscles": {"puller": ["left", "right"], "middle": ["midline"]}},
    "eye": {"region": "top", "muscles": {"ring": ["left", "right"]}},
    "lid": {"region": "middle", "muscles": {"ring": ["left", "right"]}},
    "chin_zone": {"region": "low", "muscles": {"chin_muscle": ["midline"]}},
    "bands": {"region": "low", "muscles": {"sheet": ["left", "right"]}, "bands": ["medial", "lateral"]},
}
_GIVEN: Final = {
    "zone": "dose.zone",
    "region": "dose.region",
    "muscle": "dose.muscle",
    "side": "dose.side",
    "band": "dose.band",
    "activity": "dose.activity",
    "aim": "dose.aim",
    "placement": "dose.placement",
    "units_each_point": "dose.units_each_point",
    "half_unit_steps": "dose.half_unit_steps",
    "product": "product",
    "visit": "visit",
    "age": "patient.age",
    "first_treatment": "patient.first_treatment",
    "performer": "patient.performer",
    "days_to_performance": "patient.next_performance",
    "days_to_event": "patient.event",
    "history_complete": "history.complete",
    "onset": "asymmetry.onset",
    "cause": "asymmetry.cause",
    "seen_on_video": "asymmetry.seen_on_video",
    "millimetres": "asymmetry.millimetres",
    "goals_given": "goals.given",
}
_WORDS: Final = {
    "side": ["left", "right", "midline"],
    "band": ["medial", "lateral", "none"],
    "activity": ["overactive", "quieter", "not_stated"],
    "aim": ["match_widths", "slimming", "not_stated"],
    "placement": ["standard", "lateral", "low", "lower_lid"],
    "half_unit_steps": ["yes", "no"],
    "product": list(_PRODUCTS),
    "visit": ["first_pass", "touch_up", "maintenance"],
    "first_treatment": ["yes", "no"],
    "performer": ["singer", "wind_player", "actor"],
    "history_complete": ["yes", "no"],
    "onset": ["longstanding", "new", "progressive"],
    "cause": ["muscular", "palsy", "volume"],
    "seen_on_video": ["yes", "no"],
    "goals_given": ["yes", "no"],
    "purpose": ["aesthetic", "headache", "sweat", "grinding", "other"],
}
_NUMBERS: Final[dict[str, list[float]]] = {
    "units": [0, 0.5, 2, 4, 5.25, 10, 12, 40, 100, 400],
    "days": [0, 1, 10, 28, 55, 90, 92, 122],
    "count": [0, 1, 2, 3],
    "years": [18, 65],
    "millimetres": [0.99, 1, 2],
}
_OPS: Final = ["at_least", "more_than", "at_most", "less_than"]


def generate_rulebook(draw: Draw, *, rules: int = 6) -> dict[str, str]:
    """The texts of a small rulebook that loads: zones, facts of every kind with filters, limits, and rules over all of them."""
    return written(draw_rulebook(draw, rules=rules))


def draw_rulebook(draw: Draw, *, rules: int = 6) -> dict[str, Any]:
    """The same as plain values by file name, to be changed before it is written."""
    names = list(dict.fromkeys(draw.one_of(list(_ZONES)) for _ in range(draw.whole(1, 4))))
    zones = {name: _ZONES[name] | _lines(draw) for name in names}
    facts, kinds = _facts(draw, names)
    protocols = {
        "aesthetic": _protocol("any", therapeutic=False),
        "headache": _protocol(["lifter", "ring", "neck"])
        | {"units": {"at_least": 60, "at_most": 80}, "above_split": ["neck", "ring"]}
        | {"split": {"lifter": {"left": 10, "right": 10}, "ring": {"left": 5, "right": 5}, "neck": {"left": 15, "right": 15}}},
        "sweat": _protocol([]) | {"units": {"at_least": 100, "at_most": 100}},
        "grinding": _protocol(["puller", "neck"]),
        "other": _protocol("any"),
    }
    constants = {
        "window_days": {"kind": "days", "value": 92, "says": "window", "sources": ["A1"]},
        "window_units_stop": {"kind": "units", "value": 400, "says": "most", "sources": ["A1"]},
        "retreatment_days": {"kind": "days", "value": 90, "says": "interval", "sources": ["A1"]},
    }
    about = {"title": "generated", "version": "0", "date": "2026-01-01", "product": "onabotulinumtoxinA", "constants": constants}
    found = [generate_rule(draw, f"RULE-{number}", kinds, names) for number in range(draw.whole(1, rules))]
    return {
        "zones.yaml": zones,
        "rules/rulebook.yaml": about,
        "rules/facts.yaml": facts,
        "rules/sources.yaml": _SOURCE,
        "rules/hazards.yaml": _HAZARD,
        "rules/products.yaml": _PRODUCTS,
        "rules/protocols.yaml": protocols,
        "rules/generated.yaml": found,
    }


def written(values: dict[str, Any]) -> dict[str, str]:
    """Texts that load: `expects_dose` is said where the loader asks for it."""
    texts = {name: json.dumps(value, indent=1) for name, value in values.items()}
    try:
        load_texts(texts)
    except RulebookError as error:
        asked = {problem.path.removeprefix("rule ") for problem in error.problems if problem.code == "expects-dose"}
        for rules in values.values():
            for rule in rules if isinstance(rules, list) else ():
                if rule["id"] in asked:
                    rule["expects_dose"] = "yes"
        texts = {name: json.dumps(value, indent=1) for name, value in values.items()}
    return texts


def kinds_of(book: Rulebook) -> dict[str, tuple[str, list[str]]]:
    """By fact: its kind, and the words it takes, as `generate_rule` wants them."""
    return {fact.name: (str(fact.kind), list(fact.words)) for fact in book.facts.values()}


def _protocol(muscles: Any, therapeutic: bool = True) -> dict[str, Any]:
    return {"label": "made up", "therapeutic": "yes" if therapeutic else "no", "muscles": muscles, "note": "made up", "sources": ["A1"]}


def _lines(draw: Draw) -> dict[str, Any]:
    low = draw.whole(1, 4)
    of = draw.one_of(["side", "total", "dose"])
    suggest: list[dict[str, Any]] = [{"of": of, "min": low, "max": low + draw.whole(0, 6), "sources": ["A1"]}]
    if maybe(draw, 50):
        when = draw.one_of([{"activity": "overactive"}, {"first_treatment": "yes"}, {"onset": "new"}])
        suggest.insert(0, {"of": of, "min": 1, "max": draw.whole(1, 8), "when": when, "sources": ["A1"]})
    limits = []
    for basis in some_of(draw, ["point", "dose", "side", "total"], 3):
        caution = draw.whole(1, 12)
        limits.append({"of": basis, "caution_above": caution, "stop_above": caution + draw.whole(1, 10), "sources": ["A1"]})
    return {"label": "Zone", "limits": limits, "suggest": suggest, "hazard": "H-X", "because": "made up", "review": _REVIEW}


def _facts(draw: Draw, zones: list[str]) -> tuple[dict[str, Any], dict[str, tuple[str, list[str]]]]:
    facts: dict[str, Any] = {
        "allergy": {"asked": "Allergy?", "open": draw.one_of(["incomplete", "caution", "info"]), "sources": ["A1"]},
        "dry": {"asked": "Dry?", "open": draw.one_of(["incomplete", "caution"]), "sources": ["A1"]},
        "sore": {"asked": "Sore?", "about": "place", "open": "incomplete", "sources": ["A1"]},
    }
    kinds: dict[str, tuple[str, list[str]]] = {name: ("yes_no", ["yes", "no"]) for name in facts}
    for name, field in _GIVEN.items():
        facts[name] = {"given": field, "says": name, "open": draw.one_of(["incomplete", "caution", "info"])}
    facts["goals_named"] = {"count": "goals", "says": "goals"}
    kinds["goals_named"] = ("count", [])
    for name, words in _WORDS.items():
        if name in facts:
            kinds[name] = ("word", words)
    regions = list(dict.fromkeys(_ZONES[name]["region"] for name in zones))
    muscles = [muscle for name in zones for muscle in _ZONES[name]["muscles"]]
    kinds |= {"zone": ("word", zones), "region": ("word", regions), "muscle": ("word", muscles)}
    kinds |= {"units_each_point": ("units", []), "age": ("years", []), "millimetres": ("millimetres", [])}
    kinds |= {"days_to_performance": ("days", []), "days_to_event": ("days", [])}
    for basis, this in (
        ("units_in_zone_this_side", ["zone", "side"]),
        ("units_in_zone", ["zone"]),
        ("units_in_this_band", ["zone", "side", "band"]),
    ):
        facts[basis] = {"sum": ["planned", "history"], "this": this, "within_days": 28, "says": basis}
        kinds[basis] = ("units", [])
    for number in range(draw.whole(2, 6)):
        name = f"computed_{number}"
        facts[name], kind = _computed(draw, {"zone": zones, "region": regions, "muscle": muscles})
        kinds[name] = (kind, [])
    for number in range(draw.whole(0, 2)):
        name = f"named_{number}"
        facts[name] = {"named": generate_condition(draw, kinds, 1), "says": name}
        kinds[name] = ("named", ["yes", "no"])
    return facts, kinds


def _computed(draw: Draw, own: dict[str, list[str]]) -> tuple[dict[str, Any], str]:
    op = draw.one_of(["sum", "sum", "sum", "days_since", "days_since", "days_until", "count"])
    over = {
        "sum": draw.one_of([["planned"], ["planned", "history"], ["history"]]),
        "count": draw.one_of([["planned"], ["history"], ["planned", "history"]]),
        "days_since": ["history"],
        "days_until": ["scheduled"],
    }[op]
    fact: dict[str, Any] = {op: over, "says": "made up"}
    if maybe(draw, 65):
        fact["this"] = draw.one_of(
            [["muscle", "side"], ["zone"], ["side"], ["muscle", "other_side"], ["region"], ["zone", "side", "band"], ["muscle"]]
        )
    for name in some_of(draw, ["purpose", "visit", "muscle", "region", "side", "zone", "activity", "product", "band"], 2):
        words = own.get(name) or _WORDS[name]
        picked: Any = draw.one_of([draw.one_of(words), [draw.one_of(words), draw.one_of(words)]])
        fact.setdefault("where", {})[name] = {"is_not": picked} if maybe(draw, 30) else picked
    if op in ("sum", "count") and maybe(draw, 65):
        fact["within_days"] = draw.one_of([7, 28, 92, 184])
    if op == "sum" and "within_days" in fact and "this" not in fact and maybe(draw, 50):
        fact |= {"at": "peak", "sum": ["planned", "history", "scheduled"]}
    elif op == "sum" and {"side", "other_side"} & set(fact.get("this", ())) and "side" not in fact.get("where", {}) and maybe(draw, 50):
        fact["midline"] = "half"
    if op.startswith("days") and maybe(draw, 40):
        fact["product"] = draw.one_of(["ours", "other", "any"])
    return fact, {"sum": "units", "count": "count"}.get(op, "days")


def generate_rule(
    draw: Draw, rule_id: str, kinds: dict[str, tuple[str, list[str]]], zones: Sequence[str], source: str = "A1", hazard: str = "H-X"
) -> dict[str, Any]:
    """A rule over these facts, with any effect."""
    then: dict[str, Any] = {draw.one_of(["stop", "caution", "info", "stop", "caution"]): "It fired."}
    if maybe(draw, 25):
        then["lower_max_to"] = {"of": draw.one_of(["dose", "side", "total"]), "units": draw.whole(1, 6)}
    if maybe(draw, 10):
        then["withhold"] = "yes"
    if maybe(draw, 10):
        then["tell"] = {"text": "Told.", "from_day": 3}
    condition = generate_condition(draw, kinds, 2)
    if maybe(draw, 30):
        condition["zone"] = draw.one_of(zones)
    return {
        "id": rule_id,
        "title": "made up",
        "when": condition,
        "then": then,
        "because": "made up",
        "advise": "do something",
        "sources": [source],
        "hazard": hazard,
    }


def generate_condition(draw: Draw, kinds: dict[str, tuple[str, list[str]]], depth: int) -> dict[str, Any]:
    """A condition over these facts, nested at most so deep."""
    condition: dict[str, Any] = {}
    for name in some_of(draw, list(kinds), 2) or [draw.one_of(list(kinds))]:
        condition[name] = _test(draw, name, kinds)
    if depth and maybe(draw, 45):
        group = draw.one_of(["any", "all", "none"])
        condition[group] = [generate_condition(draw, kinds, depth - 1) for _ in range(draw.whole(1, 2))]
    return condition


def _test(draw: Draw, name: str, kinds: dict[str, tuple[str, list[str]]]) -> Any:
    kind, words = kinds[name]
    if kind == "named":
        return draw.one_of(["yes", "no"])
    if words:
        value: Any = draw.one_of([draw.one_of(words), [draw.one_of(words), draw.one_of(words)]])
        return {"is_not": value} if maybe(draw, 25) else value
    same = [other for other, (other_kind, _) in kinds.items() if other_kind == kind and other != name]
    if kind == "days" and maybe(draw, 15):
        return draw.one_of(["never", {"is_not": "never"}])
    right: Any = draw.one_of(same) if same and maybe(draw, 25) else draw.one_of(_NUMBERS[kind])
    if maybe(draw, 10) and not isinstance(right, str):
        return right
    return {draw.one_of(_OPS if right else _OPS[:3]): right}
