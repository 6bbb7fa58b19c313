# Compiled code takes no keywords and pays for every call: long argument lists and loops are meant.
# ruff: noqa: PLR0912, PLR0913, PLR0917
"""The restricted likelihood of one trial, its gradient and its information.

For people of pattern o with design x (one row per person, the same for every visit), W the inverse
of their part of the covariance (0 elsewhere) and B the coefficients (columns of x by visits):

    H = sum W (x) x'x       information of the coefficients, C its inverse
    R = residual products   K = what the uncertainty of B adds, both visits by visits
    G = 1/2 sum W (R + K) W - n W     gradient for the covariance as a symmetric matrix

With E the direction of one element of the covariance (Gilmour, Thompson and Cullis 1995; Searle,
Casella and McCulloch 1992, section 6.6):

    expected info   1/2 sum n tr(EWE'W) - sum tr(EWE'U) + 1/2 tr(C H_E C H_E'),  U = W K W
    observed info   2 average - expected
    average info    1/2 (sum tr(EWE'Q) - u_E' C u_E'),  Q = W R W
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speciosa.evidence.trials.analysis.mmrm.algebra import inverse, sandwich
from speciosa.evidence.trials.analysis.mmrm.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

SINGULAR = 1e-11  # the share of a pivot that rounding can leave of nothing


@compiled
def weights(sigma: Floats, n: Floats, seen: Flags, w: Floats) -> float:
    """Fill W of every pattern; the sum of log determinants, or NaN if sigma is not positive."""
    visits = sigma.shape[0]
    part = np.zeros((visits, visits))
    inverted = np.zeros((visits, visits))
    where = np.zeros(visits, np.int64)
    total = 0.0
    for o in range(n.size):
        m = 0
        for j in range(visits):
            if seen[o, j]:
                where[m] = j
                m += 1
        for j in range(m):
            for k in range(m):
                part[j, k] = sigma[where[j], where[k]]
        log_determinant = inverse(part, m, 0.0, inverted)
        if np.isnan(log_determinant):
            return np.nan
        total += n[o] * log_determinant
        w[o, :, :] = 0.0
        for j in range(m):
            for k in range(m):
                w[o, where[j], where[k]] = inverted[j, k]
    return total


@compiled
def coefficients(w: Floats, xx: Floats, xy: Floats, c: Floats, beta: Floats) -> float:
    """Fill C and B for given W; log determinant of H, or NaN where the design is singular."""
    n_patterns, visits = w.shape[0], w.shape[1]
    p = xx.shape[1]
    h = np.zeros((visits * p, visits * p))
    right = np.zeros(visits * p)
    for o in range(n_patterns):
        for j in range(visits):
            for k in range(visits):
                wjk = w[o, j, k]
                if wjk == 0.0:
                    continue
                for a in range(p):
                    right[j * p + a] += wjk * xy[o, a, k]
                    for b in range(p):
                        h[j * p + a, k * p + b] += wjk * xx[o, a, b]
    log_determinant = inverse(h, visits * p, SINGULAR, c)
    if np.isnan(log_determinant):
        return np.nan
    for j in range(visits):
        for a in range(p):
            total = 0.0
            for r in range(visits * p):
                total += c[j * p + a, r] * right[r]
            beta[a, j] = total
    return log_determinant


@compiled
def residuals(xx: Floats, xy: Floats, yy: Floats, beta: Floats, r: Floats, xr: Floats) -> None:
    """Fill R (residual products) and x'r of every pattern."""
    n_patterns, p, visits = xy.shape
    for o in range(n_patterns):
        for a in range(p):
            for j in range(visits):
                fitted = 0.0
                for b in range(p):
                    fitted += xx[o, a, b] * beta[b, j]
                xr[o, a, j] = xy[o, a, j] - fitted
        for j in range(visits):
            for k in range(visits):
                total = yy[o, j, k]
                for a in range(p):
                    total -= beta[a, j] * xy[o, a, k] + xr[o, a, j] * beta[a, k]
                r[o, j, k] = total


@compiled
def log_likelihood(
    log_v: float, log_h: float, w: Floats, r: Floats, n_observed: float, n_fixed: int
) -> float:
    """Restricted log-likelihood with its constant."""
    n_patterns, visits = w.shape[0], w.shape[1]
    quadratic = 0.0
    for o in range(n_patterns):
        for j in range(visits):
            for k in range(visits):
                quadratic += w[o, j, k] * r[o, j, k]
    constant: float = (n_observed - n_fixed) * np.log(2 * np.pi)
    return -0.5 * (constant + log_v + log_h + quadratic)


