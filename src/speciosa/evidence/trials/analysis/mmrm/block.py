# Compiled code takes no keywords and pays for every call: long argument lists and loops are meant.
# ruff: noqa: PLR0912, PLR0913, PLR0915, PLR0917
"""Fit every trial of a block, and the contrasts of its arms, one trial after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speciosa.evidence.trials.analysis.mmrm.algebra import inverse
from speciosa.evidence.trials.analysis.mmrm.compiled import compiled
from speciosa.evidence.trials.analysis.mmrm.likelihood import weights
from speciosa.evidence.trials.analysis.mmrm.maximise import (
    CONVERGED,
    FLAT,
    SINGULAR_DESIGN,
    TOO_FEW,
    elements,
    maximise,
)
from speciosa.evidence.trials.analysis.mmrm.statistics import patterns, products

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Codes = NDArray[np.int8]
    Integers = NDArray[np.int64]

Z, RESIDUAL, SATTERTHWAITE, KENWARD_ROGER = 0, 1, 2, 3
UNSTRUCTURED, TOEPLITZ, COMPOUND = 0, 1, 2


@compiled
def structure_basis(structure: int, visits: int) -> Floats:
    """How the elements of a covariance (lower triangle, by rows) follow from its parameters."""
    size = visits * (visits + 1) // 2
    count = size if structure == UNSTRUCTURED else visits if structure == TOEPLITZ else 2
    basis = np.zeros((size, min(count, size)))
    e = 0
    for j in range(visits):
        for k in range(j + 1):
            if structure == UNSTRUCTURED:
                basis[e, e] = 1.0
            elif structure == TOEPLITZ:
                basis[e, j - k] = 1.0
            else:
                basis[e, min(j - k, 1)] = 1.0
            e += 1
    return basis


@compiled
def design(
    y: Floats, baseline: Floats, arm: Codes, arms: int, of: Integers
) -> tuple[Floats, float]:
    """Columns of one visit: 1, an indicator of each active arm, baseline (centred, scaled)."""
    subjects = baseline.size
    count, mean = 0, 0.0
    for i in range(subjects):
        if of[i] >= 0:
            count += 1
            mean += baseline[i]
    mean /= max(count, 1)
    spread = 0.0
    for i in range(subjects):
        if of[i] >= 0:
            spread += (baseline[i] - mean) ** 2
    spread = np.sqrt(spread / max(count, 1))
    scale = spread if spread > 1e-12 * max(1.0, abs(mean)) else 1.0
    x = np.zeros((subjects, arms + 1))
    for i in range(subjects):
        x[i, 0] = 1.0
        if arm[i] > 0:
            x[i, arm[i]] = 1.0
        if spread > 1e-12 * max(1.0, abs(mean)):
            x[i, arms] = (baseline[i] - mean) / scale
    return x, scale


@compiled
def centres(y: Floats, active: Integers) -> tuple[Floats, float]:
    """Mean of each active visit, and one scale for all of them."""
    centre = np.zeros(active.size)
    square, total = 0.0, 0
    for v in range(active.size):
        j = active[v]
        count = 0
        for i in range(y.shape[0]):
            if not np.isnan(y[i, j]):
                centre[v] += y[i, j]
                count += 1
        centre[v] /= count
        for i in range(y.shape[0]):
            if not np.isnan(y[i, j]):
                square += (y[i, j] - centre[v]) ** 2
        total += count
    return centre, np.sqrt(square / max(total, 1))


@compiled
def fit_block(
    y: Floats,
    baseline: Floats,
    arm: Codes,
    arms: int,
    visit_weights: Floats,
    structure: int,
    df_method: int,
    wanted: NDArray[np.bool_],
    estimate: Floats,
    se: Floats,
    df: Floats,
    reason: Codes,
    iterations: Integers,
    log_lik: Floats,
    covariance: Floats,
    means: Floats,
) -> None:
    """Fill one row per wanted trial; contrasts are (visit weights) x (active arms)."""
    trials, _, all_visits = y.shape
    p = arms + 1
    for t in range(trials):
        if not wanted[t]:
            continue
        active, of, codes = patterns(y[t])
        visits = active.size
        if visits == 0:
            reason[t] = TOO_FEW
            continue
        centre, scale = centres(y[t], active)
        x, x_scale = design(y[t], baseline[t], arm[t], arms, of)
        if not scale > 0.0:
            reason[t] = SINGULAR_DESIGN
            continue
        n, seen, xx, xy, yy = products(y[t], x, of, codes, active, centre)
        xy /= scale
        yy /= scale * scale
        basis = structure_basis(structure, visits)
        q_par = basis.shape[1]
        fixed = visits * p
        sigma = np.zeros((visits, visits))
        beta = np.zeros((p, visits))
        c = np.zeros((fixed, fixed))
        observed = np.zeros((q_par, q_par))
        expected = np.zeros((q_par, q_par))
        why, count, value = maximise(
            n, seen, xx, xy, yy, basis, structure == UNSTRUCTURED,
            sigma, beta, c, observed, expected,
        )  # fmt: skip
        n_observed = 0.0
        for o in range(n.size):
            for j in range(visits):
                n_observed += n[o] * seen[o, j]
        reason[t] = why
        iterations[t] = count
        if why != CONVERGED:
            continue
        log_lik[t] = value - (n_observed - fixed) * np.log(scale) - visits * np.log(x_scale)
        for v in range(visits):
            for k in range(visits):
                covariance[t, active[v], active[k]] = sigma[v, k] * scale * scale
            means[t, 0, active[v]] = centre[v] + beta[0, v] * scale
            for a in range(1, arms):
                means[t, a, active[v]] = beta[a, v] * scale
            means[t, arms, active[v]] = beta[arms, v] * scale / x_scale
        adjusted = c
        theta_cov = np.zeros((q_par, q_par))
        w = np.zeros((n.size, visits, visits))
        if df_method >= SATTERTHWAITE:
            information = observed if df_method == SATTERTHWAITE else expected
            if np.isnan(inverse(information.copy(), q_par, 1e-13, theta_cov)):
                reason[t] = FLAT
                continue
            weights(sigma, n, seen, w)
            if df_method == KENWARD_ROGER:
                adjusted = c + kenward_roger(w, xx, c, basis, theta_cov)
        for m in range(visit_weights.shape[0]):
            estimable = True
            for j in range(all_visits):
                if visit_weights[m, j] != 0.0:
                    scored = False
                    for v in range(visits):
                        scored = scored or active[v] == j
                    estimable = estimable and scored
            if not estimable:
                continue
            for a in range(1, arms):
                line = np.zeros(fixed)
                total = 0.0
                for v in range(visits):
                    line[v * p + a] = visit_weights[m, active[v]]
                    total += visit_weights[m, active[v]] * beta[a, v]
                column = c @ line
                variance = line @ column
                place = m * (arms - 1) + a - 1
                estimate[t, place] = total * scale
                se[t, place] = np.sqrt(line @ (adjusted @ line)) * scale
                if df_method == Z:
                    df[t, place] = np.inf
                elif df_method == RESIDUAL:
                    df[t, place] = n_observed - fixed
                else:
                    slope = basis.T @ elements(variance_gradient(w, xx, column))
                    df[t, place] = 2.0 * variance**2 / (slope @ (theta_cov @ slope))


@compiled
def variance_gradient(w: Floats, xx: Floats, column: Floats) -> Floats:
    """Derivative of a contrast's variance for the covariance, as a symmetric matrix."""
    n_patterns, visits = w.shape[0], w.shape[1]
    p = xx.shape[1]
    total = np.zeros((visits, visits))
    left = np.zeros((visits, p))
    for o in range(n_patterns):
        for j in range(visits):
            for a in range(p):
                left[j, a] = 0.0
                for k in range(visits):
                    left[j, a] += w[o, j, k] * column[k * p + a]
        for j in range(visits):
            for k in range(visits):
                for a in range(p):
                    for b in range(p):
                        total[j, k] += left[j, a] * xx[o, a, b] * left[k, b]
    return total


