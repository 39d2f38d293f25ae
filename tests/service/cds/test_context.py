"""What the context of a call must hold, and which orders are advised on: C15 to C19."""

from __future__ import annotations

from typing import Any

import pytest

from ..client import Client
from ..requests import order, request
from .reading import HOOKS, faults, read


def test_c15_patient_view_needs_the_user_and_the_patient_only():
    found = read(request("patient-view", context={"encounterId": ...}), "patient-view")
    assert (found.user_id, found.patient_id, found.encounter_id) == ("Practitioner/dr1", "p1", None)
    assert found.draft_orders is None


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("name", ["userId", "patientId"])
def test_c15_user_and_patient_are_required_by_every_hook(hook: str, name: str):
    assert faults(request(hook, context={name: ...}), hook) == {f"context.{name}": "missing-key"}


def test_c15_orders_that_come_along_with_patient_view_are_not_looked_at():
    assert read(request("patient-view", context={"draftOrders": "not a bundle", "selections": 7}), "patient-view").draft_orders is None


@pytest.mark.parametrize("name", ["selections", "draftOrders"])
@pytest.mark.parametrize("value", [..., None, 1, "MedicationRequest/1", True])
def test_c16_order_select_needs_selections_and_drafts(name: str, value: Any):
    code = "missing-key" if value in (..., None) else "wrong-type"
    assert faults(request("order-select", context={name: value}), "order-select") == {f"context.{name}": code}


def test_c16_a_selection_of_nothing_is_refused():
    assert faults(request("order-select", selections=[]), "order-select") == {"context.selections": "missing-key"}


@pytest.mark.parametrize(
    "one",
    ["draft-1", "MedicationRequest/", "/draft-1", "MedicationRequest/a/b", "medicationrequest/1", "MedicationRequest/a b", 1, None, {}],
)
def test_c16_each_selection_is_a_type_and_an_id(one: Any):
    assert faults(request("order-select", selections=["MedicationRequest/draft-1", one]), "order-select") == {
        "context.selections[1]": "wrong-word"
    }


def test_c16_advice_is_on_the_selected_orders(client: Client):
    orders = [order("chosen", site="procerus", units=2), order("other", site="frontalis left", units=30)]

    def summaries(*selected: str) -> list[str]:
        body = request("order-select", *orders, selections=[f"MedicationRequest/{one}" for one in selected])
        return [card["summary"].lower() for card in client.post("/cds-services/bont-order-select", body).cards]

    assert "forehead" in summaries("other")[0]
    assert "forehead" in summaries("chosen", "other")[0]
    assert not any("forehead" in text for text in summaries("chosen"))


def test_c16_an_order_without_dose_and_site_may_be_selected(client: Client):
    bare = order(site=None, units=None)
    assert client.post("/cds-services/bont-order-select", request("order-select", bare)).cards == []


@pytest.mark.parametrize("hook", ["order-sign", "org.example.injection-plan-review"])
@pytest.mark.parametrize("value", [..., None, 1, "x", []])
def test_c17_order_sign_needs_the_drafts(hook: str, value: Any):
    code = "missing-key" if value in (..., None) else "wrong-type"
    assert faults(request(hook, context={"draftOrders": value}), hook) == {"context.draftOrders": code}


@pytest.mark.parametrize("status", ["draft", "active", "on-hold", ..., 7])
def test_c17_an_order_that_is_signed_again_is_checked_all_the_same(client: Client, status: Any):
    again = {key: value for key, value in order(units=300, status=status).items() if value is not ...}
    cards = client.post("/cds-services/bont-order-sign", request("order-sign", order("second", site="procerus", units=2), again)).cards
    assert cards[0]["indicator"] == "critical"
    assert "300 U" in cards[0]["detail"]


def test_c17_a_bundle_without_type_or_entries_is_read():
    assert read(request(context={"draftOrders": {"resourceType": "Bundle"}})).draft_orders == {"resourceType": "Bundle"}
    assert read(request(context={"draftOrders": {"resourceType": "Bundle", "entry": None}})).draft_orders is not None
    assert read(request(context={"draftOrders": {"resourceType": "Bundle", "entry": [{"fullUrl": "urn:uuid:1"}]}})).draft_orders is not None


@pytest.mark.parametrize(
    ("orders", "where"),
    [
        ({}, ".resourceType"),
        ({"resourceType": "List"}, ".resourceType"),
        ({"resourceType": "Bundle", "entry": {}}, ".entry"),
        ({"resourceType": "Bundle", "entry": [{}, 7]}, ".entry[1]"),
        ({"resourceType": "Bundle", "entry": [{"resource": "x"}]}, ".entry[0].resource"),
    ],
)
def test_c17_drafts_of_another_shape_are_refused_with_their_place(orders: Any, where: str):
    assert faults(request(context={"draftOrders": orders})).keys() == {f"context.draftOrders{where}"}


@pytest.mark.parametrize(
    "user",
    ["dr1", "Practitioner", "Practitioner/", "practitioner/dr1", "https://ehr.example.org/Practitioner/dr1", "Practitioner/dr1\n", 7, {}],
)
def test_c18_a_user_is_a_type_and_an_id(user: Any):
    assert faults(request(context={"userId": user})).keys() == {"context.userId"}


@pytest.mark.parametrize("patient", ["Patient/p1", "p 1", "p1\n", "", "urn:uuid:1", "p" * 257, "pä", 7, ["p1"]])
def test_c18_a_patient_is_a_bare_id(patient: Any):
    assert faults(request(context={"patientId": patient})).keys() == {"context.patientId"}


@pytest.mark.parametrize("patient", ["p1", "1288992", "el0VeGTE1vcmdn5N.BKPUFg3", "a_b", "p" * 256])
def test_c18_ids_of_real_systems_are_accepted(patient: str):
    assert read(request(patient_id=patient)).patient_id == patient


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("other", [*HOOKS, "order-sign ", "Order-Sign", "medication-prescribe"])
def test_c18_a_call_is_for_the_hook_of_the_service(hook: str, other: str):
    if hook == other:
        assert read(request(hook, hook=other), hook).hook == hook
    else:
        assert faults(request(hook, hook=other), hook) == {"hook": "wrong-word"}


def test_c19_an_order_for_another_patient_is_not_evaluated_and_reported(client: Client):
    mine = order("mine", site="procerus", units=2)
    theirs = order("theirs", site="frontalis left", units=300, patient="p2")
    cards = client.post("/cds-services/bont-order-sign", request("order-sign", mine, theirs)).cards
    told = "\n".join(card["summary"] + card["detail"] for card in cards)
    assert "300" not in told
    assert "MedicationRequest/theirs" in told
    assert "another patient" in told


def test_c19_an_order_for_another_patient_alone_is_reported(client: Client):
    cards = client.post("/cds-services/bont-order-sign", request("order-sign", order("theirs", units=300, patient="p2"))).cards
    assert len(cards) == 1
    assert "MedicationRequest/theirs" in cards[0]["detail"]
    assert "300" not in cards[0]["summary"] + cards[0]["detail"]


@pytest.mark.parametrize("subject", ["Patient/p1", "https://ehr.example.org/fhir/Patient/p1", "Patient/p1/_history/3"])
def test_c19_the_subject_may_be_relative_absolute_or_versioned(client: Client, subject: str):
    ours = order(units=300, subject={"reference": subject, "display": "Someone"})
    assert "300 U" in client.post("/cds-services/bont-order-sign", request("order-sign", ours)).cards[0]["detail"]
