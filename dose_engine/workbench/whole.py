"""A rulebook with everything beside it: its cases and claims, from a folder or from a git revision. What every `rules` verb starts from.

A broken rulebook is reported whole: every problem of the book, its cases and its claims at once.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..documents import Node, Unreadable, decode, read_text, read_yaml
from ..errors import Problem, RulebookError
from ..rulebook.load import default_folder, folder_texts, is_beside, load_texts
from ..rulebook.model import Rulebook
from .cases import RuleCase, cases_in
from .claims import Claim, claims_in


@dataclass(frozen=True)
class Whole:
    """`texts` holds every YAML file by name (`zones.yaml`, `rules/facts.yaml`, ...); `folder` is None for a git revision."""

    name: str
    folder: Path | None
    texts: Mapping[str, str]
    book: Rulebook
    cases: tuple[RuleCase, ...]
    claims: tuple[Claim, ...]

    @cached_property
    def roots(self) -> Mapping[str, Node]:
        """Each file as a document whose values know their lines."""
        return {name: read_yaml(text, name)[0] for name, text in self.texts.items()}

    @cached_property
    def _lines(self) -> Mapping[tuple[str, tuple[str | int, ...]], int]:
        return {(name, path): line for name, root in self.roots.items() for path, line in root.places()}

    def line(self, file: str, *path: str | int) -> int:
        """The line of a key or list item, for example `line("zones.yaml", "dao", "limits", 0)`; of what holds it where it is not there."""
        steps = path
        while steps and (file, steps) not in self._lines:
            steps = steps[:-1]
        return self._lines.get((file, steps), self.roots[file].line if file in self.roots else 0)


def load_whole(place: str | Path | None = None) -> Whole:
    """The rulebook of a folder or a git revision (None: the one of DOSE_ENGINE_RULES, or the shipped one).

    Raises `RulebookError` with every problem of the book, its cases and its claims.
    """
    folder = default_folder() if place is None else Path(place)
    if place is None or folder.is_dir() or not _may_be_revision(str(place)):
        texts, problems = folder_texts(folder, beside=True)
        return _whole(str(folder), folder, texts, problems)
    texts, problems = revision_texts(str(place))
    return _whole(str(place), None, texts, problems)


def whole_of(texts: Mapping[str, str], name: str = "these files") -> Whole:
    """The rulebook in these texts. Raises `RulebookError`."""
    return _whole(name, None, texts, [])


def _whole(name: str, folder: Path | None, texts: Mapping[str, str], problems: list[Problem]) -> Whole:
    found = list(problems)
    book = None
    try:
        book = load_texts({file: text for file, text in texts.items() if not is_beside(file)})
    except RulebookError as error:
        # a folder that is no rulebook has one problem, not one for every file that is missing
        found += error.problems if texts or not problems else ()
        found += _unreadable({file: text for file, text in texts.items() if is_beside(file)})
    if book is None:
        raise RulebookError(found)
    cases, wrong_cases = cases_in(texts, book)
    claims, wrong_claims = claims_in(texts, book)
    found += [*wrong_cases, *wrong_claims]
    if found:
        raise RulebookError(found)
    return Whole(name, folder, texts, book, tuple(cases), tuple(claims))


def _unreadable(texts: Mapping[str, str]) -> list[Problem]:
    """What is wrong with these files before any rulebook is known."""
    problems = []
    for name, text in texts.items():
        try:
            problems += read_yaml(text, name)[1]
        except Unreadable as unreadable:
            problems.append(unreadable.problem)
    return problems


def _may_be_revision(place: str) -> bool:
    return (
        bool(place)
        and not place.startswith("-")
        and _git("rev-parse", "--verify", "--quiet", f"{place.partition(':')[0]}^{{commit}}") is not None
    )


def revision_texts(revision: str) -> tuple[dict[str, str], list[Problem]]:
    """The rulebook's files at a git revision, `REV` or `REV:folder` (`HEAD~1`, `v2026.1`, `main:clinic/book`), and what cannot be read."""
    commit, _, inside = revision.partition(":")
    prefix = f"{inside.strip('/')}/" if inside.strip("/") else ""
    listed = _git("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, "--", f"{prefix}zones.yaml", f"{prefix}rules")
    names = [path.decode(errors="replace") for path in (listed or b"").split(b"\0") if path]
    wanted = [
        path
        for path in names
        if path == f"{prefix}zones.yaml"
        or (path.endswith(".yaml") and path.startswith(f"{prefix}rules/") and path.count("/") == prefix.count("/") + 1)
    ]
    if not wanted:
        help = "a rulebook is a folder that holds zones.yaml and rules/; a revision is written REV or REV:folder"
        return {}, [Problem("file-unreadable", "no rulebook in this revision", help, file=revision)]
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for path in wanted:
        name = path.removeprefix(prefix)
        try:
            texts[name] = decode(_git("cat-file", "blob", f"{commit}:{path}") or b"", name)
        except Unreadable as unreadable:
            problems.append(unreadable.problem)
    return texts, problems


def text_beside(whole: Whole, name: str) -> str | None:
    """The text of another file of the rulebook (`rules/CHANGES.md`), from where the rulebook is; None where there is none.

    Raises `RulebookError` when it cannot be read.
    """
    try:
        if whole.folder is not None:
            return read_text(whole.folder / name, name) if (whole.folder / name).exists() else None
        if not _may_be_revision(whole.name):
            return None
        commit, _, inside = whole.name.partition(":")
        raw = _git("cat-file", "blob", f"{commit}:{'/'.join((*inside.strip('/').split('/'), name)).lstrip('/')}")
        return decode(raw, name) if raw is not None else None
    except Unreadable as unreadable:
        raise RulebookError([unreadable.problem]) from None


def _git(*arguments: str) -> bytes | None:
    """What git prints, run where the user is; None when it fails or is not there."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=False)  # noqa: S603, S607 - git from the user's own PATH
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


__all__ = ["Whole", "load_whole", "revision_texts", "text_beside", "whole_of"]
