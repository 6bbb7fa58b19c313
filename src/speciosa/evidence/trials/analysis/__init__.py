"""Analyses of simulated trials: each takes a block of trials and gives back one row per trial."""

from __future__ import annotations

from speciosa.evidence.trials.analysis.ancova import ancova
from speciosa.evidence.trials.analysis.inference import interval, one_sided
from speciosa.evidence.trials.analysis.mmrm import Mmrm, Why, mmrm, mmrm_fit

__all__ = ["Mmrm", "Why", "ancova", "interval", "mmrm", "mmrm_fit", "one_sided"]
