"""The thresholds of automated GRADE signals and the assumed risks, each a fact with its source."""

from __future__ import annotations

from speciosa.errors import KnowledgeError
from speciosa.knowledge.evidence.record import Record
from speciosa.knowledge.fact import Fact


class Grading(Record, frozen=True, kw_only=True):
    """``thresholds`` decide signals; ``assumed`` turn relative effects into absolute terms."""

    thresholds: tuple[Fact, ...]
    assumed: tuple[Fact, ...]

    def threshold(self, name: str) -> float:
        """The number of one threshold. Raises ``KnowledgeError`` for an unknown name."""
        for fact in self.thresholds:
            if fact.id == f"evidence/grading/{name}":
                return fact.number
        raise KnowledgeError(f"no threshold of grading is called {name}")
