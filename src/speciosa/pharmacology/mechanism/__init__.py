"""Concentration to occupancy at receptors, monoamine targets and the hERG channel."""

from __future__ import annotations

from speciosa.pharmacology.mechanism.assess import assess

__all__ = ["assess"]
