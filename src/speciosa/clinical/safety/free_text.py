"""Words in free text that ask for a closer look. They can only raise a question.

The text itself is never quoted, and finding nothing means nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from speciosa.case import Case
from speciosa.knowledge import Knowledge
from speciosa.knowledge.medicines.names import normalise


def meanings(case: Case, knowledge: Knowledge) -> tuple[str, ...]:
    """What the words in the free text can mean, in the order of the word list."""
    parts = tuple(_free_texts(case))
    text = " ".join(f" {normalise(part)} " for part in parts)
    words = knowledge.safety.crisis_words
    found = tuple(
        group.meaning
        for group in words.groups
        if any(f" {normalise(start)}" in text for start in group.starts)
    )
    return (*found, words.other_script) if any(map(_unsearchable, parts)) else found


def _unsearchable(text: str) -> bool:
    """Whether the text holds words of another script, in which nothing can be found.

    A single letter (a micro sign, a beta) is a symbol, not a word.
    """
    foreign = [c.isalpha() and not unicodedata.name(c, "").startswith("LATIN") for c in text]
    return any(map(all, pairwise(foreign)))


def _free_texts(case: Case) -> Iterator[str]:
    given = [
        case.symptoms.free_text,
        case.kratom.note if case.kratom else None,
        *(c.name for c in case.conditions if c.known is None),
        *(c.note for c in case.conditions),
        *(m.reason for m in case.medicines),
        *(s.note for s in case.substances),
        *case.preferences.goals,
        *(text for t in case.preferences.tried for text in (t.name, t.note)),
        *(e.note for e in case.earlier),
    ]
    yield from (part for part in given if part)
