"""Generalised least squares with autocorrelated errors whose strength is not known.

The correlation of two totals falls with the days between them: ``rho ** (days / 7)``. Few totals
cannot tell ``rho``, so an interval is the union over every ``rho`` in a range. With the true value
inside that range, the union covers at least as often as the interval at the true value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

GRID = 15
TWO_SIDED = 0.975
# Half the 99 % point of chi-square with one degree of freedom.
LIKELIHOOD_DROP = float(special.chdtri(1, 0.01)) / 2
DAYS_A_WEEK = 7.0


class Fit(NamedTuple):
    """One coefficient at one autocorrelation."""

    rho: float
    value: float
    se: float
    df: int
    log_reml: float


class Range(NamedTuple):
    """A coefficient over a range of autocorrelations: likeliest value and united 95 % interval."""

    value: float
    low: float
    high: float
    rho_low: float
    rho_high: float


def fit(  # noqa: PLR0913 - a regression and one autocorrelation
    days: Floats, y: Floats, x: Floats, column: int, *, rho: float, floor: float = 0.0
) -> Fit:
    """Fit ``y`` on the columns of ``x`` at one autocorrelation a week.

    ``floor`` is a standard deviation in points below which the residual one is never taken
    (measurement error). Raises ``numpy.linalg.LinAlgError`` where the columns depend on each other.
    """
    n, p = x.shape
    df = n - p
    correlation = np.eye(n) if rho <= 0 else rho ** (np.abs(days[:, None] - days) / DAYS_A_WEEK)
    root = np.linalg.cholesky(correlation)
    white_x, white_y = np.linalg.solve(root, x), np.linalg.solve(root, y)
    normal = white_x.T @ white_x
    inverse = np.linalg.inv(normal)
    beta = inverse @ (white_x.T @ white_y)
    rss = float(np.sum((white_y - white_x @ beta) ** 2))
    spread = max(rss / df, floor**2)
    log_det = 2 * float(np.sum(np.log(np.diag(root))))
    log_reml = -0.5 * (
        df * np.log(spread) + rss / spread + log_det + float(np.linalg.slogdet(normal)[1])
    )
    se = float(np.sqrt(spread * inverse[column, column]))
    return Fit(rho, float(beta[column]), se, df, float(log_reml))


def united(  # noqa: PLR0913 - a regression and the range of what it does not know
    days: Sequence[float],
    y: Sequence[float],
    x: Floats,
    column: int,
    *,
    rho_highest: float,
    floor: float = 0.0,
    learn: bool = False,
) -> Range:
    """One coefficient with the union of its 95 % intervals over ``0 <= rho <= rho_highest``.

    ``learn`` leaves out values of ``rho`` that the restricted likelihood rejects at the 1 % level.
    """
    at, totals = np.asarray(days, dtype=float), np.asarray(y, dtype=float)
    fits = [
        fit(at, totals, x, column, rho=float(rho), floor=floor)
        for rho in np.linspace(0.0, rho_highest, GRID)
    ]
    best = max(fits, key=lambda f: f.log_reml)
    if learn:
        kept = [f for f in fits if best.log_reml - f.log_reml <= LIKELIHOOD_DROP]
        # One step beyond each end: the grid must not cut off what lies between two values.
        first, last = fits.index(kept[0]), fits.index(kept[-1])
        fits = fits[max(0, first - 1) : last + 2]
    t = float(special.stdtrit(best.df, TWO_SIDED))
    return Range(
        value=best.value,
        low=min(f.value - t * f.se for f in fits),
        high=max(f.value + t * f.se for f in fits),
        rho_low=fits[0].rho,
        rho_high=fits[-1].rho,
    )


def paired(differences: Sequence[float], *, floor: float = 0.0) -> tuple[float, float, float]:
    """Mean of paired differences with its 95 % t interval; ``floor`` as the SD of one of them."""
    d = np.asarray(differences, dtype=float)
    mean = float(d.mean())
    spread = max(float(d.std(ddof=1)), floor)
    half = float(special.stdtrit(d.size - 1, TWO_SIDED)) * spread / d.size**0.5
    return mean, mean - half, mean + half
