"""What somebody without a client's private key would try, and what one with an old token would.

Each is refused, and harms no real token.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from .forging import BASE, EHR, HOSPITAL, NOW, PATH, Door, Keys, Token, as_jwk, as_pem, b64, ehr_token, hospital_token, signature

P384_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973

Forgery = Callable[[Keys], str]
FORGERIES: dict[str, tuple[Forgery, str]] = {}


def forgery(reason: str) -> Callable[[Forgery], Forgery]:
    """Lists a forgery with the reason it must be refused for."""

    def add(make: Forgery) -> Forgery:
        FORGERIES[make.__name__] = make, reason
        return make

    return add


def parts(token: Token) -> list[str]:
    return token.text.split(".")


def resigned(header: dict[str, Any], claims: dict[str, Any], end: bytes) -> str:
    return f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}.{b64(end)}"


def with_signature(token: Token, end: bytes) -> str:
    header, claims, _ = parts(token)
    return f"{header}.{claims}.{b64(end)}"


def by_hmac(keys: Keys, secret: bytes, **header: Any) -> str:
    good = hospital_token(keys)
    return Token(secret, {**good.header, "alg": "HS256", **header}, good.claims).text


# without a signature


@forgery("no-token")
def alg_none_and_no_signature(keys: Keys) -> str:
    header, claims, _ = parts(Token(b"", {**ehr_token(keys).header, "alg": "none"}, ehr_token(keys).claims, "HS256"))
    return f"{header}.{claims}."


@forgery("algorithm")
def alg_none_and_the_old_signature(keys: Keys) -> str:
    good = ehr_token(keys)
    return Token(keys.ehr, {**good.header, "alg": "none"}, good.claims, "ES384").text


@forgery("no-token")
def the_signature_cut_off(keys: Keys) -> str:
    return ehr_token(keys).text.rpartition(".")[0]


@forgery("no-token")
def an_empty_signature(keys: Keys) -> str:
    return ehr_token(keys).text.rpartition(".")[0] + "."


@forgery("signature")
def half_a_signature(keys: Keys) -> str:
    return ehr_token(keys).text[:-64]


@forgery("signature")
def a_signature_of_zeros(keys: Keys) -> str:
    return with_signature(ehr_token(keys), bytes(96))


@forgery("signature")
def a_signature_of_the_order_of_the_curve(keys: Keys) -> str:
    return with_signature(ehr_token(keys), P384_ORDER.to_bytes(48) * 2)


@forgery("signature")
def a_signature_of_ones(keys: Keys) -> str:
    return with_signature(ehr_token(keys), ((1).to_bytes(48)) * 2)


@forgery("signature")
def a_signature_in_der(keys: Keys) -> str:
    header, claims, _ = parts(ehr_token(keys))
    return with_signature(ehr_token(keys), keys.ehr.sign(f"{header}.{claims}".encode(), ec.ECDSA(hashes.SHA384())))


@forgery("signature")
def a_signature_over_another_hash(keys: Keys) -> str:
    header, claims, _ = parts(ehr_token(keys))
    r, s = decode_dss_signature(keys.ehr.sign(f"{header}.{claims}".encode(), ec.ECDSA(hashes.SHA256())))
    return with_signature(ehr_token(keys), r.to_bytes(48) + s.to_bytes(48))


@forgery("signature")
def a_pss_signature_with_a_salt_of_none(keys: Keys) -> str:
    good = hospital_token(keys).with_header(alg="PS384")
    header, claims, _ = parts(good)
    scheme = padding.PSS(padding.MGF1(hashes.SHA384()), 0)
    return with_signature(good, keys.hospital.sign(f"{header}.{claims}".encode(), scheme, hashes.SHA384()))


@forgery("signature")
def an_rsa_signature_of_zeros(keys: Keys) -> str:
    return with_signature(hospital_token(keys), bytes(256))


@forgery("signature")
def an_rsa_signature_of_one(keys: Keys) -> str:
    return with_signature(hospital_token(keys), (1).to_bytes(256))


# with the wrong key


@forgery("signature")
def signed_by_a_stranger(keys: Keys) -> str:
    good = ehr_token(keys)
    return Token(keys.stranger, good.header, good.claims).text


@forgery("signature")
def signed_by_the_key_it_brings_along(keys: Keys) -> str:
    good = ehr_token(keys).with_header(jwk=as_jwk(keys.stranger, kid="ehr-1"))
    return Token(keys.stranger, good.header, good.claims).text


@forgery("key")
def signed_by_the_key_it_brings_along_under_a_kid_of_its_own(keys: Keys) -> str:
    good = ehr_token(keys).with_header(jwk=as_jwk(keys.stranger, kid="mine"), kid="mine")
    return Token(keys.stranger, good.header, good.claims).text


@forgery("signature")
def signed_by_the_key_of_the_certificate_it_brings_along(keys: Keys) -> str:
    good = hospital_token(keys).with_header(x5c=[base64.b64encode(as_pem(keys.strange_rsa).encode()).decode()])
    return Token(keys.strange_rsa, good.header, good.claims).text


@forgery("signature")
def signed_by_a_stranger_who_says_where_the_key_is(keys: Keys) -> str:
    good = ehr_token(keys).with_header(jku="https://evil.example/jwks.json", x5u="https://evil.example/cert.pem")
    return Token(keys.stranger, good.header, good.claims).text


@forgery("key")
def signed_by_another_client_in_the_name_of_the_first(keys: Keys) -> str:
    return hospital_token(keys, iss=EHR).text


@forgery("algorithm")
def signed_by_another_client_under_the_kid_of_the_first(keys: Keys) -> str:
    return hospital_token(keys, iss=EHR).with_header(kid="ehr-1").text


@forgery("signature")
def signed_on_another_curve(keys: Keys) -> str:
    good = ehr_token(keys)
    return with_signature(good, signature(".".join(parts(good)[:2]).encode(), ec.generate_private_key(ec.SECP256R1()), "ES384"))


# with the public key as a secret


@forgery("algorithm")
def hmac_with_the_pem_as_secret(keys: Keys) -> str:
    return by_hmac(keys, as_pem(keys.hospital).encode())


@forgery("algorithm")
def hmac_with_the_jwk_as_secret(keys: Keys) -> str:
    return by_hmac(keys, json.dumps(as_jwk(keys.hospital)).encode())


@forgery("key")
def hmac_with_an_empty_file_as_key_id(keys: Keys) -> str:
    return by_hmac(keys, b"", kid="../../../../dev/null")


@forgery("key")
def a_key_id_for_a_database(keys: Keys) -> str:
    return by_hmac(keys, b"x", kid="x' UNION SELECT 'x'; --")


@forgery("algorithm")
def hmac_in_small_letters(keys: Keys) -> str:
    good = hospital_token(keys)
    return Token(as_pem(keys.hospital).encode(), {**good.header, "alg": "hs256"}, good.claims, "HS256").text


# a good signature over something else


@forgery("signature")
def claims_swapped_under_a_good_signature(keys: Keys) -> str:
    header, _, end = parts(ehr_token(keys))
    return f"{header}.{parts(ehr_token(keys, jti='other'))[1]}.{end}"


@forgery("signature")
def header_swapped_under_a_good_signature(keys: Keys) -> str:
    _, claims, end = parts(ehr_token(keys))
    return f"{parts(ehr_token(keys).with_header(x='y'))[0]}.{claims}.{end}"


@forgery("audience")
def a_token_for_another_service(keys: Keys) -> str:
    return ehr_token(keys, aud=BASE + "/cds-services/bont-patient-view").text


@forgery("audience")
def a_token_for_another_host(keys: Keys) -> str:
    return ehr_token(keys, aud="https://other.example" + PATH).text


@forgery("claims")
def an_access_token_of_the_same_issuer_that_is_no_client_token(keys: Keys) -> str:
    return ehr_token(keys, aud=None, scope="patient/*.read", client_id="x").text


@forgery("header")
def a_token_of_another_type(keys: Keys) -> str:
    return ehr_token(keys).with_header(typ="at+jwt").text


@forgery("expired")
def a_token_of_yesterday(keys: Keys) -> str:
    return ehr_token(keys, iat=NOW - 86_700, exp=NOW - 86_400).text


@forgery("lasts-too-long")
def a_token_for_ever(keys: Keys) -> str:
    return ehr_token(keys, exp=2**40).text


@forgery("claims")
def an_exp_without_end(keys: Keys) -> str:
    good = ehr_token(keys)
    return Token(keys.ehr, good.header, {}, raw_claims=json.dumps(dict(good.claims)).replace(str(NOW + 300), "1e999").encode()).text


@forgery("not-json")
def an_exp_that_is_infinity(keys: Keys) -> str:
    return ehr_token(keys, exp=float("inf")).text


@forgery("not-yet")
def a_token_of_tomorrow(keys: Keys) -> str:
    return ehr_token(keys, iat=NOW + 86_400, exp=NOW + 86_700, nbf=NOW + 86_400).with_claims(exp=NOW + 3600, iat=NOW + 3500).text


@forgery("tenant")
def a_tenant_that_is_not_listed(keys: Keys) -> str:
    return hospital_token(keys, tenant="North").text


@forgery("issuer")
def an_issuer_that_only_looks_alike(keys: Keys) -> str:
    return ehr_token(keys, iss=EHR.replace("e", "\u0435")).text  # a Cyrillic letter


@forgery("issuer")
def an_issuer_with_more_behind_it(keys: Keys) -> str:
    return ehr_token(keys, iss=EHR + "\0" + HOSPITAL).text


# written in more than one way


@forgery("not-json")
def two_expiries(keys: Keys) -> str:
    good = ehr_token(keys, exp=NOW - 1, iat=0)
    raw = json.dumps(dict(good.claims))[:-1] + f', "exp": {NOW + 300}}}'
    return Token(keys.ehr, good.header, {}, raw_claims=raw.encode()).text


@forgery("not-json")
def two_algorithms(keys: Keys) -> str:
    good = ehr_token(keys)
    return Token(keys.ehr, good.header, good.claims, raw_header=b'{"alg":"none","kid":"ehr-1","typ":"JWT","alg":"ES384"}').text


@forgery("header")
def a_list_of_algorithms(keys: Keys) -> str:
    return Token(keys.ehr, {**ehr_token(keys).header, "alg": ["ES384", "none"]}, ehr_token(keys).claims, "ES384").text


@forgery("header")
def a_list_of_key_ids(keys: Keys) -> str:
    return ehr_token(keys).with_header(kid=["ehr-1"]).text


@forgery("header")
def claims_outside_the_token(keys: Keys) -> str:
    return ehr_token(keys).with_header(b64=False, crit=["b64"]).text


@forgery("header")
def claims_outside_the_token_without_saying_that_it_matters(keys: Keys) -> str:
    return ehr_token(keys).with_header(b64=False).text


@forgery("header")
def an_extension_that_must_be_understood(keys: Keys) -> str:
    return ehr_token(keys).with_header(crit=["exp"]).text


@forgery("header")
def an_empty_list_of_extensions(keys: Keys) -> str:
    return ehr_token(keys).with_header(crit=[]).text


@forgery("not-json")
def claims_in_another_encoding(keys: Keys) -> str:
    good = ehr_token(keys)
    return Token(keys.ehr, good.header, {}, raw_claims=json.dumps(dict(good.claims)).encode("utf-16")).text


@forgery("not-json")
def claims_nested_without_end(keys: Keys) -> str:
    return Token(keys.ehr, ehr_token(keys).header, {}, raw_claims=b"[" * 5000).text


@forgery("not-json")
def a_number_without_end(keys: Keys) -> str:
    return Token(keys.ehr, ehr_token(keys).header, {}, raw_claims=b'{"exp": ' + b"9" * 5000 + b"}").text


@forgery("not-json")
def claims_that_are_a_list(keys: Keys) -> str:
    return Token(keys.ehr, ehr_token(keys).header, {}, raw_claims=b'["iss"]').text


@forgery("no-token")
def five_parts_as_if_encrypted(keys: Keys) -> str:
    return ehr_token(keys).text + ".AAAA.AAAA"


@forgery("no-token")
def padding_at_the_end(keys: Keys) -> str:
    return hospital_token(keys).text + "=="


@forgery("no-token")
def another_spelling_of_the_same_signature(keys: Keys) -> str:
    """The last letter of 256 bytes in base64url has four bits that mean nothing."""
    text = hospital_token(keys).text
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + alphabet[alphabet.index(text[-1]) ^ 1]


@forgery("no-token")
def the_other_base64(keys: Keys) -> str:
    header, claims, _ = parts(ehr_token(keys))
    end = base64.b64encode(b"\xff" * 96).decode()
    return f"{header}.{claims}.{end}"


@forgery("no-token")
def a_line_end_inside(keys: Keys) -> str:
    return ehr_token(keys).text.replace(".", ".\n", 1)


@forgery("no-token")
def two_tokens_at_once(keys: Keys) -> str:
    return f"{ehr_token(keys).text}, Bearer {ehr_token(keys).text}"


@forgery("no-token")
def the_json_form_of_a_token(keys: Keys) -> str:
    protected, payload, end = parts(ehr_token(keys))
    return json.dumps({"payload": payload, "signatures": [{"protected": protected, "signature": end}]})


def test_there_are_enough_forgeries_and_none_is_made_twice(keys: Keys) -> None:
    assert len({make(keys) for make, _ in FORGERIES.values()}) == len(FORGERIES) >= 25


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_token_is_refused(door: Door, keys: Keys, name: str) -> None:
    make, reason = FORGERIES[name]
    assert door.reason(make(keys)) == reason
    assert door.reason(ehr_token(keys)) == "accepted", "the real token has not been used up"
    assert door.reason(hospital_token(keys)) == "accepted"


def test_a_signature_turned_round_the_curve_is_no_second_use(door: Door, keys: Keys) -> None:
    """(r, n - s) verifies as well as (r, s): another text, the same token."""
    good = ehr_token(keys)
    end = base64.urlsafe_b64decode(parts(good)[2])
    turned = P384_ORDER - int.from_bytes(end[48:])
    twin = with_signature(good, end[:48] + turned.to_bytes(48))
    header, claims, _ = parts(good)
    keys.ehr.public_key().verify(
        encode_dss_signature(int.from_bytes(end[:48]), turned), f"{header}.{claims}".encode(), ec.ECDSA(hashes.SHA384())
    )
    assert door.reason(twin) == "accepted"
    assert door.reason(f"{header}.{claims}.{b64(end)}") == "replayed"


def test_no_letter_of_a_token_can_be_changed(door: Door, keys: Keys) -> None:
    for text in (ehr_token(keys).text, hospital_token(keys).text):
        for at, letter in enumerate(text):
            changed = f"{text[:at]}{'A' if letter != 'A' else 'B'}{text[at + 1 :]}"
            assert door.reason(changed) != "accepted", at
        assert door.reason(text) == "accepted"
