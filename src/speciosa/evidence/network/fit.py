"""Effects by generalised least squares, and the variance between trials (tau2).

tau2 is common to all contrasts. Estimators: the generalised method of moments (DL; Jackson, White
and Riley 2013), restricted (REML) and plain (ML) maximum likelihood; its interval is the
generalised Q-profile (Viechtbauer 2007; Jackson 2013).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg.lapack import dpotrf, dtrtri
from scipy.optimize import brentq, minimize_scalar
from scipy.special import chdtri

from speciosa.errors import InputError, InputProblem

if TYPE_CHECKING:
    from speciosa.evidence.network.rows import Floats, Rows
    from speciosa.evidence.network.structure import Network

METHODS = ("CE", "DL", "REML", "ML")
_GRID = 14
_PRECISION = 1e-13


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Effects against the first treatment (whose own is 0) and their covariance at one tau2.

    ``log_determinant`` is that of the covariance without the first treatment.
    """

    tau2: float
    effects: Floats
    covariance: Floats
    log_determinant: float
    q: float
    residuals: Floats
    leverage: Floats

    def variance_of_differences(self) -> Floats:
        """Variances of all contrasts (treatments, treatments)."""
        own = np.diag(self.covariance)
        return np.maximum(own[:, None] + own[None, :] - 2 * self.covariance, 0.0)


def fit(rows: Rows, tau2: float = 0.0) -> Fit:
    """Weighted least squares of rows with variance ``v + tau2``.

    Raises ``InputError`` where rounding swamps the surest trials.
    """
    weights = 1 / (rows.v + tau2)
    lower, failed = dpotrf(rows.information(weights), lower=1, clean=1)
    if failed:
        accepted = "trials of one unit: none millions of times as sure as another"
        raise InputError(
            [InputProblem("network", "variances too far apart to be weighed", accepted)]
        )
    # Not dpotri: it starts threads for small matrices too, and waits for them when cores are busy.
    inverse, _ = dtrtri(lower, lower=1)
    covariance = inverse.T @ inverse
    effects = covariance @ rows.transposed_times(weights * rows.z)
    # One step of refinement: weights may differ by many orders of magnitude.
    residuals = rows.z - rows.times(effects)
    effects = effects + covariance @ rows.transposed_times(weights * residuals)
    residuals = rows.z - rows.times(effects)
    full = np.zeros((rows.columns + 1, rows.columns + 1))
    full[1:, 1:] = covariance
    return Fit(
        tau2=tau2,
        effects=np.concatenate([[0.0], effects]),
        covariance=full,
        log_determinant=-2 * float(np.log(np.diag(lower)).sum()),
        q=float(np.sum(weights * residuals**2)),
        residuals=residuals,
        leverage=rows.quadratic(covariance),
    )


def between_trials(network: Network, method: str) -> float:
    """tau2 by one of ``METHODS``; 0 by definition for CE, and where nothing is left to tell it."""
    if method == "CE" or network.df < 1:
        return 0.0
    v = network.v
    common = fit(network.rows)
    growth = _expected(v, common.leverage)
    # Rounding leaves nothing of it where one trial is millions of times as sure as the others.
    moments = max(0.0, (common.q - network.df) / growth) if growth > 0 else 0.0
    if method == "DL":
        return moments
    return _most_likely(network, moments, restricted=method == "REML")


def _expected(v: Floats, leverage: Floats) -> float:
    """How much Q grows with tau2 under common-effect weights."""
    return float(np.sum(1 / v) - np.sum(leverage / v**2))


def _most_likely(network: Network, start: float, *, restricted: bool) -> float:
    """The highest of the maxima: a grid finds the hill, the slope its top."""
    rows, v = network.rows, network.v

    def slope(tau2: float) -> float:
        found = fit(rows, tau2)
        weights = 1 / (v + tau2)
        trace = float(np.sum(weights))
        if restricted:
            trace -= float(weights**2 @ found.leverage)
        return float(np.sum((weights * found.residuals) ** 2)) - trace

    def likelihood(tau2: float) -> float:
        found = fit(rows, tau2)
        value = -np.log(v + tau2).sum() - found.q
        if restricted:
            value += found.log_determinant
        return float(value)

    unit = max(start, float(np.median(v)))
    grid = [0.0, *(float(t) for t in np.geomspace(unit * 1e-4, unit * 30, _GRID))]
    best = int(np.argmax([likelihood(tau2) for tau2 in grid]))
    rising = slope(grid[best]) > 0
    low = grid[best if rising else max(best - 1, 0)]
    high = grid[min(best + 1, _GRID) if rising else best]
    while rising and slope(high) > 0:
        high *= 10
    if best == 0 and not rising:
        return 0.0
    if slope(low) <= 0:
        # Two hills in one step of the grid: look for the higher point itself.
        return float(minimize_scalar(lambda t: -likelihood(t), bounds=(low, high)).x)
    top: float = brentq(slope, low, high, xtol=_PRECISION, rtol=1e-12)
    return top


def interval_of_tau2(network: Network, level: float) -> tuple[float, float] | None:
    """Generalised Q-profile; ``None`` where no degrees of freedom are left."""
    if network.df < 1:
        return None
    rows, v = network.rows, network.v

    def bound(tail: float) -> float:
        wanted = float(chdtri(network.df, tail))
        if fit(rows).q <= wanted:
            return 0.0
        high = max(float(np.median(v)), 1e-12)
        while fit(rows, high).q > wanted:
            high *= 4
        found: float = brentq(lambda tau2: fit(rows, tau2).q - wanted, 0.0, high, rtol=1e-10)
        return found

    return bound((1 - level) / 2), bound((1 + level) / 2)
