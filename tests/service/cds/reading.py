"""Short ways to read a call, and to see what it is refused for."""

from __future__ import annotations

from typing import Any

import pytest

from dose_engine.service.cds.envelope import CdsRequest, read_request
from dose_engine.service.cds.hooks import HookService, services
from dose_engine.service.settings import Settings
from dose_engine.service.strict_json import Refused, write_json

SETTINGS = Settings(insecure_local=True)
SERVICES = {service.hook: service for service in services(SETTINGS)}
HOOKS = list(SERVICES)


def service(hook: str) -> HookService:
    return SERVICES[hook]


def read(body: Any, hook: str = "order-sign") -> CdsRequest:
    return read_request(body if isinstance(body, bytes) else write_json(body), service(hook), SETTINGS)


def faults(body: Any, hook: str = "order-sign") -> dict[str, str]:
    """The places of everything that a call is refused for, with the code of each."""
    with pytest.raises(Refused) as refused:
        read(body, hook)
    assert refused.value.status == 400
    assert all(one.reason for one in refused.value.more)
    return {one.where: one.code for one in (refused.value, *refused.value.more)}
