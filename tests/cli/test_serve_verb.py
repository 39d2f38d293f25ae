"""`dose-engine serve`: it says what it does, refuses what it must not do, and ends without losing an answer."""

from __future__ import annotations

import asyncio
import datetime as dt
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from dose_engine.engine import Engine
from dose_engine.rulebook.load import shipped_folder
from dose_engine.service import serving
from dose_engine.service.native.example import example_bytes, example_case
from dose_engine.service.security.adding import add_key
from dose_engine.service.settings import Settings, option
from dose_engine.service.web.slow_clients import Impatient

from .running import run
from .serving import PATIENCE, Served

LOCAL = ("--insecure-local", "--reload-seconds", "0")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.load(shipped_folder())


@pytest.fixture(scope="module")
def case(engine: Engine) -> bytes:
    return example_bytes(engine.rulebook)


@pytest.fixture(scope="module")
def advisory(engine: Engine) -> bytes:
    return engine.advise(example_case(engine.rulebook)).model_dump_json().encode()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(*LOCAL, folder=tmp_path_factory.mktemp("served")) as service:
        yield service.ready()


# what it says


def test_it_says_where_it_listens_what_it_serves_and_that_nobody_is_asked(served: Served) -> None:
    said = "".join(served.lines[:4])
    assert f"listens on http://127.0.0.1:{served.port}\n" in said
    assert "rulebook: Botulinum toxin" in said
    assert "draft: nobody has signed it" in said
    assert "authentication: OFF (--insecure-local); only this machine can connect" in said
    assert "/cds-services" in said


def test_it_says_who_may_call_and_what_is_not_served(tmp_path: Path, case: bytes) -> None:
    keys = tmp_path / "keys.yaml"
    key = add_key(keys, "clinic-north", None).secret
    with Served("--api-keys", str(keys), folder=tmp_path) as service:
        service.ready()
        said = "".join(service.lines)
        assert "authentication: on" in said
        assert f"with an API key of {keys}" in said
        assert "CDS Hooks (/cds-services): not served; --cds-clients FILE serves it" in said
        assert service.advise(case)[0] == 401
        headers = {"Content-Type": "application/json", "X-API-Key": key}
        assert service.call("POST", "/v1/advisories", case, headers)[0] == 200
        assert service.end() == 0
        assert key not in "".join(service.lines)


def test_it_answers_with_the_advisory_of_the_engine(served: Served, case: bytes, advisory: bytes) -> None:
    status, headers, body = served.advise(case)
    assert (status, body) == (200, advisory)
    assert "server" not in headers


def test_every_line_after_the_first_four_is_json_without_patient_data(served: Served, case: bytes) -> None:
    mark = "Zaphira"
    marked = case.replace(b"raised-left-brow", mark.encode())
    headers = {"Content-Type": "application/json", "User-Agent": mark, "Authorization": f"Bearer {mark}", "X-Request-Id": f"{mark} !"}
    served.call("POST", f"/v1/advisories?{mark}", marked, headers)
    served.call("POST", "/v1/advisories", marked, headers)
    served.call("POST", f"/{mark}", b'{"case": "' + marked, headers)
    with socket.create_connection(("127.0.0.1", served.port), PATIENCE) as raw:
        raw.sendall(f"{mark} nonsense\r\n\r\n".encode())
        assert raw.recv(1000).startswith(b"HTTP/1.1 400")
    served.call("GET", "/v1/zones", None, {"X-Request-Id": "the-last-one"})
    served.until(lambda line: "the-last-one" in line)
    assert mark.lower() not in "".join(served.lines).lower()
    assert len(served.logged) == len(served.lines) - 4


def test_every_setting_has_an_option_or_is_named_by_its_variable() -> None:
    shown = run("serve", "--help").stdout
    offered = set(re.findall(r"--[a-z-]+", shown)) - {"--help"}
    assert offered == {option(name) for name in Settings.model_fields} - {"DOSE_ENGINE_DEEPEST", "DOSE_ENGINE_MOST_VALUES"} | {"--rules"}


