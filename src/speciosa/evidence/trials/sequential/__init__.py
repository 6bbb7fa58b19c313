"""Interim looks: boundaries, power, monitoring, and estimates after stopping.

The test statistic of look k is Z(k), with Z(k) sqrt(t(k)) a Brownian motion seen at the information
fractions t(k); ``drift`` is its mean at full information. Z is positive where the arm is better.
"""

from __future__ import annotations

from speciosa.evidence.trials.sequential.after import (
    Estimate,
    Estimates,
    after_stopping,
    after_stopping_many,
    repeated_interval,
    stagewise_p,
)
from speciosa.evidence.trials.sequential.boundaries import Boundaries, boundaries
from speciosa.evidence.trials.sequential.monitor import Decisions, decide
from speciosa.evidence.trials.sequential.power import Operating, drift_for, operating

__all__ = [
    "Boundaries",
    "Decisions",
    "Estimate",
    "Estimates",
    "Operating",
    "after_stopping",
    "after_stopping_many",
    "boundaries",
    "decide",
    "drift_for",
    "operating",
    "repeated_interval",
    "stagewise_p",
]
