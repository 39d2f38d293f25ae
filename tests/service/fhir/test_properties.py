"""What holds of every record: nothing raises, nothing is read otherwise in silence, and more toxin is never safer."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from dose_engine import CaseError, Verdict
from dose_engine.canonical import canonical
from dose_engine.service.fhir import Reading, Sources, read, read_bundle
from dose_engine.service.fhir.site_table import site_codes

from ...strategies import engine, shipped
from .making import (
    ATC,
    CODES,
    ICD,
    PATIENT,
    TODAY,
    advise,
    allergy,
    at,
    bundle,
    coded,
    condition,
    found,
    given,
    instruction,
    observation,
    order,
    procedure,
    quantity,
    service,
    stops,
    verdict,
)

Json = Any
SITES_USED = sorted(site_codes())
MEDICINES = st.sampled_from(
    ["onabotulinumtoxinA", "Botox", "Dysport", "botulinum toxin", "gentamicin", "amoxicillin", coded("M03AX01", ATC)]
)
REASONS = st.sampled_from([None, "chronic migraine", "glabellar lines", "bruxism", "axillary hyperhidrosis"])
DAYS = st.sampled_from([None, "2026-03-02", "2026-02-20", "2026-01-20", "2025-12-02", "2025-06-01", "2025-12", "2027-01-01"])
UNITS = st.sampled_from([1, 2, 5, 10, 20, 36, 100, 195, Decimal("2.5"), Decimal("0.01")])


@st.composite
def doses(draw: Any) -> Json:
    kind = draw(st.integers(0, 9))
    units = draw(UNITS)
    return quantity(units, "mL", "mL") if kind == 0 else None if kind == 1 else quantity(units)


@st.composite
def sites(draw: Any) -> Json:
    kind = draw(st.integers(0, 9))
    return (
        None
        if kind == 0
        else {"text": "left cheek"}
        if kind == 1
        else {"text": "both masseter"}
        if kind == 2
        else at(draw(st.sampled_from(SITES_USED)))
    )


def reasoned(draw: Any, resource: Json) -> Json:
    reason = draw(REASONS)
    return resource | ({"reasonCode": [{"text": reason}]} if reason else {})


@st.composite
def orders(draw: Any, id: str) -> Json:
    if draw(st.integers(0, 9)) == 0:
        return service(*(draw(st.sampled_from(SITES_USED)) for _ in range(draw(st.integers(0, 2))))) | {"id": id}
    inside = [instruction(draw(sites()), draw(doses())) for _ in range(draw(st.integers(1, 2)))]
    return reasoned(draw, order(id, *inside, medicine=draw(MEDICINES)))


@st.composite
def administrations(draw: Any, id: str) -> Json:
    made = given(id, draw(sites()), draw(doses()), draw(MEDICINES), effectiveDateTime=draw(DAYS))
    made["status"] = draw(st.sampled_from(["completed"] * 8 + ["in-progress", "not-done", "entered-in-error"]))
    if draw(st.integers(0, 4)) == 0:
        made["partOf"] = [{"reference": draw(st.sampled_from(["Procedure/p0", "Procedure/none", "MedicationAdministration/a0"]))}]
    return reasoned(draw, made)


@st.composite
def procedures(draw: Any, id: str) -> Json:
    """Procedures that name the product: of one that does not, an administration of the same day tells it, as an answer would."""
    where = [draw(st.sampled_from(SITES_USED)) for _ in range(draw(st.integers(0, 2)))]
    code = draw(st.sampled_from(["Botox injection", "Dysport injection", "biopsy"]))
    return procedure(*where, id=id, code=code) | {"performedDateTime": draw(DAYS)}


@st.composite
def worlds(draw: Any) -> dict[str, list[Json]]:
    """Orders and a record, as lists of resources by the search that brings them."""
    return {
        "orders": [draw(orders(f"o{n}")) for n in range(draw(st.integers(1, 3)))],
        "conditions": [
            condition(draw(st.sampled_from(["G70.0", "H02.4", "G43.7", "J30"])), id=f"c{n}") for n in range(draw(st.integers(0, 2)))
        ],
        "allergies": [allergy(draw(st.sampled_from(["Botox", "albumin", "penicillin"]))) for _ in range(draw(st.integers(0, 1)))],
        "medications": [reasoned(draw, order(f"m{n}", medicine=draw(MEDICINES), status="active")) for n in range(draw(st.integers(0, 2)))],
        "administrations": [draw(administrations(f"a{n}")) for n in range(draw(st.integers(0, 4)))],
        "procedures": [draw(procedures(f"p{n}")) for n in range(draw(st.integers(0, 2)))],
        "observations": [
            observation("82810-3", {"text": draw(st.sampled_from(["pregnant", "not pregnant", "?"]))}, f"ob{n}", draw(DAYS))
            for n in range(draw(st.integers(0, 2)))
        ],
    }


def of_world(world: dict[str, list[Json]], patient: Json = PATIENT) -> Reading:
    prefetch = {"patient": patient, **{key: found(*value) for key, value in world.items() if key != "orders"}}
    entries = tuple({"resource": one} for one in world["orders"])
    return read(Sources.of_prefetch("p1", prefetch, entries), shipped(), CODES, TODAY)


def seen(read_: Reading) -> Any:
    """A reading without the order in which its parts were met."""
    case = canonical(read_.case(shipped(), TODAY), shipped())
    known = sorted((one.path.partition("[")[0], one.says, one.sources, str(one.dated)) for one in read_.known)
    return case, known, sorted((one.code, one.says, one.orders) for one in read_.gaps)


# nothing raises

KEYS = [
    "resourceType",
    "id",
    "status",
    "subject",
    "patient",
    "reference",
    "display",
    "text",
    "coding",
    "system",
    "code",
    "value",
    "unit",
    "dosage",
    "dose",
    "site",
]
KEYS += [
    "dosageInstruction",
    "doseAndRate",
    "doseQuantity",
    "doseRange",
    "low",
    "high",
    "comparator",
    "medicationCodeableConcept",
    "medicationReference",
    "entry",
]
KEYS += [
    "resource",
    "contained",
    "effectiveDateTime",
    "effectivePeriod",
    "start",
    "end",
    "birthDate",
    "partOf",
    "reasonCode",
    "reasonReference",
    "bodySite",
    "type",
]
KEYS += [
    "timing",
    "repeat",
    "count",
    "period",
    "link",
    "relation",
    "total",
    "issue",
    "severity",
    "verificationStatus",
    "clinicalStatus",
    "valueCodeableConcept",
    "fullUrl",
]
WORDS = [
    "Bundle",
    "Patient",
    "MedicationRequest",
    "MedicationAdministration",
    "Procedure",
    "Condition",
    "AllergyIntolerance",
    "Observation",
    "ServiceRequest",
]
WORDS += [
    "OperationOutcome",
    "Medication",
    "p1",
    "Patient/p1",
    "#m1",
    "#",
    "Botox",
    "masseter.left",
    "U",
    "mg",
    "completed",
    "draft",
    "2026-01-01",
    "2026",
    "next",
]
WORDS += [
    "82810-3",
    "http://loinc.org",
    "https://example.org/fhir/CodeSystem/bont-site",
    "\ud800",
    "\x00",
    "\u202e",
    "a" * 500,
    "/",
    "//",
    "Patient/",
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.sampled_from([Decimal("NaN"), Decimal("Infinity"), Decimal("1e400"), Decimal("-0.0"), Decimal("0E-9999"), 1.5, float("nan")])
    | st.sampled_from(WORDS)
    | st.text(max_size=8)
)
WILD = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6), max_leaves=30
)


def paths(value: Json, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place inside."""
    if path:
        yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from paths(member, (*path, key))


