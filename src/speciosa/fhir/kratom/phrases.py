"""Phrases in a row of words: where one ends, begins or stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_TOKEN = re.compile(r"[\w'’/+-]+|[,:?()]")


def tokens(text: str) -> list[str]:
    """The words of a text in lower case, and the marks that part them."""
    return [t.replace("’", "'").strip("-") or "-" for t in _TOKEN.findall(text)]


@lru_cache(maxsize=256)
def _split(phrases: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(tokens(phrase.lower())) for phrase in phrases)


@lru_cache(maxsize=256)
def _by_word(phrases: tuple[str, ...], at: int) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Phrases by their first or last word, longest first: only those are tried that can fit."""
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for phrase in sorted(_split(phrases), key=len, reverse=True):
        found[phrase[at]] = (*found.get(phrase[at], ()), phrase)
    return found


def starts(words: Sequence[str], phrases: tuple[str, ...], first: int = 0) -> int:
    """How many words the longest phrase has that begins at ``first``; 0 without one."""
    known = _by_word(phrases, 0).get(words[first], ()) if first < len(words) else ()
    return next((len(p) for p in known if tuple(words[first : first + len(p)]) == p), 0)


def ends(words: Sequence[str], phrases: tuple[str, ...], last: int | None = None) -> int:
    """How many words the longest phrase has that ends before ``last``; 0 without one."""
    last = len(words) if last is None else last
    known = _by_word(phrases, -1).get(words[last - 1], ()) if last > 0 else ()
    return next(
        (len(p) for p in known if len(p) <= last and tuple(words[last - len(p) : last]) == p), 0
    )


def holds(words: Sequence[str], phrases: tuple[str, ...]) -> bool:
    """Whether a phrase stands anywhere."""
    return any(starts(words, phrases, i) for i in range(len(words)))
