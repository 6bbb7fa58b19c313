"""Analyses of simulated trials: each takes a block of trials and gives back one row per trial."""

from __future__ import annotations

from speciosa.evidence.trials.analysis.ancova import ancova
from speciosa.evidence.trials.analysis.inference import interval, one_sided

__all__ = ["ancova", "interval", "one_sided"]
