"""Loads a rulebook: `zones.yaml` and the folder `rules/` beside it. All errors at once, sorted by place; a broken book is not used."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ..documents import Node, Unreadable, read_text, read_yaml
from ..errors import Problem, RulebookError, did_you_mean, quoted
from .load_computed import Words
from .load_conditions import ConditionReader
from .load_facts import load_facts
from .load_registers import load_about, load_hazards, load_products, load_protocols, load_sources
from .load_rules import load_rules
from .load_zones import load_lines, load_shapes
from .model import Protocol, Rule, Rulebook, Zone
from .reader import Reader, shown

FIXED = ("rulebook", "facts", "sources", "hazards", "products", "protocols")
"""Files of rules/ that hold something other than rules; each must be there."""


CLAIMS = "rules/claims.yaml"
CASES = ".cases.yaml"
SEAL = "rules/seal.json"

NEEDED = ("zones.yaml", *(f"rules/{stem}.yaml" for stem in FIXED))
"""Files without which the others cannot be understood."""


def is_beside(name: str) -> bool:
    """Is this a file of the rulebook that holds no rules: cases, or claims?"""
    return name.endswith(CASES) or name == CLAIMS


def shipped_folder() -> Path:
    """Where the rulebook that travels with the package is: inside it when installed, at the top of the repository in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "book"
    return inside if inside.is_dir() else package.parent


def load(folder: Path | None = None) -> Rulebook:
    """The rulebook in `folder` (one that holds zones.yaml and rules/), the one named by DOSE_ENGINE_RULES, or the shipped one.

    Raises `RulebookError` with every problem found.
    """
    files, problems = folder_texts(folder or default_folder(), beside=False)
    if problems:
        raise RulebookError(problems)
    return load_texts(files)


def default_folder() -> Path:
    """The folder that DOSE_ENGINE_RULES names, or the shipped one."""
    named = os.environ.get("DOSE_ENGINE_RULES")
    return Path(named) if named else shipped_folder()


def has_seal(folder: Path) -> bool:
    """Is there a seal in the folder, whole or not?"""
    return os.path.lexists(folder / SEAL)


def load_texts(files: Mapping[str, str]) -> Rulebook:
    """The rulebook in these texts, by file name (`zones.yaml`, `rules/facts.yaml`, ...)."""
    problems: list[Problem] = []
    roots: dict[str, Node] = {}
    for name, text in sorted(files.items()):
        try:
            roots[name], inside = read_yaml(text, name)
            problems += inside
        except Unreadable as unreadable:
            problems.append(unreadable.problem)
    missing = [name for name in NEEDED if name not in files]
    problems += [Problem("file-unreadable", "the file is missing from the rulebook", file=name) for name in missing]
    shapeless = [name for name in NEEDED if name in roots and not isinstance(roots[name].value, dict)]
    problems += [
        Problem("wrong-type", f"{name} is a mapping, got {shown(roots[name])}", file=name, line=roots[name].line) for name in shapeless
    ]
    if missing or shapeless or len(roots) < len(files):
        raise RulebookError(problems)
    book, found = assemble(roots, _digest(files))
    problems += found
    if problems or book is None:
        raise RulebookError(problems)
    return book


def folder_texts(folder: Path, *, beside: bool) -> tuple[dict[str, str], list[Problem]]:
    """The files of the rulebook in a folder, by name, and what cannot be read. `beside`: also its cases and claims."""
    try:
        found = (folder / "zones.yaml").is_file() or (folder / "rules").is_dir()
        paths = [folder / "zones.yaml", *sorted((folder / "rules").glob("*.yaml"))]
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        return {}, [Problem("file-unreadable", f"cannot be read: {reason}", file=str(folder))]
    if not found:
        help = "a rulebook is a folder that holds zones.yaml and rules/"
        return {}, [Problem("file-unreadable", "no rulebook here", help, file=str(folder))]
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for path in paths:
        name = path.name if path.parent == folder else f"rules/{path.name}"
        if is_beside(name) and not beside:
            continue
        try:
            texts[name] = read_text(path, name)
        except Unreadable as unreadable:
            problems.append(unreadable.problem)
    return texts, problems


