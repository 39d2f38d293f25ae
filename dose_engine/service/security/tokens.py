"""The tokens of CDS clients: signed JWTs (CDS Hooks 2.0, "Trusting CDS Clients"). Keys come from our file of clients, never from a token.

A token with a header and claims costs one verification, also when it cannot be accepted: with the key it names, or with a stand-in of the
same algorithm whose outcome does not count. So the time of an answer does not tell which issuers and keys we know.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from .caller import Caller, NotAuthenticated
from .claims import Limits, read_claims, wrong
from .client_keys import VerifyingKey
from .clients import CdsClient, CdsClients
from .public_keys import ALGORITHMS
from .replay import MemoryUnusable, ReplayMemory
from .token_text import Unproved, take_apart

_LIMITS: Final = Limits()


class TokenChecker:
    """Checks the token of one call. Safe in threads; what it remembers is in `replay`."""

    def __init__(
        self,
        clients: CdsClients,
        base_url: str,
        replay: ReplayMemory,
        clock: Callable[[], float] = time.time,
        limits: Limits = _LIMITS,
    ) -> None:
        """`base_url` is the public URL of the service, without a slash at its end; `clock` gives seconds since 1970."""
        from jwt.algorithms import get_default_algorithms

        self._clients, self._base_url, self._replay, self._clock, self._limits = clients, base_url, replay, clock, limits
        self._schemes = {name: scheme for name, scheme in get_default_algorithms().items() if name in ALGORITHMS}

    def check(self, authorization: str | None, path: str) -> Caller:
        """Who calls `path` (as in `/cds-services/bont-order-sign`) with this `Authorization` header. Raises `NotAuthenticated`.

        What the caller is told must not depend on the reason. A token that passes has then been used.
        """
        token = take_apart(authorization)
        by_issuer = self._clients.by_issuer
        client, key, reason = _choose(token, by_issuer)
        verified = self._verifies(token, key if reason is None else None, by_issuer)
        if client is None or reason is not None or not verified:
            raise NotAuthenticated(reason or "signature", client.issuer if client else None)
        return self._admit(token, client, self._base_url + path)

    def _verifies(self, token: Unproved, key: VerifyingKey | None, by_issuer: Mapping[str, CdsClient]) -> bool:
        """Did this key sign the token? With no key the same work is done for nothing."""
        algorithm, trial = (token.header["alg"], key) if key is not None else _stand_in(by_issuer, token.header.get("alg"))
        if trial is None:
            return False
        scheme = self._schemes[algorithm]
        signed = scheme.verify(token.signed, scheme.prepare_key(trial.key), token.signature)
        return signed and key is not None

    def _admit(self, token: Unproved, client: CdsClient, url: str) -> Caller:
        """What holds of a token whose signature is verified."""
        jku = token.header.get("jku", "")
        if "jku" in token.header and not (isinstance(jku, str) and jku in client.jku):
            raise NotAuthenticated("jku", client.issuer)
        claims = read_claims(token.claims)
        if claims is None:
            raise NotAuthenticated("claims", client.issuer)
        now = self._clock()
        if reason := wrong(claims, client, url, now, self._limits):
            raise NotAuthenticated(reason, client.issuer, claims.tenant, claims.jti)
        try:
            first = self._replay.first_use(client.issuer, claims.jti, until=claims.exp + self._limits.leeway, now=now)
        except MemoryUnusable:
            raise NotAuthenticated("replay-memory", client.issuer, claims.tenant, claims.jti) from None
        if not first:
            raise NotAuthenticated("replayed", client.issuer, claims.tenant, claims.jti)
        return Caller(client.name, "cds-client", claims.tenant, str(token.header["kid"]))


def _choose(token: Unproved, by_issuer: Mapping[str, CdsClient]) -> tuple[CdsClient | None, VerifyingKey | None, str | None]:
    """The client and the key that a token names, or why it cannot be accepted whatever its signature."""
    header, issuer = token.header, token.claims.get("iss")
    client = by_issuer.get(issuer) if isinstance(issuer, str) else None
    if not _is_plain(header):
        return client, None, "header"
    if client is None:
        return None, None, "issuer"
    key = client.keys.get(header["kid"])
    if key is None:
        return client, None, "key"
    return client, key, None if header["alg"] in key.algorithms else "algorithm"


def _is_plain(header: Mapping[str, Any]) -> bool:
    """`alg`, `kid` and `typ` as they must be, and nothing that changes how the rest is read. Keys it brings along are not looked at."""
    texts = all(isinstance(header.get(name), str) for name in ("alg", "kid"))
    return texts and header.get("typ") == "JWT" and "crit" not in header and "b64" not in header


def _stand_in(by_issuer: Mapping[str, CdsClient], algorithm: object) -> tuple[str, VerifyingKey | None]:
    """A key for the algorithm that a token names, else any: to take the time, not to decide."""
    known = ((name, key) for client in by_issuer.values() for key in client.keys.values() for name in sorted(key.algorithms))
    first: tuple[str, VerifyingKey | None] = ("", None)
    for name, key in known:
        if name == algorithm:
            return name, key
        first = first if first[1] else (name, key)
    return first
