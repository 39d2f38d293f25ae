"""The boundaries of many rules, on as many processes as there are cores."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache

from ...rulebook.load import is_beside, load_texts
from ...rulebook.model import Rulebook
from ..whole import Whole
from .boundary import Boundary, boundary, thresholds
from .whole_book import stopping


def boundaries(whole: Whole, rules: Sequence[str], seconds: float, processes: int = 1) -> Iterator[Boundary]:
    """Both patients at each threshold of these rules, in order."""
    numbers = [(name, number) for name in rules for number, _ in enumerate(thresholds(whole.book.rule_by_id[name]))]
    texts = {name: text for name, text in whole.texts.items() if not is_beside(name)}
    if processes == 1 or len(numbers) < 8:
        yield from (_one(whole.book, name, number, seconds) for name, number in numbers)
        return
    with stopping(ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"))) as pool:
        work = [pool.submit(_one_apart, texts, name, number, seconds) for name, number in numbers]
        yield from (one.result() for one in work)


def _one(book: Rulebook, name: str, number: int, seconds: float) -> Boundary:
    rule = book.rule_by_id[name]
    return boundary(rule, list(thresholds(rule))[number], book, seconds)


def _one_apart(texts: Mapping[str, str], name: str, number: int, seconds: float) -> Boundary:
    return _one(_book(tuple(sorted(texts.items()))), name, number, seconds)


@cache
def _book(texts: tuple[tuple[str, str], ...]) -> Rulebook:
    return load_texts(dict(texts))
