"""Rows C60 to C64 of the CDS Hooks checklist, at the checker; and what a refused token costs and tells."""

from __future__ import annotations

import json
import socket
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dose_engine.service.security.authorization import LONGEST_TOKEN, bearer
from dose_engine.service.security.caller import REASONS, Caller, NotAuthenticated
from dose_engine.service.security.claims import Limits
from dose_engine.service.security.replay import MemoryUnusable
from dose_engine.service.security.tokens import TokenChecker

from .forging import BASE, EHR, JKU, NOW, PATH, Door, Keys, Token, as_der, as_jwk, as_pem, ehr_token, hospital_token

# C60: a call is authenticated


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Token x.y.z", "bearer\tx.y.z", "x.y.z"])
def test_c60_a_call_without_a_token_is_refused(door: Door, header: str | None) -> None:
    with pytest.raises(NotAuthenticated, match=r"^no-token$"):
        door.checker.check(header, PATH)


def test_c60_a_good_token_says_who_calls(door: Door, keys: Keys) -> None:
    assert door.check(ehr_token(keys)) == Caller("clinic-ehr", "cds-client", None, "ehr-1")
    assert door.check(hospital_token(keys)) == Caller("hospital", "cds-client", "north", "hospital-1")


def test_c60_a_token_made_by_another_library_is_accepted(door: Door, keys: Keys) -> None:
    good = ehr_token(keys)
    assert door.check(jwt.encode(dict(good.claims), keys.ehr, "ES384", headers={"kid": "ehr-1"})).name == "clinic-ehr"


def test_c60_the_word_bearer_is_read_in_any_case(door: Door, keys: Keys) -> None:
    assert door.checker.check(f"bEaReR  {ehr_token(keys).text}", PATH).name == "clinic-ehr"


def test_c60_an_emptied_file_of_clients_lets_nobody_in(door: Door, keys: Keys) -> None:
    door.file.write_text("# nobody\n")
    assert door.clients.reread_if_changed()
    assert door.reason(ehr_token(keys)) == "issuer"


# C61: the algorithm comes from our list


@pytest.mark.parametrize("spelling", ["none", "None", "NONE", "nOnE", "none ", " none", "", "null", "NoNe\n"])
@pytest.mark.parametrize("tail", ["", "AA", "signature"])
def test_c61_none_is_refused_in_every_spelling(door: Door, keys: Keys, spelling: str, tail: str) -> None:
    unsigned = ehr_token(keys).with_header(alg=spelling)
    parts = Token(b"k", unsigned.header, unsigned.claims, "HS256").text.split(".")
    assert door.reason(f"{parts[0]}.{parts[1]}.{tail}") in {"algorithm", "no-token"}


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("secret", ["pem", "pem without line end", "der", "jwk", "x", "empty"])
def test_c61_hmac_with_the_public_key_as_secret_is_refused(door: Door, keys: Keys, algorithm: str, secret: str) -> None:
    public = {
        "pem": as_pem(keys.hospital).encode(),
        "pem without line end": as_pem(keys.hospital).strip().encode(),
        "der": as_der(keys.hospital),
        "jwk": json.dumps(as_jwk(keys.hospital)).encode(),
        "x": as_jwk(keys.ehr)["x"].encode(),
        "empty": b"",
    }[secret]
    good = hospital_token(keys)
    assert door.reason(Token(public, {**good.header, "alg": algorithm}, good.claims)) == "algorithm"


@pytest.mark.parametrize("algorithm", ["RS256", "RS512", "PS256", "PS512"])
def test_c61_an_algorithm_that_the_client_may_not_use_is_refused(door: Door, keys: Keys, algorithm: str) -> None:
    assert door.reason(hospital_token(keys).with_header(alg=algorithm)) == "algorithm"


@pytest.mark.parametrize("algorithm", ["ES256", "ES512", "ES256K", "EdDSA", "RS384", "ES384 "])
def test_c61_an_algorithm_that_does_not_fit_the_key_is_refused(door: Door, keys: Keys, algorithm: str) -> None:
    good = ehr_token(keys)
    assert door.reason(Token(keys.ehr, {**good.header, "alg": algorithm}, good.claims, "ES384")) == "algorithm"


