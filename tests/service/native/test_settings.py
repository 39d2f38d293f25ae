"""What the operator sets: read strictly, and refused where it would open what should be closed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from dose_engine.errors import SettingsError
from dose_engine.service.settings import HANDED_OVER, Settings, is_loopback, option, variable

KEYS = {"api_keys": Path("keys.yaml")}
CDS = {"cds_clients": Path("clients.yaml"), "base_url": "https://advice.example"}


def refused(environ: dict[str, str] | None = None, **given: Any) -> dict[str, str]:
    """The problems, by option: what is wrong, and what to do."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(environ or {}, **given)
    return {problem.path: f"{problem.message}\n{problem.help}" for problem in caught.value.problems}


def accepted(**given: Any) -> Settings:
    return Settings.from_environment({}, **given)


def test_nothing_is_served_to_just_anybody() -> None:
    assert "nobody could call" in refused()["--api-keys"]


def test_what_has_no_file_of_callers_is_not_served() -> None:
    assert (accepted(**KEYS).serves_native, accepted(**KEYS).serves_cds) == (True, False)
    assert (accepted(**CDS).serves_native, accepted(**CDS).serves_cds) == (False, True)
    both = accepted(**KEYS, **CDS)
    assert both.serves_native
    assert both.serves_cds
    local = accepted(insecure_local=True)
    assert local.serves_native
    assert local.serves_cds


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "advice.example", "localhost.example"])
def test_no_authentication_means_loopback_only(host: str) -> None:
    assert "loopback only" in refused(insecure_local=True, host=host)["--host"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LocalHost"])
def test_loopback_is_recognised(host: str) -> None:
    assert is_loopback(host)
    assert accepted(insecure_local=True, host=host).on_loopback


@pytest.mark.parametrize("given", [KEYS, {"cds_clients": Path("c.yaml")}, {"behind_proxy": True}])
def test_no_authentication_excludes_whatever_needs_it(given: dict[str, Any]) -> None:
    assert "no authentication and no proxy" in "".join(refused(insecure_local=True, **given).values())


def test_what_can_be_reached_from_outside_is_encrypted() -> None:
    assert "nothing encrypts" in refused(**KEYS, host="0.0.0.0")["--host"]
    assert accepted(**KEYS, host="0.0.0.0", behind_proxy=True).encrypted
    assert accepted(**KEYS, host="0.0.0.0", tls_certificate=Path("c"), tls_key=Path("k")).encrypted
    assert not accepted(**KEYS).encrypted


def test_a_certificate_comes_with_its_key_and_tls_ends_once() -> None:
    assert "go together" in refused(**KEYS, tls_key=Path("k"))["--tls-certificate"]
    assert "go together" in refused(**KEYS, tls_certificate=Path("c"))["--tls-key"]
    assert "not both" in refused(**KEYS, tls_certificate=Path("c"), tls_key=Path("k"), behind_proxy=True)["--behind-proxy"]


def test_cds_clients_need_the_url_they_sign_for() -> None:
    assert "it is not known" in refused(cds_clients=Path("c"))["--base-url"]


@pytest.mark.parametrize(
    "url",
    [
        "http://advice.example",
        "advice.example",
        "https://",
        "https://a.example/",
        "https://a.example?x",
        "https://a.example#x",
        "https://u:p@a.example",
        "https://a.example:99999",
        "https://[::1",
        "https://a b.example",
        "https://ä.example",
        "HTTPS://a.example",
    ],
)
def test_a_base_url_is_what_tokens_are_made_out_to(url: str) -> None:
    assert "is not a base URL" in refused(**KEYS, base_url=url)["--base-url"]


@pytest.mark.parametrize("url", ["https://a.example", "https://a.example:8443", "https://a.example/advice/v2", "https://[2001:db8::1]:1"])
def test_a_base_url_may_have_a_port_and_a_path(url: str) -> None:
    assert accepted(**KEYS, base_url=url).public_url == url


def test_local_trials_may_use_http() -> None:
    local = accepted(insecure_local=True, base_url="http://localhost:9", cors_origins=("http://localhost:3000",))
    assert local.public_url == "http://localhost:9"
    assert accepted(insecure_local=True, host="::1", port=81).public_url == "http://[::1]:81"


@pytest.mark.parametrize("origin", ["*", "null", "http://a.example", "https://a.example/", "https://a.example/x", "a.example", ""])
def test_an_origin_is_named_whole_and_never_any(origin: str) -> None:
    assert "is not an origin" in refused(**KEYS, cors_origins=(origin,))["--cors-origin"]


@pytest.mark.parametrize("proxy", ["*", "0.0.0.0/0", "::/0", "proxy", "10.0.0.0/99"])
def test_not_just_anyone_is_the_proxy(proxy: str) -> None:
    assert "is not the address of a proxy" in refused(**KEYS, behind_proxy=True, proxies=(proxy,))["--proxy"]


@pytest.mark.parametrize("hook", ["injection-plan-review", "order-sign", "Org.Example.X", "org.example", "org..x.y", "org.example.x y"])
def test_a_hook_of_ones_own_has_a_reverse_domain_name(hook: str) -> None:
    assert "reverse domain" in refused(**KEYS, custom_hook=hook)["--custom-hook"]


def test_comments_are_not_kept_without_a_file_for_feedback() -> None:
    assert "no feedback is kept" in refused(**KEYS, feedback_comments=True)["--feedback-comments"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", 65536),
        ("port", -1),
        ("workers", 0),
        ("seconds", 0),
        ("largest_body", 10),
        ("deepest", 1),
        ("rate_per_minute", 0),
        ("burst", 0),
    ],
)
def test_numbers_have_their_bounds(name: str, value: float) -> None:
    assert f"got `{value}`" in refused(**KEYS, **{name: value})[option(name)]