def test_the_defaults_in_the_help_are_those_of_the_settings() -> None:
    shown = " ".join(run("serve", "--help").stdout.split())
    for name, default in re.findall(r"--([a-z-]+) <(?:int|float|str)> [^.]*?\. Default: ([0-9][0-9.]*?)[.,] ", shown):
        assert Settings.model_fields[name.replace("-", "_")].default == (default if "." in default else float(default)), name


# what it refuses


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "--api-keys: nobody could call"),
        (("--insecure-local", "--host", "0.0.0.0"), "--host: --insecure-local listens on loopback only"),
        (("--api-keys", "k", "--host", "0.0.0.0"), "nothing encrypts what is sent"),
        (("--insecure-local", "--rules", "{tmp}"), "no rulebook here"),
        (("--insecure-local", "--rules", "{book}", "--require-seal"), "the rulebook has none"),
        (("--api-keys", "{tmp}/none.yaml"), "{tmp}/none.yaml: cannot be read"),
        (("--cds-clients", "{tmp}/none.yaml", "--base-url", "https://a.example"), "{tmp}/none.yaml: cannot be read"),
        (("--insecure-local", "--code-map", "{tmp}/none.csv"), "{tmp}/none.csv: cannot be read"),
        (("--insecure-local", "--feedback", "{tmp}/none/none.jsonl"), "none.jsonl"),
        (("--insecure-local", "--state", "/dev/null/x"), "/dev/null/x: cannot be made"),
        (("--insecure-local", "--tls-certificate", "{tmp}/c", "--tls-key", "{tmp}/k"), "the certificate and key cannot be used"),
        (("--insecure-local", "--host", "127.0.0.1", "--port", "99999"), "--port: "),
    ],
)
def test_what_cannot_be_used_is_told_in_one_breath_and_nothing_is_served(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    where = {"tmp": str(tmp_path), "book": str(shipped_folder())}
    result = run("serve", *(one.format(**where) for one in arguments), DOSE_ENGINE_REQUIRE_SEAL=None, DOSE_ENGINE_TRUST=None)
    assert result.exit_code == 2, result.stderr
    assert told.format(**where) in result.stderr
    assert "Traceback" not in result.stderr
    assert "dose-engine 0" not in result.stderr


def test_a_port_that_is_taken_is_told_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = run("serve", "--insecure-local", "--port", str(port))
    assert result.exit_code == 2
    assert f"cannot listen on port {port} of `127.0.0.1`: address already in use" in result.stderr
    assert "take another --port" in result.stderr


@pytest.mark.parametrize("library", ["fastapi", "uvicorn", "httptools", "jwt", "prometheus_client"])
def test_without_the_extra_it_says_how_to_install_it(library: str) -> None:
    start = "from dose_engine.cli import main; sys.exit(main(['serve', '--insecure-local', '--port', '0']))"
    code = f"import sys; sys.modules[{library!r}] = None; {start}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert done.stderr == f"serve needs web libraries that are not installed ({library}): pip install 'dose-engine[service]'\n"


def test_no_web_library_is_imported_before_it_serves() -> None:
    code = "import sys; from dose_engine.cli import main; main(['serve', '--help']); print({'fastapi', 'uvicorn'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout.endswith("set()\n")


def test_workers_that_cannot_start_are_a_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Ended:
        exitcode = 3

    class Supervisor:
        processes = (Ended(),)

        def __init__(self, *_: Any, **__: Any) -> None: ...

        def run(self) -> None: ...

    monkeypatch.setattr(serving, "Multiprocess", Supervisor)
    monkeypatch.setattr(serving, "_end_quietly", lambda: None)
    for name in (serving.HANDED_OVER, serving.FOLDER_VARIABLE):
        monkeypatch.setenv(name, "")
    assert run("serve", "--insecure-local", "--port", "0", "--workers", "2", TMPDIR=str(tmp_path)).exit_code == 1


# how it ends


def start_of_batch(service: Served, line: bytes) -> socket.socket:
    """A batch whose first line is answered and whose second has not been sent."""
    raw = socket.create_connection(("127.0.0.1", service.port), PATIENCE)
    head = (
        b"POST /v1/advisories:batch HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    raw.sendall(head + b"%x\r\n%s\r\n" % (len(line), line))
    received = b""
    while b'{"line":1,"advisory"' not in received:
        received += raw.recv(100_000)
    return raw


def rest_of(raw: socket.socket) -> bytes:
    received = b""
    while part := raw.recv(100_000):
        received += part
    return received


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_answer_that_was_begun_is_finished_before_it_ends(tmp_path: Path, case: bytes, number: int) -> None:
    line = case + b"\n"
    with Served(*LOCAL, folder=tmp_path) as service, start_of_batch(service.ready(), line) as raw:
        service.process.send_signal(number)
        service.until(lambda one: "Waiting for connections to close" in one)
        raw.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(line), line))
        received = rest_of(raw)
        assert b'{"line":2,"advisory"' in received
        assert b'{"end":true,"lines":2,"advisories":2,"problems":0}' in received
        assert received.endswith(b"0\r\n\r\n")
        assert service.process.wait(PATIENCE) == 0


