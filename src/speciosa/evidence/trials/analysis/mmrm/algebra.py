"""Small dense matrices by plain loops: at these sizes a call to a library costs more than the work.

These functions are compiled: they fill what they are given and return numbers, never raise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speciosa.evidence.trials.analysis.mmrm.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@compiled
def factor(a: Floats, n: int, least: float) -> float:
    """Cholesky factor of the first n rows in place (lower part); log determinant, or NaN.

    NaN where a pivot keeps less than ``least`` of its diagonal: singular to rounding.
    """
    log_determinant = 0.0
    for i in range(n):
        diagonal = a[i, i]
        for j in range(i):
            total = a[i, j]
            for k in range(j):
                total -= a[i, k] * a[j, k]
            a[i, j] = total / a[j, j]
        pivot = diagonal
        for k in range(i):
            pivot -= a[i, k] * a[i, k]
        if not pivot > least * diagonal:
            return np.nan
        a[i, i] = np.sqrt(pivot)
        log_determinant += 2.0 * np.log(a[i, i])
    return log_determinant


@compiled
def inverse(a: Floats, n: int, least: float, out: Floats) -> float:
    """Inverse of a symmetric positive definite matrix; ``a`` is used up; log determinant or NaN."""
    log_determinant = factor(a, n, least)
    if np.isnan(log_determinant):
        return np.nan
    for i in range(n):  # the factor's inverse, in its place
        a[i, i] = 1.0 / a[i, i]
        for j in range(i):
            total = 0.0
            for k in range(j, i):
                total -= a[i, k] * a[k, j]
            a[i, j] = total * a[i, i]
    for i in range(n):
        for j in range(i + 1):
            total = 0.0
            for k in range(i, n):
                total += a[k, i] * a[k, j]
            out[i, j] = total
            out[j, i] = total
    return log_determinant


@compiled
def sandwich(w: Floats, middle: Floats, n: int, work: Floats, out: Floats) -> None:
    """Fill ``out`` with w middle w, for symmetric w."""
    for i in range(n):
        for j in range(n):
            total = 0.0
            for k in range(n):
                total += w[i, k] * middle[k, j]
            work[i, j] = total
    for i in range(n):
        for j in range(n):
            total = 0.0
            for k in range(n):
                total += work[i, k] * w[k, j]
            out[i, j] = total
