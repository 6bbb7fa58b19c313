# Compiled code takes no keywords and pays for every call: long argument lists and loops are meant.
# ruff: noqa: PLR0912, PLR0913, PLR0915, PLR0917
"""Find the covariance of one trial by restricted maximum likelihood.

Steps use the average information, which costs little and is always a sum of squares; a step that
leaves the positive definite matrices or lowers the likelihood is halved, and where that fails an
expectation-maximisation step (which can do neither) is taken instead. ``basis`` says how the
elements of the covariance follow from the parameters: the identity when it is unstructured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speciosa.evidence.trials.analysis.mmrm.algebra import factor, inverse, sandwich
from speciosa.evidence.trials.analysis.mmrm.compiled import compiled
from speciosa.evidence.trials.analysis.mmrm.likelihood import (
    SINGULAR,
    average_information,
    coefficients,
    expected_information,
    gradient,
    log_likelihood,
    residuals,
    weights,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

CONVERGED = 0
SINGULAR_DESIGN = 1
TOO_FEW = 2
ITERATIONS = 3
NO_STEP = 4
FLAT = 5

_MOST_ITERATIONS = 150
_HALVINGS = 12
_SETTLED = 1e-14  # twice the gain of likelihood that a further step promises
_DEFINITE = 1e-10  # the least pivot of a covariance, as a share of its variance
_START_CORRELATION = 0.5
_START_STEPS = 2  # of expectation-maximisation, which find the neighbourhood


@compiled
def unpack(theta: Floats, basis: Floats, sigma: Floats) -> None:
    """Fill the covariance from its parameters."""
    e = 0
    for j in range(sigma.shape[0]):
        for k in range(j + 1):
            total = 0.0
            for s in range(theta.size):
                total += basis[e, s] * theta[s]
            sigma[j, k] = total
            sigma[k, j] = total
            e += 1


@compiled
def elements(g: Floats) -> Floats:
    """Derivatives for the elements of a symmetric matrix (lower triangle, by rows)."""
    visits = g.shape[0]
    out = np.zeros(visits * (visits + 1) // 2)
    e = 0
    for j in range(visits):
        for k in range(j + 1):
            out[e] = g[j, j] if j == k else 2.0 * g[j, k]
            e += 1
    return out


@compiled
def start(n: Floats, seen: Flags, xx: Floats, xy: Floats, yy: Floats, sigma: Floats) -> bool:
    """Fill a first covariance: residual variance of each visit, one correlation. False: cannot."""
    n_patterns, visits = seen.shape
    p = xx.shape[1]
    design = np.zeros((p, p))
    inverted = np.zeros((p, p))
    for j in range(visits):
        design[:, :] = 0.0
        right = np.zeros(p)
        total, people = 0.0, 0.0
        for o in range(n_patterns):
            if seen[o, j]:
                for a in range(p):
                    right[a] += xy[o, a, j]
                    for b in range(p):
                        design[a, b] += xx[o, a, b]
                total += yy[o, j, j]
                people += n[o]
        if people <= p or np.isnan(inverse(design, p, SINGULAR, inverted)):
            return False
        for a in range(p):
            for b in range(p):
                total -= right[a] * inverted[a, b] * right[b]
        sigma[j, j] = total / (people - p)
        if not sigma[j, j] > 0.0:
            return False
    for j in range(visits):
        for k in range(j):
            sigma[j, k] = _START_CORRELATION * np.sqrt(sigma[j, j] * sigma[k, k])
            sigma[k, j] = sigma[j, k]
    return True


@compiled
def maximise(
    n: Floats,
    seen: Flags,
    xx: Floats,
    xy: Floats,
    yy: Floats,
    basis: Floats,
    unstructured: bool,
    sigma: Floats,
    beta: Floats,
    c: Floats,
    observed: Floats,
    expected: Floats,
) -> tuple[int, int, float]:
    """Fit; fills covariance, coefficients, C and both informations of the parameters.

    Returns why it ended, the number of iterations and the restricted log-likelihood.
    """
    n_patterns, visits = seen.shape
    p = xx.shape[1]
    fixed = visits * p
    size, q_par = basis.shape
    n_observed = 0.0
    for o in range(n_patterns):
        for j in range(visits):
            n_observed += n[o] * seen[o, j]
    if n_observed <= fixed + q_par or not start(n, seen, xx, xy, yy, sigma):
        return TOO_FEW if n_observed <= fixed + q_par else SINGULAR_DESIGN, 0, np.nan

    theta = np.zeros(q_par)
    trial = np.zeros(q_par)
    if unstructured:
        e = 0
        for j in range(visits):
            for k in range(j + 1):
                theta[e] = sigma[j, k]
                e += 1
    else:  # one variance and one correlation are in every structure; project on the basis
        common = 0.0
        for j in range(visits):
            common += sigma[j, j] / visits
        flat = np.zeros(size)
        e = 0
        for j in range(visits):
            for k in range(j + 1):
                flat[e] = common if j == k else _START_CORRELATION * common
                e += 1
        for s in range(q_par):  # the columns of a basis do not overlap
            total, count = 0.0, 0.0
            for e in range(size):
                total += basis[e, s] * flat[e]
                count += basis[e, s]
            theta[s] = total / count
        unpack(theta, basis, sigma)

    w = np.zeros((n_patterns, visits, visits))
    r = np.zeros((n_patterns, visits, visits))
    q = np.zeros((n_patterns, visits, visits))
    u = np.zeros((n_patterns, visits, visits))
    xr = np.zeros((n_patterns, p, visits))
    g = np.zeros((visits, visits))
    rows = np.zeros((size, fixed))
    average = np.zeros((size, size))
    small = np.zeros((q_par, q_par))
    inverted = np.zeros((q_par, q_par))
    work = np.zeros((visits, visits))
    step_matrix = np.zeros((visits, visits))
    candidate = np.zeros((visits, visits))
    people = n.sum()

    log_v = weights(sigma, n, seen, w)
    log_h = coefficients(w, xx, xy, c, beta)
    if np.isnan(log_v) or np.isnan(log_h):
        return SINGULAR_DESIGN, 0, np.nan
    residuals(xx, xy, yy, beta, r, xr)
    now = log_likelihood(log_v, log_h, w, r, n_observed, fixed)
    reason = ITERATIONS
    iteration = 0
    for iteration in range(1, _MOST_ITERATIONS + 1):
        gradient(w, n, xx, c, r, q, u, g)
        score = basis.T @ elements(g)
        moved = False
        last = False
        if not (unstructured and iteration <= _START_STEPS):
            average_information(w, q, xr, c, rows, average)
            small[:, :] = basis.T @ (average @ basis)
            if not np.isnan(inverse(small, q_par, 1e-14, inverted)):
                step = inverted @ score
                last = bool(score @ step < _SETTLED)
                length = 1.0
                for _ in range(_HALVINGS):
                    trial[:] = theta + length * step
                    unpack(trial, basis, candidate)
                    log_v = weights(candidate, n, seen, w)
                    if not np.isnan(log_v) and not np.isnan(
                        factor(candidate.copy(), visits, _DEFINITE)
                    ):
                        log_h = coefficients(w, xx, xy, c, beta)
                        if not np.isnan(log_h):
                            residuals(xx, xy, yy, beta, r, xr)
                            then = log_likelihood(log_v, log_h, w, r, n_observed, fixed)
                            if then >= now - 1e-9 * max(1.0, abs(now)):
                                moved = True
                                break
                    length *= 0.5
        if not moved and unstructured:  # sigma + sigma (2 G) sigma / people: never leaves the cone
            sandwich(sigma, g, visits, work, step_matrix)
            e = 0
            for j in range(visits):
                for k in range(j + 1):
                    trial[e] = sigma[j, k] + step_matrix[j, k] * 2.0 / people
                    e += 1
            unpack(trial, basis, candidate)
            log_v = weights(candidate, n, seen, w)
            log_h = np.nan
            if not np.isnan(log_v):
                log_h = coefficients(w, xx, xy, c, beta)
            if not np.isnan(log_h):
                residuals(xx, xy, yy, beta, r, xr)
                then = log_likelihood(log_v, log_h, w, r, n_observed, fixed)
                moved = True
                last = False
        if not moved:
            reason = NO_STEP
            break
        theta[:] = trial
        sigma[:, :] = candidate
        now = then
        if last:
            reason = CONVERGED
            break
    if reason != CONVERGED:
        return reason, iteration, now
    gradient(w, n, xx, c, r, q, u, g)
    average_information(w, q, xr, c, rows, average)
    full = np.zeros((size, size))
    expected_information(w, u, n, xx, c, full)
    expected[:, :] = basis.T @ (full @ basis)
    observed[:, :] = 2.0 * (basis.T @ (average @ basis)) - expected
    return CONVERGED, iteration, now