def test_an_answer_that_never_comes_to_its_end_is_cut_when_it_must_end(tmp_path: Path, case: bytes) -> None:
    with Served(*LOCAL, "--seconds", "1", folder=tmp_path) as service, start_of_batch(service.ready(), case + b"\n") as raw:
        assert service.end() == 0
        received = rest_of(raw)
        assert b'"end"' not in received
        assert not received.endswith(b"0\r\n\r\n")


# several workers


def test_killing_a_worker_under_load_loses_no_answer_that_was_given(tmp_path: Path, case: bytes, advisory: bytes) -> None:
    with Served(*LOCAL, "--workers", "2", folder=tmp_path) as service:
        service.ready(2)
        wrong: list[Any] = []
        good, stop = threading.Semaphore(0), threading.Event()

        def load() -> None:
            while not stop.is_set():
                try:
                    status, headers, body = service.advise(case)
                except (OSError, http.client.HTTPException):  # no answer was given, or one that is seen not to be whole
                    continue
                if (status, body) != (200, advisory) or int(headers["content-length"]) != len(body):
                    wrong.append((status, body))
                good.release()

        threads = [threading.Thread(target=load) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(20):
            assert good.acquire(timeout=PATIENCE)
        os.kill(service.workers[0], signal.SIGKILL)
        service.ready()
        for _ in range(40):
            assert good.acquire(timeout=PATIENCE)
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)
        assert not wrong
        assert len(service.workers) == 3
        assert service.end() == 0


def test_the_numbers_are_those_of_all_workers_and_the_folder_they_share_is_removed(tmp_path: Path, case: bytes) -> None:
    with Served(*LOCAL, "--workers", "2", folder=tmp_path) as service:
        service.ready(2)
        assert [path.name[:12] for path in tmp_path.iterdir()] == ["dose-engine-"]
        assert {service.advise(case)[0] for _ in range(30)} == {200}
        page = service.call("GET", "/metrics")[2].decode()
        assert 'dose_engine_advisories_total{kind="single",verdict="ok"} 30.0' in page
        assert service.end() == 0
        assert list(tmp_path.iterdir()) == []


# reload, TLS, slow and odd clients


