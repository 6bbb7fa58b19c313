"""What no sentence may say: recommendations, amounts, reassurance and brands of kratom.

The patterns are data (``safety/forbidden_phrases.yaml``), so that people can review them. Tables
use this for their own wording; the tests use it for everything that is printed.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from speciosa.knowledge import files


class _Phrase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    why: str
    pattern: str
    unless_negated: bool
    unless_denied_after: bool = False


class _Phrases(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    words: dict[str, str]
    phrases: tuple[_Phrase, ...]


_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_CLAUSE_START = re.compile(r"[,:(]|\bbut\b|\bso\b")
_NEGATION = re.compile(
    r"\b(?:not|never|no|cannot|can't|don't|isn't|nor|neither|without|avoid|against|rather than)\b",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(r"^\W{0,3}\s*(?:does|do|is|are)(?:\s+not|n't)\b", re.IGNORECASE)


def forbidden_phrases(text: str) -> tuple[str, ...]:
    """What a text says that it must not, as ``why: the words``; empty when it passes."""
    found = []
    for sentence in _SENTENCE_END.split(text):
        for phrase, pattern in _patterns():
            found += [
                f"{phrase.why}: {match.group().strip()!r}"
                for match in pattern.finditer(sentence)
                if not _passes(phrase, sentence, match)
            ]
    return tuple(found)


def _passes(phrase: _Phrase, sentence: str, match: re.Match[str]) -> bool:
    before = _CLAUSE_START.split(sentence[: match.start()])[-1]
    negated = phrase.unless_negated and (
        _NEGATION.search(before) or _NEGATION.search(match.group())
    )
    denied = phrase.unless_denied_after and _DENIED_AFTER.match(sentence[match.end() :])
    return bool(negated or denied)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[_Phrase, re.Pattern[str]], ...]:
    data = files.read("safety/forbidden_phrases.yaml", _Phrases)
    return tuple(
        (phrase, re.compile(_filled(phrase.pattern, data.words), re.I)) for phrase in data.phrases
    )


def _filled(pattern: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        pattern = pattern.replace(name, value)
    return pattern
