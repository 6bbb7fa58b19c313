"""Exponentials of many small matrices at once.

Shifted scaling and squaring: exp(M) = exp(-s) exp(M + s I), with s so large that no diagonal entry
of M + s I is negative. A compartment matrix (no negative entry off its diagonal) then meets
additions and products of non-negative numbers alone: nothing cancels, every entry of the result is
non-negative, and each keeps its own relative precision. Any other matrix is right in norm.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# The Taylor series to degree 16 leaves less than 1e-17 at norms to 0.7; four of its terms at a time
# (Paterson and Stockmeyer 1973) take six products.
_DEGREE, _BLOCK, _LARGEST_NORM = 16, 4, 0.7


def exponential(matrices: Array) -> Array:
    """``exp`` of each matrix of (matrices, n, n). No result depends on the other matrices."""
    n = matrices.shape[-1]
    identity = np.eye(n)
    diagonal = np.einsum("sii->si", matrices)
    shift = np.maximum(-diagonal, 0.0).max(axis=1, initial=0.0)
    shifted = matrices + shift[:, None, None] * identity
    norm = np.abs(shifted).sum(axis=2).max(axis=1, initial=0.0)
    # frexp gives the smallest power of two above a number, exactly.
    halvings = np.maximum(np.frexp(norm / _LARGEST_NORM)[1], 0)
    scaled = np.ldexp(shifted, -halvings[:, None, None])
    found: Array = _series(scaled) * np.exp(-np.ldexp(shift, -halvings))[:, None, None]
    for done in range(int(halvings.max(initial=0))):
        unfinished = halvings > done
        if unfinished.all():
            found = found @ found
        else:
            part = found[unfinished]
            found[unfinished] = part @ part
    return found


def _series(matrices: Array) -> Array:
    """The Taylor series of ``exp``, highest powers first."""
    powers = [np.broadcast_to(np.eye(matrices.shape[-1]), matrices.shape), matrices]
    for _ in range(2, _BLOCK + 1):
        powers.append(powers[-1] @ matrices)
    total = powers[0] / math.factorial(_DEGREE)
    for first in range(_DEGREE - _BLOCK, -1, -_BLOCK):
        total = total @ powers[_BLOCK]
        for k in range(_BLOCK):
            total += powers[k] / math.factorial(first + k)
    return total
