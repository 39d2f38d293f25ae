"""Figures of the service on loopback: throughput, memory, workers, a soak, and a CDS call in process. Prints; judges nothing.

    python bench/service.py                 all but the soak (about 15 minutes, mostly the 200,000 requests)
    python bench/service.py ratio cds       these parts alone: ratio, cds, memory, workers
    python bench/service.py soak --minutes 10
    python bench/service.py ... --short     shorter rounds, fewer requests

`wrk` makes the load where it is on the path, else a generator of this file. Load and server share the machine, its two cores here: the
figures compare, in one run; they do not promise. The baseline of `ratio` is a FastAPI route that only validates the same Case and returns a
stored Advisory.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "bench"))

from check import CASE  # noqa: E402

TODAY = dt.date(2026, 5, 4)
BODY = json.dumps(CASE).encode()
SERVE = ["-m", "dose_engine", "serve", "--insecure-local", "--port", "0", "--rate-per-minute", "1000000", "--burst", "1000000"]
SERVE += ["--log-level", "error", "--reload-seconds", "0"]
BASELINE = """
import datetime as dt, json
from fastapi import FastAPI
from dose_engine import Advisory, Case, Engine, read_case
engine = Engine.load()
RAW = {body!r}
STORED = engine.advise(read_case(RAW, "case.json", engine.rulebook, dt.date(2026, 3, 2)))
app = FastAPI()
@app.post("/v1/advisories")
def route(case: Case) -> Advisory:
    return STORED
"""


# servers


@contextlib.contextmanager
def service(*options: str) -> Iterator[tuple[str, int]]:
    """The service on a free port: its address and process id."""
    process = subprocess.Popen([sys.executable, *SERVE, *options], stderr=subprocess.PIPE, text=True, cwd=REPOSITORY)
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if found := re.search(r"listens on (http://[^\s,]+)", line):
                drain = subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL)
                wait_for(found[1])
                yield found[1], process.pid
                drain.terminate()
                return
        raise SystemExit("the service did not start")
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def baseline() -> Iterator[str]:
    """The FastAPI route that validates and returns what is stored."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "baseline_app.py").write_text(BASELINE.format(body=BODY))
        port = free_port()
        command = [sys.executable, "-m", "uvicorn", "baseline_app:app", "--port", str(port), "--log-level", "error", "--no-access-log"]
        process = subprocess.Popen(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(REPOSITORY)})
        try:
            wait_for(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    import socket

    for _ in range(300):
        with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1):
            return
        time.sleep(0.1)
    raise SystemExit(f"nothing listens on {url}")


def resident(pid: int) -> float:
    """Megabytes that a process and its children hold."""
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout.split()
    total = 0.0
    for one in (pid, *map(int, children)):
        with contextlib.suppress(OSError):
            total += int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{one}/status").read_text())[1]) / 1024  # type: ignore[index]
    return total


# load


def load(url: str, seconds: float, connections: int = 8, rate: float = 0) -> dict[str, float]:
    """Requests a second, errors and how many; `rate` requests a second where one is set (then by the generator here)."""
    if rate == 0 and shutil.which("wrk"):
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
            script.write(f"wrk.method='POST'\nwrk.headers['Content-Type']='application/json'\nwrk.body={lua(BODY)}\n")
            script.flush()
            command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "-s", script.name, f"{url}/v1/advisories"]
            out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        done = int(re.search(r"(\d+) requests in", out)[1])  # type: ignore[index]
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
        rps = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])  # type: ignore[index]
        return {"rps": rps, "done": done, "errors": int(bad[1]) if bad else 0}
    return asyncio.run(_generate(url, seconds, connections, rate))


def lua(text: bytes) -> str:
    return "[==[" + text.decode() + "]==]"


async def _generate(url: str, seconds: float, connections: int, rate: float) -> dict[str, float]:
    host, port = url.removeprefix("http://").split(":")
    head = f"POST /v1/advisories HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n".encode()
    begin, counts = time.monotonic(), {"done": 0, "errors": 0}

    async def one(index: int) -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        sent = 0
        while (now := time.monotonic()) - begin < seconds:
            if rate and (due := begin + (index + sent * connections) / rate) > now:
                await asyncio.sleep(due - now)
            sent += 1
            writer.write(head + BODY)
            status = await reader.readline()
            length = 0
            while (line := await reader.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            body = await reader.readexactly(length)
            counts["done"] += 1
            counts["errors"] += status.split(b" ")[1] != b"200" or not body.endswith(b"}")
        writer.close()

    await asyncio.gather(*(one(index) for index in range(connections)))
    return {"rps": counts["done"] / (time.monotonic() - begin), **counts}


# parts


def ratio(short: bool) -> None:
    rounds, seconds = (3, 2.0) if short else (7, 5.0)
    with service() as (ours, _), baseline() as theirs:
        for url in (ours, theirs):
            load(url, 2)
        pairs = [(load(ours, seconds)["rps"], load(theirs, seconds)["rps"]) for _ in range(rounds)]
    native, stored = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"native advisory {native:,.0f}/s, stored advisory through FastAPI {stored:,.0f}/s: ratio of each round, median")
    each = sorted(a / b for a, b in pairs)
    print(f"  {statistics.median(each):.2f} (from {each[0]:.2f} to {each[-1]:.2f}); goal 0.5")


