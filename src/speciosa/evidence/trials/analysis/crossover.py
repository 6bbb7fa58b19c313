"""Crossover trials: every person is compared with themselves, with the period taken out.

A column for each person makes the comparison one within persons; sweeping it out (each score less
the person's mean) leaves a small regression on periods, treatments and, where asked for, what is
carried over from the treatment before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from speciosa.errors import InputError, InputProblem
from speciosa.evidence.trials.analysis.inference import fits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speciosa.evidence.trials.data import Fits, TrialData

    Floats = NDArray[np.float64]

_SINGULAR = 1e-10


def crossover(data: TrialData, *, carry_over: bool = False, adjust_baseline: bool = False) -> Fits:
    """Every active treatment against control, within persons, with the period as a factor.

    With complete scores of two periods this is the t test of Hills and Armitage (1979). People with
    one score give nothing and are left out by the sweep itself. ``carry_over`` adds the effect of
    the treatment of the period before (of any active treatment apart); with two treatments in two
    periods that cannot be told from the order and the trial is marked as not converged.
    ``adjust_baseline`` adds the score at the start of each period. Raises InputError without the
    treatment of each period.
    """
    treatment, columns = _columns(data, carry_over, adjust_baseline)
    seen = ~np.isnan(data.y)
    if adjust_baseline and data.period_baseline is not None:
        seen &= ~np.isnan(data.period_baseline)
    y = np.where(seen, data.y, 0.0)
    x = np.where(seen[..., None], np.nan_to_num(columns), 0.0)
    count = seen.sum(axis=2)
    each = np.maximum(count, 1)[..., None]
    # A constant of the whole trial goes first, so that large scores lose no digits.
    level = y.sum(axis=(1, 2)) / np.maximum(seen.sum(axis=(1, 2)), 1)
    y = np.where(seen, y - level[:, None, None], 0.0)
    y = np.where(seen, y - y.sum(axis=2, keepdims=True) / each, 0.0)
    x = np.where(seen[..., None], x - x.sum(axis=2, keepdims=True) / each[..., None], 0.0)
    trials, _, _, width = x.shape
    flat = x.reshape(trials, -1, width)
    xx = np.swapaxes(flat, 1, 2) @ flat
    xy = np.einsum("tnk,tn->tk", flat, y.reshape(trials, -1))
    raw = np.where(seen[..., None], np.nan_to_num(columns) ** 2, 0.0).sum(axis=(1, 2))
    scale = np.sqrt(np.where(raw > 0, raw, 1.0))
    scaled = xx / (scale[:, :, None] * scale[:, None, :])
    good = np.linalg.eigvalsh(scaled)[:, 0] > _SINGULAR
    safe = np.where(good[:, None, None], scaled, np.eye(width))
    inverse = np.linalg.inv(safe)
    beta = np.einsum("tjk,tk->tj", inverse, xy / scale)
    residual = y.reshape(trials, -1) - np.einsum("tnk,tk->tn", flat, beta / scale)
    df = seen.sum(axis=(1, 2)) - (count > 0).sum(axis=1) - float(width)
    active = int(treatment.max())
    with np.errstate(invalid="ignore", divide="ignore"):
        s2 = np.einsum("tn,tn->t", residual, residual) / df
        variance = s2[:, None] * np.diagonal(inverse, axis1=1, axis2=2)[:, :active]
        se = np.sqrt(variance) / scale[:, :active]
    wide = np.broadcast_to(df[:, None], se.shape)
    enough = np.broadcast_to((good & (df > 0))[:, None], se.shape)
    return fits(beta[:, :active] / scale[:, :active], se, wide, enough)


def _columns(
    data: TrialData, carry_over: bool, adjust_baseline: bool
) -> tuple[NDArray[np.int8], Floats]:
    """Active treatments first, then carry-over, periods and baseline: (trials, people, periods)."""
    problems = []
    if data.treatment is None:
        problems.append(InputProblem("treatment", "none", "what was taken in each period"))
    if adjust_baseline and data.period_baseline is None:
        problems.append(InputProblem("period_baseline", "none", "a score at each period's start"))
    if problems or data.treatment is None:
        raise InputError(problems)
    treatment = data.treatment
    active = range(1, int(treatment.max()) + 1)
    columns = [(treatment == code).astype(np.float64) for code in active]
    if carry_over:
        before = np.concatenate([np.zeros_like(treatment[..., :1]), treatment[..., :-1]], axis=2)
        columns += [(before == code).astype(np.float64) for code in active]
    for period in range(1, treatment.shape[2]):
        column = np.zeros(treatment.shape)
        column[..., period] = 1.0
        columns.append(column)
    if adjust_baseline and data.period_baseline is not None:
        columns.append(data.period_baseline)
    return treatment, np.stack(columns, axis=-1)