def test_a_changed_rulebook_is_taken_while_it_serves(tmp_path: Path) -> None:
    book = tmp_path / "book"
    book.mkdir()
    shutil.copy(shipped_folder() / "zones.yaml", book)
    shutil.copytree(shipped_folder() / "rules", book / "rules")
    about = book / "rules" / "rulebook.yaml"
    with Served("--insecure-local", "--reload-seconds", "0.05", "--rules", str(book), folder=tmp_path) as service:
        service.ready()
        text = about.read_text()
        about.write_text("nonsense")
        service.until(lambda line: "the old one stays in use" in line)
        state = json.loads(service.call("GET", "/readyz")[2])
        assert state["reload"]["refused"]
        about.write_text(re.sub(r"(?m)^version: .*$", 'version: "2099.1"', text))
        service.until(lambda line: "a changed rulebook is in use" in line)
        state = json.loads(service.call("GET", "/readyz")[2])
        assert state["rulebook"]["version"] == "2099.1"
        assert not state["reload"]["refused"]


@pytest.mark.parametrize(("proxy", "last"), [((), 429), (("--behind-proxy",), 401), (("--behind-proxy", "--proxy", "192.0.2.1"), 429)])
def test_who_calls_is_taken_from_the_proxy_alone(tmp_path: Path, proxy: tuple[str, ...], last: int) -> None:
    keys = tmp_path / "keys.yaml"
    add_key(keys, "clinic-north", None)
    with Served("--api-keys", str(keys), "--rate-per-minute", "1", "--burst", "1", *proxy, folder=tmp_path) as service:
        service.ready()
        statuses = [service.call("GET", "/v1/zones", None, {"X-Forwarded-For": f"198.51.100.{number}"})[0] for number in range(11)]
        assert statuses == [401] * 10 + [last]


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return chain, private


def test_it_serves_over_tls(tmp_path: Path, case: bytes) -> None:
    chain, private = certificate(tmp_path)
    keys = tmp_path / "keys.yaml"
    key = add_key(keys, "clinic-north", None).secret
    arguments = ("--api-keys", str(keys), "--tls-certificate", str(chain), "--tls-key", str(private))
    with Served(*arguments, folder=tmp_path) as service:
        service.ready()
        trusting = ssl.create_default_context(cafile=str(chain))
        headers = {"Content-Type": "application/json", "X-API-Key": key}
        status, answered, _ = service.call("POST", "/v1/advisories", case, headers, trusting)
        assert (status, answered["strict-transport-security"]) == (200, "max-age=31536000")


def test_who_connects_and_says_nothing_is_cut() -> None:
    class Hasty(Impatient):
        SECONDS = 0.1

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    async def silent(port: int, said: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said)
        received = await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()
        return received

    async def tried() -> list[bytes]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = uvicorn.Server(uvicorn.Config(app, http=Hasty, ws="none", lifespan="off", log_config=None))
            running = asyncio.create_task(server._serve([listener]))
            while not server.started:
                await asyncio.sleep(0)
            port = listener.getsockname()[1]
            whole = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            heard = [await silent(port, said) for said in (b"", b"GET / HTTP/1.1\r\nHos", whole + b"GET / HTTP/1.1\r\n")]
            server.should_exit = True
            await running
            return heard

    nothing, half, one = asyncio.run(tried())
    assert (nothing, half) == (b"", b"")
    assert one.endswith(b"ok")


def test_bytes_of_any_kind_on_a_connection_never_give_a_fault(served: Served, case: bytes, advisory: bytes) -> None:
    chance = random.Random(20261124)
    request = b"POST /v1/advisories HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        len(case),
        case,
    )
    for number in range(150):
        sent = bytearray(request)
        for _ in range(chance.randrange(1, 6)):
            place = chance.randrange(len(sent) if number % 2 else 120)
            sent[place : place + chance.randrange(4)] = chance.randbytes(chance.randrange(6))
        with socket.create_connection(("127.0.0.1", served.port), PATIENCE) as raw:
            raw.sendall(sent)
            raw.shutdown(socket.SHUT_WR)
            received = rest_of(raw)
        assert not re.search(rb"HTTP/1\.1 5", received), (number, bytes(sent), received)
    status, _, body = served.advise(case)
    assert (status, body) == (200, advisory)
    assert not [line for line in served.logged if line["level"] == "error"]
