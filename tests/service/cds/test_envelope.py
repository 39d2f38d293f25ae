"""What a call must hold around its context, and what it may: C11 to C14."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from dose_engine.service.cds.refusal import MOST_SHOWN
from dose_engine.service.cds.routes import answering_with
from dose_engine.service.strict_json import Refused

from ..client import Client
from ..requests import HOOK_INSTANCE, SERVICE_OF, bundle, order, request
from .reading import HOOKS, SETTINGS, faults, read, service

AUTHORIZATION = {
    "access_token": "opaque",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "user/Patient.read",
    "subject": "cds-service4",
}


@pytest.mark.parametrize("hook", HOOKS)
def test_a_whole_call_is_read(hook: str):
    draft = order()
    found = read(request(hook, draft), hook)
    assert (found.hook, found.hook_instance) == (hook, HOOK_INSTANCE)
    assert (found.user_id, found.patient_id, found.encounter_id) == ("Practitioner/dr1", "p1", "e1")
    assert found.fhir_server == "https://ehr.example.org/fhir"
    assert found.selections == (("MedicationRequest/draft-1",) if hook == "order-select" else ())
    assert found.draft_orders == (None if hook == "patient-view" else bundle(draft, type="collection"))
    assert list(found.prefetch) == list(service(hook).prefetch)


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("name", ["hook", "hookInstance", "context"])
@pytest.mark.parametrize("value", [..., None, 1, True, [], "", ["order-sign"]])
def test_c11_hook_instance_and_context_are_required_in_their_types(hook: str, name: str, value: Any):
    body = {key: one for key, one in (request(hook) | {name: value}).items() if one is not ...}
    assert faults(body, hook) == {name: "missing-key" if value in (..., None) else _code(name, value)}


def _code(name: str, value: Any) -> str:
    return "wrong-word" if isinstance(value, str) and name != "context" else "wrong-type"


@pytest.mark.parametrize(
    "text",
    [
        "d1577c69dfbe44adba6d3e05e953b2ea",
        f"urn:uuid:{HOOK_INSTANCE}",
        f"{HOOK_INSTANCE}\n",
        f"{{{HOOK_INSTANCE}}}",
        "1",
        "g" + HOOK_INSTANCE[1:],
    ],
)
def test_c11_a_hook_instance_is_a_uuid(text: str):
    assert faults(request(hookInstance=text)) == {"hookInstance": "wrong-word"}


def test_c11_a_hook_instance_may_be_in_capitals():
    assert read(request(hookInstance=HOOK_INSTANCE.upper())).hook_instance == HOOK_INSTANCE.upper()


@pytest.mark.parametrize("body", [[], "text", 1, None, True, [request()]])
def test_c11_a_call_is_an_object(body: Any):
    assert faults(body) == {"": "wrong-type"}


@pytest.mark.parametrize("server", [..., None])
def test_c12_an_authorization_without_a_server_is_refused(server: Any):
    assert faults(request(fhirServer=server, fhirAuthorization=AUTHORIZATION)) == {"fhirServer": "missing-key"}


@pytest.mark.parametrize("members", [{"fhirServer": ...}, {"fhirServer": None}, {"fhirServer": None, "fhirAuthorization": None}])
def test_c12_a_call_without_an_authorization_needs_no_server(members: dict):
    assert read(request(**members)).fhir_server is None


@pytest.mark.parametrize("server", ["", "ehr", "ftp://ehr.example.org", "https://", "/fhir", "https://ehr.example.org/a b", 1, {}])
def test_c12_a_server_is_an_absolute_url(server: Any):
    assert faults(request(fhirServer=server)).keys() == {"fhirServer"}


@pytest.mark.parametrize("name", AUTHORIZATION)
@pytest.mark.parametrize("value", [..., None, "", 1.5, True, [], {}, -1])
def test_c13_each_field_of_an_authorization_is_required_in_its_type(name: str, value: Any):
    value = Decimal("1.5") if value == 1.5 else value
    given = {key: one for key, one in (AUTHORIZATION | {name: value}).items() if one is not ...}
    assert faults(request(fhirAuthorization=given)).keys() == {f"fhirAuthorization.{name}"}


@pytest.mark.parametrize("kind", ["bearer", "MAC", "Basic", "Bearer "])
def test_c13_the_token_is_a_bearer_token(kind: str):
    assert faults(request(fhirAuthorization=AUTHORIZATION | {"token_type": kind})) == {"fhirAuthorization.token_type": "wrong-word"}


@pytest.mark.parametrize("seconds", ["300", Decimal("0.5"), Decimal("1e-400"), Decimal("-1e400")])
def test_c13_a_lifetime_is_a_whole_number_of_seconds(seconds: Any):
    assert faults(request(fhirAuthorization=AUTHORIZATION | {"expires_in": seconds})).keys() == {"fhirAuthorization.expires_in"}


@pytest.mark.parametrize("seconds", [0, 300, Decimal("300.0"), Decimal("1e400")])
def test_c13_a_whole_number_may_be_written_as_a_decimal(seconds: Any):
    assert read(request(fhirAuthorization=AUTHORIZATION | {"expires_in": seconds})).patient_id == "p1"


@pytest.mark.parametrize(("patient", "fits"), [("p1", True), (None, True), (..., True), (1, False), ({}, False)])
def test_c13_the_patient_of_a_token_is_an_id_where_it_is_named(patient: Any, fits: bool):
    given = {key: one for key, one in (AUTHORIZATION | {"scope": "patient/*.read", "patient": patient}).items() if one is not ...}
    if fits:
        assert read(request(fhirAuthorization=given)).patient_id == "p1"
    else:
        assert faults(request(fhirAuthorization=given)) == {"fhirAuthorization.patient": "wrong-type"}


@pytest.mark.parametrize("given", ["token", [], 1, True])
def test_c13_an_authorization_is_an_object(given: Any):
    assert faults(request(fhirAuthorization=given)) == {"fhirAuthorization": "wrong-type"}


def test_c13_nothing_of_an_authorization_is_kept():
    found = read(request(fhirAuthorization=AUTHORIZATION | {"access_token": "opaque-7f2c", "subject": "who-asks"}))
    assert "opaque-7f2c" not in repr(found)
    assert "who-asks" not in repr(found)


def _with_strangers(value: Any) -> Any:
    """The same value with members nobody knows in every object."""
    match value:
        case dict():
            known = {key: _with_strangers(member) for key, member in value.items()}
            return {
                "xUnknown": {"deep": [1, {"a": None}]},
                **known,
                "extension": [{"url": "https://example.org/x", "valueString": "x"}],
                "z": "",
            }
        case list():
            return [_with_strangers(one) for one in value]
    return value


@pytest.mark.parametrize("hook", HOOKS)
def test_c14_members_nobody_knows_change_no_card(
    cds: Callable[..., Client], hook: str, answering: Any, engine: Any, codes: Any, today: Any
):
    def client() -> Client:
        numbers = iter(range(100))
        same = lambda: f"00000000-0000-4000-8000-{next(numbers):012d}"  # noqa: E731
        return cds(answering_with(SETTINGS, lambda: engine, lambda: codes, today=lambda: today, new_uuid=same))

    body = request(hook, order("a", units=8), order("b", site="procerus", units=400))
    plain = client().post(SERVICE_OF[hook], body)
    strange = client().post(SERVICE_OF[hook], _with_strangers(body))
    assert plain.status == 200
    assert strange.body == plain.body


@pytest.mark.parametrize("extension", [None, {}, [], "text", 1, {"com.example.x": {"y": 1}}])
def test_c14_an_extension_of_any_shape_is_ignored(extension: Any):
    assert read(request(extension=extension, context={"extension": extension})) == read(request())


def test_c14_leftovers_of_older_clients_are_ignored(own_fixture: Callable[[str], bytes]):
    found = read(own_fixture("order-sign-older-client.json"))
    assert (found.user_id, found.patient_id, found.encounter_id) == ("PractitionerRole/role-7", "pat.77_a", None)
    assert found.prefetch == {}
    assert found.draft_orders is not None
    assert [entry["resource"]["id"] for entry in found.draft_orders["entry"]] == ["mr-1", "diet-1"]


@pytest.mark.parametrize("value", [None, ..., {}])
def test_a_prefetch_that_is_null_is_as_if_it_were_not_there(value: Any):
    assert read(request(prefetched=value)).prefetch == {}


@pytest.mark.parametrize("value", [[], "x", 1, True, False])
def test_a_prefetch_of_another_type_is_refused(value: Any):
    assert faults(request(prefetched=value)) == {"prefetch": "wrong-type"}


def test_prefetch_values_are_handed_on_as_they_are():
    value = {"patient": 7, "conditions": None, "other": [Decimal("1.10")]}
    assert read(request(prefetched=value)).prefetch == value


def test_all_that_is_wrong_is_told_at_once():
    body = request(hookInstance="x", fhirServer=1, prefetched=[], context={"userId": "dr1", "patientId": None, "draftOrders": []})
    assert faults(body).keys() == {"hookInstance", "fhirServer", "prefetch", "context.userId", "context.patientId", "context.draftOrders"}


def test_the_faults_of_one_answer_are_bounded():
    assert len(faults(request("order-select", selections=["x"] * 500), "order-select")) == 1 + MOST_SHOWN


def test_no_value_that_was_sent_is_in_a_reason():
    secret = "Willow-Eric-1981"
    body = request(
        hook=secret, hookInstance=secret, fhirServer=secret, context={"userId": secret, "patientId": f"{secret}/", "draftOrders": secret}
    )
    with pytest.raises(Refused) as refused:
        read(body)
    assert not any(secret in f"{one}{one.reason}{one.where}{one.code}" for one in (refused.value, *refused.value.more))


@pytest.mark.parametrize(
    ("name", "hook"),
    [("order-sign-bont-request.json", "order-sign"), ("order-sign-epic-habits.json", "order-sign")],
)
def test_the_example_calls_are_read(shared_example: Callable[[str], bytes], name: str, hook: str):
    found = read(shared_example(f"ours/{name}"), hook)
    assert found.patient_id == "p1"
    assert found.prefetch["allergies"] is None


def test_epics_call_is_read(shared_example: Callable[[str], bytes]):
    found = read(shared_example("epic-dialect/epic-order-select-request.json"), "order-select")
    assert len(found.selections[0]) > 190
    assert found.prefetch == {}


def test_a_call_with_epics_habits_is_read(own_fixture: Callable[[str], bytes]):
    found = read(own_fixture("order-select-epic-habits.json"), "order-select")
    assert len(found.selections[0].partition("/")[2]) > 170
    assert (found.prefetch, found.patient_id) == ({}, "eQx.Made-Up.Id.3")


@pytest.mark.parametrize("hook", ["order-sign", "order-select"])
def test_the_contexts_of_the_specification_are_read(shared_example: Callable[[str], bytes], hook: str):
    context = json.loads(shared_example(f"cds-hooks-docs/{hook}-context-r4.json"), parse_float=Decimal)["context"]
    assert read(request(hook, context=context), hook).patient_id == context["patientId"]
