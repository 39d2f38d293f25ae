"""Nothing a request says reaches a log, a number or the answer to a fault: every field, header and query is marked, and looked for."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from dose_engine.engine import Engine
from dose_engine.service.observing.logs import JsonLines, log_config

from ..client import Client
from .streaming import batch

MARK = "Zaphira"
"""Stands for names, birth dates and comments; nothing in the project is called so."""


def marked(case: dict[str, Any]) -> dict[str, Any]:
    """A case with the mark wherever there is free text."""
    return {**case, "case": f"{MARK} label", "goals": [f"{MARK} goal", "level the brows"]}


def bad_cases(case: dict[str, Any]) -> list[Any]:
    """Cases with the mark wherever something can stand, each wrong in its own way."""
    found: list[Any] = [MARK, [MARK], {MARK: MARK}, {**case, MARK: 1}]
    for key in case:
        found.append({**case, key: MARK})
        found.append({**case, key: [{MARK: MARK}]})
    for key in case["patient"]:
        found.append({**case, "patient": {**case["patient"], key: MARK}})
    for key in case["plan"][0]:
        found.append({**case, "plan": [{**case["plan"][0], key: MARK}]})
    return found


HEADERS = {
    "content-type": "application/json",
    "x-request-id": f"{MARK} {{}}",
    "user-agent": MARK,
    "cookie": f"a={MARK}",
    "referer": f"https://{MARK}.example",
    "authorization": f"Bearer {MARK}",
    "x-api-key": MARK,
    "x-forwarded-for": MARK,
    "if-none-match": f'"{MARK}"',
}

Logged = Callable[[], list[dict[str, Any]]]


def clean(api: Client, logged: Logged) -> None:
    assert len(logged()) > 0
    assert MARK.lower() not in json.dumps(logged()).lower()
    assert MARK.lower() not in api.get("/metrics").text.lower()


def test_an_advisory_leaves_no_word_of_the_case_behind(api: Client, case: dict[str, Any], logged: Logged) -> None:
    assert MARK in api.post("/v1/advisories", marked(case), HEADERS).text
    clean(api, logged)


def test_a_refused_case_leaves_no_word_of_it_behind(api: Client, case: dict[str, Any], logged: Logged) -> None:
    for bad in bad_cases(case):
        api.post("/v1/advisories", bad, HEADERS)
    api.post("/v1/advisories", raw=f'{{"case": "{MARK}'.encode(), headers=HEADERS)
    clean(api, logged)


def test_paths_queries_and_methods_leave_no_word_behind(api: Client, logged: Logged) -> None:
    for path in (f"/{MARK}", f"/v1/rules/{MARK}", f"/v1/zones?{MARK}={MARK}", f"/v1/advisories?{MARK}", f"/cds-services/{MARK}"):
        for method in ("GET", "POST", MARK.upper()):
            api.call(method, path, MARK.encode(), HEADERS)
    clean(api, logged)


def test_a_batch_leaves_no_word_behind(api: Client, case: dict[str, Any], logged: Logged) -> None:
    lines = [json.dumps(one).encode() + b"\n" for one in (marked(case), *bad_cases(case))]
    assert batch(api, lines).whole
    clean(api, logged)


@pytest.mark.parametrize("step", ["_advisory", "advise", "_doses"])
def test_a_fault_leaves_no_word_behind(
    api: Client, case: dict[str, Any], logged: Logged, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Private(Exception):  # noqa: N818 - stands for any exception
        def __str__(self) -> str:
            return f"{MARK} in a message"

        __repr__ = __str__

    def failing(self: Any, subject: Any, *_: Any) -> None:
        try:
            {}[MARK]
        except KeyError:
            raise Private(MARK, subject)  # noqa: B904 - the context is part of the test

    monkeypatch.setattr(Engine, step, failing)
    assert api.post("/v1/advisories", marked(case), HEADERS).status == 500
    assert batch(api, [json.dumps(marked(case)).encode()]).lines[-1]["fault"]["status"] == 500
    assert MARK not in api.post("/v1/advisories", marked(case), HEADERS).text
    assert [one for one in logged() if one["level"] == "error"]
    clean(api, logged)


def test_what_a_library_logs_is_not_written() -> None:
    record = logging.LogRecord("asyncio", logging.ERROR, "a.py", 7, "Task %s failed: %s", (MARK, MARK), None)
    try:
        raise ValueError(MARK)
    except ValueError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    line = JsonLines().format(record)
    assert MARK not in line
    assert json.loads(line)["logger"] == "asyncio"
    assert json.loads(line)["fault"] == "ValueError"


def test_a_log_line_is_one_line_of_json_with_what_operators_need(api: Client, case: dict[str, Any], logged: Logged) -> None:
    api.post("/v1/advisories", case, {"x-request-id": "id-1", "content-type": "application/json"})
    (line,) = [one for one in logged() if one["message"] == "request"]
    assert line.pop("time").endswith("Z")
    assert line.pop("ms") > 0
    assert line == {
        "level": "info",
        "message": "request",
        "request": "id-1",
        "route": "/v1/advisories",
        "status": 200,
        "caller": "local",
        "verdict": "ok",
    }


def test_a_line_of_a_batch_is_not_a_line_of_the_log(api: Client, case: dict[str, Any], logged: Logged) -> None:
    batch(api, [json.dumps(case).encode() + b"\n"] * 3 + [b"{}"])
    (line,) = [one for one in logged() if one["message"] == "request"]
    assert (line["verdict"], line["lines"], line["problems"]) == ({"ok": 3}, 4, 1)


def test_asking_for_health_does_not_fill_the_log(api: Client, logged: Logged) -> None:
    api.get("/healthz")
    api.get("/readyz")
    assert [one["level"] for one in logged() if one["message"] == "request"] == ["debug", "debug"]


def test_the_access_log_of_uvicorn_is_off() -> None:
    assert log_config("info")["loggers"]["uvicorn.access"] == {"handlers": [], "propagate": False}


def test_fastapi_sends_no_traces_anywhere(api: Client) -> None:
    telemetry = getattr(api.app, "_telemetry", {})
    assert not [name for name in ("tracing", "metrics", "logs", "operation_spans", "auto_configure") if telemetry.get(name)]