@compiled
def gradient(
    w: Floats, n: Floats, xx: Floats, c: Floats, r: Floats, q: Floats, u: Floats, g: Floats
) -> None:
    """Fill Q, U and the gradient G."""
    n_patterns, visits = w.shape[0], w.shape[1]
    p = xx.shape[1]
    k_o = np.zeros((visits, visits))
    work = np.zeros((visits, visits))
    g[:, :] = 0.0
    for o in range(n_patterns):
        for j in range(visits):
            for k in range(visits):
                total = 0.0
                for a in range(p):
                    for b in range(p):
                        total += xx[o, a, b] * c[j * p + a, k * p + b]
                k_o[j, k] = total
        sandwich(w[o], r[o], visits, work, q[o])
        sandwich(w[o], k_o, visits, work, u[o])
        for j in range(visits):
            for k in range(visits):
                g[j, k] += 0.5 * (q[o, j, k] + u[o, j, k] - n[o] * w[o, j, k])


@compiled
def pair_trace(w: Floats, m: Floats, j: int, k: int, l: int, h: int) -> float:  # noqa: E741
    """Trace of E w E' m for the elements (j, k) and (l, h) of a symmetric covariance."""
    total: float = w[k, l] * m[h, j]
    if j != k:
        total += w[j, l] * m[h, k]
    if l != h:
        total += w[k, h] * m[l, j]
        if j != k:
            total += w[j, h] * m[l, k]
    return total


@compiled
def average_information(
    w: Floats, q: Floats, xr: Floats, c: Floats, rows: Floats, out: Floats
) -> None:
    """Fill the average information of the elements of the covariance (lower triangle, by rows)."""
    n_patterns, visits = w.shape[0], w.shape[1]
    p = xr.shape[1]
    fixed = visits * p
    rows[:, :] = 0.0  # u of every element
    e = 0
    for j in range(visits):
        for k in range(j + 1):
            for o in range(n_patterns):
                if w[o, j, j] == 0.0 or w[o, k, k] == 0.0:
                    continue
                for a in range(p):
                    left = 0.0
                    right = 0.0
                    for v in range(visits):
                        left += w[o, j, v] * xr[o, a, v]
                        right += w[o, k, v] * xr[o, a, v]
                    for v in range(visits):
                        rows[e, v * p + a] += w[o, v, j] * right
                        if j != k:
                            rows[e, v * p + a] += w[o, v, k] * left
            e += 1
    spread = rows @ c
    e = 0
    for j in range(visits):
        for k in range(j + 1):
            f = 0
            for l in range(visits):  # noqa: E741
                for h in range(l + 1):
                    if f <= e:
                        total = 0.0
                        for o in range(n_patterns):
                            total += pair_trace(w[o], q[o], j, k, l, h)
                        for s in range(fixed):
                            total -= spread[e, s] * rows[f, s]
                        out[e, f] = 0.5 * total
                        out[f, e] = 0.5 * total
                    f += 1
            e += 1


@compiled
def expected_information(
    w: Floats, u: Floats, n: Floats, xx: Floats, c: Floats, out: Floats
) -> None:
    """Fill the expected information of the elements of the covariance."""
    n_patterns, visits = w.shape[0], w.shape[1]
    p = xx.shape[1]
    size = visits * (visits + 1) // 2
    fixed = visits * p
    flat = np.zeros((size, fixed * fixed))  # C H of every element, by rows and by columns
    crossed = np.zeros((size, fixed * fixed))
    h_e = np.zeros((fixed, fixed))
    e = 0
    for j in range(visits):
        for k in range(j + 1):
            h_e[:, :] = 0.0
            for o in range(n_patterns):
                if w[o, j, j] == 0.0 or w[o, k, k] == 0.0:
                    continue
                for s in range(visits):
                    for t in range(visits):
                        weight = w[o, s, j] * w[o, k, t]
                        if j != k:
                            weight += w[o, s, k] * w[o, j, t]
                        for a in range(p):
                            for b in range(p):
                                h_e[s * p + a, t * p + b] += weight * xx[o, a, b]
            turned = c @ h_e
            for s in range(fixed):
                for t in range(fixed):
                    flat[e, s * fixed + t] = turned[s, t]
                    crossed[e, t * fixed + s] = turned[s, t]
            e += 1
    traces = flat @ crossed.T
    e = 0
    for j in range(visits):
        for k in range(j + 1):
            f = 0
            for l in range(visits):  # noqa: E741
                for h in range(l + 1):
                    if f <= e:
                        total = 0.5 * traces[e, f]
                        for o in range(n_patterns):
                            total += 0.5 * n[o] * pair_trace(w[o], w[o], j, k, l, h)
                            total -= pair_trace(w[o], u[o], j, k, l, h)
                        out[e, f] = total
                        out[f, e] = total
                    f += 1
            e += 1
