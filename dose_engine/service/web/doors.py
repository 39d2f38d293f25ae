"""What is looked at before a request reaches any route: is it meant for this machine, and does its address call too often."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, Protocol

from ..settings import is_loopback
from ..strict_json import Refused
from .headers import headers_named
from .limits import App, Message

WATCHED: Final = frozenset({"/healthz", "/readyz"})
"""Asked by whatever runs the service, more often than anyone else, and cheap."""


class AddressRates(Protocol):
    def of_address(self, scope: MutableMapping[str, Any]) -> None:
        """Raises `Refused` (429)."""


class Doors:
    """Raises `Refused`, before it is known who calls; without rates nobody is counted.

    `local_only`: a request must name this machine as its host. Without authentication a web page could otherwise have its own name lead
    here, and call from the user's browser (DNS rebinding).
    """

    def __init__(self, app: App, *, rates: AddressRates | None, local_only: bool = False) -> None:
        self._app, self._rates, self._local_only = app, rates, local_only

    async def __call__(self, scope: MutableMapping[str, Any], receive: Callable[[], Awaitable[Message]], send: Any) -> None:
        if scope["type"] == "http":
            if self._local_only and not _names_this_machine(headers_named(scope, b"host")):
                raise Refused(
                    400, "without authentication only this machine may call: use 127.0.0.1 or localhost", "wrong-word", where="Host"
                )
            if self._rates is not None and scope["path"] not in WATCHED:
                self._rates.of_address(scope)
        await self._app(scope, receive, send)


def _names_this_machine(hosts: list[bytes]) -> bool:
    if len(hosts) != 1:
        return False
    host = hosts[0].decode("latin-1")
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return is_loopback(name)
