"""Who may call: the files that say so, read at start and again when they change, and how often each may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from .security.api_keys import ApiKeys
from .security.caller import Caller
from .security.clients import CdsClients
from .security.replay import ReplayFile, ReplayInProcess, ReplayMemory
from .security.tokens import TokenChecker
from .settings import Settings
from .web.rates import Rates
from .web.work import WORK

REPLAY: Final = "used-tokens.sqlite"
"""In the folder that the workers share."""


@dataclass(frozen=True)
class Access:
    """The keys of the native API, the clients of CDS Hooks, and the rates; each None where nobody is asked, or where it is not served."""

    keys: ApiKeys | None = None
    clients: CdsClients | None = None
    tokens: TokenChecker | None = None
    replay: ReplayMemory | None = None
    rates: Rates | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Raises `SettingsError` for a file that cannot be used."""
        if settings.insecure_local:
            return cls()
        keys = ApiKeys.read(settings.api_keys) if settings.api_keys is not None else None
        if settings.cds_clients is None:
            return cls(keys, rates=Rates(settings))
        clients = CdsClients.read(settings.cds_clients)
        replay = ReplayInProcess() if settings.state is None else ReplayFile(settings.state / REPLAY)
        return cls(keys, clients, TokenChecker(clients, settings.public_url, replay), replay, Rates(settings))

    @property
    def admit(self) -> Callable[[Mapping[str, str], str], Caller] | None:
        """Who calls a CDS service; None where nobody is asked."""
        return self._admit if self.tokens is not None else None

    def _admit(self, headers: Mapping[str, str], path: str) -> Caller:
        """Raises `NotAuthenticated`, or `Refused` (429)."""
        assert self.tokens is not None
        caller = self.tokens.check(headers.get("authorization"), path)
        if (work := WORK.get()) is not None:
            work.caller = caller
        if self.rates is not None:
            self.rates.of_caller(caller)
        return caller

    @property
    def rereading(self) -> list[Callable[[], bool]]:
        """Each reads its file again if it has changed, and raises `SettingsError` when it is broken."""
        return [one.reread_if_changed for one in (self.keys, self.clients) if one is not None]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the operator should know."""
        return (*(self.keys.warnings if self.keys else ()), *(self.clients.warnings if self.clients else ()))

    def close(self) -> None:
        if self.replay is not None:
            self.replay.close()
