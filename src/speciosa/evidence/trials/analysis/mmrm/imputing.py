# Compiled code takes no keywords and pays for every call: long argument lists and loops are meant.
# ruff: noqa: PLR0911, PLR0912, PLR0913, PLR0915, PLR0917
"""Complete one trial many times by the fitted model, and analyse each completed trial.

Parameters are drawn first: the covariance as the exponential of a normal number for each pivot of
its Cholesky factor and a normal number for what is below (so that every draw is a covariance), with
the curvature of the restricted likelihood; the coefficients given that covariance, which is exact
under a flat prior. Then the score at the visit of interest is drawn for everybody who lacks it,
given all of their own scores. Only that visit is drawn: the analysis reads no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speciosa.evidence.trials.analysis.mmrm.algebra import factor, inverse
from speciosa.evidence.trials.analysis.mmrm.block import (
    UNSTRUCTURED,
    centres,
    design,
    structure_basis,
)
from speciosa.evidence.trials.analysis.mmrm.compiled import compiled
from speciosa.evidence.trials.analysis.mmrm.likelihood import coefficients, weights
from speciosa.evidence.trials.analysis.mmrm.maximise import (
    CONVERGED,
    FLAT,
    SINGULAR_DESIGN,
    TOO_FEW,
    maximise,
)
from speciosa.evidence.trials.analysis.mmrm.statistics import patterns, products

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Codes = NDArray[np.int8]
    Integers = NDArray[np.int64]

MAR, JUMP, COPY, INCREMENTS = 0, 1, 2, 3


@compiled
def impute(
    y: Floats,
    modelled: Floats,
    baseline: Floats,
    arm: Codes,
    arms: int,
    left_at: Integers,
    visit: int,
    method: int,
    deltas: Floats,
    parameter_noise: Floats,
    score_noise: Floats,
    estimates: Floats,
    variances: Floats,
    single: Floats,
) -> int:
    """Fill (imputations, deltas, contrasts) estimates and variances, and the conditional mean's.

    ``modelled`` are the scores that the model may learn from; ``left_at`` the visit from which a
    person no longer follows their own arm.
    """
    subjects = y.shape[0]
    p = arms + 1
    active, of, codes = patterns(modelled)
    visits = active.size
    if visits == 0:
        return TOO_FEW
    last = -1
    for v in range(visits):
        if active[v] == visit:
            last = v
    if last < 0:
        return SINGULAR_DESIGN
    centre, scale = centres(modelled, active)
    x, _ = design(modelled, baseline, arm, arms, of)
    if not scale > 0.0:
        return SINGULAR_DESIGN
    n, seen, xx, xy, yy = products(modelled, x, of, codes, active, centre)
    xy /= scale
    yy /= scale * scale
    basis = structure_basis(UNSTRUCTURED, visits)
    size, fixed = basis.shape[0], visits * p
    sigma = np.zeros((visits, visits))
    beta = np.zeros((p, visits))
    c = np.zeros((fixed, fixed))
    observed = np.zeros((size, size))
    expected = np.zeros((size, size))
    why, _, _ = maximise(
        n, seen, xx, xy, yy, basis, True, sigma, beta, c, observed, expected
    )  # fmt: skip
    if why != CONVERGED:
        return why
    scores = np.full((subjects, visits), np.nan)
    for i in range(subjects):
        for v in range(visits):
            if not np.isnan(y[i, active[v]]):
                scores[i, v] = (y[i, active[v]] - centre[v]) / scale
    left = np.zeros(subjects, np.int64)  # in active visits
    for i in range(subjects):
        for v in range(visits):
            left[i] += active[v] < left_at[i]
    column = np.zeros(subjects)
    late = np.zeros(subjects, np.bool_)
    none = np.zeros(subjects)
    complete(scores, x, arms, left, last, method, sigma, beta, none, column, late)
    covariance_analysis(column, baseline, arm, arms, single, np.zeros(arms - 1))
    single *= scale

    root = sigma.copy()
    factor(root, visits, 0.0)
    spread = np.zeros((size, size))
    information = log_cholesky_information(root, observed)
    if np.isnan(inverse(information, size, 1e-13, spread)) or np.isnan(factor(spread, size, 1e-14)):
        return FLAT
    moved = np.zeros((visits, visits))
    drawn = np.zeros((visits, visits))
    w = np.zeros((n.size, visits, visits))
    shifted = np.zeros(subjects)
    for m in range(estimates.shape[0]):
        e = 0
        for j in range(visits):
            for k in range(j + 1):
                step = 0.0
                for s in range(e + 1):
                    step += spread[e, s] * parameter_noise[m, s]
                moved[j, k] = root[j, j] * np.exp(step) if j == k else root[j, k] + step
                e += 1
        for j in range(visits):
            for k in range(visits):
                total = 0.0
                for s in range(min(j, k) + 1):
                    total += moved[j, s] * moved[k, s]
                drawn[j, k] = total
        weights(drawn, n, seen, w)
        if np.isnan(coefficients(w, xx, xy, c, beta)) or np.isnan(factor(c, fixed, 0.0)):
            return FLAT
        for v in range(visits):
            for a in range(p):
                row = v * p + a
                for s in range(row + 1):
                    beta[a, v] += c[row, s] * parameter_noise[m, size + s]
        complete(
            scores, x, arms, left, last, method, drawn, beta, score_noise[:, m], column, late
        )  # fmt: skip
        for d in range(deltas.size):
            for i in range(subjects):
                shifted[i] = column[i] * scale
                if late[i] and arm[i] > 0:
                    shifted[i] += deltas[d]
            covariance_analysis(shifted, baseline, arm, arms, estimates[m, d], variances[m, d])
    return CONVERGED


@compiled
def log_cholesky_information(root: Floats, information: Floats) -> Floats:
    """Information of log pivots and lower elements from that of the covariance's elements."""
    visits = root.shape[0]
    size = information.shape[0]
    jacobian = np.zeros((size, size))
    f = 0
    for s in range(visits):
        for t in range(s + 1):  # the parameter at row s, column t of the factor
            unit = root[s, s] if s == t else 1.0
            e = 0
            for j in range(visits):
                for k in range(j + 1):
                    if j == s:
                        jacobian[e, f] += unit * root[k, t]
                    if k == s:
                        jacobian[e, f] += unit * root[j, t]
                    e += 1
            f += 1
    return jacobian.T @ (information @ jacobian)


