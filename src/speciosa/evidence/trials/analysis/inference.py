"""From estimates, standard errors and degrees of freedom to what a block of trials gives back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from speciosa.evidence.trials.data import Fits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]


def two_sided(t: Floats, df: Floats) -> Floats:
    """Two-sided p of a t statistic; infinite degrees of freedom are the normal distribution."""
    finite = np.isfinite(df)
    p: Floats = special.stdtr(np.where(finite, df, 1.0), -np.abs(t))
    return 2 * np.where(finite, p, special.ndtr(-np.abs(t)))


def quantile(probability: float, df: Floats) -> Floats:
    """Quantile of the t distribution; infinite degrees of freedom are the normal distribution."""
    finite = np.isfinite(df)
    t: Floats = special.stdtrit(np.where(finite, df, 1.0), probability)
    return np.where(finite, t, special.ndtri(probability))


def one_sided(fits: Fits, *, margin: float = 0.0) -> Floats:
    """One-sided p against an arm worse than control by ``margin`` points or more."""
    with np.errstate(invalid="ignore", divide="ignore"):
        t = (fits.estimate - margin) / fits.se
    finite = np.isfinite(fits.df)
    p = special.stdtr(np.where(finite, fits.df, 1.0), t)
    return np.where(np.isnan(fits.df), np.nan, np.where(finite, p, special.ndtr(t)))


def interval(fits: Fits, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Two-sided confidence interval, (low, high)."""
    half = quantile(0.5 + level / 2, fits.df) * fits.se
    return fits.estimate - half, fits.estimate + half


def fits(estimate: Floats, se: Floats, df: Floats, good: Flags) -> Fits:
    """Put a block together; what is not ``good`` becomes NaN and is marked as not converged."""
    with np.errstate(invalid="ignore", divide="ignore"):
        usable = good & np.isfinite(estimate) & (se > 0) & (df > 0)
        estimate, se, df = (np.where(usable, values, np.nan) for values in (estimate, se, df))
        p = two_sided(estimate / se, df)
    return Fits(estimate=estimate, se=se, df=df, p=p, converged=usable)
