"""Who calls, once it has been proved; and the one refusal of a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

REASONS: Final[dict[str, str]] = {
    "no-token": "no `Authorization: Bearer TOKEN`, or a token that is too long or not three parts in base64url",
    "not-json": "a header or claims that are not one JSON object without repeated keys",
    "header": "a header without `typ` JWT, `alg` and `kid`, or with `crit` or `b64`",
    "issuer": "an `iss` that is not in the file of CDS clients",
    "key": "a `kid` that the client does not have",
    "algorithm": "an `alg` that is not in the client's list, or not for this key",
    "signature": "a signature that does not verify",
    "jku": "a `jku` that is not in the client's list",
    "claims": "claims without `exp`, `iat`, `jti` and `aud` in their forms, or with an `nbf`, `jti` or `tenant` that is not in its form",
    "audience": "an `aud` that does not hold the URL that was called",
    "expired": "`exp` has passed",
    "lasts-too-long": "`exp` lies further ahead than is accepted",
    "not-yet": "`iat` or `nbf` lies ahead",
    "tenant": "no `tenant`, or one that is not in the client's list",
    "replayed": "this `jti` of this issuer has been used",
    "replay-memory": "whether it has been used cannot be told: the memory is full or broken",
}
"""Why a token is refused: for logs and metrics, never for the caller. The order is that of the checks."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. `tenant` is what a CDS client's token says, `key` the id of the API key or the `kid`: neither is a secret."""

    name: str
    kind: Literal["api-key", "cds-client", "local"]
    tenant: str | None = None
    key: str | None = None


class NotAuthenticated(Exception):  # noqa: N818 - its name says what the caller is
    """A token that is refused. What it carries may be logged: nothing in it is unproved, save `reason`."""

    def __init__(self, reason: str, issuer: str | None = None, tenant: str | None = None, jti: str | None = None) -> None:
        assert reason in REASONS, reason
        super().__init__(reason)
        self.reason = reason
        self.issuer, self.tenant, self.jti = issuer, tenant, jti