def put(value: Json, path: tuple[Any, ...], new: Json) -> Json:
    """A copy with something else at one place."""
    made = copy.deepcopy(value)
    here = made
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = new
    return made


@drawn(WILD, WILD, WILD)
@settings(max_examples=300)
def test_any_json_is_read_without_a_fault_and_gives_a_case_that_the_engine_accepts(prefetch: Json, entries: Json, whole: Json) -> None:
    wild = prefetch if isinstance(prefetch, dict) else dict.fromkeys(("patient", "conditions", "medications", "administrations"), prefetch)
    drafts = tuple(one for one in entries if isinstance(one, dict)) if isinstance(entries, list) else ({"resource": entries},)
    read_ = read(Sources.of_prefetch("p1", wild, drafts), shipped(), CODES, TODAY)
    assert engine().advise(read_.case(shipped(), TODAY), options=False, answers=False)
    with contextlib.suppress(CaseError):
        assert read_bundle(whole, "x", shipped(), CODES, TODAY).case(shipped(), TODAY)


@drawn(worlds(), st.data())
@settings(max_examples=300)
def test_a_record_with_anything_in_any_place_is_read_and_never_better_than_incomplete(world: dict[str, list[Json]], data: Any) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        world = put(world, data.draw(st.sampled_from([path for path in paths(world) if len(path) > 1])), data.draw(WILD))
    read_ = of_world({key: value if isinstance(value, list) else [value] for key, value in world.items()})
    assert verdict(read_).rank >= Verdict.INCOMPLETE.rank
    whole = bundle(PATIENT, *(one for value in world.values() if isinstance(value, list) for one in value))
    assert advise(read_bundle(whole, "x", shipped(), CODES, TODAY))


