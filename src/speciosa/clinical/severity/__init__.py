"""Severity: scores, daily life, change over time, and how far a screen can carry a diagnosis.

``score`` needs plain numbers only, so that the command line starts fast: nothing here imports the
case model at run time.
"""

from speciosa.clinical.severity.room import assess
from speciosa.clinical.severity.scoring import score

__all__ = ["assess", "score"]
