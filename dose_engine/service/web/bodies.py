"""What a request must be before its body is looked at: the right media type, a body, few enough values, not too deep."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl

from ...errors import did_you_mean, quoted
from ..strict_json import Refused
from .headers import headers_named

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

_LONGEST_QUERY: Final = 500


class Gone(Exception):  # noqa: N818 - its name says where the client is
    """The client went away before its request was whole: there is nobody to answer."""


async def whole_body(receive: Receive) -> bytes:
    """The body. Raises `Refused` when there is none; the layer of limits keeps it from growing too large."""
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    body = b"".join(parts) if len(parts) > 1 else parts[0]
    if not body:
        raise Refused(400, "the request has no body; send a case as JSON", "file-empty")
    return body


def require_media_type(scope: MutableMapping[str, Any], accepted: Iterable[str]) -> None:
    """Raises `Refused` (415) for a body of another media type, in another encoding than UTF-8, or compressed."""
    accepted = tuple(accepted)
    sent = headers_named(scope, b"content-type")
    kind, _, parameters = (sent[0] if len(sent) == 1 else b"").decode("latin-1").partition(";")
    if kind.strip().lower() not in accepted:
        raise Refused(
            415, f"the body is sent as {' or '.join(accepted)}: set the header Content-Type", "wrong-media-type", headers=_accept(accepted)
        )
    charset = dict(_parameters(parameters)).get("charset", "utf-8")
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise Refused(415, "JSON is sent in UTF-8", "wrong-media-type", headers=_accept(accepted))
    encodings = [value.strip().lower() for value in headers_named(scope, b"content-encoding")]
    if any(encoding not in (b"", b"identity") for encoding in encodings):
        raise Refused(
            415,
            "a compressed body is not accepted; leave Content-Encoding out",
            "wrong-media-type",
            headers={"Accept-Encoding": "identity"},
        )


def _accept(accepted: Iterable[str]) -> dict[str, str]:
    return {"Accept-Post": ", ".join(accepted)}


def _parameters(text: str) -> Iterable[tuple[str, str]]:
    for part in text.split(";"):
        name, _, value = part.partition("=")
        yield name.strip().lower(), value.strip().strip('"').lower()


def switch(scope: MutableMapping[str, Any], name: str, default: bool) -> bool:
    """A query parameter that is `true` or `false`, the only one that is accepted. Raises `Refused` (400) for anything else."""
    if not scope["query_string"]:
        return default
    (key, value), *more = parse_qsl(scope["query_string"][:_LONGEST_QUERY].decode("latin-1"), keep_blank_values=True) or [("", "")]
    if key != name:
        help = " ".join(did_you_mean(key, [name]).split("\n"))
        raise Refused(400, f"{quoted(key)} is not a query parameter here: {help}", "unknown-key")
    if more:
        raise Refused(400, f"one query parameter is accepted, `{name}`, once", "duplicate-key" if more[0][0] == name else "unknown-key")
    if value not in ("true", "false"):
        raise Refused(400, f"`{name}` is `true` or `false`, got {quoted(value)}", "wrong-word")
    return bool(value == "true")


def no_query(scope: MutableMapping[str, Any]) -> None:
    """Raises `Refused` (400) when something is asked that nothing reads."""
    if scope["query_string"]:
        raise Refused(400, "no query parameters are accepted here; leave out what follows the `?`", "unknown-key")
