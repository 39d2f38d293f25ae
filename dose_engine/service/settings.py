"""What the operator of the service sets. Options of `dose-engine serve` win over environment variables; a contradiction is an error.

Secrets stand in files, never in a setting: so the settings may be shown, logged and handed to the workers as they are.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ..errors import Problem, SettingsError, nearest, quoted

PREFIX: Final = "DOSE_ENGINE_"
HANDED_OVER: Final = "DOSE_ENGINE_SETTINGS"
"""The one environment variable that carries all settings, as JSON, to a worker."""

_ELSEWHERE: Final = frozenset({"DEBUG", "KEY_PASSPHRASE", "SETTINGS"})
"""Variables of other parts of dose-engine that begin like ours."""

_SWITCH: Final = {word: value for value, words in ((True, "1 yes true on"), (False, "0 no false off")) for word in words.split()}
_SPELLED: Final = {
    "proxies": "--proxy",
    "cors_origins": "--cors-origin",
    "deepest": "DOSE_ENGINE_DEEPEST",
    "most_values": "DOSE_ENGINE_MOST_VALUES",
}
_HOOK: Final = re.compile(r"[a-z][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*){2,}\Z")

LogLevel = Literal["debug", "info", "warning", "error"]


class Settings(BaseModel):
    """Frozen and free of contradictions. Raises `SettingsError` with every one found, `ValidationError` for a wrong shape."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: Path | None = Field(None, description="The rulebook: a folder with zones.yaml and rules/. Left out: the shipped one.")
    require_seal: bool = Field(False, description="Refuse a rulebook without a seal that holds, at start and at each reload.")
    trust: Path | None = Field(None, description="The list of who may seal. Left out: the usual place.")
    host: Annotated[str, Field(min_length=1)] = Field("127.0.0.1", description="The address to listen on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8000, description="The port; 0 takes a free one.")
    workers: Annotated[int, Field(ge=1, le=64)] = Field(1, description="Worker processes.")
    base_url: str | None = Field(None, description="The public URL of the service; tokens of CDS clients are made out to it.")
    insecure_local: bool = Field(False, description="No authentication, and loopback only: for trying it out.")
    tls_certificate: Path | None = Field(None, description="The certificate chain (PEM).")
    tls_key: Path | None = Field(None, description="The private key of the certificate (PEM).")
    behind_proxy: bool = Field(False, description="A proxy in front ends TLS and says who calls (X-Forwarded-For).")
    proxies: tuple[str, ...] = Field(("127.0.0.1", "::1"), description="The addresses or networks the proxy calls from.")
    api_keys: Path | None = Field(None, description="The file of hashed API keys; without it the native API is not served.")
    cds_clients: Path | None = Field(None, description="The file of CDS clients that may call; without it CDS Hooks is not served.")
    state: Path | None = Field(None, description="The folder for what the workers share. Left out: a private one, removed at the end.")
    cors_origins: tuple[str, ...] = Field((), description="The web origins that may call CDS Hooks from a browser.")
    largest_body: Annotated[int, Field(ge=1_000, le=50_000_000)] = Field(1_000_000, description="Bytes in the largest body, or batch line.")
    deepest: Annotated[int, Field(ge=5, le=200)] = Field(40, description="Lists and objects of a body inside one another.")
    most_values: Annotated[int, Field(ge=100, le=5_000_000)] = Field(50_000, description="Values in a body.")
    seconds: Annotated[float, Field(gt=0, le=600)] = Field(10.0, description="Seconds a request may take, reading its body included.")
    rate_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] = Field(600, description="Requests a minute for each caller and worker.")
    burst: Annotated[int, Field(ge=1, le=1_000_000)] = Field(60, description="Requests a caller may send at once.")
    feedback: Path | None = Field(None, description="The file (JSON Lines) that feedback on cards is added to.")
    feedback_comments: bool = Field(False, description="Keep the free text of feedback; it may hold patient data.")
    code_map: Path | None = Field(None, description="A csv that maps codes of your sites to ours.")
    custom_hook: str = Field("org.example.injection-plan-review", description="The hook of clinics without order entry.")
    pregnancy_days: Annotated[int, Field(ge=0, le=366)] = Field(0, description="Days for which a recorded pregnancy status is believed.")
    reload_seconds: Annotated[float, Field(ge=0, le=86_400)] = Field(5.0, description="Seconds between looks at the rulebook; 0: never.")
    log_level: LogLevel = Field("info", description="The least of what is logged.")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], **given: Any) -> Settings:
        """The settings in the variables DOSE_ENGINE_NAME (one for each field), under those `given`; None is not given.

        Switches are yes or no; lists are separated by commas. Raises `SettingsError` with every problem.
        """
        problems: list[Problem] = []
        found: dict[str, Any] = {}
        for name in cls.model_fields:
            text = environ.get(variable(name), "").strip()
            if text and given.get(name) is None:
                found[name] = _read(name, text, problems)
        problems += _misspelt(environ)
        try:
            settings = cls(**found | {name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            raise SettingsError([*problems, *_problems(error)]) from None
        except SettingsError as error:
            raise SettingsError([*problems, *error.problems]) from None
        if problems:
            raise SettingsError(problems)
        return settings

    @classmethod
    def handed_over(cls, environ: Mapping[str, str]) -> Settings:
        """The settings a worker was started with. Raises `SettingsError` when it was started by hand, without any."""
        if HANDED_OVER not in environ:
            help = "start the service with `dose-engine serve`"
            raise SettingsError([Problem("missing-key", f"{HANDED_OVER} is not set", help, path=HANDED_OVER)])
        try:
            return cls.model_validate_json(environ[HANDED_OVER])
        except ValidationError as error:
            raise SettingsError(_problems(error)) from None

    @property
    def on_loopback(self) -> bool:
        return is_loopback(self.host)

    @property
    def serves_native(self) -> bool:
        return self.insecure_local or self.api_keys is not None

    @property
    def serves_cds(self) -> bool:
        return self.insecure_local or self.cds_clients is not None

    @property
    def encrypted(self) -> bool:
        """Does what a client sends arrive over TLS, ended here or by the proxy?"""
        return self.tls_certificate is not None or self.behind_proxy

    @property
    def public_url(self) -> str:
        """Where clients reach the service, without a slash at its end."""
        if self.base_url is not None:
            return self.base_url
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls_certificate else 'http'}://{host}:{self.port}"

    @model_validator(mode="after")
    def _no_contradictions(self) -> Self:
        problems = [*_exposure(self), *_authentication(self), *_urls(self)]
        if problems:
            raise SettingsError(problems)
        return self


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def option(name: str) -> str:
    """How the operator gives a setting: the option of `dose-engine serve`, or the variable of the two that have none."""
    return _SPELLED.get(name) or f"--{name.replace('_', '-')}"


def is_loopback(host: str) -> bool:
    """Does the name or address mean this machine and no other?"""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _exposure(s: Settings) -> Iterator[Problem]:
    """What would be open to whom it should not be."""
    if (s.tls_certificate is None) != (s.tls_key is None):
        missing = "tls_key" if s.tls_key is None else "tls_certificate"
        yield _problem("missing-key", missing, "a certificate and its key go together", f"give {option(missing)} as well")
    if s.tls_certificate is not None and s.behind_proxy:
        yield _problem("contradiction", "behind_proxy", "TLS ends at the proxy or here, not both", "leave one of them out")
    if s.insecure_local:
        for name in ("api_keys", "cds_clients", "behind_proxy"):
            if getattr(s, name):
                yield _problem(
                    "contradiction", name, "--insecure-local means no authentication and no proxy", f"leave {option(name)} or it out"
                )
        if not s.on_loopback:
            message = f"--insecure-local listens on loopback only, got {quoted(s.host)}"
            yield _problem("contradiction", "host", message, "use 127.0.0.1, or give --api-keys and TLS instead of --insecure-local")
    elif not s.on_loopback and not s.encrypted:
        message = f"{quoted(s.host)} can be reached from outside, and nothing encrypts what is sent"
        yield _problem("contradiction", "host", message, "give --tls-certificate and --tls-key, or --behind-proxy if a proxy ends TLS")


def _authentication(s: Settings) -> Iterator[Problem]:
    if not s.insecure_local and s.api_keys is None and s.cds_clients is None:
        help = "give --api-keys FILE (native API), --cds-clients FILE (CDS Hooks), or both; --insecure-local tries it out without"
        yield _problem("missing-key", "api_keys", "nobody could call: no file says who may", help)
    if s.cds_clients is not None and s.base_url is None:
        help = "give the URL that clients call, for example https://advice.clinic.example"
        yield _problem("missing-key", "base_url", "CDS clients sign for the URL they call, and it is not known", help)
    if s.feedback_comments and s.feedback is None:
        yield _problem("contradiction", "feedback_comments", "no feedback is kept, so no comments are", "give --feedback FILE as well")


def _urls(s: Settings) -> Iterator[Problem]:
    schemes = ("https", "http") if s.insecure_local else ("https",)
    accepted = " or ".join(f"{scheme}://HOST" for scheme in schemes)
    if s.base_url is not None and not _is_url(s.base_url, schemes, path=True):
        help = f"accepted: {accepted}, with a path if need be, without a slash at its end"
        yield _problem("wrong-word", "base_url", f"{quoted(s.base_url)} is not a base URL", help)
    for origin in s.cors_origins:
        if not _is_url(origin, schemes, path=False):
            help = f"an origin is {accepted}, with a port if need be; `*` is not accepted"
            yield _problem("wrong-word", "cors_origins", f"{quoted(origin)} is not an origin", help)
    for proxy in s.proxies:
        if not _is_network(proxy):
            help = "an address or network, for example 10.0.0.0/8; not every address"
            yield _problem("wrong-word", "proxies", f"{quoted(proxy)} is not the address of a proxy", help)
    if not _HOOK.match(s.custom_hook):
        help = "a hook of your own is a reverse domain name, for example org.example.injection-plan-review"
        yield _problem("wrong-word", "custom_hook", f"{quoted(s.custom_hook)} is not the name of a hook", help)


def _is_url(text: str, schemes: tuple[str, ...], *, path: bool) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and not any(c in text for c in ' "<>\\^`{|}?#@')
    whole = parts.scheme in schemes and bool(parts.hostname) and text.startswith(f"{parts.scheme}://{parts.netloc}")
    return plain and whole and (not parts.path or (path and not parts.path.endswith("/")))


def _is_network(text: str) -> bool:
    try:
        return ipaddress.ip_network(text).prefixlen > 0
    except ValueError:
        return False


def _read(name: str, text: str, problems: list[Problem]) -> Any:
    """A variable's text as its field takes it."""
    kind = Settings.model_fields[name].annotation
    if kind is bool:
        if text.lower() not in _SWITCH:
            problems.append(_problem("wrong-word", name, f"{quoted(text)} is neither yes nor no", "accepted: yes, no", variable(name)))
        return _SWITCH.get(text.lower(), Settings.model_fields[name].default)
    if kind in (int, float):
        try:
            return float(text) if kind is float else int(text)
        except ValueError:
            help = "Kubernetes sets this for a service named dose-engine: set enableServiceLinks: false" if "://" in text else ""
            problems.append(_problem("wrong-type", name, f"{quoted(text)} is not a number", help, variable(name)))
            return Settings.model_fields[name].default
    return tuple(part for one in text.split(",") if (part := one.strip())) if kind == tuple[str, ...] else text


def _misspelt(environ: Mapping[str, str]) -> Iterator[Problem]:
    """Variables that are nearly ours: what they were meant to set would stay at its default without a word."""
    known = {variable(name) for name in Settings.model_fields} | {PREFIX + name for name in _ELSEWHERE}
    for name in environ:
        near = nearest(name.removeprefix(PREFIX), [one.removeprefix(PREFIX) for one in known]) if name.startswith(PREFIX) else None
        if near is not None and name not in known and not name.startswith((f"{PREFIX}PORT_", f"{PREFIX}SERVICE_")):
            yield Problem("unknown-key", f"nothing reads {quoted(name)}", f"did you mean `{PREFIX}{near}`?", path=name)


def _problems(error: ValidationError) -> Iterator[Problem]:
    for one in error.errors(include_url=False, include_context=False):
        name = str(one["loc"][0]) if one["loc"] else ""
        code = "unknown-key" if one["type"] == "extra_forbidden" else "wrong-word" if one["type"] == "literal_error" else "wrong-number"
        got = f", got {quoted(str(one['input']))}" if one["type"] != "missing" else ""
        yield _problem(code, name, f"{one['msg'][:1].lower()}{one['msg'][1:]}{got}", "")


def _problem(code: str, name: str, message: str, help: str, path: str = "") -> Problem:
    return Problem(code, message, help, path=path or option(name))
