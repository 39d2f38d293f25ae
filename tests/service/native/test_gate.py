"""The native API asks for an API key, says nothing of why one is refused, and counts how often each caller calls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dose_engine.errors import SettingsError
from dose_engine.rulebook.load import shipped_folder
from dose_engine.service.app import create_app
from dose_engine.service.security.adding import add_key
from dose_engine.service.settings import Settings
from dose_engine.service.web.rates import network

from ..client import Client
from .test_problems import GETS, POSTS, problem

GUARDED = [("GET", path) for path in GETS if path not in ("/healthz", "/readyz", "/about")] + [("POST", path) for path in POSTS]


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys.yaml"


@pytest.fixture
def key(keys: Path) -> str:
    return add_key(keys, "clinic-north", None).secret


@pytest.fixture
def guarded(serve: Callable[..., Client], keys: Path, key: str) -> Client:
    """The native API with one key, and nothing else."""
    return serve(settings(keys))


def settings(keys: Path, **given: Any) -> Settings:
    return Settings(api_keys=keys, reload_seconds=0, rules=shipped_folder(), **given)


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_without_a_key_nobody_learns_anything(guarded: Client, method: str, path: str) -> None:
    answer = guarded.call(method, path, b"{}", {"content-type": "application/json"})
    found = problem(answer, 401, "not-authenticated")
    assert answer.headers["www-authenticate"] == 'Bearer realm="dose-engine"'
    assert "X-API-Key" in found["detail"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/about"])
def test_whoever_runs_the_service_may_ask_whether_it_is_well(guarded: Client, path: str) -> None:
    assert guarded.get(path).status == 200


def test_a_key_lets_in_by_either_header(guarded: Client, key: str) -> None:
    assert guarded.get("/v1/zones", {"x-api-key": key}).status == 200
    assert guarded.get("/v1/zones", {"authorization": f"Bearer {key}"}).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        [("x-api-key", "")],
        [("x-api-key", "{key}x")],
        [("x-api-key", "{KEY}")],
        [("x-api-key", "Bearer {key}")],
        [("authorization", "{key}")],
        [("authorization", "Basic {key}")],
        [("x-api-key", "{key}"), ("x-api-key", "{key}")],
        [("x-api-key", "{key}"), ("authorization", "Bearer other")],
        [("authorization", "Bearer {key}"), ("authorization", "Bearer {key}")],
        [("cookie", "x-api-key={key}")],
        [("x-api-key", "\xff" * 100)],
    ],
)
def test_anything_but_one_key_as_it_was_given_is_refused_with_the_same_words(
    guarded: Client, key: str, headers: list[tuple[str, str]]
) -> None:
    sent = [(name, value.format(key=key, KEY=key.upper())) for name, value in headers]
    answer, without = guarded.get("/v1/zones", sent), guarded.get("/v1/zones")
    assert problem(answer, 401, "not-authenticated")["detail"] == without.json()["detail"]


def test_a_key_in_the_query_is_refused_without_looking_at_it(guarded: Client, key: str) -> None:
    assert guarded.get(f"/v1/zones?api_key={key}").status == 401


def test_an_expired_key_lets_nobody_in(serve: Callable[..., Client], keys: Path) -> None:
    key = add_key(keys, "clinic-north", dt.date(2026, 1, 1), today=dt.date(2025, 12, 1)).secret
    assert serve(settings(keys)).get("/v1/zones", {"x-api-key": key}).status == 401


def test_the_log_names_the_caller_and_never_the_key(guarded: Client, key: str, logged: Callable[[], list[dict[str, Any]]]) -> None:
    guarded.get("/v1/zones", {"x-api-key": key})
    guarded.get("/v1/zones", {"x-api-key": key[:-1]})
    first, second = [one for one in logged() if one["message"] == "request"]
    assert first["caller"] == "clinic-north"
    assert "caller" not in second
    assert second["problem"] == "not-authenticated"
    assert key[14:] not in str(logged())


def test_who_calls_too_often_is_told_when_to_try_again(serve: Callable[..., Client], keys: Path, key: str) -> None:
    client = serve(settings(keys, rate_per_minute=1, burst=2))
    other = add_key(keys, "clinic-south", None).secret
    answers = [client.get("/v1/zones", {"x-api-key": key}) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert "try again in" in problem(answers[2], 429, "too-often")["detail"]
    assert 30 < int(answers[2].headers["retry-after"]) <= 60
    assert client.get("/v1/zones", {"x-api-key": other}).status == 401  # not read again yet: reload_seconds is 0
    assert client.get("/healthz").status == 200


def test_each_caller_has_a_rate_of_its_own(serve: Callable[..., Client], keys: Path, key: str) -> None:
    other = add_key(keys, "clinic-south", None).secret
    client = serve(settings(keys, rate_per_minute=1, burst=1))
    assert [client.get("/v1/zones", {"x-api-key": one}).status for one in (key, other, key, other)] == [200, 200, 429, 429]


def test_an_address_that_calls_too_often_is_stopped_before_its_key_is_looked_at(serve: Callable[..., Client], keys: Path, key: str) -> None:
    client = serve(settings(keys, rate_per_minute=1, burst=1))
    assert [client.get("/v1/zones", {"x-api-key": "guess"}).status for _ in range(11)] == [401] * 10 + [429]
    assert client.get("/readyz").status == 200


def test_the_addresses_of_one_ipv6_network_are_one_caller() -> None:
    assert network("2001:db8::1") == network("2001:db8::ffff:1") == "2001:db8::/64"
    assert network("2001:db8:0:1::1") != network("2001:db8::1")
    assert network("fe80::1%eth0") == "fe80::/64"
    assert network("192.0.2.1") == "192.0.2.1"
    assert network("::nonsense::") == "::nonsense::"


def test_local_callers_are_not_counted(serve: Callable[..., Client]) -> None:
    client = serve(rate_per_minute=1, burst=1)
    assert {client.get("/v1/zones").status for _ in range(30)} == {200}


def test_without_a_file_of_keys_the_native_api_is_not_there(serve: Callable[..., Client], tmp_path: Path) -> None:
    clients = tmp_path / "clients.yaml"
    clients.write_text("")
    clients.chmod(0o600)
    client = serve(Settings(cds_clients=clients, base_url="https://advice.example", reload_seconds=0))
    for method, path in GUARDED:
        problem(client.call(method, path), 404, "not-found")
    assert client.get("/healthz").status == 200


def test_a_broken_file_of_keys_keeps_the_service_from_starting(keys: Path) -> None:
    keys.write_text("- name: x\n")
    keys.chmod(0o600)
    with pytest.raises(SettingsError, match=r"keys.yaml:1"):
        create_app(settings(keys))