def test_c61_a_key_is_used_with_its_own_algorithm_and_no_other_of_the_client(door: Door, keys: Keys) -> None:
    jwks = [as_jwk(keys.ehr, kid="curve"), as_jwk(keys.hospital, kid="old", alg="RS384"), as_jwk(keys.strange_rsa, kid="new", alg="PS384")]
    door.file.write_text(
        f"- name: a\n  issuer: {EHR}\n  algorithms: [ES384, RS384, PS384]\n  keys: {json.dumps({'keys': jwks})}\n",
    )
    assert door.clients.reread_if_changed()
    good = ehr_token(keys)
    pairs = {"curve": keys.ehr, "old": keys.hospital, "new": keys.strange_rsa}
    said = {
        (kid, algorithm): door.reason(Token(pairs[kid], {**good.header, "alg": algorithm, "kid": kid}, {**good.claims, "jti": kid}))
        for kid, algorithms in {"curve": ["ES384"], "old": ["RS384", "PS384"], "new": ["RS384", "PS384"]}.items()
        for algorithm in algorithms
    }
    assert [fits for fits, reason in said.items() if reason == "accepted"] == [("curve", "ES384"), ("old", "RS384"), ("new", "PS384")]
    assert {reason for fits, reason in said.items() if reason != "accepted"} == {"algorithm"}
    for algorithm, kid, key in (("RS384", "curve", keys.hospital), ("ES384", "old", keys.ehr)):
        assert door.reason(Token(key, {**good.header, "alg": algorithm, "kid": kid}, good.claims)) == "algorithm"


@pytest.mark.parametrize("algorithm", ["RS384", "PS384"])
def test_c61_each_algorithm_of_the_list_is_accepted(door: Door, keys: Keys, algorithm: str) -> None:
    assert door.check(hospital_token(keys).with_header(alg=algorithm)).name == "hospital"


def test_c61_one_padding_does_not_pass_for_the_other(door: Door, keys: Keys) -> None:
    good = hospital_token(keys).with_header(alg="PS384")
    assert door.reason(Token(keys.hospital, good.header, good.claims, "RS384")) == "signature"


# C62: header, claims and audience


@pytest.mark.parametrize("name", ["alg", "kid", "typ"])
def test_c62_a_header_without_one_of_its_parts_is_refused(door: Door, keys: Keys, name: str) -> None:
    good = ehr_token(keys)
    assert door.reason(Token(keys.ehr, {**good.header, name: None}, good.claims, "ES384")) == "header"


@pytest.mark.parametrize("typ", ["at+jwt", "jwt", "JOSE", "", 1, ["JWT"]])
def test_c62_another_type_is_refused(door: Door, keys: Keys, typ: Any) -> None:
    assert door.reason(ehr_token(keys).with_header(typ=typ)) == "header"


@pytest.mark.parametrize("name", ["aud", "exp", "iat", "jti", "iss"])
def test_c62_a_token_without_one_of_its_claims_is_refused(door: Door, keys: Keys, name: str) -> None:
    assert door.reason(ehr_token(keys).with_claims(**{name: None})) == ("issuer" if name == "iss" else "claims")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[(name, value) for name in ("exp", "iat", "nbf") for value in ("1800000300", True, [NOW], {}, -1, 1e300, 10**400)],
        *[("jti", value) for value in (7, "", "x" * 257, "a\nb", ["a"])],
        *[("aud", value) for value in (7, {}, [BASE + PATH, 7], [], [[BASE + PATH]])],
        *[("tenant", value) for value in (7, "", ["north"], "a\x1b[31m")],
    ],
)
def test_c62_a_claim_in_another_form_is_refused(door: Door, keys: Keys, name: str, value: Any) -> None:
    assert door.reason(ehr_token(keys).with_claims(**{name: value})) == "claims"


@pytest.mark.parametrize(
    "path", ["/cds-services", PATH, f"{PATH}/feedback", "/cds-services/bont-patient-view"], ids=["discovery", "sign", "feedback", "view"]
)
def test_c62_the_audience_is_the_url_that_is_called(door: Door, keys: Keys, path: str) -> None:
    assert door.check(ehr_token(keys, aud=BASE + path, jti="as text"), path).name == "clinic-ehr"
    assert door.check(ehr_token(keys, aud=["https://other.example", BASE + path], jti="in a list"), path).name == "clinic-ehr"
    assert door.reason(ehr_token(keys, aud=BASE + path, jti="elsewhere"), "/cds-services/bont-order-select") == "audience"


