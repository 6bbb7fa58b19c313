"""Kendall's rank correlation without a statistics package at run time."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from speciosa.evidence.pooling.weighted import Array

# Without ties the null distribution is counted exactly below this many pairs of values.
EXACT_BELOW = 200


def kendall(x: Array, y: Array) -> tuple[float, float, bool]:
    """tau-b, its two-sided p, and whether p is exact; tau 0 and p 1 where one side is constant."""
    n = x.size
    signs = np.sign(x[:, None] - x) * np.sign(y[:, None] - y)
    score = float(np.triu(signs, 1).sum())
    pairs = n * (n - 1) / 2
    ties_x, ties_y = _ties(x), _ties(y)
    free_x, free_y = pairs - (ties_x * (ties_x - 1)).sum() / 2, pairs - _pairs(ties_y)
    if free_x <= 0 or free_y <= 0:
        return 0.0, 1.0, False
    tau = score / math.sqrt(free_x * free_y)
    if n < EXACT_BELOW and free_x == free_y == pairs:
        return tau, _exact(n, score), True
    return tau, _normal(n, score, ties_x, ties_y), False


def _ties(values: Array) -> Array:
    return np.unique(values, return_counts=True)[1].astype(np.float64)


def _pairs(ties: Array) -> float:
    return float((ties * (ties - 1)).sum() / 2)


def _exact(n: int, score: float) -> float:
    """Share of all orders with a score as far from 0, by counting inversions."""
    counts = np.ones(1)
    for m in range(2, n + 1):
        # One more value adds 0 to m - 1 inversions: a moving sum of m terms.
        total = np.cumsum(np.append(counts, np.zeros(m - 1)))
        counts = (total - np.append(np.zeros(m), total[:-m])[: total.size]) / m
    at = round((n * (n - 1) / 2 - abs(score)) / 2)
    return min(1.0, 2 * float(counts[: at + 1].sum()))


def _normal(n: int, score: float, ties_x: Array, ties_y: Array) -> float:
    def third(t: Array) -> float:
        return float((t * (t - 1) * (t - 2)).sum())

    def fifth(t: Array) -> float:
        return float((t * (t - 1) * (2 * t + 5)).sum())

    two, three = n * (n - 1.0), n * (n - 1.0) * max(n - 2.0, 1.0)
    variance = (two * (2 * n + 5) - fifth(ties_x) - fifth(ties_y)) / 18
    variance += 2 * _pairs(ties_x) * _pairs(ties_y) / two
    variance += third(ties_x) * third(ties_y) / (9 * three)
    return float(2 * special.ndtr(-abs(score) / math.sqrt(variance)))
