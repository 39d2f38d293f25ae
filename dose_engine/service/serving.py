"""Starts the service on uvicorn: checks first, says what is served and to whom, then serves until it is told to end."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import signal
import socket
import ssl
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import uvicorn
from uvicorn.supervisors import Multiprocess

from .. import __version__
from ..errors import Problem, SettingsError
from .access import Access
from .app import STARTUP_FAILURE, create_app, settle
from .observing.logs import log_config
from .observing.metrics import FOLDER_VARIABLE
from .served_engine import Loaded
from .settings import HANDED_OVER, Settings
from .web.slow_clients import Impatient

FACTORY: Final = "dose_engine.service.app:from_environment"

_KEPT_OPEN: Final = 75
"""Seconds for which a connection without a request is kept: longer than proxies keep theirs, so that they close it first."""

_BACKLOG: Final = 2048


def serve(settings: Settings, tell: Callable[[str], None]) -> bool:
    """Serve until SIGTERM or SIGINT; requests that are being answered are answered. False when the workers could not start.

    `tell` is given what the operator should read. Raises `BadInput` for settings, files or a rulebook that cannot be used.
    """
    _check_tls(settings)
    with bound(settings) as listener, _shared(settings) as shared:
        settings = shared.model_copy(update={"port": listener.getsockname()[1]})
        app = create_app(settings)  # with several workers only to find what is wrong before any of them is started
        access: Access = app.state.access
        for line in (*said(settings, app.state.current.loaded), *access.warnings):
            tell(line)
        _end_quietly()
        if settings.workers > 1:
            access.close()
            return _several(settings, listener)
        settle()
        server = uvicorn.Server(uvicorn.Config(app, **_how(settings)))
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
        return server.started


def _several(settings: Settings, listener: socket.socket) -> bool:
    """Workers are started anew with the settings in their environment; one that dies is replaced."""
    assert settings.state is not None
    os.environ[HANDED_OVER] = settings.model_dump_json()
    os.environ[FOLDER_VARIABLE] = str(_empty(settings.state / "metrics"))
    supervisor = Multiprocess(uvicorn.Config(FACTORY, factory=True, workers=settings.workers, **_how(settings)), sockets=[listener])
    supervisor.run()
    return not any(one.exitcode == STARTUP_FAILURE for one in supervisor.processes)


def _how(settings: Settings) -> dict[str, Any]:
    return {
        "http": Impatient,
        "ws": "none",
        "lifespan": "on",
        "log_config": log_config(settings.log_level),
        "access_log": False,
        "server_header": False,
        "proxy_headers": settings.behind_proxy,
        "forwarded_allow_ips": list(settings.proxies),
        "timeout_keep_alive": _KEPT_OPEN,
        "timeout_graceful_shutdown": math.ceil(settings.seconds) + 2,
        "backlog": _BACKLOG,
        "ssl_certfile": settings.tls_certificate,
        "ssl_keyfile": settings.tls_key,
    }


def said(settings: Settings, loaded: Loaded) -> Iterator[str]:
    """Where it listens, what is served, and who may call."""
    book, seal = loaded.book, loaded.engine.seal_in_words
    workers = f", {settings.workers} workers" if settings.workers > 1 else ""
    yield f"dose-engine {__version__} listens on {_url(settings)}{workers}"
    yield f"rulebook: {book.title}, {book.version} ({seal})"
    if not loaded.confirmed:
        yield "second evaluator: not installed (durable-rules); every advisory says that it was not independently confirmed"
    if settings.insecure_local:
        yield "authentication: OFF (--insecure-local); only this machine can connect; not for patients"
        yield "served: the native API (/v1, /openapi.json) and CDS Hooks (/cds-services)"
        return
    native = f"with an API key of {settings.api_keys}" if settings.api_keys else "not served; --api-keys FILE serves it"
    cds = f"with a token of a client in {settings.cds_clients}, for {settings.public_url}" if settings.cds_clients else None
    yield "authentication: on"
    yield f"the native API (/v1, /openapi.json, /metrics): {native}"
    yield f"CDS Hooks (/cds-services): {cds or 'not served; --cds-clients FILE serves it'}"
    if settings.behind_proxy:
        yield f"a proxy ends TLS; who calls is taken from X-Forwarded-For when it comes from {', '.join(settings.proxies)}"


def _url(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{'https' if settings.tls_certificate else 'http'}://{host}:{settings.port}"


@contextlib.contextmanager
def bound(settings: Settings) -> Iterator[socket.socket]:
    """A socket that listens; who connects before the service is ready waits. Raises `SettingsError` when it cannot be had."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _cannot_listen(settings, "--host", error) from None
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(_BACKLOG)
        except (OSError, OverflowError) as error:
            raise _cannot_listen(settings, "--port", error) from None
        listener.set_inheritable(True)
        yield listener


def _cannot_listen(settings: Settings, option: str, error: Exception) -> SettingsError:
    reason = str(getattr(error, "strerror", None) or error)
    help = "take another --port or --host, or end what uses this one; --port 0 takes a free one"
    message = f"cannot listen on port {settings.port} of `{settings.host}`: {reason[:1].lower()}{reason[1:]}"
    return SettingsError([Problem("wrong-number", message, help, path=option)])


def _check_tls(settings: Settings) -> None:
    """Raises `SettingsError` for a certificate or key that cannot be used."""
    if settings.tls_certificate is None or settings.tls_key is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls_certificate, settings.tls_key, password=_no_passphrase)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        message = f"the certificate and key cannot be used: {str(reason).lower().replace('_', ' ')}"
        help = "PEM files: the certificate chain, and its key without a passphrase"
        raise SettingsError([Problem("file-unreadable", message, help, path=f"{settings.tls_certificate}, {settings.tls_key}")]) from None


def _no_passphrase() -> str:
    raise ValueError("the key is locked with a passphrase")


@contextlib.contextmanager
def _shared(settings: Settings) -> Iterator[Settings]:
    """The settings with a folder for what workers share: the one they name, or one that is removed at the end. One worker needs none."""
    if settings.state is not None:
        try:
            settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError([Problem("file-unreadable", f"cannot be made: {error.strerror}", "", str(settings.state))]) from None
        yield settings
    elif settings.workers > 1:
        with tempfile.TemporaryDirectory(prefix="dose-engine-", ignore_cleanup_errors=True) as folder:
            yield settings.model_copy(update={"state": Path(folder)})
    else:
        yield settings


def _empty(folder: Path) -> Path:
    """The numbers of an earlier run do not count."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def _end_quietly() -> None:
    """uvicorn ends gracefully at a signal and then raises it again; so that an end in order is exit code 0, it then does nothing."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
