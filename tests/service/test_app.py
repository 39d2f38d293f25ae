"""The whole service, put together: who may call what, and who answers an error."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from dose_engine.engine import Engine
from dose_engine.errors import BadInput, RulebookError, SettingsError
from dose_engine.rulebook.load import shipped_folder
from dose_engine.service.app import create_app, from_environment
from dose_engine.service.settings import HANDED_OVER, Settings
from dose_engine.service.web.work import Work

from .client import Client
from .requests import order, request
from .security.forging import BASE, Door, Keys, ehr_token

ADDRESS = "/cds-services/bont-order-sign"


@pytest.fixture(scope="module")
def keys() -> Keys:
    ours, theirs = ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)
    return Keys(ours, theirs, ec.generate_private_key(ec.SECP384R1()), theirs)


@pytest.fixture
def door(tmp_path: Path, keys: Keys) -> Door:
    door = Door(tmp_path, keys)
    door.file.chmod(0o600)
    return door


def served(**given: Any) -> Iterator[Client]:
    with Client(create_app(Settings(reload_seconds=0, rules=shipped_folder(), **given))) as client:
        yield client


@pytest.fixture
def hospital(door: Door) -> Iterator[Client]:
    """CDS Hooks for the clients on file, and no native API."""
    yield from served(cds_clients=door.file, base_url=BASE)


@pytest.fixture
def token(keys: Keys) -> Any:
    """Makes tokens that count now: `token()`, `token(aud=…)`."""

    def make(**claims: Any) -> str:
        now = int(time.time())
        return f"Bearer {ehr_token(keys, **{'exp': now + 300, 'iat': now, 'jti': str(uuid4()), **claims}).text}"

    return make


def call(client: Client, authorization: str | None, path: str = ADDRESS) -> Any:
    headers = {"content-type": "application/json"} | ({"authorization": authorization} if authorization else {})
    return client.post(path, request("order-sign", order(units=300)), headers)


def test_a_cds_client_gets_its_cards_and_is_named_in_the_log(hospital: Client, token: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        answer = call(hospital, token())
    assert answer.cards[0]["indicator"] == "critical"
    (line,) = [record.fields for record in caplog.records if record.message == "request"]
    assert (line["caller"], line["route"]) == ("clinic-ehr", "/cds-services/bont-order-sign")
    assert line["verdict"]


def test_a_token_counts_once_and_for_the_url_it_names(hospital: Client, token: Any) -> None:
    once = token()
    assert [call(hospital, once).status for _ in range(2)] == [200, 401]
    assert call(hospital, token(aud=f"{BASE}/cds-services/bont-order-select")).status == 401


@pytest.mark.parametrize("authorization", [None, "Bearer x", "Basic eDp5", "Bearer a.b.c"])
def test_without_a_token_a_cds_call_is_refused_without_saying_why(hospital: Client, authorization: str | None) -> None:
    answer = call(hospital, authorization)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.reasons == "not authenticated"


def test_an_api_key_is_no_token_and_a_token_no_api_key(door: Door, token: Any, tmp_path: Path) -> None:
    from dose_engine.service.security.adding import add_key

    api_keys = tmp_path / "keys.yaml"
    key = add_key(api_keys, "clinic-north", None).secret
    for client in served(api_keys=api_keys, cds_clients=door.file, base_url=BASE):
        assert client.get("/v1/zones", {"x-api-key": key}).status == 200
        assert call(client, token()).status == 200
        assert call(client, f"Bearer {key}").status == 401
        assert client.get("/v1/zones", {"authorization": token(aud=f"{BASE}/v1/zones")}).status == 401


def test_cds_clients_are_counted_as_other_callers_are(door: Door, token: Any) -> None:
    for client in served(cds_clients=door.file, base_url=BASE, rate_per_minute=1, burst=1):
        answers = [call(client, token()) for _ in range(2)]
        assert [answer.status for answer in answers] == [200, 429]
        assert int(answers[1].headers["retry-after"]) > 0
        assert answers[1].json()["resourceType"] == "OperationOutcome"


def test_workers_share_the_memory_of_used_tokens(door: Door, token: Any, tmp_path: Path) -> None:
    given = {"cds_clients": door.file, "base_url": BASE, "state": tmp_path}
    for first in served(**given):
        for second in served(**given):
            once = token()
            assert [call(first, once).status, call(second, once).status] == [200, 401]


# errors


@pytest.fixture(scope="module")
def local() -> Iterator[Client]:
    yield from served(insecure_local=True, largest_body=10_000)


@pytest.mark.parametrize(
    ("path", "told"), [(ADDRESS, "OperationOutcome"), ("/cds-services", "OperationOutcome"), ("/v1/advisories", None), ("/x", None)]
)
def test_an_error_is_told_in_the_language_of_its_route(local: Client, path: str, told: str | None) -> None:
    for answer in (local.call("PUT", path), local.post(path, raw=b"x" * 20_000)):
        assert 400 <= answer.status < 500
        found = answer.json()
        assert found.get("resourceType") == told
        assert answer.headers["content-type"] == ("application/fhir+json" if told else "application/problem+json")
        assert answer.headers["x-request-id"]


def test_a_fault_behind_a_cds_route_is_a_500_with_an_outcome_and_is_counted(local: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "_advisory", lambda *_: 1 / 0)
    answer = call(local, None)
    assert (answer.status, answer.json()["resourceType"]) == (500, "OperationOutcome")
    assert 'dose_engine_requests_total{route="/cds-services/bont-order-sign",status="500"} 1.0' in local.get("/metrics").text
    assert "dose_engine_faults_total 1.0" in local.get("/metrics").text


def test_a_call_behind_a_cds_route_that_takes_too_long_is_a_503(local: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Work, "over", True)
    answer = call(local, None)
    assert (answer.status, answer.json()["issue"][0]["code"]) == (503, "timeout")
    assert "fewer orders" in answer.reasons


def test_advice_behind_cds_routes_is_counted(local: Client) -> None:
    call(local, None)
    assert 'dose_engine_advisories_total{kind="cds",verdict="stop"}' in local.get("/metrics").text


# beginning


def test_a_rulebook_that_cannot_be_used_keeps_the_service_from_starting(tmp_path: Path) -> None:
    with pytest.raises(RulebookError):
        create_app(Settings(insecure_local=True, rules=tmp_path))


def test_a_draft_keeps_the_service_from_starting_where_a_seal_is_required() -> None:
    with pytest.raises(RulebookError, match="the rulebook has none"):
        create_app(Settings(insecure_local=True, rules=shipped_folder(), require_seal=True))


def test_a_code_map_that_cannot_be_used_keeps_the_service_from_starting(tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("system,code,means\nhttp://x.example,1,site:nowhere\n")
    with pytest.raises(BadInput, match="nowhere"):
        create_app(Settings(insecure_local=True, rules=shipped_folder(), code_map=path))


def test_a_file_of_clients_that_cannot_be_used_keeps_the_service_from_starting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        create_app(Settings(cds_clients=tmp_path / "none.yaml", base_url=BASE, rules=shipped_folder()))


def test_a_worker_takes_the_settings_it_is_handed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gc.freeze", lambda: None)
    monkeypatch.setenv(HANDED_OVER, Settings(insecure_local=True, rules=shipped_folder(), largest_body=2_000).model_dump_json())
    with Client(from_environment()) as client:
        assert client.post("/v1/advisories", raw=b"x" * 2_001).status == 413


def test_a_worker_that_cannot_start_says_why_and_ends_with_the_code_that_its_supervisor_knows(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(HANDED_OVER, Settings(insecure_local=True, rules=tmp_path).model_dump_json())
    with pytest.raises(SystemExit) as ended:
        from_environment()
    assert ended.value.code == 3
    assert "no rulebook here" in json.dumps(caplog.records[-1].fields)


def test_an_app_may_end_and_begin_again(local: Client) -> None:
    app = create_app(Settings(insecure_local=True, rules=shipped_folder(), reload_seconds=0))
    for _ in range(2):
        with Client(app) as client:
            assert client.get("/readyz").status == 200


@pytest.mark.parametrize(
    ("host", "status"), [("127.0.0.1:8000", 200), ("localhost", 200), ("[::1]:8000", 200), ("evil.example", 400), ("", 400)]
)
def test_without_authentication_only_a_request_that_names_this_machine_is_answered(local: Client, host: str, status: int) -> None:
    assert local.get("/about", {"host": host}).status == status
