"""Trim and fill (Duval and Tweedie 2000): how a symmetric funnel would pool."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from speciosa.evidence.pooling.heterogeneity import Method, estimate
from speciosa.evidence.pooling.intervals import CiMethod, options
from speciosa.evidence.pooling.pooled import Pooled, random_effects
from speciosa.evidence.pooling.regression import regress
from speciosa.evidence.pooling.small_study import FEW, FEW_STUDIES
from speciosa.evidence.pooling.weighted import Array, data, fit

if TYPE_CHECKING:
    from speciosa.evidence.effect_sizes.table import EffectSizes

Side = Literal["left", "right"]
Estimator = Literal["L0", "R0"]

_ROUNDS = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrimAndFill:
    """``k0`` studies filled in on ``side``; ``pooled`` includes them.

    A sensitivity analysis: filled studies are inventions.
    """

    side: Side
    estimator: Estimator
    k0: int
    filled_yi: Array
    filled_vi: Array
    pooled: Pooled
    warning: str


def trim_and_fill(  # noqa: PLR0913 -- each is a choice of the analysis
    sizes: EffectSizes,
    *,
    method: Method = "REML",
    ci: CiMethod | None = None,
    level: float = 0.95,
    side: Side | None = None,
    estimator: Estimator = "L0",
) -> TrimAndFill:
    """Fill the sparser side of the funnel (from the slope on the standard error unless given).

    Raises ValueError with under three studies, or where the number to fill does not settle.
    """
    how = options(method, ci, level)
    k = sizes.yi.size
    if k < 3:
        raise ValueError(f"trim and fill needs at least three studies; there are {k}")
    side = _sparser(sizes, method) if side is None else side
    sign = 1.0 if side == "left" else -1.0
    order = np.lexsort((sizes.vi, sign * sizes.yi))
    y, v = sign * sizes.yi[order], sizes.vi[order]
    k0, centre = 0, 0.0
    for _ in range(_ROUNDS):
        centre = _centre(y[: k - k0], v[: k - k0], method)
        ahead = min(k - 1, _missing(y - centre, estimator))
        if ahead == k0:
            break
        k0 = ahead
    else:
        raise ValueError("trim and fill does not settle on a number of missing studies")
    filled = sign * (2 * centre - y[k - k0 :])
    got = random_effects(
        np.append(sizes.yi, filled), np.append(sizes.vi, v[k - k0 :]),
        method=method, ci=how.ci, level=level,
    )  # fmt: skip
    return TrimAndFill(
        side=side,
        estimator=estimator,
        k0=k0,
        filled_yi=filled,
        filled_vi=v[k - k0 :],
        pooled=replace(got, measure=sizes.measure),
        warning=FEW if k < FEW_STUDIES else "",
    )


def _sparser(sizes: EffectSizes, method: Method) -> Side:
    """Small studies to the right of large ones mean that the left side is sparse."""
    errors = np.sqrt(sizes.vi)
    if np.ptp(errors) <= 1e-9 * errors.max():
        raise ValueError("all studies are of one size: name the side to fill")
    got = regress(
        sizes.yi, sizes.vi, np.column_stack([np.ones(errors.size), errors]), ("limit", "slope"),
        intercept=True, how=options(method, "z", 0.95),
    )  # fmt: skip
    return "right" if got.coefficient("slope").estimate < 0 else "left"


def _centre(y: Array, v: Array, method: Method) -> float:
    of = data(y, v)
    got = fit(of, estimate(of, method).used)
    return float(got.coefficients[0, 0] * of.to_columns[0, 0] * of.scale)


def _missing(centred: Array, estimator: Estimator) -> int:
    """How many studies are missing on the left, from signed ranks of the distances."""
    k = centred.size
    ranks = np.empty(k)
    ranks[np.argsort(np.abs(centred), kind="stable")] = np.arange(1, k + 1)
    if estimator == "R0":
        left = ranks[centred < 0]
        k0 = k - (float(left.max()) if left.size else 0.0) - 1
    else:
        k0 = (4 * float(ranks[centred > 0].sum()) - k * (k + 1)) / (2 * k - 1)
    return max(0, round(k0))