def _digest(files: Mapping[str, str]) -> str:
    whole = hashlib.sha256()
    for name, text in sorted(files.items()):
        body = text.encode()
        whole.update(os.fsencode(name) + f"\n{len(body)}\n".encode())
        whole.update(body)
    return whole.hexdigest()


def assemble(roots: Mapping[str, Node], digest: str) -> tuple[Rulebook | None, list[Problem]]:
    """The rulebook of these documents, none of which is missing or shapeless; or None and every problem."""
    readers = {name: Reader(name) for name in roots}
    products = load_products(*_file("products", roots, readers))
    about = load_about(*_file("rulebook", roots, readers), products)
    sources = load_sources(*_file("sources", roots, readers))
    hazards = load_hazards(*_file("hazards", roots, readers))
    shapes = load_shapes(roots["zones.yaml"], readers["zones.yaml"])
    if readers["zones.yaml"].problems:  # without its zones, half of what rules and facts say would look wrong
        return None, _noted(readers)
    protocols = load_protocols(*_file("protocols", roots, readers), shapes)
    words = Words(shapes, _all_muscles(shapes, protocols), tuple(products), tuple(protocols))
    facts, broken = load_facts(*_file("facts", roots, readers), words, about.constants, about.broken)
    conditions = {name: ConditionReader(facts, about.constants, reader, broken) for name, reader in readers.items()}
    zones, rules = load_lines(roots["zones.yaml"], readers["zones.yaml"], shapes, facts, conditions["zones.yaml"])
    for name, root in sorted(roots.items()):
        if name not in NEEDED:
            rules += load_rules(root, readers[name], facts, conditions[name])
    problems = [*_noted(readers), *_references(readers, {"source": sources, "hazard": hazards}), *_twice(rules)]
    if problems:
        return None, problems
    ordered = tuple(sorted(rules, key=lambda rule: rule.id))
    day = dt.date.fromisoformat(about.date)
    return Rulebook(
        about.title,
        about.version,
        day,
        about.product,
        about.constants,
        facts,
        zones,
        ordered,
        sources,
        hazards,
        products,
        protocols,
        digest,
    ), []


def _file(stem: str, roots: Mapping[str, Node], readers: Mapping[str, Reader]) -> tuple[Node, Reader]:
    return roots[f"rules/{stem}.yaml"], readers[f"rules/{stem}.yaml"]


def _noted(readers: Mapping[str, Reader]) -> list[Problem]:
    return [problem for reader in readers.values() for problem in reader.problems]


def _all_muscles(zones: Mapping[str, Zone], protocols: Mapping[str, Protocol]) -> tuple[str, ...]:
    names = [muscle for zone in zones.values() for muscle in zone.muscles]
    for protocol in protocols.values():
        names += [*(protocol.muscles or ()), *(muscle for muscle, _, _ in protocol.split), *protocol.above_split]
    return tuple(dict.fromkeys(names))


def _references(readers: Mapping[str, Reader], declared: Mapping[str, Iterable[str]]) -> Iterator[Problem]:
    """Sources and hazards that are named somewhere and not declared."""
    for file, reader in readers.items():
        for cited in reader.cited:
            if cited.id not in declared[cited.what]:
                listing = f"{cited.what}s are listed in rules/{cited.what}s.yaml"
                help = did_you_mean(cited.id, declared[cited.what], listing)
                yield Problem("unknown-id", f"{quoted(cited.id)} is not a {cited.what}", help, file, cited.line, cited.about)


def _twice(rules: Iterable[Rule]) -> Iterator[Problem]:
    """Ids used for two rules; a rule that brings others with it is named once."""
    first: dict[str, Rule] = {}
    named: set[tuple[str, int]] = set()
    for rule in rules:
        here = (rule.file, rule.line)
        other = first.setdefault(rule.id, rule)
        if other is not rule and rule.id and here not in named:
            named.add(here)
            where = f"the first stands in {other.file}:{other.line}"
            yield Problem("duplicate-id", f"`{rule.id}` is the id of two rules", where, *here, f"rule {rule.id}")