def cds(short: bool) -> None:
    from dose_engine import Engine
    from dose_engine.service.cds.calls import Endpoints, handle
    from dose_engine.service.cds.routes import answering_with
    from dose_engine.service.fhir import CodeMap
    from dose_engine.service.security.caller import Caller
    from dose_engine.service.settings import Settings

    settings, engine, codes = Settings(insecure_local=True), Engine.load(), CodeMap.shipped()
    answering = answering_with(settings, lambda: engine, lambda: codes, today=lambda: TODAY)
    endpoints = Endpoints(settings, answering, lambda *_: Caller("local", "local"))
    raw = json.dumps(order_sign()).encode()
    times = []
    for _ in range(200 if short else 1000):
        begin = time.perf_counter()
        reply = handle(endpoints, "POST", "/cds-services/bont-order-sign", {"content-type": "application/json"}, raw)
        times.append((time.perf_counter() - begin) * 1000)
        assert reply.status == 200, reply.body[:300]
    times = sorted(times[20:])
    p50, p95, p99 = (times[int(len(times) * part)] for part in (0.5, 0.95, 0.99))
    print(f"CDS order-sign in process, {len(raw):,} bytes: p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms; goal p95 under 15 ms")


def memory(short: bool) -> None:
    wanted = 10_000 if short else 200_000
    with service() as (url, pid):
        load(url, 5)
        before, done, errors = resident(pid), 0, 0
        while done < wanted:
            part = load(url, 5)
            done, errors = done + int(part["done"]), errors + int(part["errors"])
        after = resident(pid)
    print(f"memory over {done:,} requests ({errors} errors): {before:.1f} MB before, {after:.1f} MB after: {after - before:+.1f} MB")
    print("  goal: under +10 MB")


def workers(short: bool) -> None:
    seconds = 3 if short else 10
    with service() as (one, _), service("--workers", "2") as (two, _):
        for url in (one, two):
            load(url, 2)
        pairs = [(load(one, seconds)["rps"], load(two, seconds)["rps"]) for _ in range(3)]
    first, second = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"one worker {first:,.0f}/s, two workers {second:,.0f}/s: {second / first:.2f} times")
    print(f"  the load shares {os.cpu_count()} cores with them")


def soak(minutes: float) -> None:
    with service() as (url, pid):
        load(url, 3)
        most = asyncio.run(_generate(url, 8, 8, 0))["rps"]
        before = resident(pid)
        run = load(url, minutes * 60, rate=0.8 * most)
        after = resident(pid)
    print(f"soak of {minutes:g} minutes at 80 % of {most:,.0f}/s: {run['done']:,.0f} answers, {run['errors']:.0f} errors")
    print(f"  {before:.1f} MB before, {after:.1f} MB after: {after - before:+.1f} MB")


def order_sign() -> dict[str, Any]:
    """A call of 23 kB: four orders, 24 earlier injections, a diagnosis, a drug, a pregnancy status."""
    sites = ("corrugator-supercilii.left", "corrugator-supercilii.right", "procerus.midline", "frontalis.left")

    def quantity(value: int) -> dict[str, Any]:
        return {"value": value, "unit": "U", "system": "http://unitsofmeasure.org", "code": "[arb'U]"}

    def common(kind: str, id: str, site: str) -> dict[str, Any]:
        coding = [{"system": "http://www.whocc.no/atc", "code": "M03AX01", "display": "botulinum toxin"}]
        return {
            "resourceType": kind,
            "id": id,
            "subject": {"reference": "Patient/p1"},
            "medicationCodeableConcept": {"coding": coding, "text": "onabotulinumtoxinA"},
            "text": {"status": "generated", "div": f"<div xmlns='http://www.w3.org/1999/xhtml'>{id}, {site}, an entry of the record</div>"},
        }

    def coded(site: str) -> dict[str, Any]:
        return {"coding": [{"system": "https://example.org/fhir/CodeSystem/bont-site", "code": site}], "text": site}

    orders = [
        common("MedicationRequest", f"draft-{index}", site)
        | {
            "status": "draft",
            "intent": "order",
            "dosageInstruction": [{"site": coded(site), "doseAndRate": [{"doseQuantity": quantity(4)}]}],
        }
        for index, site in enumerate(sites)
    ]
    past = [
        common("MedicationAdministration", f"given-{index}", sites[index % 4])
        | {
            "status": "completed",
            "effectiveDateTime": f"2026-0{1 + index % 4}-1{index % 10}",
            "dosage": {"site": coded(sites[index % 4]), "dose": quantity(4)},
        }
        for index in range(24)
    ]
    sick = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "G70.0"}]},
    }
    drug = {
        "resourceType": "MedicationRequest",
        "id": "m1",
        "status": "active",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"text": "gentamicin"},
    }

    def found(*resources: dict[str, Any]) -> dict[str, Any]:
        return {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"resource": one, "search": {"mode": "match"}} for one in resources],
        }

    return {
        "hook": "order-sign",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {
            "userId": "Practitioner/dr1",
            "patientId": "p1",
            "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": one} for one in orders]},
        },
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": "p1", "birthDate": "1981-07-14"},
            "conditions": found(sick),
            "allergies": None,
            "medications": found(drug),
            "administrations": found(*past),
            "observations": found(),
        },
    }


PARTS = {"ratio": ratio, "cds": cds, "memory": memory, "workers": workers}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help=f"{', '.join(PARTS)}, soak; all but soak when none is named")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--minutes", type=float, default=10)
    given = parser.parse_args()
    for name in given.parts or PARTS:
        if name == "soak":
            soak(given.minutes)
        elif name in PARTS:
            PARTS[name](given.short)
        else:
            parser.error(f"no part `{name}`; accepted: {', '.join([*PARTS, 'soak'])}")


if __name__ == "__main__":
    main()
