"""What `GET /cds-services` answers: the same bytes every time, for one version and one configuration."""

from __future__ import annotations

from collections.abc import Iterable

from ..strict_json import write_json
from .hooks import HookService


def discovery(services: Iterable[HookService]) -> bytes:
    """The discovery document; with no service it is an empty list."""
    return write_json({"services": [_entry(service) for service in services]})


def _entry(service: HookService) -> dict[str, object]:
    entry: dict[str, object] = {
        "hook": service.hook,
        "title": service.title,
        "description": service.description,
        "id": service.id,
    }
    if service.prefetch:
        entry["prefetch"] = dict(service.prefetch)
    if service.usage_requirements:
        entry["usageRequirements"] = service.usage_requirements
    return entry