@pytest.mark.parametrize(
    "audience",
    [
        BASE,
        f"{BASE}/",
        f"{BASE}/cds-services",
        f"{BASE}{PATH}/",
        f"{BASE}{PATH}?a=b",
        f"{BASE}{PATH}#x",
        f"{BASE}:443{PATH}",
        (BASE + PATH).replace("https", "http"),
        (BASE + PATH).upper(),
        f"{BASE}{PATH}/feedback",
        f"{BASE}.evil.example{PATH}",
        PATH,
        "*",
        [f"{BASE}{PATH}x", f"x{BASE}{PATH}"],
    ],
)
def test_c62_an_audience_that_is_nearly_the_url_is_refused(door: Door, keys: Keys, audience: Any) -> None:
    assert door.reason(ehr_token(keys, aud=audience)) == "audience"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": NOW + 1}, "accepted"),
        ({"exp": NOW, "iat": NOW - 300}, "expired"),
        ({"exp": NOW - 1, "iat": NOW - 300}, "expired"),
        ({"exp": NOW + 0.5, "iat": NOW - 0.5}, "accepted"),
        ({"exp": NOW + 3660}, "accepted"),
        ({"exp": NOW + 3661}, "lasts-too-long"),
        ({"exp": NOW + 10**9}, "lasts-too-long"),
        ({"iat": NOW + 60}, "accepted"),
        ({"iat": NOW + 61}, "not-yet"),
        ({"nbf": NOW + 60}, "accepted"),
        ({"nbf": NOW + 61}, "not-yet"),
        ({"nbf": 0}, "accepted"),
        ({"iat": NOW + 10, "exp": NOW + 5}, "claims"),
    ],
)
def test_c62_a_token_counts_from_iat_and_nbf_until_exp(door: Door, keys: Keys, claims: dict[str, Any], reason: str) -> None:
    assert door.reason(ehr_token(keys, **claims)) == reason


def test_c62_how_long_a_token_may_last_can_be_set(door: Door, keys: Keys) -> None:
    strict = TokenChecker(door.clients, BASE, door.replay, lambda: NOW, Limits(longest=300, leeway=0))
    assert strict.check(f"Bearer {ehr_token(keys).text}", PATH).name == "clinic-ehr"
    with pytest.raises(NotAuthenticated, match=r"^lasts-too-long$"):
        strict.check(f"Bearer {ehr_token(keys, exp=NOW + 301, jti='2').text}", PATH)


# C63: issuer, jku and tenant lists


@pytest.mark.parametrize("issuer", ["https://evil.example", f"{EHR}/", EHR.upper(), f" {EHR}", "", 7, [EHR], {"iss": EHR}])
def test_c63_an_issuer_that_is_not_listed_is_refused(door: Door, keys: Keys, issuer: Any) -> None:
    assert door.reason(ehr_token(keys, iss=issuer)) == "issuer"


def test_c63_an_issuer_cannot_sign_for_another(door: Door, keys: Keys) -> None:
    good = ehr_token(keys)
    assert door.reason(Token(keys.hospital, {**good.header, "alg": "RS384"}, good.claims)) == "algorithm"
    assert door.reason(Token(keys.hospital, {**good.header, "alg": "RS384", "kid": "hospital-1"}, good.claims)) == "key"
    assert door.reason(Token(keys.stranger, good.header, good.claims)) == "signature"


def test_c63_a_jku_must_be_listed(door: Door, keys: Keys) -> None:
    assert door.check(ehr_token(keys).with_header(jku=JKU)).name == "clinic-ehr"
    assert door.reason(ehr_token(keys).with_header(jku="https://evil.example/jwks.json")) == "jku"
    assert door.reason(ehr_token(keys).with_header(jku=[JKU])) == "jku"
    assert door.reason(hospital_token(keys).with_header(jku=JKU)) == "jku"


