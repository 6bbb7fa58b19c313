"""How much one study moves the pooled effect (Viechtbauer and Cheung 2010)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import special

from speciosa.evidence.pooling.heterogeneity import Method, estimate
from speciosa.evidence.pooling.intervals import options
from speciosa.evidence.pooling.weighted import Array, data, fit

if TYPE_CHECKING:
    from speciosa.evidence.effect_sizes.table import EffectSizes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Influence:
    """Arrays of shape (k,) in the order of the studies, from the model variance (no Hartung-Knapp).

    ``residual`` is externally studentised; ``influential`` marks a study beyond one of the usual
    limits: abs(DFFITS) > 3 sqrt(1/(k-1)), Cook's distance past the median of chi-squared with 1
    df, or a hat value over 3/k.
    """

    labels: tuple[str, ...]
    residual: Array
    dffits: Array
    cook: Array
    covariance_ratio: Array
    hat: Array
    tau2_without: Array
    q_without: Array
    influential: NDArray[np.bool_]


def influence(sizes: EffectSizes, *, method: Method = "REML") -> Influence:
    """Case diagnostics of the intercept-only model. Raises ValueError with under three studies."""
    options(method, None, 0.95)
    k = len(sizes.labels)
    if k < 3:
        raise ValueError("influence needs at least three studies")
    whole, without = data(sizes.yi, sizes.vi), data(sizes.yi, sizes.vi, members=1.0 - np.eye(k))
    full = fit(whole, estimate(whole, method).used)
    tau2 = estimate(without, method).used
    left = fit(without, tau2)
    column = float(whole.to_columns[0, 0])
    moved = (full.coefficients[0, 0] - left.coefficients[:, 0]) * column
    variance = full.covariance[0, 0, 0] * column**2
    variance_left = left.covariance[:, 0, 0] * column**2
    hat = full.w[0] / full.w[0].sum()
    own = whole.v + tau2
    dffits = moved / np.sqrt(hat * own)
    cook = moved**2 / variance
    limit = 3 * math.sqrt(1 / (k - 1))
    return Influence(
        labels=sizes.labels,
        residual=np.diagonal(left.residuals) / np.sqrt(own + variance_left),
        dffits=dffits,
        cook=cook,
        covariance_ratio=variance_left / variance,
        hat=hat,
        tau2_without=tau2 * whole.scale**2,
        q_without=fit(without, np.zeros(k)).q,
        influential=(np.abs(dffits) > limit) | (special.chdtrc(1, cook) < 0.5) | (hat > 3 / k),
    )