# nothing is read otherwise in silence


@pytest.mark.parametrize("junk", [None, -5, "?", [], {}, True, ["?"], {"?": 1}], ids=repr)
@pytest.mark.parametrize(
    ("key", "resource"),
    [
        ("orders", order("o1", instruction(timing={"repeat": {"count": 1}}))),
        ("orders", order("o1", {"site": at("masseter.left"), "doseAndRate": [{"doseRange": {"low": quantity(5), "high": quantity(8)}}]})),
        ("administrations", given()),
    ],
)
def test_a_member_that_is_damaged_changes_nothing_or_is_said(key: str, resource: Json, junk: Json) -> None:
    world: dict[str, list[Json]] = {
        name: [] for name in ("orders", "conditions", "allergies", "medications", "administrations", "observations")
    }
    world["orders"] = [order("o0", instruction("frontalis.left", 1))]
    before = of_world({**world, key: [*world[key], resource]})
    for path in paths(resource):
        if path == ("resourceType",) or (path == ("dosage", "site") and not junk):
            continue  # another resource; or a site that is not stated, which the engine itself asks for
        after = of_world({**world, key: [*world[key], put(resource, path, junk)]})
        same = after.case(shipped(), TODAY) == before.case(shipped(), TODAY)
        assert same or after.least() == Verdict.INCOMPLETE, (path, after.gaps)


# the same record in another shape is the same record


def decorated(value: Json) -> Json:
    """With members that nobody knows, in every object."""
    if isinstance(value, dict):
        more = {"extension": [{"url": "urn:x", "valueString": "Botox"}], "banana": {"code": "G70.0"}, "_status": {"id": "1"}}
        return {**{key: decorated(member) for key, member in reversed(list(value.items()))}, **more}
    return [decorated(item) for item in value] if isinstance(value, list) else value


@drawn(worlds())
@settings(max_examples=120)
def test_members_that_nobody_knows_change_nothing(world: dict[str, list[Json]]) -> None:
    assert seen(of_world(decorated_world(world))) == seen(of_world(world))


def decorated_world(world: dict[str, list[Json]]) -> dict[str, list[Json]]:
    return {key: [decorated(one) for one in value] for key, value in world.items()}


@drawn(worlds(), st.randoms(use_true_random=False))
@settings(max_examples=120)
def test_the_order_of_entries_changes_nothing(world: dict[str, list[Json]], chance: Any) -> None:
    shuffled = {key: chance.sample(value, len(value)) for key, value in world.items()}
    assert seen(of_world(shuffled)) == seen(of_world(world))


