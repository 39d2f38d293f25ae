"""Tokens made by hand, good and forged. Nothing here uses PyJWT, so that its habits are not taken for the standard."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dose_engine.service.security.caller import Caller, NotAuthenticated
from dose_engine.service.security.clients import CdsClients
from dose_engine.service.security.replay import ReplayInProcess, ReplayMemory
from dose_engine.service.security.tokens import TokenChecker

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

NOW: Final = 1_800_000_000
BASE: Final = "https://advice.example.org"
PATH: Final = "/cds-services/bont-order-sign"
EHR: Final = "https://ehr.example.org/fhir"
HOSPITAL: Final = "urn:hospital"
JKU: Final = "https://ehr.example.org/jwks.json"

CLIENTS: Final = f"""\
- name: clinic-ehr
  issuer: {EHR}
  algorithms: [ES384]
  keys: ehr.jwks.json
  jku: [{JKU}]
- name: hospital
  issuer: {HOSPITAL}
  algorithms: [RS384, PS384]
  keys: [{{pem: hospital.pem, kid: hospital-1}}]
  tenants: [north, south]
"""


@dataclass(frozen=True)
class Keys:
    """Key pairs, made once a session: of the EHR, the hospital, and two that belong to nobody we know."""

    ehr: ec.EllipticCurvePrivateKey
    hospital: rsa.RSAPrivateKey
    stranger: ec.EllipticCurvePrivateKey
    strange_rsa: rsa.RSAPrivateKey


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def as_jwk(key: PrivateKey, **more: Any) -> dict[str, Any]:
    """The public JWK of a key."""
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        return {"kty": "RSA", "n": b64(_big(numbers.n)), "e": b64(_big(numbers.e)), **more}
    point, size = key.public_key().public_numbers(), (key.key_size + 7) // 8
    curve = {256: "P-256", 384: "P-384", 521: "P-521"}[key.key_size]
    return {"kty": "EC", "crv": curve, "x": b64(point.x.to_bytes(size)), "y": b64(point.y.to_bytes(size)), **more}


def _big(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def as_pem(key: PrivateKey) -> str:
    """The public key as PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def as_der(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def signature(text: bytes, key: PrivateKey | bytes, algorithm: str) -> bytes:
    """As RFC 7518 says for the algorithm; the key is bytes for HMAC."""
    digest = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[algorithm[2:]]
    if isinstance(key, bytes):
        return hmac.digest(key, text, f"sha{algorithm[2:]}")
    if isinstance(key, ec.EllipticCurvePrivateKey):
        size = (key.key_size + 7) // 8
        return b"".join(part.to_bytes(size) for part in decode_dss_signature(key.sign(text, ec.ECDSA(digest))))
    if algorithm.startswith("PS"):
        return key.sign(text, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
    return key.sign(text, padding.PKCS1v15(), digest)


@dataclass(frozen=True)
class Token:
    """A token before it is signed; a header or claim that is None is left out. Raw text stands for a whole part."""

    key: PrivateKey | bytes
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed_as: str = ""
    raw_header: bytes | None = None
    raw_claims: bytes | None = None

    def with_header(self, **header: Any) -> Token:
        return replace(self, header={**self.header, **header})

    def with_claims(self, **claims: Any) -> Token:
        return replace(self, claims={**self.claims, **claims})

    @property
    def text(self) -> str:
        header, claims = (json.dumps({k: v for k, v in part.items() if v is not None}).encode() for part in (self.header, self.claims))
        parts = f"{b64(self.raw_header or header)}.{b64(self.raw_claims or claims)}"
        return f"{parts}.{b64(signature(parts.encode(), self.key, self.signed_as or str(self.header['alg'])))}"


def ehr_token(keys: Keys, **claims: Any) -> Token:
    """A good token of the clinic's EHR."""
    usual = {"iss": EHR, "aud": BASE + PATH, "exp": NOW + 300, "iat": NOW, "jti": "0b7cd9f2"}
    return Token(keys.ehr, {"alg": "ES384", "kid": "ehr-1", "typ": "JWT"}, {**usual, **claims})


def hospital_token(keys: Keys, **claims: Any) -> Token:
    """A good token of the hospital, which has tenants."""
    usual = {"iss": HOSPITAL, "aud": [BASE + PATH], "exp": NOW + 300, "iat": NOW, "jti": "41", "tenant": "north"}
    return Token(keys.hospital, {"alg": "RS384", "kid": "hospital-1", "typ": "JWT"}, {**usual, **claims})


@dataclass
class Door:
    """A checker with its clients on file and a clock that stands."""

    folder: Path
    keys: Keys
    replay: ReplayMemory = field(default_factory=ReplayInProcess)
    now: float = NOW

    def __post_init__(self) -> None:
        key_set = {"keys": [as_jwk(self.keys.ehr, kid="ehr-1", use="sig", alg="ES384")]}
        (self.folder / "ehr.jwks.json").write_text(json.dumps(key_set))
        (self.folder / "hospital.pem").write_text(as_pem(self.keys.hospital))
        self.file.write_text(CLIENTS)
        self.clients = CdsClients.read(self.file)
        self.checker = TokenChecker(self.clients, BASE, self.replay, lambda: self.now)

    @property
    def file(self) -> Path:
        return self.folder / "clients.yaml"

    def check(self, token: Token | str, path: str = PATH) -> Caller:
        return self.checker.check(f"Bearer {token if isinstance(token, str) else token.text}", path)

    def reason(self, token: Token | str, path: str = PATH) -> str:
        """Why a token is refused; `accepted` when it is not."""
        try:
            self.check(token, path)
        except NotAuthenticated as refused:
            return refused.reason
        return "accepted"
