"""Between-study variance tau2: nine estimators and the Q-profile interval.

Formulas: DerSimonian and Laird 1986; Paule and Mandel 1982; Hedges and Olkin 1985 (HE); Hunter and
Schmidt 2004 (HS); Sidik and Jonkman 2005 (SJ); Morris 1983 (EB, whose equation is Paule and
Mandel's); Raudenbush 2009 (ML, REML); Viechtbauer 2007 (Q-profile).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import elementwise, minimize_scalar

from speciosa.evidence.pooling.distributions import chi2_quantile
from speciosa.evidence.pooling.weighted import Array, Data, crossed, fit, solve, trace_p

Method = Literal["CE", "DL", "PM", "REML", "ML", "SJ", "HE", "HS", "EB"]
METHODS: tuple[Method, ...] = get_args(Method)

# Points at which the likelihood equation is looked at before it is solved, so that a second
# maximum is seen and not stumbled over; and how many numbers one pass may hold.
_GRID = 32
_CHUNK = 300_000


@dataclass(frozen=True, slots=True, eq=False)
class Heterogeneity:
    """``tau2`` of each row in scaled units, NaN without degrees of freedom; maxima found."""

    tau2: Array
    maxima: NDArray[np.intp]

    @property
    def used(self) -> Array:
        """The same with 0 where it cannot be estimated."""
        return np.nan_to_num(self.tau2, nan=0.0)


def estimate(of: Data, method: Method) -> Heterogeneity:
    """Estimate tau2 of every row. Raises ValueError for an unknown method or a failed solution."""
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}; known: {', '.join(METHODS)}")
    size = max(1, _CHUNK // of.y.size)
    rows = np.arange(of.rows)
    parts = [_estimate(of.take(rows[at : at + size]), method) for at in range(0, of.rows, size)]
    return Heterogeneity(
        np.concatenate([part.tau2 for part in parts]),
        np.concatenate([part.maxima for part in parts]),
    )


def _estimate(of: Data, method: Method) -> Heterogeneity:
    df = of.k - of.p
    estimable = df > 0
    tau2 = np.where(estimable, 0.0, np.nan)
    maxima = np.ones(of.rows, dtype=np.intp)
    if method != "CE" and estimable.any():
        sub, free = of.take(np.flatnonzero(estimable)), df[estimable]
        if method in {"REML", "ML"}:
            tau2[estimable], maxima[estimable] = _likelihood(sub, restricted=method == "REML")
        elif method in {"PM", "EB"}:
            tau2[estimable] = generalised_q_root(sub, free)
        else:
            tau2[estimable] = np.maximum(0.0, _MOMENTS[method](sub, free))
    return Heterogeneity(tau2, maxima)


# ------------------------------------------------------------------ closed forms


def _der_simonian_laird(of: Data, df: Array) -> Array:
    got = fit(of, np.zeros(of.rows))
    return np.asarray((got.q - df) / above_zero(trace_p(of, got)), dtype=np.float64)


def above_zero(trace: Array) -> Array:
    """What is left of the weights beside the surest study. Raises ValueError for nothing."""
    if (trace <= 0).any():
        raise ValueError("sampling variances are too far apart to weigh: rounding leaves nothing")
    return trace


def _hunter_schmidt(of: Data, df: Array) -> Array:
    got = fit(of, np.zeros(of.rows))
    return np.asarray((got.q - df - of.p) / got.w.sum(axis=1), dtype=np.float64)


def _hedges(of: Data, df: Array) -> Array:
    got = solve(of, of.members)
    inner = np.einsum("rij,rji->r", got.covariance, crossed(of, of.members * of.v))
    return np.asarray((got.q - (of.members @ of.v - inner)) / df, dtype=np.float64)


def _sidik_jonkman(of: Data, df: Array) -> Array:
    k = of.k
    mean = (of.members @ of.y) / k
    crude = (of.members * (of.y - mean[:, None]) ** 2).sum(axis=1) / k
    return np.asarray(crude * fit(of, crude).q / df, dtype=np.float64)


_MOMENTS = {
    "DL": _der_simonian_laird,
    "HE": _hedges,
    "HS": _hunter_schmidt,
    "SJ": _sidik_jonkman,
}


# ------------------------------------------------------------------ roots


def generalised_q_root(of: Data, target: Array) -> Array:
    """tau2 at which the generalised Q falls to ``target``; 0 where it is below it from the start.

    Q falls in tau2 and never exceeds (residual sum of squares) / tau2: so the root is bracketed.
    """
    at_zero = fit(of, np.zeros(of.rows)).q
    out = np.zeros(of.rows)
    rows = np.flatnonzero(at_zero > target)
    if rows.size:
        upper = solve(of, of.members).q[rows] / target[rows] * (1 + 1e-9)

        def excess(tau2: Array, row: Array) -> Array:
            at = row.astype(np.intp)
            return np.asarray(fit(of, tau2, at).q / target[at] - 1.0, dtype=np.float64)

        out[rows] = _root(excess, np.zeros(rows.size), upper, rows)
    return out


def _likelihood(of: Data, *, restricted: bool) -> tuple[Array, NDArray[np.intp]]:
    """The highest maximum of the (restricted) likelihood in tau2, and how many maxima there are."""
    n = of.rows
    residual = solve(of, of.members).q / (of.k - of.p)
    # Beyond this bound the score is negative: its two parts are bounded by the largest variance.
    top = 2.0 * max(float(of.v.max()), float(residual.max()))
    low = 1e-4 * min(float(of.v.min()), 1.0)
    grid = np.append(0.0, np.geomspace(low, top, _GRID - 1))
    scores = _scores(of, grid, restricted=restricted)
    scores[:, -1] = -1.0
    rises, falls = np.nonzero((scores[:, :-1] > 0) & (scores[:, 1:] <= 0))
    found = _root(
        lambda tau2, row: _score(of, tau2, row.astype(np.intp), restricted=restricted),
        grid[falls], grid[falls + 1], rises,
        lambda low, high, row: _highest(of, (low, high), row, restricted=restricted),
    )  # fmt: skip
    at_zero = np.flatnonzero(scores[:, 0] <= 0)
    row, candidate = np.concatenate([at_zero, rises]), np.append(np.zeros(at_zero.size), found)
    height = log_likelihood(of, candidate, row, restricted=restricted)
    order = np.lexsort((-height, row))
    first = order[np.unique(row[order], return_index=True)[1]]
    return candidate[first], np.bincount(row, minlength=n).astype(np.intp)


def _scores(of: Data, grid: Array, *, restricted: bool) -> Array:
    """The score of every row at every value of the grid, shape (rows, grid), to see its signs.

    All sums over studies are one matrix product. Effects are replaced by their plain residuals,
    which changes no score and keeps the sums of squares from cancelling.
    """
    p, k = of.p, of.y.size
    centred = of.y - of.basis @ (of.basis.T @ of.y)
    outer = (of.basis[:, :, None] * of.basis[:, None, :]).reshape(k, -1)
    columns = np.column_stack(
        [outer, of.basis * centred[:, None], centred**2, np.ones(k)]
    )  # (k, m)
    m = columns.shape[1]
    w = 1 / (of.v[:, None] + grid)
    both = np.stack([w, w**2])[:, :, :, None] * columns[:, None, :]
    sums = of.members @ both.transpose(1, 0, 2, 3).reshape(k, -1)
    first, second = np.moveaxis(sums.reshape(-1, 2, grid.size, m), 1, 0)
    shape = (*first.shape[:2], p, p)
    covariance = np.linalg.inv(first[..., : p * p].reshape(shape))
    inner = second[..., : p * p].reshape(shape)
    b = np.einsum("rgij,rgj->rgi", covariance, first[..., p * p : -2])
    weighted = (
        second[..., -2]
        - 2 * np.einsum("rgi,rgi->rg", b, second[..., p * p : -2])
        + np.einsum("rgi,rgij,rgj->rg", b, inner, b)
    )
    trace = first[..., -1]
    if restricted:
        trace = trace - np.einsum("rgij,rgji->rg", covariance, inner)
    return np.asarray(weighted - trace, dtype=np.float64)


def _score(of: Data, tau2: Array, rows: NDArray[np.intp], *, restricted: bool) -> Array:
    got = fit(of, tau2, rows)
    weighted = ((got.w * got.residuals) ** 2).sum(axis=1)
    trace = trace_p(of, got) if restricted else got.w.sum(axis=1)
    return np.asarray(weighted - trace, dtype=np.float64)


def log_likelihood(of: Data, tau2: Array, rows: NDArray[np.intp], *, restricted: bool) -> Array:
    """(Restricted) log-likelihood of rows at values of tau2, up to a constant."""
    got = fit(of, tau2, rows)
    inside = of.members[rows]
    height = (inside * np.log(of.v + tau2[:, None])).sum(axis=1) + got.q
    if restricted:
        height = height - np.linalg.slogdet(got.covariance)[1]
    return np.asarray(-0.5 * height, dtype=np.float64)


def _highest(of: Data, between: tuple[float, float], row: int, *, restricted: bool) -> float:
    """tau2 of the highest likelihood in a bracket, where rounding swamps the slope of it."""
    at = np.array([row])

    def depth(tau2: float) -> float:
        return -float(log_likelihood(of, np.array([tau2]), at, restricted=restricted)[0])

    return float(minimize_scalar(depth, bounds=between, method="bounded").x)


def _root(
    function: Callable[[Array, Array], Array],
    low: Array,
    high: Array,
    rows: NDArray[np.intp],
    otherwise: Callable[[float, float, int], float] | None = None,
) -> Array:
    """Where ``function(tau2, row)`` crosses zero between brackets, each to the last digits.

    ``otherwise`` finds what rounding hides from the function in a bracket.
    """
    if low.size == 0:
        return np.zeros(0)
    which = rows.astype(np.float64)
    got = elementwise.find_root(function, (low, high), args=(which,), maxiter=200)
    out = np.asarray(got.x, dtype=np.float64)
    lost = np.flatnonzero(~got.success)
    if lost.size:
        # Rounding hid the change of sign at an end of the bracket: that end is the root.
        ends = np.stack([low[lost], high[lost]])
        values = np.abs([function(end, which[lost]) for end in ends])
        out[lost] = np.where(values[0] <= values[1], ends[0], ends[1])
        for at in lost[values.min(axis=0) > 1e-6 * values.max(axis=0)]:
            if otherwise is None:
                raise ValueError("the equation for tau2 has no solution that can be found here")
            out[at] = otherwise(float(low[at]), float(high[at]), int(rows[at]))
    return out


# ------------------------------------------------------------------ interval


def q_profile(of: Data, level: float) -> tuple[Array, Array]:
    """Q-profile bounds of tau2 of each row, scaled; NaN without degrees of freedom.

    A bound of 0 means that even no heterogeneity at all leaves Q in the accepted range.
    """
    df = of.k - of.p
    low, high = np.full(of.rows, np.nan), np.full(of.rows, np.nan)
    rows = np.flatnonzero(df > 0)
    if rows.size:
        sub = of.take(rows)
        for out, tail in ((low, 0.5 + level / 2), (high, 0.5 - level / 2)):
            target = np.array([chi2_quantile(tail, float(d)) for d in df[rows]])
            out[rows] = generalised_q_root(sub, target)
    return low, high