def test_c63_nothing_is_ever_fetched(door: Door, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def refuse(*address: Any, **_: Any) -> Any:
        tried.append(address)
        raise OSError("no network")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    for url in (JKU, "https://evil.example/jwks.json", "http://169.254.169.254/latest", "file:///etc/passwd"):
        for header in ({"jku": url}, {"x5u": url}, {"jku": url, "x5u": url, "kid": "unknown"}):
            door.reason(ehr_token(keys).with_header(**header))
    assert tried == []


def test_c63_the_tenant_must_be_listed(door: Door, keys: Keys) -> None:
    assert door.check(hospital_token(keys, tenant="south")).tenant == "south"
    assert door.reason(hospital_token(keys, tenant="east", jti="2")) == "tenant"
    assert door.reason(hospital_token(keys, tenant=None, jti="3")) == "tenant"


def test_c63_a_client_without_a_list_may_name_any_tenant(door: Door, keys: Keys) -> None:
    assert door.check(ehr_token(keys, tenant="anything")).tenant == "anything"


def test_c63_other_claims_and_headers_are_ignored(door: Door, keys: Keys) -> None:
    more = {"sub": "system", "nbf": NOW - 300, "azp": ["x"], "cnf": {}, "scope": 7}
    assert door.check(ehr_token(keys, **more).with_header(x5t="abc", zip="DEF", cty="JWT")).name == "clinic-ehr"


# C64: replay, and what is told


def test_c64_a_token_is_used_once(door: Door, keys: Keys) -> None:
    token = ehr_token(keys).text
    assert door.reason(token) == "accepted"
    assert door.reason(token) == "replayed"
    assert door.reason(ehr_token(keys)) == "replayed", "the same jti in another token"
    assert door.reason(ehr_token(keys, jti="another")) == "accepted"
    assert door.reason(hospital_token(keys, jti="0b7cd9f2")) == "accepted", "the jti of another issuer"


def test_c64_a_use_is_remembered_for_as_long_as_the_token_could_be_used(door: Door, keys: Keys) -> None:
    token = ehr_token(keys).text
    assert door.reason(token) == "accepted"
    door.now = NOW + 299.9
    assert door.reason(token) == "replayed"
    door.now = NOW + 300
    assert door.reason(token) == "expired"


def test_c64_a_forged_token_does_not_use_up_the_real_one(door: Door, keys: Keys) -> None:
    real = ehr_token(keys)
    for forged in (Token(keys.stranger, real.header, real.claims), real.with_claims(aud=BASE), real.with_claims(exp=NOW - 1, iat=0)):
        assert door.reason(forged) != "accepted"
    assert door.reason(real) == "accepted"


def test_c64_what_cannot_be_remembered_is_refused(door: Door, keys: Keys) -> None:
    class Broken:
        def first_use(self, issuer: str, jti: str, *, until: float, now: float) -> bool:
            raise MemoryUnusable("full")

        def close(self) -> None: ...

    checker = TokenChecker(door.clients, BASE, Broken(), lambda: NOW)
    with pytest.raises(NotAuthenticated, match=r"^replay-memory$"):
        checker.check(f"Bearer {ehr_token(keys).text}", PATH)


def test_c64_a_refusal_carries_nothing_that_is_not_proved(door: Door, keys: Keys) -> None:
    name = "Maria Musterfrau"
    good = ehr_token(keys, jti=name, tenant=name)
    forged = [
        Token(keys.stranger, good.header, good.claims),
        good.with_header(kid=name),
        Token(keys.ehr, {**good.header, "alg": name}, good.claims, "ES384"),
        good.with_header(typ=name),
        good.with_claims(iss=name),
        good.with_claims(exp=name),
        good.with_header(jku=name),
    ]
    for token in [*(one.text for one in forged), name, f"{name}.{name}.{name}"]:
        with pytest.raises(NotAuthenticated) as refused:
            door.check(token)
        assert name not in str(vars(refused.value)) + str(refused.value)
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_c64_what_may_be_logged_of_a_proved_token_is_issuer_tenant_and_jti(door: Door, keys: Keys) -> None:
    with pytest.raises(NotAuthenticated) as refused:
        door.check(hospital_token(keys, sub="Maria Musterfrau", exp=NOW - 1, iat=0))
    assert vars(refused.value) == {"reason": "expired", "issuer": "urn:hospital", "tenant": "north", "jti": "41"}


# what a refused token costs


def test_a_refused_token_costs_one_verification_whoever_it_names(door: Door, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    from jwt.algorithms import ECAlgorithm, RSAAlgorithm, RSAPSSAlgorithm

    verified = []
    for scheme in (ECAlgorithm, RSAAlgorithm, RSAPSSAlgorithm):
        original = scheme.verify
        monkeypatch.setattr(scheme, "verify", lambda self, *rest, of=original: verified.append(type(self).__name__) or of(self, *rest))
    good, other = ehr_token(keys), hospital_token(keys)
    alike = [good, good.with_claims(iss="x"), good.with_header(kid="x"), good.with_header(typ="x"), good.with_claims(exp=0)]
    for token in alike:
        verified.clear()
        door.reason(token)
        assert verified == ["ECAlgorithm"]
    for token in [other, other.with_claims(iss="x"), other.with_header(kid="x"), other.with_claims(iss=EHR)]:
        verified.clear()
        door.reason(token)
        assert verified == ["RSAAlgorithm"]
    verified.clear()
    door.reason(Token(b"", {**good.header, "alg": "HS256"}, good.claims))
    assert len(verified) == 1


def test_a_stand_in_never_lets_anyone_in(door: Door, keys: Keys) -> None:
    """The key that takes the time for an unknown issuer may happen to be the one that signed."""
    for token in (ehr_token(keys, iss="x"), ehr_token(keys).with_header(kid="x"), ehr_token(keys).with_header(crit=["x"])):
        assert door.reason(token) in {"issuer", "key", "header"}


def test_a_token_is_not_looked_at_beyond_a_length(door: Door, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    long = ehr_token(keys, padding="x" * LONGEST_TOKEN).text
    monkeypatch.setattr("dose_engine.service.security.token_text._bytes", lambda part: pytest.fail("it was decoded"))
    assert door.reason(long) == "no-token"


def test_bearer_gives_back_what_fits_and_no_more() -> None:
    longest = "a" * LONGEST_TOKEN
    assert bearer(f"Bearer {longest}") == longest
    assert bearer(f"Bearer {longest}a") is None
    assert bearer("Bearer a b") is None
    assert bearer("Bearer a\n") is None
    assert bearer("Bearer a, Bearer b") is None


@given(st.one_of(st.text(), st.from_regex(r"[A-Za-z0-9_-]{0,30}\.[A-Za-z0-9_-]{0,30}\.[A-Za-z0-9_-]{0,30}", fullmatch=True)))
def test_any_text_is_refused_and_nothing_else_happens(checker_of_nobody: TokenChecker, text: str) -> None:
    for header in (text, f"Bearer {text}"):
        with pytest.raises(NotAuthenticated) as refused:
            checker_of_nobody.check(header, PATH)
        assert refused.value.reason in REASONS


usual = [EHR, "ES384", "JWT", "ehr-1", BASE + PATH, NOW]
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([EHR, "ES384", "JWT", "ehr-1", BASE + PATH, NOW]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
named = ["alg", "kid", "typ", "jku", "crit", "b64", "iss", "aud", "exp", "iat", "nbf", "jti", "tenant"]


@given(st.dictionaries(st.sampled_from(named), json_values), st.dictionaries(st.sampled_from(named), json_values))
def test_a_signed_token_of_any_content_is_refused_or_accepted_and_nothing_else_happens(
    checker_of_ehr: Door, header: dict[str, Any], claims: dict[str, Any]
) -> None:
    """Signed by the client itself, so that every claim is reached."""
    good = ehr_token(checker_of_ehr.keys)
    for token in (
        Token(good.key, {**good.header, **header}, {**good.claims, **claims}, "ES384"),
        Token(good.key, good.header, {**good.claims, **claims}, "ES384"),
    ):
        assert checker_of_ehr.reason(token) in {*REASONS, "accepted"}


@pytest.fixture(scope="module")
def checker_of_ehr(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Door:
    return Door(tmp_path_factory.mktemp("ehr"), keys)


@pytest.fixture(scope="module")
def checker_of_nobody(checker_of_ehr: Door) -> TokenChecker:
    return checker_of_ehr.checker
