"""Answers that are no success: C46, and what a fault inside looks like from outside."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from dose_engine.service.security.caller import Caller
from dose_engine.service.strict_json import Refused

from ..client import Client
from ..requests import SERVICE_OF, order, patient, prefetch, request
from .outcomes import outcome

ADDRESS = "/cds-services/bont-order-sign"
SECRET = "Willow-Eric-1981"

Make = Callable[..., Client]


def _fails(*_: object) -> Any:
    raise RuntimeError(f"no such patient: {SECRET}")


def _is_no_list(*_: object) -> Any:
    return 7


def _holds_a_float(*_: object) -> Any:
    return [{"summary": SECRET, "dose": 0.1}]


def _fails_half_way(*_: object) -> Any:
    yield {"summary": SECRET}
    raise ValueError(SECRET)


def _holds_half_a_character(*_: object) -> Any:
    return [{"summary": f"{SECRET}\ud800"}]


@pytest.mark.parametrize("broken", [_fails, _is_no_list, _holds_a_float, _fails_half_way, _holds_half_a_character])
def test_c46_a_fault_is_a_500_without_patient_data_and_never_fewer_cards(cds: Make, caplog: pytest.LogCaptureFixture, broken: Any):
    with caplog.at_level(logging.DEBUG):
        answer = cds(broken).post(ADDRESS, request())
    assert answer.status == 500
    (issue,) = outcome(answer)
    assert (issue["severity"], issue["code"], issue["diagnostics"]) == ("fatal", "exception", "fault")
    assert SECRET not in answer.text
    assert [record.name for record in caplog.records if record.name != "asyncio"] == ["dose_engine.service.cds.calls"]
    assert SECRET not in repr([vars(record) for record in caplog.records])
    assert "fault" in caplog.records[-1].fields


def _everything_secret(value: Any) -> Any:
    """The same shape with a name in every text, and with it as a member everywhere."""
    match value:
        case dict():
            return {SECRET: SECRET, **{key: _everything_secret(member) for key, member in value.items()}}
        case list():
            return [_everything_secret(one) for one in value]
        case str():
            return SECRET
    return value


@pytest.mark.parametrize("hook", SERVICE_OF)
def test_c46_no_answer_of_4xx_repeats_what_was_sent(client: Client, hook: str):
    whole = request(hook, order(), fhirAuthorization={"access_token": SECRET, "token_type": SECRET, "expires_in": SECRET})
    bodies: list[bytes] = [json.dumps(_everything_secret(whole)).encode()]
    bodies += [f'{{"{SECRET}": "{SECRET}" "{SECRET}"}}'.encode(), f'{{"{SECRET} x": 1, "{SECRET} x": 2}}'.encode(), f"{SECRET}".encode()]
    bodies += [json.dumps(request(hook, prefetched=prefetch(patient=one))).encode() for one in (None, {"name": SECRET}, patient(SECRET))]
    answers = [client.post(SERVICE_OF[hook], raw=body) for body in bodies]
    assert all(400 <= answer.status < 500 for answer in answers[:4])
    for answer in answers:
        if answer.status != 200:
            outcome(answer)
            assert SECRET not in answer.text
            assert SECRET not in str(answer.header_list)


def test_c46_everything_that_is_not_a_success_has_an_outcome(cds: Make):
    def crowded(headers: Mapping[str, str], path: str) -> Caller:
        raise Refused(429, "too many calls; wait 3 seconds", "too-often", headers={"Retry-After": "3"})

    answer = cds(admit=crowded).post(ADDRESS, request())
    assert (answer.status, answer.headers["retry-after"]) == (429, "3")
    assert outcome(answer)[0]["code"] == "throttled"


def test_c46_an_answer_to_head_has_no_body(cds: Make):
    for path in ("/cds-services/none", ADDRESS):
        answer = cds().head(path)
        assert answer.status in (404, 405)
        assert answer.body == b""
