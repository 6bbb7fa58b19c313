"""Analyses of simulated trials: each takes a block of trials and gives back one row per trial."""

from __future__ import annotations

from speciosa.evidence.trials.analysis.ancova import ancova
from speciosa.evidence.trials.analysis.crossover import crossover
from speciosa.evidence.trials.analysis.dose_response import (
    DoseResponse,
    dose_response,
    emax,
    exponential,
)
from speciosa.evidence.trials.analysis.inference import interval, one_sided
from speciosa.evidence.trials.analysis.mmrm import Mmrm, Why, mmrm, mmrm_fit
from speciosa.evidence.trials.analysis.multiplicity import benjamini_hochberg, holm
from speciosa.evidence.trials.analysis.n_of_1 import NOf1, n_of_1, n_of_1_fit
from speciosa.evidence.trials.analysis.reference_based import (
    ReferenceBased,
    reference_based,
    reference_based_fit,
)

__all__ = [
    "DoseResponse",
    "Mmrm",
    "NOf1",
    "ReferenceBased",
    "Why",
    "ancova",
    "benjamini_hochberg",
    "crossover",
    "dose_response",
    "emax",
    "exponential",
    "holm",
    "interval",
    "mmrm",
    "mmrm_fit",
    "n_of_1",
    "n_of_1_fit",
    "one_sided",
    "reference_based",
    "reference_based_fit",
]
