"""Kratom by any of its names: it belongs to lanes of its own and never among options."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache

from speciosa.knowledge.evidence.question import Question
from speciosa.knowledge.evidence.study import Study

_WHOLE_WORD = 6  # letters; shorter names may stand inside other words


def kratom_in_study(study: Study, names: Collection[str]) -> str:
    """The first name of kratom in whom the study is about or in any arm; empty if there is none."""
    told = [study.id, study.title, study.population, study.design]
    for arm in study.arms:
        told += (arm.id, arm.treatment, arm.dose, arm.format, arm.coded, arm.note)
    told += (outcome.definition for outcome in study.outcomes)
    return _found(told, names)


def kratom_in_question(question: Question, names: Collection[str]) -> str:
    """The first name of kratom in what a question asks; empty if there is none."""
    told = (question.id, question.option, question.comparator_words, question.outcome)
    return _found((*told, *question.arms, *question.treatments, *question.medicines), names)


def _found(told: Iterable[str], names: Collection[str]) -> str:
    pattern = _pattern(frozenset(names))
    for words in told:
        hit = pattern.search(unicodedata.normalize("NFKC", words))
        if hit:
            return hit.group()
    return ""


@lru_cache(maxsize=4)
def _pattern(names: frozenset[str]) -> re.Pattern[str]:
    """Any of the names, however its parts are joined; none at all matches nothing."""
    parts = [_one(name) for name in sorted(names, key=len, reverse=True)]
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


def _one(name: str) -> str:
    pieces = re.findall(r"[^\W\d_]+|\d+", name)
    joined = r"(?:[^\w,;]|_)*".join(re.escape(piece) for piece in pieces)
    if len(pieces) == 1 and len(name) >= _WHOLE_WORD:
        return joined
    return rf"(?<![^\W_]){joined}(?![^\W_])"
