"""Cluster-robust variance CR2 with Satterthwaite's degrees of freedom (Tipton 2015).

Bias-reduced linearisation of Bell and McCaffrey, with the inverse of a working covariance as the
weight: right on average whatever the true dependence within a study, also with few studies.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from speciosa.evidence.pooling.aggregate import clusters
from speciosa.evidence.pooling.heterogeneity import Method, estimate
from speciosa.evidence.pooling.intervals import Inference, inference, options
from speciosa.evidence.pooling.weighted import Array, data

if TYPE_CHECKING:
    from speciosa.evidence.effect_sizes.table import EffectSizes


@dataclass(frozen=True, slots=True, kw_only=True)
class Robust:
    """A coefficient with its robust interval; ``warning`` where the degrees of freedom are few."""

    name: str
    clusters: int
    result: Inference
    warning: str


def robust(sizes: EffectSizes, *, method: Method = "REML", level: float = 0.95) -> Robust:
    """The pooled effect with every effect weighted as if independent, and a CR2 interval.

    Raises ValueError with fewer than two studies.
    """
    options(method, None, level)
    names, code, _ = clusters(sizes.cluster)
    of = data(sizes.yi, sizes.vi)
    total = sizes.vi + float(estimate(of, method).used[0]) * of.scale**2
    blocks = [np.flatnonzero(code == j) for j in range(len(names))]
    return cluster_robust(
        sizes.yi, np.ones((total.size, 1)), blocks, [np.diag(total[b]) for b in blocks],
        names=("effect",), level=level,
    )[0]  # fmt: skip


def cluster_robust(  # noqa: PLR0913 -- the data of one model
    y: Array,
    x: Array,
    blocks: list[NDArray[np.intp]],
    working: list[Array],
    *,
    names: tuple[str, ...],
    level: float,
) -> tuple[Robust, ...]:
    """CR2 for every column of ``x``; ``working`` is the working covariance of each block.

    Raises ValueError with fewer than two blocks.
    """
    if len(blocks) < 2:
        raise ValueError("a robust variance needs at least two studies")
    weights = [np.linalg.inv(block) for block in working]
    information = sum(x[b].T @ w @ x[b] for b, w in zip(blocks, weights, strict=True))
    bread = np.asarray(np.linalg.inv(information), dtype=np.float64)
    right = sum(x[b].T @ w @ y[b] for b, w in zip(blocks, weights, strict=True))
    values = bread @ right
    # Columns of each study's influence on the coefficients, adjusted: shape (n_j, p).
    reach = [
        _adjustment(phi, x[b], bread).T @ w @ x[b] @ bread
        for b, w, phi in zip(blocks, weights, working, strict=True)
    ]
    scores = np.array([g.T @ (y[b] - x[b] @ values) for b, g in zip(blocks, reach, strict=True)])
    variance = (scores**2).sum(axis=0)
    out = []
    for column, name in enumerate(names):
        pulls = np.array([g[:, column] @ x[b] for b, g in zip(blocks, reach, strict=True)])
        own = np.array(
            [g[:, column] @ phi @ g[:, column] for g, phi in zip(reach, working, strict=True)]
        )
        products = np.diag(own) - pulls @ bread @ pulls.T
        df = float(np.trace(products) ** 2 / (products**2).sum())
        result = inference(float(values[column]), math.sqrt(float(variance[column])), df, level)
        warning = (
            f"Only {df:.1f} degrees of freedom: below four the robust interval is unreliable."
            if df < 4
            else ""
        )
        out.append(Robust(name=name, clusters=len(blocks), result=result, warning=warning))
    return tuple(out)


def _adjustment(phi: Array, x: Array, bread: Array) -> Array:
    """The matrix that makes the expected square of the residuals right under the working model."""
    upper = np.linalg.cholesky(phi).T
    values, vectors = np.linalg.eigh(upper @ (phi - x @ bread @ x.T) @ upper.T)
    kept = values > 1e-12 * max(float(values.max()), 1e-300)
    root = (vectors[:, kept] / np.sqrt(values[kept])) @ vectors[:, kept].T
    return np.asarray(upper.T @ root @ upper, dtype=np.float64)