def unlisted(value: Json) -> Json:
    """Every list of one object as that object, as older senders write it."""
    if isinstance(value, dict):
        return {key: unlisted(member) for key, member in value.items()}
    if isinstance(value, list):
        return unlisted(value[0]) if len(value) == 1 and isinstance(value[0], dict) else [unlisted(item) for item in value]
    return value


@drawn(worlds())
@settings(max_examples=120)
def test_other_tolerated_shapes_change_nothing(world: dict[str, list[Json]]) -> None:
    plain = seen(of_world(world))
    assert seen(of_world({key: [unlisted(one) for one in value] for key, value in world.items()})) == plain
    assert seen(of_world(world, found(PATIENT))) == plain
    assert seen(of_world({key: [*value, *copy.deepcopy(value)] for key, value in world.items()})) == plain


@drawn(worlds())
@settings(max_examples=60)
def test_an_export_is_read_the_same_whole_and_in_bundles(world: dict[str, list[Json]]) -> None:
    whole = [PATIENT, *(one for value in world.values() for one in value)]
    flat = read_bundle(bundle(*whole), "x", shipped(), CODES, TODAY)
    nested = read_bundle(bundle(*(bundle(one) for one in reversed(whole))), "x", shipped(), CODES, TODAY)
    assert seen(flat) == seen(nested)


# what is taken away takes away only what rests on it


@drawn(worlds(), st.data())
@settings(max_examples=200)
def test_taking_a_resource_away_adds_no_stop_and_so_no_other_rests_on_its_absence(world: dict[str, list[Json]], data: Any) -> None:
    """Every certain stop of a smaller record is one of the larger, so a stop that a resource does not bring stays when it goes."""
    keys = [key for key in ("conditions", "allergies", "medications", "administrations") if world[key]]
    assume(keys)
    key = data.draw(st.sampled_from(keys))
    gone = data.draw(st.integers(0, len(world[key]) - 1))
    less = {**world, key: [one for index, one in enumerate(world[key]) if index != gone]}
    assert stops(of_world(less)) <= stops(of_world(world))


@drawn(
    worlds(),
    st.sampled_from(["conditions", "allergies", "medications", "administrations", "observations"]),
    st.sampled_from(["absent", "failed"]),
)
@settings(max_examples=120)
def test_taking_a_search_away_leaves_every_stop_of_the_others_and_is_never_better_than_incomplete(
    world: dict[str, list[Json]], key: str, how: str
) -> None:
    prefetch = {"patient": PATIENT, **{name: found(*value) for name, value in world.items() if name != "orders"}}
    if how == "absent":
        del prefetch[key]
    else:
        prefetch[key] = {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}
    entries = tuple({"resource": one} for one in world["orders"])
    read_ = read(Sources.of_prefetch("p1", prefetch, entries), shipped(), CODES, TODAY)
    assert read_.least().rank >= Verdict.INCOMPLETE.rank
    without = stops(of_world({**world, key: []}))
    assert stops(read_) == without


# more toxin is never safer


@drawn(worlds(), st.data())
@settings(max_examples=200)
def test_more_toxin_on_record_is_never_milder(world: dict[str, list[Json]], data: Any) -> None:
    more = {**world, "administrations": [*world["administrations"], data.draw(administrations("more"))]}
    before, after = of_world(world), of_world(more)
    assert verdict(after).rank >= verdict(before).rank
    assert stops(before) <= stops(after)


@drawn(worlds(), st.data())
@settings(max_examples=200)
def test_more_toxin_in_an_order_is_never_milder(world: dict[str, list[Json]], data: Any) -> None:
    more = {**world, "orders": [*world["orders"], data.draw(orders("more"))]}
    before, after = of_world(world), of_world(more)
    assert verdict(after).rank >= verdict(before).rank
    assume(before.document["product"] == after.document["product"])
    assert stops(before, only_stated=True) <= stops(after, only_stated=True)
    assert stops(before) <= stops(after)


def test_the_systems_that_the_worlds_use_are_ones_that_are_read() -> None:
    assert condition("G70.0")["code"]["coding"][0]["system"] == ICD
    assert stops(of_world({"orders": [order()], "conditions": [condition()]})) == {"NMJ-DISEASE"}
