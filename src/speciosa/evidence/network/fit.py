"""Effects by generalised least squares, and the variance between trials (tau2).

tau2 is common to all contrasts. Estimators: the generalised method of moments (DL; Jackson, White
and Riley 2013), restricted (REML) and plain (ML) maximum likelihood; its interval is the
generalised Q-profile (Viechtbauer 2007; Jackson 2013).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import brentq, minimize_scalar
from scipy.special import chdtri

if TYPE_CHECKING:
    from speciosa.evidence.network.structure import Floats, Network

METHODS = ("CE", "DL", "REML", "ML")
_GRID = 14
_PRECISION = 1e-13


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Effects against the first treatment (whose own is 0) and their covariance at one tau2."""

    tau2: float
    effects: Floats
    covariance: Floats
    q: float
    residuals: Floats
    leverage: Floats

    def variance_of_differences(self) -> Floats:
        """Variances of all contrasts (treatments, treatments)."""
        own = np.diag(self.covariance)
        return np.maximum(own[:, None] + own[None, :] - 2 * self.covariance, 0.0)


def fit(x: Floats, z: Floats, v: Floats, tau2: float = 0.0) -> Fit:
    """Weighted least squares of rows with variance ``v + tau2``; column 0 of ``x`` is left out."""
    inner = x[:, 1:]
    weights = 1 / (v + tau2)
    weighted = inner * weights[:, None]
    factor = cho_factor(inner.T @ weighted, lower=True)
    covariance = cho_solve(factor, np.eye(inner.shape[1]))
    effects = covariance @ (weighted.T @ z)
    residuals = z - inner @ effects
    # One step of refinement: weights may differ by many orders of magnitude.
    effects = effects + cho_solve(factor, weighted.T @ residuals)
    residuals = z - inner @ effects
    size = x.shape[1]
    full = np.zeros((size, size))
    full[1:, 1:] = (covariance + covariance.T) / 2
    return Fit(
        tau2=tau2,
        effects=np.concatenate([[0.0], effects]),
        covariance=full,
        q=float(weights @ residuals**2),
        residuals=residuals,
        leverage=np.einsum("ri,ij,rj->r", inner, covariance, inner, optimize=True),
    )


def between_trials(network: Network, method: str) -> float:
    """tau2 by one of ``METHODS``; 0 by definition for CE, and where nothing is left to tell it."""
    if method == "CE" or network.df < 1:
        return 0.0
    x, z, v = network.x, network.z, network.v
    common = fit(x, z, v)
    moments = max(0.0, (common.q - network.df) / _expected(v, common.leverage))
    if method == "DL":
        return moments
    return _most_likely(network, moments, restricted=method == "REML")


def _expected(v: Floats, leverage: Floats) -> float:
    """How much Q grows with tau2 under common-effect weights."""
    return float(np.sum(1 / v) - np.sum(leverage / v**2))


def _most_likely(network: Network, start: float, *, restricted: bool) -> float:
    """The highest of the maxima: a grid finds the hill, the slope its top."""
    x, z, v = network.x, network.z, network.v

    def slope(tau2: float) -> float:
        found = fit(x, z, v, tau2)
        weights = 1 / (v + tau2)
        trace = float(np.sum(weights))
        if restricted:
            trace -= float(weights**2 @ found.leverage)
        return float(np.sum((weights * found.residuals) ** 2)) - trace

    def likelihood(tau2: float) -> float:
        found = fit(x, z, v, tau2)
        value = -np.log(v + tau2).sum() - found.q
        if restricted:
            value += np.linalg.slogdet(found.covariance[1:, 1:])[1]
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
    x, z, v = network.x, network.z, network.v

    def bound(tail: float) -> float:
        wanted = float(chdtri(network.df, tail))
        if fit(x, z, v).q <= wanted:
            return 0.0
        high = max(float(np.median(v)), 1e-12)
        while fit(x, z, v, high).q > wanted:
            high *= 4
        found: float = brentq(lambda tau2: fit(x, z, v, tau2).q - wanted, 0.0, high, rtol=1e-10)
        return found

    return bound((1 - level) / 2), bound((1 + level) / 2)
