"""Summary
    A text, a source or a hazard that is still to be filled in.

Why it matters
    `rules new-rule` and `rules new-question` write FILL IN where something was left out, so that the rule loads and
    can be worked on. An injector who read it would not know what to do, and the rule would rest on nothing.

What to do
    Write the text, and cite the source and the hazard it stands for. When nothing cites `FILL-IN` any more, take it
    out of sources.yaml and hazards.yaml.

Example
    because: "FILL IN: why this is so"
    sources: [FILL-IN]
"""

from __future__ import annotations

from collections.abc import Iterator

from ....documents import Node
from ...scaffold.drafts import FILL_IN, MISSING
from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.ERROR

_REGISTERS = {"rules/sources.yaml": "source", "rules/hazards.yaml": "hazard"}


def check(reading: Reading) -> Iterator[Found]:
    for file, written in reading.whole.texts.items():
        if FILL_IN not in written and MISSING not in written:
            continue
        root = reading.root(file)
        assert root is not None
        for path, text in _strings(root):
            inside = path[:1] == (MISSING,) and file in _REGISTERS
            if (text.startswith(FILL_IN) or text == MISSING) and not inside:
                yield _left(file, path, text, reading)
        if file in _REGISTERS and isinstance(root.value, dict) and MISSING in root.value:
            what = _REGISTERS[file]
            message = f"`{MISSING}` stands where a {what} is still missing"
            yield Found(message, reading.at(file, MISSING), f"{what} {MISSING}", "take it out when nothing cites it any more")


def _left(file: str, path: tuple[str | int, ...], text: str, reading: Reading) -> Found:
    place, about = reading.at(file, *path), _about(file, path, reading)
    key = next(str(step) for step in reversed(path) if isinstance(step, str))
    if text == MISSING:
        what = "source" if key == "sources" else key
        return Found(f"no {what} is named yet", place, about, f"cite one that rules/{what}s.yaml lists, in place of `{MISSING}`")
    return Found(f"`{key}` is still to be written", place, about, text.removeprefix(f"{FILL_IN}:").strip())


def _about(file: str, path: tuple[str | int, ...], reading: Reading) -> str:
    """The rule, case or entry that holds the text."""
    first = path[0] if path else ""
    if isinstance(first, int):
        id = reading.node(file, first, "id")
        return f"{'case' if file.endswith('.cases.yaml') else 'rule'} {id.value if id is not None else first + 1}"
    return f"{_REGISTERS.get(file, 'fact' if file == 'rules/facts.yaml' else 'entry')} {first}"


def _strings(node: Node, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    match node.value:
        case dict() as entries:
            for key, inner in entries.items():
                yield from _strings(inner, (*path, key))
        case list() as items:
            for index, inner in enumerate(items):
                yield from _strings(inner, (*path, index))
        case str(text):
            yield path, text
