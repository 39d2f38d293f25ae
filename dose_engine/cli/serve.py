"""`dose-engine serve`: the advisory service over HTTP. Its options are the fields of `dose_engine.service.settings.Settings`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from .options import Rules, Trust

MISSING = "serve needs web libraries that are not installed ({name}): pip install 'dose-engine[service]'"

LIBRARIES = ("fastapi", "uvicorn", "httptools", "jwt", "prometheus_client")

File = Path | None


verb = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _switch(name: str, help: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(f"--{name}", help=help)
    return option


@verb.command("serve")
def serve(
    api_keys: Annotated[
        File, typer.Option(metavar="FILE", help="Who may call the native API: hashed keys, made by dose-engine api-key.")
    ] = None,
    cds_clients: Annotated[File, typer.Option(metavar="FILE", help="Who may call CDS Hooks: clients and their public keys.")] = None,
    insecure_local: Annotated[bool, _switch("insecure-local", "No authentication, on this machine only: to try it out.")] = False,
    host: Annotated[str | None, typer.Option(help="The address to listen on. Default: 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="The port; 0 takes a free one. Default: 8000.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes. Default: 1.")] = None,
    base_url: Annotated[str | None, typer.Option(metavar="URL", help="The public URL; CDS clients sign for it.")] = None,
    tls_certificate: Annotated[File, typer.Option(metavar="FILE", help="The certificate chain (PEM).")] = None,
    tls_key: Annotated[File, typer.Option(metavar="FILE", help="Its private key (PEM, without a passphrase).")] = None,
    behind_proxy: Annotated[bool, _switch("behind-proxy", "A proxy ends TLS and says who calls (X-Forwarded-For).")] = False,
    proxies: Annotated[
        list[str] | None,
        typer.Option("--proxy", metavar="ADDRESS", help="Where the proxy calls from. Default: this machine. Can be repeated."),
    ] = None,
    rules: Rules = None,
    require_seal: Annotated[bool, _switch("require-seal", "Refuse a rulebook without a seal that holds, now and at each reload.")] = False,
    trust: Trust = None,
    reload_seconds: Annotated[
        float | None, typer.Option(help="Seconds between looks at the rulebook and at who may call; 0: never. Default: 5.")
    ] = None,
    code_map: Annotated[File, typer.Option(metavar="FILE", help="Your own codes for sites, drugs and conditions (csv).")] = None,
    custom_hook: Annotated[str | None, typer.Option(metavar="NAME", help="The hook of clinics without order entry.")] = None,
    pregnancy_days: Annotated[
        int | None, typer.Option(help="Days for which a recorded pregnancy status is believed. Default: 0, never.")
    ] = None,
    feedback: Annotated[File, typer.Option(metavar="FILE", help="Add the feedback on cards to this file (JSON Lines).")] = None,
    feedback_comments: Annotated[bool, _switch("feedback-comments", "Keep comments in it; they may hold patient data.")] = False,
    cors_origins: Annotated[
        list[str] | None, typer.Option("--cors-origin", metavar="ORIGIN", help="A web origin that may call CDS Hooks. Can be repeated.")
    ] = None,
    largest_body: Annotated[int | None, typer.Option(help="Bytes in the largest body, or batch line. Default: 1000000.")] = None,
    seconds: Annotated[float | None, typer.Option(help="Seconds that a request may take. Default: 10.")] = None,
    rate_per_minute: Annotated[int | None, typer.Option(help="Requests a minute, for each caller and worker. Default: 600.")] = None,
    burst: Annotated[int | None, typer.Option(help="Requests a caller may send at once. Default: 60.")] = None,
    state: Annotated[
        File, typer.Option(metavar="DIR", help="What the workers share. Default: a private folder, removed at the end.")
    ] = None,
    log_level: Annotated[Literal["debug", "info", "warning", "error"] | None, typer.Option(help="The least of what is logged.")] = None,
) -> None:
    """Serve advisories over HTTP: a native API and CDS Hooks.

    Each option has an environment variable, DOSE_ENGINE_ and its name (DOSE_ENGINE_API_KEYS); options win. Secrets stand in files only.
    Logs go to stderr, one line of JSON a request, without patient data. Exit code: 0 ended when told to, 2 wrong input, 1 a fault.
    """
    import os

    given = {
        "api_keys": api_keys,
        "cds_clients": cds_clients,
        "insecure_local": insecure_local or None,
        "host": host,
        "port": port,
        "workers": workers,
        "base_url": base_url,
        "tls_certificate": tls_certificate,
        "tls_key": tls_key,
        "behind_proxy": behind_proxy or None,
        "proxies": tuple(proxies) if proxies else None,
        "rules": rules,
        "require_seal": require_seal or None,
        "trust": trust,
        "reload_seconds": reload_seconds,
        "code_map": code_map,
        "custom_hook": custom_hook,
        "pregnancy_days": pregnancy_days,
        "feedback": feedback,
        "feedback_comments": feedback_comments or None,
        "cors_origins": tuple(cors_origins) if cors_origins else None,
        "largest_body": largest_body,
        "seconds": seconds,
        "rate_per_minute": rate_per_minute,
        "burst": burst,
        "state": state,
        "log_level": log_level,
    }
    from ..service.settings import Settings

    settings = Settings.from_environment(os.environ, **given)
    _need_the_extra()
    from ..service.serving import serve as serve_with

    if not serve_with(settings, lambda line: typer.echo(line, err=True)):
        raise typer.Exit(1)


def _need_the_extra() -> None:
    """Ends with one line when a library of the extra is missing."""
    import os
    from importlib import import_module

    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)  # read when prometheus_client is imported; the service sets it for its workers itself
    for name in LIBRARIES:
        try:
            import_module(name)
        except ModuleNotFoundError:
            typer.echo(MISSING.format(name=name), err=True)
            raise typer.Exit(2) from None