def test_every_problem_is_told_at_once() -> None:
    problems = refused({"DOSE_ENGINE_WORKERS": "two", "DOSE_ENGINE_REQUIRE_SEAL": "perhaps"}, cors_origins=("*",))
    assert set(problems) == {"--api-keys", "--cors-origin", "DOSE_ENGINE_WORKERS", "DOSE_ENGINE_REQUIRE_SEAL"}


# the environment


def test_each_setting_has_a_variable_and_options_win() -> None:
    environ = {
        "DOSE_ENGINE_API_KEYS": "keys.yaml",
        "DOSE_ENGINE_PORT": "81",
        "DOSE_ENGINE_SECONDS": " 2.5 ",
        "DOSE_ENGINE_BEHIND_PROXY": "Yes",
        "DOSE_ENGINE_PROXIES": "10.0.0.1, 10.0.0.2,",
        "DOSE_ENGINE_REQUIRE_SEAL": "0",
        "DOSE_ENGINE_LOG_LEVEL": "",
    }
    settings = Settings.from_environment(environ, port=82, workers=None)
    assert settings.api_keys == Path("keys.yaml")
    assert (settings.port, settings.seconds, settings.behind_proxy, settings.require_seal) == (82, 2.5, True, False)
    assert settings.proxies == ("10.0.0.1", "10.0.0.2")
    assert (settings.workers, settings.log_level) == (1, "info")


def test_a_variable_that_is_nearly_one_of_ours_is_told_and_others_are_let_be() -> None:
    assert "did you mean `DOSE_ENGINE_API_KEYS`?" in refused({"DOSE_ENGINE_API_KEY": "x"}, **KEYS)["DOSE_ENGINE_API_KEY"]
    others = {"DOSE_ENGINE_DEBUG": "1", "DOSE_ENGINE_KEY_PASSPHRASE": "x", "DOSE_ENGINE_SERVICE_HOST": "10.0.0.1", "PATH": "/bin"}
    assert Settings.from_environment({**others, "DOSE_ENGINE_PORT_8000_TCP_ADDR": "10.0.0.1"}, **KEYS).port == 8000


def test_the_port_that_kubernetes_sets_is_recognised() -> None:
    assert "enableServiceLinks: false" in refused({"DOSE_ENGINE_PORT": "tcp://10.0.0.1:80"}, **KEYS)["DOSE_ENGINE_PORT"]


def test_every_setting_is_explained() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert variable(name) == f"DOSE_ENGINE_{name.upper()}"


# to the workers


def test_settings_reach_a_worker_as_they_are() -> None:
    settings = accepted(**KEYS, **CDS, state=Path("/tmp/x"), cors_origins=("https://a.example",), seconds=1.5, rules=Path("b"))
    assert Settings.handed_over({HANDED_OVER: settings.model_dump_json()}) == settings


def test_a_worker_started_by_hand_is_told_how_to_start() -> None:
    with pytest.raises(SettingsError, match="start the service with `dose-engine serve`"):
        Settings.handed_over({})
    with pytest.raises(SettingsError):
        Settings.handed_over({HANDED_OVER: '{"port": "x"}'})
    with pytest.raises(SettingsError):
        Settings.handed_over({HANDED_OVER: "nonsense"})


def test_settings_cannot_be_changed_or_misspelt() -> None:
    with pytest.raises(ValidationError):
        Settings(insecure_local=True, prot=1)  # type: ignore[call-arg]
    with pytest.raises(ValidationError):
        Settings(insecure_local=True).port = 1  # type: ignore[misc]
