"""Who may call the native API, and how often."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, Final

from ..security.api_keys import ApiKeys
from ..security.authorization import bearer
from ..security.caller import Caller
from ..strict_json import Refused
from ..web.headers import headers_named
from ..web.rates import Rates
from ..web.work import work_of

LOCAL: Final = Caller("local", "local")


class Gate:
    """Lets in who presents an API key; whoever calls, where the service runs locally without authentication."""

    def __init__(self, keys: ApiKeys | None, rates: Rates | None) -> None:
        self._keys, self._rates = keys, rates

    def admit(self, scope: MutableMapping[str, Any]) -> Caller:
        """Who calls. Raises `Refused`: 401, the same for every reason, or 429."""
        caller = LOCAL if self._keys is None else self._keys.caller(_presented(scope))
        if caller is None:
            reason = "send an API key that counts, in the header X-API-Key or as Authorization: Bearer"
            raise Refused(401, reason, "not-authenticated", headers={"WWW-Authenticate": 'Bearer realm="dose-engine"'})
        work_of(scope).caller = caller
        if self._rates is not None:
            self._rates.of_caller(caller)
        return caller


def _presented(scope: MutableMapping[str, Any]) -> str:
    """The key in the one header that holds one; empty, which is nobody's, where there is none or more than one."""
    own = [value.decode("latin-1") for value in headers_named(scope, b"x-api-key")]
    general = [bearer(value.decode("latin-1")) or "" for value in headers_named(scope, b"authorization")]
    sent = own + general
    return sent[0] if len(sent) == 1 else ""
