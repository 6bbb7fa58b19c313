"""Raw arms or published summaries -> effect sizes and their sampling variances."""

from __future__ import annotations

from speciosa.evidence.effect_sizes.compute import Choices, default_measure, effect_sizes
from speciosa.evidence.effect_sizes.counts import ZeroCells, binary
from speciosa.evidence.effect_sizes.means import (
    Correction,
    Sides,
    SmdVariance,
    from_odds_ratio,
    mean_difference,
    standardised_mean_difference,
)
from speciosa.evidence.effect_sizes.table import EffectSizes, Handling, Measure, TwoByTwo

__all__ = [
    "Choices",
    "Correction",
    "EffectSizes",
    "Handling",
    "Measure",
    "Sides",
    "SmdVariance",
    "TwoByTwo",
    "ZeroCells",
    "binary",
    "default_measure",
    "effect_sizes",
    "from_odds_ratio",
    "mean_difference",
    "standardised_mean_difference",
]
