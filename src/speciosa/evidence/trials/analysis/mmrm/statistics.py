# Compiled code takes no keywords and pays for every call: long argument lists and loops are meant.
# ruff: noqa: PLR0913, PLR0917
"""What the likelihood needs of a trial: for each pattern of observed visits, counts and products.

The cost of an iteration depends on the number of patterns, never on the number of people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speciosa.evidence.trials.analysis.mmrm.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


@compiled
def patterns(y: Floats) -> tuple[Integers, Integers, Integers]:
    """Visits observed by anybody, the pattern of each subject (-1: none), and pattern codes."""
    subjects, visits = y.shape
    seen = np.zeros(visits, np.bool_)
    bits = np.zeros(subjects, np.int64)
    for i in range(subjects):
        for j in range(visits):
            if not np.isnan(y[i, j]):
                seen[j] = True
                bits[i] |= 1 << j
    active = np.flatnonzero(seen)
    slot = np.full(1 << visits, -1, np.int64)
    codes = np.zeros(subjects, np.int64)
    of = np.full(subjects, -1, np.int64)
    count = 0
    for i in range(subjects):
        if bits[i] == 0:
            continue
        if slot[bits[i]] < 0:
            slot[bits[i]] = count
            codes[count] = bits[i]
            count += 1
        of[i] = slot[bits[i]]
    return active, of, codes[:count]


@compiled
def products(
    y: Floats,
    x: Floats,
    of: Integers,
    codes: Integers,
    active: Integers,
    centre: Floats,
) -> tuple[Floats, NDArray[np.bool_], Floats, Floats, Floats]:
    """Per pattern: people, visits seen, x'x, x'y, y'y (y less ``centre``; 0 where unseen)."""
    subjects, p = x.shape
    n_patterns, visits = codes.size, active.size
    n = np.zeros(n_patterns)
    seen = np.zeros((n_patterns, visits), np.bool_)
    for o in range(n_patterns):
        for j in range(visits):
            seen[o, j] = (codes[o] >> active[j]) & 1
    xx = np.zeros((n_patterns, p, p))
    xy = np.zeros((n_patterns, p, visits))
    yy = np.zeros((n_patterns, visits, visits))
    row = np.zeros(visits)
    for i in range(subjects):
        o = of[i]
        if o < 0:
            continue
        n[o] += 1.0
        for j in range(visits):
            row[j] = y[i, active[j]] - centre[j] if seen[o, j] else 0.0
        for a in range(p):
            for b in range(p):
                xx[o, a, b] += x[i, a] * x[i, b]
            for j in range(visits):
                xy[o, a, j] += x[i, a] * row[j]
        for j in range(visits):
            for k in range(visits):
                yy[o, j, k] += row[j] * row[k]
    return n, seen, xx, xy, yy
