"""Primary studies and questions -> pooled and graded effects; what a new study changes."""

from speciosa.evidence.living.answer import Answer, Joined, Rules, answer, gather, sizes
from speciosa.evidence.living.base import answers, pools

__all__ = ["Answer", "Joined", "Rules", "answer", "answers", "gather", "pools", "sizes"]
