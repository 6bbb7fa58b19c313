"""From the analysis scale to what a reader wants to see."""

from __future__ import annotations

import math

from speciosa.evidence.pooling.distributions import z_quantile

_LARGEST = 700.0


def exp_of(value: float | None, ratio: bool) -> float | None:
    """A logarithm as the ratio it is; None for other measures and where it would overflow."""
    if value is None or not ratio or value > _LARGEST:
        return None
    return math.exp(value)


def finite(value: float | None) -> float | None:
    """A number, or None for one that is not finite: JSON has no word for it."""
    return value if value is not None and math.isfinite(value) else None


def half_width(se: float, level: float) -> float:
    """Half of the normal interval of one study."""
    return z_quantile(level) * se
