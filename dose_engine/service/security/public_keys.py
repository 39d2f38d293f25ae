"""Public keys as JWK or PEM, which algorithms fit them, and which are never accepted."""

from __future__ import annotations

import re
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from ...documents import Node
from ...errors import did_you_mean, quoted
from ...rulebook.reader import Reader, shown

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    PublicKey = EllipticCurvePublicKey | RSAPublicKey

ALGORITHMS: Final[Mapping[str, str]] = {
    "ES256": "P-256",
    "ES384": "P-384",
    "ES512": "P-521",
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
}
"""Each algorithm that a client may use, with the kind of key it needs: a curve, or RSA. All others are refused, `none` and HMAC first."""

SHORTEST_RSA, LONGEST_RSA = 2048, 8192
"""Bits. A longer key takes so long to verify with that it would be a burden."""

LEAKED: Final = "only public keys belong here; this one counts as leaked: have the client make a new one"

_CURVES: Final = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+")


def read_algorithms(nodes: Iterable[Node], reader: Reader) -> frozenset[str]:
    """The algorithms of a client; what is not on our list is refused, and why."""
    found = set()
    for node in nodes:
        name = node.value
        if isinstance(name, str) and name in ALGORITHMS:
            found.add(name)
        elif isinstance(name, str) and (name.lower() == "none" or name.upper().startswith("HS")):
            help = "only signatures with a key pair are accepted: ES384 or RS384 are recommended"
            reader.wrong("wrong-word", node, f"{quoted(name)} is never accepted: whoever can check such a token can also make one", help)
        else:
            reader.wrong("wrong-word", node, f"{shown(node)} is not an algorithm", did_you_mean(str(name), ALGORITHMS))
    return frozenset(found)


def kind_of(key: PublicKey) -> str:
    """`RSA`, or the name of the curve."""
    curve = getattr(key, "curve", None)
    return _CURVES.get(curve.name, str(curve.name)) if curve is not None else "RSA"


def fits(jwk: Mapping[str, Any], algorithm: str) -> bool:
    """May a JWK check signatures of this algorithm, by its kind and by what it says of itself (`use`, `key_ops`, `alg`)?"""
    operations = jwk.get("key_ops")
    verifies = not isinstance(operations, list) or any(operation.value == "verify" for operation in operations)
    kind = jwk.get("crv") if jwk.get("kty") == "EC" else jwk.get("kty")
    return verifies and jwk.get("use", "sig") == "sig" and kind == ALGORITHMS[algorithm] and jwk.get("alg", algorithm) == algorithm


def key_of(jwk: Mapping[str, Any]) -> PublicKey | None:
    """The key in a JWK (EC or RSA), or None when it is none: not on its curve, or not in base64url."""
    from jwt.algorithms import ECAlgorithm, RSAAlgorithm
    from jwt.exceptions import PyJWTError

    reads, names = (ECAlgorithm, ("crv", "x", "y")) if jwk["kty"] == "EC" else (RSAAlgorithm, ("n", "e"))
    members = {name: jwk.get(name) for name in names}
    if not all(isinstance(value, str) and (name == "crv" or _BASE64URL.fullmatch(value)) for name, value in members.items()):
        return None
    try:
        key: PublicKey = reads.from_jwk({"kty": jwk["kty"], **members})  # type: ignore[assignment]
    except (PyJWTError, ValueError, TypeError, NotBase64):
        return None
    return key


def read_pem(text: str, reader: Reader) -> PublicKey | None:
    """The one public key in a PEM text, or None with the problem noted."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    if "PRIVATE KEY-----" in text:
        reader.wrong("contradiction", 1, "a private key stands here", LEAKED)
        return None
    if "BEGIN CERTIFICATE" in text:
        help = "openssl x509 -in CERTIFICATE.pem -pubkey -noout > PUBLIC.pem"
        reader.wrong("wrong-type", 1, "this is a certificate, not a public key", help)
        return None
    if text.count("-----BEGIN") > 1:
        reader.wrong("too-many", 1, "more than one key stands here", "one file holds one key")
        return None
    try:
        key = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if isinstance(key, (EllipticCurvePublicKey, RSAPublicKey)):
        return key
    help = "openssl pkey -in PRIVATE.pem -pubout -out PUBLIC.pem"
    reader.wrong("wrong-type", 1, "this is no public key (EC or RSA) in PEM", help)
    return None


def check_size(key: PublicKey, about: str, node: Node, reader: Reader) -> None:
    """Notes an RSA key that is too weak, or too long to be verified with at every call."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    if isinstance(key, RSAPublicKey) and not SHORTEST_RSA <= key.key_size <= LONGEST_RSA:
        message = f"the RSA key {about} has {key.key_size} bits; {SHORTEST_RSA} to {LONGEST_RSA} are accepted"
        reader.wrong("wrong-number", node, message, "have the client make a new one; a curve (ES384) is best")
