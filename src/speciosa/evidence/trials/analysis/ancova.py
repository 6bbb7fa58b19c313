"""Analysis of covariance at one visit: arms against control, adjusted for the score at entry.

With arms and one covariate least squares has a closed solution: the slope is pooled within arms,
and every contrast is a weighted sum of the scores. A block costs a few passes over its numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from speciosa.evidence.trials.analysis.inference import fits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.evidence.trials.data import Fits, TrialData

    Floats = NDArray[np.float64]

Population = Literal["available", "completers"]
Variance = Literal["equal", "HC3"]

_COLLINEAR = 1e-10  # the part of the baseline's variation that must be left within arms


def ancova(
    data: TrialData,
    *,
    visit: int = -1,
    population: Population = "available",
    variance: Variance = "equal",
) -> Fits:
    """Every active arm against control at ``visit``, adjusted for baseline.

    ``available`` takes who was observed at that visit, ``completers`` who was observed at all of
    them. ``HC3`` lets the variance differ between people and arms (MacKinnon and White 1985); it
    keeps the residual degrees of freedom. A trial in which an arm has nobody, or too few people for
    any degree of freedom, is marked as not converged.
    """
    seen: NDArray[np.bool_] = ~np.isnan(data.y)
    taken: NDArray[np.bool_] = seen[:, :, visit]
    if population == "completers":
        taken = np.all(seen, axis=2)
    return adjusted(data.y[:, :, visit], data.baseline, data.arm, taken, data.arms, variance)


def adjusted(  # noqa: PLR0913, PLR0917 - the columns of one regression
    y: Floats,
    baseline: Floats,
    arm: NDArray[np.int8],
    taken: NDArray[np.bool_],
    arms: int,
    variance: Variance = "equal",
) -> Fits:
    """The same from columns of shape (trials, subjects)."""
    # Every sum is made of centred numbers: what is added to all scores cannot reach a contrast.
    groups = [taken & (arm == code) for code in range(arms)]
    n = np.stack([group.sum(axis=1) for group in groups], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        y_means, y_within = _within(y, groups, n)
        b_means, b_within = _within(baseline, groups, n)
        sbb = np.einsum("ts,ts->t", b_within, b_within)
        slope = np.einsum("ts,ts->t", b_within, y_within) / sbb
        residual = y_within - slope[:, None] * b_within
        apart = b_means[:, 1:] - b_means[:, :1]
        estimate = y_means[:, 1:] - y_means[:, :1] - slope[:, None] * apart
        df = n.sum(axis=1) - arms - 1.0
        if variance == "HC3":
            lever = sum(g / np.maximum(n[:, [a]], 1) for a, g in enumerate(groups))
            lever = lever + b_within**2 / sbb[:, None]
            loose = (residual / (1 - lever)) ** 2
            weighted = np.stack(
                [
                    (_weights(groups, n, b_within, sbb, apart, active) ** 2 * loose).sum(axis=1)
                    for active in range(1, arms)
                ],
                axis=1,
            )
            se = np.sqrt(weighted)
        else:
            s2 = np.einsum("ts,ts->t", residual, residual) / df
            size = 1 / n[:, 1:] + 1 / n[:, :1] + apart**2 / sbb[:, None]
            se = np.sqrt(s2[:, None] * size)
        spread = np.where(taken, baseline - np.mean(baseline, axis=1, keepdims=True), 0.0)
        varied = sbb > _COLLINEAR * np.maximum(np.einsum("ts,ts->t", spread, spread), 1e-300)
    good = (n > 0).all(axis=1) & (df > 0) & varied
    wide = np.broadcast_to(df[:, None], estimate.shape)
    return fits(estimate, se, wide, np.broadcast_to(good[:, None], estimate.shape))


def arm_means(
    data: TrialData, *, visit: int = -1
) -> tuple[Floats, Floats, Floats, Floats, NDArray[np.bool_]]:
    """Adjusted means (trials, arms), their covariance over s2, s2, df, and what is usable.

    Means are at the average baseline of those observed. For contrasts of several arms together.
    """
    taken: NDArray[np.bool_] = ~np.isnan(data.y[:, :, visit])
    groups = [taken & (data.arm == code) for code in range(data.arms)]
    n = np.stack([group.sum(axis=1) for group in groups], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        y_means, y_within = _within(data.y[:, :, visit], groups, n)
        b_means, b_within = _within(data.baseline, groups, n)
        sbb = np.einsum("ts,ts->t", b_within, b_within)
        slope = np.einsum("ts,ts->t", b_within, y_within) / sbb
        residual = y_within - slope[:, None] * b_within
        df = n.sum(axis=1) - data.arms - 1.0
        s2 = np.einsum("ts,ts->t", residual, residual) / df
        apart = b_means - ((n * b_means).sum(axis=1) / n.sum(axis=1))[:, None]
        means = y_means - slope[:, None] * apart
        unit = apart[:, :, None] * apart[:, None, :] / sbb[:, None, None]
        unit = unit + np.eye(data.arms) / n[:, None, :]
    return means, unit, s2, df, (n > 0).all(axis=1) & (df > 0) & (sbb > 0)


def _within(
    values: Floats, groups: list[NDArray[np.bool_]], n: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Mean of each group, and values less their group's mean (0 for who is in none)."""
    means = np.stack(
        [np.where(group, values, 0.0).sum(axis=1) for group in groups], axis=1
    ) / np.maximum(n, 1)
    centred = np.zeros_like(values)
    for code, group in enumerate(groups):
        centred += np.where(group, values - means[:, [code]], 0.0)
    return means, centred


def _weights(  # noqa: PLR0913, PLR0917 - the columns of one regression
    groups: list[NDArray[np.bool_]],
    n: NDArray[np.int64],
    b_within: Floats,
    sbb: Floats,
    apart: Floats,
    active: int,
) -> Floats:
    """How much each score weighs in the contrast of one active arm."""
    weights: Floats = (
        groups[active] / n[:, [active]]
        - groups[0] / n[:, [0]]
        - b_within * (apart[:, [active - 1]] / sbb[:, None])
    )
    return weights
