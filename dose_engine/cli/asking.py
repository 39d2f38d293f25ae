"""Asks at the terminal, or reads piped answers: wrong answers are asked again with what is accepted, `?` explains."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeVar

from ..errors import did_you_mean
from ..units import LARGEST, Units
from .guard import plain

T = TypeVar("T")


class Asker:
    """The person at the other end. Raises EOFError or KeyboardInterrupt when they leave."""

    def say(self, text: str = "") -> None:
        for line in text.split("\n"):
            print(_wrapped(line))

    def ask(self, prompt: str, read: Callable[[str], T], help: str = "", *, default: T | None = None, left_out: bool = False) -> T:
        """One answer. Enter gives `default`, or None where the question may be left out."""
        while True:
            answer = self._line(prompt)
            if answer == "?":
                self.say("  " + (help or "no more is known about this question").replace("\n", "\n  "))
            elif not answer and (default is not None or left_out):
                return default  # type: ignore[return-value]
            else:
                try:
                    return read(answer)
                except ValueError as wrong:
                    self.say("  " + str(wrong).replace("\n", "\n  "))

    def _line(self, prompt: str) -> str:
        before, line_end, last = _wrapped(f"{prompt}: ").rpartition("\n")
        print(before, end=line_end)
        answer = input(f"{last.rstrip()} ").strip()
        if not sys.stdin.isatty():
            print()
        return answer


def _wrapped(text: str) -> str:
    """A paragraph that no terminal breaks in the middle of a word."""
    indent = text[: len(text) - len(text.lstrip())]
    return textwrap.fill(plain(text), 78, subsequent_indent=indent + "  ", break_on_hyphens=False)


def one_of(words: Iterable[str], also: Mapping[str, str] | None = None) -> Callable[[str], str]:
    """Reads one of the words, or a beginning that only one of them has. `also` maps other names to a word."""
    known = list(words)
    names = {**{name.casefold(): word for name, word in (also or {}).items()}, **{word: word for word in known}}

    def read(text: str) -> str:
        given = "_".join(text.casefold().split())
        if given in names or text.casefold() in names:
            return names.get(given) or names[text.casefold()]
        begun = {word for word in known if given and word.startswith(given)}
        if len(begun) == 1:
            return begun.pop()
        raise ValueError(f"`{text}` is not accepted here\n{did_you_mean(given, known)}" if text else did_you_mean("", known))

    return read


def units(text: str) -> Decimal:
    """Units as they are written, checked to be exact."""
    amount = Units.parse(text.removesuffix("U").removesuffix("u").strip())
    if not 0 < amount <= LARGEST:
        raise ValueError("units are more than 0 and at most 1000")
    return Decimal(str(amount))


def whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 6 and low <= int(text) <= high):
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return read


def day(*words: str, earliest: date = date(1900, 1, 1), latest: date = date(2200, 12, 31)) -> Callable[[str], str]:
    """Reads a day between the two, or one of the words."""

    def read(text: str) -> str:
        if text in words:
            return text
        try:
            when = date.fromisoformat(text) if len(text) == 10 and text.isascii() else None
        except ValueError:
            when = None
        if when is None or not earliest <= when <= latest:
            accepted = " or ".join(f"`{word}`" for word in words)
            between = f" from {earliest}" if earliest.year > 1900 else f" up to {latest}" if latest.year < 2200 else ""
            raise ValueError(f"a date YYYY-MM-DD in the calendar{between}{f', or {accepted}' if accepted else ''}")
        return when.isoformat()

    return read


def label(text: str) -> str:
    if not text or len(text) > 200 or not text.isprintable():
        raise ValueError("a short text on one line, at most 200 characters")
    return text