@compiled
def complete(
    scores: Floats,
    x: Floats,
    arms: int,
    left: Integers,
    last: int,
    method: int,
    sigma: Floats,
    beta: Floats,
    noise: Floats,
    column: Floats,
    late: NDArray[np.bool_],
) -> None:
    """Fill the score at visit ``last`` for everybody; ``late``: imputed after leaving.

    People with the same visits observed share the regression on them; it is made once for each.
    """
    subjects, visits = scores.shape
    p = beta.shape[0]
    slot = np.full(1 << visits, -1, np.int64)
    slopes = np.zeros((min(subjects, 1 << visits), visits))
    sds = np.zeros(slopes.shape[0])
    known = 0
    where = np.zeros(visits, np.int64)
    part = np.zeros((visits, visits))
    inverted = np.zeros((visits, visits))
    for i in range(subjects):
        late[i] = False
        if not np.isnan(scores[i, last]):
            column[i] = scores[i, last]
            continue
        bits, count = 0, 0
        for v in range(visits):
            if not np.isnan(scores[i, v]):
                bits |= 1 << v
                where[count] = v
                count += 1
        if slot[bits] < 0:
            slot[bits] = known
            for a in range(count):
                for b in range(count):
                    part[a, b] = sigma[where[a], where[b]]
            inverse(part, count, 0.0, inverted)
            variance = sigma[last, last]
            for a in range(count):
                slope = 0.0
                for b in range(count):
                    slope += inverted[a, b] * sigma[where[b], last]
                slopes[known, where[a]] = slope
                variance -= slope * sigma[where[a], last]
            sds[known] = np.sqrt(max(variance, 0.0))
            known += 1
        pattern = slot[bits]
        late[i] = last >= left[i]
        value = expected_score(x, arms, i, last, left[i], method, beta, p)
        for a in range(count):
            v = where[a]
            own = expected_score(x, arms, i, v, left[i], method, beta, p)
            value += slopes[pattern, v] * (scores[i, v] - own)
        column[i] = value + sds[pattern] * noise[i]


@compiled
def expected_score(
    x: Floats, arms: int, i: int, v: int, left: int, method: int, beta: Floats, p: int
) -> float:
    """The mean that a person is assumed to have at a visit, given from when they had left."""
    own = 0.0
    reference: float = beta[0, v] + x[i, arms] * beta[arms, v]
    for a in range(p):
        own += x[i, a] * beta[a, v]
    departed = left < beta.shape[1]
    if method == MAR or not departed:
        return own
    if method == COPY:
        return reference
    if v < left:
        return own
    if method == JUMP or left == 0:
        return reference
    gained = 0.0  # what the arm had added by the last visit before leaving
    for a in range(1, arms):
        gained += x[i, a] * beta[a, left - 1]
    return reference + gained


@compiled
def covariance_analysis(
    y: Floats, baseline: Floats, arm: Codes, arms: int, estimate: Floats, variance: Floats
) -> None:
    """Fill contrasts against control, adjusted for baseline, and their variances."""
    n = np.zeros(arms)
    y_mean = np.zeros(arms)
    b_mean = np.zeros(arms)
    for i in range(y.size):
        n[arm[i]] += 1.0
        y_mean[arm[i]] += y[i]
        b_mean[arm[i]] += baseline[i]
    for a in range(arms):
        y_mean[a] /= max(n[a], 1.0)
        b_mean[a] /= max(n[a], 1.0)
    sbb, sby, syy = 0.0, 0.0, 0.0
    for i in range(y.size):
        b = baseline[i] - b_mean[arm[i]]
        d = y[i] - y_mean[arm[i]]
        sbb += b * b
        sby += b * d
        syy += d * d
    slope = sby / sbb
    s2 = (syy - slope * sby) / (y.size - arms - 1.0)
    for a in range(1, arms):
        apart = b_mean[a] - b_mean[0]
        estimate[a - 1] = y_mean[a] - y_mean[0] - slope * apart
        variance[a - 1] = s2 * (1.0 / n[a] + 1.0 / n[0] + apart * apart / sbb)
