"""Discovery: C1 to C9."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

import pytest

from dose_engine.service.cds.discovery import discovery
from dose_engine.service.cds.hooks import HookService, services
from dose_engine.service.security.caller import REASONS, Caller, NotAuthenticated
from dose_engine.service.settings import Settings

from ..client import Client
from ..requests import SERVICE_OF, request

TOKEN = re.compile(r"\{\{(.*?)\}\}")


@pytest.fixture
def listed(cds: Callable[..., Client]) -> list[dict]:
    return cds().get("/cds-services").json()["services"]


@pytest.fixture
def queries(listed: list[dict]) -> list[str]:
    return [query for service in listed for query in service["prefetch"].values()]


def test_c1_discovery_is_a_200_with_an_object_that_holds_a_list(cds: Callable[..., Client]):
    answer = cds().get("/cds-services")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert isinstance(answer.json(), dict)
    assert isinstance(answer.json()["services"], list)


def test_c1_discovery_answers_a_head_with_the_same_headers_and_no_body(cds: Callable[..., Client]):
    client = cds()
    assert client.head("/cds-services").body == b""
    assert client.head("/cds-services").headers == client.get("/cds-services").headers


def test_c1_discovery_is_always_available_and_a_token_that_is_sent_is_still_checked(cds: Callable[..., Client]):
    def admit(headers: Mapping[str, str], path: str) -> Caller:
        raise NotAuthenticated(sorted(REASONS)[0])

    client = cds(admit=admit)
    assert client.get("/cds-services").status == 200
    assert client.get("/cds-services", {"authorization": "Bearer forged"}).status == 401
    assert client.post("/cds-services/bont-order-sign", raw=b"{}").status == 401


def test_c2_each_service_has_hook_description_and_id_and_a_title(listed: list[dict]):
    assert [service["hook"] for service in listed] == ["order-sign", "order-select", "patient-view", "org.example.injection-plan-review"]
    for service in listed:
        assert all(isinstance(service[name], str) and service[name] for name in ("hook", "title", "description", "id", "usageRequirements"))
        assert service.keys() == {"hook", "title", "description", "id", "prefetch", "usageRequirements"}


def test_c2_the_operator_names_the_hook_of_clinics_without_order_entry(cds: Callable[..., Client]):
    named = cds(settings=Settings(insecure_local=True, custom_hook="com.clinic.injection-review")).get("/cds-services").json()["services"]
    assert {service["id"]: service["hook"] for service in named}["bont-injection-plan-review"] == "com.clinic.injection-review"


def test_c3_each_listed_id_answers_at_its_own_address(cds: Callable[..., Client], listed: list[dict]):
    client = cds()
    assert {f"/cds-services/{service['id']}": service["hook"] for service in listed} == {
        address: hook for hook, address in SERVICE_OF.items()
    }
    for service in listed:
        assert client.post(f"/cds-services/{service['id']}", request(service["hook"])).cards == []


def test_c4_a_prefetch_template_is_an_object_of_texts(listed: list[dict]):
    for service in listed:
        assert list(service["prefetch"]) == ["patient", "conditions", "allergies", "medications", "administrations", "observations"]
        assert all(isinstance(query, str) and query for query in service["prefetch"].values())


def test_c5_the_only_token_is_the_patient_of_the_context(queries: list[str]):
    for query in queries:
        assert TOKEN.findall(query) == ["context.patientId"]
        assert not set("{}") & set(TOKEN.sub("", query))


def test_c6_queries_keep_to_the_portable_subset_of_search(queries: list[str]):
    accepted = {"patient", "status", "code", "_sort", "_count"}
    for query in queries:
        kind, asks, search = query.partition("?")
        if not asks:
            assert re.fullmatch(r"[A-Z][A-Za-z]+/\{\{context\.patientId\}\}", query)
            continue
        assert re.fullmatch(r"[A-Z][A-Za-z]+", kind)
        names = [part.partition("=")[0] for part in search.split("&")]
        assert set(names) <= accepted, "a modifier, a chain, or another parameter"
        assert len(names) == len(set(names))
        assert "patient={{context.patientId}}" in search


def test_c7_with_no_service_discovery_is_an_empty_list():
    assert discovery(()) == b'{"services":[]}'


def test_c7_a_service_without_prefetch_has_no_such_member():
    bare = HookService("some-id", "patient-view", "Some", "Some text.", usage_requirements="", prefetch={})
    assert json.loads(discovery([bare]))["services"][0].keys() == {"hook", "title", "description", "id"}


def test_c8_each_hook_has_an_id_of_its_own(listed: list[dict]):
    assert len({service["id"] for service in listed}) == len(listed) == len({service["hook"] for service in listed})
    assert all(re.fullmatch(r"[a-z0-9-]+", service["id"]) for service in listed)


@pytest.mark.parametrize(
    "path", ["/cds-services/", "/cds-services/bont-order-sign/", "/cds-services//bont-order-sign", "/cds-services/BONT-ORDER-SIGN"]
)
def test_c8_an_address_that_is_not_exactly_the_listed_one_is_not_there(cds: Callable[..., Client], path: str):
    assert cds().post(path, request()).status == 404


def test_c9_discovery_is_the_same_bytes_every_time(cds: Callable[..., Client], settings: Settings):
    client = cds()
    assert client.get("/cds-services").body == client.get("/cds-services").body == cds().get("/cds-services").body
    assert discovery(services(settings)) == client.get("/cds-services").body
    assert (
        discovery(services(Settings(insecure_local=True, port=1, seconds=1, feedback_comments=False))) == client.get("/cds-services").body
    )
