"""Mixed model for repeated measures: arm by visit, baseline by visit, restricted likelihood."""

from __future__ import annotations

from speciosa.evidence.trials.analysis.mmrm.model import Mmrm, Why, mmrm, mmrm_fit

__all__ = ["Mmrm", "Why", "mmrm", "mmrm_fit"]
