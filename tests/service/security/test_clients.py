"""The file of CDS clients: what it may say, what is refused when it is read, and what a change does."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from dose_engine.errors import SettingsError
from dose_engine.service.security.clients import CdsClient, CdsClients
from dose_engine.service.security.public_keys import ALGORITHMS

from .forging import CLIENTS, EHR, HOSPITAL, Door, Keys, as_jwk, as_pem, ehr_token


def write(folder: Path, text: str, **files: str) -> Path:
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content)
    (folder / "clients.yaml").write_text(text)
    return folder / "clients.yaml"


def one(algorithms: str = "[ES384]", keys: str = "a.json", **more: str) -> str:
    """A file with one client."""
    rest = "".join(f"  {key}: {value}\n" for key, value in more.items())
    return f"- name: a\n  issuer: urn:a\n  algorithms: {algorithms}\n  keys: {keys}\n{rest}"


def refusal(path: Path) -> str:
    with pytest.raises(SettingsError) as refused:
        CdsClients.read(path)
    return str(refused.value)


def key_set(*jwks: dict[str, Any]) -> str:
    return json.dumps({"keys": jwks})


def the_client(path: Path) -> CdsClient:
    return CdsClients.read(path).by_issuer["urn:a"]


def private_pem(key: Any) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def private_jwk(keys: Keys) -> dict[str, Any]:
    return as_jwk(keys.ehr, kid="k", d="c2VjcmV0LXNlY3JldA")


# what it may say


def test_a_file_of_clients_is_read(door: Door) -> None:
    ehr, hospital = door.clients.by_issuer[EHR], door.clients.by_issuer[HOSPITAL]
    assert (ehr.name, ehr.algorithms, list(ehr.keys), ehr.tenants) == ("clinic-ehr", {"ES384"}, ["ehr-1"], None)
    assert (hospital.algorithms, list(hospital.keys), hospital.tenants) == ({"RS384", "PS384"}, ["hospital-1"], {"north", "south"})
    assert (ehr.jku, hospital.jku) == ({"https://ehr.example.org/jwks.json"}, frozenset())
    assert door.clients.warnings == ()


def test_a_key_set_may_be_written_out_in_the_file(tmp_path: Path, keys: Keys) -> None:
    client = the_client(write(tmp_path, one(keys=key_set(as_jwk(keys.ehr, kid="k")))))
    assert client.keys["k"].key.public_numbers() == keys.ehr.public_key().public_numbers()


def test_the_docstring_of_the_module_is_a_file_of_clients(tmp_path: Path, keys: Keys) -> None:
    from textwrap import dedent

    from dose_engine.service.security import clients

    _, _, example = str(clients.__doc__).partition("\n\n")
    path = write(tmp_path, dedent(example), **{"clinic-ehr.jwks_json": key_set(as_jwk(keys.ehr, kid="k"))})
    assert CdsClients.read(path).by_issuer["https://ehr.example.org"].tenants == {"north", "south"}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_of_the_list_has_a_key_that_fits(tmp_path: Path, keys: Keys, algorithm: str) -> None:
    curve = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}.get(ALGORITHMS[algorithm])
    key = ec.generate_private_key(curve()) if curve else keys.hospital
    assert the_client(write(tmp_path, one(f"[{algorithm}]"), a_json=key_set(as_jwk(key, kid="k")))).keys["k"].algorithms == {algorithm}
    path = write(tmp_path, one(f"[{algorithm}]", "[{pem: a.pem, kid: k}]"), a_pem=as_pem(key))
    assert the_client(path).keys["k"].algorithms == {algorithm}


def test_a_key_that_names_its_algorithm_is_used_with_no_other(tmp_path: Path, keys: Keys) -> None:
    jwks = key_set(as_jwk(keys.hospital, kid="k", alg="RS384"), as_jwk(keys.strange_rsa, kid="other", alg="PS384"))
    client = the_client(write(tmp_path, one("[RS384, PS384]"), a_json=jwks))
    assert {kid: set(key.algorithms) for kid, key in client.keys.items()} == {"k": {"RS384"}, "other": {"PS384"}}


def test_a_key_that_no_algorithm_uses_is_left_out_and_named(tmp_path: Path, keys: Keys) -> None:
    edward = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "edward"}
    others = [
        as_jwk(keys.hospital, kid="rsa"),
        as_jwk(keys.ehr, kid="enc", use="enc"),
        as_jwk(keys.ehr, kid="ops", key_ops=["sign"]),
        edward,
    ]
    clients = CdsClients.read(write(tmp_path, one(), a_json=key_set(as_jwk(keys.ehr, kid="good"), *others)))
    assert list(clients.by_issuer["urn:a"].keys) == ["good"]
    for kid, warning in zip(["rsa", "enc", "ops", "edward"], clients.warnings, strict=True):
        assert f"the key `{kid}` is left out" in warning


# algorithms that are never accepted


@pytest.mark.parametrize("name", ["none", "None", "NONE", "HS256", "HS384", "HS512", "hs256"])
def test_c61_none_and_hmac_are_refused_when_the_file_is_read(tmp_path: Path, keys: Keys, name: str) -> None:
    said = refusal(write(tmp_path, one(f"[ES384, {name}]"), a_json=key_set(as_jwk(keys.ehr, kid="k"))))
    assert f"clients.yaml:3: a: `{name}` is never accepted" in said


@pytest.mark.parametrize("name", ["ES256K", "EdDSA", "A256KW", "es384", "ES384 RS384", "7"])
def test_c61_an_algorithm_that_is_not_on_the_list_is_refused(tmp_path: Path, keys: Keys, name: str) -> None:
    assert "is not an algorithm" in refusal(write(tmp_path, one(f"[{name}]"), a_json=key_set(as_jwk(keys.ehr, kid="k"))))


# keys that are refused


def test_a_private_key_in_a_key_set_is_refused_and_not_shown(tmp_path: Path, keys: Keys) -> None:
    said = refusal(write(tmp_path, one(), a_json=key_set(private_jwk(keys))))
    assert "a private or secret key stands here (it has `d`)" in said
    assert "counts as leaked" in said
    assert private_jwk(keys)["d"] not in said


def test_a_private_key_written_out_is_refused_and_not_shown(tmp_path: Path, keys: Keys) -> None:
    said = refusal(write(tmp_path, one(keys=key_set(private_jwk(keys)))))
    assert "a private or secret key stands here" in said
    assert private_jwk(keys)["d"] not in said


def test_a_private_key_that_would_be_left_out_is_refused_all_the_same(tmp_path: Path, keys: Keys) -> None:
    jwks = key_set(as_jwk(keys.ehr, kid="good"), as_jwk(keys.hospital, kid="rsa", d="AQAB"), {"kty": "oct", "k": "c2VjcmV0", "kid": "o"})
    said = refusal(write(tmp_path, one(), a_json=jwks))
    assert said.count("a private or secret key stands here") == 2


@pytest.mark.parametrize("place", ["its file", "the clients' file", "a block", "the pem entry"])
def test_a_private_pem_is_refused_and_not_shown(tmp_path: Path, keys: Keys, place: str) -> None:
    pem = private_pem(keys.ehr)
    text = {
        "its file": one(keys="[{pem: a.pem, kid: k}]"),
        "the clients' file": one(keys=json.dumps(pem)),
        "a block": one(keys="|\n" + "".join(f"    {line}\n" for line in pem.splitlines())),
        "the pem entry": one(keys=json.dumps([{"pem": pem, "kid": "k"}])),
    }[place]
    said = refusal(write(tmp_path, text, a_pem=pem))
    assert ("a private key stands here" if place == "its file" else "a key stands here, and not the name of its file") in said
    assert not any(line in said for line in pem.splitlines()[1:-1])


def test_a_short_rsa_key_is_refused(tmp_path: Path) -> None:
    weak = rsa.generate_private_key(65537, 1024)
    for text in (one("[RS384]"), one("[RS384]", "[{pem: a.pem, kid: k}]")):
        said = refusal(write(tmp_path, text, a_json=key_set(as_jwk(weak, kid="k")), a_pem=as_pem(weak)))
        assert "the RSA key `k` has 1024 bits; 2048 to 8192 are accepted" in said


GOOD = one(keys="[{pem: a.pem, kid: k}]")
BAD_JWKS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "a point off the curve": lambda jwk: {**jwk, "y": jwk["x"]},
    "a short coordinate": lambda jwk: {**jwk, "x": jwk["x"][:-2]},
    "a number for a coordinate": lambda jwk: {**jwk, "x": 7},
    "no y": lambda jwk: {key: value for key, value in jwk.items() if key != "y"},
    "other letters": lambda jwk: {**jwk, "x": "+/" + jwk["x"][2:]},
    "padding": lambda jwk: {**jwk, "x": jwk["x"] + "=="},
}


@pytest.mark.parametrize("bad", BAD_JWKS)
def test_a_jwk_that_is_no_key_is_refused(tmp_path: Path, keys: Keys, bad: str) -> None:
    said = refusal(write(tmp_path, one(), a_json=key_set(BAD_JWKS[bad](as_jwk(keys.ehr, kid="k")))))
    assert "the key `k` is no public key that can be used" in said


@pytest.mark.parametrize("exponent", ["AQ", "Ag", "AA"])
def test_an_rsa_key_with_a_senseless_exponent_is_refused(tmp_path: Path, keys: Keys, exponent: str) -> None:
    said = refusal(write(tmp_path, one("[RS384]"), a_json=key_set({**as_jwk(keys.hospital, kid="k"), "e": exponent})))
    assert "the key `k` is no public key that can be used" in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (one(keys="https://ehr.example.org/jwks.json"), "is a URL, not a file\n  nothing is ever fetched"),
        (one(keys="missing.json"), "missing.json: cannot be read: no such file"),
        (one(keys="a.pem"), "is a PEM file, not a JWKS\n  a PEM file names no key id; write keys: [{pem: a.pem, kid:"),
        (one(keys="broken.json"), "broken.json:1: not JSON"),
        (one(keys="list.json"), "a JWKS is a mapping with `keys`"),
        (one(keys="empty.json"), "no key of this client can be used with ES384"),
        (one(keys="[]"), "keys is a JWKS, its file, or a list of PEM files, got a list"),
        (one(keys="7"), "keys is a JWKS, its file, or a list of PEM files, got `7`"),
        (one(keys="[a.pem]"), "a PEM key is a mapping, got `a.pem`"),
        (one(keys="[{pem: a.pem}]"), "a PEM key needs `kid`"),
        (one(keys="[{pem: a.pem, kid: 7}]"), "a key needs its `kid`"),
        (one(keys="[{pem: [a.pem], kid: k}]"), "pem is the name of a file, got a list"),
        (one(keys="[{pem: a.pem, kid: k}, {pem: a.pem, kid: k}]"), "two keys of this client have the id `k`"),
        (one("[RS384]", "[{pem: a.pem, kid: k}]"), "no algorithm of this client uses a key of the kind P-384\n  those that do: `ES384`"),
        (one(keys="[{pem: edward.pem, kid: k}]"), "edward.pem:1: a: this is no public key (EC or RSA) in PEM"),
        (one(keys="[{pem: certificate.pem, kid: k}]"), "this is a certificate, not a public key"),
        (one(keys="[{pem: two.pem, kid: k}]"), "more than one key stands here"),
        (one("[ES384, RS384]", "[{pem: a.pem, kid: k}]"), "no key of this client can be used with RS384"),
        (one("[]", "[{pem: a.pem, kid: k}]"), "an empty list of algorithms"),
        (one(keys="[{pem: a.pem, kid: k}]", tenants="[]"), "an empty list of tenants"),
        (one(keys="[{pem: a.pem, kid: k}]", tenants="north"), "tenants is a list, got `north`"),
        (one(keys="[{pem: a.pem, kid: k}]", tenants="[7]"), "tenants is a text, got `7`"),
        (one(keys="[{pem: a.pem, kid: k}]", jku="['http://ehr.example.org']"), "is not the URL of a key set"),
        (one(keys="[{pem: a.pem, kid: k}]", jwks="x"), "`jwks` is not a key of a CDS client"),
        (GOOD.replace("name: a", "name: Dr. A"), "is not a name for a client"),
        (GOOD.replace("urn:a", "'urn:a '"), "issuer has spaces or other characters"),
        (GOOD * 2, "two clients have the issuer `urn:a`"),
        (
            one(keys="[{pem: a.pem, kid: k}]") + GOOD.replace("urn:a", "urn:b"),
            "two clients have the name `a`",
        ),
        ("- name: a\n  issuer: urn:a\n", "a CDS client needs `algorithms`"),
        ("name: a\n", "a file of CDS clients is a list"),
        ("- name: a\n  name: b\n", "`name` stands twice"),
        ("- &a {name: a}\n- *a\n", "an alias"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, keys: Keys, text: str, says: str) -> None:
    edward = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    files = {
        "a_pem": as_pem(keys.ehr),
        "edward_pem": edward,
        "two_pem": as_pem(keys.ehr) * 2,
        "certificate_pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "broken_json": "{",
        "list_json": "[]",
        "empty_json": '{"keys": []}',
    }
    said = refusal(write(tmp_path, text, **files))
    assert says in said
    assert str(tmp_path) in said


def test_every_problem_is_said_at_once(tmp_path: Path, keys: Keys) -> None:
    said = refusal(write(tmp_path, one("[none]", "missing.json", tenants="[]") + one("[HS256]", key_set(private_jwk(keys)), jku="[x]")))
    for part in ("`none`", "missing.json", "an empty list of tenants", "`HS256`", "a private or secret key", "`x` is not the URL"):
        assert part in said


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
@pytest.mark.parametrize("name", ["clients.yaml", "hospital.pem", "ehr.jwks.json"])
def test_a_file_that_others_can_write_is_refused(door: Door, name: str) -> None:
    (door.folder / name).chmod(0o664)
    assert f"{name}: others can write this file (mode 664), and so let themselves in\n  chmod go-w" in refusal(door.file)


# what a change does


def test_a_new_key_counts_without_a_restart(door: Door, keys: Keys) -> None:
    new = ec.generate_private_key(ec.SECP384R1())
    assert not door.clients.reread_if_changed()
    jwks = key_set(as_jwk(keys.ehr, kid="ehr-1"), as_jwk(new, kid="ehr-2"))
    (door.folder / "ehr.jwks.json").write_text(jwks)
    assert door.clients.reread_if_changed()
    assert not door.clients.reread_if_changed()
    assert door.reason(ehr_token(keys)) == "accepted"
    good = ehr_token(keys, jti="2").with_header(kid="ehr-2")
    assert door.reason(type(good)(new, good.header, good.claims)) == "accepted"
    (door.folder / "ehr.jwks.json").write_text(key_set(as_jwk(new, kid="ehr-2")))
    assert door.clients.reread_if_changed()
    assert door.reason(ehr_token(keys, jti="3")) == "key"


def test_broken_files_are_said_once_and_the_old_clients_stay(door: Door, keys: Keys) -> None:
    door.file.write_text(CLIENTS.replace("ehr.jwks.json", "new.jwks.json"))
    with pytest.raises(SettingsError, match=r"new\.jwks\.json: cannot be read"):
        door.clients.reread_if_changed()
    assert not door.clients.reread_if_changed()
    assert door.reason(ehr_token(keys)) == "accepted"
    (door.folder / "new.jwks.json").write_text(key_set(as_jwk(keys.stranger, kid="ehr-1")))
    assert door.clients.reread_if_changed(), "the file that was missing has come"
    assert door.reason(ehr_token(keys, jti="2")) == "signature"


def test_a_file_that_is_taken_away_is_said_and_the_old_clients_stay(door: Door, keys: Keys) -> None:
    door.file.unlink()
    with pytest.raises(SettingsError, match="cannot be read"):
        door.clients.reread_if_changed()
    assert door.reason(ehr_token(keys)) == "accepted"


def test_an_emptied_file_is_no_error_and_says_that_nobody_is_let_in(door: Door) -> None:
    for text in ("", "# nobody any more\n", "[]\n"):
        door.file.write_text(text)
        assert door.clients.reread_if_changed()
        assert door.clients.by_issuer == {}
        assert "nobody is let in" in door.clients.warnings[0]
