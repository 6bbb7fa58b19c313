"""The thresholds of follow-up, each a fact of the knowledge base."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speciosa.errors import KnowledgeError

if TYPE_CHECKING:
    from speciosa.knowledge import Knowledge


def number(knowledge: Knowledge, key: str) -> float:
    """A threshold (``care/outcomes/<key>``). Raises ``KnowledgeError`` where it is not on file."""
    value = knowledge.care.outcome_number(key)
    if value is None:
        raise KnowledgeError(f"care/outcomes/{key} is not on file")
    return value


def days(knowledge: Knowledge, key: str) -> int:
    """A threshold in whole days or as a count."""
    return int(number(knowledge, key))


def unsettled_days(knowledge: Knowledge) -> int:
    """Days after less kratom in which totals can still show withdrawal."""
    window = knowledge.instruments.use_disorder.scores_unsettled
    if window.high is None:
        raise KnowledgeError("how long scores are unsettled after kratom is not on file")
    return int(window.high)
