"""The thresholds of automated GRADE signals and the assumed risks, each a fact with its source."""

from __future__ import annotations

from speciosa.errors import KnowledgeError
from speciosa.knowledge.evidence.record import Record
from speciosa.knowledge.fact import Fact


class Grading(Record, frozen=True, kw_only=True):
    """``thresholds`` decide signals; ``assumed`` turn relative effects into absolute terms.

    ``scales`` hold the lowest and highest score of known scales; the subject is the scale.
    """

    thresholds: tuple[Fact, ...]
    assumed: tuple[Fact, ...]
    scales: tuple[Fact, ...] = ()

    def scale(self, name: str) -> tuple[float, float] | None:
        """Lowest and highest score of a scale, ``None`` where they are not known."""
        for fact in self.scales:
            if fact.subject == name and fact.low is not None and fact.high is not None:
                return fact.low, fact.high
        return None

    def threshold(self, name: str) -> float:
        """The number of one threshold. Raises ``KnowledgeError`` for an unknown name."""
        for fact in self.thresholds:
            if fact.id == f"evidence/grading/{name}":
                return fact.number
        raise KnowledgeError(f"no threshold of grading is called {name}")
