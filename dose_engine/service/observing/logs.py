"""Logs as JSON, one object a line. A line holds what the service knows, never what a request said.

Messages of exceptions may hold input, and so may messages of libraries: of an exception only its type and its places in the code are
written, of a library's record only where it was made.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Final

LOGGER: Final = "dose_engine.service"

_OURS: Final = ("dose_engine.", "uvicorn.")
"""Loggers whose messages hold no input: ours, and uvicorn's on starting and stopping."""

_MOST_FRAMES: Final = 30


class JsonLines(logging.Formatter):
    """A record as one line of JSON: time, level, message, and the fields in `extra={"fields": {...}}`."""

    def format(self, record: logging.LogRecord) -> str:
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line: dict[str, Any] = {"time": moment, "level": record.levelname.lower()}
        if record.name.startswith(_OURS):
            line["message"] = record.getMessage().strip()
        else:
            line |= {"message": "a library reports something; its text may hold input and is not written", "logger": record.name}
            line["at"] = f"{record.module}:{record.lineno}"
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1] is not None:
            line |= fault_fields(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True, default=str)


def fault_fields(fault: BaseException) -> dict[str, Any]:
    """An exception as a log may have it: the types along its chain of causes, and the places it came through. No message."""
    return {"fault": " from ".join(dict.fromkeys(type(one).__name__ for one in _chain(fault))), "trace": _places(fault.__traceback__)}


def _chain(fault: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = fault
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _places(trace: TracebackType | None) -> list[str]:
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}.{code.co_name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places[-_MOST_FRAMES:]


def log_config(level: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`: everything to stderr as JSON, uvicorn's access log off."""
    quiet = {"handlers": [], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": f"{__name__}.{JsonLines.__qualname__}"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {"dose_engine": {"level": level.upper()}, "uvicorn": {"level": level.upper()}, "uvicorn.access": quiet},
    }
