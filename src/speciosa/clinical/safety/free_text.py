"""Words in free text that ask for a closer look. They can only raise a question.

The text itself is never quoted, and finding nothing means nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from speciosa.case import Case
from speciosa.knowledge import Knowledge
from speciosa.knowledge.medicine_names import normalise


def meanings(case: Case, knowledge: Knowledge) -> tuple[str, ...]:
    """What the words in the free text can mean, in the order of the word list."""
    text = " ".join(f" {normalise(part)} " for part in _free_texts(case))
    return tuple(
        group.meaning
        for group in knowledge.safety.crisis_words.groups
        if any(f" {normalise(start)}" in text for start in group.starts)
    )


def _free_texts(case: Case) -> Iterator[str]:
    given = [
        case.symptoms.free_text,
        case.kratom.note if case.kratom else None,
        *(c.name for c in case.conditions if c.known is None),
        *(c.note for c in case.conditions),
        *(m.reason for m in case.medicines),
        *(s.note for s in case.substances),
        *case.preferences.goals,
        *(t.note for t in case.preferences.tried),
        *(e.note for e in case.earlier),
    ]
    yield from (part for part in given if part)
