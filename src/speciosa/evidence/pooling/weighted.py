"""Weighted least squares of effect sizes, for many subsets of the studies at once.

Every model here is ``y ~ N(X b, diag(v + tau2))``. A *row* is one fit: the whole set, the set
without one study, the first so many studies, a subgroup. ``members`` says with 0 or 1 which studies
a row uses, so leave-one-out and cumulative pooling are one computation with the pool itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Beyond so many powers of ten between sampling variances, squares of weights are no numbers.
_WIDEST = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """Effect sizes scaled to a typical standard error near one, with an orthonormal model matrix.

    ``scale`` is a power of two, so that scaling loses nothing. ``to_columns`` turns coefficients of
    the orthonormal basis into those of the columns as given.
    """

    y: Array
    v: Array
    basis: Array
    to_columns: Array
    members: Array
    scale: float

    @property
    def rows(self) -> int:
        """How many fits."""
        return int(self.members.shape[0])

    @property
    def p(self) -> int:
        """How many coefficients."""
        return int(self.basis.shape[1])

    @property
    def k(self) -> Array:
        """How many studies in each fit."""
        return np.asarray(self.members.sum(axis=1), dtype=np.float64)

    def take(self, rows: NDArray[np.intp]) -> Data:
        """The same data for some of the fits."""
        return Data(self.y, self.v, self.basis, self.to_columns, self.members[rows], self.scale)


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Weights, residuals and coefficients (orthonormal basis) of each row."""

    w: Array
    residuals: Array
    coefficients: Array
    covariance: Array

    @property
    def q(self) -> Array:
        """Weighted sum of squared residuals, shape (rows,)."""
        return np.asarray((self.w * self.residuals**2).sum(axis=1), dtype=np.float64)


def data(y: Array, v: Array, x: Array | None = None, members: Array | None = None) -> Data:
    """Scale and orthonormalise. Raises ValueError where columns of ``x`` depend on one another."""
    y, v = np.asarray(y, dtype=np.float64), np.asarray(v, dtype=np.float64)
    if y.ndim != 1 or y.shape != v.shape or y.size == 0:
        raise ValueError("effect sizes and variances must be two lists of one length, not empty")
    if not (np.isfinite(y).all() and np.isfinite(v).all()):
        raise ValueError("effect sizes and variances must be finite numbers")
    if (v <= 0).any():
        raise ValueError("sampling variances must be above zero")
    if np.ptp(np.log10(v)) > _WIDEST:
        raise ValueError(
            f"sampling variances from {v.min():.3g} to {v.max():.3g} are too far apart to weigh"
        )
    x = np.ones((y.size, 1)) if x is None else np.asarray(x, dtype=np.float64)
    norms = np.linalg.norm(x, axis=0)
    if (norms == 0).any():
        raise ValueError("a column of the model is zero in every study")
    basis, upper = np.linalg.qr(x / norms)
    if x.shape[1] > y.size or np.abs(np.diag(upper)).min() < 1e-10:
        raise ValueError("the columns of the model depend on one another")
    scale = float(2.0 ** np.round(0.5 * np.log2(np.median(v))))
    return Data(
        y=y / scale,
        v=v / scale / scale,
        basis=basis,
        to_columns=np.linalg.inv(upper) / norms[:, None],
        members=np.ones((1, y.size)) if members is None else np.asarray(members, dtype=np.float64),
        scale=scale,
    )


def fit(of: Data, tau2: Array, rows: NDArray[np.intp] | None = None) -> Fit:
    """Generalised least squares of each row at its own between-study variance."""
    members = of.members if rows is None else of.members[rows]
    return solve(of, members / (of.v + np.asarray(tau2)[:, None]))


def solve(of: Data, w: Array) -> Fit:
    """Least squares with these weights, shape (rows, studies)."""
    p = of.p
    information = crossed(of, w)
    right = w @ (of.basis * of.y[:, None])
    covariance = np.asarray(
        1.0 / information if p == 1 else np.linalg.inv(information), dtype=np.float64
    )
    coefficients = (covariance @ right[:, :, None])[:, :, 0]
    residuals = of.y - coefficients @ of.basis.T
    return Fit(w, residuals, coefficients, covariance)


def crossed(of: Data, w: Array) -> Array:
    """``X' diag(w) X`` of each row, shape (rows, p, p)."""
    p = of.p
    outer = (of.basis[:, :, None] * of.basis[:, None, :]).reshape(-1, p * p)
    return np.asarray(w @ outer, dtype=np.float64).reshape(-1, p, p)


def trace_p(of: Data, got: Fit) -> Array:
    """Trace of ``P = W - W X (X'WX)^-1 X'W``, shape (rows,)."""
    inner = np.einsum("rij,rji->r", got.covariance, crossed(of, got.w**2))
    return np.asarray(got.w.sum(axis=1) - inner, dtype=np.float64)
