"""p of several comparisons at once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import fdtrc, ndtri

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_POINTS = 1024
_CHUNK = 256


def holm(p: Floats) -> Floats:
    """Holm's step-down p along the last axis; NaN stays NaN and counts as a comparison."""
    count = p.shape[-1]
    order = np.argsort(p, axis=-1)
    ranked = np.take_along_axis(p, order, axis=-1) * np.arange(count, 0, -1)
    stepped = np.minimum(np.maximum.accumulate(ranked, axis=-1), 1.0)
    out = np.empty_like(p)
    np.put_along_axis(out, order, stepped, axis=-1)
    return np.where(np.isnan(p), np.nan, out)


def benjamini_hochberg(p: Floats) -> Floats:
    """Step-up p of Benjamini and Hochberg (1995) along the last axis."""
    count = p.shape[-1]
    order = np.argsort(p, axis=-1)[..., ::-1]
    ranked = np.take_along_axis(p, order, axis=-1) * count / np.arange(count, 0, -1)
    stepped = np.minimum(np.minimum.accumulate(ranked, axis=-1), 1.0)
    out = np.empty_like(p)
    np.put_along_axis(out, order, stepped, axis=-1)
    return out


def single_step(t: Floats, correlation: Floats, df: Floats, *, sides: int) -> Floats:
    """Chance that the largest of m correlated t statistics is as large as each one.

    ``t`` (trials, m), ``correlation`` (trials, m, m), ``df`` (trials,). With ``sides`` 1 large
    positive values count. The distance from the centre follows an F distribution exactly; the mean
    over directions is taken on a fixed lattice of 1,024 of them, good to about 0.001.
    """
    trials, m = t.shape
    size = np.abs(t) if sides == 2 else t
    out = np.full((trials, m), np.nan)
    directions = _directions(m)
    if sides == 1:
        directions = np.concatenate([directions, -directions])
    for first in range(0, trials, _CHUNK):
        rows = slice(first, min(first + _CHUNK, trials))
        usable = np.isfinite(t[rows]).all(axis=1) & np.isfinite(df[rows])
        matrices = np.where(usable[:, None, None], correlation[rows], np.eye(m))
        values, vectors = np.linalg.eigh(matrices)
        root = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]
        along = root @ directions.T
        farthest = (np.abs(along) if sides == 2 else along).max(axis=1)[:, None, :]
        asked = size[rows][:, :, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.nan_to_num((asked / farthest) ** 2 / m, nan=0.0, posinf=1e300)
            beyond = fdtrc(float(m), df[rows][:, None, None], ratio)
        # A direction in which every statistic falls meets a negative value from the other end.
        positive = np.where(farthest > 0, beyond, 0.0)
        negative = np.where(farthest >= 0, 1.0, 1.0 - beyond)
        outside = np.where(asked >= 0, positive, negative).mean(axis=2)
        out[rows] = np.where(usable[:, None], outside, np.nan)
    return out


@lru_cache(maxsize=8)
def _directions(m: int) -> Floats:
    """Unit vectors spread evenly: a Kronecker lattice, made normal."""
    base = 2.0
    for _ in range(60):  # the root of x^(m+1) = x + 1 (Roberts 2018)
        base = (1 + base) ** (1 / (m + 1))
    steps = base ** -np.arange(1.0, m + 1)
    points = (0.5 + np.arange(1, _POINTS + 1)[:, None] * steps) % 1.0
    normal = ndtri(np.clip(points, 1e-12, 1 - 1e-12))
    unit: Floats = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    return unit