@compiled
def kenward_roger(w: Floats, xx: Floats, c: Floats, basis: Floats, theta_cov: Floats) -> Floats:
    """What Kenward and Roger (1997) add to C: 2 C (sum v (Q - P C P)) C, v of theta.

    The covariance is linear in its parameters here, so their second derivatives are zero.
    """
    n_patterns, visits = w.shape[0], w.shape[1]
    p = xx.shape[1]
    fixed = visits * p
    size = basis.shape[0]
    spread = basis @ (theta_cov @ basis.T)
    h = np.zeros((size, fixed * fixed))
    middle = np.zeros((fixed, fixed))
    block = np.zeros((visits, visits))
    e = 0
    for j in range(visits):
        for k in range(j + 1):
            for o in range(n_patterns):
                for s in range(visits):
                    for t in range(visits):
                        weight = w[o, s, j] * w[o, k, t]
                        if j != k:
                            weight += w[o, s, k] * w[o, j, t]
                        for a in range(p):
                            for b in range(p):
                                place = (s * p + a) * fixed + t * p + b
                                h[e, place] += weight * xx[o, a, b]
            e += 1
    for o in range(n_patterns):
        block[:, :] = 0.0  # sum v E W E'
        e = 0
        for j in range(visits):
            for k in range(j + 1):
                f = 0
                for l in range(visits):  # noqa: E741
                    for m in range(l + 1):
                        v = spread[e, f]
                        block[j, m] += v * w[o, k, l]
                        if j != k:
                            block[k, m] += v * w[o, j, l]
                        if l != m:
                            block[j, l] += v * w[o, k, m]
                            if j != k:
                                block[k, l] += v * w[o, j, m]
                        f += 1
                e += 1
        outer = w[o] @ block @ w[o]
        for s in range(visits):
            for t in range(visits):
                for a in range(p):
                    for b in range(p):
                        middle[s * p + a, t * p + b] += outer[s, t] * xx[o, a, b]
    mixed = spread @ h
    one = np.zeros((fixed, fixed))
    other = np.zeros((fixed, fixed))
    for e in range(size):
        for s in range(fixed):
            for t in range(fixed):
                one[s, t] = h[e, s * fixed + t]
                other[s, t] = mixed[e, s * fixed + t]
        middle -= one @ c @ other
    middle = 0.5 * (middle + middle.T)
    return 2.0 * (c @ middle @ c)
