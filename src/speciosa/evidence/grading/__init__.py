"""GRADE: signals and recorded judgements -> certainty; relative effects -> absolute terms."""

from speciosa.evidence.grading.absolute import Controls, Shown, furukawa, number_needed, summary
from speciosa.evidence.grading.body import Body, Piece
from speciosa.evidence.grading.judge import domains, reason
from speciosa.evidence.grading.signals import Signal, signals

__all__ = [
    "Body",
    "Controls",
    "Piece",
    "Shown",
    "Signal",
    "domains",
    "furukawa",
    "number_needed",
    "reason",
    "signals",
    "summary",
]
